import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crm_ai.evaluation.intervals import mean_interval
from crm_ai.evaluation.moments import Moments

values = st.lists(st.floats(0, 1e4).map(lambda x: round(x, 3)), min_size=3, max_size=60)


def test_moments_are_scipys():
    numbers = np.random.default_rng(1).gamma(0.7, 3, 500)
    found = Moments.of(numbers)
    assert (found.mean, found.deviation) == pytest.approx((numbers.mean(), numbers.std(ddof=1)))
    assert found.skewness == pytest.approx(stats.skew(numbers))
    assert found.kurtosis == pytest.approx(stats.kurtosis(numbers, fisher=False))


@given(values)
def test_sums_tell_the_same(numbers):
    array = np.array(numbers)
    found, expected = (
        Moments.from_sums(tuple(float((array**k).sum()) for k in (1, 2, 3, 4)), len(array)),
        Moments.of(array),
    )
    assert found.mean == pytest.approx(expected.mean)
    assert found.deviation == pytest.approx(expected.deviation, rel=1e-3, abs=1e-5 * array.max())
    if expected.deviation > 1e-2 * expected.mean:
        assert found.skewness == pytest.approx(expected.skewness, abs=1e-3)
        assert found.kurtosis == pytest.approx(expected.kurtosis, rel=1e-3)


@given(values)
def test_an_interval_holds_the_mean_and_leans_as_the_numbers_do(numbers):
    moments = Moments.of(np.array(numbers))
    low, high = moments.interval()
    slack = 1e-9 * max(numbers)
    assert low <= moments.mean + slack
    assert high >= moments.mean - slack
    if moments.skewness > 0:
        assert high - moments.mean >= moments.mean - low - slack


def test_numbers_as_of_a_bell_get_students_interval():
    moments = Moments(5.0, 2.0, 0.0, 3.0, 60)
    assert moments.interval() == pytest.approx(mean_interval(5.0, 2.0 / math.sqrt(60), 60), rel=2e-3)


def test_numbers_all_alike_and_too_few():
    assert Moments.of(np.full(40, 2.0)).interval() == (2.0, 2.0)
    assert Moments.from_sums((80.0, 160.0, 320.0, 640.0), 40).interval() == (2.0, 2.0)
    assert all(math.isnan(end) for end in Moments.of(np.array([1.0, 2.0])).interval())
    tiny = Moments.of(np.array([0.0, 0.0, 1e-84, 1e-84])).interval()
    assert tiny == pytest.approx((0.0, 0.0))
    assert all(math.isnan(end) for end in Moments.of(np.zeros(0)).interval())
