"""What is known of each customer by a day: how often, how lately, how long, how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.joining.features import Rows
from crm_ai.segmentation.transactions import Transactions, day_of, number_of
from crm_ai.words import _, count, ngettext

Period = Literal["day", "week"]
WEEK = 7
MONDAY = 3  # the week of 1970-01-01, a Thursday, began three days before


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseSummary:
    """One row a customer, as models of repeat buying ask for it. Times are in days.

    Parameters
    ----------
    customers : numpy.ndarray of str, shape (n,)
        Who they are.
    purchases : numpy.ndarray of int, shape (n,)
        Days (or weeks, see `period`) with a purchase, the first included.
    first, last : numpy.ndarray of int, shape (n,)
        Day of the first and of the last purchase, since 1970-01-01.
    recency : numpy.ndarray of float, shape (n,)
        From the first to the last purchase (t_x of the literature); 0 without a repeat.
    age : numpy.ndarray of float, shape (n,)
        From the first purchase to `as_of` (T of the literature).
    value : numpy.ndarray of float, shape (n,)
        Mean value of repeat purchases, before returns; 0 without a repeat.
    revenue : numpy.ndarray of float, shape (n,)
        Sum of all amounts, returns deducted.
    returned : numpy.ndarray of float, shape (n,)
        Sum of what was given back, as a positive number.
    as_of : datetime.date
        The last day that counts.
    period : {"day", "week"}
        Purchases of one period count as one.
    customer_column : str
        What the table calls its customers.
    notes : tuple of str
        What was left out, in words.
    """

    customers: np.ndarray
    purchases: np.ndarray
    first: np.ndarray
    last: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    value: np.ndarray
    revenue: np.ndarray
    returned: np.ndarray
    as_of: date
    period: Period
    customer_column: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def frequency(self) -> np.ndarray:
        """Repeat purchases: all but the first (x of the literature)."""
        return self.purchases - 1

    def to_frame(self) -> pd.DataFrame:
        """One row a customer.

        Returns
        -------
        pandas.DataFrame
            Columns: the customers', purchases, first, last, frequency, recency, age, value, revenue, returned.
        """
        columns = {
            "purchases": self.purchases,
            "first": self.first.astype("datetime64[D]").astype("datetime64[s]"),
            "last": self.last.astype("datetime64[D]").astype("datetime64[s]"),
            "frequency": self.frequency,
            "recency": self.recency,
            "age": self.age,
            "value": self.value,
            "revenue": self.revenue,
            "returned": self.returned,
        }
        frame = pd.DataFrame(columns)
        name = self.customer_column if self.customer_column not in columns else f"{self.customer_column} (id)"
        frame.insert(0, name, pd.Series(self.customers, dtype="str"))
        return frame


def summarise(transactions: Transactions, *, as_of: date | None = None, period: Period = "day") -> PurchaseSummary:
    """Reduce transactions to one row a customer.

    Parameters
    ----------
    transactions : Transactions
        From ``read_transactions``.
    as_of : datetime.date, optional
        The last day that counts, to its end; by default the latest day of the table.
    period : {"day", "week"}, default "day"
        Purchases of one period count as one; weeks begin on Mondays.

    Returns
    -------
    PurchaseSummary
        Customers who have bought by that day, in the order of the transactions.

    Raises
    ------
    ProblemError
        If nobody had bought anything by that day.

    References
    ----------
    Fader, Hardie, Lee (2005), Marketing Science 24, "“Counting your customers” the easy way".

    Examples
    --------
    >>> from crm_ai.segmentation import read_transactions
    >>> from crm_ai.table import table_from_frame
    >>> days = ["2024-01-01", "2024-01-11", "2024-01-11", "2024-01-05"]
    >>> rows = pd.DataFrame({"customer_id": ["a1", "a1", "a1", "b2"], "date": days, "amount": [5.5, 2.0, 4.0, 9.0]})
    >>> found = summarise(read_transactions(table_from_frame(rows)), as_of=date(2024, 1, 31))
    >>> found.frequency.tolist(), found.recency.tolist(), found.age.tolist(), found.value.tolist()
    ([1, 0], [10.0, 0.0], [30.0, 26.0], [6.0, 0.0])
    """
    as_of = as_of or transactions.last_day
    now = number_of(as_of)
    known = transactions.days <= now
    rows = _rows(transactions, known, now)
    bought = _rows(transactions, known & (transactions.amounts >= 0), now)
    buyers = np.flatnonzero(bought.total())
    if not len(buyers):
        raise ProblemError(
            _("Nobody had bought anything by {day}.").format(day=as_of.isoformat()),
            where=transactions.source,
            next_step=_("Choose a later day; the table begins on {day}.").format(
                day=transactions.first_day.isoformat()
            ),
        )
    amounts = transactions.amounts[known]
    first, last, purchases, value = _visits(bought, transactions.amounts[known & (transactions.amounts >= 0)], period)
    step, shift = (WEEK, MONDAY) if period == "week" else (1, 0)
    slots = [np.floor((days + shift) / step) * step for days in (first, last, np.float64(now))]
    return PurchaseSummary(
        customers=transactions.customers[buyers],
        purchases=purchases[buyers],
        first=first[buyers].astype(np.int64),
        last=last[buyers].astype(np.int64),
        recency=(slots[1] - slots[0])[buyers],
        age=(slots[2] - slots[0])[buyers],
        value=value[buyers],
        revenue=rows.total(amounts)[buyers],
        returned=rows.total(np.maximum(-amounts, 0.0))[buyers],
        as_of=as_of,
        period=period,
        customer_column=transactions.columns.customer,
        notes=(*transactions.notes, *_notes(transactions, known, rows, bought, as_of)),
    )


def _rows(transactions: Transactions, kept: np.ndarray, now: int) -> Rows:
    days = transactions.days[kept].astype(np.float64)
    return Rows(transactions.owners[kept], len(transactions.customers), pd.DataFrame(), days, float(now))


def _visits(bought: Rows, amounts: np.ndarray, period: Period) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """First and last day, number of periods with a purchase, and mean value of all such periods but the first."""
    assert bought.days is not None  # transactions always have days
    first, last = (bought.extreme(bought.days, which) for which in (np.minimum, np.maximum))
    slots = bought.days.astype(np.int64)
    slots = (slots + MONDAY) // WEEK if period == "week" else slots
    width = int(np.ptp(slots)) + 1
    places, where = np.unique(bought.owners * width + (slots - slots.min()), return_inverse=True)
    owners = places // width
    totals = np.bincount(where, weights=amounts)
    begins = np.append(True, owners[1:] != owners[:-1])
    purchases = np.bincount(owners, minlength=bought.customers)
    repeats = np.bincount(owners, weights=np.where(begins, 0.0, totals), minlength=bought.customers)
    return first, last, purchases, repeats / np.maximum(purchases - 1, 1)


def _notes(transactions: Transactions, known: np.ndarray, rows: Rows, bought: Rows, as_of: date) -> list[str]:
    later, only_returns = int((~known).sum()), int(((rows.total() > 0) & (bought.total() == 0)).sum())
    notes = []
    if later:
        told = ngettext("{n} row after {day} counts nowhere.", "{n} rows after {day} count nowhere.", later)
        notes.append(told.format(n=count(later), day=as_of.isoformat()))
    if only_returns:
        told = ngettext(
            "{n} customer has nothing but returns and was left out.",
            "{n} customers have nothing but returns and were left out.",
            only_returns,
        )
        notes.append(told.format(n=count(only_returns)))
    if as_of > transactions.last_day:
        told = _("The table ends on {day}: that nothing was bought since then is an assumption.")
        notes.append(told.format(day=day_of(transactions.days.max()).isoformat()))
    return notes
