"""BG/NBD: the likelihood written out again, integrals done by brute force, truth recovered, intervals that hold."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import beta, gammaln, hyp2f1
from scipy.stats import beta as beta_distribution
from scipy.stats import gamma as gamma_distribution

from crm_ai.errors import ProblemError
from crm_ai.segmentation import fit_purchases
from crm_ai.segmentation.bg_nbd import PurchaseModel, log_purchases
from crm_ai.segmentation.repeat_likelihoods import beta_geometric, one_chance, staying
from tests.unit.segmentation.simulated import purchase_histories

TRUTH = (0.8, 40.0, 0.6, 2.5)
HISTORY = np.array([[0, 0, 1, 3, 12, 60], [0, 0, 10, 100, 300, 350], [10, 400, 200, 101, 380, 351]], dtype=float)


def model(r, alpha, a, b):
    free = [r, alpha, a, b] if a else [r, alpha]
    at = np.log(free)
    return PurchaseModel(r, alpha, a, b, at, np.zeros((len(at), len(at))), 0.0, 1, 1)


def log_likelihood(x, t_x, T, r, alpha, a, b):
    """Fader, Hardie, Lee (2005), equation 6, as it is printed."""
    purchased = np.exp(gammaln(r + x) - gammaln(r)) * alpha**r
    stayed = beta(a, b + x) / beta(a, b) * purchased / (alpha + T) ** (r + x)
    left = beta(a + 1, b + x - 1) / beta(a, b) * purchased / (alpha + t_x) ** (r + x) if x > 0 else 0.0
    return np.log(stayed + left)


def test_the_likelihood_is_the_papers():
    found, _slope = beta_geometric(np.log(TRUTH), *HISTORY, np.array([1, 2, 1, 1, 3, 1]))
    assert found == pytest.approx(np.dot([1, 2, 1, 1, 3, 1], [log_likelihood(*row, *TRUTH) for row in HISTORY.T]))


def test_the_likelihood_is_that_of_the_story():
    """Averaged over rates and chances to leave by quadrature, not by formula."""
    x, t_x, T = 3, 100.0, 180.0
    r, alpha, a, b = 1.7, 30.0, 1.4, 2.2
    rates, chances = gamma_distribution(r, scale=1 / alpha), beta_distribution(a, b)

    def of_rate(rate, p):
        stayed = (1 - p) ** x * rate**x * np.exp(-rate * T)
        return stayed + p * (1 - p) ** (x - 1) * rate**x * np.exp(-rate * t_x)

    def of_chance(p):
        return quad(lambda rate: of_rate(rate, p) * rates.pdf(rate), 0, 1, epsabs=0)[0] * chances.pdf(p)

    assert log_likelihood(x, t_x, T, r, alpha, a, b) == pytest.approx(
        np.log(quad(of_chance, 0, 1, epsabs=0)[0]), rel=1e-6
    )


@pytest.mark.parametrize("at", [np.log(TRUTH), np.array([-3.0, 1.0, 2.0, -1.0]), np.array([1.0, 5.0, -4.0, 3.0])])
def test_slopes_are_those_of_the_likelihood(at):
    x, t_x, T = HISTORY
    weights = np.arange(1.0, 7.0)
    for function, place in (
        (lambda t: beta_geometric(t, x, t_x, T, weights), at),
        (lambda t: one_chance(t, x, t_x, T, weights), at[:3]),
        (lambda t: staying(t, x, T, weights), at[:2]),
    ):
        steps = 1e-5 * np.eye(len(place))
        by_hand = [(function(place + step)[0] - function(place - step)[0]) / 2e-5 for step in steps]
        assert function(place)[1] == pytest.approx(by_hand, rel=1e-6, abs=1e-4)


@pytest.mark.parametrize("horizon", [1.0, 30.0, 365.0, 3650.0])
@pytest.mark.parametrize("truth", [TRUTH, (0.24, 30.0, 0.79, 2.4), (5.0, 10.0, 0.05, 0.5), (0.1, 400.0, 2.0, 8.0)])
def test_expected_purchases_are_the_papers(truth, horizon):
    """Equation 10 as it is printed."""
    r, alpha, a, b = truth
    x, t_x, T = HISTORY
    ratio = (alpha + T) / (alpha + T + horizon)
    series = hyp2f1(r + x, b + x, a + b + x - 1, horizon / (alpha + T + horizon))
    odds = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x), 0.0)
    expected = (a + b + x - 1) / (a - 1) * (1 - ratio ** (r + x) * series) / (1 + odds)
    assert model(*truth).purchases(horizon, x, t_x, T).value == pytest.approx(expected, rel=1e-7)
    assert model(*truth).alive(x, t_x, T).value == pytest.approx(1 / (1 + odds))


def test_there_is_no_gap_where_the_papers_formula_has_one():
    near = [model(0.5, 30.0, a, 2.0).purchases(365, *HISTORY).value for a in (1 - 1e-6, 1.0, 1 + 1e-6)]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-6)


def test_a_discount_weighs_later_purchases_less():
    """Month by month, as a spreadsheet would do it, with months made short."""
    at, history = np.log(TRUTH), tuple(HISTORY)
    ends = np.linspace(0, 365, 3651)
    rate = np.log(1.1) / 365.25
    grown = np.stack([np.exp(log_purchases(at, max(end, 1e-9), history)[0]) for end in ends])
    expected = (np.diff(grown, axis=0) * np.exp(-rate * (ends[1:] + ends[:-1]) / 2)[:, None]).sum(axis=0)
    plain, discounted = np.exp(log_purchases(at, 365, history, (0.0, rate)))
    assert discounted == pytest.approx(expected, rel=1e-6)
    assert (discounted < plain).all()


def test_expectations_are_met_by_customers_who_buy_as_the_model_says():
    """The parameters are the true ones, so nothing is fitted on the customers it is judged on."""
    x, t_x, T, later = purchase_histories(200_000, *TRUTH, seed=3, ahead=200)
    expected = model(*TRUTH).purchases(200, x, t_x, T).value
    for frequency in range(6):
        group = x == frequency
        error = later[group].std() / np.sqrt(group.sum())
        assert expected[group].mean() == pytest.approx(later[group].mean(), abs=3.5 * error)


def test_the_truth_is_recovered():
    x, t_x, T, _later = purchase_histories(60_000, *TRUTH, seed=4)
    found = fit_purchases(x, t_x, T)
    errors = found.standard_errors()
    values = np.array([found.r, found.alpha, found.a, found.b])
    assert np.abs((values - TRUTH) / errors).max() < 3
    assert (errors / TRUTH < 0.1).all()


def test_intervals_cover_the_truth():
    history = np.array([[0, 1, 4], [0, 100, 250], [300, 300, 300]], dtype=float)
    truth = np.concatenate(
        [TRUTH, model(*TRUTH).purchases(180, *history).value, model(*TRUTH).alive(*history).value[1:]]
    )
    held = []
    for seed in range(200):
        x, t_x, T, _later = purchase_histories(1500, *TRUTH, seed=100 + seed)
        found = fit_purchases(x, t_x, T)
        bought, alive = found.purchases(180, *history), found.alive(*history)
        low = [*(e.low for e in found.parameters()), *bought.low, *alive.low[1:]]
        high = [*(e.high for e in found.parameters()), *bought.high, *alive.high[1:]]
        held.append((low <= truth) & (truth <= high))
    assert (np.mean(held, axis=0) >= 0.90).all()
    assert 0.925 <= np.mean(held) <= 0.975


def test_where_nobody_leaves_the_model_says_so():
    x, t_x, T, _later = purchase_histories(4000, 0.8, 40.0, 0.0, 1.0, seed=5)
    found = fit_purchases(x, t_x, T)
    if found.leaving:  # chance may show some leaving
        assert found.a / (found.a + found.b) < 0.01
    stays = model(0.8, 40.0, 0.0, 1.0)
    assert stays.purchases(100, *HISTORY).value == pytest.approx((0.8 + HISTORY[0]) / (40 + HISTORY[2]) * 100)
    assert stays.alive(*HISTORY).value.tolist() == [1.0] * 6


def test_where_all_leave_alike_the_model_says_so():
    """The limit of the beta distribution, to which the general model runs away."""
    r, alpha, chance = 0.8, 40.0, 0.2
    many = 1e7
    x, t_x, T, later = purchase_histories(20_000, r, alpha, many * chance, many * (1 - chance), seed=8, ahead=150)
    found = fit_purchases(x, t_x, T)
    if len(found.at) == 4:  # chance may show some difference
        assert found.a / (found.a + found.b) == pytest.approx(chance, abs=0.02)
    at = np.log([r, alpha, chance / (1 - chance)])
    one = PurchaseModel(r, alpha, np.inf, np.inf, at, 1e-8 * np.eye(3), 0.0, 1, 1)
    general = model(r, alpha, many * chance, many * (1 - chance))
    assert one.alive(*HISTORY).value == pytest.approx(general.alive(*HISTORY).value, rel=1e-4)
    assert one_chance(at, x, t_x, T, np.ones(len(x)))[0] == pytest.approx(
        beta_geometric(general.at, x, t_x, T, np.ones(len(x)))[0], rel=1e-5
    )
    expected = one.purchases(150, x, t_x, T).value
    for frequency in range(5):
        group = x == frequency
        error = later[group].std() / np.sqrt(group.sum())
        assert expected[group].mean() == pytest.approx(later[group].mean(), abs=3.5 * error)
    assert [e.name for e in one.parameters()] == ["r", "alpha", "odds_of_leaving"]


def test_where_all_buy_alike_the_model_says_so():
    """Fewer differences than chance makes: each customer bought five times."""
    found = fit_purchases(np.full(500, 5.0), np.full(500, 50.0), np.full(500, 100.0))
    (rate,) = found.parameters()
    assert (found.name, found.r, rate.name) == ("Poisson", np.inf, "rate")
    assert rate.value == pytest.approx(0.05)
    assert np.log(rate.high / rate.low) == pytest.approx(2 * 1.959964 / np.sqrt(2500))
    assert found.purchases(30, *HISTORY).value == pytest.approx([1.5] * 6)
    assert found.log_likelihood == pytest.approx(2500 * np.log(0.05) - 0.05 * 50_000)
    weeks = fit_purchases(np.full(500, 5.0), np.full(500, 50 / 7), np.full(500, 100 / 7))
    assert weeks.parameters()[0].value == pytest.approx(0.35)


def test_the_unit_of_time_does_not_matter():
    x, t_x, T, _later = purchase_histories(3000, *TRUTH, seed=6)
    days, weeks = fit_purchases(x, t_x, T), fit_purchases(x, t_x / 7, T / 7)
    assert [days.r, days.alpha / 7, days.a, days.b] == pytest.approx([weeks.r, weeks.alpha, weeks.a, weeks.b], rel=1e-5)
    heights = [beta_geometric(m.at, x, t_x / unit, T / unit, np.ones(3000))[0] for m, unit in ((days, 1), (weeks, 7))]
    assert [days.log_likelihood, weeks.log_likelihood] == pytest.approx(heights)


def test_the_order_of_customers_does_not_matter():
    x, t_x, T, _later = purchase_histories(1000, *TRUTH, seed=7)
    order = np.random.default_rng(0).permutation(1000)
    one, other = fit_purchases(x, t_x, T), fit_purchases(x[order], t_x[order], T[order])
    assert one.at.tolist() == other.at.tolist()


def test_what_cannot_be_fitted_is_refused_with_a_reason():
    nobody = np.zeros(500)
    with pytest.raises(ProblemError, match="Only 0 customers came back"):
        fit_purchases(nobody, nobody, nobody + 100)
    with pytest.raises(ProblemError, match="too few"):
        fit_purchases([1, 2], [10, 20], [30, 30])
    alike = np.full(500, 5.0)
    with pytest.raises(ProblemError, match="not between"):
        fit_purchases(alike, alike * 30, alike * 20)
