"""Small summaries of a table's columns, made for plots: at most thirty bins or twenty labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.table.schema import LABELLED, Kind
from crm_ai.table.table import Table
from crm_ai.words import _

BINS = 30
LABELS = 20
TARGET_BINS = 10
SIDES = ("left", "right")
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Grouped:
    """Customers of a column put into bins or labels.

    Parameters
    ----------
    codes : numpy.ndarray of int, shape (n,)
        Position of each customer's group; -1 where the cell is missing.
    frame : pandas.DataFrame
        One row a group: label, left and right (NaN for labels).
    """

    codes: np.ndarray
    frame: pd.DataFrame


def distribution(table: Table, column: str) -> pd.DataFrame:
    """Count the customers by value of a column.

    Parameters
    ----------
    table : Table
        The customers.
    column : str
        Any column.

    Returns
    -------
    pandas.DataFrame
        Columns label, left, right, customers; bins of equal width for numbers and dates (label empty), labels with the
        most customers first and "(other)" last for the rest. Missing cells are not counted.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"plan": ["a", "b", "b"]}))
    >>> distribution(table, "plan")[["label", "customers"]].to_dict("list")
    {'label': ['b', 'a'], 'customers': [2, 1]}
    """
    grouped = _grouped(table, column, BINS, equal_width=True)
    customers = np.bincount(grouped.codes[grouped.codes >= 0], minlength=len(grouped.frame))
    return grouped.frame.assign(customers=customers)


def target_by(table: Table, column: str, target: str, *, positive: str | None = None) -> pd.DataFrame:
    """Compare the target between the values of a column.

    Parameters
    ----------
    table : Table
        The customers.
    column : str
        Any column.
    target : str
        Column to predict.
    positive : str, optional
        The answer whose share is shown; by default the rarer one of a target with labels. Of no meaning for numbers.

    Returns
    -------
    pandas.DataFrame
        Columns label, left, right, customers, value, low, high: share of the positive answer with its Wilson interval,
        or mean of the target with its normal interval, at 95 %. Bins hold about equally many customers. Customers whose
        column or target is missing are not counted.

    Raises
    ------
    ProblemError
        If the target is text, a date or an identifier, or the positive answer does not occur.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"plan": ["a", "a", "b", "b"], "Churn": ["Yes", "No", "No", "No"]}))
    >>> target_by(table, "plan", "Churn", positive="Yes")["value"].tolist()
    [0.5, 0.0]
    """
    answer = _answer(table, target, positive)
    grouped = _grouped(table, column, TARGET_BINS, equal_width=False)
    known = np.isfinite(answer) & (grouped.codes >= 0)
    codes, values, k = grouped.codes[known], answer[known], len(grouped.frame)
    customers = np.bincount(codes, minlength=k)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(codes, weights=values, minlength=k) / customers
        if table.schema[target].kind is Kind.NUMBER and positive is None:
            spread = np.bincount(codes, weights=(values - mean[codes]) ** 2, minlength=k) / np.maximum(customers - 1, 1)
            half = np.where(customers > 1, Z * np.sqrt(spread / customers), np.nan)
            low, high = mean - half, mean + half
        else:
            low, high = _wilson(mean, customers)
    result = grouped.frame.assign(customers=customers, value=mean, low=low, high=high)
    return result[customers > 0].reset_index(drop=True)


def missing(table: Table) -> pd.DataFrame:
    """Count the missing cells by column.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    pandas.DataFrame
        Columns column, missing, share; only columns with missing cells, the most first.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> missing(table_from_frame(pd.DataFrame({"a": [1, None], "b": [1, 2]}))).to_dict("list")
    {'column': ['a'], 'missing': [1], 'share': [0.5]}
    """
    cells = {name: int(table.frame[name].isna().sum()) for name in table.schema.names}
    frame = pd.DataFrame({"column": list(cells), "missing": list(cells.values())})
    frame["share"] = frame["missing"] / max(len(table), 1)
    return frame[frame["missing"] > 0].sort_values("missing", ascending=False, kind="stable").reset_index(drop=True)


def _grouped(table: Table, column: str, bins: int, *, equal_width: bool) -> Grouped:
    kind, cells = table.schema[column].kind, table.frame[column]
    if kind is Kind.NUMBER:
        return _binned(cells.to_numpy(dtype=np.float64), bins, equal_width)
    if kind is Kind.DATE:
        times = cells.to_numpy().astype("datetime64[us]")
        grouped = _binned(np.where(np.isnat(times), np.nan, times.astype(np.float64)), bins, equal_width)
        left, right = (grouped.frame[side].to_numpy().astype(np.int64).astype("datetime64[us]") for side in SIDES)
        return Grouped(grouped.codes, grouped.frame.assign(left=left, right=right))
    return _labelled(cells)


def _binned(values: np.ndarray, bins: int, equal_width: bool) -> Grouped:
    known = values[np.isfinite(values)]
    edges = _edges(known, bins, equal_width)
    codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    frame = pd.DataFrame({"label": [""] * max(len(edges) - 1, 0), "left": edges[:-1], "right": edges[1:]})
    return Grouped(np.where(np.isfinite(values), codes, -1), frame.astype({"label": "str"}))


def _edges(known: np.ndarray, bins: int, equal_width: bool) -> np.ndarray:
    if not len(known):
        return np.zeros(0)
    low, high = float(known.min()), float(known.max())
    if low == high:
        return np.asarray([low, low])
    if equal_width:
        whole = (known == np.floor(known)).all() and high - low < bins
        return np.arange(low, high + 2) - 0.5 if whole else np.linspace(low, high, bins + 1)
    return np.unique(np.append(np.quantile(known, np.linspace(0, 1, bins + 1)[:-1]), high))


def _labelled(cells: pd.Series) -> Grouped:
    codes, labels = pd.factorize(cells)
    sizes = np.bincount(codes[codes >= 0], minlength=len(labels))
    order = np.argsort(-sizes, kind="stable")
    shown = order if len(order) <= LABELS else order[: LABELS - 1]
    position = np.full(len(labels) + 1, len(shown))  # past the shown ones: the others
    position[shown], position[-1] = np.arange(len(shown)), -1
    names = [str(labels[place]) for place in shown] + ([_("(other)")] if len(shown) < len(order) else [])
    frame = pd.DataFrame({"label": pd.Series(names, dtype="str"), "left": np.nan, "right": np.nan})
    return Grouped(position[codes], frame)


def _answer(table: Table, target: str, positive: str | None) -> np.ndarray:
    kind, cells = table.schema[target].kind, table.frame[target]
    if kind is Kind.NUMBER and positive is None:
        return cells.to_numpy(dtype=np.float64)
    if kind not in LABELLED | {Kind.NUMBER}:
        raise ProblemError(_("“{target}” holds neither numbers nor labels.").format(target=target))
    texts = cells if kind in LABELLED else cells.astype("category").cat.rename_categories(lambda x: f"{x:.15g}")
    sizes = texts.value_counts()
    sizes = sizes[sizes > 0]
    if sizes.empty or (positive is not None and positive not in sizes.index):
        raise ProblemError(_("“{label}” does not occur in “{target}”.").format(label=positive or "", target=target))
    wanted = (texts == (sizes.idxmin() if positive is None else positive)).to_numpy()
    return np.where(cells.isna().to_numpy(), np.nan, wanted)


def _wilson(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)
