"""Point scores of predictions for customers that a model has not seen."""

from __future__ import annotations

import numpy as np
from sklearn import metrics

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
        macro_roc_auc for several answers; r2, rmse, mae for numbers.
    """
    if task is Task.REGRESSION:
        return {
            "r2": metrics.r2_score(actual, predicted),
            "rmse": metrics.root_mean_squared_error(actual, predicted),
            "mae": metrics.mean_absolute_error(actual, predicted),
        }
    if task is Task.BINARY:
        return {
            "roc_auc": metrics.roc_auc_score(actual, predicted),
            "average_precision": metrics.average_precision_score(actual, predicted),
            "brier_score": metrics.brier_score_loss(actual, predicted),
        }
    chosen = predicted.argmax(axis=1)
    one_each = np.eye(predicted.shape[1], dtype=np.int8)[actual]
    return {
        "accuracy": metrics.accuracy_score(actual, chosen),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, chosen),
        "macro_roc_auc": metrics.roc_auc_score(one_each, predicted, average="macro"),
    }
