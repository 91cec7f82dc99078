import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from crm_ai.errors import ProblemError
from crm_ai.evaluation import error_histogram, regression_metrics, residual_curve, tally_errors

numbers = st.floats(-1e6, 1e6)
pairs = st.lists(st.tuples(numbers, numbers, st.integers(0, 2)), min_size=1, max_size=60)
quick = settings(max_examples=60, deadline=None)


def columns(rows):
    actual, predicted, group = zip(*rows, strict=True)
    return np.array(actual), np.array(predicted), np.array(group)


@pytest.mark.parametrize("n", [3, 50, 5000])
def test_figures_equal_scikit_learns(n):
    rng = np.random.default_rng(n)
    actual = rng.lognormal(8, 1, n)
    predicted = actual * rng.normal(1, 0.3, n) + 100
    ours = regression_metrics(actual, predicted)
    assert ours["r2"].value == pytest.approx(reference.r2_score(actual, predicted), abs=1e-9)
    assert ours["rmse"].value == pytest.approx(reference.root_mean_squared_error(actual, predicted), rel=1e-12)
    assert ours["mae"].value == pytest.approx(reference.mean_absolute_error(actual, predicted), rel=1e-12)
    assert ours["mean_error"].value == pytest.approx((predicted - actual).mean(), rel=1e-9)
    for estimate in ours.values():
        assert estimate.low < estimate.value < estimate.high
        assert estimate.n == n


@quick
@given(pairs, pairs)
def test_error_tallies_add(one, two):
    whole = tally_errors(*columns(one + two), "abc")
    parts = [tally_errors(*columns(rows), "abc", edges=whole.edges) for rows in (one, two)]
    added = parts[0] + parts[1]
    assert (added.counts == whole.counts).all()
    assert added.sums == pytest.approx(whole.sums, rel=1e-9, abs=1e-6)
    assert added.n == len(one) + len(two)


@quick
@given(pairs)
def test_groups_are_judged_as_if_alone(rows):
    actual, predicted, group = columns(rows)
    tally = tally_errors(actual, predicted, group, "abc")
    for place, name in enumerate("abc"):
        mine = group == place
        estimate = tally.estimates("mae")[name]
        if mine.any():
            assert estimate.value == pytest.approx(np.abs(predicted - actual)[mine].mean())
            assert estimate.n == mine.sum()
        else:
            assert math.isnan(estimate.value)


@quick
@given(pairs)
def test_histogram_counts_everybody(rows):
    actual, predicted, group = columns(rows)
    frame = error_histogram(tally_errors(actual, predicted, group, "abc"))
    assert frame["customers"].sum() == len(rows)
    assert (
        frame.groupby("group")["customers"].sum().reindex(list("abc")).tolist()
        == np.bincount(group, minlength=3).tolist()
    )


def test_residual_curve_bins_by_what_was_predicted():
    rng = np.random.default_rng(0)
    predicted = rng.random(1000) * 100
    actual = predicted + 5 + rng.normal(size=1000)
    curve = residual_curve(actual, predicted)
    assert curve["n"].sum() == 1000
    assert curve["n"].between(99, 101).all()
    assert (curve["actual"] - curve["predicted"]).to_numpy() == pytest.approx(5, abs=0.5)
    assert curve["predicted"].is_monotonic_increasing
    assert (curve["low"] < curve["actual"]).all()
    assert curve["spread"].to_numpy() == pytest.approx(1, abs=0.2)


def test_residual_curve_of_a_tree_has_a_point_for_each_leaf():
    curve = residual_curve([1.0, 2, 3, 4] * 10, [1.5, 1.5, 3.5, 3.5] * 10)
    assert curve["predicted"].tolist() == [1.5, 3.5]
    assert curve["actual"].tolist() == [1.5, 3.5]
    assert residual_curve([], []).empty


def test_undefined_figures_are_unknown():
    constant = regression_metrics([5, 5, 5], [4, 5, 6])
    assert math.isnan(constant["r2"].value)
    assert constant["mae"].value == pytest.approx(2 / 3)
    one = regression_metrics([5], [4])
    assert one["rmse"].value == 1
    assert math.isnan(one["rmse"].low)
    assert math.isnan(regression_metrics([], [])["rmse"].value)


def test_perfect_predictions_have_no_error():
    found = regression_metrics([1, 2, 3, 4], [1, 2, 3, 4])
    assert found["r2"].value == found["r2"].low == 1
    assert found["rmse"].value == found["rmse"].high == 0


@pytest.mark.parametrize(("actual", "predicted"), [([1, 2], [1]), ([1, np.nan], [1, 2]), ([1, 2], [1, np.inf])])
def test_what_does_not_fit_is_refused(actual, predicted):
    with pytest.raises(ProblemError):
        regression_metrics(actual, predicted)


def test_tallies_with_other_edges_do_not_add():
    with pytest.raises(ProblemError, match="different error bins"):
        tally_errors([1, 2], [2, 2]) + tally_errors([1, 9], [2, 2])


def test_percentages_are_scikit_learns_and_only_where_they_make_sense():
    from sklearn.metrics import mean_absolute_percentage_error

    generator = np.random.default_rng(3)
    actual = generator.gamma(8, 100, 500)
    said = actual * generator.normal(1, 0.1, 500)
    found = regression_metrics(actual, said)["mape"]
    assert found.value == pytest.approx(mean_absolute_percentage_error(actual, said))
    assert found.low < found.value < found.high
    assert "mape" not in regression_metrics(np.r_[0.0, actual], np.r_[1.0, said])
    assert "mape" not in regression_metrics(-actual, -said)
