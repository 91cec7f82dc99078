import math

import numpy as np
import pytest

from crm_ai.evaluation import gains_curve, kolmogorov_smirnov, lift, tally_scores


def simulate(generator, n, base=0.3, shift=1.2):
    outcome = (generator.random(n) < base).astype(int)
    return outcome, 1 / (1 + np.exp(-(generator.normal(size=n) + shift * outcome - 1)))


def test_lift_is_precision_among_the_first_over_the_overall_share():
    outcome, score = simulate(np.random.default_rng(1), 2000)
    first = np.argsort(-score)[:200]
    found = lift(tally_scores(outcome, score), 0.1)
    assert found.value == pytest.approx(outcome[first].mean() / outcome.mean())
    assert found.low < found.value < found.high
    assert found.n == 200


def test_lift_and_curve_agree():
    tally = tally_scores(*simulate(np.random.default_rng(2), 3000))
    row = gains_curve(tally).iloc[19]
    found = lift(tally, 0.2)
    assert (found.value, found.low, found.high) == pytest.approx((row["lift"], row["lift_low"], row["lift_high"]))


def test_lift_where_nobody_or_everybody_has_the_answer():
    score = np.linspace(0, 1, 50)
    assert math.isnan(lift(tally_scores(np.zeros(50, int), score)).value)
    assert lift(tally_scores(np.ones(50, int), score), 0.1).value == pytest.approx(1)


def test_certain_hits_still_leave_doubt_about_the_overall_share():
    outcome = np.r_[np.ones(60, int), np.zeros(140, int)]
    found = lift(tally_scores(outcome, outcome * 0.8 + 0.1), 0.1)
    assert found.value == pytest.approx(200 / 60)
    assert found.low < 200 / 60 * 0.9
    assert found.high > 200 / 60 * 1.1


def test_kolmogorov_smirnov_is_scipys():
    from scipy import stats

    outcome, score = simulate(np.random.default_rng(3), 1500)
    found = kolmogorov_smirnov(tally_scores(outcome, score))
    expected = stats.ks_2samp(score[outcome == 1], score[outcome == 0]).statistic
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.low < found.value < found.high
    assert math.isnan(kolmogorov_smirnov(tally_scores(np.ones(9, int), np.linspace(0, 1, 9))).value)


def test_chance_is_not_separation():
    generator = np.random.default_rng(4)
    found = kolmogorov_smirnov(tally_scores((generator.random(300) < 0.3).astype(int), generator.random(300)))
    assert found.low == 0
