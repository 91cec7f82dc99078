"""What has changed at work, how sure that is, and whether to retrain: in words, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import state, weeks
from crm_ai.app.plain import plain
from crm_ai.deployment.watching import Concern, Level, Step, in_short, moved_most
from crm_ai.words import _, count, ngettext, sentences

if TYPE_CHECKING:
    from crm_ai.app.watched import Watched
    from crm_ai.deployment.watching import Alert, Cause, Watch

MOST = 3
_ICONS = {Level.ACT: ":material/priority_high:", Level.WATCH: ":material/visibility:"}


def show(known: Watched) -> None:
    """Draw the answer, the alerts and the advice.

    Parameters
    ----------
    known : Watched
        A version with batches.
    """
    found = known.found
    st.markdown(f"**{plain(in_short(found))}**")
    if not found.alerts:
        st.success(_nothing(found), icon=":material/check:")
    for cause in found.causes[:MOST]:
        _cause(known, cause)
    if others := found.causes[MOST:]:
        label = ngettext("{n} more alert", "{n} more alerts", len(others)).format(n=count(len(others)))
        with st.expander(label, icon=":material/notifications:", key="more_alerts"):
            for cause in others:
                _cause(known, cause)
    if found.known_gaps:
        names = _(", ").join(f"“{plain(name)}”" for name in found.known_gaps)
        st.caption(
            _(
                "Gaps by {segments} are those that were known when the version was registered: they have not grown."
            ).format(segments=names)
        )
    _advice(found)


def _nothing(found: Watch) -> str:
    if found.level is Level.TOO_FEW:
        return _("No alert: the latest batch has too few customers to tell.")
    return _("Nothing to see: no alert.")


def _cause(known: Watched, cause: Cause) -> None:
    if len(cause.alerts) == 1:
        _one(known, cause.alerts[0])
        return
    with st.container(border=True, gap=None):
        st.markdown(f"{_ICONS[cause.level]} **{cause.level.in_words}** · {plain(cause.what)}")
        with st.expander(_("Column by column"), icon=":material/list:", key="moved_columns"):
            for alert in cause.alerts:
                _told(known, alert)


def _one(known: Watched, alert: Alert) -> None:
    with st.container(border=True, gap=None):
        _told(known, alert)


def _told(known: Watched, alert: Alert) -> None:
    st.markdown(f"{_ICONS[alert.level]} **{alert.level.in_words}** · {plain(alert.what)} {_most(known, alert)}")
    st.caption(f"{plain(alert.next_step)} {plain(alert.lasting)} {plain(alert.how_sure)}")


def _most(known: Watched, alert: Alert) -> str:
    """Where customers have moved to, of an alert about them."""
    if alert.concern not in (Concern.INPUT, Concern.SCORES):
        return ""
    latest = next(batch for batch in known.found.recent if batch.name == alert.batch)
    cells, now = weeks.counted(known.profile, latest, alert.subject, of_scores=alert.concern is Concern.SCORES)
    return plain(moved_most(cells, now).in_words) if sum(now) and sum(cells.counts) else ""


def _advice(found: Watch) -> None:
    advice = found.advice
    st.subheader(_("Retrain?"), anchor=False)
    answers = {
        Step.KEEP: _("No."),
        Step.LOOK: _("Not yet."),
        Step.OUTCOMES: _("Not before outcomes are known."),
        Step.RETRAIN: _("Yes."),
    }
    headline = "" if advice.step is Step.RETRAIN else advice.headline
    above = {alert.what for alert in found.alerts}
    reasons = [reason for reason in advice.reasons if reason not in above]
    because = _("The evidence: the alerts above.") if len(reasons) < len(advice.reasons) else ""
    said = plain(sentences([part for part in (headline, because, *reasons) if part]))
    st.markdown(f"**{answers[advice.step]}** {said}")
    if advice.step is not Step.KEEP and st.button(
        _("Train a new model"), icon=":material/model_training:", key="retrain"
    ):
        st.switch_page("pages/train.py", query_params=state.address("train"))
