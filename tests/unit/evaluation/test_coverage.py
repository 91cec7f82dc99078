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


def coverage(intervals, truth):
    low, high = np.asarray(intervals, dtype=float).T
    return ((low <= truth) & (truth <= high)).mean()


def assert_covers(intervals, truth):
    covered = coverage(intervals, truth)
    assert 0.92 <= covered <= 0.98, covered


@pytest.mark.parametrize("metric", ["accuracy", "precision", "recall", "f1", "selection_rate", "false_positive_rate"])
@pytest.mark.parametrize("n", [150, 2000])
def test_shares_at_a_threshold(metric, n):
    truth = np.array([0.55, 0.15, 0.1, 0.2])
    cells = np.random.default_rng(1).multinomial(n, truth, size=10 * DATA_SETS)
    assert_covers(np.stack(RATES[metric].limits(cells), axis=1), RATES[metric].value(truth))


EQUAL_OR_CLEARLY_APART = [
    ([200, 300], [0.3, 0.3]),
    ([200, 300], [0.3, 0.15]),
    ([60, 900], [0.5, 0.2]),
    ([2000, 3000], [0.02, 0.05]),
    ([200, 300, 250], [0.3, 0.3, 0.3]),
    ([400, 300, 250], [0.5, 0.3, 0.1]),
    ([400] * 5, [0.1, 0.2, 0.3, 0.4, 0.5]),
]
NEARLY_EQUAL = [
    ([60, 60], [0.1, 0.2]),
    ([500, 500], [0.3, 0.32]),
    ([200] * 4, [0.2, 0.25, 0.3, 0.35]),
    ([400] * 5, [0.3, 0.3, 0.3, 0.3, 0.35]),
]


def simulated_gaps(n, shares):
    differences, ratios = [], []
    for hits in np.random.default_rng(2).binomial(n, shares, size=(2 * DATA_SETS, len(n))):
        metric = GroupValues(hits / n, lambda z, hits=hits: wilson(hits, n, z))
        differences.append(largest_difference([metric])[1:])
        ratios.append(smallest_ratio([metric])[1:])
    return differences, ratios


@pytest.mark.parametrize(("n", "shares"), EQUAL_OR_CLEARLY_APART)
def test_differences_and_ratios_between_groups(n, shares):
    differences, ratios = simulated_gaps(n, shares)
    assert_covers(differences, max(shares) - min(shares))
    assert_covers(ratios, min(shares) / max(shares))


@pytest.mark.parametrize(("n", "shares"), NEARLY_EQUAL)
def test_differences_within_the_noise_are_on_the_safe_side(n, shares):
    # An interval that reaches 0 cannot miss from above and below alike: in theory 97.5 % for two groups, more for
    # several near ties.
    differences, ratios = simulated_gaps(n, shares)
    assert coverage(differences, max(shares) - min(shares)) >= 0.95
    assert coverage(ratios, min(shares) / max(shares)) >= 0.95


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


@pytest.mark.parametrize("lean", [0.5, 1.0])
def test_errors_that_lean_to_one_side(lean):
    rng = np.random.default_rng(8)

    def simulate(n):
        return rng.gamma(lean, 1, n), np.full(n, lean) + rng.normal(0, 0.2, n)

    truth = regression_metrics(*simulate(2_000_000))
    found = [regression_metrics(*simulate(500)) for _ in range(DATA_SETS)]
    for metric in ("rmse", "mae", "mean_error"):
        assert_covers([(one[metric].low, one[metric].high) for one in found], truth[metric].value)


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
