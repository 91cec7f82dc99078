"""Compare every pair of groups in every question that is asked: which differences are more than chance.

Twelve groups make 66 pairs, and each is asked whether it is selected alike, found alike and alarmed alike. One false
alarm in twenty for each question would be a false alarm in every audit, so the answers are corrected together (Holm).
Shares of few customers are compared exactly (Fisher), for there the normal approximation cries wolf.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from crm_ai.evaluation import RATES, GroupValues
from crm_ai.evaluation.intervals import Z
from crm_ai.evaluation.paired import holm

ALPHA = 0.05
POWER = 0.8
FEW = 20  # customers expected in the rarest of the four cells, below which the exact test is made


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups compared in one metric.

    Parameters
    ----------
    metric : str
        The metric.
    high, low : str
        The group with the higher and with the lower value.
    difference, ratio : float
        Higher minus lower, and lower divided by higher.
    p : float
        How often equal groups would differ as much, in [0, 1].
    corrected : float
        The same, corrected for all comparisons that are made together.
    """

    metric: str
    high: str
    low: str
    difference: float
    ratio: float
    p: float
    corrected: float

    @property
    def beyond_chance(self) -> bool:
        """Whether chance explains the difference in fewer than one of twenty such sets of comparisons."""
        return self.corrected < ALPHA


def rate_pairs(names: Iterable[str], cells: np.ndarray, groups: Sequence[str]) -> tuple[Pair, ...]:
    """Compare all groups in some rates.

    Parameters
    ----------
    names : iterable of str
        Metrics of ``RATES``.
    cells : numpy.ndarray of int, shape (groups, 4)
        See ``Tally.cells``; of groups that may be compared.
    groups : sequence of str
        Their names.

    Returns
    -------
    tuple of Pair
        Corrected together. Groups in which a rate is undefined are left out of it.

    Examples
    --------
    >>> cells = np.array([[700, 0, 0, 300], [500, 0, 0, 500]])
    >>> pair = rate_pairs(["selection_rate"], cells, ("f", "m"))[0]
    >>> pair.high, pair.difference, pair.beyond_chance
    ('m', 0.2, True)
    """
    found = []
    first, second = np.triu_indices(len(groups), k=1)
    for name in names:
        part, whole = RATES[name].counts(cells)
        known = (whole[first] > 0) & (whole[second] > 0)
        a, b = first[known], second[known]
        p = _shares_differ(part[a], whole[a], part[b], whole[b])
        found += _pairs(name, groups, RATES[name].value(cells), a, b, p)
    return corrected_together(found)


def error_pairs(metrics: Mapping[str, GroupValues], groups: Sequence[str]) -> tuple[Pair, ...]:
    """Compare all groups in the errors of numeric predictions.

    Parameters
    ----------
    metrics : mapping of str to GroupValues
        By metric, of groups that may be compared.
    groups : sequence of str
        Their names.

    Returns
    -------
    tuple of Pair
        Corrected together; standard errors are taken from the groups' own intervals.
    """
    found = []
    first, second = np.triu_indices(len(groups), k=1)
    for name, metric in metrics.items():
        low, high = metric.limits(Z)
        errors = (high - low) / (2 * Z)
        known = np.isfinite(errors[first] + errors[second])
        a, b = first[known], second[known]
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.abs(metric.values[a] - metric.values[b]) / np.hypot(errors[a], errors[b])
        found += _pairs(name, groups, metric.values, a, b, _two_sided(np.where(np.isfinite(z), z, 0.0)))
    return corrected_together(found)


def corrected_together(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Correct comparisons, so that one false alarm among all of them stays as rare as one in twenty.

    Parameters
    ----------
    pairs : sequence of Pair
        Of one audit or of several.

    Returns
    -------
    tuple of Pair
        In the same order, by Holm's procedure.
    """
    return tuple(replace(pair, corrected=p) for pair, p in zip(pairs, holm([pair.p for pair in pairs]), strict=True))


def detectable_rate(name: str, cells: np.ndarray, comparisons: int) -> float:
    """Difference of a rate that would have been found in four of five cases, between the two largest groups.

    Parameters
    ----------
    name : str
        A metric of ``RATES``.
    cells : numpy.ndarray of int, shape (groups, 4)
        See ``Tally.cells``; of groups that may be compared.
    comparisons : int
        How many are made together.

    Returns
    -------
    float
        In [0, 1]; NaN if fewer than two groups have a rate.

    References
    ----------
    Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences", chapter 6.

    Examples
    --------
    >>> cells = np.array([[1400, 0, 0, 600], [1400, 0, 0, 600]])
    >>> round(detectable_rate("selection_rate", cells, 1), 3)
    0.041
    """
    part, whole = RATES[name].counts(cells)
    if (whole > 0).sum() < 2:
        return math.nan
    # A little added to either side, so that a rate of 0 or 1 does not seem to be known without error.
    share = (part.sum() + 1) / (whole.sum() + 2)
    error = math.sqrt(share * (1 - share) * float((1 / np.sort(whole)[-2:]).sum()))
    return min(detectable(error, comparisons), 1.0)


def detectable(error: float, comparisons: int) -> float:
    """Difference that would have been found in four of five cases.

    Parameters
    ----------
    error : float
        Standard error of the difference.
    comparisons : int
        How many are made together.

    Returns
    -------
    float
        In the metric's own unit.
    """
    normal = NormalDist()
    return error * (normal.inv_cdf(1 - ALPHA / (2 * max(comparisons, 1))) + normal.inv_cdf(POWER))


def _pairs(
    metric: str, groups: Sequence[str], values: np.ndarray, a: np.ndarray, b: np.ndarray, p: np.ndarray
) -> list[Pair]:
    found = []
    for i, j, chance in zip(a.tolist(), b.tolist(), p.tolist(), strict=True):
        high, low = (i, j) if values[i] >= values[j] else (j, i)
        top, bottom = float(values[high]), float(values[low])
        ratio = bottom / top if top > 0 else math.nan
        found.append(Pair(metric, groups[high], groups[low], top - bottom, ratio, chance, chance))
    return found


def _shares_differ(k: np.ndarray, n: np.ndarray, other_k: np.ndarray, other_n: np.ndarray) -> np.ndarray:
    """Two-sided chance of shares that differ as much: the score test, or Fisher's where a cell is rare."""
    if not len(k):
        return np.zeros(0)
    whole, hits = n + other_n, k + other_k
    share = hits / whole
    error = np.sqrt(share * (1 - share) * (1 / n + 1 / other_n))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(k / n - other_k / other_n) / error
    p = _two_sided(np.where(error > 0, z, 0.0))
    rare = (np.minimum(n, other_n) * np.minimum(share, 1 - share) < FEW) & (error > 0)
    if rare.any():
        from scipy.stats import hypergeom

        known = (k[rare], whole[rare], hits[rare], n[rare])
        k_, whole_, hits_, n_ = known
        below, above = hypergeom.cdf(k_, whole_, hits_, n_), hypergeom.sf(k_ - 1, whole_, hits_, n_)
        p[rare] = np.minimum(2 * np.minimum(below, above), 1.0)
    return p


def _two_sided(z: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.asarray(2 * ndtr(-np.abs(z)))
