"""Gamma-gamma: the likelihood against brute force, truth recovered, intervals that hold, the assumption looked at."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from crm_ai.errors import ProblemError
from crm_ai.segmentation import check_independence, fit_spend
from crm_ai.segmentation.gamma_gamma import SpendModel, _likelihood
from tests.unit.segmentation.simulated import mean_values

TRUTH = (4.0, 3.5, 20.0)


def frequencies(n, seed=0):
    return np.random.default_rng(seed).negative_binomial(0.8, 0.3, n).astype(float)


def model(p, q, v):
    return SpendModel(p, q, v, np.log([p, q, v]), np.zeros((3, 3)), 0.0, 1)


@pytest.mark.parametrize(("x", "m"), [(1.0, 12.0), (4.0, 3.0), (30.0, 55.0)])
def test_the_likelihood_is_that_of_the_story(x, m):
    p, q, v = TRUTH
    height = quad(lambda nu: gamma.pdf(m, p * x, scale=1 / (nu * x)) * gamma.pdf(nu, q, scale=1 / v), 0, np.inf)[0]
    assert _likelihood(np.log(TRUTH), np.array([x]), np.array([m]), np.ones(1))[0] == pytest.approx(np.log(height))


def test_slopes_are_those_of_the_likelihood():
    x, m = np.array([1.0, 4.0, 30.0]), np.array([12.0, 3.0, 55.0])
    for at in (np.log(TRUTH), np.array([-1.0, 0.2, 2.0])):
        steps = 1e-5 * np.eye(3)
        pairs = [[_likelihood(at + sign * step, x, m, np.ones(3))[0] for sign in (1, -1)] for step in steps]
        by_hand = [(up - down) / 2e-5 for up, down in pairs]
        assert _likelihood(at, x, m, np.ones(3))[1] == pytest.approx(by_hand, rel=1e-6)


def test_expected_means_lie_between_the_own_and_that_of_all():
    p, q, v = TRUTH
    everybody = p * v / (q - 1)
    found = model(*TRUTH).mean_value([0, 1, 5, 1000], [np.nan, 100.0, 100.0, 100.0]).value
    assert found[0] == pytest.approx(everybody)
    assert everybody < found[1] < found[2] < found[3] < 100
    weight = (q - 1) / (p * 5 + q - 1)
    assert found[2] == pytest.approx(weight * everybody + (1 - weight) * 100)


def test_no_mean_is_said_to_be_unknown():
    assert np.isnan(model(0.5, 0.9, 20.0).mean_value([0, 1], [0.0, 10.0]).value).tolist() == [True, False]


def test_the_truth_is_recovered_and_intervals_cover_it():
    truth = np.array([*TRUTH, *model(*TRUTH).mean_value([0, 3], [0.0, 50.0]).value])
    held = []
    for seed in range(200):
        x = frequencies(1500, seed)
        found = fit_spend(x, mean_values(x, *TRUTH, seed=1000 + seed))
        expected = found.mean_value([0, 3], [0.0, 50.0])
        low = [*(e.low for e in found.parameters()), *expected.low]
        high = [*(e.high for e in found.parameters()), *expected.high]
        held.append((low <= truth) & (truth <= high))
    assert (np.mean(held, axis=0) >= 0.90).all()
    assert 0.92 <= np.mean(held) <= 0.98


def test_the_unit_of_money_does_not_matter():
    x = frequencies(2000)
    m = mean_values(x, *TRUTH)
    one, cents = fit_spend(x, m), fit_spend(x, 100 * m)
    assert [one.p, one.q, 100 * one.v] == pytest.approx([cents.p, cents.q, cents.v], rel=1e-5)
    own = _likelihood(cents.at, x[x > 0], 100 * m[x > 0], np.ones(int((x > 0).sum())))[0]
    assert cents.log_likelihood == pytest.approx(own)


def test_what_cannot_be_fitted_is_refused_with_a_reason():
    with pytest.raises(ProblemError, match="Only 0 customers"):
        fit_spend(np.zeros(100), np.zeros(100))
    fixed = 1 / np.random.default_rng(2).gamma(3, 0.1, 2000)  # a price of their own, bought once more only
    with pytest.raises(ProblemError, match="do not tell how customers differ"):
        fit_spend(np.ones(2000), fixed)


def test_where_all_spend_alike_the_model_says_so():
    x = frequencies(2000, 5)
    random = np.random.default_rng(6)
    m = np.where(x > 0, random.gamma(np.maximum(4 * x, 1), 5 / np.maximum(x, 1)), 0.0)
    found = fit_spend(x, m)
    if found.differing:  # chance may show some difference
        assert found.q > 50
    price = fit_spend(x, np.full(2000, 9.99))
    (mean,) = price.parameters()
    assert (price.name, mean.name, mean.value) == ("gamma", "mean", pytest.approx(9.99))
    assert price.mean_value([0, 3], [0.0, 9.99]).value == pytest.approx([9.99, 9.99])


def test_one_mean_for_all_has_the_error_of_a_mean():
    held = []
    for seed in range(300):
        random = np.random.default_rng(seed)
        x = frequencies(300, seed)
        found = fit_spend(x, np.where(x > 0, random.gamma(np.maximum(4 * x, 1), 5 / np.maximum(x, 1)), 0.0))
        if not found.differing:
            (mean,) = found.parameters()
            held.append(mean.low <= 20 <= mean.high)
    assert len(held) > 100
    assert np.mean(held) > 0.91


@pytest.mark.parametrize(
    ("tie", "holds", "says"),
    [(0.0, True, "about as much"), (0.15, True, "somewhat more"), (-1.5, False, "clearly less")],
)
def test_the_assumption_is_looked_at(tie, holds, says):
    x = frequencies(4000, 1)
    m = mean_values(x, 40.0, 3.5, 20.0, seed=2) * np.maximum(x, 1) ** tie
    found = check_independence(x, m)
    assert found.correlation.value == pytest.approx(np.corrcoef(x[x > 0], m[x > 0])[0, 1])
    assert found.holds is holds
    assert says in found.evidence


def test_where_the_assumption_is_true_the_interval_holds_zero():
    """Means of few purchases are skewed, which must not look like a tie."""
    held, wrong = [], 0
    for seed in range(400):
        x = frequencies(1200, seed)
        found = check_independence(x, mean_values(x, *TRUTH, seed=5000 + seed))
        held.append(found.correlation.low <= 0 <= found.correlation.high)
        wrong += not found.holds
    assert 0.92 <= np.mean(held) <= 0.98
    assert wrong == 0


def test_too_few_to_look_at():
    assert "cannot be told" in check_independence([1, 2, 3], [5.0, 6.0, 7.0]).evidence
    assert "cannot be told" in check_independence(np.ones(50), np.arange(50.0)).evidence
