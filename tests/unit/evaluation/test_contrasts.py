import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from crm_ai.evaluation import GroupValues, largest_difference, smallest_ratio, wilson


def shares(hits, n):
    hits, n = np.asarray(hits), np.asarray(n)
    with np.errstate(invalid="ignore"):
        return GroupValues(hits / n, lambda z: wilson(hits, n, z))


def test_difference_of_two_groups_is_newcombes():
    expected = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    value, low, high = largest_difference([shares([56, 48], [70, 80])])
    assert value == pytest.approx(0.2)
    assert (low, high) == pytest.approx(expected, abs=1e-9)


def test_ratio_of_two_groups_is_the_method_of_variance_estimates_recovery():
    a, b = 48 / 80, 56 / 70
    (low_a, low_b), (high_a, high_b) = (end.tolist() for end in wilson([48, 56], [80, 70]))
    below = (a * b - math.sqrt((a * b) ** 2 - low_a * high_b * (2 * a - low_a) * (2 * b - high_b))) / (
        high_b * (2 * b - high_b)
    )
    above = (a * b + math.sqrt((a * b) ** 2 - high_a * low_b * (2 * a - high_a) * (2 * b - low_b))) / (
        low_b * (2 * b - low_b)
    )
    assert smallest_ratio([shares([56, 48], [70, 80])]) == pytest.approx((a / b, below, above))


groups = st.lists(
    st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=7
)


@settings(max_examples=200, deadline=None)
@given(groups)
def test_values_lie_within_their_intervals(pairs):
    hits, n = zip(*pairs, strict=True)
    metric = shares(hits, n)
    known = metric.values[~np.isnan(metric.values)]
    value, low, high = largest_difference([metric])
    ratio, below, above = smallest_ratio([metric])
    if len(known) < 2:
        assert math.isnan(value)
        assert math.isnan(ratio)
        return
    assert value == np.ptp(known)
    assert 0 <= low <= value <= high <= 1 + 1e-12
    if known.max() > 0:
        assert ratio == known.min() / known.max()
        assert 0 <= below <= ratio + 1e-12
        assert ratio <= above + 1e-12
        assert above <= 1
    else:
        assert math.isnan(ratio)


def test_equal_groups_have_a_difference_of_nothing_and_a_ratio_of_one():
    metric = shares([30, 30, 30], [100, 100, 100])
    assert largest_difference([metric])[:2] == (0.0, 0.0)
    assert smallest_ratio([metric])[::2] == (1.0, 1.0)


def test_more_groups_must_differ_more():
    two, four = shares([30, 44], [100, 100]), shares([30, 44, 37, 37], [100, 100, 100, 100])
    assert largest_difference([two])[1] > 0 == largest_difference([four])[1]


def test_largest_of_several_metrics():
    found, alarms = shares([50, 60], [100, 100]), shares([10, 40], [100, 100])
    assert largest_difference([found, alarms])[0] == pytest.approx(0.3)
    assert smallest_ratio([found, alarms])[0] == pytest.approx(0.25)
    assert math.isnan(largest_difference([])[0])


def test_nobody_in_the_lower_group_leaves_a_ratio_of_zero_with_an_honest_end():
    value, low, high = smallest_ratio([shares([0, 30], [50, 100])])
    assert value == low == 0
    assert 0.05 < high < 0.5
