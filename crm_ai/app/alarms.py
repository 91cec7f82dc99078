"""What has changed at work, how sure that is, and whether to retrain: in words, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import state
from crm_ai.app.plain import plain
from crm_ai.deployment.watching import Level, Step, in_short
from crm_ai.words import _, count, ngettext

if TYPE_CHECKING:
    from crm_ai.deployment.watching import Alert, Watch

MOST = 4
_ICONS = {Level.ACT: ":material/priority_high:", Level.WATCH: ":material/visibility:"}


def show(found: Watch) -> None:
    """Draw the answer, the alerts and the advice.

    Parameters
    ----------
    found : Watch
        A version at work.
    """
    st.markdown(f"**{plain(in_short(found))}**")
    if not found.alerts:
        st.success(_nothing(found), icon=":material/check:")
    for alert in found.alerts[:MOST]:
        _one(alert)
    if others := found.alerts[MOST:]:
        label = ngettext("{n} more alert", "{n} more alerts", len(others)).format(n=count(len(others)))
        with st.expander(label, icon=":material/notifications:", key="more_alerts"):
            for alert in others:
                _one(alert)
    _advice(found)


def _nothing(found: Watch) -> str:
    if found.level is Level.TOO_FEW:
        return _("No alert: the latest batch has too few customers to tell.")
    return _("Nothing to see: no alert.")


def _one(alert: Alert) -> None:
    level = _("act") if alert.level is Level.ACT else _("watch")
    with st.container(border=True, gap="small"):
        st.markdown(f"{_ICONS[alert.level]} **{level}** · {plain(alert.what)}")
        st.markdown(plain(alert.next_step))
        st.caption(f"{plain(alert.lasting)} {plain(alert.how_sure)}")


def _advice(found: Watch) -> None:
    advice = found.advice
    st.subheader(_("Retrain?"), anchor=False)
    answers = {
        Step.KEEP: _("No."),
        Step.LOOK: _("Not yet."),
        Step.OUTCOMES: _("Not before outcomes are known."),
        Step.RETRAIN: _("Yes."),
    }
    headline = "" if advice.step is Step.RETRAIN else f" {plain(advice.headline)}"
    st.markdown(f"**{answers[advice.step]}**{headline}")
    for reason in advice.reasons:
        st.markdown(f"- {plain(reason)}")
    if advice.step is not Step.KEEP and st.button(
        _("Train a new model"), icon=":material/model_training:", key="retrain"
    ):
        st.switch_page("pages/train.py", query_params=state.address("train"))
