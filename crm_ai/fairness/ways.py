"""How a model is made fairer in each way: fitted anew on training customers, and on each fold's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator

from crm_ai.errors import ProblemError
from crm_ai.fairness.candidate import EXPONENTIATED_GRADIENT
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Groups, Lesson, Refitted, Run, Segment


def reweighing(groups: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Weights that make groups and answers independent.

    Parameters
    ----------
    groups, target : numpy.ndarray of int, shape (n,)
        Groups and answers.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        How often a group and an answer would come together if they were independent, over how often they do.

    Examples
    --------
    >>> reweighing(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])).tolist()
    [0.75, 0.75, 1.5, 0.5]
    """
    together = np.zeros((int(groups.max(initial=0)) + 1, int(target.max(initial=0)) + 1))
    np.add.at(together, (groups, target), 1)
    expected = np.outer(together.sum(axis=1), together.sum(axis=0)) / max(len(target), 1)
    weights: np.ndarray = (expected / np.maximum(together, 1))[groups, target]
    return weights


def _weights(run: Run, target: np.ndarray) -> np.ndarray | None:
    from crm_ai.modeling.tailoring import balancing

    return balancing(target) if run.problem.balanced else None


def reweighed(run: Run, model_type: str, groups: np.ndarray) -> Refitted:
    """Fit a model with weights that make the answer equally frequent in all groups.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    groups : numpy.ndarray of int, shape (n,)
        Group of each training customer.

    Returns
    -------
    Refitted
        The model, and what it says of customers it has not seen.
    """
    from crm_ai.modeling import refit

    def fit(lesson: Lesson) -> BaseEstimator:
        weights = reweighing(groups[lesson.places], lesson.target)
        usual = _weights(run, lesson.target)
        return lesson.estimator.fit(
            lesson.matrix, lesson.target, sample_weight=weights if usual is None else weights * usual
        )

    return refit(run, model_type, model_type, fit)


def decorrelated(run: Run, model_type: str, columns: tuple[str, ...]) -> Refitted:
    """Fit a model on columns from which what tells the group was taken out.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    columns : tuple of str
        What makes the groups.

    Returns
    -------
    Refitted
        The model, and what it says of customers it has not seen.
    """
    from crm_ai.fairness.decorrelation import fit_decorrelated
    from crm_ai.modeling import refit

    def fit(lesson: Lesson) -> BaseEstimator:
        places = [lesson.encoder.columns_.index(column) for column in columns]
        sensitive = np.isin(lesson.encoder.source_, places)
        if sensitive.all():
            raise ProblemError(_("No other column would be left to predict from."))
        return fit_decorrelated(lesson.estimator, lesson.matrix, lesson.target, sensitive, _weights(run, lesson.target))

    return refit(run, model_type, model_type, fit, also=columns)


def reduced(run: Run, model_type: str, groups: np.ndarray, method: str, constraint: str, threshold: float) -> Refitted:
    """Fit a mixture of models, or the best of many, under a constraint.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    groups : numpy.ndarray of int, shape (n,)
        Group of each training customer.
    method, constraint : str
        Exponentiated gradient or grid search; what is held equal.
    threshold : float
        Score from which customers are selected.

    Returns
    -------
    Refitted
        The model, and what it says of customers it has not seen.
    """
    from crm_ai.fairness.reductions import fit_exponentiated_gradient, fit_grid_search
    from crm_ai.modeling import refit

    way = fit_exponentiated_gradient if method == EXPONENTIATED_GRADIENT else fit_grid_search

    def fit(lesson: Lesson) -> BaseEstimator:
        usual = _weights(run, lesson.target)
        first = (1.0, 1.0) if usual is None else tuple(float(usual[lesson.target == k].mean()) for k in (0, 1))
        return way(
            lesson.estimator,
            lesson.matrix,
            lesson.target,
            groups[lesson.places],
            constraint=constraint,
            threshold=threshold,
            costs=(first[0], first[1]),
            seed=run.problem.seed,
        )

    return refit(run, model_type, model_type, fit)


def by_group(
    run: Run,
    model_type: str,
    segment: str | Segment | Groups,
    groups: np.ndarray,
    constraint: str,
    threshold: float,
) -> Refitted:
    """Choose thresholds on all folds for new customers, and for each fold on the others.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    segment : str, Segment or Groups
        What makes the groups.
    groups : numpy.ndarray of int, shape (n,)
        Group of each training customer.
    constraint : str
        What is held equal.
    threshold : float
        Score from which customers were selected so far.

    Returns
    -------
    Refitted
        The model, and what it says of customers it has not seen.
    """
    from time import perf_counter

    from crm_ai.fairness.group_reader import group_reader
    from crm_ai.fairness.group_thresholds import GroupThresholds, Past, choose_thresholds, moved, shifts_of
    from crm_ai.modeling import Segment, first_folds, refit

    start, said = perf_counter(), run.out_of_fold[model_type]
    k, judged = int(groups.max()) + 1, np.isfinite(said)
    past = Past(said, run.train_actual, groups)
    out_of_fold = np.full(len(said), np.nan)
    for _fit, judge in first_folds(run):
        others = judged.copy()
        others[judge] = False
        if others.any():
            own = shifts_of(choose_thresholds(past.of(others), constraint, threshold, k), threshold)
            out_of_fold[judge] = moved(said[judge], groups[judge], own)
    shifts = shifts_of(choose_thresholds(past.of(judged), constraint, threshold, k), threshold)
    base = run.model(model_type)
    width = len(base.encoder.encoded_names_)
    wanted = segment if isinstance(segment, Segment) else Segment((str(segment),))

    def fit(lesson: Lesson) -> BaseEstimator:
        reader = group_reader(run, wanted, lesson.encoder).fit(lesson.matrix, groups[lesson.places])
        return GroupThresholds(base.pipeline[-1], reader, shifts, width)

    made = refit(run, model_type, model_type, fit, also=wanted.columns, with_folds=False)
    return replace(made, out_of_fold=out_of_fold, seconds=perf_counter() - start)
