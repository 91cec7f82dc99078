"""Estimators made to measure: for a question, its customers, and what somebody has set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.estimators import Setting
from crm_ai.modeling.log_target import LogTarget
from crm_ai.modeling.model_type import ModelType
from crm_ai.modeling.problem import Problem, Scale, Task


def balancing(target: np.ndarray) -> np.ndarray:
    """Weights that make each answer count the same, and customers one on average.

    Parameters
    ----------
    target : numpy.ndarray of int, shape (n,)
        Positions among the labels.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Weight of each customer.

    Examples
    --------
    >>> balancing(np.array([0, 0, 0, 1])).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    sizes = np.bincount(target)
    weights: np.ndarray = (len(target) / ((sizes > 0).sum() * np.maximum(sizes, 1)))[target]
    return weights


def unfitted(
    entry: ModelType,
    problem: Problem,
    values: Mapping[str, Any],
    matrix: np.ndarray,
    target: np.ndarray,
    encoder: TableEncoder | None,
) -> BaseEstimator:
    """Make an estimator to measure.

    Parameters
    ----------
    entry : ModelType
        Which kind.
    problem : Problem
        The question.
    values : mapping of str to object
        Its settings.
    matrix, target : numpy.ndarray
        Encoded customers and their answers, which its size follows.
    encoder : TableEncoder or None
        Wrote the matrix.

    Returns
    -------
    BaseEstimator
        Unfitted.
    """
    by_logarithm = problem.task is Task.REGRESSION and (
        problem.scale is Scale.LOG or (problem.scale is Scale.TWEEDIE and entry.id == "neural_network")
    )
    modelled = np.log1p(target) if by_logarithm else target
    setting = Setting(
        task=problem.task,
        customers=len(matrix),
        width=matrix.shape[1],
        answers=len(problem.labels),
        seed=problem.seed,
        spread=float(np.std(modelled)) or 1.0,
        scale=problem.scale,
        monotonic=_monotonic(problem, entry, encoder),
        values=entry.values(values),
    )
    estimator = entry.make(setting)
    return LogTarget(estimator) if by_logarithm else estimator


def _monotonic(problem: Problem, entry: ModelType, encoder: TableEncoder | None) -> np.ndarray | None:
    """1, -1 or 0 for each encoded column."""
    ways = {name: way for name, way in problem.monotonic if way}
    if not ways or encoder is None or not entry.is_monotonic or problem.task is Task.MULTICLASS:
        return None
    found = np.zeros(len(encoder.source_), dtype=np.int8)
    for place, name in enumerate(encoder.columns_):
        if name in ways and name not in encoder.levels_:
            found[encoder.first[place]] = ways[name]
    return found if found.any() else None
