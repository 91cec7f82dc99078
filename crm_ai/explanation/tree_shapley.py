"""Exact interventional Shapley values of one decision tree, against any number of reference customers.

A leaf is reached if all conditions on its path hold. Merged by feature, these are at most as many as the tree is deep,
so a customer enters a leaf's game only through the pattern of conditions that hold. For each leaf the Shapley values of
all patterns of a customer, averaged over the patterns of the reference customers, are written down and then looked up.
The game of one leaf is 1 exactly if a coalition holds every condition that only the customer meets (A) and none that
only the reference meets (B), so its Shapley values are (|A|-1)! |B|! / (|A|+|B|)! for members of A and
-|A|! (|B|-1)! / (|A|+|B|)! for members of B.

References
----------
Lundberg et al. (2020), Nature Machine Intelligence 2, "From local explanations to global understanding with
explainable AI for trees" (interventional values); Yang (2021), "Fast TreeSHAP" (patterns of conditions).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crm_ai.errors import CrmAiError
from crm_ai.explanation.flat_trees import weights
from crm_ai.words import _, count

CHUNK = 65_536
SMALLEST_CHUNK = 1_024
MOST_ANSWERS = 1 << 27
MOST_CONDITIONS = 20
MOST_PATTERNS = 1 << 25


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One leaf of a tree.

    Parameters
    ----------
    value : numpy.ndarray of shape (outputs,)
        What the tree says there.
    features : tuple of int
        Encoded columns that its path asks about.
    nodes : tuple of tuple of (int, bool)
        For each of these, the nodes that ask, and whether the path goes left there.
    """

    value: np.ndarray
    features: tuple[int, ...]
    nodes: tuple[tuple[tuple[int, bool], ...], ...]


def tree_shap(
    tree: Any, matrix: np.ndarray, background: np.ndarray, source: np.ndarray, output: int
) -> tuple[np.ndarray, float]:
    """Shapley values of a scikit-learn tree, summed to original columns.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        The fitted estimator's ``tree_``.
    matrix : numpy.ndarray of shape (n, encoded columns)
        Customers to explain.
    background : numpy.ndarray of shape (m, encoded columns)
        Reference customers.
    source : numpy.ndarray of int, shape (encoded columns,)
        Original column of each encoded one.
    output : int
        Position of the class, or 0 for a regression.

    Returns
    -------
    values : numpy.ndarray of float64, shape (n, original columns)
        Contributions; they add up to the tree's output minus the base value.
    base : float
        Mean output of the reference customers.

    Raises
    ------
    CrmAiError
        If a path asks about more than 20 different columns, or all paths together make too large tables.
    """
    return tree_shap_of(tree, pattern_shares(tree, background), matrix, source, output)


@dataclass(frozen=True, slots=True, eq=False)
class PatternShares:
    """What the reference customers do at each leaf of a tree: all that is needed of them.

    Parameters
    ----------
    leaves : tuple of Leaf
        The leaves.
    shares : tuple of numpy.ndarray of shape (2 ** conditions,)
        For each leaf the share of the reference customers with each pattern of conditions that hold.
    """

    leaves: tuple[Leaf, ...]
    shares: tuple[np.ndarray, ...]


def pattern_shares(tree: Any, background: np.ndarray) -> PatternShares:
    """Look at the reference customers once for all who are compared with them.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        The fitted estimator's ``tree_``.
    background : numpy.ndarray of shape (m, encoded columns)
        Reference customers.

    Returns
    -------
    PatternShares
        For ``tree_shap_of``.

    Raises
    ------
    CrmAiError
        As ``tree_shap``.
    """
    leaves = tuple(leaves_of(tree))
    _check_size(leaves)
    counts = [np.zeros(1 << len(leaf.features), dtype=np.int64) for leaf in leaves]
    for part in _parts(len(background), tree):
        left = _goes_left(tree, background[part])
        for leaf, seen in zip(leaves, counts, strict=True):
            if leaf.features:
                seen += np.bincount(_patterns(leaf, left), minlength=len(seen))
    return PatternShares(
        leaves,
        tuple(
            seen / len(background) if leaf.features else np.ones(1) for leaf, seen in zip(leaves, counts, strict=True)
        ),
    )


def tree_shap_of(
    tree: Any, reference: PatternShares, matrix: np.ndarray, source: np.ndarray, output: int
) -> tuple[np.ndarray, float]:
    """Shapley values of a scikit-learn tree, against reference customers that were looked at before.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        The fitted estimator's ``tree_``.
    reference : PatternShares
        As made by ``pattern_shares`` for this tree.
    matrix, source, output : optional
        As in ``tree_shap``.

    Returns
    -------
    values : numpy.ndarray of float64, shape (n, original columns)
        Contributions.
    base : float
        Mean output of the reference customers.
    """
    return looked_up(tree, pattern_amounts(reference, source, output), matrix)


@dataclass(frozen=True, slots=True, eq=False)
class PatternAmounts:
    """What each pattern at each leaf is worth to original columns: all that is looked up for a customer.

    Parameters
    ----------
    leaves : tuple of Leaf
        The leaves that ask something.
    by_column : tuple of tuple of (int, numpy.ndarray of shape (2 ** conditions,))
        For each of these, original columns and the contributions that each pattern makes to them.
    columns : int
        Number of original columns.
    base : float
        Mean output of the reference customers.
    """

    leaves: tuple[Leaf, ...]
    by_column: tuple[tuple[tuple[int, np.ndarray], ...], ...]
    columns: int
    base: float


def pattern_amounts(reference: PatternShares, source: np.ndarray, output: int) -> PatternAmounts:
    """Compute once what is looked up for each customer.

    Parameters
    ----------
    reference : PatternShares
        As made by ``pattern_shares``.
    source, output : optional
        As in ``tree_shap``.

    Returns
    -------
    PatternAmounts
        For ``looked_up``.
    """
    told = list(zip(reference.leaves, reference.shares, strict=True))
    asking = [(leaf, share) for leaf, share in told if leaf.features]
    return PatternAmounts(
        tuple(leaf for leaf, _share in asking),
        tuple(tuple(_by_column(leaf, share * leaf.value[output], source)) for leaf, share in asking),
        int(source.max()) + 1 if len(source) else 0,
        float(sum(leaf.value[output] * share[-1] for leaf, share in told)),
    )


def looked_up(tree: Any, amounts: PatternAmounts, matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Shapley values of a scikit-learn tree, each customer's patterns looked up.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        The fitted estimator's ``tree_``.
    amounts : PatternAmounts
        As made by ``pattern_amounts`` for this tree.
    matrix : numpy.ndarray of shape (n, encoded columns)
        Customers to explain.

    Returns
    -------
    values : numpy.ndarray of float64, shape (n, original columns)
        Contributions.
    base : float
        Mean output of the reference customers.
    """
    values = np.zeros((amounts.columns, len(matrix)))
    for part in _parts(len(matrix), tree):
        left = _goes_left(tree, matrix[part])
        for leaf, by_column in zip(amounts.leaves, amounts.by_column, strict=True):
            patterns = _patterns(leaf, left)
            for column, amount in by_column:
                values[column, part] += amount[patterns]
    return values.T, amounts.base


def leaves_of(tree: Any) -> Iterator[Leaf]:
    """Walk a tree.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
        The fitted estimator's ``tree_``.

    Yields
    ------
    Leaf
        Each leaf with the merged conditions of its path.
    """
    stack: list[tuple[int, dict[int, tuple[tuple[int, bool], ...]]]] = [(0, {})]
    while stack:
        node, asked = stack.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left < 0:
            if len(asked) > MOST_CONDITIONS:
                raise CrmAiError(
                    _("The tree asks about more than {most} columns in a row: too many to explain exactly.").format(
                        most=MOST_CONDITIONS
                    ),
                    next_step=_("Train a shallower tree."),
                )
            yield Leaf(tree.value[node].ravel(), tuple(asked), tuple(asked.values()))
            continue
        feature = int(tree.feature[node])
        for child, goes_left in ((left, True), (right, False)):
            stack.append((child, asked | {feature: (*asked.get(feature, ()), (node, goes_left))}))


def _goes_left(tree: Any, matrix: np.ndarray) -> dict[int, np.ndarray]:
    """For each asking node, which customers meet its condition; compared as scikit-learn does, in 32 bits."""
    columns = np.ascontiguousarray(np.asarray(matrix, dtype=np.float32).T)
    asking = np.flatnonzero(tree.children_left >= 0)
    return {int(node): columns[tree.feature[node]] <= np.float64(tree.threshold[node]) for node in asking}


def _patterns(leaf: Leaf, left: dict[int, np.ndarray]) -> np.ndarray:
    """Bit j of a customer's pattern tells whether all conditions on the leaf's j-th feature hold."""
    patterns = np.zeros(len(next(iter(left.values()))), dtype=np.int32)
    for bit, nodes in enumerate(leaf.nodes):
        holds = np.ones(len(patterns), dtype=bool)
        for node, goes_left in nodes:
            holds &= left[node] if goes_left else ~left[node]
        patterns |= holds.astype(np.int32) << bit
    return patterns


def _contributions(shares: np.ndarray, conditions: int) -> Iterator[np.ndarray]:
    """For each condition its Shapley value for every pattern of a customer, shape (2 ** conditions,).

    Only references that hold all that the customer lacks count, and then |B| is what the customer lacks and |A| what
    the reference lacks. So sums over supersets, kept apart by |A|, say all: no pair of patterns is ever looked at.
    """
    full = (1 << conditions) - 1
    patterns = np.arange(full + 1, dtype=np.int32)
    sums = np.zeros((conditions + 1, full + 1))
    sums[conditions - np.bitwise_count(patterns), patterns] = shares
    for bit in range(conditions):
        halves = sums.reshape(conditions + 1, -1, 2, 1 << bit)
        halves[:, :, 0] += halves[:, :, 1]
    gain, loss = weights(conditions)
    lacking = np.bitwise_count(patterns)
    gained = np.einsum("ap,ap->p", gain[:, lacking], sums)
    gained_by_all = np.einsum("ap,ap->p", gain[:, np.maximum(lacking, 1) - 1], sums)
    lost = np.einsum("ap,ap->p", loss[:, lacking], sums)
    lacks = full ^ patterns
    for bit in range(conditions):
        holds = (patterns >> bit & 1).astype(bool)
        yield np.where(holds, gained[lacks] - gained_by_all[lacks | 1 << bit], -lost[lacks])


def _by_column(leaf: Leaf, share: np.ndarray, source: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Amounts by original column: conditions on encoded columns of the same one are added before they are looked up."""
    amounts: dict[int, np.ndarray] = {}
    for feature, amount in zip(leaf.features, _contributions(share, len(leaf.features)), strict=True):
        column = int(source[feature])
        amounts[column] = amounts[column] + amount if column in amounts else amount
    yield from amounts.items()


def _parts(rows: int, tree: Any) -> Iterator[slice]:
    """Slices of customers, so small that the answers to all the tree's questions fit into memory."""
    size = max(SMALLEST_CHUNK, min(CHUNK, MOST_ANSWERS // max(int(tree.node_count), 1)))
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


def _check_size(leaves: Sequence[Leaf]) -> None:
    if sum(1 << len(leaf.features) for leaf in leaves) > MOST_PATTERNS:
        raise CrmAiError(
            _("The tree is too deep to explain exactly: {leaves} answers, some after {most} different columns.").format(
                leaves=count(len(leaves)), most=max(len(leaf.features) for leaf in leaves)
            ),
            next_step=_("Train a shallower tree."),
        )
