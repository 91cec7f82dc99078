"""Fit models on all training customers and on each fold's, side by side."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.cleaning import Cleaning
from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.model_types import ModelType, Setting
from crm_ai.modeling.problem import Problem, Task
from crm_ai.modeling.progress import Journal
from crm_ai.modeling.run import Model
from crm_ai.modeling.scores import fold_scores
from crm_ai.table import Repair, Schema
from crm_ai.words import _, count


class _Customers:
    """Some customers to fit on and others to judge on, encoded once for all models that are encoded alike."""

    def __init__(
        self,
        kinds: Mapping[str, str],
        repairs: Sequence[Repair],
        fit: pd.DataFrame,
        judge: pd.DataFrame | None,
        users: int,
        journal: Journal,
    ) -> None:
        self._kinds, self._fit, self._judge, self._users, self._journal = kinds, fit, judge, users, journal
        self._cleaning, self._is_clean = Cleaning(repairs), False
        self._made: dict[str, _Encoded] = {}
        self._lock = Lock()

    def encoded(self, entry: ModelType) -> _Encoded:
        key = repr(sorted(entry.encoding.items()))
        with self._lock:
            self._clean()
            if key not in self._made:
                with self._journal.timed("encode"):
                    encoder = TableEncoder(self._cleaning.kinds_after(self._kinds), **entry.encoding)
                    matrix = encoder.fit_transform(self._fit)
                    judge = None if self._judge is None else encoder.transform(self._judge)
                    steps = [("cleaning", self._cleaning), ("encoding", encoder)]
                    self._made[key] = _Encoded(steps, matrix, judge)
            made = self._made[key]
            self._users -= 1
            if not self._users:
                self._made.clear()  # nobody needs them any more, and they are large
            return made

    def _clean(self) -> None:
        if not self._is_clean:
            with self._journal.timed("clean"):
                self._fit = self._cleaning.fit_transform(self._fit)
                self._judge = None if self._judge is None else self._cleaning.transform(self._judge)
                self._is_clean = True


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Customers as numbers: the fitted steps, those to fit on, and those to judge on."""

    steps: list[tuple[str, BaseEstimator]]
    matrix: np.ndarray
    judge: np.ndarray | None

    def pipeline(self, estimator: BaseEstimator) -> Pipeline:
        return Pipeline([*self.steps, ("estimator", estimator)])


def fit_all(
    schema: Schema,
    problem: Problem,
    chosen: Sequence[ModelType],
    frame: pd.DataFrame,
    target: np.ndarray,
    journal: Journal,
) -> tuple[dict[str, Pipeline], pd.DataFrame]:
    """Fit each model on all training customers and on each fold's, as many at a time as there are processors.

    Parameters
    ----------
    schema : Schema
        Kinds of the features.
    problem : Problem
        The question.
    chosen : sequence of ModelType
        Which models.
    frame : pandas.DataFrame of length n
        The training customers' features.
    target : numpy.ndarray of shape (n,)
        Their answers.
    journal : Journal
        Told of each finished fit.

    Returns
    -------
    pipelines : dict of str to Pipeline
        By model type, fitted on all of them.
    scores : pandas.DataFrame
        Columns model, fold, metric, value.
    """
    from threadpoolctl import threadpool_limits

    for entry in chosen:
        entry.make(_setting(problem, len(target), 1))  # loads its libraries: those loaded later would escape the limit
    kinds = {name: schema[name].kind.value for name in problem.features}
    everybody = _Customers(kinds, problem.repairs, frame, None, len(chosen), journal)
    messages: dict[Future[Any], str] = {}
    # One thread of linear algebra a fit: fits side by side would otherwise fight over the processors.
    with threadpool_limits(1), ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        final, folds = {}, {}
        for entry in chosen:
            final[entry.id] = workers.submit(_fit_pipeline, entry, problem, everybody, target, journal)
            messages[final[entry.id]] = _("{model}: all training customers").format(model=entry.name)
        for number, (fit, judge) in enumerate(_folds(problem, target)):
            part = _Customers(kinds, problem.repairs, frame.iloc[fit], frame.iloc[judge], len(chosen), journal)
            for entry in chosen:
                work = workers.submit(_judge_fold, entry, problem, part, target[fit], target[judge], journal)
                folds[number, entry.id] = work
                messages[work] = _("{model}: fold {fold} of {folds}").format(
                    model=entry.name, fold=number + 1, folds=problem.folds
                )
        journal.say(_("Encoding {n} customers").format(n=count(len(target))))
        try:
            for work in as_completed(messages):
                work.result()
                journal.done += 1
                journal.say(messages[work])
        except BaseException:
            workers.shutdown(cancel_futures=True)
            raise
    scores = [
        {"model": name, "fold": number, "metric": metric, "value": value}
        for (number, name), work in folds.items()
        for metric, value in work.result().items()
    ]
    return {name: work.result() for name, work in final.items()}, pd.DataFrame(scores)


def _fit_pipeline(
    entry: ModelType, problem: Problem, customers: _Customers, target: np.ndarray, journal: Journal
) -> Pipeline:
    encoded = customers.encoded(entry)
    with journal.timed("fit"):
        return encoded.pipeline(_fit(entry, problem, encoded.matrix, target))


def _judge_fold(
    entry: ModelType,
    problem: Problem,
    customers: _Customers,
    target: np.ndarray,
    actual: np.ndarray,
    journal: Journal,
) -> dict[str, float]:
    encoded = customers.encoded(entry)
    assert encoded.judge is not None  # a fold has customers to judge on
    with journal.timed("cross-validate"):
        pipeline = encoded.pipeline(_fit(entry, problem, encoded.matrix, target))
        model = Model(entry.id, problem, Schema(()), pipeline)
        return fold_scores(problem.task, actual, model.predict_encoded(encoded.judge))


def _folds(problem: Problem, target: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import KFold, StratifiedKFold

    kind = KFold if problem.task is Task.REGRESSION else StratifiedKFold
    folds = kind(n_splits=problem.folds, shuffle=True, random_state=problem.seed)
    yield from folds.split(target, None if problem.task is Task.REGRESSION else target)


def _fit(entry: ModelType, problem: Problem, matrix: np.ndarray, target: np.ndarray) -> BaseEstimator:
    return entry.make(_setting(problem, *matrix.shape)).fit(matrix, target)


def _setting(problem: Problem, customers: int, width: int) -> Setting:
    return Setting(task=problem.task, customers=customers, width=width, answers=len(problem.labels), seed=problem.seed)
