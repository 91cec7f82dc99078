"""Are there clusters at all? A table is compared with tables that are like it, but have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.segmentation.partitions import distances, k_means, silhouette
from crm_ai.segmentation.reference import make_reference
from crm_ai.segmentation.space import BalancedEncoder

DRAWS = 39
CUSTOMERS = 1_000
SURE = 0.05
CLEAR = 0.04  # in silhouette: less is not worth being called a cluster, however sure it is


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Whether customers fall into clusters more than chance makes them.

    Parameters
    ----------
    counts : tuple of int
        Numbers of clusters that were tried.
    found, expected, highest : numpy.ndarray of shape (counts,)
        Silhouette of the table for each; mean and 97.5 % quantile of the same over tables without clusters.
    p : float
        How often tables without clusters show as much, over all numbers of clusters together.
    n : int
        Customers looked at.
    draws : int
        Tables without clusters that were drawn.
    """

    counts: tuple[int, ...]
    found: np.ndarray
    expected: np.ndarray
    highest: np.ndarray
    p: float
    n: int
    draws: int

    @property
    def is_natural(self) -> bool:
        """Whether there is structure: more than chance, and enough to be called so."""
        return bool(self.p <= SURE and self.clear.any())

    @property
    def clear(self) -> np.ndarray:
        """Numbers of clusters whose silhouette is clearly above that of tables without clusters, shape (counts,)."""
        return np.asarray((self.found - self.expected >= CLEAR) & (self.found > self.highest))

    def to_frame(self) -> pd.DataFrame:
        """Put the comparison into a tidy table.

        Returns
        -------
        pandas.DataFrame
            Columns k, silhouette, expected, highest, clear.
        """
        return pd.DataFrame(
            {
                "k": self.counts,
                "silhouette": self.found,
                "expected": self.expected,
                "highest": self.highest,
                "clear": self.clear,
            }
        )


def look_for_structure(
    encoder: BalancedEncoder,
    codes: np.ndarray,
    counts: Sequence[int],
    *,
    seed: int,
    draws: int = DRAWS,
    progress: Callable[[float], None] | None = None,
) -> Structure:
    """Compare a table's silhouettes with those of tables without clusters.

    For each number of clusters, silhouettes are set in standard deviations above those of tables without clusters (see
    ``Reference``). The highest over all numbers of clusters is compared with the same of each table without clusters,
    so that looking at many numbers raises no false alarm.

    Parameters
    ----------
    encoder : BalancedEncoder
        Fitted.
    codes : numpy.ndarray of shape (n, columns)
        Customers, as written by ``BalancedEncoder.codes_of``; a sample of 1,000 is enough.
    counts : sequence of int
        Numbers of clusters.
    seed : int
        Decides all draws.
    draws : int, default 39
        Tables without clusters; the smallest p that can be told is 1 in so many and one.
    progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Structure
        The comparison.
    """
    reference, generator = make_reference(encoder, codes, seed=seed), np.random.default_rng(seed)
    found = _silhouettes(encoder.points_of(codes), counts, seed)
    chance = np.empty((draws, len(counts)))
    for draw in range(draws):
        chance[draw] = _silhouettes(reference.draw(len(codes), generator), counts, seed + draw)
        if progress is not None:
            progress((draw + 1) / draws)
    expected, spread = chance.mean(axis=0), np.maximum(chance.std(axis=0), 1e-6)
    above = float(((found - expected) / spread).max())
    by_chance = ((chance - expected) / spread).max(axis=1)
    p = (1 + int((by_chance >= above).sum())) / (draws + 1)
    return Structure(tuple(counts), found, expected, np.quantile(chance, 0.975, axis=0), p, len(codes), draws)


def _silhouettes(points: np.ndarray, counts: Sequence[int], seed: int) -> np.ndarray:
    apart = distances(points)
    found = [silhouette(apart, k_means(points, k, seed=seed + k, starts=2)[0]) for k in counts]
    return np.nan_to_num(np.asarray(found), nan=0.0)
