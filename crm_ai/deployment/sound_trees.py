"""Trees of a model file, looked over before they are asked anything.

Compiled code follows a tree's numbers without checking them: a crafted file could make it read memory that is not the
tree's, or go round in circles. Types are checked elsewhere; here it is made sure that every tree is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crm_ai.errors import ModelFileError
from crm_ai.words import _

NO_CHILD = -1
DEEPEST = 50  # levels of objects within objects
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
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
    from sklearn.tree._tree import Tree

    for held, owner in _parts(pipeline, _Owner(), set(), 0):
        if isinstance(held, Tree):
            sound = _is_sound_tree(held, owner)
        elif isinstance(held, TreePredictor):
            sound = _is_sound_predictor(held, owner)
        else:
            sound = not SHADOWED & set(getattr(held, "__dict__", ()))
        if not sound:
            raise ModelFileError(
                _("A tree of this model is damaged."), next_step=_("Do not use the file; save the model again.")
            )


@dataclass(frozen=True, slots=True)
class _Owner:
    """What the estimator around a tree makes sure of: how many columns come in, and which of them hold categories."""

    columns: int | None = None
    categorical: np.ndarray | None = None


def _parts(held: Any, owner: _Owner, seen: set[int], depth: int) -> Iterator[tuple[Any, _Owner]]:
    """Everything within an object, with the estimator that it belongs to."""
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
        owner = _owner(known, owner)
        yield held, owner
        inner = list(known.values())
    for part in inner:
        yield from _parts(part, owner, seen, depth + 1)


def _owner(known: Mapping[str, Any], owner: _Owner) -> _Owner:
    said = known.get("n_features_in_")
    if not isinstance(said, (int, np.integer)):
        return owner
    columns = int(said)
    if known.get("_n_features", columns) != columns:
        return _Owner(0)
    mapper = known.get("_bin_mapper")
    categorical = getattr(mapper, "is_categorical_", None)
    sizes = {len(getattr(mapper, name, ())) for name in ("bin_thresholds_", "is_categorical_")}
    fits = isinstance(categorical, np.ndarray) and categorical.ndim == 1 and sizes == {columns}
    return _Owner(columns, categorical.astype(bool) if fits else None)  # type: ignore[union-attr]


def _is_sound_tree(tree: Any, owner: _Owner) -> bool:
    if not 0 < tree.node_count <= tree.capacity or tree.n_features != owner.columns:
        return False
    left, right = tree.children_left, tree.children_right
    is_leaf = left == NO_CHILD
    return bool(
        np.array_equal(is_leaf, right == NO_CHILD)
        and _lead_down(left[~is_leaf], right[~is_leaf], np.flatnonzero(~is_leaf), tree.node_count)
        and _within(tree.feature[~is_leaf], tree.n_features)
    )


def _is_sound_predictor(predictor: Any, owner: _Owner) -> bool:
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

    nodes = predictor.nodes
    if not isinstance(nodes, np.ndarray) or nodes.dtype != PREDICTOR_RECORD_DTYPE or nodes.ndim != 1 or not len(nodes):
        return False
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    asking = nodes[inner]
    return bool(
        owner.columns is not None
        and _lead_down(asking["left"].astype(np.int64), asking["right"].astype(np.int64), inner, len(nodes))
        and _within(asking["feature_idx"], owner.columns)
        and _name_categories(asking[asking["is_categorical"] != 0], predictor, owner)
    )


def _name_categories(asking: np.ndarray, predictor: Any, owner: _Owner) -> bool:
    """Whether nodes that ask for categories do so of columns that hold them, and have a set of them."""
    if not len(asking):
        return True
    sets = [predictor.raw_left_cat_bitsets, predictor.binned_left_cat_bitsets]
    return bool(
        owner.categorical is not None
        and owner.categorical[asking["feature_idx"]].all()
        and all(isinstance(one, np.ndarray) and one.ndim == 2 and one.shape[1] >= WORDS_OF_A_SET for one in sets)
        and _within(asking["bitset_idx"].astype(np.int64), min(len(one) for one in sets))
    )


def _lead_down(left: np.ndarray, right: np.ndarray, nodes: np.ndarray, count: int) -> bool:
    """Whether children come after their parents, so that every way ends, and are nodes of the same tree."""
    return all(bool(((side > nodes) & (side < count)).all()) for side in (left, right))


def _within(places: np.ndarray, count: int) -> bool:
    return bool(((places >= 0) & (places < count)).all())
