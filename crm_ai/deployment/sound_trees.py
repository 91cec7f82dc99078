"""Trees of a model file, looked over before they are asked anything.

Compiled code follows a tree's numbers without checking them: a crafted file could make it read memory that is not the
tree's, or go round in circles. Types are checked elsewhere; here it is made sure that every tree is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from crm_ai.errors import ModelFileError
from crm_ai.words import _

NO_CHILD = -1
DEEPEST = 50  # levels of objects within objects
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
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
    from sklearn.tree._tree import Tree

    for held, columns in _parts(pipeline, None, set(), 0):
        if isinstance(held, Tree):
            sound = _is_sound_tree(held, columns)
        elif isinstance(held, TreePredictor):
            sound = _is_sound_predictor(held, columns)
        else:
            sound = not SHADOWED & set(getattr(held, "__dict__", ()))
        if not sound:
            raise ModelFileError(
                _("A tree of this model is damaged."), next_step=_("Do not use the file; save the model again.")
            )


def _parts(held: Any, columns: int | None, seen: set[int], depth: int) -> Iterator[tuple[Any, int | None]]:
    """Everything within an object, with the number of columns that its owner makes sure of."""
    if isinstance(held, (str, bytes, int, float, bool, type(None))) or id(held) in seen:
        return
    if depth > DEEPEST:
        raise ModelFileError(_("This is not a model file, or it is damaged."))
    seen.add(id(held))
    if isinstance(held, dict):
        inner = list(held.values())
    elif isinstance(held, (list, tuple, set)):
        inner = list(held)
    elif isinstance(held, np.ndarray):
        inner = list(held.ravel()) if held.dtype == object else []
    else:
        known = getattr(held, "__dict__", {})
        said = known.get("n_features_in_")
        columns = int(said) if isinstance(said, (int, np.integer)) else columns
        if "_n_features" in known and known["_n_features"] != columns:
            columns = 0
        yield held, columns
        inner = list(known.values())
    for part in inner:
        yield from _parts(part, columns, seen, depth + 1)


def _is_sound_tree(tree: Any, columns: int | None) -> bool:
    if not 0 < tree.node_count <= tree.capacity or tree.n_features != columns:
        return False
    left, right = tree.children_left, tree.children_right
    is_leaf = left == NO_CHILD
    return bool(
        np.array_equal(is_leaf, right == NO_CHILD)
        and _lead_down(left[~is_leaf], right[~is_leaf], np.flatnonzero(~is_leaf), tree.node_count)
        and _within(tree.feature[~is_leaf], tree.n_features)
    )


def _is_sound_predictor(predictor: Any, columns: int | None) -> bool:
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

    nodes = predictor.nodes
    if not isinstance(nodes, np.ndarray) or nodes.dtype != PREDICTOR_RECORD_DTYPE or nodes.ndim != 1 or not len(nodes):
        return False
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    asking = nodes[inner]
    return bool(
        columns is not None
        and not asking["is_categorical"].any()  # our models have none; their tables could be crafted too
        and _lead_down(asking["left"].astype(np.int64), asking["right"].astype(np.int64), inner, len(nodes))
        and _within(asking["feature_idx"], columns)
    )


def _lead_down(left: np.ndarray, right: np.ndarray, nodes: np.ndarray, count: int) -> bool:
    """Whether children come after their parents, so that every way ends, and are nodes of the same tree."""
    return all(bool(((side > nodes) & (side < count)).all()) for side in (left, right))


def _within(features: np.ndarray, columns: int) -> bool:
    return bool(((features >= 0) & (features < columns)).all())
