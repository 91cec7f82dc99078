"""Purchases of customers, and what of a table was not counted as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.joining.keys import texts_of_keys
from crm_ai.segmentation.transaction_columns import TransactionColumns, propose_columns
from crm_ai.table import Table
from crm_ai.words import _, count, ngettext, number, percent

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Transactions:
    """Rows of a table that say who, when and how much.

    Parameters
    ----------
    customers : numpy.ndarray of str, shape (customers,)
        Who they are, in the order of their first row.
    owners : numpy.ndarray of int, shape (n,)
        Position of the customer whom each row belongs to.
    days : numpy.ndarray of int64, shape (n,)
        When, in days since 1970-01-01.
    amounts : numpy.ndarray of float64, shape (n,)
        How much; negative for what was given back.
    columns : TransactionColumns
        Where this comes from.
    source : str
        Name of the table.
    notes : tuple of str
        What was left out or read in a certain way, in words.
    """

    customers: np.ndarray
    owners: np.ndarray
    days: np.ndarray
    amounts: np.ndarray
    columns: TransactionColumns
    source: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def first_day(self) -> date:
        """The earliest day."""
        return day_of(self.days.min())

    @property
    def last_day(self) -> date:
        """The latest day."""
        return day_of(self.days.max())


def day_of(number_of_day: float) -> date:
    """Turn days since 1970 into a date.

    Parameters
    ----------
    number_of_day : float
        Whole days since 1970-01-01.

    Returns
    -------
    datetime.date
        The day.

    Examples
    --------
    >>> day_of(1), number_of(date(1970, 1, 2))
    (datetime.date(1970, 1, 2), 1)
    """
    return EPOCH + timedelta(days=int(number_of_day))


def number_of(day: date) -> int:
    """Turn a date into days since 1970.

    Parameters
    ----------
    day : datetime.date
        The day; of a datetime, its day.

    Returns
    -------
    int
        Days since 1970-01-01.
    """
    return (date(day.year, day.month, day.day) - EPOCH).days


def read_transactions(table: Table, columns: TransactionColumns | None = None) -> Transactions:
    """Read a table as transactions.

    Rows without a customer, a day or an amount are left out; amounts below zero are taken as returns, and amounts of
    zero as purchases that cost nothing. All of this is said in the notes.

    Parameters
    ----------
    table : Table
        Any number of rows a customer.
    columns : TransactionColumns, optional
        What its columns are; by default what ``propose_columns`` says.

    Returns
    -------
    Transactions
        Rows in the table's order.

    Raises
    ------
    ProblemError
        If columns are missing, or no row is left.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> rows = pd.DataFrame({"customer_id": ["a1", "a1", "b2"], "date": "2024-01-02", "amount": [5.5, -5.5, None]})
    >>> found = read_transactions(table_from_frame(rows))
    >>> len(found), found.notes[0]
    (2, '1 row without an amount was left out.')
    """
    columns = columns or propose_columns(table)
    frame = table.frame
    who = texts_of_keys(frame[columns.customer], "exact")
    stamps = frame[columns.date].to_numpy().astype("datetime64[D]")
    amounts = frame[columns.amount].to_numpy(dtype=np.float64, na_value=np.nan)
    if columns.per_piece:
        amounts = amounts * frame[columns.quantity].to_numpy(dtype=np.float64, na_value=np.nan)
    nobody, undated, unknown = pd.isna(who), np.isnat(stamps), ~np.isfinite(amounts)
    kept = ~(nobody | undated | unknown)
    if not kept.any():
        raise ProblemError(
            _("No row has a customer, a day and an amount."),
            where=table.source,
            next_step=_("Check which columns hold them."),
        )
    owners, customers = pd.factorize(who[kept])
    notes = _left_out(nobody, undated & ~nobody, unknown & ~undated & ~nobody)
    notes += _read_as(amounts[kept])
    if len(customers) == int(kept.sum()):
        notes.append(_("Each customer has one row only: is this a table of customers rather than of purchases?"))
    days = stamps[kept].astype(np.int64)
    return Transactions(customers, owners, days, amounts[kept], columns, table.source, tuple(notes))


def _left_out(nobody: np.ndarray, undated: np.ndarray, unknown: np.ndarray) -> list[str]:
    n, m, k = (int(rows.sum()) for rows in (nobody, undated, unknown))
    told = [
        (n, ngettext("{n} row without a customer was left out.", "{n} rows without a customer were left out.", n)),
        (m, ngettext("{n} row without a day was left out.", "{n} rows without a day were left out.", m)),
        (k, ngettext("{n} row without an amount was left out.", "{n} rows without an amount were left out.", k)),
    ]
    return [sentence.format(n=count(size)) for size, sentence in told if size]


def _read_as(amounts: np.ndarray) -> list[str]:
    notes = []
    given_back, sold = -amounts[amounts < 0].sum(), amounts[amounts > 0].sum()
    n, free = int((amounts < 0).sum()), int((amounts == 0).sum())
    if n:
        told = ngettext(
            "{n} row below zero is taken as a return: it lowers revenue by {sum} ({share}), and is no purchase.",
            "{n} rows below zero are taken as returns: they lower revenue by {sum} ({share}), and are no purchases.",
            n,
        )
        share = percent(given_back / sold, 1) if sold > 0 else _("all")
        notes.append(told.format(n=count(n), sum=number(given_back), share=share))
    if free:
        told = ngettext(
            "{n} row of zero is taken as a purchase that cost nothing.",
            "{n} rows of zero are taken as purchases that cost nothing.",
            free,
        )
        notes.append(told.format(n=count(free)))
    return notes
