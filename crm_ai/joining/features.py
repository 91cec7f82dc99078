"""What can be made of several rows of one customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.joining.keys import Key
from crm_ai.table import LABELLED, Kind, Role, Table
from crm_ai.words import _

DAY = 86_400_000_000  # microseconds
MONTH = 30.0
MOST_LABELS = 200


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of the customers, made of the rows of another table.

    Parameters
    ----------
    name : str
        Its name among the customers' columns.
    column : str
        Column of the other table that it is made of; empty for those made of the rows themselves.
    how : str
        How it is made: one of ``HOW``.
    """

    name: str
    column: str
    how: str


@dataclass(frozen=True)
class Rows:
    """Rows of the other table that may be counted.

    Parameters
    ----------
    owners : numpy.ndarray of int, shape (n,)
        Position of the customer whom each row belongs to; none is negative.
    customers : int
        Number of customers.
    frame : pandas.DataFrame of length n
        The rows.
    days : numpy.ndarray of float64, shape (n,), or None
        When each row happened, in whole days since 1970; None without dates.
    now : float
        The day of the cut-off, likewise.
    """

    owners: np.ndarray
    customers: int
    frame: pd.DataFrame
    days: np.ndarray | None
    now: float

    def total(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Sum by customer.

        Parameters
        ----------
        weights : numpy.ndarray of shape (n,), optional
            What is added up; by default the rows are counted.

        Returns
        -------
        numpy.ndarray of shape (customers,)
            0 for customers without rows.
        """
        return np.bincount(self.owners, weights=weights, minlength=self.customers)

    def numbers(self, column: str) -> np.ndarray:
        """Cells of a column as numbers, NaN where missing."""
        return self.frame[column].to_numpy(dtype=np.float64)

    def extreme(self, values: np.ndarray, of: np.ufunc) -> np.ndarray:
        """Largest or smallest value by customer.

        Parameters
        ----------
        values : numpy.ndarray of float64, shape (n,)
            NaN counts as missing.
        of : numpy.ufunc
            ``numpy.maximum`` or ``numpy.minimum``.

        Returns
        -------
        numpy.ndarray of float64, shape (customers,)
            NaN for customers without any.
        """
        known = np.isfinite(values)
        order = np.argsort(self.owners[known], kind="stable")
        owners, sorted_values = self.owners[known][order], values[known][order]
        result = np.full(self.customers, np.nan)
        if len(owners):
            starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
            result[owners[starts]] = of.reduceat(sorted_values, starts)
        return result


def _count(rows: Rows, column: str) -> np.ndarray:
    return rows.total()


def _sum(rows: Rows, column: str) -> np.ndarray:
    return rows.total(np.nan_to_num(rows.numbers(column)))


def _mean(rows: Rows, column: str) -> np.ndarray:
    values = rows.numbers(column)
    with np.errstate(invalid="ignore", divide="ignore"):
        return rows.total(np.nan_to_num(values)) / rows.total(np.isfinite(values).astype(np.float64))


def _largest(rows: Rows, column: str) -> np.ndarray:
    return rows.extreme(rows.numbers(column), np.maximum)


def _recency(rows: Rows, column: str) -> np.ndarray:
    assert rows.days is not None  # offered only where there are dates
    return rows.now - rows.extreme(rows.days, np.maximum)


def _tenure(rows: Rows, column: str) -> np.ndarray:
    assert rows.days is not None
    return rows.now - rows.extreme(rows.days, np.minimum)


def _frequency(rows: Rows, column: str) -> np.ndarray:
    """Rows a month since the customer's first row; who came within the last month is taken to be there a month."""
    n = rows.total().astype(np.float64)
    return np.where(n > 0, n / np.maximum(_tenure(rows, column), MONTH) * MONTH, 0.0)


def _trend(rows: Rows, column: str) -> np.ndarray:
    """(late − early) / (late + early) of rows or amounts in the two halves of the time that the table covers."""
    assert rows.days is not None
    amounts = np.abs(np.nan_to_num(rows.numbers(column))) if column else np.ones(len(rows.days))
    middle = (np.nanmin(rows.days) + rows.now) / 2 if len(rows.days) else 0.0
    late, early = (rows.total(amounts * part) for part in (rows.days > middle, rows.days <= middle))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (late - early) / (late + early)


def _most_frequent(rows: Rows, column: str) -> pd.Categorical:
    """The label of most rows; of equally frequent ones the first in order."""
    codes, labels = pd.factorize(rows.frame[column], sort=True)
    k = max(len(labels), 1)
    pairs, sizes = np.unique(rows.owners[codes >= 0] * k + codes[codes >= 0], return_counts=True)
    owners, places = pairs // k, pairs % k
    order = np.lexsort((places, -sizes, owners))
    first = order[np.append(True, owners[order][1:] != owners[order][:-1])] if len(order) else order
    result = np.full(rows.customers, -1)
    result[owners[first]] = places[first]
    return pd.Categorical.from_codes(result, categories=pd.Index(labels, dtype="str"))


def _different(rows: Rows, column: str) -> np.ndarray:
    codes, labels = pd.factorize(rows.frame[column])
    k = max(len(labels), 1)
    pairs = np.unique(rows.owners[codes >= 0] * k + codes[codes >= 0])
    return np.bincount(pairs // k, minlength=rows.customers)


def _length(rows: Rows, column: str) -> np.ndarray:
    lengths = rows.frame[column].str.len().to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return rows.total(np.nan_to_num(lengths)) / rows.total(np.isfinite(lengths).astype(np.float64))


HOW: Mapping[str, Callable[[Rows, str], np.ndarray | pd.Categorical]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "largest": _largest,
    "recency": _recency,
    "tenure": _tenure,
    "frequency": _frequency,
    "trend": _trend,
    "most_frequent": _most_frequent,
    "different": _different,
    "length": _length,
}


def in_words(how: str, column: str) -> str:
    """Name a feature.

    Parameters
    ----------
    how : str
        One of ``HOW``.
    column : str
        Column that it is made of; empty for the rows themselves.

    Returns
    -------
    str
        For instance ``sum of amount``.

    Examples
    --------
    >>> in_words("sum", "amount"), in_words("recency", "")
    ('sum of amount', 'days since the last')
    """
    return {
        "count": _("number of rows"),
        "sum": _("sum of {column}"),
        "mean": _("mean {column}"),
        "largest": _("largest {column}"),
        "recency": _("days since the last"),
        "tenure": _("days since the first"),
        "frequency": _("rows a month"),
        "trend": _("trend of {column}") if column else _("trend of the rows"),
        "most_frequent": _("most frequent {column}"),
        "different": _("different {column}"),
        "length": _("mean length of {column}"),
    }[how].format(column=column)


def possible_features(other: Table, key: Key, *, date_column: str | None = None) -> tuple[Feature, ...]:
    """What can be made of another table's rows.

    Parameters
    ----------
    other : Table
        The other table.
    key : Key
        Its column that tells whose rows they are makes no feature.
    date_column : str, optional
        When each row happened.

    Returns
    -------
    tuple of Feature
        In a telling order.
    """
    stem = other.source.rsplit(".", 1)[0] or other.source
    wanted = [("count", "")]
    if date_column is not None:
        wanted += [("recency", ""), ("tenure", ""), ("frequency", ""), ("trend", "")]
    for column in other.schema:
        if column.name in (key.right, date_column) or not other.frame[column.name].notna().any():
            continue
        if column.kind is Kind.NUMBER and column.role is not Role.IGNORED:
            wanted += [(how, column.name) for how in ("sum", "mean", "largest")]
            wanted += [("trend", column.name)] if date_column is not None else []
        elif column.kind in LABELLED and other.frame[column.name].nunique() <= MOST_LABELS:
            wanted += [("most_frequent", column.name), ("different", column.name)]
        elif column.kind in LABELLED | {Kind.IDENTIFIER}:
            wanted.append(("different", column.name))
        elif column.kind is Kind.TEXT:
            wanted.append(("length", column.name))
    return tuple(Feature(f"{stem}: {in_words(how, column)}", column, how) for how, column in wanted)
