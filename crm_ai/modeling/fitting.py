"""Fit models on all training customers and on each fold's, side by side."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import groupby
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.errors import CancelledError, ProblemError
from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.model_type import ModelType
from crm_ai.modeling.model_types import BASELINE, MODEL_TYPES
from crm_ai.modeling.plan import Plan
from crm_ai.modeling.progress import Journal
from crm_ai.modeling.run import Model, Run
from crm_ai.modeling.scores import fold_scores
from crm_ai.modeling.search import DECISIVE, candidates, search
from crm_ai.modeling.splitting import folds
from crm_ai.modeling.tailoring import balancing, unfitted
from crm_ai.modeling.work import Customers, Encoded, Work, work_on
from crm_ai.modeling.workers import Workers
from crm_ai.table import Schema, Table
from crm_ai.words import _, count

ANSWERS_A_MOMENT = 0.2  # seconds between two looks at whether somebody has cancelled
# How long a step takes beside one of logistic regression, before any has been timed.
WEIGHTS = {BASELINE: 0.1, "random_forest": 12.0, "gradient_boosting": 6.0, "neural_network": 12.0}


@dataclass(frozen=True, slots=True)
class Fitted:
    """What became of one model of a plan.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted on all training customers.
    settings : mapping of str to object
        Its parameters, found or chosen.
    folds : list of (positions, predictions, scores)
        What was said of each fold's customers by a model that had not seen them.
    attempts : pandas.DataFrame
        Settings tried, see ``search``, with a column fold: -1 for those tried on all training customers.
    """

    pipeline: Pipeline
    settings: Mapping[str, Any]
    folds: list[tuple[np.ndarray, np.ndarray, dict[str, float]]]
    attempts: pd.DataFrame


def fit_all(plan: Plan, table: Table, rows: np.ndarray, target: np.ndarray, journal: Journal) -> dict[str, Fitted]:
    """Fit each model on all training customers and on each fold's, as many at a time as there are processors.

    Parameters
    ----------
    plan : Plan
        What is to be trained; the baseline is, in any case.
    table : Table
        The customers.
    rows : numpy.ndarray of int, shape (n,)
        Positions of the training customers.
    target : numpy.ndarray of shape (n,)
        Their answers.
    journal : Journal
        Told of each finished fit, and asked whether to end early.

    Returns
    -------
    dict of str to Fitted
        By model type, the baseline first. If somebody has ended the work early, only the models that were finished.
    """
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    work, problem = work_on(plan, table, rows, target, journal), plan.problem
    parts = folds(table, problem, rows, target)
    for name in (BASELINE, *plan.model_types):
        # Loads its libraries: those loaded later would escape the limit.
        unfitted(MODEL_TYPES[name], problem, MODEL_TYPES[name].values(), np.zeros((1, 1)), target[:1], None)
    journal.say(_("Encoding {n} customers").format(n=count(len(target))))
    # One thread of linear algebra a fit: fits side by side would otherwise fight over the processors.
    with threadpool_limits(1), warnings.catch_warnings():  # of this thread: in workers it would not be safe
        # Settings that cannot be fitted well lose the search; what is kept is judged by its scores.
        warnings.simplefilter("ignore", ConvergenceWarning)
        workers = Workers(os.cpu_count() or 1)
        try:
            jobs = _submit(workers, work, parts)
            _watch(jobs, journal, DECISIVE[plan.problem.task])
        finally:
            workers.end()
    return _gather(jobs, parts)


def judge_parts(
    run: Run, model_type: str, parts: Iterable[tuple[np.ndarray, np.ndarray]]
) -> Iterator[dict[str, float]]:
    """Fit a run's model on some of its training customers and judge it on others, once for each part.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models, with the settings it has there.
    parts : iterable of (fit, judge)
        Positions in ``run.train_rows``.

    Yields
    ------
    dict of str to float
        See ``fold_scores``.
    """
    if model_type not in run.plan.model_types:
        raise ProblemError(
            _("“{name}” was adopted after training and cannot be fitted again by the plan.").format(name=model_type),
            next_step=_("Choose the model that it was made of."),
        )
    entry, target = MODEL_TYPES[model_type], run.train_actual
    work = work_on(run.plan, run.table, run.train_rows, target, Journal({}, None))
    for fit, judge in parts:
        encoded = work.encode(fit, judge, entry.encoding)
        assert encoded.judge is not None
        known = (encoded.matrix, target[fit])
        said = _predict(entry, work, run.settings[model_type], encoded, known, encoded.judge)
        yield fold_scores(run.problem.task, target[judge], said)


Jobs = dict[tuple[str, int], Future[Any]]


def _submit(workers: Workers, work: Work, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> Jobs:
    jobs: Jobs = {}
    settings = work.plan.settings | {BASELINE: {}}
    for batch in _batches(work.plan):
        everybody = Customers(work, np.arange(len(work.rows)), None, batch)
        for entry in batch:
            jobs[entry.id, -1] = workers.submit(_fit_everybody, entry, work, everybody, settings[entry.id])
        for number, (fit, judge) in enumerate(parts):
            part = Customers(work, fit, judge, batch)
            for entry in batch:
                jobs[entry.id, number] = workers.submit(_judge_fold, entry, work, part, settings[entry.id], number)
    return jobs


def _batches(plan: Plan) -> Iterator[list[ModelType]]:
    """Models that are fitted side by side on the same matrix; slow ones alone, so that others are done first."""
    entries = [MODEL_TYPES[name] for name in plan.model_types]
    entries.sort(key=lambda entry: entry.simplicity)
    baseline = MODEL_TYPES[BASELINE]
    alike = groupby(entries, key=lambda entry: repr(entry.encoding) if entry.is_basic else entry.id)
    batches = [list(batch) for _key, batch in alike]
    yield [baseline, *batches[0]]
    yield from batches[1:]


def _watch(jobs: Jobs, journal: Journal, metric: str) -> None:
    names = {job: key for key, job in jobs.items()}
    left = set(names)
    while left and not journal.cancelled:
        done, left = wait(left, timeout=ANSWERS_A_MOMENT, return_when=FIRST_COMPLETED)
        for job in done:
            if journal.cancelled:  # what is done may be work that has just been given up
                return
            model, number = names[job]
            result = job.result()
            name = MODEL_TYPES[model].name
            if number < 0:
                journal.step(model, result[0], _("{model}: all training customers").format(model=name))
            else:
                words = _("{model}: fold {fold}").format(model=name, fold=number + 1)
                journal.step(model, result[0], words, result[3][metric])


def _gather(jobs: Jobs, parts: Sequence[Any]) -> dict[str, Fitted]:
    found = {}
    for model in dict.fromkeys(model for model, _number in jobs):
        mine = [jobs[model, number] for number in range(-1, len(parts))]
        if not all(job.done() and not job.cancelled() and job.exception() is None for job in mine):
            continue  # somebody has ended the work before this model was finished
        _took, pipeline, settings, attempts = mine[0].result()
        judged = [job.result() for job in mine[1:]]
        places = [judge for _fit, judge in parts]
        found[model] = Fitted(
            pipeline,
            settings,
            [(place, said, scores) for place, (_took, said, _attempts, scores) in zip(places, judged, strict=True)],
            pd.concat([attempts, *(tried for _took, _said, tried, _scores in judged)], ignore_index=True),
        )
    return found


def _fit_everybody(
    entry: ModelType, work: Work, customers: Customers, fixed: Mapping[str, Any]
) -> tuple[float, Pipeline, dict[str, Any], pd.DataFrame]:
    _go_on(work.journal)
    start = perf_counter()
    encoded = customers.encoded()
    settings, attempts = _settings(entry, work, encoded, customers.fit, fixed, -1)
    with work.journal.timed("fit", entry.id):
        pipeline = encoded.pipeline(_fit(entry, work, settings, encoded.matrix, work.target, encoded.encoder))
    return perf_counter() - start, pipeline, settings, attempts


def _judge_fold(
    entry: ModelType, work: Work, customers: Customers, fixed: Mapping[str, Any], number: int
) -> tuple[float, np.ndarray, pd.DataFrame, dict[str, float]]:
    _go_on(work.journal)
    start = perf_counter()
    encoded = customers.encoded()
    assert encoded.judge is not None  # a fold has customers to judge on
    assert customers.judge is not None
    settings, attempts = _settings(entry, work, encoded, customers.fit, fixed, number)
    with work.journal.timed("cross-validate"):
        said = _predict(entry, work, settings, encoded, (encoded.matrix, work.target[customers.fit]), encoded.judge)
        scores = fold_scores(work.problem.task, work.target[customers.judge], said)
    return perf_counter() - start, said, attempts, scores


def _settings(
    entry: ModelType, work: Work, encoded: Encoded, fit: np.ndarray, fixed: Mapping[str, Any], number: int
) -> tuple[dict[str, Any], pd.DataFrame]:
    """The model's settings, searched for if asked; the encoding within the search is that of all who are fitted on."""
    tried = candidates(entry, fixed, max(work.plan.search, 1), work.problem.seed)
    if len(tried) == 1:
        return tried[0], pd.DataFrame(columns=["settings", "customers", "score", "model", "fold"])
    target = work.target[fit]

    def judge(values: Mapping[str, Any], seen: np.ndarray, unseen: np.ndarray) -> float:
        _go_on(work.journal)
        known = (encoded.matrix[seen], target[seen])
        said = _predict(entry, work, values, encoded, known, encoded.matrix[unseen])
        return fold_scores(work.problem.task, target[unseen], said)[DECISIVE[work.problem.task]]

    with work.journal.timed("search", entry.id):
        best, attempts = search(work.table, work.problem, tried, work.rows[fit], target, judge)
    return best, attempts.assign(model=entry.id, fold=number)


def _go_on(journal: Journal) -> None:
    if journal.cancelled:
        raise CancelledError(_("Training was ended."))


def _predict(
    entry: ModelType,
    work: Work,
    values: Mapping[str, Any],
    encoded: Encoded,
    known: tuple[np.ndarray, np.ndarray],
    others: np.ndarray,
) -> np.ndarray:
    """What a model fitted on some encoded customers and their answers says of others."""
    fitted = _fit(entry, work, values, *known, encoded.encoder)
    return Model(entry.id, work.problem, Schema(()), encoded.pipeline(fitted)).predict_encoded(others)


def _fit(
    entry: ModelType,
    work: Work,
    values: Mapping[str, Any],
    matrix: np.ndarray,
    target: np.ndarray,
    encoder: TableEncoder,
) -> BaseEstimator:
    weights = {"sample_weight": balancing(target)} if work.problem.balanced else {}
    return unfitted(entry, work.problem, values, matrix, target, encoder).fit(matrix, target, **weights)
