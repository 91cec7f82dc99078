"""What a model's training customers looked like, as counts: what later customers are compared with.

Inputs are counted of training customers. Scores and figures are those of the holdout, the only customers that the model
has scored without having seen them: training customers' scores flatter, and those of new customers would seem to drift.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_ai.cleaning.steps import learns, make_step, repairs_rows
from crm_ai.errors import ProblemError
from crm_ai.evaluation import (
    Estimate,
    at_threshold,
    exact_ranking,
    regression_metrics,
    tally_confusion,
    tally_errors,
    tally_scores,
)
from crm_ai.evaluation.multiclass import confusion_metrics
from crm_ai.modeling.cells import Cells, cells_from_json, learned_cells
from crm_ai.modeling.problem import Problem, Task
from crm_ai.table import Kind, Schema, Table
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling.run import Model

SCORE = "score"
THRESHOLD = 0.5
MOST_CUSTOMERS = 200_000
MOST_COLUMNS = 5_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What a model's customers looked like when it was trained. Counts only: it holds nobody's data.

    Parameters
    ----------
    customers : int
        Training customers counted.
    inputs : tuple of Cells
        One a feature.
    scores : Cells
        What the model said of the holdout: its scores, predicted numbers, or likeliest answers.
    figures : mapping of str to Estimate
        How good it was on the holdout; of a yes/no question shares are those at 0.5.
    problem : Problem, optional
        The question; read again from the model, not from the profile's own JSON.
    """

    customers: int
    inputs: tuple[Cells, ...]
    scores: Cells
    figures: Mapping[str, Estimate]
    problem: Problem | None = field(default=None, compare=False, repr=False)

    def repaired(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Make the repairs that training customers had had when they were counted: those that learn nothing.

        Parameters
        ----------
        frame : pandas.DataFrame of shape (n, …)
            Features in the form that their kinds ask for.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            Missing cells are still missing.
        """
        for repair in self.problem.repairs if self.problem is not None else ():
            if not learns(repair) and not repairs_rows(repair):
                frame = make_step(repair).transform(frame)
        return frame

    def said(self, predicted: np.ndarray) -> pd.Series:
        """What a model said, in the form in which it is counted.

        Parameters
        ----------
        predicted : numpy.ndarray of shape (n,) or (n, k)
            From ``Model.predict``.

        Returns
        -------
        pandas.Series of length n
            Numbers, or the likeliest answers.
        """
        return said_by(predicted, self.problem.labels if self.problem is not None else ())

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts.

        Returns
        -------
        dict
            For ``profile_from_json``.
        """
        return {
            "customers": self.customers,
            "inputs": [cells.as_json() for cells in self.inputs],
            "scores": self.scores.as_json(),
            "figures": {name: estimate.as_dict() for name, estimate in self.figures.items()},
        }


def profile_from_json(said: Mapping[str, Any], problem: Problem) -> Profile:
    """Read a profile, trusting nothing.

    Parameters
    ----------
    said : mapping
        From ``Profile.as_json``, or anything else.
    problem : Problem
        The model's question.

    Returns
    -------
    Profile
        The same.

    Raises
    ------
    ProblemError
        If it is no profile.
    """
    try:
        if len(said["inputs"]) > MOST_COLUMNS:
            raise ValueError("too many columns")
        inputs = tuple(cells_from_json(cells) for cells in said["inputs"])
        figures = {str(name): estimate_from_json(str(name), found) for name, found in said["figures"].items()}
        return Profile(int(said["customers"]), inputs, cells_from_json(said["scores"]), figures, problem)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ProblemError(
            _("What the model remembers of its training customers cannot be read."),
            next_step=_("Do not use the file; save the model again."),
        ) from error


def estimate_from_json(name: str, said: Mapping[str, Any]) -> Estimate:
    """Read an estimate that was written by ``Estimate.as_dict``.

    Parameters
    ----------
    name : str
        The metric.
    said : mapping
        Its value, low, high and n; None for what is undefined.

    Returns
    -------
    Estimate
        The same.
    """
    value, low, high = (math.nan if said[key] is None else float(said[key]) for key in ("value", "low", "high"))
    return Estimate(name, value, low, high, int(said["n"]))


def with_profile(
    model: Model, table: Table, train_rows: np.ndarray, said: np.ndarray, actual: np.ndarray, inputs: Inputs
) -> Model:
    """Let a model remember what its training customers looked like.

    Parameters
    ----------
    model : Model
        A fitted model.
    table : Table
        All customers.
    train_rows : numpy.ndarray of int
        Positions of those it was trained on.
    said, actual : numpy.ndarray
        What it says of the holdout, and what was true.
    inputs : Inputs
        Remembers the columns that were counted for other models.

    Returns
    -------
    Model
        With a profile.
    """
    problem = model.problem
    told = said_by(said, problem.labels)
    kind = Kind.CATEGORY if problem.task is Task.MULTICLASS else Kind.NUMBER
    rows = _drawn(train_rows, problem.seed)
    profile = Profile(
        customers=len(rows),
        inputs=tuple(inputs.cells(table, name, rows) for name in problem.features),
        scores=learned_cells(told.rename(SCORE), kind),
        figures=judged(problem, actual, said, THRESHOLD),
        problem=problem,
    )
    return replace(model, profile=profile)


class Inputs:
    """Cells of a table's columns, chosen once for all models of a run.

    Parameters
    ----------
    schema : Schema
        The columns' kinds.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[str, Cells] = {}

    def cells(self, table: Table, name: str, rows: np.ndarray) -> Cells:
        """Cells of one column.

        Parameters
        ----------
        table : Table
            All customers.
        name : str
            The column.
        rows : numpy.ndarray of int
            Positions of those who are counted.

        Returns
        -------
        Cells
            With their counts.
        """
        if name not in self._known:
            self._known[name] = learned_cells(table.frame[name].iloc[rows], self._schema[name].kind)
        return self._known[name]


def said_by(predicted: np.ndarray, labels: tuple[str, ...]) -> pd.Series:
    """What a model said, in the form in which it is counted.

    Parameters
    ----------
    predicted : numpy.ndarray of shape (n,) or (n, k)
        From ``Model.predict``.
    labels : tuple of str
        The answers, of several.

    Returns
    -------
    pandas.Series of length n
        Numbers, or the likeliest answers.
    """
    if predicted.ndim == 1:
        return pd.Series(predicted, dtype=np.float64)
    return pd.Series(pd.Categorical.from_codes(predicted.argmax(axis=1), categories=pd.Index(labels)))


def judged(problem: Problem, actual: np.ndarray, said: np.ndarray, threshold: float) -> dict[str, Estimate]:
    """How good a model is, in the figures that are watched.

    Parameters
    ----------
    problem : Problem
        The question.
    actual : numpy.ndarray of shape (n,)
        What was true: numbers, or positions in ``problem.labels``.
    said : numpy.ndarray of shape (n,) or (n, k)
        From ``Model.predict``; of several answers the positions of the likeliest ones will do.
    threshold : float
        For a yes/no question: the score from which a customer is selected.

    Returns
    -------
    dict of str to Estimate
        For a yes/no question roc_auc, average_precision, brier_score, mean_error (score minus outcome: 0 where
        probabilities are right on the whole) and base_rate, selection_rate, precision and recall at the threshold; for
        several answers accuracy, balanced_accuracy, macro_f1; for a number r2, rmse, mae, mean_error.
    """
    if problem.task is Task.REGRESSION:
        found = regression_metrics(actual, said)
        return {name: found[name] for name in ("r2", "rmse", "mae", "mean_error")}
    if problem.task is Task.MULTICLASS:
        chosen = said.argmax(axis=1) if said.ndim == 2 else said.astype(np.intp)
        return confusion_metrics(tally_confusion(actual, chosen, problem.labels))
    outcome = np.asarray(actual, dtype=np.int64)
    found = exact_ranking(outcome, said) | at_threshold(tally_scores(outcome, said), threshold)
    found["mean_error"] = tally_errors(outcome, said, edges=[-np.inf, np.inf]).estimates("mean_error")["all"]
    kept = ("roc_auc", "average_precision", "brier_score", "mean_error")
    return {name: found[name] for name in (*kept, "base_rate", "selection_rate", "precision", "recall")}


def _drawn(rows: np.ndarray, seed: int) -> np.ndarray:
    if len(rows) <= MOST_CUSTOMERS:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, MOST_CUSTOMERS, replace=False))
