"""How many clusters: how far they lie apart, and whether other customers would give the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crm_ai.segmentation.partitions import distances, k_means, silhouette

RESAMPLES = 20
SHARE = 2 / 3
STABLE = 0.8
SAME = 0.95
NEAR = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How good a number of clusters is.

    Parameters
    ----------
    k : int
        Clusters.
    silhouette, silhouette_low, silhouette_high : float
        How much nearer customers are to their own cluster than to the next, 1 being perfect; and the range that the
        middle 95 % of resamples lie in.
    stability, stability_low, stability_high : float
        Adjusted Rand index of clusters found in two resamples, over the customers who are in both, 1 being the same
        clusters: mean, and the range of the middle 95 %. NaN where there are too few customers to resample.
    n : int
        Customers looked at.

    References
    ----------
    Hubert and Arabie (1985), Journal of Classification 2, "Comparing partitions"; Ben-Hur, Elisseeff and Guyon (2002),
    Pacific Symposium on Biocomputing, "A stability based method for discovering structure in clustered data".
    """

    k: int
    silhouette: float
    silhouette_low: float
    silhouette_high: float
    stability: float
    stability_low: float
    stability_high: float
    n: int

    @property
    def is_stable(self) -> bool:
        """Whether other customers would give about the same clusters."""
        return self.stability >= STABLE


def judge_cuts(points: np.ndarray, counts: Sequence[int], *, seed: int, resamples: int = RESAMPLES) -> tuple[Cut, ...]:
    """Judge several numbers of clusters.

    Parameters
    ----------
    points : numpy.ndarray of shape (n, dimensions)
        Customers; a few thousand at most.
    counts : sequence of int
        Numbers of clusters to judge, each below the number of distinct customers.
    seed : int
        Decides the resamples and where searches begin.
    resamples : int, default 20
        How many resamples of two thirds of the customers.

    Returns
    -------
    tuple of Cut
        In the order of `counts`.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> points = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], 30, axis=0) + generator.normal(size=(90, 2))
    >>> cuts = judge_cuts(points, (2, 3, 4), seed=0)
    >>> best_cut(cuts).k, round(best_cut(cuts).stability, 2)
    (3, 1.0)
    """
    apart = distances(points)
    generator = np.random.default_rng(seed)
    size = max(round(SHARE * len(points)), 1)
    drawn = [np.sort(generator.permutation(len(points))[:size]) for _resample in range(resamples)]
    near = [apart[np.ix_(rows, rows)] for rows in drawn[: resamples // 2]]
    return tuple(_judge(points, apart, drawn, near, k, seed) for k in counts)


def best_cut(cuts: Sequence[Cut]) -> Cut:
    """The number of clusters to take.

    The finest cut that other customers would give again (stability of at least 0.95), unless its clusters lie clearly
    less far apart than those of another (silhouette more than 0.1 lower). If no cut is that stable, the one whose
    clusters lie farthest apart among those of a stability of at least 0.8, else among all.

    Parameters
    ----------
    cuts : sequence of Cut
        At least one.

    Returns
    -------
    Cut
        The best one.
    """
    widest = max(cuts, key=_width)
    again = [cut for cut in cuts if cut.stability >= SAME and _width(cut) >= _width(widest) - NEAR]
    if again:
        return max(again, key=lambda cut: cut.k)
    return max([cut for cut in cuts if cut.is_stable] or cuts, key=_width)


def _width(cut: Cut) -> float:
    return cut.silhouette if np.isfinite(cut.silhouette) else -1.0


def _judge(
    points: np.ndarray, apart: np.ndarray, drawn: list[np.ndarray], near: list[np.ndarray], k: int, seed: int
) -> Cut:
    from sklearn.metrics import adjusted_rand_score

    codes, _centres = k_means(points, k, seed=seed, starts=5)
    found: list[np.ndarray] = []
    widths: list[float] = []
    for place, rows in enumerate(drawn):
        if k >= len(rows):
            break
        its, _centres = k_means(points[rows], k, seed=seed + place, starts=4)
        everywhere = np.full(len(points), -1)
        everywhere[rows] = its
        found.append(everywhere)
        if place < len(near):
            widths.append(silhouette(near[place], its))
    agreed = []
    for one, other in zip(found, found[1:] + found[:1], strict=True):
        both = (one >= 0) & (other >= 0)
        agreed.append(float(adjusted_rand_score(one[both], other[both])))
    return Cut(
        k=k,
        silhouette=silhouette(apart, codes),
        silhouette_low=_quantile(widths, 0.025),
        silhouette_high=_quantile(widths, 0.975),
        stability=float(np.mean(agreed)) if agreed else np.nan,
        stability_low=_quantile(agreed, 0.025),
        stability_high=_quantile(agreed, 0.975),
        n=len(points),
    )


def _quantile(values: list[float], q: float) -> float:
    known = [x for x in values if np.isfinite(x)]
    return float(np.quantile(known, q)) if known else float("nan")
