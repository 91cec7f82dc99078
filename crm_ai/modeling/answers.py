"""The target's cells as answers to the question: numbers, or positions among the labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.modeling.labels import label_codes
from crm_ai.modeling.problem import Problem, Task
from crm_ai.table import Kind, Table
from crm_ai.words import _, number


def answers(table: Table, problem: Problem) -> np.ndarray:
    """Read what is known of the target.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        For regression the number, else the position in ``problem.labels``; NaN where the target is missing or its label
        is not one of the question's.
    """
    column = table.frame[problem.target]
    if problem.task is Task.REGRESSION:
        return _numbers(column)
    if problem.above is not None:
        numbers = _numbers(column)
        return np.where(np.isnan(numbers), np.nan, numbers > problem.above)
    texts, codes = label_codes(column)
    if is_one_against_rest(problem):
        position = np.asarray([float(text == problem.positive) for text in texts] + [np.nan])
    else:
        known = {label: float(place) for place, label in enumerate(problem.labels)}
        position = np.asarray([known.get(text, np.nan) for text in texts] + [np.nan])
    return position[codes]


def label_place(problem: Problem, label: str | None) -> int:
    """Position of an answer among the question's answers.

    Parameters
    ----------
    problem : Problem
        The question.
    label : str, optional
        The answer; by default the positive one, or the first of several.

    Returns
    -------
    int
        Its position.

    Raises
    ------
    ProblemError
        If the question has no such answer.

    Examples
    --------
    >>> problem = Problem(target="Churn", task=Task.BINARY, features=("calls",), labels=("No", "Yes"))
    >>> label_place(problem, None), label_place(problem, "No")
    (1, 0)
    """
    if label is None:
        return 1 if problem.task is Task.BINARY else 0
    if label not in problem.labels:
        raise ProblemError(
            _("“{label}” is none of the answers.").format(label=label),
            next_step=_("Choose one of: {labels}.").format(labels=_(", ").join(problem.labels[:12]))
            if problem.labels
            else _("Ask for no answer: the model predicts a number."),
        )
    return problem.labels.index(label)


def answer_of(said: np.ndarray, place: int) -> np.ndarray:
    """Probability of one answer.

    Parameters
    ----------
    said : numpy.ndarray of shape (n,) or (n, k)
        As ``Model.predict`` says it.
    place : int
        Position of the answer.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Its probabilities.

    Examples
    --------
    >>> answer_of(np.array([0.25, 0.5]), 0).tolist(), answer_of(np.array([[0.1, 0.9]]), 1).tolist()
    ([0.75, 0.5], [0.9])
    """
    if said.ndim == 2:
        return said[:, place]
    return said if place == 1 else 1 - said


def as_places(problem: Problem, known: np.ndarray) -> np.ndarray:
    """Write known answers as models are fitted to them.

    Parameters
    ----------
    problem : Problem
        The question.
    known : numpy.ndarray of float64, shape (n,)
        Of customers whose answer is known, see ``answers``.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Numbers for regression, else whole positions in ``problem.labels``.
    """
    return known if problem.task is Task.REGRESSION else known.astype(np.intp)


def is_one_against_rest(problem: Problem) -> bool:
    """Whether a yes/no question sets one label against all others.

    Parameters
    ----------
    problem : Problem
        The question.

    Returns
    -------
    bool
        True if the negative answer stands for several labels.
    """
    return problem.task is Task.BINARY and problem.labels[0] == rest_label(problem.positive)


def rest_label(positive: str) -> str:
    """Name of "all other labels" beside a positive one.

    Parameters
    ----------
    positive : str
        The positive label.

    Returns
    -------
    str
        The negative answer's name.

    Examples
    --------
    >>> rest_label("Gold")
    'not Gold'
    """
    return f"not {positive}"


def above_labels(above: float) -> tuple[str, str]:
    """Names of the two answers to "is it more than this?".

    Parameters
    ----------
    above : float
        The limit.

    Returns
    -------
    tuple of str
        (negative, positive).

    Examples
    --------
    >>> above_labels(100)
    ('≤ 100', '> 100')
    """
    return f"≤ {above:,.6g}", f"> {above:,.6g}"


def question_in_words(problem: Problem) -> str:
    """Say what is predicted.

    Parameters
    ----------
    problem : Problem
        The question.

    Returns
    -------
    str
        For instance ``Churn = Yes``.

    Examples
    --------
    >>> question_in_words(Problem(target="Churn", task=Task.BINARY, features=("tenure",), labels=("No", "Yes")))
    'Churn = Yes'
    """
    if problem.above is not None:
        return f"{problem.target} > {number(problem.above)}"
    if problem.task is Task.BINARY:
        return f"{problem.target} = {problem.positive}"
    if problem.task is Task.MULTICLASS:
        return _("{target} ({n} answers)").format(target=problem.target, n=len(problem.labels))
    return problem.target


def _numbers(column: pd.Series) -> np.ndarray:
    if isinstance(column.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(column.dtype):
        column = pd.to_numeric(column.astype("str"), errors="coerce")
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def is_numeric(table: Table, name: str) -> bool:
    """Whether a column holds numbers.

    Parameters
    ----------
    table : Table
        The customers.
    name : str
        The column.

    Returns
    -------
    bool
        True for columns of kind number.
    """
    return table.schema[name].kind is Kind.NUMBER
