"""Likelihoods of repeat purchases: the BG/NBD model and what it becomes where customers do not differ.

Each takes logarithms of its parameters, distinct histories (repeat purchases x, time of the last t_x, age T) and how
many customers have each, and returns the log-likelihood with its slope in the logarithms.

References
----------
Fader, Hardie, Lee (2005), Marketing Science 24, "“Counting your customers” the easy way: an alternative to the
Pareto/NBD model".
"""

from __future__ import annotations

import numpy as np

from crm_ai.segmentation.maximum_likelihood import Optimum


def beta_geometric(
    at: np.ndarray, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Log-likelihood of Fader, Hardie, Lee (2005), equation 6, and its gradient in the logarithms."""
    from scipy.special import digamma, expit, gammaln

    r, alpha, a, b = np.exp(at)
    k, where = np.unique(x, return_inverse=True)  # special functions are dear, and few frequencies differ
    common = gammaln(r + k) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) + gammaln(b + k) - gammaln(b)
    common -= gammaln(a + b + k)
    last = np.where(k > 0, b + k - 1, 1.0)
    log_now, log_then = np.log(alpha + T), np.log(alpha + t_x)
    stayed = -(r + x) * log_now
    left = np.where(x > 0, np.log(a / last)[where] - (r + x) * log_then, -np.inf)
    gone = expit(left - stayed)  # probability of having left after the last purchase
    height = float(weights @ (common[where] + np.logaddexp(stayed, left)))
    slope_r = (digamma(r + k) - digamma(r) + np.log(alpha))[where] - (1 - gone) * log_now - gone * log_then
    slope_alpha = r / alpha - (r + x) * ((1 - gone) / (alpha + T) + gone / (alpha + t_x))
    both = digamma(a + b) - digamma(a + b + k)
    slope_a, slope_b = both[where] + gone / a, (both + digamma(b + k) - digamma(b))[where] - gone / last[where]
    slopes = np.stack([slope_r, slope_alpha, slope_a, slope_b])
    return height, slopes @ weights * np.exp(at)


def one_chance(
    at: np.ndarray, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """The same where the odds of leaving after a purchase are those of all, the third parameter."""
    from scipy.special import digamma, expit, gammaln

    r, alpha, odds = np.exp(at)
    chance = odds / (1 + odds)
    k, where = np.unique(x, return_inverse=True)
    common = gammaln(r + k) - gammaln(r) + r * np.log(alpha) - k * np.log1p(odds)
    log_now, log_then = np.log(alpha + T), np.log(alpha + t_x)
    stayed = -(r + x) * log_now
    left = np.where(x > 0, at[2] - (r + x) * log_then, -np.inf)
    gone = expit(left - stayed)
    height = float(weights @ (common[where] + np.logaddexp(stayed, left)))
    slope_r = (digamma(r + k) - digamma(r) + np.log(alpha))[where] - (1 - gone) * log_now - gone * log_then
    slope_alpha = r / alpha - (r + x) * ((1 - gone) / (alpha + T) + gone / (alpha + t_x))
    return height, np.stack([slope_r * r, slope_alpha * alpha, gone - x * chance]) @ weights


def staying(at: np.ndarray, x: np.ndarray, T: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """The same where nobody leaves: the NBD model."""
    from scipy.special import digamma, gammaln

    r, alpha = np.exp(at)
    height = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + T)
    slope_r = digamma(r + x) - digamma(r) + np.log(alpha) - np.log(alpha + T)
    slopes = np.stack([slope_r, r / alpha - (r + x) / (alpha + T)])
    return float(weights @ height), slopes @ weights * np.exp(at)


def alike(x: np.ndarray, T: np.ndarray, weights: np.ndarray) -> Optimum:
    """One rate for all, the Poisson model, whose maximum is known."""
    bought, time = float(weights @ x), float(weights @ T)
    rate = bought / time
    return Optimum(np.log([rate]), np.array([[1 / bought]]), bought * np.log(rate) - rate * time, found=True)
