"""For whom it is worse: what is audited is chosen once, and tabs that are questions tell about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import (
    adopting,
    audited,
    controls,
    errors,
    frame,
    gaps,
    grouping,
    mending,
    notions,
    origins,
    segments,
    state,
)
from crm_ai.app.audited import Audited
from crm_ai.app.plain import plain
from crm_ai.fairness import Judgement
from crm_ai.modeling import Task
from crm_ai.words import _, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from crm_ai.fairness import Audit
    from crm_ai.modeling import Run

NAME_WIDTH = 60


@errors.fragment
def panel(run: Run, model: str, label: str | None, answer: DeltaGenerator) -> None:
    """Draw everything that groups and threshold move.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer that is in question, of several.
    answer : DeltaGenerator
        Place of the page's answer.
    """
    looked_at = segments.run_with_segments(run)
    columns = grouping.offered(looked_at.table, looked_at.problem)
    if not columns:
        frame.answer(answer, _("No column makes groups that could be compared."))
        return
    what = _choose(looked_at, model, label, columns)
    found = audited.audits(what)
    frame.answer(answer, _in_a_sentence(found))
    gaps.verdict(found[0])
    adopting.say_adopted(run, model)
    if not run.problem.segments:
        _without_segments()
    if state.for_manager():
        gaps.one_chart(what, found[0])
        with st.expander(_("Details"), icon=":material/unfold_more:", key="fairness_details"):
            _tabs(what, found, run)
        return
    _tabs(what, found, run)


def _choose(run: Run, model: str, label: str | None, columns: Sequence[str]) -> Audited:
    threshold = state.threshold()
    if run.problem.task is Task.REGRESSION:
        return Audited(run, model, label, grouping.choose(run.table, columns), threshold)
    left, right = st.columns([2, 1])
    with left:
        segment = grouping.choose(run.table, columns)
    with right:
        threshold = controls.threshold(
            _("Threshold: customers with at least this score are selected"),
            hint=_("The same threshold as on the Metrics page. It moves everything below."),
        )
    return Audited(run, model, label, segment, threshold)


def _tabs(what: Audited, found: tuple[Audit, ...], run: Run) -> None:
    names = [_("Is there a gap?"), _("Which fairness?"), _("From the data or the model?"), _("What can be done?")]
    gap, which, origin, cure = st.tabs(names, key="fairness_tab", on_change="rerun")
    for tab, draw in (
        (gap, lambda: gaps.panel(what, found)),
        (which, lambda: notions.panel(what, found[0])),
        (origin, lambda: origins.panel(what)),
        (cure, lambda: _cure(what, run)),
    ):
        if tab.open:
            with tab:
                draw()


def _cure(what: Audited, run: Run) -> None:
    """What closes a gap is learned from the table's own columns, and so that new customers have them too."""
    if all(name in run.table.schema for name in what.segment.columns):
        mending.panel(replace(what, run=run))
        return
    st.markdown(
        _("A saved segmentation can be looked at; what closes a gap has to go by the table's own columns. Choose some.")
    )


def _in_a_sentence(audits: Sequence[Audit]) -> str:
    """By which segments there is a gap, and by which there is none."""
    found: dict[Judgement, list[str]] = {outcome: [] for outcome in Judgement}
    for audit in audits:
        found[audit.judgement].append(plain(audit.segment, NAME_WIDTH))
    words = {
        Judgement.GAP: _("There is a gap by {segments}."),
        Judgement.NO_EVIDENCE: _("No evidence of one that matters by {segments}.")
        if found[Judgement.GAP]
        else _("No evidence of a gap that matters by {segments}."),
        Judgement.TOO_FEW: _("Too few customers to say by {segments}."),
    }
    return sentences(words[outcome].format(segments=_(", ").join(names)) for outcome, names in found.items() if names)


def _without_segments() -> None:
    """Say that nothing was to be treated fairly, and lead to where that is said."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("No segments were chosen when this was trained; any column can be looked at here all the same."),
            width="stretch",
        )
        if st.button(_("Choose segments"), icon=":material/groups:", key="choose_segments", type="tertiary"):
            st.switch_page("pages/train.py", query_params=state.address("train"))
