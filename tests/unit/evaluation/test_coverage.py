"""Do 95 % intervals cover the truth in 92 to 98 % of 500 simulated data sets?"""

import numpy as np
import pytest

from crm_ai.evaluation import (
    RATES,
    GroupValues,
    exact_ranking,
    largest_difference,
    multiclass_metrics,
    regression_metrics,
    smallest_ratio,
    tally_errors,
    wilson,
)

DATA_SETS = 500


def assert_covers(intervals, truth):
    low, high = np.asarray(intervals, dtype=float).T
    covered = ((low <= truth) & (truth <= high)).mean()
    assert 0.92 <= covered <= 0.98, covered


@pytest.mark.parametrize("metric", ["accuracy", "precision", "recall", "f1", "selection_rate", "false_positive_rate"])
@pytest.mark.parametrize("n", [150, 2000])
def test_shares_at_a_threshold(metric, n):
    truth = np.array([0.55, 0.15, 0.1, 0.2])
    cells = np.random.default_rng(1).multinomial(n, truth, size=DATA_SETS)
    assert_covers(np.stack(RATES[metric].limits(cells), axis=1), RATES[metric].value(truth))


GROUPS = [
    ([200, 300], [0.3, 0.3]),
    ([200, 300], [0.3, 0.2]),
    ([60, 900], [0.5, 0.2]),
    ([2000, 3000], [0.02, 0.05]),
    ([200, 300, 250], [0.3, 0.3, 0.3]),
    ([400, 300, 250], [0.3, 0.25, 0.1]),
    ([400] * 5, [0.1, 0.2, 0.3, 0.4, 0.5]),
]


@pytest.mark.parametrize(("n", "shares"), GROUPS)
def test_differences_and_ratios_between_groups(n, shares):
    rng, differences, ratios = np.random.default_rng(2), [], []
    for hits in rng.binomial(n, shares, size=(DATA_SETS, len(n))):
        metric = GroupValues(hits / n, lambda z, hits=hits: wilson(hits, n, z))
        differences.append(largest_difference([metric])[1:])
        ratios.append(smallest_ratio([metric])[1:])
    assert_covers(differences, max(shares) - min(shares))
    assert_covers(ratios, min(shares) / max(shares))


@pytest.mark.parametrize(("base", "shift"), [(0.3, 1.5), (0.5, 0.3), (0.5, 2.5)])
def test_ranking(base, shift):
    rng = np.random.default_rng(3)

    def simulate(n):
        outcome = (rng.random(n) < base).astype(int)
        return outcome, 1 / (1 + np.exp(-(rng.normal(size=n) + shift * outcome - 1)))

    truth = exact_ranking(*simulate(500_000))
    found = [exact_ranking(*simulate(400)) for _ in range(DATA_SETS)]
    for metric, expected in truth.items():
        assert_covers([(one[metric].low, one[metric].high) for one in found], expected.value)


def test_rare_answers_are_ranked_with_honest_intervals():
    rng = np.random.default_rng(4)

    def simulate(n):
        outcome = (rng.random(n) < 0.03).astype(int)
        return outcome, 1 / (1 + np.exp(-(rng.normal(size=n) + 1.5 * outcome - 3)))

    truth = exact_ranking(*simulate(1_000_000))
    found = [exact_ranking(*simulate(2000)) for _ in range(DATA_SETS)]
    for metric in ("roc_auc", "average_precision"):
        assert_covers([(one[metric].low, one[metric].high) for one in found], truth[metric].value)


@pytest.mark.parametrize("freedom", [1000, 8])
def test_errors_of_numbers(freedom):
    rng = np.random.default_rng(5)

    def simulate(n):
        predicted = rng.normal(size=n)
        return predicted + rng.standard_t(freedom, size=n) - 0.1, predicted

    truth = regression_metrics(*simulate(2_000_000))
    found = [regression_metrics(*simulate(300)) for _ in range(DATA_SETS)]
    for metric, expected in truth.items():
        assert_covers([(one[metric].low, one[metric].high) for one in found], expected.value)


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_typical_errors_of_two_groups(ratio):
    rng, differences, ratios = np.random.default_rng(6), [], []
    group = np.arange(400) % 2
    for _ in range(DATA_SETS):
        tally = tally_errors(rng.normal(size=400) * np.where(group, ratio, 1), np.zeros(400), group, "ab")
        differences.append(largest_difference([tally.values("rmse")])[1:])
        ratios.append(smallest_ratio([tally.values("rmse")])[1:])
    assert_covers(differences, ratio - 1)
    assert_covers(ratios, 1 / ratio)


def test_several_answers():
    rng = np.random.default_rng(7)
    centre = rng.normal(size=(4, 4))

    def simulate(n):
        actual = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
        odds = np.exp(centre[actual] + rng.normal(size=(n, 4)))
        return actual, odds / odds.sum(axis=1, keepdims=True), "abcd"

    truth = multiclass_metrics(*simulate(400_000))
    found = [multiclass_metrics(*simulate(500)) for _ in range(DATA_SETS)]
    for metric, expected in truth.items():
        assert_covers([(one[metric].low, one[metric].high) for one in found], expected.value)
