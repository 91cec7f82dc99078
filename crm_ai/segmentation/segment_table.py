"""How many customers segments hold, and how much of the revenue they bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crm_ai.errors import ProblemError
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import logit_interval, mean_interval, student, wilson
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Segment:
    """One group of customers.

    Parameters
    ----------
    name : str
        Its name.
    customers : int
        How many.
    share : Estimate
        Their share of all customers.
    revenue : float
        What they brought.
    revenue_share : Estimate
        Their share of all revenue; unknown where revenue is not above zero in all.
    mean : Estimate
        Revenue a customer.
    """

    name: str
    customers: int
    share: Estimate
    revenue: float
    revenue_share: Estimate
    mean: Estimate


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """Groups that share out all customers.

    Parameters
    ----------
    segments : tuple of Segment
        In a telling order.
    """

    segments: tuple[Segment, ...]

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    def __getitem__(self, name: str) -> Segment:
        for segment in self.segments:
            if segment.name == name:
                return segment
        raise ProblemError(
            _("There is no segment “{name}”.").format(name=name),
            next_step=_("Choose one of: {names}.").format(names=", ".join(s.name for s in self.segments)),
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a segment.

        Returns
        -------
        pandas.DataFrame
            Columns segment, customers, share, share_low, share_high, revenue, revenue_share, revenue_share_low,
            revenue_share_high, mean, mean_low, mean_high.
        """
        return pd.DataFrame([_row(segment) for segment in self.segments])


def _row(segment: Segment) -> dict[str, object]:
    row: dict[str, object] = {"segment": segment.name, "customers": segment.customers} | _ends("share", segment.share)
    row |= {"revenue": segment.revenue} | _ends("revenue_share", segment.revenue_share)
    return row | _ends("mean", segment.mean)


def _ends(name: str, estimate: Estimate) -> dict[str, object]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def segment_table(labels: ArrayLike, revenue: ArrayLike, *, order: tuple[str, ...]) -> SegmentTable:
    """Count customers and revenue by segment, with 95 % intervals.

    The intervals tell how far the figures would move with other customers of the same kind: Wilson's for shares of
    customers, that of a ratio of sums (linearised, on the log-odds scale) for shares of revenue, Student's for means.

    Parameters
    ----------
    labels : array of str, shape (n,)
        Each customer's segment.
    revenue : array of float, shape (n,)
        What each customer brought; below zero where more was given back than bought.
    order : tuple of str
        Segments in the order of the table; those that nobody is in are left out.

    Returns
    -------
    SegmentTable
        Shares add up to 1.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd edition, chapter 6, "Ratio estimators".

    Examples
    --------
    >>> table = segment_table(["a", "a", "b", "b"], [10, 20, 5, 5], order=("a", "b"))
    >>> [(s.name, s.customers, s.revenue, s.revenue_share.value) for s in table]
    [('a', 2, 30.0, 0.75), ('b', 2, 10.0, 0.25)]
    """
    names, money = np.asarray(labels, dtype=object), np.asarray(revenue, dtype=np.float64)
    members = {name: names == name for name in order}
    return SegmentTable(tuple(_segment(name, inside, money) for name, inside in members.items() if inside.any()))


def _segment(name: str, inside: np.ndarray, money: np.ndarray) -> Segment:
    k, n, own = int(inside.sum()), len(inside), money[inside]
    low, high = wilson(k, n)
    mean = float(own.mean())
    error = float(own.std(ddof=1) / np.sqrt(k)) if k > 1 else np.nan
    return Segment(
        name=name,
        customers=k,
        share=Estimate("share", k / n, float(low), float(high), n),
        revenue=float(own.sum()),
        revenue_share=_share_of_sum(inside, money),
        mean=Estimate("mean", mean, *mean_interval(mean, error, k), k),
    )


def _share_of_sum(inside: np.ndarray, money: np.ndarray) -> Estimate:
    n, total = len(money), float(money.sum())
    if total <= 0:
        return Estimate("revenue_share", np.nan, n=n)
    value = float(money[inside].sum()) / total
    if n < 3 or inside.all():
        return Estimate("revenue_share", value, n=n)
    residuals = np.where(inside, money, 0.0) - value * money
    error = float(np.sqrt(n / (n - 1) * (residuals**2).sum()) / total)
    if 0 < value < 1 and (money >= 0).all():
        return Estimate("revenue_share", value, *logit_interval(value, error, n), n)
    half = student(n - 1) * error
    return Estimate("revenue_share", value, value - half, value + half, n)
