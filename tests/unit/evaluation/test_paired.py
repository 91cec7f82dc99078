"""Two models on the same customers, held to scipy, to hand-worked cases and to simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score

from crm_ai.evaluation.paired import (
    balanced_accuracy_difference,
    corrected_resampled_t,
    holm,
    mean_difference,
    r2_difference,
    roc_auc_difference,
)


def drawn(n=400, seed=0, rate=0.3):
    draw = np.random.default_rng(seed)
    yes = (draw.random(n) < rate).astype(int)
    truth = yes + draw.normal(0, 1, n)
    return draw, yes, truth + draw.normal(0, 1, n), truth + draw.normal(0, 1, n)


@pytest.mark.parametrize("seed", range(5))
def test_values_are_differences_of_scikit_learns(seed):
    draw, yes, a, b = drawn(seed=seed)
    a = a.round(1)  # ties
    found = roc_auc_difference(yes, a, b).estimate
    assert found.value == pytest.approx(roc_auc_score(yes, a) - roc_auc_score(yes, b))
    numbers = a + draw.normal(size=len(a))
    assert r2_difference(numbers, a, b).estimate.value == pytest.approx(r2_score(numbers, a) - r2_score(numbers, b))
    three = draw.integers(0, 3, len(a))
    one, two = (np.where(draw.random(len(a)) < 0.6, three, draw.integers(0, 3, len(a))) for _turn in range(2))
    expected = balanced_accuracy_score(three, one) - balanced_accuracy_score(three, two)
    assert balanced_accuracy_difference(three, one, two).estimate.value == pytest.approx(expected)


def test_delongs_test_equals_a_case_worked_by_covariances():
    _draw, yes, a, b = drawn(120)
    found = roc_auc_difference(yes, a, b)
    positives, negatives = np.flatnonzero(yes == 1), np.flatnonzero(yes == 0)

    def wins(s):
        return (s[positives][:, None] > s[negatives]) + 0.5 * (s[positives][:, None] == s[negatives])

    tens = np.cov([wins(a).mean(axis=1), wins(b).mean(axis=1)])
    ones = np.cov([wins(a).mean(axis=0), wins(b).mean(axis=0)])
    together = tens / len(positives) + ones / len(negatives)
    error = np.sqrt(together[0, 0] + together[1, 1] - 2 * together[0, 1])
    degrees = min(len(positives), len(negatives)) - 1
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.estimate.value) / error, degrees))
    assert found.estimate.high - found.estimate.value == pytest.approx(stats.t.ppf(0.975, degrees) * error, rel=1e-3)


def test_mean_difference_is_the_paired_t_test():
    _draw, yes, a, b = drawn()
    found = mean_difference("brier_score", (a - yes) ** 2, (b - yes) ** 2, smaller_is_better=True)
    reference = stats.ttest_rel((b - yes) ** 2, (a - yes) ** 2)
    interval = reference.confidence_interval()
    assert found.p == pytest.approx(reference.pvalue)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((interval.low, interval.high), rel=1e-3)


def test_corrected_resampled_t_by_hand():
    gaps = np.array([0.03, 0.01, 0.02, 0.00, 0.04])
    found = corrected_resampled_t("r2", gaps, 0.25)
    statistic = 0.02 / np.sqrt((1 / 5 + 1 / 4) * gaps.var(ddof=1))
    assert found.p == pytest.approx(2 * stats.t.sf(statistic, 4))
    assert np.isnan(corrected_resampled_t("r2", [0.1], 0.25).p)


def test_a_model_is_as_good_as_itself():
    _draw, yes, a, _b = drawn()
    for found in (
        roc_auc_difference(yes, a, a),
        r2_difference(a + 1, a, a),
        balanced_accuracy_difference(yes, yes, yes),
    ):
        assert (found.estimate.value, found.estimate.low, found.estimate.high, found.p) == (0, 0, 0, 1)


def test_one_answer_or_nobody_cannot_be_told():
    for outcome, score in (([1, 1, 1], [0.1, 0.2, 0.3]), ([], [])):
        found = roc_auc_difference(outcome, score, score)
        assert not found.estimate.known
        assert np.isnan(found.p)
    assert np.isnan(r2_difference([], [], []).p)


def test_holm_equals_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).random(7) ** 3
    assert holm(list(p)) == pytest.approx(multipletests(p, method="holm")[1])
    assert np.isnan(holm([0.01, float("nan")])[1])


@pytest.mark.parametrize("n", [100, 400])
@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_equal_models_seldom_raise_an_alarm(n, rate):
    alarms = []
    for seed in range(600):
        _draw, yes, a, b = drawn(n, seed, rate)
        if yes.sum() > 2:
            alarms.append(
                (
                    roc_auc_difference(yes, a, b).p < 0.05,
                    r2_difference(yes + 0.5 * (a + b), a, b).p < 0.05,
                    balanced_accuracy_difference(yes, (a > 0.5).astype(int), (b > 0.5).astype(int)).p < 0.05,
                )
            )
    assert (np.mean(alarms, axis=0) <= 0.07).all()  # 5 % and two standard errors of 600 draws


def test_a_better_model_is_found():
    found = []
    for seed in range(60):
        draw, yes, a, _b = drawn(800, seed)
        found.append(roc_auc_difference(yes, a, a + draw.normal(0, 2, 800)).p < 0.05)
    assert np.mean(found) > 0.9
