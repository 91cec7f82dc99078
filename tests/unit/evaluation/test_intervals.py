import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from crm_ai.evaluation import percentile_interval, resample, wilson
from crm_ai.evaluation.intervals import (
    Z,
    logit_interval,
    mean_interval,
    quantile_for,
    student,
)


def test_normal_quantiles():
    assert pytest.approx(stats.norm.ppf(0.975), abs=1e-15) == Z
    assert quantile_for(1) == pytest.approx(Z, abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 30), (3, 30), (15, 30), (30, 30), (999, 100_000)])
def test_wilson_equals_statsmodels(k, n):
    low, high = wilson(k, n)
    assert (float(low), float(high)) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_wilson_holds_the_share(k, more):
    low, high = wilson(k, k + more)
    if k + more:
        assert 0 <= low <= k / (k + more) <= high <= 1
    else:
        assert np.isnan(low)
        assert np.isnan(high)


@pytest.mark.parametrize("freedom", [2, 3, 5, 10, 30, 1000])
def test_student_is_close(freedom):
    exact = stats.t.ppf(0.975, freedom)
    assert student(freedom) == pytest.approx(exact, abs=0.14 if freedom == 2 else 0.05 if freedom < 5 else 0.01)


def test_too_few_customers_for_an_interval():
    assert math.isnan(student(1))
    assert all(math.isnan(end) for end in mean_interval(1.0, 0.0, 2))


def test_intervals_on_other_scales_stay_in_bounds():
    assert 0 < logit_interval(0.99, 0.02, 50)[0] < 0.99 < logit_interval(0.99, 0.02, 50)[1] < 1
    assert logit_interval(0.999, 0.5, 50) == (0.0, 1.0)
    assert logit_interval(1.0, 0.0, 10) == pytest.approx(proportion_confint(10, 10, method="wilson"))


def test_resampling_keeps_the_number_of_customers_and_the_shares():
    drawn = resample([[10, 30, 60], [0, 0, 0]], 2000, seed=1)
    assert drawn.shape == (2000, 2, 3)
    assert (drawn.sum(axis=2) == [100, 0]).all()
    assert drawn[:, 0].mean(axis=0) == pytest.approx([10, 30, 60], abs=0.7)
    assert (resample([5, 5], 10, seed=3) == resample([5, 5], 10, seed=3)).all()


def test_percentiles_of_what_is_mostly_undefined_are_undefined():
    drawn = np.column_stack([np.arange(1000.0), np.where(np.arange(1000) < 300, np.nan, 1.0)])
    low, high = percentile_interval(drawn)
    assert (low[0], high[0]) == pytest.approx((24.975, 974.025))
    assert np.isnan(low[1])
    assert np.isnan(high[1])


def test_heavy_packages_are_not_imported():
    heavy = "{'scipy', 'sklearn', 'streamlit', 'shap', 'lime'}"
    code = f"import crm_ai.evaluation, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
