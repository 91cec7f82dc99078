"""Which columns of a file hold customers' outcomes, and what their labels mean for the model's question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.modeling.answers import is_one_against_rest
from crm_ai.modeling.labels import label_codes, label_counts
from crm_ai.modeling.problem import Problem, Task
from crm_ai.table import Kind

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.table import Table

ANSWERING = (Kind.BOOLEAN, Kind.CATEGORY, Kind.NUMBER)
MOST_LABELS = 20


def guess_identifier(table: Table, problem: Problem) -> str | None:
    """Guess the column that tells customers apart.

    Parameters
    ----------
    table : Table
        Customers whose outcome is known.
    problem : Problem
        The model's question.

    Returns
    -------
    str or None
        A column of kind identifier, else the first in which no value repeats; None if there is neither.
    """
    sure = table.schema.names_of(kind=Kind.IDENTIFIER)
    if sure:
        return str(sure[0])
    others = (name for name in table.schema.names if name != problem.target)
    return next((name for name in others if table.frame[name].is_unique), None)


def guess_outcome(table: Table, problem: Problem, key: str | None) -> str | None:
    """Guess the column that says what became of customers.

    Parameters
    ----------
    table : Table
        Customers whose outcome is known.
    problem : Problem
        The model's question.
    key : str or None
        The column that tells customers apart, which is never it.

    Returns
    -------
    str or None
        The one that is named like the model's target; else the first that holds one of the question's answers; else the
        only one that may hold answers. None if nothing speaks for any.
    """
    if problem.target in table.schema and problem.target != key:
        return problem.target
    offered = [column.name for column in table.schema if column.kind in ANSWERING and column.name != key]
    if problem.task is Task.REGRESSION or problem.above is not None:
        offered = [name for name in offered if table.schema[name].kind is Kind.NUMBER]
    else:
        offered = [name for name in offered if len(label_counts(table.frame[name])) <= MOST_LABELS]
        answering = [name for name in offered if set(problem.labels) & set(label_counts(table.frame[name]))]
        offered = answering[:1] or offered
    return offered[0] if len(offered) == 1 else None


def unknown_labels(table: Table, outcome: str, problem: Problem) -> tuple[str, ...]:
    """Find labels of a column that are none of the question's answers.

    Parameters
    ----------
    table : Table
        Customers whose outcome is known.
    outcome : str
        The column.
    problem : Problem
        The model's question.

    Returns
    -------
    tuple of str
        The most frequent first; empty where numbers are asked for. Where one label is set against all others, any label
        is an answer, unless the one that counts is not among them.
    """
    if problem.task is Task.REGRESSION or problem.above is not None:
        return ()
    labels = label_counts(table.frame[outcome])
    if is_one_against_rest(problem):
        return () if problem.positive in labels else tuple(labels)
    return tuple(label for label in labels if label not in problem.labels)


def unanswered(table: Table, outcome: str, problem: Problem) -> tuple[str, ...]:
    """Find answers of a yes/no question that no label of a column gives while other labels are there.

    Parameters
    ----------
    table : Table
        Customers whose outcome is known.
    outcome : str
        The column.
    problem : Problem
        The model's question.

    Returns
    -------
    tuple of str
        Some of the question's answers, the positive one first.
    """
    if problem.task is not Task.BINARY or not unknown_labels(table, outcome, problem):
        return ()
    labels = label_counts(table.frame[outcome])
    asked = (problem.positive,) if is_one_against_rest(problem) else (problem.positive, problem.labels[0])
    return tuple(answer for answer in asked if answer not in labels)


def translated(truth: np.ndarray, column: pd.Series, problem: Problem, means: Mapping[str, str]) -> np.ndarray:
    """Read labels by what somebody said they mean.

    Parameters
    ----------
    truth : numpy.ndarray of float64, shape (n,)
        Positions of the question's answers as ``answers`` reads them.
    column : pandas.Series of length n
        The labels.
    problem : Problem
        The question.
    means : mapping of str to str
        By label the answer that it stands for.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Positions, with those of the named labels.
    """
    if not means:
        return truth
    texts, codes = label_codes(column)
    places = [float(problem.labels.index(means[text])) if text in means else np.nan for text in texts]
    said = np.asarray([*places, np.nan])[codes]
    return np.where(np.isnan(said), truth, said)
