"""Dates of a file that only the whole file explains: day and month, time zones, and days as Excel counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from crm_ai.table import names
from crm_ai.table.cells import Cells, Dates, Numbers, Texts
from crm_ai.table.missing_words import say_no_number
from crm_ai.table.spelled_dates import (
    day_comes_first,
    have_zones,
    is_ambiguous,
    looks_like_dates,
    means_day_first,
    order_note,
    parse_dates,
)
from crm_ai.table.spelled_numbers import parse_numbers
from crm_ai.words import _

READABLE = 0.95
FEW_LABELS = 50
SAMPLE = 200
EXCEL_BEGINS = np.datetime64("1899-12-30", "us")
# 1927 to 2064; of most cells, 1954 to 2050. Amounts are rarely all within.
EARLIEST, LATEST, USUAL_FROM, USUAL_TO = 10_000, 60_000, 20_000, 54_800
VAGUE = frozenset({"on", "at", "time", "day", "when", "since"})


@dataclass(frozen=True, slots=True)
class Settled:
    """Columns with their dates read.

    Parameters
    ----------
    columns : dict of str to Texts, Numbers or Dates
        Cells by name.
    ambiguous : tuple of str
        Columns whose own cells do not tell the day from the month.
    day_first : bool or None
        How these were read; None if there are none.
    notes : tuple of str
        What had to be decided, in words.
    """

    columns: dict[str, Cells]
    ambiguous: tuple[str, ...]
    day_first: bool | None
    notes: tuple[str, ...]


def settle_dates(columns: Mapping[str, Cells], *, day_first: bool | None = None, decimal: str | None = None) -> Settled:
    """Read the columns that hold dates.

    Where a column does not tell the day from the month, the other columns of the file decide; if they do not tell
    either, a file with decimal commas means day first, and else the mark between the numbers decides.

    Parameters
    ----------
    columns : mapping of str to Texts, Numbers or Dates
        Cells by name.
    day_first : bool, optional
        What the user says about columns that do not tell.
    decimal : str, optional
        Decimal mark of the file.

    Returns
    -------
    Settled
        The same columns; those of dates as Dates.

    Examples
    --------
    >>> from crm_ai.table.cells import cells_of_values
    >>> settled = settle_dates({"when": cells_of_values(["1/2/2024", "3/4/2024"])}, day_first=True)
    >>> settled.columns["when"].array.astype("datetime64[D]").astype(str).tolist(), settled.ambiguous
    (['2024-02-01', '2024-04-03'], ('when',))
    """
    dated = {name: cells for name, cells in columns.items() if isinstance(cells, Texts) and _may_be_dates(cells)}
    unclear = {name: cells for name, cells in dated.items() if is_ambiguous(cells.distinct)}
    chosen, reason = _order(dated, unclear, day_first, decimal)
    read: dict[str, Cells] = dict(columns)
    serial = []
    for name, cells in columns.items():
        if name in dated:
            dates = _read(dated[name], chosen if name in unclear else None)
        else:
            dates = _read_serials(name, cells)
            serial += [name] if dates is not None else []
        if dates is not None:
            read[name] = replace(dates, note=order_note(bool(chosen))) if name in unclear else dates
    ambiguous = tuple(name for name in unclear if isinstance(read[name], Dates))
    notes = (*_zone_note(read), *_serial_note(serial), *_order_note(ambiguous, chosen, reason))
    return Settled(read, ambiguous, chosen if ambiguous else None, notes)


def dates_as_settled(cells: Cells, *, serial: bool, day_first: bool | None) -> Cells:
    """Read some cells of a column whose other cells are dates.

    Parameters
    ----------
    cells : Texts, Numbers or Dates
        The cells.
    serial : bool
        Whether they are days as Excel counts them.
    day_first : bool, optional
        Whether the day comes first, if it is known.

    Returns
    -------
    Texts, Numbers or Dates
        Dates wherever something can be read.
    """
    if isinstance(cells, Dates):
        return cells
    if serial:
        values = cells.array if isinstance(cells, Numbers) else parse_numbers(cells.distinct)
        believable = np.where((values >= EARLIEST) & (values <= LATEST), values, np.nan)
        dates = _from_serials(believable)
        return Dates(dates) if isinstance(cells, Numbers) else _certain(cells, dates)
    if isinstance(cells, Numbers):
        return cells
    return _certain(cells, parse_dates(cells.distinct, day_first=day_first), zoned=have_zones(cells.distinct))


def _certain(cells: Texts, values: np.ndarray, *, zoned: bool = False) -> Dates:
    absent, nothing = np.isnat(values), say_no_number(cells.distinct)
    return Dates(
        np.append(values, np.datetime64("NaT", "us"))[cells.codes],
        zoned,
        "",
        int(cells.counts[absent & ~nothing].sum()),
        cells.blanked + int(cells.counts[absent & nothing].sum()),
    )


def _may_be_dates(cells: Texts) -> bool:
    is_label = cells.declared and len(cells.distinct) <= max(FEW_LABELS, int(cells.counts.sum()) / 2)
    return not is_label and looks_like_dates(cells.distinct)


def _order(
    dated: Mapping[str, Texts], unclear: Mapping[str, Texts], day_first: bool | None, decimal: str | None
) -> tuple[bool | None, str]:
    if not unclear:
        return None, ""
    if day_first is not None:
        return day_first, _("as you said")
    told = {name: day_comes_first(cells.distinct) for name, cells in dated.items() if name not in unclear}
    votes = {name: vote for name, vote in told.items() if vote is not None}
    if len(set(votes.values())) == 1:
        name, vote = next(iter(votes.items()))
        return vote, _("as in “{column}”").format(column=name)
    if decimal == ",":
        return True, _("as is usual where decimals have a comma")
    first = all(means_day_first(cells.distinct) for cells in unclear.values())
    return first, _("as is usual with dashes") if first else _("as is usual with slashes")


def _read(cells: Texts, day_first: bool | None) -> Dates | None:
    """Read texts as dates, if nearly all are."""
    values = parse_dates(cells.distinct, day_first=day_first)
    return _dates(cells, values, zoned=have_zones(cells.distinct))


def _dates(cells: Texts, values: np.ndarray, *, zoned: bool = False, note: str = "") -> Dates | None:
    readable, nothing = ~np.isnat(values), say_no_number(cells.distinct)
    something = readable | ~nothing
    rows = cells.counts[something].sum()
    if not readable.any() or readable[something].mean() < READABLE or cells.counts[readable].sum() < READABLE * rows:
        return None
    return Dates(
        np.append(values, np.datetime64("NaT", "us"))[cells.codes],
        zoned,
        note,
        int(cells.counts[~readable & ~nothing].sum()),
        cells.blanked + int(cells.counts[~readable & nothing].sum()),
    )


def _read_serials(name: str, cells: Cells) -> Dates | None:
    """Read numbers as days since 1899, if the column's name says that it holds dates."""
    if isinstance(cells, Dates) or not names.names_a_date(name) or set(names.words_of(name)) <= VAGUE:
        return None
    note = _("Days as Excel counts them, read as dates.")
    if isinstance(cells, Numbers):
        known = cells.array[np.isfinite(cells.array)]
        return Dates(_from_serials(cells.array), note=note) if _are_serials(known) else None
    if cells.declared or not np.isfinite(parse_numbers(cells.distinct.slice(0, SAMPLE))).any():
        return None
    values = parse_numbers(cells.distinct)
    return _dates(cells, _from_serials(values), note=note) if _are_serials(values[np.isfinite(values)]) else None


def _are_serials(values: np.ndarray) -> bool:
    if not len(values) or values.min() < EARLIEST or values.max() > LATEST:
        return False
    return bool(USUAL_FROM <= np.median(values) <= USUAL_TO)


def _from_serials(values: np.ndarray) -> np.ndarray:
    seconds = np.round(np.where(np.isfinite(values), values, 0) * 86_400).astype(np.int64)
    dates = EXCEL_BEGINS + seconds.astype("timedelta64[s]")
    return np.where(np.isfinite(values), dates, np.datetime64("NaT", "us")).astype("datetime64[us]")


def _zone_note(columns: Mapping[str, Cells]) -> list[str]:
    zoned = [name for name, cells in columns.items() if isinstance(cells, Dates) and cells.zoned]
    sentence = _("Times with a time zone were converted to UTC: {columns}.")
    return [sentence.format(columns=_listed(zoned))] if zoned else []


def _serial_note(serial: list[str]) -> list[str]:
    sentence = _("Numbers were read as dates, as Excel counts days (45352 is 2024-03-01): {columns}.")
    return [sentence.format(columns=_listed(serial))] if serial else []


def _order_note(ambiguous: tuple[str, ...], day_first: bool | None, reason: str) -> list[str]:
    if not ambiguous:
        return []
    if day_first:
        sentence = _("Day and month cannot be told apart in {columns}; read as day first, {reason}.")
    else:
        sentence = _("Day and month cannot be told apart in {columns}; read as month first, {reason}.")
    return [sentence.format(columns=_listed(ambiguous), reason=reason)]


def _listed(columns: tuple[str, ...] | list[str]) -> str:
    return _(", ").join(columns[:12]) + (", …" if len(columns) > 12 else "")
