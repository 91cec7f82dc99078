"""Trees of any ensemble in one form: for each leaf, the ranges of columns that lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np

from crm_ai.modeling import Task

MOST_CONDITIONS = 60  # of a leaf: so many bits has a pattern


@dataclass(frozen=True, slots=True, eq=False)
class FlatTree:
    """One tree as its leaves. A customer is in a leaf if low < value ≤ high for each of its conditions.

    Parameters
    ----------
    starts : numpy.ndarray of int64, shape (leaves + 1,)
        Where each leaf's conditions begin.
    features : numpy.ndarray of int64, shape (conditions,)
        Encoded column of each condition; a column occurs once a leaf.
    low, high : numpy.ndarray of float64, shape (conditions,)
        Its range.
    values : numpy.ndarray of float64, shape (leaves,)
        What the tree adds to the output there.
    """

    starts: np.ndarray
    features: np.ndarray
    low: np.ndarray
    high: np.ndarray
    values: np.ndarray

    @property
    def widest(self) -> int:
        """The most conditions of a leaf."""
        return int(np.diff(self.starts).max(initial=0))


def is_ensemble(estimator: Any) -> bool:
    """Whether an estimator is a forest or boosted trees.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    bool
        True if ``flat_trees`` can take it apart.
    """
    return hasattr(estimator, "_predictors") or hasattr(getattr(estimator, "estimators_", [None])[0], "tree_")


def conditions(trees: Sequence[FlatTree]) -> int:
    """How many conditions all leaves have together: what each customer, explained or reference, is asked.

    Parameters
    ----------
    trees : sequence of FlatTree
        The trees.

    Returns
    -------
    int
        Their number.
    """
    return sum(len(tree.features) for tree in trees)


def flat_trees(estimator: Any, task: Task, output: int) -> tuple[list[FlatTree], float]:
    """Take an ensemble apart.

    Parameters
    ----------
    estimator : estimator
        A fitted scikit-learn forest, or histogram gradient boosting.
    task : Task
        The kind of question.
    output : int
        Position of the answer that is explained; 0 for a regression.

    Returns
    -------
    trees : list of FlatTree
        Their values add up to the output: probabilities or numbers for forests, what the link is applied to for
        boosting.
    offset : float
        Is added to them.
    """
    if not hasattr(estimator, "_predictors"):
        share = 1 / len(estimator.estimators_)
        return [_of_scikit_learn(tree.tree_, output, share) for tree in estimator.estimators_], 0.0
    # Of two answers, whatever the task is called, there are trees of the second only.
    has_trees_of_each = len(np.ravel(estimator._baseline_prediction)) > 1
    place = output if has_trees_of_each else 0
    sign = -1.0 if task is not Task.REGRESSION and output == 0 and not has_trees_of_each else 1.0
    trees = [_of_boosting(turn[place].nodes, sign) for turn in estimator._predictors]
    return trees, sign * float(np.ravel(estimator._baseline_prediction)[place])


def weights(most: int) -> tuple[np.ndarray, np.ndarray]:
    """Shapley weights of leaves.

    Parameters
    ----------
    most : int
        Conditions at most.

    Returns
    -------
    gain, loss : numpy.ndarray of float64, shape (most + 1, most + 1)
        By the conditions that only the customer meets and those that only the reference meets: what one of the former
        gains, and one of the latter loses.
    """
    gain, loss = np.zeros((2, most + 1, most + 1))
    for a in range(most + 1):
        for b in range(most + 1 - a):
            orders = factorial(a + b)
            gain[a, b] = factorial(a - 1) * factorial(b) / orders if a else 0.0
            loss[a, b] = factorial(a) * factorial(b - 1) / orders if b else 0.0
    return gain, loss


def _of_scikit_learn(tree: Any, output: int, share: float) -> FlatTree:
    values = tree.value[:, 0, output] * share
    return _flattened(tree.children_left, tree.children_right, tree.feature, tree.threshold, values)


def _of_boosting(nodes: np.ndarray, sign: float) -> FlatTree:
    leaf = nodes["is_leaf"].astype(bool)
    left = np.where(leaf, -1, nodes["left"].astype(np.int64))
    right = np.where(leaf, -1, nodes["right"].astype(np.int64))
    return _flattened(left, right, nodes["feature_idx"], nodes["num_threshold"], sign * nodes["value"])


def _flattened(
    left: np.ndarray, right: np.ndarray, feature: np.ndarray, threshold: np.ndarray, values: np.ndarray
) -> FlatTree:
    starts, told = [0], []
    features: list[int] = []
    low: list[float] = []
    high: list[float] = []
    for leaf, ranges in _leaves(left.tolist(), right.tolist(), feature.tolist(), threshold.tolist()):
        features += ranges.keys()
        low += [ends[0] for ends in ranges.values()]
        high += [ends[1] for ends in ranges.values()]
        starts.append(len(features))
        told.append(float(values[leaf]))
    return FlatTree(
        np.asarray(starts, dtype=np.int64),
        np.asarray(features, dtype=np.int64),
        np.asarray(low, dtype=np.float64),
        np.asarray(high, dtype=np.float64),
        np.asarray(told, dtype=np.float64),
    )


def _leaves(
    left: list[int], right: list[int], feature: list[int], threshold: list[float]
) -> Iterator[tuple[int, dict[int, tuple[float, float]]]]:
    stack: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
    while stack:
        node, ranges = stack.pop()
        if left[node] < 0:
            yield node, ranges
            continue
        asked = feature[node]
        low, high = ranges.get(asked, (-np.inf, np.inf))
        stack.append((left[node], ranges | {asked: (low, min(high, threshold[node]))}))
        stack.append((right[node], ranges | {asked: (max(low, threshold[node]), high)}))
