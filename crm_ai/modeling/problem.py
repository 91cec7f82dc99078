"""The question asked of a table: what is predicted, from what, for whom, and judged how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm_ai.table import Repair


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
    repairs : tuple of Repair, default ()
        Repairs of the features, learned anew wherever a model is fitted and replayed wherever it scores.
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
    repairs: tuple[Repair, ...] = ()

    @property
    def positive(self) -> str:
        """The answer that a binary model's score is the probability of; empty for other tasks."""
        return self.labels[1] if self.task is Task.BINARY else ""


def problem_from_json(said: Mapping[str, Any]) -> Problem:
    """Read a question that was written by ``dataclasses.asdict``, as JSON keeps it.

    Parameters
    ----------
    said : mapping
        By name of the parameter; lists stand for tuples.

    Returns
    -------
    Problem
        The same question.

    Examples
    --------
    >>> from dataclasses import asdict
    >>> problem = Problem(target="Churn", task=Task.BINARY, features=("calls",), labels=("No", "Yes"))
    >>> problem_from_json(asdict(problem)) == problem
    True
    """
    known = dict(said)
    for name in ("features", "segments", "labels"):
        known[name] = tuple(known[name])
    repairs = tuple(
        Repair(entry["step"], tuple(entry["columns"]), dict(entry["settings"])) for entry in known.get("repairs", ())
    )
    return Problem(**known | {"task": Task(known["task"]), "repairs": repairs})
