"""The question asked of a table: what is predicted, from what, for whom, and judged how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """The three kinds of question."""

    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A question asked of a table.

    Parameters
    ----------
    target : str
        Column that is predicted.
    task : Task
        Which kind of question it is.
    features : tuple of str
        Columns that predict.
    segments : tuple of str, default ()
        Columns whose groups are compared for fairness; they may be features too.
    labels : tuple of str, default ()
        The target's answers in the order of a model's outputs; for a binary question (negative, positive); empty for
        regression.
    above : float, optional
        A numeric target asked as a yes/no question: "is it more than this?".
    holdout : float, default 0.2
        Share of customers that no model sees before it is judged.
    folds : int, default 5
        Folds of the cross-validation on the other customers.
    seed : int, default 42
        Decides the holdout and the folds.
    """

    target: str
    task: Task
    features: tuple[str, ...]
    segments: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    above: float | None = None
    holdout: float = 0.2
    folds: int = 5
    seed: int = 42

    @property
    def positive(self) -> str:
        """The answer that a binary model's score is the probability of; empty for other tasks."""
        return self.labels[1] if self.task is Task.BINARY else ""
