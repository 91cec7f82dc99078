import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from crm_ai.deployment.watching.distances import (
    chance_of_difference,
    chi_square_of_counts,
    jensen_shannon,
    kolmogorov_smirnov_of_counts,
    population_stability_index,
)


def pairs(cells=8, repeats=20):
    generator = np.random.default_rng(3)
    for _repeat in range(repeats):
        yield generator.integers(0, 60, cells), generator.integers(0, 25, cells)


def spread(counts):
    return np.repeat(np.arange(len(counts)), counts)


def test_stability_index_by_hand():
    # 20 % → 10 %, 30 % → 30 %, 50 % → 60 %
    by_hand = (0.1 - 0.2) * math.log(0.1 / 0.2) + (0.6 - 0.5) * math.log(0.6 / 0.5)
    assert population_stability_index([20, 30, 50], [100, 300, 600]) == pytest.approx(by_hand)


def test_an_empty_cell_counts_as_half_a_customer_and_one_empty_twice_does_not_count():
    p, q = np.array([0.5, 99, 1]) / 100.5, np.array([10, 90, 0.5]) / 100.5
    by_hand = ((q - p) * np.log(q / p)).sum()
    assert population_stability_index([0, 99, 0, 1], [10, 90, 0, 0]) == pytest.approx(by_hand)


def test_nobody_is_no_distance():
    assert math.isnan(population_stability_index([0, 0], [1, 2]))
    assert math.isnan(jensen_shannon([1, 0], [0, 0]))
    assert all(math.isnan(x) for x in chance_of_difference([0, 0], [3, 4], ordered=True))
    assert chance_of_difference([7, 0], [3, 0], ordered=True) == (0.0, 1.0)


def test_jensen_shannon_is_scipys():
    for then, now in pairs():
        assert jensen_shannon(then, now) == pytest.approx(jensenshannon(then, now, base=2))


def test_kolmogorov_smirnov_is_scipys_on_the_same_bins():
    for then, now in pairs():
        theirs = stats.ks_2samp(spread(then), spread(now), method="asymp")
        assert kolmogorov_smirnov_of_counts(then, now) == pytest.approx(theirs.statistic)
        statistic, p = chance_of_difference(then, now, ordered=True)
        assert statistic == pytest.approx(theirs.statistic)
        assert p <= theirs.pvalue + 0.03  # which is too careful where customers are tied


def test_chi_square_is_scipys():
    for then, now in pairs():
        table = np.array([then, now])
        table = table[:, table.sum(axis=0) > 0]
        theirs = stats.chi2_contingency(table, correction=False)
        assert chi_square_of_counts(then, now) == pytest.approx(theirs.statistic)
        statistic, p = chance_of_difference(then, now, ordered=False, replicates=4999)
        assert statistic == pytest.approx(theirs.statistic)
        assert p == pytest.approx(theirs.pvalue, abs=0.03)


def test_tails_beyond_the_deals_are_the_limits():
    then, now = np.array([5000, 5000]), np.array([300, 700])
    assert chance_of_difference(then, now, ordered=False)[1] == pytest.approx(
        stats.chi2_contingency([then, now], correction=False).pvalue, rel=1e-6
    )
    assert chance_of_difference(then, now, ordered=True)[1] < 1e-20


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("customers", [60, 800])
def test_the_test_holds_its_level(ordered, customers):
    """Both sides are samples; a p-value below 0.05 comes in one of twenty unchanged batches."""
    generator = np.random.default_rng(8)
    shares = np.array([0.4, 0.3, 0.15, 0.1, 0.04, 0.01])
    found = [
        chance_of_difference(
            generator.multinomial(1000, shares), generator.multinomial(customers, shares), ordered=ordered, seed=seed
        )[1]
        for seed in range(600)
    ]
    # 600 batches tell a share of 0.05 to within three standard errors of 0.009.
    assert 0.023 <= np.mean(np.array(found) <= 0.05) <= 0.077


def test_sides_too_large_to_deal_out_are_tested_by_the_limit():
    then = np.array([600_000_000, 600_000_000])
    assert 0 <= chance_of_difference(then, then, ordered=True)[1] <= 1
