"""What was decided, by whom, when and why."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import deciding, errors, moments, speaking, state
from crm_ai.app.entries import in_words
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import (
    Act,
    Role,
    find_faults,
    may,
    person_in_words,
    read_log,
    reason_and_answers,
    verify_log,
)
from crm_ai.errors import RegistryError
from crm_ai.words import _, count, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Entry

ON_A_PAGE, FILTERED_FROM = 20, 8
NAME_WIDTH, WORDS_WIDTH = 40, 400
EVERYTHING = ""


def panel(desk: Desk) -> None:
    """Draw the tab.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    """
    entries = read_log(desk.registry)
    if not entries:
        st.markdown(_("Nothing was decided yet. Whatever is done with a model will stand here, with the reason."))
        return
    _say_whether_whole(desk, entries)
    shown = _filtered(desk, entries)
    _list(shown)
    _download(shown)
    if not state.for_manager():
        _seals(desk, entries)


def _say_whether_whole(desk: Desk, entries: Sequence[Entry]) -> None:
    try:
        verify_log(desk.registry)
    except RegistryError as error:
        st.error(f"{plain(error.what)} {plain(error.next_step)}", icon=":material/link_off:")
        return
    st.success(
        ngettext("The log is unbroken: {n} entry.", "The log is unbroken: {n} entries.", len(entries)).format(
            n=count(len(entries))
        ),
        icon=":material/verified:",
    )


def _filtered(desk: Desk, entries: Sequence[Entry]) -> list[Entry]:
    """What the reader wants to see, the newest first."""
    found = list(reversed(entries))
    with st.container(horizontal=True):
        if len({entry.model for entry in entries}) > 1 and desk.name:
            everything = st.segmented_control(
                _("Whose decisions?"),
                [False, True],
                default=False,
                required=True,
                format_func=lambda every: _("of all models") if every else _("of this model"),
                key="log_of",
            )
            found = found if everything else [entry for entry in found if entry.model == desk.name]
        if len(found) <= FILTERED_FROM:
            return found
        acts = [EVERYTHING, *dict.fromkeys(entry.act for entry in found)]
        act = st.selectbox(
            _("What was done?"),
            acts,
            format_func=lambda one: Act(one).in_words if one else _("anything"),
            key="log_act",
        )
        numbers = [0, *sorted({entry.version for entry in found}, reverse=True)]
        number = st.selectbox(
            _("To which version?"), numbers, format_func=lambda n: str(n) if n else _("any"), key="log_version"
        )
    return [entry for entry in found if act in (EVERYTHING, entry.act) and number in (0, entry.version)]


def _list(entries: Sequence[Entry]) -> None:
    if not entries:
        st.markdown(_("Nothing of this kind was done."))
        return
    pages = math.ceil(len(entries) / ON_A_PAGE)
    place = st.container()
    page = st.pagination(pages, key=f"log_page_{pages}") if pages > 1 else 1
    with place:
        for entry in entries[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]:
            with st.container(border=True, gap="xxsmall"):
                st.markdown(f"**{in_words(entry)}**")
                st.markdown(_words_of(entry))
                st.caption(
                    _("{who} ({role}) · {when}").format(
                        who=plain(person_in_words(entry.by), NAME_WIDTH),
                        role=Role(entry.role).in_words,
                        when=moments.moment(entry.at),
                    )
                )


def _words_of(entry: Entry) -> str:
    """The reason, and what was not good enough, safe to stand in markdown."""
    decided = entry.act in (Act.APPROVE, Act.REFUSE)  # a reason of another act may look as if answers stood behind it
    why, answers = reason_and_answers(entry.why) if decided else (entry.why, {})
    refused = deciding.not_good_enough({item: (one.ticked, one.word) for item, one in answers.items()})
    return "  \n".join(words for words in (f"“{plain(why, WORDS_WIDTH)}”", refused) if words)


def _download(entries: Sequence[Entry]) -> None:
    if entries:
        st.download_button(
            _("Download as CSV"),
            speaking.in_this_language(lambda: as_csv(entries)),
            file_name="decisions.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="download_log",
        )


def as_csv(entries: Sequence[Entry]) -> bytes:
    """The log as a table that spreadsheet programs open.

    Parameters
    ----------
    entries : sequence of Entry
        In the order in which they shall stand.

    Returns
    -------
    bytes
        UTF-8, formulas neutralised; times in UTC, every entry with its seal.
    """
    from crm_ai.deployment import csv_bytes

    return csv_bytes(_frame(entries))


def _frame(entries: Sequence[Entry]) -> pd.DataFrame:
    import pandas as pd

    headings = {
        "number": _("entry"),
        "at": _("when (UTC)"),
        "by": _("who"),
        "role": _("role"),
        "act": _("what"),
        "model": _("model"),
        "version": _("version"),
        "why": _("why"),
        "before": _("before"),
        "after": _("after"),
        "digest": _("seal"),
    }
    rows = [asdict(entry) | {"role": Role(entry.role).in_words, "act": Act(entry.act).in_words} for entry in entries]
    return pd.DataFrame(rows)[list(headings)].rename(columns=headings)


def _seals(desk: Desk, entries: Sequence[Entry]) -> None:
    with st.expander(_("Can the log be trusted?"), icon=":material/unfold_more:", key="log_details"):
        st.markdown(
            _(
                "Each entry is sealed together with the one before, so that none can be changed, moved or taken away "
                "unnoticed. Note the last seal down elsewhere: with it, a log that was cut off or written anew as a "
                "whole is found out, too."
            )
        )
        st.code(entries[-1].digest, language=None)
        noted = st.text_input(_("A seal that was noted down earlier"), key="log_noted", max_chars=64)
        if noted:
            with errors.shown_kindly():
                verify_log(desk.registry, last=noted.strip().lower())
                st.success(_("The log still holds this entry."), icon=":material/verified:")
        if may(desk.person, Act.APPROVE):
            _faults(desk)


def _faults(desk: Desk) -> None:
    if not st.button(_("Check log, versions and files against each other"), icon=":material/fact_check:", key="check"):
        return
    with st.spinner(_("Reading every file …")):
        faults = find_faults(desk.registry)
    if not faults:
        st.success(_("Log, versions and files hold together."), icon=":material/verified:")
    for fault in faults:
        st.warning(plain(fault), icon=":material/report:")
