"""Scored customers go into a table of a database, whole or not at all, and never over what is there unasked."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import connecting, errors, progress, signing_in
from crm_ai.app.plain import plain
from crm_ai.deployment.database_sink import DatabaseSink, IfThere
from crm_ai.deployment.registry import may_write
from crm_ai.errors import CrmAiError, RegistryError
from crm_ai.words import _, count, ngettext, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment import ScoredTable
    from crm_ai.deployment.registry import Person

WRITTEN, TURN = "scored_written", "scored_writings"
NAME_WIDTH = 63
LONGEST = 40


def form(desk: Desk, scored: ScoredTable, stem: str) -> None:
    """Draw the form that writes the customers into a table, if this server knows a database.

    Parameters
    ----------
    desk : Desk
        Who looks.
    scored : ScoredTable
        The customers.
    stem : str
        What the table's name begins with, unless the reader gives it another one.
    """
    databases = connecting.known_databases()
    if not databases:
        return
    with st.expander(_("Write them into a table of a database"), icon=":material/database_upload:", key="to_database"):
        words = {
            IfThere.REFUSE: _("leave it as it is, and write nothing"),
            IfThere.APPEND: _("add these customers to it"),
            IfThere.REPLACE: _("replace it: what is in it now is lost"),
        }
        database = st.selectbox(_("Database"), list(databases), key="scored_database")
        name = st.text_input(_("Table"), value=f"{stem[:LONGEST]}_scored", key="scored_table", persist_state="page")
        if_there = st.radio(
            _("If a table of this name is there"), list(words), format_func=words.__getitem__, key="scored_if_there"
        )
        sure = if_there is not IfThere.REPLACE or st.checkbox(
            _("Yes, replace the table: I know that what is in it now is lost"),
            key=f"scored_sure_{st.session_state.get(TURN, 0)}",
        )
        allowed = may_write(desk.person)
        label = ngettext("Write {n} customer", "Write {n} customers", len(scored)).format(n=count(len(scored)))
        asked = st.button(
            label,
            icon=":material/database_upload:",
            disabled=not allowed or not sure,
            key="scored_write",
            help=_why_not(allowed=allowed, sure=sure),
        )
        if asked and allowed and sure:
            _write(databases, str(database), name.strip(), IfThere(if_there), scored)
        if WRITTEN in st.session_state:
            st.success(st.session_state[WRITTEN], icon=":material/task_alt:")


def _require(person: Person) -> None:
    """Whoever looked at the page when it was drawn may have signed out since, or be a viewer by now."""
    if not may_write(person):
        raise RegistryError(_no_viewers())


def _no_viewers() -> str:
    return _("A viewer may not write into databases. Ask an analyst or an approver.")


def _why_not(*, allowed: bool, sure: bool) -> str | None:
    if not allowed:
        return _no_viewers()
    return None if sure else _("Tick that you know what is lost, or choose otherwise.")


def _write(databases: Mapping[str, str], database: str, name: str, if_there: IfThere, scored: ScoredTable) -> None:
    st.session_state.pop(WRITTEN, None)
    try:
        _require(signing_in.person())
        began = monotonic()
        with progress.cancellable(
            _("Writing into {name} …").format(name=plain(database)), on_cancel=lambda: None
        ) as tell:

            def handed_over(share: float, rows: int) -> None:
                said = _("{n} customers written").format(n=count(rows))
                tell(share, f"{said} · {progress.time_left(share, monotonic() - began)}")

            sink = DatabaseSink(databases[database], name, if_there)
            scored.write(sink, progress=handed_over)
    except CrmAiError as error:
        errors.show(error)
        return
    told = ngettext(
        "{n} customer was written into the table “{table}” of {database}.",
        "{n} customers were written into the table “{table}” of {database}.",
        len(scored),
    ).format(n=count(len(scored)), table=plain(name, NAME_WIDTH), database=plain(database))
    st.session_state[WRITTEN] = sentences([told, *map(plain, sink.notes)])
    # Another box: a browser's goes on showing a tick that was taken away here.
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.rerun()
