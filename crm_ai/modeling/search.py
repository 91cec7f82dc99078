"""Better settings for a model, found on folds within the customers it is fitted on: successive halving.

Many settings are judged on few customers; the best third goes on to six times as many, until one is left. Whoever
reports a score must have kept other customers aside: those searched on flatter the winner.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.modeling.model_types import ModelType
from crm_ai.modeling.problem import Problem, Task
from crm_ai.modeling.sampled_tree import sample_rows
from crm_ai.modeling.splitting import folds
from crm_ai.table import Table

FOLDS = 3
KEPT = 3  # one in so many goes on
GROWTH = 6  # times as many customers for those
FEWEST_ROWS = 1_000
MOST_ROWS = 20_000
DECISIVE = {Task.BINARY: "roc_auc", Task.MULTICLASS: "balanced_accuracy", Task.REGRESSION: "r2"}

Judge = Callable[[Mapping[str, Any], np.ndarray, np.ndarray], float]


def candidates(entry: ModelType, fixed: Mapping[str, Any], most: int, seed: int) -> list[dict[str, Any]]:
    """Settings to try: the usual ones, and others drawn from what is on offer.

    Parameters
    ----------
    entry : ModelType
        The model type.
    fixed : mapping of str to object
        Settings that somebody has chosen.
    most : int
        How many at most.
    seed : int
        Decides the draw.

    Returns
    -------
    list of dict
        The usual settings first; none twice.
    """
    free = [parameter for parameter in entry.parameters if parameter.is_searched and parameter.id not in fixed]
    usual = entry.values(fixed)
    everything = {_effect(usual): usual}
    offered = [parameter.values for parameter in free]  # noqa: PD011
    for combination in itertools.product(*offered):
        values = usual | dict(zip((parameter.id for parameter in free), combination, strict=True))
        everything.setdefault(_effect(values), values)
    others = list(everything.values())[1:]
    order = np.random.default_rng(seed).permutation(len(others))
    return [usual, *(others[place] for place in order[: max(most - 1, 0)])]


def search(
    table: Table,
    problem: Problem,
    tried: list[dict[str, Any]],
    rows: np.ndarray,
    target: np.ndarray,
    judge: Judge,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Find the best of several settings by successive halving.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question; its split also divides the folds within.
    tried : list of dict
        Settings to try, see ``candidates``.
    rows : numpy.ndarray of int, shape (n,)
        Positions in the table of the customers that may be used.
    target : numpy.ndarray of shape (n,)
        Their answers.
    judge : callable
        Takes settings, and positions in `rows` to fit and to judge on; returns a score, the higher the better.

    Returns
    -------
    settings : dict
        The best.
    attempts : pandas.DataFrame
        Columns settings, customers, score: each attempt, the last ones judged on the most customers.

    References
    ----------
    Jamieson, Talwalkar (2016), AISTATS, "Non-stochastic best arm identification and hyperparameter optimization".
    """
    inner = replace(problem, folds=FOLDS, repeats=1)
    most = min(len(rows), MOST_ROWS)
    left, attempts = list(tried), []
    for turn in range(_rounds(len(tried)) - 1, -1, -1):
        size = min(most, max(most // GROWTH**turn, FEWEST_ROWS))
        part = sample_rows(target, size, problem.seed + turn, in_shares=problem.task is not Task.REGRESSION)
        parts = [(part[fit], part[seen]) for fit, seen in folds(table, inner, rows[part], target[part])]
        scores = [float(np.mean([judge(values, *ends) for ends in parts])) for values in left]
        attempts += [(values, len(part), score) for values, score in zip(left, scores, strict=True)]
        best = np.argsort(-np.asarray(scores), kind="stable")  # of equals the first, which is the usual one
        left = [left[place] for place in best[: max(1, len(left) // KEPT)]]
    return left[0], pd.DataFrame(attempts, columns=["settings", "customers", "score"])


def _rounds(tried: int) -> int:
    """How often two thirds must go until one is left."""
    rounds = 0
    while tried > 1:
        tried, rounds = max(1, tried // KEPT), rounds + 1
    return rounds


def _effect(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What tells settings apart: without a penalty its strength changes nothing."""
    idle = {"strength"} if values.get("penalty") == "none" else set()
    return tuple(sorted((name, repr(value)) for name, value in values.items() if name not in idle))
