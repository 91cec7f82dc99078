"""What customers will be worth: how often they will buy times what a purchase brings, with the uncertainty of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.evaluation import Estimate
from crm_ai.segmentation.bg_nbd import PurchaseModel, fit_purchases, log_purchases
from crm_ai.segmentation.gamma_gamma import SpendModel, fit_spend
from crm_ai.segmentation.independence import Independence, check_independence
from crm_ai.segmentation.maximum_likelihood import Expected, positive, spread
from crm_ai.segmentation.purchase_summary import PurchaseSummary
from crm_ai.words import _, count, ngettext, number, percent

YEAR = 365.25
TENTH = 10


@dataclass(frozen=True, slots=True, eq=False)
class LifetimeValues:
    """What each customer is expected to do and to bring within a time.

    Parameters
    ----------
    summary : PurchaseSummary
        What is known of the customers.
    horizon : int
        Days to come.
    discount : float
        Yearly rate by which later money counts less; 0.1 makes 110 a year from now worth 100.
    margin : float
        Share of revenue that is left.
    purchase_model : PurchaseModel
        Fitted in days.
    spend_model : SpendModel
        What a purchase brings.
    independence : Independence
        Whether the two may be multiplied.
    alive : Expected
        Probability that a customer still is one.
    purchases : Expected
        Purchases within the horizon.
    mean_value : Expected
        Value of a purchase.
    value : Expected
        Lifetime value within the horizon: discounted purchases × value of a purchase × margin.
    total_purchases, total_value : Estimate
        Of all customers together.
    notes : tuple of str
        What is assumed or was left out, in words.
    """

    summary: PurchaseSummary
    horizon: int
    discount: float
    margin: float
    purchase_model: PurchaseModel
    spend_model: SpendModel
    independence: Independence
    alive: Expected
    purchases: Expected
    mean_value: Expected
    value: Expected
    total_purchases: Estimate
    total_value: Estimate
    notes: tuple[str, ...]

    @property
    def as_of(self) -> date:
        """The day that the horizon begins after."""
        return self.summary.as_of

    def to_frame(self) -> pd.DataFrame:
        """One row a customer.

        Returns
        -------
        pandas.DataFrame
            What is known of the customer, then alive, expected_purchases, expected_mean_value and lifetime_value, each
            with ends of its 95 % interval.
        """
        told = {
            "alive": self.alive,
            "expected_purchases": self.purchases,
            "expected_mean_value": self.mean_value,
            "lifetime_value": self.value,
        }
        ends = {
            name + end: getattr(expected, which)
            for name, expected in told.items()
            for end, which in (("", "value"), ("_low", "low"), ("_high", "high"))
        }
        return pd.concat([self.summary.to_frame(), pd.DataFrame(ends)], axis=1)

    def parameters(self) -> pd.DataFrame:
        """The parameters of both models.

        Returns
        -------
        pandas.DataFrame
            Columns model, parameter, value, low, high and n.
        """
        both = ((model.name, model.parameters()) for model in (self.purchase_model, self.spend_model))
        rows = [(name, e.name, e.value, e.low, e.high, e.n) for name, found in both for e in found]
        return pd.DataFrame(rows, columns=["model", "parameter", "value", "low", "high", "n"])

    @property
    def best_tenth(self) -> float:
        """Share of the value that the tenth of customers with the highest values will bring."""
        known = np.sort(self.value.value[np.isfinite(self.value.value)])[::-1]
        top = known[: max(len(known) // TENTH, 1)]
        return float(top.sum() / known.sum()) if known.sum() > 0 else float("nan")

    @property
    def verdict(self) -> str:
        """The answer in words."""
        told = _(
            "In the {days} days after {day}, {n} customers are expected to buy {k} times ({k_low}–{k_high}) "
            "and to bring {v} ({v_low}–{v_high}); the most valuable tenth brings {share} of it."
        )
        k, v = self.total_purchases, self.total_value
        return told.format(
            days=count(self.horizon),
            day=self.as_of.isoformat(),
            n=count(len(self.summary)),
            k=count(k.value),
            k_low=count(k.low),
            k_high=count(k.high),
            v=number(v.value),
            v_low=number(v.low),
            v_high=number(v.high),
            share=percent(self.best_tenth),
        )


def lifetime_values(
    summary: PurchaseSummary, *, horizon: int = 365, discount: float = 0.0, margin: float = 1.0
) -> LifetimeValues:
    """Expect what customers will do and bring within a time, by BG/NBD and gamma-gamma.

    Intervals (delta method) tell how uncertain the fitted parameters leave the expectation. They do not tell how far a
    single customer may be from what is expected, nor what happens if customers change their habits.

    Parameters
    ----------
    summary : PurchaseSummary
        From ``summarise``.
    horizon : int, default 365
        Days to come.
    discount : float, default 0
        Yearly rate by which later money counts less.
    margin : float, default 1
        Share of revenue that is left.

    Returns
    -------
    LifetimeValues
        One entry a customer.

    Raises
    ------
    ProblemError
        If a model cannot be fitted to these purchases, or a setting is out of range.

    References
    ----------
    Fader, Hardie, Lee (2005), Journal of Marketing Research 42, "RFM and CLV: using iso-value curves for customer base
    analysis".
    """
    _check(horizon, discount, margin)
    purchase_model = fit_purchases(summary.frequency, summary.recency, summary.age)
    spend_model = fit_spend(summary.frequency, summary.value)
    expected = _expect(summary, purchase_model, spend_model, horizon, discount, margin)
    independence = check_independence(summary.frequency, summary.value)
    return LifetimeValues(
        summary=summary,
        horizon=horizon,
        discount=discount,
        margin=margin,
        purchase_model=purchase_model,
        spend_model=spend_model,
        independence=independence,
        alive=purchase_model.alive(summary.frequency, summary.recency, summary.age),
        purchases=expected["purchases"],
        mean_value=spend_model.mean_value(summary.frequency, summary.value),
        value=expected["value"],
        total_purchases=_total("purchases", expected["total_purchases"], len(summary)),
        total_value=_total("value", expected["total_value"], len(summary)),
        notes=_notes(summary, purchase_model, spend_model, horizon),
    )


def _check(horizon: int, discount: float, margin: float) -> None:
    if horizon < 1:
        raise ProblemError(_("The time to look ahead is not at least a day."), next_step=_("Choose for instance 365."))
    if not 0 <= discount < 1:
        raise ProblemError(_("A yearly discount is at least 0 and below 1."), next_step=_("10 % a year is 0.1."))
    if not 0 < margin <= 1:
        raise ProblemError(_("A margin is above 0 and at most 1."), next_step=_("30 % of revenue is 0.3."))


def _expect(
    summary: PurchaseSummary,
    purchasing: PurchaseModel,
    spending: SpendModel,
    horizon: int,
    discount: float,
    margin: float,
) -> dict[str, Expected]:
    """Purchases and value by customer and in all. Customers with equal histories are computed once."""
    known = np.stack([summary.frequency.astype(np.float64), summary.recency, summary.age])
    histories, where = np.unique(known, axis=1, return_inverse=True)
    history = (histories[0], histories[1], histories[2])
    k, rate = len(purchasing.at), float(np.log1p(discount) / YEAR)
    at = np.concatenate([purchasing.at, spending.at])
    covariance = np.zeros((len(at), len(at)))
    covariance[:k, :k], covariance[k:, k:] = purchasing.covariance, spending.covariance

    def logarithms(at: np.ndarray) -> np.ndarray:
        plain, discounted = log_purchases(at[:k], horizon, history, (0.0, rate))[:, where]
        value = discounted + spending.log_mean_value(at[k:], summary.frequency, summary.value) + np.log(margin)
        sums = [np.log(np.exp(plain).sum()), np.log(np.nansum(np.exp(value)))]
        return np.concatenate([plain, value, sums])

    found = positive(np.exp(logarithms(at)), spread(logarithms, at, covariance))
    n = len(summary)
    parts = {
        "purchases": (0, n),
        "value": (n, 2 * n),
        "total_purchases": (2 * n, None),
        "total_value": (2 * n + 1, None),
    }
    cuts = {name: slice(*ends) for name, ends in parts.items()}
    return {name: Expected(found.value[cut], found.low[cut], found.high[cut]) for name, cut in cuts.items()}


def _total(name: str, expected: Expected, n: int) -> Estimate:
    return Estimate(name, float(expected.value[0]), float(expected.low[0]), float(expected.high[0]), n)


def _notes(summary: PurchaseSummary, purchasing: PurchaseModel, spending: SpendModel, horizon: int) -> tuple[str, ...]:
    notes = list(summary.notes)
    if len(purchasing.at) == 1:
        notes.append(
            _("Customers differ in how often they buy no more than by chance: all get the same (Poisson model).")
        )
    elif len(purchasing.at) == 3:
        told = _("Chances to leave after a purchase differ no more than by chance: all get the same, {share}.")
        notes.append(told.format(share=percent(purchasing.chance_to_leave, 1)))
    elif not purchasing.leaving:
        notes.append(_("Nothing shows that customers leave for good: all are taken to stay (NBD model)."))
    if not spending.differing:
        notes.append(_("Customers differ in what a purchase brings no more than by chance: all get the same mean."))
    free = int(((summary.frequency > 0) & (summary.value == 0)).sum())
    if free:
        told = ngettext(
            "{n} customer came back but paid nothing, and does not tell what a purchase is worth.",
            "{n} customers came back but paid nothing, and do not tell what a purchase is worth.",
            free,
        )
        notes.append(told.format(n=count(free)))
    if spending.q <= 1:
        notes.append(_("Values of purchases differ so much that customers who have not come back get no value."))
    returned, sold = float(summary.returned.sum()), float((summary.revenue + summary.returned).sum())
    if returned > 0 and sold > 0:
        told = _("Values are before returns, which took back {share} of what was sold.")
        notes.append(told.format(share=percent(returned / sold, 1)))
    if horizon > summary.age.max():
        told = _("The time to look ahead is longer than the {n} days that are known: take the figures with care.")
        notes.append(told.format(n=count(summary.age.max())))
    return tuple(notes)
