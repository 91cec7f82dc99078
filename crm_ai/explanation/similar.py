"""Customers like this one, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import mean_interval, wilson
from crm_ai.explanation.customer_space import CustomerSpace, customer_space
from crm_ai.modeling import Run, Task, answer_of, label_place

MOST = 50


@dataclass(frozen=True, slots=True, eq=False)
class SimilarCustomers:
    """Training customers nearest to one customer.

    Parameters
    ----------
    rows : numpy.ndarray of int, shape (n,)
        Their positions in the table, the nearest first.
    distances : numpy.ndarray of shape (n,)
        How far they are.
    outcome : Estimate
        Share of them with the answer in question, or the mean of their numbers, with a 95 % interval.
    prediction : float
        What the model says of the customer whom they are like.
    """

    rows: np.ndarray
    distances: np.ndarray
    outcome: Estimate
    prediction: float

    @property
    def bear_it_out(self) -> bool:
        """Whether what happened to them leaves room for the prediction."""
        return self.outcome.low <= self.prediction <= self.outcome.high


def similar_customers(
    run: Run,
    model_type: str,
    row: int,
    *,
    label: str | None = None,
    weights: np.ndarray | None = None,
    most: int = MOST,
    space: CustomerSpace | None = None,
) -> SimilarCustomers:
    """Find training customers like one customer.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    row : int
        Position of the customer in the table.
    label : str, optional
        The answer in question; by default the positive one, or the first of several.
    weights : numpy.ndarray of shape (columns,), optional
        How much each of the model's columns counts, for instance its mean absolute SHAP value; by default all the same.
    most : int, default 50
        How many to find.
    space : CustomerSpace, optional
        As made by ``customer_space``; made anew if not given.

    Returns
    -------
    SimilarCustomers
        The nearest, and what was true of them.
    """
    space = space or customer_space(run, model_type)
    customer = run.table.frame[list(run.problem.features)].iloc[[row]]
    usable = weights is not None and weights.sum() > 0
    distances = space.distances(space.codes_of(customer)[0], weights if usable else None)
    distances = np.where(space.rows == row, np.inf, distances)
    nearest = np.argsort(distances, kind="stable")[: min(most, int(np.isfinite(distances).sum()))]
    rows = space.rows[nearest]
    order = np.argsort(run.train_rows)
    actual = run.train_actual[order[np.searchsorted(run.train_rows[order], rows)]]
    said = space.model.predict(customer)
    if run.problem.task is Task.REGRESSION:
        n, mean = len(actual), float(actual.mean()) if len(actual) else float("nan")
        error = float(actual.std(ddof=1)) / np.sqrt(n) if n > 1 else float("nan")
        return SimilarCustomers(
            rows, distances[nearest], Estimate("mean", mean, *mean_interval(mean, error, n), n), float(said[0])
        )
    place = label_place(run.problem, label)
    having = int((actual == place).sum())
    low, high = (float(end) for end in wilson(having, len(actual)))
    told = float(answer_of(said, place)[0])
    share = having / len(actual) if len(actual) else float("nan")
    return SimilarCustomers(rows, distances[nearest], Estimate("prevalence", share, low, high, len(actual)), told)


def similar_frame(run: Run, found: SimilarCustomers, columns: tuple[str, ...]) -> pd.DataFrame:
    """Similar customers as a table.

    Parameters
    ----------
    run : Run
        The run.
    found : SimilarCustomers
        As made by ``similar_customers``.
    columns : tuple of str
        Columns to show.

    Returns
    -------
    pandas.DataFrame
        The target, then these columns, one row a customer, the nearest first.
    """
    names = [run.problem.target, *(name for name in columns if name != run.problem.target)]
    return run.table.frame[names].iloc[found.rows].reset_index(drop=True)
