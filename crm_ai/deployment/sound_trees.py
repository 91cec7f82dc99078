"""Trees of a model file, looked over before they are asked anything.

Compiled code follows a tree's numbers without checking them: a crafted file could make it read memory that is not the
tree's, or go round in circles. Types are checked elsewhere; here it is made sure that every tree is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from crm_ai.deployment.contents import parts
from crm_ai.errors import ModelFileError
from crm_ai.words import _

NO_CHILD = -1
WORDS_OF_A_SET = 8  # of 32 bits: one bit for each of 256 categories
SHADOWED = frozenset({"predict", "predict_proba", "apply", "decision_path"})


def check_trees(pipeline: object) -> None:
    """Make sure that each tree leads from its root to leaves, and asks only for columns that there are.

    Parameters
    ----------
    pipeline : object
        What came out of a model file.

    Raises
    ------
    ModelFileError
        If a tree does not.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> check_trees(DecisionTreeClassifier().fit([[0.0], [1.0]], [0, 1]))
    """
    for held in parts(pipeline):
        if not _is_sound(held, getattr(held, "__dict__", {})):
            raise ModelFileError(
                _("A tree of this model is damaged."), next_step=_("Do not use the file; save the model again.")
            )


def _is_sound(held: Any, known: Mapping[str, Any]) -> bool:
    """Whether an estimator's trees suit it. It is asked of each estimator: two may share a tree."""
    from sklearn.ensemble import BaseEnsemble

    if SHADOWED & set(known):
        return False
    columns = _columns(known)
    if "tree_" in known and not _is_sound_tree(known["tree_"], columns):
        return False
    if isinstance(held, BaseEnsemble):  # checks columns once, and hands them to its trees unchecked
        inner = [getattr(one, "__dict__", {}).get("tree_") for one in np.ravel(known.get("estimators_", []))]
        if any(tree is not None and getattr(tree, "n_features", None) != columns for tree in inner):
            return False
    return "_predictors" not in known or all(
        _is_sound_predictor(one, known, columns) for row in known["_predictors"] for one in row
    )


def _columns(known: Mapping[str, Any]) -> int:
    """How many columns an estimator makes sure of; 0 if it does not."""
    said = known.get("n_features_in_")
    return int(said) if isinstance(said, (int, np.integer)) else 0


def _is_sound_tree(tree: Any, columns: int) -> bool:
    from sklearn.tree._tree import Tree

    if not isinstance(tree, Tree) or not 0 < tree.node_count <= tree.capacity or tree.n_features != columns:
        return False
    left, right = tree.children_left, tree.children_right
    is_leaf = left == NO_CHILD
    return bool(
        np.array_equal(is_leaf, right == NO_CHILD)
        and _lead_down(left[~is_leaf], right[~is_leaf], np.flatnonzero(~is_leaf), tree.node_count)
        and _within(tree.feature[~is_leaf], tree.n_features)
    )


def _is_sound_predictor(predictor: Any, known: Mapping[str, Any], columns: int) -> bool:
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

    if not isinstance(predictor, TreePredictor):
        return False
    nodes = predictor.nodes
    if not isinstance(nodes, np.ndarray) or nodes.dtype != PREDICTOR_RECORD_DTYPE or nodes.ndim != 1 or not len(nodes):
        return False
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    asking = nodes[inner]
    return bool(
        columns > 0
        and known.get("_n_features") == columns
        and _lead_down(asking["left"].astype(np.int64), asking["right"].astype(np.int64), inner, len(nodes))
        and _within(asking["feature_idx"], columns)
        and _name_categories(asking[asking["is_categorical"] != 0], predictor, _categorical(known, columns))
    )


def _categorical(known: Mapping[str, Any], columns: int) -> np.ndarray | None:
    """Which columns hold categories, if boosting knows that of each of them."""
    mapper = known.get("_bin_mapper")
    said = getattr(mapper, "is_categorical_", None)
    sizes = {len(getattr(mapper, name, ())) for name in ("bin_thresholds_", "is_categorical_")}
    return said.astype(bool) if isinstance(said, np.ndarray) and said.ndim == 1 and sizes == {columns} else None


def _name_categories(asking: np.ndarray, predictor: Any, categorical: np.ndarray | None) -> bool:
    """Whether nodes that ask for categories do so of columns that hold them, and have a set of them."""
    if not len(asking):
        return True
    sets = [predictor.raw_left_cat_bitsets, predictor.binned_left_cat_bitsets]
    return bool(
        categorical is not None
        and categorical[asking["feature_idx"]].all()
        and all(isinstance(one, np.ndarray) and one.ndim == 2 and one.shape[1] >= WORDS_OF_A_SET for one in sets)
        and _within(asking["bitset_idx"].astype(np.int64), min(len(one) for one in sets))
    )


def _lead_down(left: np.ndarray, right: np.ndarray, nodes: np.ndarray, count: int) -> bool:
    """Whether children come after their parents, so that every way ends, and are nodes of the same tree."""
    return all(bool(((side > nodes) & (side < count)).all()) for side in (left, right))


def _within(places: np.ndarray, count: int) -> bool:
    return bool(((places >= 0) & (places < count)).all())
