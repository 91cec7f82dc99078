"""Whether customers buy as often as the model expected, in a time that it had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import mean_interval
from crm_ai.segmentation.bg_nbd import PurchaseModel, fit_purchases, log_purchases
from crm_ai.segmentation.maximum_likelihood import Expected, positive, spread
from crm_ai.segmentation.purchase_summary import Period, PurchaseSummary, summarise
from crm_ai.segmentation.transactions import Transactions
from crm_ai.words import _, count, number, percent

MOST_GROUPS = 7
CLOSE, FAR = 0.1, 0.25
OUTSIDE = 0.05  # of an interval


@dataclass(frozen=True, slots=True, eq=False)
class HoldoutCheck:
    """Expected and actual repeat purchases in a time after the model was fitted.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a group of customers with equally many repeat purchases before (the last: so many or more). Columns
        frequency, customers, expected, expected_low, expected_high, actual, actual_low, actual_high: means a customer
        with 95 % intervals, of the parameters for what was expected and of the customers for what was.
    expected : Estimate
        Purchases expected of all customers together.
    actual : int
        Purchases that there were.
    until, through : datetime.date
        Last day that the model knew, and last day of the comparison.
    model : PurchaseModel
        Fitted on what was known by `until`.
    """

    table: pd.DataFrame
    expected: Estimate
    actual: int
    until: date
    through: date
    model: PurchaseModel

    @property
    def error(self) -> float:
        """How much more was expected than there was, as a share of what there was; below zero for less."""
        return self.expected.value / self.actual - 1 if self.actual else float("nan")

    @property
    def verdict(self) -> str:
        """The answer in words."""
        if not self.actual:
            return _("Nobody bought anything from {until} to {through}; {n} purchases were expected.").format(
                until=self.until.isoformat(), through=self.through.isoformat(), n=count(self.expected.value)
            )
        told = _(
            "Knowing purchases up to {until} only, the model expected {n} ({low}–{high}) more by {through}; "
            "there were {k}. {judged}"
        )
        return told.format(
            until=self.until.isoformat(),
            through=self.through.isoformat(),
            n=count(self.expected.value),
            low=count(self.expected.low),
            high=count(self.expected.high),
            k=count(self.actual),
            judged=self._judged(),
        )

    def _judged(self) -> str:
        share = percent(abs(self.error))
        if abs(self.error) <= CLOSE:
            return _("That is {share} off: it can be relied on for customers together.").format(share=share)
        more = self.error > 0
        off = _("{share} too many").format(share=share) if more else _("{share} too few").format(share=share)
        if abs(self.error) <= FAR:
            return _("That is {off}: good for an order of magnitude and for ranking customers.").format(off=off)
        return _("That is {off}: habits have changed or the model does not fit; do not plan with it.").format(off=off)


def check_on_holdout(
    transactions: Transactions, *, until: date, through: date | None = None, period: Period = "day"
) -> HoldoutCheck:
    """Fit the model up to a day, and compare what it expects afterwards with what happened.

    Parameters
    ----------
    transactions : Transactions
        From ``read_transactions``.
    until : datetime.date
        The last day that the model may know.
    through : datetime.date, optional
        The last day of the comparison; by default the latest of the table.
    period : {"day", "week"}, default "day"
        Purchases of one period count as one.

    Returns
    -------
    HoldoutCheck
        Customers who bought by `until`; those who came later were not to be expected.

    Raises
    ------
    ProblemError
        If there is nothing to compare, or the model cannot be fitted.
    """
    through = through or transactions.last_day
    if through <= until or through > transactions.last_day:
        raise ProblemError(
            _("There is nothing to compare from {until} to {through}.").format(
                until=until.isoformat(), through=through.isoformat()
            ),
            where=transactions.source,
            next_step=_("The table ends on {day}; choose days before that.").format(
                day=transactions.last_day.isoformat()
            ),
        )
    before = summarise(transactions, as_of=until, period=period)
    model = fit_purchases(before.frequency, before.recency, before.age)
    later = summarise(transactions, as_of=through, period=period)
    place = pd.Index(later.customers).get_indexer(pd.Index(before.customers))
    actual = later.purchases[place] - before.purchases
    horizon = float(later.age[place[0]] - before.age[0])  # whole weeks where weeks are counted
    return _compare(before, actual, model, horizon, (until, through))


def _compare(
    before: PurchaseSummary, actual: np.ndarray, model: PurchaseModel, horizon: float, days: tuple[date, date]
) -> HoldoutCheck:
    groups = np.minimum(before.frequency, MOST_GROUPS)
    names, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    history = (before.frequency.astype(np.float64), before.recency, before.age)

    def logarithms(at: np.ndarray) -> np.ndarray:
        each = np.exp(log_purchases(at, horizon, history)[0])
        return np.log(np.append(np.bincount(codes, weights=each) / sizes, each.sum()))

    found = positive(np.exp(logarithms(model.at)), spread(logarithms, model.at, model.covariance))
    ends = [float(end[-1]) for end in (found.value, found.low, found.high)]
    return HoldoutCheck(
        table=_table(names, codes, sizes, found, actual),
        expected=Estimate("purchases", ends[0], ends[1], ends[2], len(before)),
        actual=int(actual.sum()),
        until=days[0],
        through=days[1],
        model=model,
    )


def _table(
    names: np.ndarray, codes: np.ndarray, sizes: np.ndarray, expected: Expected, actual: np.ndarray
) -> pd.DataFrame:
    mean = np.bincount(codes, weights=actual) / sizes
    squares = np.bincount(codes, weights=(actual - mean[codes]) ** 2)
    error = np.sqrt(squares / np.maximum(sizes - 1, 1) / sizes)
    ends = np.array([mean_interval(m, e, int(n)) for m, e, n in zip(mean, error, sizes, strict=True)])
    # That none of a few bought does not prove that none ever will: the exact Poisson limit of no event.
    most = np.where(mean > 0, ends[:, 1], -np.log(OUTSIDE / 2) / sizes)
    return pd.DataFrame(
        {
            "frequency": [number(n) if n < MOST_GROUPS else _("{n} or more").format(n=MOST_GROUPS) for n in names],
            "customers": sizes,
            "expected": expected.value[:-1],
            "expected_low": expected.low[:-1],
            "expected_high": expected.high[:-1],
            "actual": mean,
            "actual_low": np.maximum(ends[:, 0], 0.0),
            "actual_high": most,
        }
    )
