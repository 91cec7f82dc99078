"""Ranges around predicted numbers that hold as often as they say, whatever the model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crm_ai.evaluation.error_tally import checked_numbers
from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import wilson

LEVEL = 0.95
LEVELS = (0.5, 0.8, 0.9, 0.95)
CUSTOMERS_A_BIN = 200
MOST_BINS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRanges:
    """How far off customers were of whom as much was predicted, ready to be put around new predictions.

    Parameters
    ----------
    level : float
        Share of customers that the ranges are to hold for, in (0, 1).
    edges : tuple of float
        Predictions up to the first belong to the first bin, and so on; one fewer than there are bins.
    below, above : tuple of float
        By bin: what is added to a prediction to get the ends of its range. Infinite where there were too few customers
        to promise so much.
    floor : float
        No range goes below; 0 where no customer's number was negative, else minus infinity.
    n : int
        Customers that the ranges were learned from.
    """

    level: float
    edges: tuple[float, ...]
    below: tuple[float, ...]
    above: tuple[float, ...]
    floor: float
    n: int

    def around(self, predicted: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Put ranges around predictions.

        Parameters
        ----------
        predicted : array of shape (n,)
            What the model says.

        Returns
        -------
        low, high : numpy.ndarray of float64, shape (n,)
            Ends of the ranges.
        """
        said = np.asarray(predicted, dtype=np.float64)
        place = np.searchsorted(np.asarray(self.edges), said, side="left")
        low = np.maximum(said + np.asarray(self.below)[place], self.floor)
        return low, np.maximum(said + np.asarray(self.above)[place], low)

    def as_json(self) -> dict[str, Any]:
        """All numbers by name; infinite ones are left out of tuples as None."""
        return {
            "level": self.level,
            "edges": list(self.edges),
            "below": [x if math.isfinite(x) else None for x in self.below],
            "above": [x if math.isfinite(x) else None for x in self.above],
            "floor": self.floor if math.isfinite(self.floor) else None,
            "n": self.n,
        }


def ranges_from_json(said: Mapping[str, Any]) -> PredictionRanges:
    """Read ranges that were written by ``PredictionRanges.as_json``.

    Parameters
    ----------
    said : mapping
        By name.

    Returns
    -------
    PredictionRanges
        The same.

    Raises
    ------
    ValueError
        If there is not an upper and a lower end for each bin.
    """
    below = tuple(-math.inf if x is None else float(x) for x in said["below"])
    above = tuple(math.inf if x is None else float(x) for x in said["above"])
    edges = tuple(float(edge) for edge in said["edges"])
    if not len(below) == len(above) == len(edges) + 1:
        raise ValueError("bins do not fit together")
    floor = -math.inf if said["floor"] is None else float(said["floor"])
    return PredictionRanges(
        level=float(said["level"]), edges=edges, below=below, above=above, floor=floor, n=int(said["n"])
    )


def conformal_ranges(actual: ArrayLike, predicted: ArrayLike, *, level: float = LEVEL) -> PredictionRanges:
    """Learn ranges from customers whom the model had not seen.

    The errors of so many customers, put in order, tell how large the next one's will be: if customers come in no
    particular order, each place among them is as likely. Errors are taken with their sign, and apart for customers of
    whom little and of whom much is predicted, so that ranges may lean and widen as errors do.

    Parameters
    ----------
    actual, predicted : array of shape (n,)
        What was true of them, and what a model said that was not fitted on them.
    level : float, default 0.95
        Share of customers that the ranges are to hold for.

    Returns
    -------
    PredictionRanges
        The ranges.

    References
    ----------
    Vovk, Gammerman and Shafer (2005), "Algorithmic Learning in a Random World" (Mondrian conformal prediction); Lei
    and others (2018), JASA 113, "Distribution-free predictive inference for regression" (split conformal).

    Examples
    --------
    >>> ranges = conformal_ranges(np.arange(100.0), np.full(100, 50.0), level=0.9)
    >>> [end.tolist() for end in ranges.around([50.0])]
    [[4.0], [95.0]]
    """
    truth, said = checked_numbers(actual, predicted)
    bins = max(1, min(MOST_BINS, len(said) // CUSTOMERS_A_BIN))
    edges = np.unique(np.quantile(said, np.arange(1, bins) / bins, method="inverted_cdf")) if bins > 1 else np.zeros(0)
    place = np.searchsorted(edges, said, side="left")
    kept = _bins_that_promise(np.bincount(place, minlength=len(edges) + 1), level)
    edges = edges[kept]
    place = np.searchsorted(edges, said, side="left")
    ends = [_ends(truth[place == number] - said[place == number], level) for number in range(len(edges) + 1)]
    return PredictionRanges(
        level=level,
        edges=tuple(edges.tolist()),
        below=tuple(low for low, _high in ends),
        above=tuple(high for _low, high in ends),
        floor=0.0 if len(truth) and truth.min() >= 0 else -math.inf,
        n=len(truth),
    )


def range_coverage(ranges: PredictionRanges, actual: ArrayLike, predicted: ArrayLike) -> Estimate:
    """Share of customers whose number lies in their range.

    Parameters
    ----------
    ranges : PredictionRanges
        Learned from others.
    actual, predicted : array of shape (n,)
        What was true, and what the model said.

    Returns
    -------
    Estimate
        To be compared with the ranges' level.
    """
    truth, said = checked_numbers(actual, predicted)
    low, high = ranges.around(said)
    n, inside = len(truth), int(((low <= truth) & (truth <= high)).sum())
    if not n:
        return Estimate("range_coverage", math.nan)
    ends = wilson(inside, n)
    return Estimate("range_coverage", inside / n, float(ends[0]), float(ends[1]), n)


def coverage_by_level(
    known: ArrayLike, known_predicted: ArrayLike, actual: ArrayLike, predicted: ArrayLike
) -> pd.DataFrame:
    """Compare how often ranges hold with how often they say so.

    Parameters
    ----------
    known, known_predicted : array of shape (n,)
        What was true and what was said of the customers that ranges are learned from.
    actual, predicted : array of shape (m,)
        The same of the customers that they are judged on.

    Returns
    -------
    pandas.DataFrame
        Columns level, covered, low, high (of covered), width (median of the ranges), n.
    """
    rows = []
    for level in LEVELS:
        ranges = conformal_ranges(known, known_predicted, level=level)
        held = range_coverage(ranges, actual, predicted)
        low, high = ranges.around(predicted)
        width = float(np.median(high - low)) if len(low) else math.nan
        rows.append((level, held.value, held.low, held.high, width, held.n))
    return pd.DataFrame(rows, columns=["level", "covered", "low", "high", "width", "n"])


def _bins_that_promise(customers: np.ndarray, level: float) -> np.ndarray:
    """Edges to keep, so that no bin is too small to promise the level; ties may leave bins uneven."""
    least = math.ceil(2 / (1 - level)) - 1
    kept, gathered = [], 0
    for number, size in enumerate(customers[:-1].tolist()):
        gathered += size
        if gathered >= least and customers[number + 1 :].sum() >= least:
            kept.append(number)
            gathered = 0
    return np.asarray(kept, dtype=np.intp)


def _ends(errors: np.ndarray, level: float) -> tuple[float, float]:
    """The errors that so many of n + 1 customers' lie between, on both sides alike."""
    n, outside = len(errors), (1 - level) / 2
    ordered = np.sort(errors)
    first = math.floor((n + 1) * outside + 1e-9)
    if first < 1:
        return -math.inf, math.inf
    return float(ordered[first - 1]), float(ordered[n - first])
