"""Numbers as cards: value, interval, sample size, help. Never more than four on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import glossary, state
from crm_ai.words import NOTHING, _, count

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate

MOST = 4


@dataclass(frozen=True, slots=True)
class Card:
    """One card.

    Parameters
    ----------
    label : str
        What the number is, in words.
    value : str
        The number, formatted.
    note : str, default ""
        Interval and sample size, or whatever belongs below.
    help : str, default ""
        What it means.
    """

    label: str
    value: str
    note: str = ""
    help: str = ""


def show(cards: Iterable[Card], *, most: int = MOST, side_by_side: int = MOST) -> None:
    """Draw cards side by side, below each other on a telephone.

    Parameters
    ----------
    cards : iterable of Card
        What they show.
    most : int, default 4
        More are not shown.
    side_by_side : int, default 4
        Cards in a row where there is room.
    """
    chosen = list(cards)[:most]
    row = st.grid(min(max(len(chosen), 1), side_by_side), min_column_width=150)
    for card in chosen:
        row.metric(
            card.label,
            card.value,
            delta=card.note or None,
            delta_color="off",
            delta_arrow="off",
            help=card.help or None,
            border=True,
            height="stretch",
        )


def of_estimate(estimate: Estimate) -> Card:
    """Card of a metric.

    Parameters
    ----------
    estimate : Estimate
        The metric.

    Returns
    -------
    Card
        With its interval, sample size and help.
    """
    term = glossary.term(estimate.name)
    label = term.label if not state.for_manager() else term.label.partition(" (")[0]
    if not estimate.known:
        return Card(label, NOTHING, _("too few customers to judge"), term.help)
    note = f"{glossary.interval(estimate)} · " + _("n = {n}").format(n=count(estimate.n))
    return Card(label, term.show(estimate.value), note, term.help)


def named(label: str, estimate: Estimate) -> Card:
    """Card of an estimate that goes by another name than its metric.

    Parameters
    ----------
    label : str
        What it is.
    estimate : Estimate
        The number.

    Returns
    -------
    Card
        With its interval and sample size.
    """
    return replace(of_estimate(estimate), label=label, help="")


def of_metrics(estimates: dict[str, Estimate], names: Iterable[str]) -> None:
    """Draw the cards of some metrics.

    Parameters
    ----------
    estimates : dict of str to Estimate
        By metric.
    names : iterable of str
        Which ones, in order; unknown ones are left out.
    """
    show(of_estimate(estimates[name]) for name in names if name in estimates)
