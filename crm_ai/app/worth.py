"""Money: what a contact costs and brings, and whom to contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import frame, pictures, results, state
from crm_ai.evaluation import Offer, decide, decision_in_words
from crm_ai.words import _, count, number

if TYPE_CHECKING:
    from crm_ai.evaluation import Decision
    from crm_ai.modeling import Run

USUAL = {"value": 300.0, "cost": 20.0, "chance": 30.0, "incentive": 0.0}


def panel(run: Run, model: str, label: str | None) -> None:
    """Draw what contacting customers is worth.

    Parameters
    ----------
    run : Run
        A run of a yes/no or a multiclass question.
    model : str
        One of its models.
    label : str or None
        For several answers: the one in question.
    """
    offer, budget, customers = offer_for(run)
    decision = decide(
        results.out_of_fold(run, model, label=label),
        results.tally(run, model, label=label),
        offer,
        customers=customers,
        budget=budget,
    )
    st.markdown(f"**{decision_in_words(decision)}**")
    left, right = st.columns([2, 1])
    with left:
        frame.chart(*pictures.profit(run, model, label, offer, decision), key="profit")
    with right:
        _figures(decision, offer)
    st.caption(
        _(
            "Whom to contact is chosen on training customers by what was said of them out of fold, and judged on "
            "customers that no model has seen. The band is the 95 % interval for so many contacts; the open circle "
            "would have been best with hindsight, and flatters."
        )
    )


def amounts() -> Offer:
    """Let the reader say what a contact costs and brings.

    Returns
    -------
    Offer
        The same on all pages.
    """
    row = st.grid(4, min_column_width=150)
    value = _amount(row, "value", _("Worth of a customer won over"), _("What a customer who is kept, or buys, brings."))
    cost = _amount(row, "cost", _("Cost of a contact"), _("Whoever is contacted."))
    chance = _amount(
        row, "chance", _("Contacts that work, in %"), _("Of those who have the answer in question."), most=100.0
    )
    incentive = _amount(
        row,
        "incentive",
        _("Incentive"),
        _("Given to those won over, and to all contacted who do not have the answer in question: they take it too."),
    )
    return Offer(value=value, cost=cost, chance=chance / 100, incentive=incentive)


def offer_for(run: Run) -> tuple[Offer, float | None, int]:
    """Ask what a contact costs and brings; Metrics and Report share it.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    offer : Offer
        Costs and gains.
    budget : float or None
        What all contacts together may cost.
    customers : int
        How many customers amounts are given for.
    """
    offer = amounts()
    first, second = st.columns(2)
    budget = first.number_input(
        _("Budget for all contacts (empty: none)"),
        min_value=0.0,
        value=None,
        key="worth_budget",
        persist_state="session",
        help=_("What all contacts together may cost."),
    )
    customers = second.number_input(
        _("For how many customers?"),
        min_value=1,
        value=len(run.table),
        key=f"worth_customers_{run.digest}",
        persist_state="session",
        help=_("Amounts are scaled from the {n} customers judged on to so many of the same kind.").format(
            n=count(len(run.holdout_rows))
        ),
    )
    return offer, budget, int(customers or 1)


def _amount(row: st.delta_generator.DeltaGenerator, name: str, label: str, meaning: str, most: float = 1e12) -> float:
    said = row.number_input(
        label,
        min_value=0.0,
        max_value=most,
        value=USUAL[name],
        key=f"worth_{name}",
        persist_state="session",
        help=meaning,
    )
    return float(said or 0.0)


def _figures(decision: Decision, offer: Offer) -> None:
    gain = decision.gain
    interval = f"{number(gain.low)} – {number(gain.high)}, " + _("n = {n}").format(n=count(gain.n))
    said = [
        (_("Expected gain"), f"{number(gain.value)} ({interval})"),
        (_("Contacting everybody"), number(decision.everybody)),
        (_("As many by chance"), number(decision.at_random)),
        (_("Best with hindsight"), number(decision.best_possible)),
    ]
    st.markdown(
        "\n".join("- " + _("{name}: {words}").format(name=label, words=f"**{amount}**") for label, amount in said)
    )
    if 0 <= decision.threshold <= 1:
        st.caption(
            _("Contact from a score of {threshold}; if probabilities were exactly true, from {even}.").format(
                threshold=number(decision.threshold),
                even=number(offer.break_even) if offer.break_even <= 1 else _("no score"),
            )
        )
        st.button(
            _("Use this threshold everywhere"),
            icon=":material/rule:",
            key="worth_use",
            on_click=state.show,
            args=("threshold", f"{decision.threshold:.2f}"),
        )
