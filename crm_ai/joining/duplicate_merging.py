"""Make one customer of several rows, by a rule for each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.table import Kind, Table
from crm_ai.table.names import names_a_birthday
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _, count, later

RULES: Mapping[str, str] = {
    "first": later("the first that is there"),
    "last": later("the last that is there"),
    "newest": later("the one of the latest row"),
    "most_frequent": later("the most frequent"),
    "longest": later("the longest"),
    "largest": later("the largest"),
    "smallest": later("the smallest"),
    "sum": later("their sum"),
    "mean": later("their mean"),
    "joined": later("all, one after the other"),
}
OF_NUMBERS = ("sum", "mean")
SEPARATOR = " | "


def default_rules(table: Table) -> dict[str, str]:
    """Sensible rules: what is there first, the longest text.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    dict of str to str
        One of ``RULES`` by column.
    """
    return {column.name: "longest" if column.kind is Kind.TEXT else "first" for column in table.schema}


def merge_duplicates(table: Table, groups: Sequence[np.ndarray], rules: Mapping[str, str] | None = None) -> Table:
    """Make one row of each group; cells that are missing are filled from the group's other rows.

    Parameters
    ----------
    table : Table
        The customers.
    groups : sequence of numpy.ndarray of int
        Positions of rows that are one customer, for instance ``find_duplicates(table).groups``. No row is in two.
    rules : mapping of str to str, optional
        One of ``RULES`` by column; ``default_rules`` for the others.

    Returns
    -------
    Table
        In the order of each customer's first row.

    Raises
    ------
    ProblemError
        If a rule or a column is not known, or a rule does not fit its column.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"phone": ["1", None, "3"], "spend": [5, 7, 9]}))
    >>> merge_duplicates(table, [np.array([0, 1])], {"spend": "sum"}).frame["spend"].tolist()
    [12, 9]
    """
    chosen = default_rules(table) | dict(rules or {})
    _check(table, chosen, groups)
    if not len(groups):
        return table
    rows = np.concatenate(groups)
    owner = np.repeat([group.min() for group in groups], [len(group) for group in groups])
    frame = table.frame.astype({name: object for name in table.frame if table.frame[name].dtype.name == "category"})
    some = frame.iloc[rows].reset_index(drop=True)
    newest = _by_time(table, rows)
    merged = {name: _merged(some[name], owner, chosen[name], newest) for name in some.columns}
    keep = np.ones(len(table), dtype=bool)
    keep[rows] = False
    keep[np.unique(owner)] = True
    for name, cells in merged.items():
        column = frame[name].astype(np.float64) if frame[name].dtype.kind == "i" else frame[name].copy()
        for place, cell in zip(cells.index.tolist(), cells.tolist(), strict=True):
            column.iloc[place] = cell
        frame = with_columns(frame, {name: column})
    note = _("{n} rows became {k} customers.").format(n=count(len(rows)), k=count(len(groups)))
    return table.with_frame(frame[keep].reset_index(drop=True), notes=[note])


def _check(table: Table, rules: Mapping[str, str], groups: Sequence[np.ndarray]) -> None:
    for name, rule in rules.items():
        kind = table.schema[name].kind
        if rule not in RULES:
            raise ProblemError(
                _("There is no rule “{rule}”.").format(rule=rule),
                where=name,
                next_step=_("Choose one of: {names}.").format(names=_(", ").join(RULES)),
            )
        if rule in OF_NUMBERS and kind is not Kind.NUMBER:
            raise ProblemError(
                _("Only numbers have a sum or a mean."), where=name, next_step=_("Choose another rule for this column.")
            )
        if rule == "joined" and kind in (Kind.NUMBER, Kind.DATE):
            raise ProblemError(
                _("Numbers and dates cannot be put one after the other."), where=name,
                next_step=_("Choose another rule for this column."),
            )  # fmt: skip
    if rules and "newest" in rules.values() and not _dates(table):
        raise ProblemError(
            _("Nothing tells which row is the latest: there is no column of dates."),
            where=table.source,
            next_step=_("Choose another rule."),
        )
    members = np.concatenate(groups) if len(groups) else np.zeros(0, dtype=np.intp)
    if len(np.unique(members)) < len(members):
        raise ProblemError(_("A row cannot be part of two customers."), where=table.source)


def _dates(table: Table) -> list[str]:
    return [name for name in table.schema.names_of(kind=Kind.DATE) if not names_a_birthday(name)]


def _by_time(table: Table, rows: np.ndarray) -> np.ndarray:
    """Order of the rows from the earliest to the latest; undated ones first."""
    dates = _dates(table)
    if not dates:
        return np.arange(len(rows))
    days = table.frame[dates[-1]].to_numpy().astype("datetime64[us]").astype(np.int64)[rows]
    return np.argsort(days, kind="stable")  # what is missing is the smallest number


def _merged(cells: pd.Series, owner: np.ndarray, rule: str, newest: np.ndarray) -> pd.Series:
    if rule == "newest":
        cells, owner, rule = cells.iloc[newest], owner[newest], "last"
    if rule in ("longest", "most_frequent"):
        cells, owner = _preferred_first(cells, owner, rule)
        rule = "first"
    groups = cells.groupby(owner, sort=True)
    if rule == "joined":
        return groups.agg(lambda some: SEPARATOR.join(dict.fromkeys(map(str, some.dropna()))) or None)
    how = {"largest": "max", "smallest": "min"}.get(rule, rule)
    if how == "sum":
        return groups.sum(min_count=1)
    return groups.agg(how)


def _preferred_first(cells: pd.Series, owner: np.ndarray, rule: str) -> tuple[pd.Series, np.ndarray]:
    """Rows in the order in which their cells are wanted."""
    if rule == "longest":
        wanted = cells.astype("str").str.len().where(cells.notna(), -1).to_numpy(dtype=np.float64)
    else:
        wanted = cells.groupby([owner, cells]).transform("size").fillna(-1).to_numpy(dtype=np.float64)
    order = np.argsort(-wanted, kind="stable")
    return cells.iloc[order], owner[order]
