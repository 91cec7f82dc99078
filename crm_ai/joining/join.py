"""Put what another table knows of the customers beside them, and nothing that was not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.joining.features import DAY, HOW, Feature, Rows, in_words, possible_features
from crm_ai.joining.keys import Key
from crm_ai.joining.matching import Match, match
from crm_ai.table import Column, Kind, Role, Table, table_from_frame
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _, count

ZERO_WITHOUT_ROWS = ("count", "sum", "frequency", "different")
SNAPSHOT = (
    "snapshot",
    "as of",
    "reference date",
    "export date",
    "observation",
    "cut off",
    "cutoff",
    "统计",
    "快照",
    "截止",
)


@dataclass(frozen=True, slots=True)
class Joined:
    """Customers with what another table knows of them.

    Parameters
    ----------
    table : Table
        The same customers in the same order, with more columns.
    features : tuple of Feature
        Columns that were made of several rows; empty if each customer has one at most.
    match : Match
        How well the tables fit.
    notes : tuple of str
        What was left out, in words.
    """

    table: Table
    features: tuple[Feature, ...]
    match: Match
    notes: tuple[str, ...]


def propose_cutoff(customers: Table, other: Table, date_column: str) -> date | None:
    """Propose the day up to which another table's rows may be known.

    Parameters
    ----------
    customers : Table
        One row a customer.
    other : Table
        The other table.
    date_column : str
        When each of its rows happened.

    Returns
    -------
    date or None
        The day of the customers' snapshot, if a column tells it; else the latest day of the other table.
    """
    for name in customers.schema.names_of(kind=Kind.DATE):
        if any(word in name.lower().replace("_", " ") for word in SNAPSHOT) and customers.frame[name].notna().any():
            return customers.frame[name].max().date()
    latest = other.frame[date_column].max()
    return None if pd.isna(latest) else latest.date()


def join(
    customers: Table,
    other: Table,
    *,
    key: Key,
    cutoff: date | datetime | None = None,
    date_column: str | None = None,
    features: Sequence[Feature] | None = None,
) -> Joined:
    """Put what another table knows beside the customers.

    Where a customer has one row at most, its cells are taken over. Where customers have several rows, features are made
    of them, and only of rows that had happened by the cut-off.

    Parameters
    ----------
    customers : Table
        One row a customer.
    other : Table
        The other table.
    key : Key
        Columns that hold the same values, for instance from ``propose_keys``.
    cutoff : date or datetime, optional
        Rows that happened later count nowhere; a day counts to its end. By default, where there are dates, what
        ``propose_cutoff`` says.
    date_column : str, optional
        When each row happened; by default the first date of the other table.
    features : sequence of Feature, optional
        What is made of the rows; by default all of ``possible_features``.

    Returns
    -------
    Joined
        The same customers in the same order.

    Raises
    ------
    ProblemError
        If a column is not there, or a cut-off is asked for and nothing tells when rows happened.
    """
    found = match(customers, other, key)
    dates = other.schema.names_of(kind=Kind.DATE)
    date_column = date_column or next((name for name in dates if name != key.right), None)
    if date_column is not None and date_column not in dates:
        raise ProblemError(
            _("“{name}” holds no dates.").format(name=date_column),
            where=other.source,
            next_step=_("Choose one of: {names}.").format(names=_(", ").join(dates) or _("none")),
        )
    if cutoff is not None and date_column is None:
        raise ProblemError(
            _("Without dates in the second table, nothing can be left out after a day."),
            where=other.source,
            next_step=_("Leave the cut-off out, or correct the kind of the column that holds the dates."),
        )
    if not found.one_to_many and features is None and cutoff is None:
        return _taken_over(customers, other, key, found)
    if cutoff is None and date_column is not None:
        cutoff = propose_cutoff(customers, other, date_column)
    return _aggregated(customers, other, key, found, cutoff, date_column, features)


def customers_of(other: Table, key_column: str, *, cutoff: date | datetime | None = None) -> Table:
    """Make one row a customer of a table that has several.

    Parameters
    ----------
    other : Table
        Purchases, calls or tickets.
    key_column : str
        Column that tells whose they are.
    cutoff : date or datetime, optional
        Rows that happened later count nowhere.

    Returns
    -------
    Table
        Customers in the order of their first row.
    """
    other.schema[key_column]
    people = table_from_frame(pd.DataFrame({key_column: other.frame[key_column].dropna().unique()}), name=other.source)
    key = Key(key_column, key_column, 1.0, 1.0, "exact", "")
    offered = possible_features(other, key, date_column=next(iter(other.schema.names_of(kind=Kind.DATE)), None))
    return join(people, other, key=key, cutoff=cutoff, features=offered).table


def _taken_over(customers: Table, other: Table, key: Key, found: Match) -> Joined:
    place = np.full(len(customers), -1)
    known = found.owners >= 0
    place[found.owners[known]] = np.flatnonzero(known)
    taken = other.frame.drop(columns=key.right)
    rows = taken.iloc[np.maximum(place, 0)].reset_index(drop=True)
    names = {name: _free(name, customers, other) for name in taken.columns}
    new = {names[name]: rows[name].mask(place < 0) for name in taken.columns}
    columns = [replace(other.schema[old], name=name, evidence=_evidence(other, old)) for old, name in names.items()]
    notes = _notes(found, len(other), 0, 0)
    table = customers.with_frame(with_columns(customers.frame, new), columns=columns, notes=notes, changed=list(new))
    return Joined(replace(table, source=_both(customers, other)), (), found, tuple(notes))


def _aggregated(
    customers: Table,
    other: Table,
    key: Key,
    found: Match,
    cutoff: date | datetime | None,
    date_column: str | None,
    features: Sequence[Feature] | None,
) -> Joined:
    wanted = possible_features(other, key, date_column=date_column) if features is None else tuple(features)
    counted = found.owners >= 0
    days, later, undated, now = None, 0, 0, 0.0
    if date_column is not None and cutoff is not None:
        stamps = other.frame[date_column].to_numpy().astype("datetime64[us]")
        end = _end(cutoff)
        undated = int((counted & np.isnat(stamps)).sum())
        later = int((counted & (stamps > end)).sum())
        counted &= ~np.isnat(stamps) & (stamps <= end)
        days, now = np.floor(stamps.astype(np.int64)[counted] / DAY), np.floor(end.astype(np.int64) / DAY)
    rows = Rows(found.owners[counted], len(customers), other.frame[counted], days, now)
    has_rows = rows.total() > 0
    new, columns = {}, []
    for feature in wanted:
        cells = HOW[feature.how](rows, feature.column)
        name = _free(feature.name, customers, other)
        if feature.how not in ZERO_WITHOUT_ROWS and isinstance(cells, np.ndarray):
            cells = np.where(has_rows, cells, np.nan)
        new[name] = cells
        kind = Kind.CATEGORY if feature.how == "most_frequent" else Kind.NUMBER
        columns.append(Column(name, kind, Role.FEATURE, _made_of(other, feature, cutoff if days is not None else None)))
    notes = _notes(found, len(other), later, undated, cutoff)
    if days is None:
        notes.append(_("The second table has no dates: whether it holds anything from after the outcome is not known."))
    table = customers.with_frame(with_columns(customers.frame, new), columns=columns, notes=notes, changed=list(new))
    return Joined(replace(table, source=_both(customers, other)), wanted, found, tuple(notes))


def _end(cutoff: date | datetime) -> np.datetime64:
    """The last moment that counts: of a day, its end."""
    if isinstance(cutoff, datetime):
        return np.datetime64(cutoff.replace(tzinfo=None), "us")
    return np.datetime64(cutoff + timedelta(days=1), "us") - np.timedelta64(1, "us")


def _free(name: str, customers: Table, other: Table) -> str:
    """A name that the customers' columns do not have yet."""
    if name not in customers.schema:
        return name
    stem, number = other.source.rsplit(".", 1)[0], 2
    free = f"{name} ({stem})"
    while free in customers.schema:
        free, number = f"{name} ({stem} {number})", number + 1
    return free


def _both(customers: Table, other: Table) -> str:
    return f"{customers.source} + {other.source}"


def _evidence(other: Table, column: str) -> str:
    return _("{evidence} Taken over from {source}.").format(evidence=other.schema[column].evidence, source=other.source)


def _made_of(other: Table, feature: Feature, cutoff: date | datetime | None) -> str:
    told = _("{what}, from {source}").format(what=in_words(feature.how, feature.column), source=other.source)
    return told + (_(", up to {day}.").format(day=f"{cutoff:%Y-%m-%d}") if cutoff is not None else ".")


def _notes(found: Match, rows: int, later: int, undated: int, cutoff: date | datetime | None = None) -> list[str]:
    told = [
        (found.customers_without, _("{n} customers have no row in the second table.")),
        (found.rows_without_customer, _("{n} rows of the second table belong to no customer and were left out.")),
        (found.repeated_customers, _("{n} customers share their key with an earlier one and got none of its rows.")),
        (undated, _("{n} rows without a date were left out.")),
    ]
    notes = [sentence.format(n=count(n)) for n, sentence in told if n]
    if cutoff is not None:
        notes.append(_("{n} rows after {day} were left out.").format(n=count(later), day=f"{cutoff:%Y-%m-%d}"))
    return notes
