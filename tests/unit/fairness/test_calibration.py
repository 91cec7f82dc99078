import numpy as np
import pandas as pd
import pytest

from crm_ai.evaluation import expected_calibration_error, tally_scores
from crm_ai.evaluation.intervals import Z
from crm_ai.fairness import calibration_by_group, score_density, score_quantiles
from crm_ai.fairness.calibration import calibration_gaps
from crm_ai.fairness.pairs import error_pairs


def customers(shift, n=4000, seed=0):
    """Scores that are true for the first group and `shift` too high for the second."""
    rng = np.random.default_rng(seed)
    chance, group = rng.uniform(0.1, 0.6, n), rng.integers(0, 2, n)
    return (rng.random(n) < chance).astype(int), chance + shift * group, group


def test_gap_is_mean_predicted_minus_observed():
    outcome, score, group = customers(0.1)
    found = calibration_by_group(tally_scores(outcome, score, group, ("f", "m")), segment="gender")
    for place, name in enumerate(("f", "m")):
        mine = group == place
        assert found.gap[name].value == pytest.approx(score[mine].mean() - outcome[mine].mean(), abs=1e-12)
        own = tally_scores(outcome[mine], score[mine])
        assert found.error[name].value == pytest.approx(expected_calibration_error(own).value, abs=0.01)
    assert found.overall["calibration_gap"].value == pytest.approx(score.mean() - outcome.mean(), abs=1e-12)
    assert "do not mean the same by gender" in found.verdict
    assert "“m”" in found.verdict
    assert set(found.to_frame()["kind"]) == {"group", "overall", "difference"}


def test_true_probabilities_raise_no_alarm():
    alarms = 0
    for seed in range(2000):
        metric = calibration_gaps(tally_scores(*customers(0.0, 800, seed), ("f", "m")))
        alarms += any(pair.beyond_chance for pair in error_pairs({"calibration_gap": metric}, ("f", "m")))
    assert alarms / 2000 <= 0.06


def test_intervals_of_gaps_hold():
    held = []
    for seed in range(1000):
        low, high = calibration_gaps(tally_scores(*customers(0.1, 600, seed), ("f", "m"))).limits(Z)
        held += [low[0] <= 0 <= high[0], low[1] <= 0.1 <= high[1]]
    assert 0.93 <= np.mean(held) <= 0.97


def test_quantiles_and_density_follow_the_scores():
    outcome, score, group = customers(0.2)
    tally = tally_scores(outcome, score, group, ("f", "m", "nobody"))
    quantiles = score_quantiles(tally).set_index("group")
    for place, name in enumerate(("f", "m")):
        expected = pd.Series(score[group == place]).quantile([0.05, 0.5, 0.95], interpolation="higher")
        assert quantiles.loc[name, ["q05", "q50", "q95"]].to_numpy(float) == pytest.approx(
            expected.to_numpy(), abs=2e-3
        )
        assert quantiles.loc[name, "mean"] == pytest.approx(score[group == place].mean())
    assert np.isnan(quantiles.loc["nobody", "q50"])
    density = score_density(tally, bands=10)
    mine = density[density["group"] == "m"]
    assert mine["share"].tolist() == pytest.approx(
        np.histogram(score[group == 1], bins=10, range=(0, 1))[0] / mine["n"].iloc[0]
    )


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_customers_make_no_trouble(n):
    found = calibration_by_group(tally_scores([1] * n, [0.4] * n, [0] * n, ("f", "m")))
    assert found.verdict.startswith("Too few customers")
