"""Customers counted by group, outcome and score: all that is needed to judge a yes/no model at any threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.errors import EmptySegmentError, ProblemError
from crm_ai.evaluation.membership import everybody, group_numbers
from crm_ai.words import _

GRID = np.arange(101) / 100
BINS = 2048


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of a yes/no question by group, outcome and score bin.

    Parameters
    ----------
    counts : numpy.ndarray of int64, shape (groups, 2, bins)
        Customers without and with the answer in question. Bin b holds the scores from ``edges[b]`` to just below
        ``edges[b + 1]``, the last bin its upper edge too.
    score_sums : numpy.ndarray of float64, shape (groups, 2, bins)
        Sums of their scores.
    edges : numpy.ndarray of float64, shape (bins + 1,)
        Ascending.
    groups : tuple of str
        Names of the groups; ``("all",)`` if they are not told apart.

    Examples
    --------
    >>> tally = tally_scores([0, 1, 1, 0], [0.1, 0.8, 0.4, 0.6])
    >>> tally.n, tally.cells(0.5).tolist()
    (4, [[1, 1, 1, 1]])
    """

    counts: np.ndarray
    score_sums: np.ndarray
    edges: np.ndarray
    groups: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of customers."""
        return int(self.counts.sum())

    @property
    def sizes(self) -> dict[str, int]:
        """Number of customers by group."""
        return dict(zip(self.groups, self.counts.sum(axis=(1, 2)).tolist(), strict=True))

    def __add__(self, other: Tally) -> Tally:
        if not np.array_equal(self.edges, other.edges):
            raise ProblemError(
                _("Tallies with different score bins cannot be added."),
                next_step=_("Give the edges of the first tally to the second."),
            )
        groups = tuple(dict.fromkeys(self.groups + other.groups))
        one, two = (part.reordered(groups) for part in (self, other))
        return Tally(one.counts + two.counts, one.score_sums + two.score_sums, self.edges, groups)

    def reordered(self, groups: Sequence[str]) -> Tally:
        """Return the same counts with groups in another order; groups that are new are empty.

        Parameters
        ----------
        groups : sequence of str
            Names of all groups and perhaps others.

        Returns
        -------
        Tally
            With these groups.
        """
        places = [groups.index(name) for name in self.groups]
        counts = np.zeros((len(groups), *self.counts.shape[1:]), dtype=np.int64)
        score_sums = np.zeros(counts.shape)
        counts[places], score_sums[places] = self.counts, self.score_sums
        return Tally(counts, score_sums, self.edges, tuple(groups))

    def total(self) -> Tally:
        """Return the tally of all customers together, as one group."""
        return Tally(self.counts.sum(0, keepdims=True), self.score_sums.sum(0, keepdims=True), self.edges, everybody())

    def select(self, group: str) -> Tally:
        """Return the tally of one group.

        Parameters
        ----------
        group : str
            Its name.

        Returns
        -------
        Tally
            Of this group alone.

        Raises
        ------
        EmptySegmentError
            If there is no such group, or nobody in it.
        """
        if not self.sizes.get(group):
            raise EmptySegmentError(
                _("No customer is in the group “{group}”.").format(group=group),
                next_step=_("Choose one of: {groups}.").format(groups=_(", ").join(self.groups)),
            )
        place = slice(self.groups.index(group), self.groups.index(group) + 1)
        return Tally(self.counts[place], self.score_sums[place], self.edges, (group,))

    def cells(self, threshold: float) -> np.ndarray:
        """Count hits and misses when customers are selected from a score upwards.

        Exact for thresholds on the grid 0.00, 0.01, …, 1.00 and on edges, and everywhere if there are fewer distinct
        scores than bins; any other threshold counts as the next edge above it.

        Parameters
        ----------
        threshold : float
            Score from which a customer is selected.

        Returns
        -------
        numpy.ndarray of int64, shape (groups, 4)
            True negatives, false positives, false negatives, true positives.
        """
        first = int(np.searchsorted(self.edges[:-1], _on_grid(threshold), side="left"))
        selected = self.counts[:, :, first:].sum(axis=2)
        left_alone = self.counts.sum(axis=2) - selected
        return np.stack([left_alone[:, 0], selected[:, 0], left_alone[:, 1], selected[:, 1]], axis=1)


def tally_scores(
    outcome: ArrayLike,
    score: ArrayLike,
    groups: ArrayLike | None = None,
    group_names: Sequence[str] = (),
    *,
    bins: int = BINS,
    edges: ArrayLike | None = None,
) -> Tally:
    """Count customers by group, outcome and score.

    Parameters
    ----------
    outcome : array of shape (n,)
        1 (or True) for customers with the answer in question, 0 for the others.
    score : array of shape (n,)
        What the model said, usually a probability.
    groups : array of int, shape (n,), optional
        Position of each customer's group in `group_names`; negative ones are counted as "(missing)".
    group_names : sequence of str, optional
        Names of the groups.
    bins : int, default 2048
        Bins that follow the scores; if there are fewer distinct scores each has a bin of its own. Bins for the grid
        of hundredths come on top.
    edges : array of shape (bins + 1,), optional
        Edges to use instead, so that tallies of parts can be added.

    Returns
    -------
    Tally
        The counts.

    Raises
    ------
    ProblemError
        If the arrays do not fit together, an outcome is neither 0 nor 1, or a score is missing or beyond the edges.

    Examples
    --------
    >>> tally = tally_scores([0, 1, 1], [0.2, 0.7, 0.9], [0, 0, 1], ("women", "men"))
    >>> tally.sizes
    {'women': 2, 'men': 1}
    """
    happened, scores = checked_scores(outcome, score)
    codes, names = group_numbers(len(scores), groups, group_names)
    used = score_edges(scores, bins) if edges is None else np.asarray(edges, dtype=np.float64)
    if len(scores) and not (used[0] <= scores.min() and scores.max() <= used[-1]):
        raise ProblemError(_("Some scores lie beyond the edges of the tally."))
    width = len(used) - 1
    place = np.minimum(np.searchsorted(used, scores, side="right") - 1, width - 1)
    place += (2 * codes + happened) * width
    shape = (len(names), 2, width)
    size = len(names) * 2 * width
    return Tally(
        counts=np.bincount(place, minlength=size).reshape(shape).astype(np.int64, copy=False),
        score_sums=np.bincount(place, weights=scores, minlength=size).reshape(shape),
        edges=used,
        groups=names,
    )


def score_edges(scores: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Edges that follow the scores, the grid of hundredths, and one above all so that the top score starts a bin.

    Parameters
    ----------
    scores : numpy.ndarray of float64, shape (n,)
        Of all customers, also those of other parts.
    bins : int, default 2048
        As for ``tally_scores``.

    Returns
    -------
    numpy.ndarray of float64
        Ascending; to be given to ``tally_scores`` for each part.
    """
    ordered = np.sort(scores)
    distinct = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered
    if len(distinct) > bins:
        quantiles = ordered[np.linspace(0, len(ordered) - 1, bins + 1).astype(np.intp)]
        heavy = quantiles[1:][quantiles[1:] == quantiles[:-1]]  # many share this score: a bin of its own
        distinct = np.concatenate([quantiles, np.nextafter(heavy, np.inf)])
    inner = np.union1d(distinct, GRID)
    return np.append(inner, np.nextafter(inner[-1], np.inf))


def checked_scores(outcome: ArrayLike, score: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Check that outcomes and scores fit together.

    Parameters
    ----------
    outcome, score : array of shape (n,)
        See ``tally_scores``.

    Returns
    -------
    happened : numpy.ndarray of int, shape (n,)
        0 or 1.
    scores : numpy.ndarray of float64, shape (n,)
        Finite numbers.

    Raises
    ------
    ProblemError
        If they do not fit together.
    """
    happened, scores = np.asarray(outcome), np.asarray(score, dtype=np.float64)
    if happened.ndim != 1 or happened.shape != scores.shape:
        raise ProblemError(_("Outcomes and scores must be two columns of the same length."))
    if not np.isfinite(scores).all():
        raise ProblemError(_("Some scores are missing or infinite."), next_step=_("Leave these customers out."))
    if happened.dtype != bool and not ((happened == 0) | (happened == 1)).all():
        raise ProblemError(_("Outcomes must be 0 or 1."))
    return happened.astype(np.intp), scores


def _on_grid(threshold: float) -> float:
    """Take the noise off a slider's 0.29000000000000004."""
    rounded = round(threshold, 2)
    return rounded if abs(threshold - rounded) < 1e-9 else threshold
