"""Put customers into the groups of a segment column."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.modeling.encoding import MISSING, OTHER
from crm_ai.modeling.labels import label_codes
from crm_ai.modeling.run import Run
from crm_ai.table import Kind, Table, equal_bands

MOST_GROUPS = 20
BANDS = 4
MOST_VALUES_AS_GROUPS = 6


def group_codes(run: Run, segment: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Group of each holdout customer.

    Parameters
    ----------
    run : Run
        The run.
    segment : str
        A column of its table. Numbers are cut into bands of about equal size, dates into years; past twenty groups the
        smallest share one.

    Returns
    -------
    codes : numpy.ndarray of int, shape (holdout,)
        Position of each customer's group.
    names : tuple of str
        Names of the groups, in reading order; "(missing)" last.
    """
    codes, names = table_groups(run.table, segment)
    codes = codes[run.holdout_rows]
    present = np.bincount(codes, minlength=len(names)) > 0
    position = np.cumsum(present) - 1
    return position[codes], tuple(name for name, there in zip(names, present, strict=True) if there)


def table_groups(table: Table, segment: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Group of each customer of a table.

    Parameters
    ----------
    table : Table
        The customers.
    segment : str
        A column, see ``group_codes``.

    Returns
    -------
    codes : numpy.ndarray of int, shape (n,)
        Position of each customer's group.
    names : tuple of str
        Names of the groups.
    """
    column = table.frame[segment]
    kind = table.schema[segment].kind
    if kind is Kind.DATE:
        column = column.dt.year.astype("Int64").astype("category")
    elif kind is Kind.NUMBER and column.nunique() > MOST_VALUES_AS_GROUPS:
        return _bands(column)
    names, codes = label_codes(column)
    return _fewer(codes, names)


def _bands(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    bands = equal_bands(column, BANDS)
    return _fewer(bands.codes_of(column), list(bands.names))


def _fewer(codes: np.ndarray, names: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    kept = (
        set(order[: MOST_GROUPS - 1].tolist())
        if (counts > 0).sum() > MOST_GROUPS
        else set(np.flatnonzero(counts).tolist())
    )
    final = [name for place, name in enumerate(names) if place in kept]
    new = np.full(len(names) + 1, len(final))  # the rest, if any; the last entry is for missing cells
    new[sorted(kept)] = np.arange(len(kept))
    if len(kept) < (counts > 0).sum():
        final.append(OTHER)
    new[-1] = len(final)
    if (codes < 0).any():
        final.append(MISSING)
    return new[codes], tuple(final)


def segment_frame(run: Run, segment: str) -> pd.Series:
    """Group name of each holdout customer.

    Parameters
    ----------
    run : Run
        The run.
    segment : str
        A column of its table.

    Returns
    -------
    pandas.Series of str, length holdout
        In the order of ``run.actual``.
    """
    codes, names = group_codes(run, segment)
    return pd.Series(np.asarray(names, dtype=object)[codes], name=segment)
