"""How sure are we: 95 % intervals from counts, in closed form where there is one, else by resampling the counts."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

Z = 1.959963984540054
REPLICATES = 1000


def wilson(k: ArrayLike, n: ArrayLike, z: float = Z) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a share, by Wilson's score method.

    Parameters
    ----------
    k, n : array
        Customers concerned, and customers looked at.
    z : float, default 1.96
        Normal quantile; the default gives 95 %.

    Returns
    -------
    low, high : numpy.ndarray
        Ends of the interval; NaN where nobody was looked at.

    References
    ----------
    Wilson (1927), JASA 22, "Probable inference, the law of succession, and statistical inference".

    Examples
    --------
    >>> low, high = wilson(5, 10)
    >>> float(low.round(3)), float(high.round(3))
    (0.237, 0.763)
    """
    part, whole = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = part / whole
        centre = (part + z * z / 2) / (whole + z * z)
        half = z * np.sqrt(share * (1 - share) * whole + z * z / 4) / (whole + z * z)
    low, high = np.minimum(centre - half, share), np.maximum(centre + half, share)
    return np.where(part == 0, share, low), np.where(part == whole, share, high)


def mean_interval(value: float, error: float, n: int) -> tuple[float, float]:
    """Interval of a mean, from its standard error.

    Parameters
    ----------
    value, error : float
        The mean and its standard error.
    n : int
        Customers it was taken over.

    Returns
    -------
    low, high : float
        Ends of the interval; NaN for fewer than three customers.
    """
    half = student(n - 1) * error
    return value - half, value + half


def logit_interval(value: float, error: float, n: float) -> tuple[float, float]:
    """Interval of a number between 0 and 1 that is no simple share, from its standard error.

    Taken on the log-odds scale, where it cannot leave 0…1. Where the standard error vanishes (all ranked right, say),
    Wilson's interval of a share of `n` tells what so few customers can prove.

    Parameters
    ----------
    value, error : float
        The number and its standard error.
    n : float
        Customers that decide it.

    Returns
    -------
    low, high : float
        Ends of the interval.

    Examples
    --------
    >>> [round(end, 3) for end in logit_interval(0.9, 0.02, 200)], round(logit_interval(1.0, 0.0, 50)[0], 3)
    ([0.853, 0.933], 0.929)
    """
    if not math.isfinite(value):
        return math.nan, math.nan
    if not (0 < value < 1 and error > 0 and math.isfinite(error)):
        low, high = wilson(value * n, n)
        return float(low), float(high)
    centre, half = math.log(value / (1 - value)), Z * error / (value * (1 - value))
    return _inverse_logit(centre - half), _inverse_logit(centre + half)


def student(freedom: float) -> float:
    """Quantile of Student's distribution that 2.5 % lie above, by its expansion around the normal one.

    Parameters
    ----------
    freedom : float
        Degrees of freedom.

    Returns
    -------
    float
        Within 0.13 of the true quantile at 2 degrees of freedom, within 0.001 from 7 on; NaN below 2.
    """
    if freedom < 2:
        return math.nan
    z, f = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * f)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * f**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * f**3)
    )


def quantile_for(comparisons: int) -> float:
    """Normal quantile at which so many intervals hold at once with 95 %, by Šidák's rule.

    Parameters
    ----------
    comparisons : int
        How many.

    Returns
    -------
    float
        1.96 for one, more for several.

    Examples
    --------
    >>> [round(quantile_for(comparisons), 2) for comparisons in (1, 3, 10)]
    [1.96, 2.39, 2.8]
    """
    return NormalDist().inv_cdf(1 - (1 - 0.95 ** (1 / comparisons)) / 2)


def resample(cells: ArrayLike, replicates: int = REPLICATES, seed: int = 0) -> np.ndarray:
    """Draw what other customers of the same kind might have been counted as: the multinomial bootstrap.

    Parameters
    ----------
    cells : array of int, shape (…, cells)
        Counts; those along the last axis share out a fixed number of customers.
    replicates : int, default 1000
        How often.
    seed : int, default 0
        Makes the draw reproducible.

    Returns
    -------
    numpy.ndarray of int64, shape (replicates, …, cells)
        Counts of each draw.

    Examples
    --------
    >>> resample([[5, 5], [0, 3]], 4).sum(axis=-1).tolist()
    [[10, 3], [10, 3], [10, 3], [10, 3]]
    """
    counts = np.asarray(cells, dtype=np.int64)
    n = counts.sum(axis=-1)
    shares = counts / np.maximum(n, 1)[..., None]
    shares[n == 0] = 1 / counts.shape[-1]
    return np.random.default_rng(seed).multinomial(n, shares, size=(replicates, *n.shape))


def percentile_interval(replicates: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Take the middle 95 % of replicates.

    Parameters
    ----------
    replicates : array of shape (replicates, …)
        A number for each draw, see ``resample``; NaN where it was undefined.

    Returns
    -------
    low, high : numpy.ndarray of shape (…)
        Ends of the interval; NaN where more than a tenth of the draws leave the number undefined.
    """
    drawn = np.asarray(replicates, dtype=np.float64)
    unknown = np.isnan(drawn)
    hopeless = unknown.mean(axis=0) > 0.1
    low, high = np.nanquantile(np.where(hopeless, 0.0, drawn), [0.025, 0.975], axis=0)
    return np.where(hopeless, np.nan, low), np.where(hopeless, np.nan, high)


def _inverse_logit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
