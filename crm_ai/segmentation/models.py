"""Fitted clusters that new customers can be put into, in the manner of scikit-learn; plain data inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from crm_ai.errors import CrmAiError
from crm_ai.segmentation.partitions import distances, nearest_centre
from crm_ai.segmentation.space import BalancedEncoder, encoder_from_json
from crm_ai.words import _

ROWS_AT_ONCE = 50_000
FITTED_ON = 10_000
DENSE_ON = 5_000
MOST_CORES = 1_000
STARTS = 5
REACH = 0.95


class CenterClusters(ClusterMixin, TransformerMixin, BaseEstimator):
    """Clusters around means (k-means), in a space where columns count alike.

    Parameters
    ----------
    kinds : mapping of str to str
        Kind of each column that counts.
    n_clusters : int, default 4
        How many clusters.
    seed : int, default 0
        Decides the sample and where searches begin.

    Attributes
    ----------
    encoder_ : BalancedEncoder
        Writes customers as points.
    centres_ : numpy.ndarray of shape (n_clusters, encoded columns)
        Means of the clusters, the largest first.
    labels_ : numpy.ndarray of int, shape (n,)
        Cluster of each customer it was fitted on. Past 10,000 customers the means are those of a sample; all customers
        are put to the nearest one.

    Examples
    --------
    >>> frame = pd.DataFrame({"months": [1.0, 2.0, 3.0, 60.0, 62.0]})
    >>> clusters = CenterClusters({"months": "number"}, n_clusters=2).fit(frame)
    >>> clusters.labels_.tolist(), clusters.predict(pd.DataFrame({"months": [50.0, None]})).tolist()
    ([0, 0, 0, 1, 1], [1, 0])
    """

    def __init__(self, kinds: Mapping[str, str], *, n_clusters: int = 4, seed: int = 0) -> None:
        self.kinds = kinds
        self.n_clusters = n_clusters
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: object = None) -> CenterClusters:
        """Find the clusters.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Customers.
        y : object, optional
            Ignored.

        Returns
        -------
        CenterClusters
            These clusters.
        """
        sample = X.iloc[drawn_rows(len(X), FITTED_ON, self.seed)]
        self.encoder_ = BalancedEncoder(self.kinds).fit(sample)
        self.centres_ = _centres(self.encoder_.transform(sample), self.n_clusters, self.seed)
        self.n_features_in_ = len(self.kinds)
        self.labels_ = self.predict(X)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Put customers into clusters.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Holds the columns that count.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Position of the cluster.
        """
        check_is_fitted(self)
        return _in_stretches(X, self.encoder_, lambda points: nearest_centre(points, self.centres_))

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Distances of customers to the means of the clusters.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Holds the columns that count.

        Returns
        -------
        numpy.ndarray of shape (n, n_clusters)
            Euclidean, in the space of ``BalancedEncoder``.
        """
        from sklearn.metrics.pairwise import euclidean_distances

        check_is_fitted(self)
        points = self.encoder_.transform(_with_columns(X, self.kinds)).astype(np.float64)
        return np.asarray(euclidean_distances(points, self.centres_))

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """Names of what ``transform`` returns.

        Parameters
        ----------
        input_features : object, optional
            Ignored.

        Returns
        -------
        numpy.ndarray of str
            One name a cluster.
        """
        return np.asarray([f"cluster {place}" for place in range(self.n_clusters)], dtype=object)

    def as_json(self) -> dict[str, Any]:
        """Write the clusters down, as JSON keeps them; no customer's data.

        Returns
        -------
        dict
            For ``clusters_from_json``.
        """
        return {
            "by": "k-means",
            "seed": self.seed,
            "encoder": self.encoder_.as_json(),
            "centres": self.centres_.tolist(),
        }


class DensityClusters(ClusterMixin, BaseEstimator):
    """Clusters where customers lie close together (HDBSCAN), of any form; customers between them are in none.

    Parameters
    ----------
    kinds : mapping of str to str
        Kind of each column that counts.
    smallest : float, default 0.03
        Share of customers that a cluster has at least.
    seed : int, default 0
        Decides the sample.

    Attributes
    ----------
    encoder_ : BalancedEncoder
        Writes customers as points.
    cores_ : numpy.ndarray of shape (cores, encoded columns)
        Customers in clusters that others are compared with, at most 1,000.
    core_codes_ : numpy.ndarray of int, shape (cores,)
        Their clusters, the largest being 0.
    reach_ : numpy.ndarray of shape (clusters,)
        How near to a core a customer must be to belong to its cluster.
    labels_ : numpy.ndarray of int, shape (n,)
        Cluster of each customer, -1 for none. Past 5,000 customers the clusters are those of a sample, and all
        customers are put to the nearest core within reach.

    References
    ----------
    Campello, Moulavi, Zimek and Sander (2015), ACM Transactions on Knowledge Discovery from Data 10, "Hierarchical
    density estimates for data clustering, visualization, and outlier detection".
    """

    def __init__(self, kinds: Mapping[str, str], *, smallest: float = 0.03, seed: int = 0) -> None:
        self.kinds = kinds
        self.smallest = smallest
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: object = None) -> DensityClusters:
        """Find the clusters; there may be none.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Customers.
        y : object, optional
            Ignored.

        Returns
        -------
        DensityClusters
            These clusters.
        """
        rows = drawn_rows(len(X), DENSE_ON, self.seed)
        sample = X.iloc[rows]
        self.encoder_ = BalancedEncoder(self.kinds).fit(sample)
        points = self.encoder_.transform(sample)
        codes = dense_codes(points, self.smallest)
        self._keep_cores(points, codes)
        self.n_features_in_ = len(self.kinds)
        self.labels_ = codes if len(rows) == len(X) else self.predict(X)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Put customers into clusters.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Holds the columns that count.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Position of the cluster; -1 for customers who are within reach of none.
        """
        check_is_fitted(self)
        if not len(self.cores_):
            return np.full(len(_with_columns(X, self.kinds)), -1, dtype=np.intp)
        return _in_stretches(X, self.encoder_, self._nearest_core)

    def as_json(self) -> dict[str, Any]:
        """Write the clusters down, as JSON keeps them; the cores are points of single customers.

        Returns
        -------
        dict
            For ``clusters_from_json``.
        """
        return {
            "by": "density",
            "seed": self.seed,
            "smallest": self.smallest,
            "encoder": self.encoder_.as_json(),
            "cores": self.cores_.tolist(),
            "core_codes": self.core_codes_.tolist(),
            "reach": self.reach_.tolist(),
        }

    def _keep_cores(self, points: np.ndarray, codes: np.ndarray) -> None:
        inside = np.flatnonzero(codes >= 0)
        kept = inside[drawn_rows(len(inside), MOST_CORES, self.seed)]
        self.cores_, self.core_codes_ = points[kept], codes[kept]
        clusters = int(codes.max(initial=-1)) + 1
        self.reach_ = np.zeros(clusters)
        for place in range(clusters):
            members, cores = points[codes == place], points[kept[codes[kept] == place]]
            nearest = _two_nearest(members, cores)
            self.reach_[place] = float(np.quantile(nearest, REACH)) if len(nearest) else 0.0

    def _nearest_core(self, points: np.ndarray) -> np.ndarray:
        nearest = nearest_centre(points, self.cores_)
        away = np.sqrt(((points - self.cores_[nearest]) ** 2).sum(axis=1))
        codes = self.core_codes_[nearest]
        return np.where(away <= self.reach_[codes] + 1e-6, codes, -1)


def clusters_from_json(said: Mapping[str, Any]) -> CenterClusters | DensityClusters:
    """Make fitted clusters from what their ``as_json`` wrote.

    Parameters
    ----------
    said : mapping
        What was written.

    Returns
    -------
    CenterClusters or DensityClusters
        Puts customers where the one it was made from does; without ``labels_``.

    Raises
    ------
    CrmAiError
        If it is damaged.
    """
    try:
        encoder = encoder_from_json(said["encoder"])
        if said["by"] == "k-means":
            centres = np.asarray(said["centres"], dtype=np.float64)
            made = CenterClusters(encoder.kinds, n_clusters=len(centres), seed=int(said["seed"]))
            made.centres_ = centres
        else:
            made = DensityClusters(encoder.kinds, smallest=float(said["smallest"]), seed=int(said["seed"]))
            width = len(encoder.weights_)
            made.cores_ = np.asarray(said["cores"], dtype=np.float32).reshape(-1, width)
            made.core_codes_ = np.asarray(said["core_codes"], dtype=np.intp)
            made.reach_ = np.asarray(said["reach"], dtype=np.float64)
        made.encoder_, made.n_features_in_ = encoder, len(encoder.kinds)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CrmAiError(
            _("These are no clusters, or they are damaged."), next_step=_("Find the clusters again.")
        ) from error
    return made


def dense_codes(points: np.ndarray, smallest: float) -> np.ndarray:
    """Cluster points by density.

    Parameters
    ----------
    points : numpy.ndarray of shape (n, dimensions)
        Customers.
    smallest : float
        Share of customers that a cluster has at least.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Cluster of each point, the largest being 0; -1 for none.
    """
    from sklearn.cluster import HDBSCAN

    fewest = min(max(5, round(smallest * len(points))), max(len(points) // 2, 2))
    found = HDBSCAN(min_cluster_size=fewest, min_samples=max(fewest // 2, 2), copy=True).fit(points.astype(np.float64))
    codes = np.asarray(found.labels_, dtype=np.intp)
    sizes = np.bincount(codes[codes >= 0])
    place = np.empty(len(sizes) + 1, dtype=np.intp)
    place[np.argsort(-sizes, kind="stable")], place[-1] = np.arange(len(sizes)), -1
    return place[codes]


def drawn_rows(rows: int, most: int, seed: int) -> np.ndarray:
    """Draw rows by chance, if there are too many.

    Parameters
    ----------
    rows, most : int
        How many there are, and how many are wanted at most.
    seed : int
        Decides the draw.

    Returns
    -------
    numpy.ndarray of int
        Positions, rising.
    """
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _centres(points: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Means of clusters, the largest first."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct customers than clusters
        found = KMeans(k, n_init=STARTS, random_state=seed).fit(points)
    order = np.argsort(-np.bincount(found.labels_, minlength=k), kind="stable")
    return np.asarray(found.cluster_centers_[order], dtype=np.float64)


def _in_stretches(X: pd.DataFrame, encoder: BalancedEncoder, place: Any) -> np.ndarray:
    _with_columns(X, encoder.kinds)
    codes = np.empty(len(X), dtype=np.intp)
    for start in range(0, len(X), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        codes[rows] = place(encoder.transform(X.iloc[rows]))
    return codes


def _with_columns(X: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    absent = [name for name in kinds if name not in X.columns]
    if absent:
        raise CrmAiError(
            _("Columns that the clusters look at are missing: {names}.").format(names=", ".join(absent[:8])),
            next_step=_("Add them, or find clusters in other columns."),
        )
    return X


def _two_nearest(members: np.ndarray, cores: np.ndarray) -> np.ndarray:
    """Distance of each member to the nearest core that is not itself."""
    if len(cores) < 2:
        return np.zeros(0)
    together = distances(np.concatenate([cores, members]))[len(cores) :, : len(cores)]
    closest = np.sort(together, axis=1)[:, :2]
    return np.where(closest[:, 0] < 1e-6, closest[:, 1], closest[:, 0])
