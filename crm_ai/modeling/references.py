"""Training customers that a model takes along, so that it can be explained where its run is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_ai.modeling.log_target import LogTarget
from crm_ai.modeling.recalibration import Recalibrated
from crm_ai.modeling.run import Model

MOST = 500


def drawn_references(
    model: Model, frame: pd.DataFrame, rows: np.ndarray, said: np.ndarray, seed: int
) -> np.ndarray | None:
    """Draw training customers evenly over what was said of them, and take from them what the model does not look at.

    Parameters
    ----------
    model : Model
        A fitted model.
    frame : pandas.DataFrame
        Customers; holds the features.
    rows : numpy.ndarray of int, shape (m,)
        Positions of the training customers.
    said : numpy.ndarray of shape (m,) or (m, k)
        What was said of them, out of fold; NaN where nothing was.
    seed : int
        Decides who is drawn, and their order.

    Returns
    -------
    numpy.ndarray of float32, shape (at most 500, encoded columns), or None
        As the encoder writes them. Of trees, numbers that the model cannot tell apart are replaced by the middle one of
        them. None for models that add up on the only scale they are explained on: their means say all.
    """
    if _means_say_all(model):
        return None
    places = _evenly(said, MOST, seed)
    matrix = model.encoder.transform(model.cleaned(frame.iloc[rows[places]])).astype(np.float32)
    asked = _limits(model.estimator)
    return matrix if asked is None else coarsened(matrix, *asked)


def coarsened(matrix: np.ndarray, columns: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Replace numbers that no question tells apart by the middle one of them.

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (m, encoded columns)
        Customers.
    columns : numpy.ndarray of int, shape (questions,)
        Encoded column that each question is about.
    limits : numpy.ndarray of shape (questions,)
        A question asks whether a number is at most this.

    Returns
    -------
    numpy.ndarray of float32, shape (m, encoded columns)
        Customers of whom every question has the same answer as before.

    Examples
    --------
    >>> months = np.array([[1.0], [2.0], [3.0], [8.0]], dtype=np.float32)
    >>> coarsened(months, np.array([0]), np.array([4.5])).ravel().tolist()
    [2.0, 2.0, 2.0, 8.0]
    """
    out = np.empty_like(matrix)
    for place, values in enumerate(matrix.T):
        between = np.searchsorted(np.unique(limits[columns == place]), values, side="left")
        order = np.lexsort((values, between))
        _kinds, first, members, sizes = np.unique(
            between[order], return_index=True, return_inverse=True, return_counts=True
        )
        middle = values[order][first + (sizes - 1) // 2]
        out[order, place] = middle[members]
    return out


def _means_say_all(model: Model) -> bool:
    last, estimator = model.pipeline[-1], model.estimator
    is_changed = isinstance(last, LogTarget | Recalibrated) or hasattr(last, "link")
    return hasattr(estimator, "coef_") and not hasattr(estimator, "predict_proba") and not is_changed


def _evenly(said: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Positions of customers, drawn evenly over what is said of them, in random order."""
    generator = np.random.default_rng(seed)
    if len(said) <= most:
        return generator.permutation(len(said))
    ranked = np.lexsort((said.max(axis=1), said.argmax(axis=1))) if said.ndim == 2 else np.argsort(said, kind="stable")
    steps = ((generator.random() + np.arange(most)) * len(said) / most).astype(np.intp)
    return generator.permutation(ranked[steps])


def _limits(estimator: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """Encoded columns and limits of all questions that trees ask; None for what is no tree."""
    if hasattr(estimator, "_predictors"):
        nodes = np.concatenate([tree.nodes for turn in estimator._predictors for tree in turn])
        nodes = nodes[nodes["is_leaf"] == 0]
        return nodes["feature_idx"].astype(np.intp), nodes["num_threshold"]
    trees = [estimator] if hasattr(estimator, "tree_") else list(getattr(estimator, "estimators_", ()))
    if not trees or not all(hasattr(tree, "tree_") for tree in trees):
        return None
    columns = np.concatenate([tree.tree_.feature for tree in trees])
    limits = np.concatenate([tree.tree_.threshold for tree in trees])
    return columns[columns >= 0], limits[columns >= 0]
