"""Judge clusters that were found by density."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crm_ai.segmentation.choosing import RESAMPLES, SHARE, Cut
from crm_ai.segmentation.models import dense_codes
from crm_ai.segmentation.partitions import distances, silhouette
from crm_ai.segmentation.reference import make_reference
from crm_ai.segmentation.space import BalancedEncoder
from crm_ai.segmentation.structure import DRAWS, Structure


def judge_density(
    encoder: BalancedEncoder,
    codes: np.ndarray,
    smallest: float,
    *,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> tuple[Cut, Structure]:
    """Judge a density's clusters as k-means' are judged.

    A silhouette would punish clusters that are not round. Compared with tables without clusters is the share of
    customers in clusters, where there are at least two.

    Parameters
    ----------
    encoder : BalancedEncoder
        Fitted.
    codes : numpy.ndarray of shape (n, columns)
        Customers, as written by ``BalancedEncoder.codes_of``; at most a few thousand.
    smallest : float
        Share of customers that a cluster has at least.
    seed : int
        Decides all draws.
    progress : callable, optional
        Told the share that is done.

    Returns
    -------
    cut : Cut
        Number of clusters, their silhouette (of customers in clusters) and stability: adjusted Rand index over
        customers who are in a cluster in both resamples.
    structure : Structure
        Shares of customers in clusters, found and expected, in place of silhouettes.
    """
    points = encoder.points_of(codes)
    own = dense_codes(points, smallest)
    cut = _stability(points, own, smallest, seed)
    reference, generator = make_reference(encoder, codes, seed=seed), np.random.default_rng(seed)
    chance = np.empty(DRAWS)
    for draw in range(DRAWS):
        chance[draw] = _crowded(dense_codes(reference.draw(len(codes), generator), smallest))
        if progress is not None:
            progress((draw + 1) / DRAWS)
    found = _crowded(own)
    p = (1 + int((chance >= found).sum())) / (DRAWS + 1)
    structure = Structure(
        (cut.k,),
        np.array([found]),
        np.array([chance.mean()]),
        np.array([np.quantile(chance, 0.975)]),
        p,
        len(codes),
        DRAWS,
    )
    return cut, structure


def _crowded(codes: np.ndarray) -> float:
    return float((codes >= 0).mean()) if codes.max(initial=-1) >= 1 else 0.0


def _stability(points: np.ndarray, own: np.ndarray, smallest: float, seed: int) -> Cut:
    from sklearn.metrics import adjusted_rand_score

    generator, size = np.random.default_rng(seed), max(round(SHARE * len(points)), 1)
    found, widths, agreed = [], [], []
    for _resample in range(RESAMPLES):
        rows = np.sort(generator.permutation(len(points))[:size])
        everywhere = np.full(len(points), -1)
        everywhere[rows] = dense_codes(points[rows], smallest)
        found.append(everywhere)
        widths.append(_width(points[rows], everywhere[rows]))
    for one, other in zip(found, found[1:] + found[:1], strict=True):
        both = (one >= 0) & (other >= 0)
        # Nothing found in either is no agreement on clusters.
        agreed.append(float(adjusted_rand_score(one[both], other[both])) if both.sum() > 1 else 0.0)
    known = [width for width in widths if np.isfinite(width)] or [np.nan]
    return Cut(
        k=int(own.max(initial=-1)) + 1,
        silhouette=_width(points, own),
        silhouette_low=float(np.quantile(known, 0.025)),
        silhouette_high=float(np.quantile(known, 0.975)),
        stability=float(np.mean(agreed)),
        stability_low=float(np.quantile(agreed, 0.025)),
        stability_high=float(np.quantile(agreed, 0.975)),
        n=len(points),
    )


def _width(points: np.ndarray, codes: np.ndarray) -> float:
    inside = codes >= 0
    return silhouette(distances(points[inside]), codes[inside]) if inside.sum() > 2 else float("nan")
