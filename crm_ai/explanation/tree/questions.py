"""What the splits of a decision tree ask, in the columns that the encoder started from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.explanation.tree.conditions import Choice, Condition, Span
from crm_ai.modeling import Model, Problem, Run, TableEncoder, Task, label_place
from crm_ai.modeling.encoding import OTHER
from crm_ai.table import Kind
from crm_ai.words import _


def has_rules(run: Run, model_type: str) -> bool:
    """Whether a model is one decision tree, which can be read as rules.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.

    Returns
    -------
    bool
        True for a decision tree.
    """
    return hasattr(run.model(model_type).estimator, "tree_")


def tree_of(model: Model) -> Any:
    """The arrays of a model's decision tree.

    Parameters
    ----------
    model : Model
        A fitted decision tree.

    Returns
    -------
    sklearn.tree.Tree
        As scikit-learn keeps it.

    Raises
    ------
    ProblemError
        If the model is no decision tree.
    """
    tree = getattr(model.estimator, "tree_", None)
    if tree is None:
        raise ProblemError(
            _("Only a decision tree can be read as rules; this model is of type {kind}.").format(kind=model.model_type),
            next_step=_("Choose the decision tree."),
        )
    return tree


def answer_place(problem: Problem, label: str | None) -> int | None:
    """Position of an answer among the question's answers.

    Parameters
    ----------
    problem : Problem
        The question.
    label : str, optional
        The answer; by default the positive one, or the first of several.

    Returns
    -------
    int, optional
        Its position; None for a regression.

    Raises
    ------
    ProblemError
        If the question has no such answer.

    Examples
    --------
    >>> problem = Problem(target="Churn", task=Task.BINARY, features=("calls",), labels=("No", "Yes"))
    >>> answer_place(problem, None), answer_place(problem, "No")
    (1, 0)
    """
    return None if problem.task is Task.REGRESSION and label is None else label_place(problem, label)


def asked_of(encoder: TableEncoder, column: int, threshold: float) -> tuple[Condition, bool]:
    """What a split of an encoded column asks in the original one.

    Parameters
    ----------
    encoder : TableEncoder
        What made the matrix; not standardized.
    column : int
        The encoded column.
    threshold : float
        Customers up to it go left.

    Returns
    -------
    asked : Span or Choice
        The question.
    yes_is_left : bool
        Whether those who fulfil it go left.
    """
    position = int(encoder.source_[column])
    name, encoded = encoder.columns_[position], encoder.encoded_names_[column]
    if name in encoder.levels_:
        levels = tuple(encoder.levels_[name])
        level = encoded.removeprefix(f"{name} = ")
        rare = [seen for seen in encoder.seen_[name] if seen not in levels] if OTHER in levels else []
        return Choice(name, levels, frozenset({level}), tuple(rare)), False
    is_date = (encoder.kinds or {}).get(name) == Kind.DATE
    first = column == 0 or encoder.source_[column - 1] != position
    gaps = int(np.count_nonzero(encoder.source_ == position)) > 1
    if not first:
        return Span(name, math.inf, -math.inf, missing=True, gaps=True, is_date=is_date), False
    missing = float(np.float32(encoder.medians_[position])) <= threshold  # compared in 64 bits, as the tree does
    return Span(name, high=threshold, missing=missing, gaps=gaps, is_date=is_date), True


def opposite(asked: Condition) -> Condition:
    """What holds for those who answer "no".

    Parameters
    ----------
    asked : Span or Choice
        The question of a node.

    Returns
    -------
    Span or Choice
        Fits exactly where `asked` does not.

    Examples
    --------
    >>> opposite(Span("tenure", high=12.0)).words
    'tenure > 12'
    """
    if isinstance(asked, Choice):
        return Choice(asked.column, asked.levels, frozenset(asked.levels) - asked.chosen, asked.rare)
    low = asked.high if asked.known else -math.inf
    return Span(asked.column, low, missing=not asked.missing, gaps=asked.gaps, is_date=asked.is_date)
