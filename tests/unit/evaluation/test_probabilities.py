import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve as reference

from crm_ai.evaluation import (
    brier_decomposition,
    brier_score,
    calibration_curve,
    expected_calibration_error,
    tally_scores,
)


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


def test_the_brier_score_is_the_sum_of_its_parts():
    generator = np.random.default_rng(8)
    score = generator.beta(1, 3, 4000)
    tally = tally_scores((generator.random(4000) < score**1.5).astype(int), score)
    parts = brier_decomposition(tally)
    said = parts["uncertainty"] - parts["resolution"] + parts["reliability"] + parts["within_bins"]
    assert said == pytest.approx(brier_score(tally).value, abs=1e-12)
    assert abs(parts["within_bins"]) < 0.005


def test_brier_parts_by_hand():
    # Two bins of 10: 2 and 7 have the answer, 10 % and 80 % were predicted.
    outcome = [1] * 2 + [0] * 8 + [1] * 7 + [0] * 3
    parts = brier_decomposition(tally_scores(outcome, [0.1] * 10 + [0.8] * 10), bins=2)
    chance = (10 * 0.2 * 0.8 / 9 + 10 * 0.7 * 0.3 / 9) / 20
    assert parts["uncertainty"] == pytest.approx(0.45 * 0.55 * 20 / 19)
    assert parts["resolution"] == pytest.approx(0.25**2 - chance + 0.45 * 0.55 / 19)
    assert parts["reliability"] == pytest.approx(0.1**2 - chance)


def test_brier_parts_of_true_probabilities_have_no_lean():
    generator, found = np.random.default_rng(9), []
    for _ in range(400):
        score = generator.choice([0.1, 0.3, 0.6], 300)
        found.append(brier_decomposition(tally_scores((generator.random(300) < score).astype(int), score)))
    assert np.mean([parts["reliability"] for parts in found]) == pytest.approx(0, abs=5e-4)
    variance = np.var([0.1, 0.3, 0.6])
    assert np.mean([parts["resolution"] for parts in found]) == pytest.approx(variance, abs=2e-3)
