"""Recency, frequency, money: the oldest way to tell customers apart, done with care for ties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from crm_ai.segmentation.purchase_summary import PurchaseSummary, summarise
from crm_ai.segmentation.rfm_names import CHAMPIONS, NAMES, name_of, title
from crm_ai.segmentation.scores import scores
from crm_ai.segmentation.segment_table import Segment, SegmentTable, segment_table
from crm_ai.segmentation.transactions import Transactions, number_of
from crm_ai.words import _, count, number, percent, sentences

Money = Literal["total", "mean"]
FEW = 25


@dataclass(frozen=True, slots=True, eq=False)
class Rfm:
    """Customers by how lately, how often and for how much they bought, as of a day.

    Parameters
    ----------
    customers : numpy.ndarray of str, shape (n,)
        Who they are.
    recency : numpy.ndarray of int, shape (n,)
        Days since the last purchase.
    frequency : numpy.ndarray of int, shape (n,)
        Days with a purchase.
    monetary : numpy.ndarray of float, shape (n,)
        Revenue, returns deducted: in all, or a purchase; see `money`.
    recency_score, frequency_score, monetary_score : numpy.ndarray of int, shape (n,)
        1 (the least welcome fifth) to 5.
    worth : numpy.ndarray of int, shape (n,)
        Frequency and money in one score: their mean, halves rounded up; frequency alone where all bring the same.
    labels : numpy.ndarray of str, shape (n,)
        Segment by ``rfm_names.GRID``.
    table : SegmentTable
        Sizes and revenue of the segments.
    as_of : datetime.date
        The last day that counts.
    money : {"total", "mean"}
        What `monetary` is.
    customer_column : str
        What the table calls its customers.
    notes : tuple of str
        What was left out or cannot be told apart, in words.
    """

    customers: np.ndarray
    recency: np.ndarray
    frequency: np.ndarray
    monetary: np.ndarray
    recency_score: np.ndarray
    frequency_score: np.ndarray
    monetary_score: np.ndarray
    worth: np.ndarray
    labels: np.ndarray
    table: SegmentTable
    as_of: date
    money: Money
    customer_column: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.customers)

    def to_frame(self) -> pd.DataFrame:
        """One row a customer.

        Returns
        -------
        pandas.DataFrame
            Columns: the customers', recency, frequency, monetary, their scores, worth, rfm (such as 545) and segment.
        """
        three = zip(self.recency_score, self.frequency_score, self.monetary_score, strict=True)
        columns = {
            "recency": self.recency,
            "frequency": self.frequency,
            "monetary": self.monetary,
            "recency_score": self.recency_score,
            "frequency_score": self.frequency_score,
            "monetary_score": self.monetary_score,
            "worth": self.worth,
            "rfm": pd.array([f"{r}{f}{m}" for r, f, m in three], dtype="str"),
            "segment": pd.array(self.labels, dtype="str"),
        }
        frame = pd.DataFrame(columns)
        name = self.customer_column if self.customer_column not in columns else f"{self.customer_column} (id)"
        frame.insert(0, name, pd.Series(self.customers, dtype="str"))
        return frame

    def by_customer(self) -> pd.Series:
        """Segments by customer, for ``migration``.

        Returns
        -------
        pandas.Series of str
            The index holds the customers.
        """
        return pd.Series(self.labels, index=pd.Index(self.customers, name=self.customer_column), dtype="str")

    @property
    def verdict(self) -> str:
        """The answer in two sentences."""
        return sentences([self._headline(), self._best()])

    def _headline(self) -> str:
        largest = max(self.table, key=lambda segment: segment.customers)
        return _("{n} customers in {k} segments as of {day}; the largest is “{name}” with {share} of them.").format(
            n=count(len(self)),
            k=len(self.table),
            day=self.as_of.isoformat(),
            name=title(largest.name),
            share=percent(largest.share.value),
        )

    def _best(self) -> str:
        best = next((segment for segment in self.table if segment.name == CHAMPIONS), None)
        return "" if best is None or not best.revenue_share.known else _revenue_in_words(best)


def _revenue_in_words(segment: Segment) -> str:
    share = segment.revenue_share
    told = _("“{name}”, {n} customers, brought {share} of the revenue ({low}–{high}), {mean} each on average.")
    return told.format(
        name=title(segment.name),
        n=count(segment.customers),
        share=percent(share.value),
        low=percent(share.low),
        high=percent(share.high),
        mean=number(segment.mean.value),
    )


def rfm(transactions: Transactions, *, as_of: date | None = None, money: Money = "total") -> Rfm:
    """Score and name customers by recency, frequency and money.

    Each score goes by fifths of the customers, and equal customers score equally. A group of equal customers that is
    larger than a fifth scores by its best place in recency (who bought on the latest day scores 5) and by its lowest in
    frequency and money (who came least scores 1): many customers with one purchase are not made loyal by their number.

    Parameters
    ----------
    transactions : Transactions
        From ``read_transactions``.
    as_of : datetime.date, optional
        The last day that counts, to its end; by default the latest day of the table.
    money : {"total", "mean"}, default "total"
        Whether money is what a customer brought in all, or by day with a purchase.

    Returns
    -------
    Rfm
        One entry a customer who has bought by that day.

    Raises
    ------
    ProblemError
        If nobody had bought anything by that day.

    References
    ----------
    Hughes (1994), Strategic Database Marketing; Fader, Hardie, Lee (2005), Journal of Marketing Research 42, "RFM and
    CLV: using iso-value curves for customer base analysis".

    Examples
    --------
    >>> from crm_ai.segmentation import read_transactions
    >>> from crm_ai.table import table_from_frame
    >>> days = ["2024-01-01", "2024-03-01", "2024-03-20", "2024-01-05"]
    >>> rows = pd.DataFrame({"customer_id": ["a1", "a1", "a1", "b2"], "date": days, "amount": [5.5, 2.0, 4.0, 9.0]})
    >>> rfm(read_transactions(table_from_frame(rows))).to_frame()[["customer_id", "rfm", "segment"]].values.tolist()
    [['a1', '533', 'potential_loyalists'], ['b2', '311', 'about_to_sleep']]
    """
    return rfm_of(summarise(transactions, as_of=as_of), money=money)


def rfm_of(summary: PurchaseSummary, *, money: Money = "total") -> Rfm:
    """Score and name customers of whom a summary is there already.

    Parameters
    ----------
    summary : PurchaseSummary
        From ``summarise``.
    money : {"total", "mean"}, default "total"
        As in ``rfm``.

    Returns
    -------
    Rfm
        One entry a customer.
    """
    monetary = summary.revenue if money == "total" else summary.revenue / summary.purchases
    recency = number_of(summary.as_of) - summary.last
    r, f = scores(-recency, ties="high"), scores(summary.purchases, ties="low")
    m = scores(monetary, ties="low")
    notes = list(summary.notes)
    worth = (f + m + 1) // 2
    if len(summary) < FEW:
        notes.append(_("Fifths of fewer than {n} customers tell little.").format(n=FEW))
    if (monetary == monetary[0]).all():
        worth = f
        notes.append(_("All customers brought the same: segments go by recency and frequency alone."))
    if (summary.purchases == 1).all():
        notes.append(_("Nobody has come back yet: frequency tells nobody apart."))
    names = np.asarray([[name_of(i, j) for j in range(1, 6)] for i in range(1, 6)], dtype=object)
    labels = names[r - 1, worth - 1]
    return Rfm(
        customers=summary.customers,
        recency=recency,
        frequency=summary.purchases,
        monetary=monetary,
        recency_score=r,
        frequency_score=f,
        monetary_score=m,
        worth=worth,
        labels=labels,
        table=segment_table(labels, summary.revenue, order=NAMES),
        as_of=summary.as_of,
        money=money,
        customer_column=summary.customer_column,
        notes=tuple(notes),
    )
