"""Exact interventional Shapley values of forests and boosted trees, against any number of reference customers.

A customer enters a leaf's game only through which of the leaf's conditions hold, as in ``tree_shapley``. An ensemble
has a hundred thousand leaves, each with many more possible patterns than there are customers: here only patterns that
occur are set against each other, in machine code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import factorial
from typing import Any, cast

import numpy as np
from numba import njit

from crm_ai.explanation.flat_trees import FlatTree

PARTS = 8
MOST_CONDITIONS = 60  # bits of a pattern
SMALL_TABLE = 14  # conditions up to which patterns are numbered by a table


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
    customers, references = (np.ascontiguousarray(np.asarray(m, dtype=np.float32).T) for m in (matrix, background))
    owner = np.asarray(source, dtype=np.int64)
    gain, loss = weights(MOST_CONDITIONS)
    columns = int(source.max()) + 1 if len(source) else 0

    def added_up(some: Sequence[FlatTree]) -> tuple[np.ndarray, float]:
        values, base = np.zeros((columns, len(matrix))), 0.0
        for tree in some:
            base += _add(
                tree.starts, tree.features, tree.low, tree.high, tree.values,
                customers, references, owner, gain, loss, values,
            )  # fmt: skip
        return values, base

    # Always as many parts, whatever the machine: sums come out the same to the last digit.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = list(pool.map(added_up, [trees[part::PARTS] for part in range(PARTS)]))
    return np.sum([values for values, _base in found], axis=0).T, sum(base for _values, base in found)


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
def _distinct(found, conditions, table, kinds, counts, kind_of):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Number the different patterns; return how many there are. `table` is all -1 before and after."""
    different = 0
    if conditions <= SMALL_TABLE:
        for row in range(len(found)):
            kind = table[found[row]]
            if kind < 0:
                kind = different
                table[found[row]] = kind
                kinds[kind] = found[row]
                counts[kind] = 0
                different += 1
            counts[kind] += 1
            kind_of[row] = kind
        for kind in range(different):
            table[kinds[kind]] = -1
        return different
    order = np.argsort(found)
    for place in range(len(order)):
        pattern = found[order[place]]
        if place == 0 or pattern != kinds[different - 1]:
            kinds[different] = pattern
            counts[different] = 0
            different += 1
        counts[different - 1] += 1
        kind_of[order[place]] = different - 1
    return different


@_compiled
def _ones(pattern):  # type: ignore[no-untyped-def]  # pragma: no cover
    count = 0
    while pattern:
        pattern &= pattern - 1
        count += 1
    return count


@_compiled
def _games(conditions, value, mine, n, theirs, m, counts, gain, loss, told):  # type: ignore[no-untyped-def]  # pragma: no cover
    """For each condition its mean Shapley value for each of the customers' patterns.

    Only references that hold all that the customer lacks count: A is what the reference lacks, B what the customer
    lacks.
    """
    full = (np.int64(1) << conditions) - 1
    for kind in range(n):
        lacks = full ^ mine[kind]
        b = _ones(lacks)
        lost = 0.0
        told[:conditions, kind] = 0.0
        for other in range(m):
            if theirs[other] & lacks != lacks:
                continue
            missing = full ^ theirs[other]
            a = _ones(missing)
            lost += loss[a, b] * counts[other]
            won = gain[a, b] * counts[other]
            bit = 0
            while missing:
                if missing & 1:
                    told[bit, kind] += won * value
                missing >>= 1
                bit += 1
        for bit in range(conditions):
            if lacks >> bit & 1:
                told[bit, kind] -= lost * value


@_compiled
def _add(starts, features, low, high, leaves, customers, references, source, gain, loss, values):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add a tree's contributions; return its mean output of the reference customers."""
    widest = 0
    for leaf in range(len(leaves)):
        widest = max(widest, starts[leaf + 1] - starts[leaf])
    n, m = customers.shape[1], references.shape[1]
    table = np.full(1 << min(widest, SMALL_TABLE), -1, dtype=np.int64)
    mine, my_kinds, my_counts, my_kind = np.zeros((4, n), dtype=np.int64)
    theirs, their_kinds, their_counts, their_kind = np.zeros((4, m), dtype=np.int64)
    told = np.zeros((widest, n))
    base = 0.0
    for leaf in range(len(leaves)):
        first, last = starts[leaf], starts[leaf + 1]
        conditions = last - first
        if conditions == 0:
            base += leaves[leaf]
            continue
        _patterns(first, last, features, low, high, references, theirs)
        other = _distinct(theirs, conditions, table, their_kinds, their_counts, their_kind)
        _patterns(first, last, features, low, high, customers, mine)
        kinds = _distinct(mine, conditions, table, my_kinds, my_counts, my_kind)
        value = leaves[leaf] / m
        for kind in range(other):
            if their_kinds[kind] == (np.int64(1) << conditions) - 1:
                base += value * their_counts[kind]
        _games(conditions, value, my_kinds, kinds, their_kinds, other, their_counts, gain, loss, told)
        for bit in range(conditions):
            column = values[source[features[first + bit]]]
            amounts = told[bit]
            for row in range(n):
                column[row] += amounts[my_kind[row]]
    return base
