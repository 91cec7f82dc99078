"""Put a model to work on new customers, and say what did not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.deployment.mismatches import Mismatch, differences
from crm_ai.errors import ScoringError
from crm_ai.modeling import Model, Task
from crm_ai.table import Schema, Table, coerce_counting
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of new customers.

    Parameters
    ----------
    frame : pandas.DataFrame of length n
        In the customers' order. For a yes/no question: score (probability of the positive answer) and decision; for
        several answers: prediction and a probability for each; for a number: prediction, and where the model has ranges
        low_95 and high_95, between which 95 % of such customers lie.
    mismatches : tuple of Mismatch
        What did not fit, the most customers first.
    """

    frame: pd.DataFrame
    mismatches: tuple[Mismatch, ...]

    def beside(self, table: Table) -> pd.DataFrame:
        """Put the scores beside the customers' own columns.

        Parameters
        ----------
        table : Table
            The customers that were scored.

        Returns
        -------
        pandas.DataFrame of length n
            All columns of the table, then the scores; a score's name that the table has already gets a number.
        """
        scores = self.frame.rename(columns={name: free_name(str(name), table.schema.names) for name in self.frame})
        return pd.concat([table.frame, scores.set_index(table.frame.index)], axis=1)


def score(model: Model, table: Table, *, threshold: float = 0.5) -> Scores:
    """Score new customers.

    Parameters
    ----------
    model : Model
        A fitted model.
    table : Table
        New customers; columns in any order, the target need not be there.
    threshold : float, default 0.5
        For a yes/no question: the score from which the decision is the positive answer.

    Returns
    -------
    Scores
        Scores, and what did not fit.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    """
    fitting, mismatches = as_learned(model, table)
    return Scores(scores_in_words(model, model.predict(fitting), threshold), mismatches)


def as_learned(model: Model, table: Table) -> tuple[pd.DataFrame, tuple[Mismatch, ...]]:
    """Give new customers the form in which a model knows customers, and say what did not fit.

    Parameters
    ----------
    model : Model
        A fitted model.
    table : Table
        New customers.

    Returns
    -------
    frame : pandas.DataFrame of length n
        The features.
    mismatches : tuple of Mismatch
        What did not fit, the most customers first.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    """
    check_columns(model, table.schema, source=table.source)
    frame, unreadable = coerce_counting(table.frame, model.schema)
    return frame, differences(model, model.cleaned(frame), unreadable).told(model)


def check_columns(model: Model, schema: Schema, *, source: str) -> None:
    """Make sure that all columns are there that a model needs.

    Parameters
    ----------
    model : Model
        The model.
    schema : Schema
        What the customers' columns are.
    source : str
        Name of their file, for messages.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    """
    absent = [name for name in model.problem.features if name not in schema]
    if absent:
        raise ScoringError(
            _("The model needs columns that are not there: {names}.").format(names=_(", ").join(absent[:12])),
            where=source,
            next_step=_("Add them to the file, named exactly like this, and try again."),
        )


def scores_in_words(model: Model, predicted: np.ndarray, threshold: float) -> pd.DataFrame:
    """Put what a model predicts into a table.

    Parameters
    ----------
    model : Model
        The model.
    predicted : numpy.ndarray
        As ``Model.predict`` says it.
    threshold : float
        Of a yes/no question, the score from which the decision is the positive answer.

    Returns
    -------
    pandas.DataFrame of length n
        As in ``Scores``.
    """
    return pd.DataFrame({name: np.asarray(cells) for name, cells in said(model, predicted, threshold).items()})


def said(model: Model, predicted: np.ndarray, threshold: float) -> dict[str, np.ndarray | pd.Categorical[Any]]:
    """Put what a model predicts into columns with names.

    Parameters
    ----------
    model : Model
        The model.
    predicted : numpy.ndarray
        As ``Model.predict`` says it.
    threshold : float
        Of a yes/no question, the score from which the decision is the positive answer.

    Returns
    -------
    dict of str to array of length n
        Numbers, and answers as categories.
    """
    problem = model.problem
    if problem.task is Task.REGRESSION:
        found: dict[str, np.ndarray | pd.Categorical[Any]] = {"prediction": predicted}
        if model.ranges is not None:
            share = f"{100 * model.ranges.level:g}"
            found[f"low_{share}"], found[f"high_{share}"] = model.ranges.around(predicted)
        return found
    if problem.task is Task.BINARY:
        return {"score": predicted, "decision": _answers(predicted >= threshold, problem.labels)}
    columns = {"prediction": _answers(predicted.argmax(axis=1), problem.labels)}
    return columns | {f"probability of {label}": predicted[:, place] for place, label in enumerate(problem.labels)}


def _answers(places: np.ndarray, labels: tuple[str, ...]) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(places.astype(np.int32), categories=pd.Index(labels))


def free_name(name: str, taken: Iterable[str]) -> str:
    """Find a name for a new column, other than all others also where capitals do not count, as in most databases.

    Parameters
    ----------
    name : str
        What it would be called.
    taken : iterable of str
        Names of other columns.

    Returns
    -------
    str
        `name`, with a number if it is taken.

    Examples
    --------
    >>> free_name("score", ("Score", "plan"))
    'score (2)'
    """
    number, free = 2, name
    others = {other.casefold() for other in taken}
    while free.casefold() in others:
        free, number = f"{name} ({number})", number + 1
    return free
