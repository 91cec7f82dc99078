"""The question asked of a table: what is predicted, from what, for whom, and judged how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm_ai.table import Repair

USUAL_THRESHOLD = 0.5  # score from which a customer is selected where nobody says otherwise


class Task(StrEnum):
    """The three kinds of question."""

    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"


class SplitKind(StrEnum):
    """How customers to judge on are told from those to train on."""

    RANDOM = "random"
    GROUP = "group"
    TIME = "time"


class Scale(StrEnum):
    """How a numeric target is modelled: as it is, or by factors as suits skewed positive amounts."""

    PLAIN = "plain"
    LOG = "log"
    TWEEDIE = "tweedie"


@dataclass(frozen=True, slots=True)
class Split:
    """How customers to judge on are told from those to train on, in the holdout and in each fold alike.

    Parameters
    ----------
    kind : SplitKind, default SplitKind.RANDOM
        By chance (with the answers in equal shares); whole groups together, such as a household; or the past to train
        on and the time after it to judge on.
    column : str, default ""
        Column of the groups or of the time; empty by chance.
    """

    kind: SplitKind = SplitKind.RANDOM
    column: str = ""


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
    split : Split, default Split()
        How the holdout and the folds are drawn.
    repeats : int, default 1
        How often the cross-validation is repeated with other folds; a split by time has only one way.
    balanced : bool, default False
        Whether each answer weighs the same in training, however rare it is. Scores are then no probabilities any more
        unless they are recalibrated.
    monotonic : tuple of (str, int), default ()
        Numeric features whose growth may never lower (1) or never raise (-1) the prediction of trees and boosting.
    scale : Scale, default Scale.PLAIN
        How a numeric target is modelled.
    recalibration : str, default ""
        ``"sigmoid"`` or ``"isotonic"``: probabilities of a yes/no model are corrected by what came out for training
        customers that the model had not seen.
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
    split: Split = Split()
    repeats: int = 1
    balanced: bool = False
    monotonic: tuple[tuple[str, int], ...] = ()
    scale: Scale = Scale.PLAIN
    recalibration: str = ""

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
    known["repairs"] = tuple(
        Repair(entry["step"], tuple(entry["columns"]), dict(entry["settings"])) for entry in known.get("repairs", ())
    )
    known["monotonic"] = tuple((str(name), int(way)) for name, way in known.get("monotonic", ()))
    split = known.get("split", {})
    known["split"] = Split(SplitKind(split.get("kind", SplitKind.RANDOM)), str(split.get("column", "")))
    known["scale"] = Scale(known.get("scale", Scale.PLAIN))
    return Problem(**known | {"task": Task(known["task"])})
