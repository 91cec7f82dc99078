"""What a customer's purchases are worth on average: the gamma-gamma model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.errors import ProblemError
from crm_ai.evaluation import Estimate
from crm_ai.segmentation.maximum_likelihood import Expected, Optimum, maximise, positive, richer, spread
from crm_ai.words import _, count

FEWEST = 10
STARTS = ((0.0, 1.0, 0.0), (1.5, 1.0, 0.0), (2.0, 2.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class SpendModel:
    """Values of purchases that vary around a mean of each customer's own, which differs between customers.

    Where customers differ no more than by chance, all have the same mean, and the parameters are infinite.

    Parameters
    ----------
    p, q, v : float
        The parameters; `v` is in the unit of money.
    at : numpy.ndarray of float, shape (3,) or (1,)
        Their logarithms; that of the mean where it is the same for all.
    covariance : numpy.ndarray of float
        Of the logarithms.
    log_likelihood : float
        Of all customers that were fitted on.
    customers : int
        Customers with a repeat purchase of known value.
    """

    p: float
    q: float
    v: float
    at: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    customers: int

    @property
    def differing(self) -> bool:
        """Whether the data show that customers differ."""
        return len(self.at) == 3

    @property
    def name(self) -> str:
        """What the model is called."""
        return "gamma-gamma" if self.differing else "gamma"

    def parameters(self) -> tuple[Estimate, ...]:
        """The parameters with 95 % intervals, taken on the scale of their logarithms."""
        found = positive(np.exp(self.at), np.sqrt(np.diag(self.covariance)))
        names = ("p", "q", "v") if self.differing else ("mean",)
        ends = zip(names, found.value.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
        return tuple(Estimate(name, value, low, high, self.customers) for name, value, low, high in ends)

    def standard_errors(self) -> np.ndarray:
        """Standard errors of the parameters themselves, by the delta method."""
        return np.exp(self.at) * np.sqrt(np.diag(self.covariance))

    def mean_value(self, frequency: ArrayLike, value: ArrayLike) -> Expected:
        """Mean value of a purchase that is to be expected of customers.

        Parameters
        ----------
        frequency : array of int, shape (n,)
            Repeat purchases.
        value : array of float, shape (n,)
            Their mean value; of no meaning without any.

        Returns
        -------
        Expected
            Between the customer's own mean and that of all; NaN where the model has no mean (`q` at most 1 and no
            repeat purchase).

        References
        ----------
        Fader, Hardie (2013), "The gamma-gamma model of monetary value", equation 5.
        """
        x, m = _spending(frequency, value)
        error = spread(lambda t: self.log_mean_value(t, x, m), self.at, self.covariance)
        return positive(np.exp(self.log_mean_value(self.at, x, m)), error)

    def log_mean_value(self, at: np.ndarray, frequency: ArrayLike, value: ArrayLike) -> np.ndarray:
        """Logarithm of the expected mean value at other parameters, for the delta method.

        Parameters
        ----------
        at : numpy.ndarray of float, shape (3,) or (1,)
            Logarithms of the parameters, as in `at` of the model.
        frequency, value : array of float, shape (n,)
            As in ``mean_value``.

        Returns
        -------
        numpy.ndarray of float, shape (n,)
            One entry a customer.
        """
        x, m = _spending(frequency, value)
        if len(at) == 1:
            return np.full(len(x), at[0])
        p, q, v = np.exp(at)
        freedom = p * x + q - 1
        return np.log(p) + np.log(v + x * m) - np.log(np.where(freedom > 0, freedom, np.nan))


def fit_spend(frequency: ArrayLike, value: ArrayLike) -> SpendModel:
    """Fit the gamma-gamma model by maximum likelihood, on customers with a repeat purchase of a value above zero.

    Parameters
    ----------
    frequency : array of int, shape (n,)
        Repeat purchases.
    value : array of float, shape (n,)
        Their mean value.

    Returns
    -------
    SpendModel
        In the unit of money of `value`.

    Raises
    ------
    ProblemError
        If too few customers came back, or how customers differ cannot be told from how purchases do.

    References
    ----------
    Fader, Hardie, Lee (2005), Journal of Marketing Research 42, "RFM and CLV: using iso-value curves for customer base
    analysis"; Fader, Hardie (2013), "The gamma-gamma model of monetary value".
    """
    x, m = _spending(frequency, value)
    used = (x > 0) & (m > 0)
    if int(used.sum()) < FEWEST:
        raise ProblemError(
            _("Only {n} customers came back and paid something: too few to tell what a purchase is worth.").format(
                n=count(used.sum())
            ),
            next_step=_("Take a longer time, at least {n} such customers are needed.").format(n=FEWEST),
        )
    scale = float(m[used].mean())
    pairs, weights = np.unique(np.stack([x[used], m[used] / scale]), axis=1, return_counts=True)
    alike = _alike(pairs[0], pairs[1], weights)
    found = richer(alike, maximise(lambda at: _likelihood(at, pairs[0], pairs[1], weights), STARTS))
    if not found.found:
        raise ProblemError(
            _("These purchases do not tell how customers differ from how each one’s purchases do: no model fits."),
            next_step=_("Take a longer time or more customers, or multiply expected purchases by a mean value."),
        )
    at = found.at + np.log(scale) * (np.arange(len(found.at)) == len(found.at) - 1)
    p, q, v = np.exp(at).tolist() if len(at) == 3 else [np.inf] * 3
    height = found.log_likelihood - float(used.sum()) * np.log(scale)
    return SpendModel(p, q, v, at, found.covariance, height, int(used.sum()))


def _alike(x: np.ndarray, m: np.ndarray, weights: np.ndarray) -> Optimum:
    """One mean for all, around which purchases vary by a gamma distribution, and the height of its likelihood."""
    mean = float(weights @ (x * m) / (weights @ x))
    if np.ptp(m) == 0:
        return Optimum(np.log([mean]), np.zeros((1, 1)), np.inf, found=True)
    found = maximise(lambda at: _likelihood_of_one_mean(at, x, m, mean, weights), ((0.0,), (3.0,)))
    p = float(np.exp(found.at[0]))
    return Optimum(np.log([mean]), np.array([[1 / (p * (weights @ x))]]), found.log_likelihood, found=True)


def _spending(frequency: ArrayLike, value: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    x = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
    return x, np.where(x > 0, np.atleast_1d(np.asarray(value, dtype=np.float64)), 0.0)


def _likelihood_of_one_mean(
    at: np.ndarray, x: np.ndarray, m: np.ndarray, mean: float, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Log-likelihood of the shape p where the mean of all is known, and its slope in the logarithm."""
    from scipy.special import digamma, gammaln

    shape = np.exp(at[0]) * x
    grown = np.log(shape / mean) + np.log(m)
    height = shape * grown - gammaln(shape) - np.log(m) - shape * m / mean
    return float(weights @ height), np.array([float(weights @ (shape * (grown + 1 - digamma(shape) - m / mean)))])


def _likelihood(at: np.ndarray, x: np.ndarray, m: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Log-likelihood of Fader, Hardie (2013), equation 1a, and its gradient in the logarithms."""
    from scipy.special import digamma, gammaln

    p, q, v = np.exp(at)
    shape, total = p * x, x * m
    height = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
    height += (shape - 1) * np.log(m) + shape * np.log(x) - (shape + q) * np.log(total + v)
    more = digamma(shape + q)
    slope_p = x * (more - digamma(shape) + np.log(total) - np.log(total + v))
    slope_q = more - digamma(q) + np.log(v) - np.log(total + v)
    slope_v = q / v - (shape + q) / (total + v)
    return float(weights @ height), np.stack([slope_p, slope_q, slope_v]) @ weights * np.exp(at)
