"""What the first rows of a file decide for all others, so that it can be read part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from crm_ai.errors import ReadError
from crm_ai.table.cells import LARGEST_NUMBER, Cells, Dates, Texts, cells_of_array
from crm_ai.table.coercion import shape
from crm_ai.table.inference import schema_of_cells
from crm_ai.table.schema import Kind, Schema
from crm_ai.table.settling import dates_as_settled, settle_dates
from crm_ai.table.spelled_dates import day_comes_first, looks_like_dates
from crm_ai.table.spelled_numbers import decimal_votes, looks_coded, measures
from crm_ai.words import _

MOST_UNREADABLE = 0.05


class UnsettledError(Exception):
    """Later rows contradict what the first ones have decided.

    Parameters
    ----------
    settled : Settled
        What fits both.
    """

    def __init__(self, settled: Settled) -> None:
        self.settled = settled
        super().__init__(settled)


@dataclass(frozen=True, slots=True)
class Settled:
    """How all rows of a file are read.

    Parameters
    ----------
    schema : Schema
        What each column of the file is, as its first rows say.
    decimal : mapping of str to str
        Decimal mark of numbers, by column; empty where nothing tells it yet.
    decimal_of_file : str, optional
        Decimal mark of the file, if it is known.
    day_first : mapping of str to bool or None
        By column of dates written as texts, what comes first, if some cell tells.
    serial : frozenset of str
        Columns of days as Excel counts them.
    whole : frozenset of str
        Columns of whole numbers.
    measures : mapping of str to frozenset of str
        Currencies and units of numbers that are written as texts.
    given_order : bool, optional
        What the user says about dates that do not tell the day from the month.
    """

    schema: Schema
    decimal: Mapping[str, str] = field(default_factory=dict)
    decimal_of_file: str | None = None
    day_first: Mapping[str, bool | None] = field(default_factory=dict)
    serial: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    measures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    given_order: bool | None = None

    def cells(self, name: str, array: pa.Array | pa.ChunkedArray, *, declared: bool = True) -> Cells:
        """Take up some cells of a column.

        Parameters
        ----------
        name : str
            The column.
        array : pyarrow.Array
            As the file holds them.
        declared : bool
            Whether the file itself says that these are labels, if it does.

        Returns
        -------
        Texts, Numbers or Dates
            The cells.

        Raises
        ------
        UnsettledError
            If they contradict the first rows.
        """
        cells = cells_of_array(array, plain=self.decimal_of_file != ",", declared=declared)
        kind = self.schema[name].kind
        if kind is Kind.DATE:
            return self._dates(name, cells)
        if kind is Kind.NUMBER and isinstance(cells, Texts):
            self._check_numbers(name, cells)
        return cells

    def shape(self, name: str, cells: Cells) -> tuple[Any, int]:
        """Give some cells of a column the form that its kind asks for.

        Parameters
        ----------
        name : str
            The column.
        cells : Texts, Numbers or Dates
            From ``cells``.

        Returns
        -------
        array
            As a table's frame holds them.
        unreadable : int
            Cells that could not take the form.

        Raises
        ------
        UnsettledError
            If they contradict the first rows.
        """
        kind = self.schema[name].kind
        shaped = shape(cells, kind, decimal=self.decimal.get(name) or self.decimal_of_file)
        lost = shaped.unreadable + (cells.unreadable if isinstance(cells, Dates) else 0)
        if kind is Kind.NUMBER and name in self.whole:
            self.check_whole(name, np.asarray(shaped.array))
        return shaped.array, lost

    def check_whole(self, name: str, values: np.ndarray) -> None:
        """Make sure that a column of whole numbers goes on as one.

        Parameters
        ----------
        name : str
            The column.
        values : numpy.ndarray of shape (n,)
            Numbers.

        Raises
        ------
        UnsettledError
            If there are parts, or numbers too long to be told from their neighbours.
        """
        if values.dtype.kind != "f":
            return
        known = values[~np.isnan(values)]
        if (np.abs(known) >= LARGEST_NUMBER).any():
            raise UnsettledError(self.as_text(name))
        if (known != np.floor(known)).any():
            raise UnsettledError(replace(self, whole=self.whole - {name}))

    def as_text(self, name: str) -> Settled:
        """Take a column as it is written.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        Settled
            With nothing known of its cells.
        """
        return replace(
            self,
            schema=self.schema.corrected(name, kind=Kind.TEXT),
            serial=self.serial - {name},
            whole=self.whole - {name},
            day_first={column: first for column, first in self.day_first.items() if column != name},
        )

    def _dates(self, name: str, cells: Cells) -> Cells:
        if name in self.serial or isinstance(cells, Dates):
            return dates_as_settled(cells, serial=name in self.serial, day_first=None)
        if isinstance(cells, Texts):
            told, settled = day_comes_first(cells.distinct), self.day_first.get(name)
            if told is not None and settled is not None and told != settled:
                raise UnsettledError(replace(self, day_first=dict(self.day_first) | {name: told}))
        return dates_as_settled(cells, serial=False, day_first=self.day_first.get(name))

    def _check_numbers(self, name: str, cells: Texts) -> None:
        if looks_coded(cells.distinct).any():
            raise UnsettledError(self.as_text(name))
        if self.decimal_of_file is None:
            point, comma = decimal_votes(cells.distinct)
            if comma and not point and not self.decimal.get(name):
                raise UnsettledError(replace(self, decimal=dict(self.decimal) | {name: ","}))
        known, found = self.measures.get(name, frozenset()), measures(cells.distinct)
        if found and not known and "%" not in found:
            raise UnsettledError(replace(self, measures=dict(self.measures) | {name: found}))
        if found and found != known:
            raise ReadError(
                _("The numbers of column “{name}” are measured in several ways: {first}, {second}.").format(
                    name=name, first=_listed(known), second=_listed(found - known or found)
                ),
                next_step=_("Write them all in one currency or unit, and try again."),
            )


def settle(
    columns: Mapping[str, pa.ChunkedArray],
    rows: int,
    *,
    decimal: str | None,
    day_first: bool | None,
    declared: frozenset[str] = frozenset(),
) -> Settled:
    """Decide from the first rows of a file how all of them are read.

    Parameters
    ----------
    columns : mapping of str to pyarrow.ChunkedArray
        Their cells.
    rows : int
        How many.
    decimal : str, optional
        Decimal mark of the file, if it is known.
    day_first : bool, optional
        What the user says about dates that do not tell the day from the month.
    declared : frozenset of str
        Columns of which the file itself says that they are labels.

    Returns
    -------
    Settled
        For all rows.
    """
    cells = {
        name: cells_of_array(array, plain=decimal != ",", declared=name in declared) for name, array in columns.items()
    }
    dated = settle_dates(cells, day_first=day_first, decimal=decimal)
    schema = schema_of_cells(dated.columns, rows, decimal=decimal)
    serial, orders, marks, units, whole = set(), {}, {}, {}, set()
    for column in schema:
        name, raw = column.name, cells[column.name]
        if column.kind is Kind.DATE:
            if isinstance(raw, Texts) and looks_like_dates(raw.distinct):
                told = day_comes_first(raw.distinct)
                orders[name] = dated.day_first if name in dated.ambiguous else told
            elif isinstance(dated.columns[name], Dates) and not isinstance(raw, Dates):
                serial.add(name)
        elif column.kind is Kind.NUMBER:
            if isinstance(raw, Texts):
                point, comma = decimal_votes(raw.distinct)
                marks[name] = decimal or ("." if point else "," if comma else "")
                units[name] = measures(raw.distinct)
            values = np.asarray(shape(dated.columns[name], Kind.NUMBER, decimal=marks.get(name) or decimal).array)
            known = values[~np.isnan(values)]
            if len(known) and (known == np.floor(known)).all() and (np.abs(known) < LARGEST_NUMBER).all():
                whole.add(name)
            elif name not in marks:
                marks[name] = "."
    return Settled(schema, marks, decimal, orders, frozenset(serial), frozenset(whole), units, day_first)


def _listed(found: frozenset[str]) -> str:
    return ", ".join(sorted(found)) or _("none")
