"""How often customers will buy, and whether they still do: the BG/NBD model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.errors import ProblemError
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import Z
from crm_ai.segmentation import repeat_likelihoods as likelihoods
from crm_ai.segmentation.maximum_likelihood import Expected, Optimum, maximise, positive, richer, spread
from crm_ai.words import _, count

FEWEST_REPEATERS = 10
NODES = 12  # eleven digits for horizons of ten years
STARTS = {
    2: ((0.0, 0.0), (-1.0, -1.0), (1.0, 1.0)),
    3: ((0.0, 0.0, -2.0), (-1.0, -1.0, -1.0), (1.0, 1.0, -3.0)),
    4: ((0.0, 0.0, 0.0, 0.0), (-1.0, -1.0, 0.0, 1.0), (1.0, 1.0, -1.0, 1.0)),
}


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseModel:
    """Repeat purchases of customers who buy at a rate of their own until, after some purchase, they leave unnoticed.

    Rates differ between customers by a gamma distribution (r, alpha), chances to leave after a purchase by a beta
    distribution (a, b). Where chances to leave do not differ, they are the same for all, and `a` and `b` are infinite.
    Where the data show no sign that anybody leaves, `a` is 0: the NBD model. Where rates do not differ either, all buy
    at the same rate: the Poisson model, of which `r` and `alpha` are infinite.

    Parameters
    ----------
    r, alpha, a, b : float
        The parameters; `alpha` is in the unit of time that the model was fitted in.
    at : numpy.ndarray of float, shape (4,), (3,), (2,) or (1,)
        Logarithms of all four; of `r`, `alpha` and the odds of leaving where these are the same for all; of `r` and
        `alpha` where nobody leaves; of the rate where it is the same for all.
    covariance : numpy.ndarray of float
        Of the logarithms.
    log_likelihood : float
        Of all customers.
    customers, repeaters : int
        Customers fitted on, and those with a repeat purchase.
    """

    r: float
    alpha: float
    a: float
    b: float
    at: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    customers: int
    repeaters: int

    @property
    def leaving(self) -> bool:
        """Whether the data show that customers leave."""
        return self.a > 0

    @property
    def chance_to_leave(self) -> float:
        """Probability that a customer leaves after a purchase, on average."""
        if len(self.at) == 3:
            odds = float(np.exp(self.at[-1]))
            return odds / (1 + odds)
        return self.a / (self.a + self.b)

    @property
    def name(self) -> str:
        """What the model is called."""
        return {4: "BG/NBD", 3: "BG/NBD, one chance to leave", 2: "NBD", 1: "Poisson"}[len(self.at)]

    def parameters(self) -> tuple[Estimate, ...]:
        """The parameters with 95 % intervals, taken on the scale of their logarithms."""
        names = {3: ("r", "alpha", "odds_of_leaving"), 1: ("rate",)}.get(len(self.at), ("r", "alpha", "a", "b"))
        found = positive(np.exp(self.at), np.sqrt(np.diag(self.covariance)))
        ends = zip(names, found.value.tolist(), found.low.tolist(), found.high.tolist(), strict=False)
        return tuple(Estimate(name, value, low, high, self.customers) for name, value, low, high in ends)

    def standard_errors(self) -> np.ndarray:
        """Standard errors of the parameters themselves, by the delta method, in the order of ``parameters``."""
        return np.exp(self.at) * np.sqrt(np.diag(self.covariance))

    def alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Expected:
        """Probability that customers have not left.

        Parameters
        ----------
        frequency, recency, age : array of float, shape (n,)
            As in ``fit_purchases``.

        Returns
        -------
        Expected
            In [0, 1]; 1 for customers without a repeat purchase, who cannot have left yet by this model.

        References
        ----------
        Fader, Hardie (2008), "Computing P(alive) using the BG/NBD model".
        """
        from scipy.special import expit

        history = _history(frequency, recency, age)
        value = np.exp(_log_alive(self.at, *history))
        if not self.leaving:
            return Expected(value, value, value)
        odds = _log_odds_left(self.at, *history)
        half = Z * spread(lambda at: _log_odds_left(at, *history), self.at, self.covariance)
        low, high = (np.where(history[0] > 0, expit(-end), 1.0) for end in (odds + half, odds - half))
        return Expected(value, low, high)

    def purchases(self, horizon: float, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Expected:
        """Purchases that are to be expected of customers within a time from now.

        Parameters
        ----------
        horizon : float
            How long, in the unit of time that the model was fitted in.
        frequency, recency, age : array of float, shape (n,)
            As in ``fit_purchases``.

        Returns
        -------
        Expected
            Intervals tell how uncertain the parameters leave the expectation; what a single customer does varies more.

        References
        ----------
        Fader, Hardie, Lee (2005), Marketing Science 24, "“Counting your customers” the easy way", equation 10.
        """
        history = _history(frequency, recency, age)

        def logarithm(at: np.ndarray) -> np.ndarray:
            return log_purchases(at, horizon, history)[0]

        return positive(np.exp(logarithm(self.at)), spread(logarithm, self.at, self.covariance))


def fit_purchases(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> PurchaseModel:
    """Fit the BG/NBD model by maximum likelihood.

    Customers with equal histories are counted once with their number, which is what makes large tables fast.

    Parameters
    ----------
    frequency : array of int, shape (n,)
        Repeat purchases: all but the first.
    recency : array of float, shape (n,)
        Time from the first to the last purchase.
    age : array of float, shape (n,)
        Time from the first purchase to the end of what is known.

    Returns
    -------
    PurchaseModel
        In the unit of time of `recency` and `age`.

    Raises
    ------
    ProblemError
        If too few customers came back, or they do not tell the parameters.

    References
    ----------
    Fader, Hardie, Lee (2005), Marketing Science 24, "“Counting your customers” the easy way: an alternative to the
    Pareto/NBD model".
    """
    x, t_x, T = _history(frequency, recency, age)
    repeaters = int((x > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        raise ProblemError(
            _("Only {n} customers came back: too few to tell how often people do.").format(n=count(repeaters)),
            next_step=_("Take a longer time, at least {n} customers who bought twice are needed.").format(
                n=FEWEST_REPEATERS
            ),
        )
    if (t_x > T).any() or (t_x < 0).any() or ((x > 0) & (t_x == 0)).any():
        raise ProblemError(_("A customer’s last purchase is not between the first one and the end of the table."))
    scale = float(T.max())
    histories, weights = np.unique(np.stack([x, t_x / scale, T / scale]), axis=1, return_counts=True)
    found = _fit(histories, weights)
    if not found.found:
        raise ProblemError(
            _("These purchases do not tell how customers differ: the model cannot be fitted."),
            next_step=_("Take a longer time, or more customers."),
        )
    place, sign = (0, -1) if len(found.at) == 1 else (1, 1)  # a rate is per time, alpha is a time
    at = found.at + sign * np.log(scale) * (np.arange(len(found.at)) == place)
    r, alpha, a, b = _natural(at)
    height = found.log_likelihood - float(x.sum()) * np.log(scale)
    return PurchaseModel(r, alpha, a, b, at, found.covariance, height, len(x), repeaters)


def _fit(histories: np.ndarray, weights: np.ndarray) -> Optimum:
    """The simplest of the models to which the next richer one adds nothing."""
    x, t_x, T = histories
    (k, ages), where = np.unique(np.stack([x, T]), axis=1, return_inverse=True)
    sizes = np.bincount(where, weights=weights)
    found = maximise(lambda at: likelihoods.staying(at, k, ages, sizes), STARTS[2])
    found = richer(likelihoods.alike(k, ages, sizes), found)
    if len(found.at) == 1 or not found.found:  # leaving would make frequencies vary still more
        return found
    found = richer(found, maximise(lambda at: likelihoods.one_chance(at, x, t_x, T, weights), STARTS[3]))
    return richer(found, maximise(lambda at: likelihoods.beta_geometric(at, x, t_x, T, weights), STARTS[4]))


def _history(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, t_x, T = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (frequency, recency, age))
    return x, t_x, T


def _natural(at: np.ndarray) -> tuple[float, float, float, float]:
    values = np.exp(at).tolist()
    if len(values) == 4:
        return values[0], values[1], values[2], values[3]
    leaving = (np.inf, np.inf) if len(values) == 3 else (0.0, 1.0)
    return (np.inf, np.inf, *leaving) if len(values) == 1 else (values[0], values[1], *leaving)


def _log_odds_left(at: np.ndarray, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Logarithm of the odds of having left; of no meaning without a repeat purchase."""
    r, alpha, a, b = _natural(at)
    odds = at[2] if len(at) == 3 else np.log(a / np.where(x > 0, b + x - 1, 1.0))
    return odds + (r + x) * (np.log(alpha + T) - np.log(alpha + t_x))


def _log_alive(at: np.ndarray, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    from scipy.special import log_expit

    if len(at) < 3:
        return np.zeros(len(x))
    return np.where(x > 0, log_expit(-_log_odds_left(at, x, t_x, T)), 0.0)


def log_purchases(
    at: np.ndarray,
    horizon: float,
    history: tuple[np.ndarray, np.ndarray, np.ndarray],
    discounts: tuple[float, ...] = (0.0,),
) -> np.ndarray:
    """Logarithm of expected purchases: the rate of buying, integrated over the time to come.

    Given that a customer is there, the rate is gamma (r + x, alpha + T) and the chance to leave is beta (a, b + x), so
    the rate expected at a time s from now is (r + x) / (alpha + T) · 2F1(r + x + 1, a; a + b + x; −s / (alpha + T)).
    Its integral is equation 10 of Fader, Hardie, Lee (2005), but has no gap at a = 1 and takes a discount. It is summed
    over the logarithm of 1 + s / (alpha + T), in which the rate is smooth.

    Parameters
    ----------
    at : numpy.ndarray of float, shape (4,), (3,), (2,) or (1,)
        Logarithms of the parameters, as in ``PurchaseModel``.
    horizon : float
        How long.
    history : tuple of numpy.ndarray of float, each of shape (n,)
        Frequency, recency and age.
    discounts : tuple of float, default (0,)
        Continuous rates by unit of time, by which later purchases count less.

    Returns
    -------
    numpy.ndarray of float, shape (discounts, n)
        One row a discount.
    """
    x, t_x, T = history
    r, alpha = _natural(at)[:2]
    now = np.full(len(x), np.exp(at[0])) if len(at) == 1 else (r + x) / (alpha + T)
    time = 1.0 + T if len(at) == 1 else alpha + T
    points, weights = np.polynomial.legendre.leggauss(NODES)
    longest = np.log1p(horizon / time)
    total = np.zeros((len(discounts), len(x)))
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        grown = np.exp(longest * point)
        later = grown - 1
        total += (
            weight
            * longest
            * time
            * grown
            * _fading(at, x, later)
            * np.exp(-np.multiply.outer(discounts, time * later))
        )
    return _log_alive(at, x, t_x, T) + np.log(now * total)


def _fading(at: np.ndarray, x: np.ndarray, later: np.ndarray) -> np.ndarray:
    """What is left of the rate of buying at a time from now, in units of alpha + T, of customers who are there now."""
    from scipy.special import hyp2f1

    if len(at) < 3:
        return np.ones(len(x))
    r, _alpha, a, b = _natural(at)
    if len(at) == 3:
        return (1 + later * np.exp(at[2]) / (1 + np.exp(at[2]))) ** -(r + x + 1)
    grown = 1 + later
    return grown**-a * hyp2f1(a, a + b - r - 1, a + b + x, later / grown)
