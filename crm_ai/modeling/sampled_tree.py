"""Decision trees whose questions are chosen on a sample when there are very many customers."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

GROWN_ON = 100_000


class _GrownOnSample:
    """What both kinds share: grow on a sample, then fill nodes with what all customers say.

    Choosing questions means sorting every column in every node, which is nearly all of a tree's cost; counting what
    customers of each leaf answered costs almost nothing. Past ``GROWN_ON`` customers the questions are therefore chosen
    on a sample drawn in the answers' shares, and all counts, rates and means are those of all training customers.

    Attributes
    ----------
    grown_on_ : int
        Customers that the questions were chosen on.
    told_ : numpy.ndarray of float64, shape (nodes, answers)
        Share of a node's training customers with each answer, or their mean in one column. Each counts once, whatever
        weights or criterion the tree was grown with.
    deviation_ : numpy.ndarray of float64, shape (nodes,)
        Standard deviation of their numbers; for answers, unused zeros.
    """

    grown_on_: int
    told_: np.ndarray
    deviation_: np.ndarray

    def fit(self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Any:
        """Grow the tree.

        Parameters
        ----------
        X : numpy.ndarray of float32, shape (n, columns)
            Encoded training customers.
        y : numpy.ndarray of shape (n,)
            Their answers.
        sample_weight : numpy.ndarray of shape (n,), optional
            How much each customer counts.

        Returns
        -------
        estimator
            Fitted.
        """
        # Leaves filled anew could break "more never lowers": such trees are grown on everybody.
        most = GROWN_ON if self.monotonic_cst is None else len(y)  # type: ignore[attr-defined]
        rows = sample_rows(y, most, self.random_state, in_shares=hasattr(self, "predict_proba"))  # type: ignore[attr-defined]
        self.grown_on_ = len(rows)
        sampled = len(rows) < len(y)
        if sampled:
            super().fit(X[rows], y[rows], None if sample_weight is None else sample_weight[rows])  # type: ignore[misc]
        else:
            super().fit(X, y, sample_weight)  # type: ignore[misc]
        leaf = self.apply(X)  # type: ignore[attr-defined]
        if sampled:
            self._refill(leaf, y, np.ones(len(y)) if sample_weight is None else sample_weight)
        self._tell(leaf, y)
        return self

    def _refill(self, leaf: np.ndarray, y: np.ndarray, weight: np.ndarray) -> None:
        tree = self.tree_  # type: ignore[attr-defined]
        nodes = tree.node_count
        customers = self._upwards(np.bincount(leaf, minlength=nodes))
        total = self._upwards(np.bincount(leaf, weights=weight, minlength=nodes))
        sums = self._upwards(self._sums(leaf, y, weight, nodes))
        known = total > 0  # a leaf that only the sample reached keeps what the sample said
        tree.n_node_samples[:] = customers
        tree.weighted_n_node_samples[:] = total
        values = tree.value
        values[known, 0, : sums.shape[1]] = sums[known] / total[known, None]

    def _tell(self, leaf: np.ndarray, y: np.ndarray) -> None:
        nodes = self.tree_.node_count  # type: ignore[attr-defined]
        once = np.ones(len(y))
        customers = np.maximum(self._upwards(np.bincount(leaf, minlength=nodes)), 1)[:, None]
        self.told_ = self._upwards(self._sums(leaf, y, once, nodes)) / customers
        self.deviation_ = self._deviation(leaf, y, customers[:, 0])

    def _upwards(self, sums: np.ndarray) -> np.ndarray:
        """Add what leaves hold to all nodes above them."""
        tree = self.tree_  # type: ignore[attr-defined]
        for node in range(tree.node_count - 1, -1, -1):  # children come after their parents
            left, right = tree.children_left[node], tree.children_right[node]
            if left >= 0:
                sums[node] = sums[left] + sums[right]
        return sums

    def _deviation(self, leaf: np.ndarray, y: np.ndarray, customers: np.ndarray) -> np.ndarray:
        return np.zeros(len(customers))

    def _sums(self, leaf: np.ndarray, y: np.ndarray, weight: np.ndarray, nodes: int) -> np.ndarray:
        return np.bincount(leaf, weights=weight * y, minlength=nodes)[:, None]


class SampledTreeRegressor(_GrownOnSample, DecisionTreeRegressor):
    """Decision tree for numbers, see ``_GrownOnSample``."""

    def _deviation(self, leaf: np.ndarray, y: np.ndarray, customers: np.ndarray) -> np.ndarray:
        centred = np.asarray(y, dtype=np.float64) - self.told_[0, 0]  # else large numbers' squares swallow the rest
        squares = self._upwards(np.bincount(leaf, weights=centred**2, minlength=len(customers))) / customers
        between = (self.told_[:, 0] - self.told_[0, 0]) ** 2
        spread: np.ndarray = np.sqrt(np.maximum(squares - between, 0.0) * customers / np.maximum(customers - 1, 1))
        return spread


class SampledTreeClassifier(_GrownOnSample, DecisionTreeClassifier):
    """Decision tree for answers, see ``_GrownOnSample``."""

    def _sums(self, leaf: np.ndarray, y: np.ndarray, weight: np.ndarray, nodes: int) -> np.ndarray:
        answers = len(self.classes_)
        place = leaf * answers + np.searchsorted(self.classes_, y)
        return np.bincount(place, weights=weight, minlength=nodes * answers).reshape(nodes, answers)


def sample_rows(y: np.ndarray, most: int, seed: int, *, in_shares: bool) -> np.ndarray:
    """Draw customers, each answer in its share.

    Parameters
    ----------
    y : numpy.ndarray of shape (n,)
        Their answers.
    most : int
        How many at most.
    seed : int
        Decides the draw.
    in_shares : bool
        Whether `y` are answers to be drawn in their shares, rather than numbers.

    Returns
    -------
    numpy.ndarray of int
        Positions, ascending; all of them if there are no more than `most`.
    """
    if len(y) <= most:
        return np.arange(len(y))
    draw = np.random.default_rng(seed)
    if not in_shares:
        return np.sort(draw.choice(len(y), most, replace=False))
    found = []
    for answer in np.unique(y):
        rows = np.flatnonzero(y == answer)
        found.append(draw.choice(rows, max(1, round(most * len(rows) / len(y))), replace=False))
    return np.sort(np.concatenate(found))
