"""Customers on a sheet of paper: two axes that keep as much as possible of what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.modeling.encoding import MISSING, OTHER
from crm_ai.segmentation.clusters import Clustering
from crm_ai.segmentation.models import drawn_rows
from crm_ai.segmentation.segmentation import Segmentation
from crm_ai.segmentation.space import BalancedEncoder
from crm_ai.table import Table
from crm_ai.words import _, shorten

METHODS = ("axes", "neighbours")
MOST_POINTS = 2_000
LAID_OUT = 20_000
NAMED = 3
NAME = 24
MATTERS = 0.4  # of what the axis' foremost column has


@dataclass(frozen=True, slots=True, eq=False)
class CustomerMap:
    """Customers on two axes.

    Parameters
    ----------
    method : str
        ``"axes"`` (principal components) or ``"neighbours"`` (t-SNE).
    points : pandas.DataFrame
        Columns row (position in the table), x, y, group; at most 2,000 customers drawn by chance.
    groups : pandas.DataFrame
        Columns group, x, y, spread_x, spread_y, customers: mean and standard deviation of each group on the map, over
        the customers laid out, and its customers in the table.
    axes : tuple of (str, str)
        What the axes hold, in words.
    kept : float
        Share of the spread of customers that the two axes keep; NaN for neighbours.
    """

    method: str
    points: pd.DataFrame
    groups: pd.DataFrame
    axes: tuple[str, str]
    kept: float


def customer_map(
    table: Table, found: Clustering, segmentation: Segmentation | None = None, *, method: str = "axes"
) -> CustomerMap:
    """Lay customers out on two axes.

    Parameters
    ----------
    table : Table
        The customers.
    found : Clustering
        Whose space is laid out.
    segmentation : Segmentation, optional
        Groups to show; those of `found` by default.
    method : str, default "axes"
        ``"axes"``: principal components, which keep distances as far as two axes can. ``"neighbours"``: t-SNE, which
        keeps neighbours together; sizes of groups and distances between them mean nothing, and clouds may look like
        clusters.

    Returns
    -------
    CustomerMap
        Points and aggregates.

    Raises
    ------
    CrmAiError
        If there is no such way, or the customers are not the same.

    References
    ----------
    van der Maaten and Hinton (2008), JMLR 9, "Visualizing data using t-SNE".
    """
    if method not in METHODS:
        raise CrmAiError(
            _("“{method}” is no way to lay customers out.").format(method=method),
            next_step=_("Choose one of: {names}.").format(names=", ".join(METHODS)),
        )
    shown = segmentation if segmentation is not None else found.segmentation()
    if len(shown) != len(table):
        raise CrmAiError(_("The groups are of other customers."), next_step=_("Make the groups again from this table."))
    encoder, seed = found.model.encoder_, found.seed
    rows = drawn_rows(len(table), LAID_OUT if method == "axes" else MOST_POINTS, seed)
    matrix = encoder.transform(table.frame.iloc[rows]).astype(np.float64)
    if method == "axes":
        places, axes, kept = _components(matrix, encoder)
    else:
        places, axes, kept = _neighbours(matrix, seed), (_("Neighbours (1)"), _("Neighbours (2)")), float("nan")
    laid = pd.DataFrame({"row": rows, "x": places[:, 0], "y": places[:, 1]})
    labels = shown.labels()
    laid["group"] = labels.iloc[rows].astype("str").to_numpy()
    points = laid.iloc[drawn_rows(len(laid), MOST_POINTS, seed)].reset_index(drop=True)
    return CustomerMap(method, points, _aggregates(laid, shown), axes, kept)


def _components(matrix: np.ndarray, encoder: BalancedEncoder) -> tuple[np.ndarray, tuple[str, str], float]:
    centred = matrix - matrix.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    order = np.argsort(-values, kind="stable")[:2]
    loadings = vectors[:, order]
    if loadings.shape[1] < 2:
        loadings = np.column_stack([loadings, np.zeros(len(loadings))])
    # A component has no sign of its own: its largest loading points up.
    largest = np.abs(loadings).argmax(axis=0)
    loadings = loadings * np.where(loadings[largest, [0, 1]] < 0, -1.0, 1.0)
    kept = float(np.maximum(values[order], 0).sum() / max(values.sum(), 1e-12))
    first, second = (_axis_in_words(loadings[:, axis], encoder) for axis in (0, 1))
    return centred @ loadings, (first, second), kept


def _axis_in_words(loading: np.ndarray, encoder: BalancedEncoder) -> str:
    """Name an axis by the columns that it holds most of, each with what lies at its upper end."""
    inner = encoder.encoder_
    worth = np.bincount(inner.source_, weights=loading**2, minlength=len(inner.columns_))
    order = np.argsort(-worth, kind="stable")[:NAMED]
    kept = [place for place in order if worth[place] > MATTERS * worth[order[0]] and worth[place] > 0]
    if not kept:
        return _("nothing")
    return _(", ").join(_end_in_words(place, loading, encoder) for place in kept)


def _end_in_words(place: int, loading: np.ndarray, encoder: BalancedEncoder) -> str:
    inner = encoder.encoder_
    name = inner.columns_[place]
    own = loading[inner.source_ == place]
    levels = inner.levels_.get(name)
    if levels is None:
        words = _("more {column}") if own[0] > 0 else _("less {column}")
        return words.format(column=shorten(name, NAME))
    level = levels[int(own.argmax())]
    if level in (OTHER, MISSING):
        words = _("other {column}") if level == OTHER else _("no known {column}")
        return words.format(column=shorten(name, NAME))
    return _("{column}: {value}").format(column=shorten(name, NAME), value=shorten(level, NAME))


def _neighbours(matrix: np.ndarray, seed: int) -> np.ndarray:
    from sklearn.manifold import TSNE

    perplexity = min(30.0, max((len(matrix) - 1) / 3, 1.0))
    return np.asarray(
        TSNE(perplexity=perplexity, init="pca" if matrix.shape[1] > 1 else "random", random_state=seed).fit_transform(
            matrix
        ),
        dtype=np.float64,
    )


def _aggregates(laid: pd.DataFrame, shown: Segmentation) -> pd.DataFrame:
    whole = shown.to_frame()
    by = laid.groupby("group", sort=False)[["x", "y"]]
    means, spreads = by.mean(), by.std(ddof=0)
    frame = pd.DataFrame(
        {
            "group": whole["group"],
            "x": means["x"].reindex(whole["group"]).to_numpy(),
            "y": means["y"].reindex(whole["group"]).to_numpy(),
            "spread_x": spreads["x"].reindex(whole["group"]).to_numpy(),
            "spread_y": spreads["y"].reindex(whole["group"]).to_numpy(),
            "customers": whole["customers"],
        }
    )
    return frame.dropna(subset=["x"]).reset_index(drop=True)
