"""Fit one of a run's models again in another way: on the same customers, the same folds, with the same encoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.model_types import model_type_of
from crm_ai.modeling.problem import SplitKind
from crm_ai.modeling.progress import Journal
from crm_ai.modeling.run import Model, Run
from crm_ai.modeling.splitting import folds
from crm_ai.modeling.tailoring import unfitted
from crm_ai.modeling.work import work_on
from crm_ai.table import Schema


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What an estimator is fitted on.

    Parameters
    ----------
    estimator : BaseEstimator
        Unfitted, with the settings of the run's model.
    encoder : TableEncoder
        Wrote the matrix.
    matrix : numpy.ndarray of shape (n, encoded columns)
        Training customers.
    target : numpy.ndarray of shape (n,)
        Their answers.
    places : numpy.ndarray of int, shape (n,)
        Their positions in ``run.train_rows``.
    """

    estimator: BaseEstimator
    encoder: TableEncoder
    matrix: np.ndarray
    target: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Refitted:
    """A model fitted in another way, and what it says of customers it has not seen.

    Parameters
    ----------
    model : Model
        Fitted on all training customers.
    predictions : numpy.ndarray of shape (holdout,)
        What it says of the holdout.
    out_of_fold : numpy.ndarray of shape (training customers,)
        What each fold's model says of the others; NaN for those in no fold.
    seconds : float
        Time it took.
    """

    model: Model
    predictions: np.ndarray
    out_of_fold: np.ndarray
    seconds: float


def refit(
    run: Run,
    model_type: str,
    name: str,
    fit: Callable[[Lesson], BaseEstimator],
    *,
    also: tuple[str, ...] = (),
    with_folds: bool = True,
) -> Refitted:
    """Fit a run's model again.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    name : str
        What the new one is called.
    fit : callable
        Takes a ``Lesson`` and returns the fitted estimator.
    also : tuple of str, default ()
        Columns that are encoded beside the features, for an estimator that must know them; they come last.
    with_folds : bool, default True
        Whether each fold is fitted too; without, nothing is said out of fold.

    Returns
    -------
    Refitted
        The new model. The holdout has no part in it.
    """
    start = perf_counter()
    run.model(model_type)
    asked = run.plan.problem  # the run's may have grown by what an adopted model asks for
    extra = tuple(column for column in also if column not in asked.features)
    problem = replace(asked, features=asked.features + extra)
    entry, settings = model_type_of(model_type), run.settings[model_type]
    plan = replace(run.plan, problem=problem)
    work = work_on(plan, run.table, run.train_rows, run.train_actual, Journal({}, None))

    def taught(places: np.ndarray, judge: np.ndarray | None) -> tuple[Pipeline, np.ndarray | None]:
        encoded, target = work.encode(places, judge, entry.encoding), run.train_actual[places]
        estimator = unfitted(entry, work.problem, settings, encoded.matrix, target, encoded.encoder)
        fitted = fit(Lesson(estimator, encoded.encoder, encoded.matrix, target, places))
        return encoded.pipeline(fitted), encoded.judge

    schema = Schema(tuple(run.table.schema[column] for column in problem.features))
    model = Model(name, problem, schema, taught(np.arange(len(run.train_rows)), None)[0])
    out_of_fold = np.full(len(run.train_rows), np.nan)
    for places, judge in first_folds(run) if with_folds else ():
        pipeline, seen = taught(places, judge)
        assert seen is not None
        out_of_fold[judge] = Model(name, problem, schema, pipeline).predict_encoded(seen)
    return Refitted(model, model.predict(run.holdout_frame), out_of_fold, perf_counter() - start)


def first_folds(run: Run) -> list[tuple[np.ndarray, np.ndarray]]:
    """Folds of the first round of a run's cross-validation.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    list of (fit, judge)
        Positions in ``run.train_rows``.
    """
    parts = folds(run.table, run.problem, run.train_rows, run.train_actual)
    return parts if run.problem.split.kind is SplitKind.TIME else parts[: run.problem.folds]
