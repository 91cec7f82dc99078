"""How far probabilities can be taken at their word."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import REPLICATES, mean_interval, percentile_interval, quantile_for, resample, wilson
from crm_ai.evaluation.tally import Tally


def brier_score(tally: Tally) -> Estimate:
    """Mean squared gap between probability and what happened.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together. Exact but for the spread of scores within a bin, which is
        below 0.01.

    Returns
    -------
    Estimate
        In [0, 1].
    """
    counts, sums = tally.counts.sum(axis=0), tally.score_sums.sum(axis=0)
    mean_scores = sums / np.maximum(counts, 1)
    gaps = (mean_scores - np.array([[0.0], [1.0]])) ** 2
    n = int(counts.sum())
    return _mean("brier_score", float((counts * gaps).sum()), float((counts * gaps**2).sum()), n)


def exact_probability_errors(happened: np.ndarray, scores: np.ndarray) -> tuple[Estimate, Estimate]:
    """Brier score and log loss from the customers themselves.

    Parameters
    ----------
    happened : numpy.ndarray of int, shape (n,)
        0 or 1.
    scores : numpy.ndarray of shape (n,)
        Probabilities. Log loss takes 0 and 1 for the nearest numbers in between; it is NaN if a score is no
        probability.

    Returns
    -------
    brier_score, log_loss : Estimate
        With intervals of a mean.
    """
    n = len(scores)
    squares = (scores - happened) ** 2
    tiny = np.finfo(np.float64).eps
    likelihoods = np.clip(np.where(happened == 1, scores, 1 - scores), tiny, 1 - tiny)
    losses = -np.log(likelihoods) if n and scores.min() >= 0 and scores.max() <= 1 else np.full(n, np.nan)
    return (
        _mean("brier_score", float(squares.sum()), float(squares @ squares), n),
        _mean("log_loss", float(losses.sum()), float(losses @ losses), n),
    )


def brier_decomposition(tally: Tally, *, bins: int = 10) -> dict[str, float]:
    """Say what the Brier score is made of.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.
    bins : int, default 10
        Bins of about equally many customers.

    Returns
    -------
    dict of str to float
        uncertainty (what saying the overall share of everybody would cost), resolution (what telling customers apart
        gains), reliability (what untrue probabilities lose) and within_bins (what is left, as scores differ within
        bins): uncertainty - resolution + reliability + within_bins is the Brier score. The first three are freed of
        the bias that chance within bins gives them, so that they may fall a little below 0. All NaN without customers.

    References
    ----------
    Murphy (1973), Journal of Applied Meteorology 12, "A new vector partition of the probability score"; Ferro and
    Fricker (2012), QJRMS 138, "A bias-corrected decomposition of the Brier score"; Stephenson, Coelho and Jolliffe
    (2008), Weather and Forecasting 23, "Two extra components in the Brier score decomposition".

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> parts = brier_decomposition(tally_scores([0, 0, 0, 1, 1, 1] * 50, [0.2, 0.2, 0.2, 0.2, 0.9, 0.9] * 50))
    >>> {name: round(part, 3) for name, part in parts.items()}
    {'uncertainty': 0.251, 'resolution': 0.125, 'reliability': 0.004, 'within_bins': -0.0}
    """
    curve = calibration_curve(tally, bins=bins)
    n = curve["n"].to_numpy(dtype=np.float64)
    total = n.sum()
    if not total:
        return dict.fromkeys(("uncertainty", "resolution", "reliability", "within_bins"), math.nan)
    predicted, observed = curve["predicted"].to_numpy(), curve["observed"].to_numpy()
    share = float(n @ observed / total)
    spread = share * (1 - share)
    chance = float((n * observed * (1 - observed) / np.maximum(n - 1, 1)).sum() / total)
    overall = spread / max(total - 1, 1)
    parts = {
        "uncertainty": float(spread + overall),
        "resolution": float(n @ (observed - share) ** 2 / total - chance + overall),
        "reliability": float(n @ (predicted - observed) ** 2 / total) - chance,
    }
    binned = parts["uncertainty"] - parts["resolution"] + parts["reliability"]
    return parts | {"within_bins": float(brier_score(tally).value - binned)}


def calibration_curve(tally: Tally, *, bins: int = 10) -> pd.DataFrame:
    """Compare predicted probability and observed share, in bins of about equally many customers.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.
    bins : int, default 10
        At most so many bins; customers with the same score stay together.

    Returns
    -------
    pandas.DataFrame
        Columns predicted (mean score), observed (share with the answer), low, high (Wilson), n; ascending.
    """
    counts, sums = tally.counts.sum(axis=0), tally.score_sums.sum(axis=(0, 1))
    customers = counts.sum(axis=0)
    middle = np.cumsum(customers) - customers / 2
    place = np.minimum((middle * bins / max(customers.sum(), 1)).astype(np.intp), bins - 1)
    n = np.bincount(place, weights=customers, minlength=bins).astype(np.int64)
    having = np.bincount(place, weights=counts[1], minlength=bins)[n > 0]
    scores = np.bincount(place, weights=sums, minlength=bins)[n > 0]
    n = n[n > 0]
    low, high = wilson(having, n)
    return pd.DataFrame({"predicted": scores / n, "observed": having / n, "low": low, "high": high, "n": n})


def expected_calibration_error(
    tally: Tally, *, bins: int = 10, replicates: int = REPLICATES, seed: int = 0
) -> Estimate:
    """Mean gap between predicted probability and observed share, weighted by customers.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.
    bins : int, default 10
        Bins of about equally many customers.
    replicates, seed : int
        Of the resampling that the interval is made of.

    Returns
    -------
    Estimate
        In [0, 1]. Chance alone makes gaps in every bin, so the interval reaches down to 0 unless the gaps are larger
        than chance explains.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), AAAI, "Obtaining well calibrated probabilities using Bayesian binning".

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> round(expected_calibration_error(tally_scores([0, 0, 0, 1] * 50, [0.25, 0.25, 0.25, 0.25] * 50)).value, 6)
    0.0
    """
    curve = calibration_curve(tally, bins=bins)
    n = curve["n"].to_numpy()
    if not len(n):
        return Estimate("expected_calibration_error", math.nan)
    customers = int(n.sum())
    having = np.rint(curve["observed"].to_numpy() * n)
    predicted = curve["predicted"].to_numpy()
    gap = (having - predicted * n) / customers
    value = float(np.abs(gap).sum())
    cells = np.stack([n - having, having]).ravel()
    drawn = resample(cells, replicates, seed).reshape(replicates, 2, len(n))
    noise = (drawn[:, 1] - predicted * drawn.sum(axis=1)) / customers - gap
    # By convexity the true gap is at most the seen one plus noise with its sign, and at least the seen one minus noise
    # that has a known sign only where the gap is beyond doubt, any sign elsewhere.
    doubtful = np.abs(gap) <= quantile_for(len(n)) * noise.std(axis=0)
    signed = noise * np.sign(gap)
    above = percentile_interval(np.where(doubtful, np.abs(noise), signed).sum(axis=1))[1]
    below = percentile_interval(signed.sum(axis=1))[0]
    ends = max(0.0, value - max(float(above), 0.0)), min(1.0, value - min(float(below), 0.0))
    return Estimate("expected_calibration_error", value, *ends, customers)


def _mean(name: str, total: float, squares: float, n: int) -> Estimate:
    if not n:
        return Estimate(name, math.nan)
    value = total / n
    error = math.sqrt(max(squares / n - value**2, 0.0) / max(n - 1, 1)) if math.isfinite(value) else math.nan
    low, high = mean_interval(value, error, n)
    return Estimate(name, value, max(low, 0.0) if math.isfinite(low) else low, high, n)
