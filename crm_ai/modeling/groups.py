"""Put customers into the groups of a segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.modeling.encoding import MISSING, OTHER
from crm_ai.modeling.labels import label_codes
from crm_ai.modeling.run import Run
from crm_ai.modeling.segments import Groups, Segment, merged
from crm_ai.table import Bands, Kind, Table, bands_at, equal_bands
from crm_ai.words import _, count

MOST_GROUPS = 20
MOST_COMBINATIONS = 60
BANDS = 4
MOST_VALUES_AS_GROUPS = 6


def group_codes(run: Run, segment: str | Segment | Groups) -> tuple[np.ndarray, tuple[str, ...]]:
    """Group of each holdout customer.

    Parameters
    ----------
    run : Run
        The run.
    segment : str, Segment or Groups
        A column of its table, bands or combinations of columns, or groups made elsewhere. Numbers without edges are cut
        into bands of about equal size, dates into years; past twenty groups the smallest share one.

    Returns
    -------
    codes : numpy.ndarray of int, shape (holdout,)
        Position of each customer's group.
    names : tuple of str
        Names of the groups, in reading order; "(missing)" last.
    """
    return groups_of(run.table, segment).of(run.holdout_rows)


def groups_of(table: Table, segment: str | Segment | Groups) -> Groups:
    """Put all customers of a table into groups.

    Parameters
    ----------
    table : Table
        The customers.
    segment : str, Segment or Groups
        See ``group_codes``.

    Returns
    -------
    Groups
        Those of a combination of columns are named like "gender: Female · SeniorCitizen: 1".

    Raises
    ------
    ProblemError
        If a column with edges does not hold numbers, or groups made elsewhere are of other customers.
    """
    if isinstance(segment, Groups):
        if len(segment.codes) != len(table):
            raise ProblemError(
                _("“{name}” puts {n} customers into groups, but the table has {rows}.").format(
                    name=segment.name, n=count(len(segment.codes)), rows=count(len(table))
                )
            )
        return segment
    wanted = Segment((segment,)) if isinstance(segment, str) else segment
    parts = [_of_column(table, column, wanted.edges.get(column)) for column in wanted.columns]
    if len(parts) == 1:
        return merged(wanted.name, *parts[0])
    return _combined(wanted, parts)


def segment_name(segment: str | Segment | Groups) -> str:
    """What people call a segment.

    Parameters
    ----------
    segment : str, Segment or Groups
        See ``group_codes``.

    Returns
    -------
    str
        Its name.
    """
    return segment if isinstance(segment, str) else segment.name


def table_groups(table: Table, segment: str | Segment | Groups) -> tuple[np.ndarray, tuple[str, ...]]:
    """Group of each customer of a table.

    Parameters
    ----------
    table : Table
        The customers.
    segment : str, Segment or Groups
        See ``group_codes``.

    Returns
    -------
    codes : numpy.ndarray of int, shape (n,)
        Position of each customer's group.
    names : tuple of str
        Names of the groups.
    """
    groups = groups_of(table, segment)
    return groups.codes, groups.names


def band_edges(table: Table, segment: Segment, column: str) -> np.ndarray | None:
    """Where a segment cuts a column of numbers or dates.

    Parameters
    ----------
    table : Table
        The customers.
    segment : Segment
        What makes the groups.
    column : str
        One of its columns.

    Returns
    -------
    numpy.ndarray of float64 or None
        Edges, of dates in days since 1970; None for a column whose values are groups themselves.
    """
    if column in segment.edges:
        return np.asarray(segment.edges[column], dtype=np.float64)
    kind, cells = table.schema[column].kind, table.frame[column]
    if kind is Kind.DATE:
        years = np.unique(cells.dropna().dt.year.to_numpy())
        starts = np.array([f"{year:04d}-01-01" for year in years[1:]], dtype="datetime64[D]")
        return starts.astype(np.int64).astype(np.float64)
    if kind is not Kind.NUMBER:
        return None
    values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.unique(values[np.isfinite(values)])
    if len(known) > MOST_VALUES_AS_GROUPS:
        return np.asarray(equal_bands(cells, BANDS).edges)
    return np.asarray((known[1:] + known[:-1]) / 2)


Part = tuple[np.ndarray, tuple[str, ...]]


def _of_column(table: Table, name: str, edges: Sequence[float] | None) -> Part:
    kind, column = table.schema[name].kind, table.frame[name]
    if edges is not None:
        if kind is not Kind.NUMBER:
            raise ProblemError(
                _("“{column}” holds no numbers, so it cannot be cut into bands.").format(column=name),
                where=table.source,
                next_step=_("Leave the edges out."),
            )
        return _cut(column, bands_at(edges))
    if kind is Kind.DATE:
        column = column.dt.year.astype("Int64").astype("category")
    elif kind is Kind.NUMBER and column.nunique() > MOST_VALUES_AS_GROUPS:
        return _cut(column, equal_bands(column, BANDS))
    names, codes = label_codes(column)
    return _fewer(codes, names, MOST_GROUPS)


def _combined(segment: Segment, parts: Sequence[Part]) -> Groups:
    """Every combination that occurs, the rarest together past sixty."""
    codes = np.zeros(len(parts[0][0]), dtype=np.intp)
    for own, names in parts:
        codes = codes * len(names) + own
    shape = [len(names) for _own, names in parts]
    present, codes = np.unique(codes, return_inverse=True)
    combinations = [
        " · ".join(
            f"{column}: {parts[place][1][level]}"
            for place, (column, level) in enumerate(zip(segment.columns, levels, strict=True))
        )
        for levels in zip(*np.unravel_index(present, shape), strict=True)
    ]
    return merged(segment.name, *_fewer(codes, combinations, MOST_COMBINATIONS))


def _cut(column: pd.Series, bands: Bands) -> Part:
    return _fewer(bands.codes_of(column), bands.names, max(MOST_GROUPS, len(bands.names)))


def _fewer(codes: np.ndarray, names: Sequence[str], most: int) -> Part:
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    kept = set(order[: most - 1].tolist()) if (counts > 0).sum() > most else set(np.flatnonzero(counts).tolist())
    final = [name for place, name in enumerate(names) if place in kept]
    new = np.full(len(names) + 1, len(final))  # the rest, if any; the last entry is for missing cells
    new[sorted(kept)] = np.arange(len(kept))
    if len(kept) < (counts > 0).sum():
        final.append(OTHER)
    new[-1] = len(final)
    if (codes < 0).any():
        final.append(MISSING)
    return new[codes], tuple(final)


def segment_frame(run: Run, segment: str | Segment | Groups) -> pd.Series:
    """Group name of each holdout customer.

    Parameters
    ----------
    run : Run
        The run.
    segment : str, Segment or Groups
        See ``group_codes``.

    Returns
    -------
    pandas.Series of str, length holdout
        In the order of ``run.actual``.
    """
    codes, names = group_codes(run, segment)
    return pd.Series(np.asarray(names, dtype=object)[codes], name=segment_name(segment))
