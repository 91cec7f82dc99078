"""Cut points into clusters, and say how well they are told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROUNDS = 100


def k_means(points: np.ndarray, k: int, *, seed: int, starts: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Cut a few thousand points into k clusters around their means.

    Lloyd's iterations from k-means++ starts, as in scikit-learn's ``KMeans``, without what its checks cost: judging
    numbers of clusters takes a thousand fits of a few milliseconds.

    Parameters
    ----------
    points : numpy.ndarray of shape (n, dimensions)
        Customers.
    k : int
        How many clusters, at most n.
    seed : int
        Decides where the search begins.
    starts : int, default 3
        How many searches; the best is taken.

    Returns
    -------
    codes : numpy.ndarray of int, shape (n,)
        Cluster of each point.
    centres : numpy.ndarray of shape (k, dimensions)
        Means of the clusters.

    References
    ----------
    Lloyd (1982), IEEE Transactions on Information Theory 28; Arthur and Vassilvitskii (2007), SODA, "k-means++: the
    advantages of careful seeding".
    """
    shift, generator = points.mean(axis=0, dtype=np.float64).astype(np.float32), np.random.default_rng(seed)
    points = np.asarray(points, dtype=np.float32) - shift
    squares = (points**2).sum(axis=1)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for _start in range(starts):
        found = _lloyd(points, squares, _spread_out(points, squares, k, generator))
        if best is None or found[0] < best[0]:
            best = found
    assert best is not None
    return best[1], best[2] + shift


def _spread_out(points: np.ndarray, squares: np.ndarray, k: int, generator: np.random.Generator) -> np.ndarray:
    """Points to begin with: the best of a few, drawn in proportion to their squared distance from those before."""
    tries = 2 + int(np.log(k))
    rows = [int(generator.integers(len(points)))]
    nearest = _away(points, squares, rows)[:, 0]
    while len(rows) < k:
        chances = np.cumsum(nearest, dtype=np.float64)
        drawn = np.searchsorted(chances, generator.random(tries) * chances[-1], side="right")
        drawn = np.minimum(drawn, len(points) - 1)
        left = np.minimum(nearest[:, None], _away(points, squares, drawn))
        best = int(left.sum(axis=0).argmin())
        rows.append(int(drawn[best]))
        nearest = left[:, best]
    return points[rows]


def _away(points: np.ndarray, squares: np.ndarray, rows: Sequence[int] | np.ndarray) -> np.ndarray:
    """Squared distances of all points from some, shape (n, rows)."""
    return np.asarray(np.maximum(squares[:, None] - 2 * (points @ points[rows].T) + squares[rows], 0.0))


def _lloyd(points: np.ndarray, squares: np.ndarray, centres: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    k, everyone = len(centres), np.arange(len(points))
    codes = np.full(len(points), -1, dtype=np.intp)
    for _round in range(ROUNDS):
        away = (centres**2).sum(axis=1) - 2 * (points @ centres.T)
        new = away.argmin(axis=1)
        if (new == codes).all():
            break
        codes = new
        member = np.zeros((len(points), k), dtype=np.float32)
        member[everyone, codes] = 1.0
        sizes = member.sum(axis=0)
        means = (member.T @ points) / np.maximum(sizes, 1.0)[:, None]
        centres = np.where(sizes[:, None] > 0, means, centres)
    return float((squares + away[everyone, codes]).sum(dtype=np.float64)), codes, centres


def distances(points: np.ndarray) -> np.ndarray:
    """Distances between all points.

    Parameters
    ----------
    points : numpy.ndarray of shape (n, dimensions)
        At most a few thousand.

    Returns
    -------
    numpy.ndarray of float32, shape (n, n)
        Euclidean.
    """
    from sklearn.metrics.pairwise import euclidean_distances

    return np.asarray(euclidean_distances(points.astype(np.float64)), dtype=np.float32)


def silhouette(apart: np.ndarray, codes: np.ndarray) -> float:
    """How much nearer customers are to their own cluster than to the next one.

    Parameters
    ----------
    apart : numpy.ndarray of shape (n, n)
        Distances, see ``distances``.
    codes : numpy.ndarray of int, shape (n,)
        Cluster of each customer.

    Returns
    -------
    float
        In [-1, 1]; NaN for fewer than two clusters, or as many as customers.

    References
    ----------
    Rousseeuw (1987), Journal of Computational and Applied Mathematics 20, "Silhouettes: a graphical aid to the
    interpretation and validation of cluster analysis".
    """
    _labels, codes = np.unique(codes, return_inverse=True)
    sizes = np.bincount(codes)
    k, n = len(sizes), len(codes)
    if not 2 <= k < n:
        return float("nan")
    member = np.zeros((n, k), dtype=np.float32)
    member[np.arange(n), codes] = 1.0
    sums = (apart @ member).astype(np.float64)
    everyone = np.arange(n)
    own = sums[everyone, codes] / np.maximum(sizes[codes] - 1, 1)
    others = sums / sizes
    others[everyone, codes] = np.inf
    nearest = others.min(axis=1)
    largest = np.maximum(own, nearest)
    width = np.where((sizes[codes] > 1) & (largest > 0), (nearest - own) / np.where(largest > 0, largest, 1.0), 0.0)
    return float(width.mean())


def nearest_centre(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Nearest centre of each point.

    Parameters
    ----------
    points : numpy.ndarray of shape (n, dimensions)
        Customers.
    centres : numpy.ndarray of shape (k, dimensions)
        Centres.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Position of the centre.
    """
    centres = centres.astype(points.dtype)
    away = (centres**2).sum(axis=1) - 2 * (points @ centres.T)
    return np.asarray(away.argmin(axis=1), dtype=np.intp)
