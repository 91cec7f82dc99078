"""What a yes/no model is worth: contacts cost money, and customers who are won over bring some."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.evaluation.curves import from_the_top
from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import wilson
from crm_ai.evaluation.tally import Tally
from crm_ai.words import _, count, number, sentences

FEW_CONTACTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a contact costs and brings.

    Parameters
    ----------
    value : float
        What a customer who is won over is worth, in money.
    cost : float
        What a contact costs, whoever is contacted.
    chance : float, default 1.0
        How often a contact wins over a customer who has the answer in question, in [0, 1].
    incentive : float, default 0.0
        What is given besides to every contacted customer who takes the offer: those won over, and all who do not have
        the answer in question, who take it for nothing.

    Raises
    ------
    ProblemError
        If an amount is negative or missing, or the chance lies outside [0, 1].

    Examples
    --------
    >>> offer = Offer(value=200, cost=10, chance=0.3)
    >>> offer.gain_with, offer.gain_without, round(offer.break_even, 3)
    (50.0, -10.0, 0.167)
    """

    value: float
    cost: float
    chance: float = 1.0
    incentive: float = 0.0

    def __post_init__(self) -> None:
        amounts = (self.value, self.cost, self.incentive)
        if not (all(math.isfinite(x) and x >= 0 for x in amounts) and 0 <= self.chance <= 1):
            raise ProblemError(
                _("Value, cost and incentive must be amounts of 0 and more, the chance a share from 0 to 1."),
                next_step=_("Correct the amounts."),
            )

    @property
    def gain_with(self) -> float:
        """Expected gain of contacting a customer who has the answer in question."""
        return self.chance * (self.value - self.incentive) - self.cost

    @property
    def gain_without(self) -> float:
        """Expected gain of contacting one who has not: a loss."""
        return -self.cost - self.incentive

    @property
    def break_even(self) -> float:
        """Probability from which a contact pays, if probabilities are true; infinite if none ever does."""
        spread = self.gain_with - self.gain_without
        return -self.gain_without / spread if self.gain_with > 0 else math.inf

    def profit(self, hits: np.ndarray | float, contacted: np.ndarray | float) -> np.ndarray:
        """Expected gain of contacting some customers.

        Parameters
        ----------
        hits : array or float
            Those of them who have the answer in question.
        contacted : array or float
            All of them.

        Returns
        -------
        numpy.ndarray
            Money.
        """
        return np.asarray(self.gain_with * hits + self.gain_without * (np.asarray(contacted) - hits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whom to contact, and what it is worth.

    Parameters
    ----------
    threshold : float
        Score from which a customer is contacted, chosen on other customers than it is judged on; infinite if nobody is
        worth a contact.
    contacted : int
        Customers who are contacted.
    customers : int
        Of how many.
    gain : Estimate
        Expected gain with its 95 % interval, given that so many are contacted; n is the customers judged on that were
        above the threshold.
    everybody, at_random : float
        Expected gain of contacting everybody, and as many by chance.
    best_possible : float
        The most that any threshold would have brought on the customers judged on: chosen with hindsight.
    within_budget : bool
        Whether a budget has kept the contacts fewer than would pay.
    """

    threshold: float
    contacted: int
    customers: int
    gain: Estimate
    everybody: float
    at_random: float
    best_possible: float
    within_budget: bool


def profit_curve(tally: Tally, offer: Offer, *, customers: int | None = None) -> pd.DataFrame:
    """Expected gain of contacting customers from the highest score downwards.

    Parameters
    ----------
    tally : Tally
        Counts of a yes/no question; groups are taken together.
    offer : Offer
        Costs and gains.
    customers : int, optional
        Amounts are given for so many customers of the same kind; by default for those counted.

    Returns
    -------
    pandas.DataFrame
        Columns threshold, share (contacted), contacted, hits, profit, low, high; nobody first, everybody last. The
        interval is that of the share of hits among so many contacts, by Wilson's method, in money.
    """
    thresholds, misses, hits = from_the_top(tally)
    contacted = misses + hits
    factor = (customers or tally.n) / max(tally.n, 1)
    low, high = (np.nan_to_num(end) * contacted for end in wilson(hits, contacted))
    return pd.DataFrame(
        {
            "threshold": np.append(math.inf, thresholds[1:]),
            "share": contacted / max(tally.n, 1),
            "contacted": contacted * factor,
            "hits": hits * factor,
            "profit": offer.profit(hits, contacted) * factor,
            "low": offer.profit(low, contacted) * factor,
            "high": offer.profit(high, contacted) * factor,
        }
    )


def best_threshold(tally: Tally, offer: Offer, *, most: float = 1.0) -> float:
    """Score from which contacting customers brings the most.

    Parameters
    ----------
    tally : Tally
        Counts of customers that the model has not seen and that nothing will be judged on.
    offer : Offer
        Costs and gains.
    most : float, default 1.0
        Share of the customers who may be contacted at most.

    Returns
    -------
    float
        The threshold; of equals the one with the fewest contacts; infinite if nobody is worth a contact.
    """
    curve = profit_curve(tally, offer)
    able = curve[curve["share"] <= most + 1e-12]
    return float(able["threshold"].iloc[int(np.argmax(able["profit"].to_numpy()))])


def decide(
    chosen_on: Tally, judged_on: Tally, offer: Offer, *, customers: int | None = None, budget: float | None = None
) -> Decision:
    """Choose whom to contact on some customers, and judge the choice on others.

    Parameters
    ----------
    chosen_on : Tally
        Counts of training customers by what was said of them out of fold.
    judged_on : Tally
        Counts of the holdout.
    offer : Offer
        Costs and gains.
    customers : int, optional
        Amounts are given for so many customers of the same kind; by default for the holdout.
    budget : float, optional
        What all contacts together may cost.

    Returns
    -------
    Decision
        Whom to contact and what it is worth.
    """
    whole = customers or judged_on.n
    most = 1.0 if budget is None or offer.cost == 0 else min(1.0, budget / (offer.cost * whole))
    threshold, free = best_threshold(chosen_on, offer, most=most), best_threshold(chosen_on, offer)
    curve = profit_curve(judged_on, offer, customers=whole)
    above = curve[curve["threshold"] >= threshold].iloc[-1]
    share, everybody = float(above["share"]), float(curve["profit"].iloc[-1])
    gain = Estimate(
        "profit",
        float(above["profit"]),
        float(above["low"]),
        float(above["high"]),
        round(share * judged_on.n),
    )
    return Decision(
        threshold=threshold,
        contacted=round(share * whole),
        customers=whole,
        gain=gain,
        everybody=everybody,
        at_random=everybody * share,
        best_possible=float(curve["profit"].max()),
        within_budget=threshold > free,
    )


def decision_in_words(decision: Decision) -> str:
    """Say whom to contact and what it is worth.

    Parameters
    ----------
    decision : Decision
        The decision.

    Returns
    -------
    str
        One or two sentences.

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> tally = tally_scores([0, 1] * 50, [0.2, 0.8] * 50)
    >>> decision_in_words(decide(tally, tally, Offer(value=100, cost=10, chance=0.5)))
    'Contact the 50 of 100 customers with the highest scores: expected gain 2,000 (1,822 – 2,000).'
    """
    if not decision.contacted:
        return _("Contact nobody: at these costs no contact is expected to pay.")
    gain = decision.gain
    words = {
        "n": count(decision.contacted),
        "all": count(decision.customers),
        "gain": number(gain.value),
        "low": number(gain.low),
        "high": number(gain.high),
    }
    if decision.contacted >= decision.customers:
        said = [_("Contact everybody ({all}): expected gain {gain} ({low} – {high}).").format(**words)]
    else:
        told = _("Contact the {n} of {all} customers with the highest scores: expected gain {gain} ({low} – {high}).")
        said = [told.format(**words)]
    if gain.high <= 0:
        said.append(_("Judged on customers not seen before, that would lose money."))
    elif gain.low < 0:
        said.append(_("It may as well lose money."))
    if gain.n < FEW_CONTACTS:
        said.append(_("Only {n} of those judged on were contacted, so this is uncertain.").format(n=count(gain.n)))
    if decision.within_budget:
        said.append(_("More contacts would pay, but the budget ends here."))
    return sentences(said)
