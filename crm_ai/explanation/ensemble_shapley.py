"""Exact interventional Shapley values of forests and boosted trees, against any number of reference customers.

A customer enters a leaf's game only through which of the leaf's conditions hold, as in ``tree_shapley``. An ensemble
has a hundred thousand leaves, each with many more possible patterns than there are customers: here only patterns that
occur are set against each other, in machine code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numba import njit

from crm_ai.explanation.flat_trees import MOST_CONDITIONS, FlatTree, weights

PARTS = 8
WORD = 62  # bits of a number that are used
SMALL_TABLE = 14  # conditions up to which each pattern has a place of its own
SPREAD = 0x9E3779B97F4A7C1  # odd, of mixed bits: similar patterns get places far apart (Knuth, TAOCP 3, 6.4)


def ensemble_shap(
    trees: Sequence[FlatTree], matrix: np.ndarray, background: np.ndarray, source: np.ndarray
) -> tuple[np.ndarray, float]:
    """Shapley values of a sum of trees, summed to original columns.

    Parameters
    ----------
    trees : sequence of FlatTree
        The trees; no leaf with more than 60 conditions.
    matrix : numpy.ndarray of shape (n, encoded columns)
        Customers to explain.
    background : numpy.ndarray of shape (m, encoded columns)
        Reference customers.
    source : numpy.ndarray of int, shape (encoded columns,)
        Original column of each encoded one.

    Returns
    -------
    values : numpy.ndarray of float64, shape (n, original columns)
        Contributions; they add up to the trees' output minus the base value.
    base : float
        Mean output of the reference customers.

    References
    ----------
    Lundberg et al. (2020), Nature Machine Intelligence 2, "From local explanations to global understanding with
    explainable AI for trees".
    """
    return ensemble_shap_of(trees, reference_patterns(trees, background), matrix, source)


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """What the reference customers do at each leaf of a tree: all that is needed of them.

    Parameters
    ----------
    starts : numpy.ndarray of int64, shape (leaves + 1,)
        Where each leaf's patterns begin.
    kinds : numpy.ndarray of int64
        Patterns of conditions that hold, each leaf's different ones.
    shares : numpy.ndarray of float64
        Share of the reference customers with each.
    base : float
        Mean output of the reference customers.
    """

    starts: np.ndarray
    kinds: np.ndarray
    shares: np.ndarray
    base: float


def reference_patterns(trees: Sequence[FlatTree], background: np.ndarray) -> tuple[Patterns, ...]:
    """Look at the reference customers once for all who are compared with them.

    Parameters
    ----------
    trees : sequence of FlatTree
        The trees; no leaf with more than 60 conditions.
    background : numpy.ndarray of shape (m, encoded columns)
        Reference customers.

    Returns
    -------
    tuple of Patterns
        For each tree, for ``ensemble_shap_of``.
    """
    references = np.ascontiguousarray(np.asarray(background, dtype=np.float32).T)

    def looked_at(tree: FlatTree) -> Patterns:
        ends, kinds, shares, base = _references(
            tree.starts, tree.features, tree.low, tree.high, tree.values, references
        )
        return Patterns(ends, kinds.copy(), shares.copy(), base)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return tuple(pool.map(looked_at, trees))


def ensemble_shap_of(
    trees: Sequence[FlatTree], references: Sequence[Patterns], matrix: np.ndarray, source: np.ndarray
) -> tuple[np.ndarray, float]:
    """Shapley values of a sum of trees, against reference customers that were looked at before.

    Parameters
    ----------
    trees : sequence of FlatTree
        The trees.
    references : sequence of Patterns
        As made by ``reference_patterns`` for these trees.
    matrix, source : numpy.ndarray
        As in ``ensemble_shap``.

    Returns
    -------
    values : numpy.ndarray of float64, shape (n, original columns)
        Contributions.
    base : float
        Mean output of the reference customers.
    """
    customers = np.ascontiguousarray(np.asarray(matrix, dtype=np.float32).T)
    owner = np.asarray(source, dtype=np.int64)
    gain, loss = weights(MOST_CONDITIONS)
    columns = int(source.max()) + 1 if len(source) else 0
    both = list(zip(trees, references, strict=True))

    def added_up(some: Sequence[tuple[FlatTree, Patterns]]) -> np.ndarray:
        values = np.zeros((columns, len(matrix)))
        for tree, seen in some:
            _add(
                tree.starts, tree.features, tree.low, tree.high, tree.values,
                seen.starts, seen.kinds, seen.shares, customers, owner, gain, loss, values,
            )  # fmt: skip
        return values

    # Always as many parts, whatever the machine: sums come out the same to the last digit.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = list(pool.map(added_up, [both[part::PARTS] for part in range(PARTS)]))
    return np.sum(found, axis=0).T, float(sum(seen.base for seen in references))


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile once for all processes, or for each where no folder may be written to."""
    try:
        return cast(Callable[..., Any], njit(cache=True, nogil=True)(function))
    except RuntimeError:
        return cast(Callable[..., Any], njit(nogil=True)(function))


@_compiled
def _patterns(first, last, features, low, high, customers, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bit j of a customer's pattern tells whether the leaf's j-th condition holds."""
    found[:] = 0
    for bit in range(last - first):
        column = customers[features[first + bit]]
        least, most = low[first + bit], high[first + bit]
        for row in range(len(found)):
            found[row] |= np.int64((column[row] > least) & (column[row] <= most)) << bit


@_compiled
def _table(widest, n):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Room to number patterns in: a place for each possible one, or twice as many places as customers."""
    bits = 0
    while bits < widest and (bits < SMALL_TABLE or 1 << bits < 2 * n):
        bits += 1
    return np.full(1 << bits, -1, np.int64)


@_compiled
def _distinct(found, conditions, table, places, kinds, counts, kind_of):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Number the different patterns; return how many there are. `table` is all -1 before and after."""
    different, mask = 0, len(table) - 1
    own_place = 1 << conditions <= len(table)
    for row in range(len(found)):
        pattern = found[row]
        place = pattern if own_place else (pattern * SPREAD >> 20) & mask
        while table[place] >= 0 and kinds[table[place]] != pattern:
            place = (place + 1) & mask
        kind = table[place]
        if kind < 0:
            kind = different
            table[place] = kind
            places[kind] = place
            kinds[kind] = pattern
            counts[kind] = 0
            different += 1
        counts[kind] += 1
        kind_of[row] = kind
    for kind in range(different):
        table[places[kind]] = -1
    return different


@_compiled
def _ones(pattern):  # type: ignore[no-untyped-def]  # pragma: no cover
    count = 0
    while pattern:
        pattern &= pattern - 1
        count += 1
    return count


@_compiled
def _games(conditions, value, mine, n, theirs, shares, gain, loss, told):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each condition its mean Shapley value for each of the customers' patterns.

    Only references that hold all that the customer lacks count: A is what the reference lacks, B what the customer
    lacks.
    """
    full = (np.int64(1) << conditions) - 1
    words = len(theirs) // WORD + 1
    # Who among the references holds a condition, as bits: those who hold several are found by "and", not one by one.
    holders = np.zeros((conditions, words), np.int64)
    for other in range(len(theirs)):
        for bit in range(conditions):
            holders[bit, other // WORD] |= (theirs[other] >> bit & 1) << other % WORD
    for kind in range(n):
        lacks = full ^ mine[kind]
        b = _ones(lacks)
        lost = 0.0
        for bit in range(conditions):
            told[bit, kind] = 0.0
        for word in range(words):
            left = (np.int64(1) << min(WORD, len(theirs) - word * WORD)) - 1
            for bit in range(conditions):
                if lacks >> bit & 1:
                    left &= holders[bit, word]
            while left:
                other = word * WORD + _ones((left & -left) - 1)
                left &= left - 1
                missing = full ^ theirs[other]
                a = _ones(missing)
                lost += loss[a, b] * shares[other]
                won = gain[a, b] * shares[other] * value
                while missing:
                    told[_ones((missing & -missing) - 1), kind] += won
                    missing &= missing - 1
        for bit in range(conditions):
            if lacks >> bit & 1:
                told[bit, kind] -= lost * value


@_compiled
def _references(starts, features, low, high, leaves, references):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Different patterns of the reference customers at each leaf, their shares, and the tree's mean output."""
    m = references.shape[1]
    table = _table(_widest(starts), m)
    found, places, kinds = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
    counts, kind_of = np.empty(m, np.int64), np.empty(m, np.int64)
    ends = np.zeros(len(leaves) + 1, np.int64)
    all_kinds, shares = np.empty(4 * len(leaves), np.int64), np.empty(4 * len(leaves), np.float64)
    base = 0.0
    for leaf in range(len(leaves)):
        conditions = starts[leaf + 1] - starts[leaf]
        _patterns(starts[leaf], starts[leaf + 1], features, low, high, references, found)
        different = _distinct(found, conditions, table, places, kinds, counts, kind_of)
        start = ends[leaf]
        if start + different > len(shares):
            more_kinds, more = (
                np.empty(2 * (start + different), np.int64),
                np.empty(2 * (start + different), np.float64),
            )
            for place in range(start):
                more_kinds[place], more[place] = all_kinds[place], shares[place]
            all_kinds, shares = more_kinds, more
        ends[leaf + 1] = start + different
        for kind in range(different):
            all_kinds[start + kind] = kinds[kind]
            shares[start + kind] = counts[kind] / m
            if kinds[kind] == (np.int64(1) << conditions) - 1:
                base += leaves[leaf] * counts[kind] / m
    return ends, all_kinds[: ends[-1]], shares[: ends[-1]], base


@_compiled
def _widest(starts):  # type: ignore[no-untyped-def]  # pragma: no cover
    widest = 0
    for leaf in range(len(starts) - 1):
        widest = max(widest, starts[leaf + 1] - starts[leaf])
    return widest


@_compiled
def _add(starts, features, low, high, leaves, ends, theirs, shares, customers, source, gain, loss, values):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add a tree's contributions."""
    widest, n = _widest(starts), customers.shape[1]
    table = _table(widest, n)
    found, places, kinds = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    counts, kind_of = np.empty(n, np.int64), np.empty(n, np.int64)
    told = np.empty((widest, n), np.float64)
    for leaf in range(len(leaves)):
        first, last = starts[leaf], starts[leaf + 1]
        if first == last:
            continue
        _patterns(first, last, features, low, high, customers, found)
        different = _distinct(found, last - first, table, places, kinds, counts, kind_of)
        seen = slice(ends[leaf], ends[leaf + 1])
        _games(last - first, leaves[leaf], kinds, different, theirs[seen], shares[seen], gain, loss, told)
        for bit in range(last - first):
            column = values[source[features[first + bit]]]
            amounts = told[bit]
            for row in range(n):
                column[row] += amounts[kind_of[row]]
