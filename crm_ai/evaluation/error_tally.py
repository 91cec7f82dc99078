"""Errors of numeric predictions, counted by group: all that is needed to compare groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.errors import ProblemError
from crm_ai.evaluation.contrasts import GroupValues
from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import Z
from crm_ai.evaluation.membership import everybody, group_numbers
from crm_ai.evaluation.moments import Moments
from crm_ai.words import _

BINS = 60
ERROR_METRICS = ("rmse", "mae", "mean_error")
POWERS = 7


@dataclass(frozen=True, slots=True, eq=False)
class ErrorTally:
    """Counts of numeric predictions by group and error, with exact sums. An error is predicted minus actual.

    Parameters
    ----------
    counts : numpy.ndarray of int64, shape (groups, bins)
        Customers by error, for histograms; the outer bins hold everything beyond.
    sums : numpy.ndarray of float64, shape (groups, 7)
        Sums of the errors, and of their sizes to the powers 1, 2, 3, 4, 6 and 8: metrics and intervals come from these.
    edges : numpy.ndarray of float64, shape (bins + 1,)
        Ascending; the outer two are infinite.
    groups : tuple of str
        Names of the groups; ``("all",)`` if they are not told apart.
    """

    counts: np.ndarray
    sums: np.ndarray
    edges: np.ndarray
    groups: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of customers."""
        return int(self.counts.sum())

    @property
    def sizes(self) -> dict[str, int]:
        """Number of customers by group."""
        return dict(zip(self.groups, self.counts.sum(axis=1).tolist(), strict=True))

    def __add__(self, other: ErrorTally) -> ErrorTally:
        if not np.array_equal(self.edges, other.edges):
            raise ProblemError(
                _("Tallies with different error bins cannot be added."),
                next_step=_("Give the edges of the first tally to the second."),
            )
        groups = tuple(dict.fromkeys(self.groups + other.groups))
        counts, sums = np.zeros((len(groups), len(self.edges) - 1), dtype=np.int64), np.zeros((len(groups), POWERS))
        for part in (self, other):
            places = [groups.index(name) for name in part.groups]
            counts[places] += part.counts
            sums[places] += part.sums
        return ErrorTally(counts, sums, self.edges, groups)

    def total(self) -> ErrorTally:
        """Return the tally of all customers together, as one group."""
        return ErrorTally(self.counts.sum(0, keepdims=True), self.sums.sum(0, keepdims=True), self.edges, everybody())

    def values(self, metric: str) -> GroupValues:
        """Compute a metric of each group.

        Parameters
        ----------
        metric : str
            rmse, mae or mean_error.

        Returns
        -------
        GroupValues
            Values by group; NaN for empty groups.
        """
        rows = [_moments(metric, int(n), sums) for n, sums in zip(self.counts.sum(axis=1), self.sums, strict=True)]
        turned = np.sqrt if metric == "rmse" else np.asarray

        def limits(z: float) -> tuple[np.ndarray, np.ndarray]:
            ends = np.array([moments.interval(z) for moments in rows])
            if metric != "mean_error":
                ends = np.maximum(ends, 0.0)
            return turned(ends[:, 0]), turned(ends[:, 1])

        return GroupValues(turned(np.array([moments.mean for moments in rows])), limits)

    def estimates(self, metric: str) -> dict[str, Estimate]:
        """Compute a metric of each group with its interval.

        Parameters
        ----------
        metric : str
            rmse, mae or mean_error.

        Returns
        -------
        dict of str to Estimate
            By group.
        """
        found = self.values(metric)
        low, high = found.limits(Z)
        columns = zip(self.sizes.items(), found.values.tolist(), low.tolist(), high.tolist(), strict=True)
        return {group: Estimate(metric, value, lower, upper, n) for (group, n), value, lower, upper in columns}


def tally_errors(
    actual: ArrayLike,
    predicted: ArrayLike,
    groups: ArrayLike | None = None,
    group_names: Sequence[str] = (),
    *,
    bins: int = BINS,
    edges: ArrayLike | None = None,
) -> ErrorTally:
    """Count customers by group and error.

    Parameters
    ----------
    actual, predicted : array of shape (n,)
        What was true, and what the model said.
    groups : array of int, shape (n,), optional
        Position of each customer's group in `group_names`; negative ones are counted as "(missing)".
    group_names : sequence of str, optional
        Names of the groups.
    bins : int, default 60
        Bins of equal width for the middle 98 % of the errors; two more hold those beyond.
    edges : array, optional
        Edges to use instead, so that tallies of parts can be added.

    Returns
    -------
    ErrorTally
        The counts.

    Raises
    ------
    ProblemError
        If the arrays do not fit together or hold anything but finite numbers.

    Examples
    --------
    >>> tally = tally_errors([10, 20, 30], [12, 20, 27], [0, 0, 1], ("women", "men"))
    >>> tally.estimates("mae")["women"].value
    1.0
    """
    truth, said = checked_numbers(actual, predicted)
    errors = said - truth
    codes, names = group_numbers(len(errors), groups, group_names)
    used = error_edges(errors, bins) if edges is None else np.asarray(edges, dtype=np.float64)
    width = len(used) - 1
    place = np.clip(np.searchsorted(used, errors, side="right") - 1, 0, width - 1) + codes * width
    squares = errors**2
    sizes = np.abs(errors)
    powers = (errors, sizes, squares, squares * sizes, squares**2, squares**3, squares**4)
    sums = [np.bincount(codes, weights=power, minlength=len(names)) for power in powers]
    counts = np.bincount(place, minlength=len(names) * width).reshape(len(names), width)
    return ErrorTally(counts.astype(np.int64, copy=False), np.stack(sums, axis=1), used, names)


def error_edges(errors: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Edges of equal distance for the middle 98 % of errors, and infinite ones.

    Parameters
    ----------
    errors : numpy.ndarray of float64, shape (n,)
        Predicted minus actual, of all customers, also those of other parts.
    bins : int, default 60
        As for ``tally_errors``.

    Returns
    -------
    numpy.ndarray of float64, shape (bins + 3,)
        Ascending; to be given to ``tally_errors`` for each part.
    """
    low, high = np.quantile(errors, [0.01, 0.99]) if len(errors) else (0.0, 0.0)
    if not high > low:
        low, high = low - 0.5 * max(abs(low), 1.0), low + 0.5 * max(abs(low), 1.0)
    return np.concatenate([[-np.inf], np.linspace(low, high, bins + 1), [np.inf]])


def checked_numbers(actual: ArrayLike, predicted: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Check that actual and predicted numbers fit together.

    Parameters
    ----------
    actual, predicted : array of shape (n,)
        Numbers.

    Returns
    -------
    actual, predicted : numpy.ndarray of float64, shape (n,)
        The same.

    Raises
    ------
    ProblemError
        If they differ in number, or one is missing or infinite.
    """
    truth, said = np.asarray(actual, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != said.shape:
        raise ProblemError(_("Actual and predicted numbers must be two columns of the same length."))
    if not (np.isfinite(truth).all() and np.isfinite(said).all()):
        raise ProblemError(_("Some numbers are missing or infinite."), next_step=_("Leave these customers out."))
    return truth, said


def _moments(metric: str, n: int, sums: np.ndarray) -> Moments:
    """Moments of what the metric is a mean of."""
    mean, size, square, cube, fourth, sixth, eighth = (float(x) for x in sums)
    if metric == "mean_error":  # may be either way: taken as a bell's
        found = Moments.from_sums((mean, square, 0.0, 0.0), n)
        return Moments(found.mean, found.deviation, 0.0, 3.0, n)
    return Moments.from_sums({"mae": (size, square, cube, fourth), "rmse": (square, fourth, sixth, eighth)}[metric], n)
