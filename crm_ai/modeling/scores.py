"""Point scores of predictions for customers that a model has not seen."""

from __future__ import annotations

import numpy as np
from sklearn import metrics

from crm_ai.evaluation import exact_ranking, macro_roc_auc
from crm_ai.modeling.problem import Task


def fold_scores(task: Task, actual: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Score one fold of a cross-validation.

    Parameters
    ----------
    task : Task
        The kind of question.
    actual : numpy.ndarray of shape (n,)
        Numbers, or positions among the labels.
    predicted : numpy.ndarray of shape (n,) or (n, k)
        Numbers, or probabilities.

    Returns
    -------
    dict of str to float
        Score by metric: roc_auc, average_precision, brier_score for yes/no questions; accuracy, balanced_accuracy,
        macro_roc_auc for several answers; r2, rmse, mae for numbers. NaN where nobody has an answer that is ranked.
    """
    if task is Task.REGRESSION:
        return {
            "r2": metrics.r2_score(actual, predicted),
            "rmse": metrics.root_mean_squared_error(actual, predicted),
            "mae": metrics.mean_absolute_error(actual, predicted),
        }
    if task is Task.BINARY:
        found = exact_ranking(actual, predicted)
        return {name: found[name].value for name in ("roc_auc", "average_precision", "brier_score")}
    chosen = predicted.argmax(axis=1)
    return {
        "accuracy": metrics.accuracy_score(actual, chosen),
        "balanced_accuracy": metrics.recall_score(actual, chosen, labels=np.unique(actual), average="macro"),
        "macro_roc_auc": macro_roc_auc(actual, predicted).value,
    }
