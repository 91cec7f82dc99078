"""What all workers of a training share, and customers written as numbers once for several models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.cleaning import Cleaning
from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.model_type import ModelType
from crm_ai.modeling.plan import Plan
from crm_ai.modeling.problem import Problem
from crm_ai.modeling.progress import Journal
from crm_ai.table import Table


@dataclass(frozen=True, slots=True)
class Encoded:
    """Customers as numbers: the fitted steps, those to fit on, and those to judge on."""

    steps: list[tuple[str, BaseEstimator]]
    matrix: np.ndarray
    judge: np.ndarray | None

    @property
    def encoder(self) -> TableEncoder:
        """The step that wrote the matrix."""
        encoder: TableEncoder = self.steps[1][1]
        return encoder

    def pipeline(self, estimator: BaseEstimator) -> Pipeline:
        """Put a fitted estimator behind the steps.

        Parameters
        ----------
        estimator : BaseEstimator
            Fitted on the matrix.

        Returns
        -------
        sklearn.pipeline.Pipeline
            Takes customers in original columns.
        """
        return Pipeline([*self.steps, ("estimator", estimator)])


class Customers:
    """Some customers to fit on and others to judge on, encoded once for all models of a batch.

    Parameters
    ----------
    work : Work
        What all workers share.
    fit : numpy.ndarray of int
        Positions of those to fit on.
    judge : numpy.ndarray of int or None
        Positions of the others.
    batch : sequence of ModelType
        The models; each asks once.
    """

    def __init__(self, work: Work, fit: np.ndarray, judge: np.ndarray | None, batch: Sequence[ModelType]) -> None:
        self.fit, self.judge = fit, judge
        self._work, self._users = work, len(batch)
        self._options = batch[-1].encoding  # alike in a batch; the baseline before them takes any
        self._made: Encoded | None = None
        self._lock = Lock()

    def encoded(self) -> Encoded:
        """The customers as numbers.

        Returns
        -------
        Encoded
            Kept until the last model of the batch has asked.
        """
        with self._lock:
            made = self._made or self._work.encode(self.fit, self.judge, self._options)
            self._users -= 1
            self._made = made if self._users else None  # nobody needs it any more, and it is large
            return made


@dataclass(frozen=True, slots=True)
class Work:
    """What all workers share."""

    table: Table
    plan: Plan
    frame: pd.DataFrame
    rows: np.ndarray
    target: np.ndarray
    kinds: Mapping[str, str]
    journal: Journal

    @property
    def problem(self) -> Problem:
        """The question."""
        return self.plan.problem

    def encode(self, fit: np.ndarray, judge: np.ndarray | None, options: Mapping[str, Any]) -> Encoded:
        """Learn cleaning and encoding on some customers, and write them and others as numbers.

        Parameters
        ----------
        fit : numpy.ndarray of int
            Positions of the customers that are learned from.
        judge : numpy.ndarray of int or None
            Positions of the others.
        options : mapping of str to object
            Of the ``TableEncoder``.

        Returns
        -------
        Encoded
            Steps and matrices.
        """
        cleaning = Cleaning(self.problem.repairs)
        with self.journal.timed("clean"):
            cleaned = cleaning.fit_transform(self.frame.iloc[fit])
            others = None if judge is None else cleaning.transform(self.frame.iloc[judge])
        with self.journal.timed("encode"):
            encoder = TableEncoder(cleaning.kinds_after(self.kinds), **options)
            matrix = encoder.fit_transform(cleaned)
            seen = None if others is None else encoder.transform(others)
        return Encoded([("cleaning", cleaning), ("encoding", encoder)], matrix, seen)


def work_on(plan: Plan, table: Table, rows: np.ndarray, target: np.ndarray, journal: Journal) -> Work:
    """Gather what all workers share.

    Parameters
    ----------
    plan : Plan
        What is trained.
    table : Table
        The customers.
    rows : numpy.ndarray of int, shape (n,)
        Positions of those who are trained on.
    target : numpy.ndarray of shape (n,)
        Their answers.
    journal : Journal
        Told of each step.

    Returns
    -------
    Work
        Ready to encode.
    """
    features = table.frame[list(plan.problem.features)].iloc[rows]
    kinds = {name: table.schema[name].kind.value for name in plan.problem.features}
    return Work(table, plan, features, rows, target, kinds, journal)
