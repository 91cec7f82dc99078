"""Shapley values of any model by trying orders of columns, with the error that so few orders leave."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

PAIRS = 12
CELLS_AT_ONCE = 1 << 22


def permutation_shap(
    predict: Callable[[np.ndarray], np.ndarray],
    matrix: np.ndarray,
    background: np.ndarray,
    source: np.ndarray,
    *,
    pairs: int = PAIRS,
    seed: int = 0,
) -> tuple[np.ndarray, float, np.ndarray]:
    """Shapley values over original columns, estimated from orders in which columns are given to the model.

    A reference customer becomes the explained one, column by column; what the output gains at a column's turn is its
    contribution. Each order is walked forwards and backwards, as the errors of both partly cancel. The same reference
    customers and orders serve everybody, so contributions add up to the output exactly.

    Parameters
    ----------
    predict : callable
        Takes encoded customers and returns their outputs, shape (n,).
    matrix : numpy.ndarray of shape (n, encoded columns)
        Customers to explain.
    background : numpy.ndarray of shape (m, encoded columns)
        Reference customers that are drawn from.
    source : numpy.ndarray of int, shape (encoded columns,)
        Original column of each encoded one; encoded columns of the same one change together.
    pairs : int, default 12
        Orders, each walked both ways from a reference customer of its own.
    seed : int, default 0
        Draws the orders and the reference customers.

    Returns
    -------
    values : numpy.ndarray of float64, shape (n, original columns)
        Contributions; they add up to the output minus the base value.
    base : float
        Mean output of the reference customers that were drawn.
    error : numpy.ndarray of float64, shape (n, original columns)
        Standard error of each value, from its spread over orders: what other orders and references would have changed.

    References
    ----------
    Štrumbelj and Kononenko (2014), Knowledge and Information Systems 41, "Explaining prediction models and individual
    predictions with feature contributions"; Mitchell, Cooper, Frank and Holmes (2022), JMLR 23, "Sampling permutations
    for Shapley value estimation" (antithetic orders).

    Examples
    --------
    >>> values, base, error = permutation_shap(
    ...     lambda x: x @ [1.0, 2.0], np.ones((1, 2)), np.zeros((5, 2)), np.array([0, 1])
    ... )
    >>> values.tolist(), base, error.tolist()
    ([[1.0, 2.0]], 0.0, [[0.0, 0.0]])
    """
    generator = np.random.default_rng(seed)
    columns = int(source.max()) + 1 if len(source) else 0
    blocks = [np.flatnonzero(source == column) for column in range(columns)]
    references = background[generator.permutation(len(background))[np.arange(pairs) % len(background)]]
    orders = [generator.permutation(columns) for _pair in range(pairs)]
    walks = [walk for order in orders for walk in (order, order[::-1])]
    gains = np.zeros((pairs, len(matrix), columns))
    together = max(1, CELLS_AT_ONCE // max(matrix.size * (columns + 1), 1))  # asking often takes time of its own
    for start in range(0, len(walks), together):
        some = range(start, min(start + together, len(walks)))
        found = _walked(predict, matrix, references[[w // 2 for w in some]], blocks, [walks[w] for w in some])
        for w, gained in zip(some, found, strict=True):
            gains[w // 2] += gained / 2
    base = float(np.mean(predict(references)))
    spread = gains.std(axis=0, ddof=1) if pairs > 1 else np.full(gains.shape[1:], np.nan)
    return gains.mean(axis=0), base, spread / np.sqrt(pairs)


def drawn_evenly(said: np.ndarray, some: int, seed: int) -> np.ndarray:
    """Draw customers evenly over what is said of them, so that few stand for many.

    Parameters
    ----------
    said : numpy.ndarray of shape (m,)
        What is said of each.
    some : int
        How many to draw.
    seed : int
        Decides where drawing begins, and the order.

    Returns
    -------
    numpy.ndarray of int, shape (some,)
        Positions; every customer is drawn equally often on average, some twice only if `some` is more than m.
    """
    generator = np.random.default_rng(seed)
    evenly = ((generator.random() + np.arange(some)) * len(said) / some).astype(np.intp)
    return generator.permutation(np.argsort(said, kind="stable")[evenly])


def _walked(
    predict: Callable[[np.ndarray], np.ndarray],
    matrix: np.ndarray,
    references: np.ndarray,
    blocks: list[np.ndarray],
    walks: list[np.ndarray],
) -> np.ndarray:
    """What the output gains at each column's turn, shape (walks, n, columns)."""
    turns = len(blocks) + 1
    gains = np.zeros((len(walks), len(matrix), len(blocks)))
    size = max(1, CELLS_AT_ONCE // max(matrix.shape[1] * turns * len(walks), 1))
    for start in range(0, len(matrix), size):
        part = matrix[start : start + size]
        steps = np.tile(references[:, None, None, :], (1, turns, len(part), 1))
        for number, walk in enumerate(walks):
            for turn, column in enumerate(walk, start=1):
                steps[number, turn:, :, blocks[column]] = part[:, blocks[column]].T[:, None]
        said = predict(steps.reshape(-1, matrix.shape[1])).reshape(len(walks), turns, len(part))
        for number, walk in enumerate(walks):
            gains[number, start : start + size, walk] = np.diff(said[number], axis=0)
    return gains
