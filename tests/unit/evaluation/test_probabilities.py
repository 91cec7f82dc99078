import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve as reference

from crm_ai.evaluation import calibration_curve, expected_calibration_error, tally_scores


def test_curve_equals_scikit_learns_where_bins_agree():
    rng = np.random.default_rng(0)
    score = rng.permutation((np.arange(1000) + 0.5) / 1000)
    outcome = (rng.random(1000) < score**2).astype(int)
    observed, predicted = reference(outcome, score, n_bins=10, strategy="quantile")
    ours = calibration_curve(tally_scores(outcome, score))
    assert ours["observed"].to_numpy() == pytest.approx(observed, abs=1e-9)
    assert ours["predicted"].to_numpy() == pytest.approx(predicted, abs=1e-9)
    assert (ours["n"] == 100).all()
    assert (ours["low"] <= ours["observed"]).all()
    assert (ours["observed"] <= ours["high"]).all()
    gap = np.abs(observed - predicted).mean()
    assert expected_calibration_error(tally_scores(outcome, score)).value == pytest.approx(gap, abs=1e-9)


def test_customers_with_the_same_score_stay_together():
    curve = calibration_curve(tally_scores([0, 1, 1, 1] * 25, [0.2, 0.2, 0.7, 0.7] * 25))
    assert curve["predicted"].tolist() == pytest.approx([0.2, 0.7])
    assert curve["observed"].tolist() == [0.5, 1.0]
    assert curve["n"].tolist() == [50, 50]


def test_chance_alone_is_not_called_a_gap():
    rng = np.random.default_rng(1)
    reached = 0
    for _ in range(200):
        score = rng.beta(2, 5, 500)
        found = expected_calibration_error(tally_scores(rng.random(500) < score, score), replicates=200)
        assert found.low <= found.value <= found.high
        reached += found.low == 0
    assert reached >= 184


def test_real_gap_is_seen_and_covered():
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(200):
        score = rng.beta(2, 5, 2000) * 0.8
        found = expected_calibration_error(tally_scores(rng.random(2000) < score + 0.1, score), replicates=200)
        assert found.low > 0
        covered += found.low <= 0.1 <= found.high
    assert covered >= 184


def test_interval_is_reproducible():
    tally = tally_scores([0, 1, 1, 0] * 30, np.linspace(0, 1, 120))
    assert expected_calibration_error(tally, seed=4) == expected_calibration_error(tally, seed=4)


def test_nobody_has_no_curve():
    assert calibration_curve(tally_scores([], [])).empty
    assert math.isnan(expected_calibration_error(tally_scores([], [])).value)
