"""Outcomes that have arrived: joined to the batches that were scored weeks ago, and what they say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai import charts
from crm_ai.app import cards, controls, errors, frame, glossary, signing_in
from crm_ai.app.outcome_form import choose_columns
from crm_ai.app.plain import plain
from crm_ai.app.watched import NAME_WIDTH, Watched
from crm_ai.deployment.registry import join_arrived, may_write
from crm_ai.deployment.watching import groups_over_weeks, headline_figure, measured, segment_in_words
from crm_ai.errors import CrmAiError
from crm_ai.evaluation import Estimate
from crm_ai.modeling import Task
from crm_ai.words import _, count, language, signed

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Arrived
    from crm_ai.deployment.watching import Performance
    from crm_ai.table import Table

SAID = "outcomes_said"
ALL = "all"
SHOWN = {
    Task.BINARY: ("roc_auc", "mean_error", "precision", "recall"),
    Task.MULTICLASS: ("balanced_accuracy", "accuracy", "macro_f1"),
    Task.REGRESSION: ("r2", "rmse", "mae", "mean_error"),
}


def panel(desk: Desk, known: Watched) -> None:
    """Draw how good scores turned out to be, for whom, and the upload of further outcomes.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    known : Watched
        The version.
    """
    _say_what_was_joined(known)
    judged = known.judged
    if judged is not None:
        _figures(known, judged)
        _segments(known, judged)
    elif known.found.performances:
        latest = known.found.performances[-1]
        st.info(
            _("{joined} Figures need at least 30 outcomes.").format(joined=plain(latest.joined.in_words)),
            icon=":material/hourglass:",
        )
    st.subheader(_("Outcomes have arrived"), anchor=False)
    if not known.open_to_outcomes:
        st.markdown(
            _(
                "No batch can be joined: only counts were kept. Choose the column of the identifiers when you remember "
                "the next batch; codes of them are kept then, which nobody can read."
            )
        )
        return
    _upload(desk, known)


def _figures(known: Watched, judged: Performance) -> None:
    problem = known.profile.problem
    names = SHOWN[problem.task if problem is not None else Task.BINARY]
    st.markdown(
        _("**{batch}**, by {n} outcomes:").format(batch=plain(judged.batch, NAME_WIDTH), n=count(judged.joined.matched))
    )
    cards.of_metrics(dict(judged.figures), names)
    changes = [
        _("{figure} {change} ({low} to {high})").format(
            figure=glossary.term(name).label, change=signed(one.value), low=signed(one.low), high=signed(one.high)
        )
        for name in names
        if (one := judged.differences.get(name)) is not None and one.known
    ]
    if changes:
        st.caption(_("Since approval: {changes}.").format(changes=_("; ").join(changes)))
    headline = headline_figure(judged)
    numbers = known.found.to_frame()
    approved = known.profile.figures.get(headline, Estimate(headline, float("nan")))
    figure = charts.drift.performance_over_weeks(numbers, headline, approved)
    frame.chart(figure, measured(numbers, headline, kind="performance"), key="performance_over_weeks")


def _segments(known: Watched, judged: Performance) -> None:
    if not judged.segments:
        return
    st.subheader(_("For whom was it worse?"), anchor=False)
    for place, (segment, said) in enumerate(judged.segments.items()):
        st.markdown(plain(segment_in_words(segment, said)))
        with st.expander(_("Groups of {segment}").format(segment=plain(segment, NAME_WIDTH)), key=f"groups_{place}"):
            _groups(known, place, segment)


def _groups(known: Watched, place: int, segment: str) -> None:
    groups = groups_over_weeks(known.found.performances, segment)
    if not groups.metric:
        st.markdown(_("No group has enough customers to be judged."))
        return
    title, share = glossary.term(groups.metric).label, groups.metric in glossary.SHARES
    figure = charts.at_work.groups_over_weeks(groups.frame, title, share=share)
    frame.chart(figure, groups.frame, key=f"groups_chart_{place}")


def _upload(desk: Desk, known: Watched) -> None:
    file = controls.upload(
        _("A file with the customers' identifiers and what became of them"),
        key="outcomes",
        hint=_("Other customers and other columns may be in it. Nothing of it is kept but counts and figures."),
    )
    if file is None:
        return
    try:
        table = _read(file, file.file_id, language())
    except CrmAiError as error:
        errors.show(error)
        return
    _ask(desk, known, table, file.file_id)


def _ask(desk: Desk, known: Watched, table: Table, file_id: str) -> None:
    chosen = choose_columns(known, table, file_id)
    allowed = may_write(desk.person)
    if not st.button(
        _("Join the outcomes"), type="primary", icon=":material/join_inner:", key="join_outcomes",
        disabled=not allowed or chosen.open_questions,
        help=None if allowed else _("A viewer may look at the weeks, but not add to them."),
    ) or chosen.key is None:  # fmt: skip
        return
    wanted = [batch for batch in known.open_to_outcomes if chosen.batch in (None, batch.name)]
    bar = st.progress(0.0, text=_("Joining the outcomes …"))
    try:
        arrived = join_arrived(
            known.store, wanted, known.model, table, key=chosen.key, known=date.today(),
            outcome=chosen.outcome, when=chosen.when, means=chosen.means, by=signing_in.person(),
            tell=lambda share: bar.progress(share, text=_("Joining the outcomes …")),
        )  # fmt: skip
    except CrmAiError as error:  # in place, so that what was chosen stays
        bar.empty()
        errors.show(error)
        return
    st.session_state[SAID] = (known.version.digest, arrived)
    st.rerun()


def _say_what_was_joined(known: Watched) -> None:
    digest, arrived = st.session_state.get(SAID, ("", None))
    if digest != known.version.digest or arrived is None:
        return
    _say(arrived)


def _say(arrived: Arrived) -> None:
    told = [f"**{plain(one.batch, NAME_WIDTH)}** · {plain(one.joined.in_words)}" for one in arrived.performances]
    if len(told) == 1:
        st.success(told[0], icon=":material/join_inner:")
    else:
        matched = sum(one.joined.matched for one in arrived.performances)
        words = _("{n} outcomes were joined, to {batches} batches.").format(n=count(matched), batches=count(len(told)))
        st.success(words, icon=":material/join_inner:")
        with st.expander(_("What matched, batch by batch"), icon=":material/list:", key="joined_batches"):
            st.caption(_("Rows of other customers may belong to another one of these batches."))
            for line in told:
                st.markdown(line)
    if arrived.without:
        st.caption(
            _("Nobody of these batches was in the file: {names}.").format(
                names=_(", ").join(plain(name, NAME_WIDTH) for name in arrived.without)
            )
        )


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _read(_file: UploadedFile, file_id: str, spoken: str) -> Table:
    from crm_ai.table import read_table

    return read_table(_file, name=_file.name)
