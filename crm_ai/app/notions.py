"""Which fairness? The question that is asked leads to the metric; some notions exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import audit_pictures, audited, cards, controls, frame, glossary, state
from crm_ai.app.plain import plain
from crm_ai.fairness import CONCERNS, recommend
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.app.audited import Audited
    from crm_ai.evaluation import Estimate
    from crm_ai.fairness import Audit, Concern

CALIBRATION, AMOUNT = "calibration_gap", "mean_error"
NAME_WIDTH = 40


def concern(what: Audited) -> Concern:
    """The question that is asked about fairness.

    Parameters
    ----------
    what : Audited
        What is audited.

    Returns
    -------
    Concern
        As the address tells it; the first that suits until the reader chooses.
    """
    able = _able(what)
    return recommend(state.value("concern") if state.value("concern") in able else able[0])


def panel(what: Audited, audit: Audit) -> None:
    """Draw the tab.

    Parameters
    ----------
    what : Audited
        What is audited.
    audit : Audit
        By the segment that is looked at.
    """
    able = _able(what)
    if len(able) > 1:
        controls.choose(_("Which question is asked?"), "concern", able, words=lambda known: recommend(known).question)
    asked = concern(what)
    _recommended(what, audit, asked)
    if what.of_numbers:
        return
    st.subheader(_("What cannot hold together"), anchor=False)
    _exclusions(what)
    st.subheader(_("What a score means in each group"), anchor=False)
    found = audited.calibration(what.run, what.model, what.segment, what.label)
    if asked.metric == CALIBRATION:  # drawn above already
        frame.chart(*audit_pictures.density(what), key="density")
        return
    left, right = st.columns(2)
    with left:
        frame.chart(*audit_pictures.calibration(what.segment, found), key="calibration_by_group")
    with right:
        frame.chart(*audit_pictures.density(what), key="density")


def _able(what: Audited) -> list[str]:
    return [known.id for known in CONCERNS if (known.metric == AMOUNT) == what.of_numbers]


def _recommended(what: Audited, audit: Audit, asked: Concern) -> None:
    term = glossary.term(asked.metric)
    st.markdown(_("Look at **{metric}**. {why}").format(metric=plain(term.label), why=plain(asked.why)), help=term.help)
    left, right = st.columns([2, 1])
    if asked.metric == CALIBRATION:
        found = audited.calibration(what.run, what.model, what.segment, what.label)
        with left:
            frame.chart(*audit_pictures.calibration(what.segment, found), key="concern")
        with right:
            cards.show([_card(_("Largest difference between groups"), found.difference)])
        return
    with left:
        frame.chart(*audit_pictures.groups(what.segment, audit, asked.metric), key="concern")
    with right:
        number = audit.parity[asked.parity] if asked.parity else audit.difference[asked.metric]
        title = glossary.term(asked.parity).label if asked.parity else _("Largest difference between groups")
        cards.show([_card(title, number)])
        worst = audit.worst(asked.metric, selected_is_good=asked.id == "offer")
        if worst is not None:
            st.markdown(
                _("Treated worst by this measure: **{group}** ({n} customers).").format(
                    group=plain(audited.brief(what.segment, worst), NAME_WIDTH),
                    n=count(audit.sizes[worst]),
                )
            )


def _card(title: str, estimate: Estimate) -> cards.Card:
    card = cards.named(title, estimate)
    if estimate.known and estimate.name in glossary.SHARES:  # a difference of shares
        note = f"{glossary.points(estimate.low)} – {glossary.points(estimate.high)}"
        return cards.Card(title, glossary.points(estimate.value), note)
    return card


def _exclusions(what: Audited) -> None:
    found = audited.exclusions(what)
    if not found:
        st.markdown(
            _(
                "No two of these groups are known to have the answer unequally often, so that no notion of fairness "
                "excludes another one here."
            )
        )
        return
    st.markdown(
        _("Groups have the answer unequally often. Then not everything that may be called fair can be had at once:")
    )
    names = {
        "demographic parity": _("selected equally often (demographic parity)"),
        "equalized odds": _("equal mistakes (equalized odds)"),
        "predictive parity": _("selections equally trustworthy (predictive parity)"),
        "calibration within groups": _("probabilities that hold in every group (calibration)"),
    }
    for conflict in found:
        st.markdown(
            _("- **{first}** against **{second}**: {why} The difference would be {gap}.").format(
                first=names[conflict.first.value],
                second=names[conflict.second.value],
                why=plain(conflict.words),
                gap=glossary.points(conflict.gap),
            )
        )
