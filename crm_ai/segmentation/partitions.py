"""Cut points into clusters, and say how well they are told apart."""

from __future__ import annotations

import numpy as np


def k_means(points: np.ndarray, k: int, *, seed: int, starts: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Cut points into k clusters around their means.

    Parameters
    ----------
    points : numpy.ndarray of shape (n, dimensions)
        Customers.
    k : int
        How many clusters.
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
    """
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct customers than clusters
        found = KMeans(k, n_init=starts, max_iter=100, random_state=seed).fit(points)
    return found.labels_.astype(np.intp), np.asarray(found.cluster_centers_)


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
