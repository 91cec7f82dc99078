"""Answers counted by group: what was true against what a model said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.errors import EmptySegmentError, ProblemError
from crm_ai.evaluation.membership import everybody, group_numbers
from crm_ai.words import _


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionTally:
    """Counts of a question with several answers by group, actual and predicted answer.

    Parameters
    ----------
    counts : numpy.ndarray of int64, shape (groups, k, k)
        Customers; rows are what was true, columns what the model said.
    labels : tuple of str
        The answers.
    groups : tuple of str
        Names of the groups; ``("all",)`` if they are not told apart.
    """

    counts: np.ndarray
    labels: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of customers."""
        return int(self.counts.sum())

    @property
    def sizes(self) -> dict[str, int]:
        """Number of customers by group."""
        return dict(zip(self.groups, self.counts.sum(axis=(1, 2)).tolist(), strict=True))

    def __add__(self, other: ConfusionTally) -> ConfusionTally:
        if self.labels != other.labels:
            raise ProblemError(_("Tallies of different answers cannot be added."))
        groups = tuple(dict.fromkeys(self.groups + other.groups))
        counts = np.zeros((len(groups), *self.counts.shape[1:]), dtype=np.int64)
        for part in (self, other):
            counts[[groups.index(name) for name in part.groups]] += part.counts
        return ConfusionTally(counts, self.labels, groups)

    def total(self) -> ConfusionTally:
        """Return the tally of all customers together, as one group."""
        return ConfusionTally(self.counts.sum(axis=0, keepdims=True), self.labels, everybody())

    def select(self, group: str) -> ConfusionTally:
        """Return the tally of one group.

        Parameters
        ----------
        group : str
            Its name.

        Returns
        -------
        ConfusionTally
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
        return ConfusionTally(self.counts[[self.groups.index(group)]], self.labels, (group,))

    def cells(self) -> np.ndarray:
        """Count each answer against all others.

        Returns
        -------
        numpy.ndarray of int64, shape (groups, k, 4)
            True negatives, false positives, false negatives, true positives.
        """
        hits = np.diagonal(self.counts, axis1=1, axis2=2)
        missed, wrong = self.counts.sum(axis=2) - hits, self.counts.sum(axis=1) - hits
        others = self.counts.sum(axis=(1, 2))[:, None] - hits - missed - wrong
        return np.stack([others, wrong, missed, hits], axis=2)


def tally_confusion(
    actual: ArrayLike,
    predicted: ArrayLike,
    labels: Sequence[str],
    groups: ArrayLike | None = None,
    group_names: Sequence[str] = (),
) -> ConfusionTally:
    """Count customers by group, actual and predicted answer.

    Parameters
    ----------
    actual, predicted : array of int, shape (n,)
        Positions in `labels`.
    labels : sequence of str
        The answers.
    groups : array of int, shape (n,), optional
        Position of each customer's group in `group_names`; negative ones are counted as "(missing)".
    group_names : sequence of str, optional
        Names of the groups.

    Returns
    -------
    ConfusionTally
        The counts.

    Raises
    ------
    ProblemError
        If the arrays do not fit together.

    Examples
    --------
    >>> tally_confusion([0, 1, 2, 2], [0, 2, 2, 2], ["a", "b", "c"]).counts[0].tolist()
    [[1, 0, 0], [0, 0, 1], [0, 0, 2]]
    """
    truth, said, k = np.asarray(actual, dtype=np.intp), np.asarray(predicted, dtype=np.intp), len(labels)
    if truth.ndim != 1 or truth.shape != said.shape:
        raise ProblemError(_("Actual and predicted answers must be two columns of the same length."))
    if len(truth) and not (min(truth.min(), said.min()) >= 0 and max(truth.max(), said.max()) < k):
        raise ProblemError(_("Some answers are none of the labels."))
    codes, names = group_numbers(len(truth), groups, group_names)
    counts = np.bincount((codes * k + truth) * k + said, minlength=len(names) * k * k)
    return ConfusionTally(counts.reshape(len(names), k, k).astype(np.int64, copy=False), tuple(labels), names)
