import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ai.evaluation import LEVELS, conformal_ranges, coverage_by_level, range_coverage, ranges_from_json


def simulate(generator, n):
    """Errors that lean to one side and widen with what is predicted; the model is a little off everywhere."""
    predicted = generator.gamma(2.0, 50.0, n)
    return np.maximum(predicted * generator.gamma(3.0, 1 / 3, n) - 5, 0), predicted


@pytest.mark.parametrize("n", [60, 250, 3000])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_ranges_hold_for_new_customers_as_often_as_they_say(n, level):
    generator = np.random.default_rng(5)
    held = []
    for _ in range(300):
        ranges = conformal_ranges(*simulate(generator, n), level=level)
        held.append(range_coverage(ranges, *simulate(generator, 500)).value)
    # In theory at least the level, and at most two places of n + 1 more for each bin.
    assert level - 0.006 <= np.mean(held) <= level + 0.006 + 2 * (n // 200 + 1) / (n + 1)


def test_ranges_hold_for_those_of_whom_much_is_predicted_too():
    generator = np.random.default_rng(6)
    ranges = conformal_ranges(*simulate(generator, 4000))
    actual, predicted = simulate(generator, 40_000)
    for part in np.array_split(np.argsort(predicted), 4):
        assert 0.93 <= range_coverage(ranges, actual[part], predicted[part]).value <= 0.97
    low, high = ranges.around([10.0, 300.0])
    assert high[1] - low[1] > 2 * (high[0] - low[0])
    assert low.min() >= 0


def test_too_few_customers_promise_nothing():
    low, high = conformal_ranges([1.0, -2.0, 3.0], [1.0, 2.0, 3.0]).around([0.0])
    assert low.tolist() == [-math.inf]
    assert high.tolist() == [math.inf]
    low, high = conformal_ranges([], []).around([1.0])
    assert high.tolist() == [math.inf]


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 50.0]), min_size=39, max_size=900), st.sampled_from(LEVELS))
def test_no_bin_is_too_small_to_promise(predicted, level):
    said = np.array(predicted)
    ranges = conformal_ranges(said + np.arange(len(said)) % 7 - 3, said, level=level)
    assert np.isfinite([*ranges.below, *ranges.above]).all()
    assert range_coverage(ranges, said, said).known
    assert ranges_from_json(json.loads(json.dumps(ranges.as_json()))) == ranges


def test_infinite_ends_survive_json_and_damaged_ones_are_refused():
    ranges = conformal_ranges([1.0, -2.0], [1.0, 2.0])
    assert ranges_from_json(json.loads(json.dumps(ranges.as_json(), allow_nan=False))) == ranges
    with pytest.raises(ValueError, match="fit together"):
        ranges_from_json(ranges.as_json() | {"edges": [1.0, 2.0]})


def test_levels_are_compared_with_what_held():
    generator = np.random.default_rng(7)
    frame = coverage_by_level(*simulate(generator, 3000), *simulate(generator, 3000))
    assert frame["level"].tolist() == list(LEVELS)
    assert ((frame["low"] - 0.02 < frame["level"]) & (frame["level"] < frame["high"] + 0.02)).all()
    assert frame["width"].is_monotonic_increasing
