"""New customers come in: as a file, or from a database that the server's keeper has written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import connecting, controls, progress, work
from crm_ai.app.plain import plain
from crm_ai.words import _, count, language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_ai.table import Table

READ = "incoming_customers"
FILE, DATABASE = "file", "database"
NAME_WIDTH = 60


def customers() -> Table | None:
    """Let the reader bring new customers.

    Returns
    -------
    Table or None
        The customers, once they are there; kept for this visitor only, and only until others come.
    """
    databases = connecting.known_databases()
    way = FILE
    if databases:
        way = str(
            st.segmented_control(
                _("Where are the new customers?"), [FILE, DATABASE], default=FILE, required=True, key="incoming_way",
                persist_state="session",
                format_func=lambda way: _("In a file") if way == FILE else _("In a database"),
            )
        )  # fmt: skip
    return _of_file() if way == FILE else _of_database(databases)


def _of_file() -> Table | None:
    file = controls.upload(
        _("A file with the same columns; the one that is predicted need not be there"),
        key="score",
        hint=_("Columns may come in another order. Before anybody is scored you see what does not fit."),
        on_change=_forget,
    )
    if file is None:
        return _brought_before()
    key = (FILE, file.file_id, language())
    known = _known(key)
    if known is None:
        with progress.cancellable(_("Reading the new customers …"), on_cancel=work.free_upload) as tell:
            known = _keep(key, work.read(file.getvalue(), file.name, {}, tell))
    return known


def _brought_before() -> Table | None:
    """What was read before the reader looked at something else, which empties the field."""
    key, table = st.session_state.get(READ, ((DATABASE,), None))
    if key[0] != FILE:
        st.caption(_("Nothing of this file is kept beyond your visit."))
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        told = _("{file} with {n} customers is still here.")
        st.markdown(told.format(file=f"**{plain(table.source, NAME_WIDTH)}**", n=count(len(table))))
        st.button(_("Let go of it"), icon=":material/close:", type="tertiary", key="incoming_forget", on_click=_forget)
    return table


def _forget() -> None:
    st.session_state.pop(READ, None)


def _of_database(addresses: Mapping[str, str]) -> Table | None:
    from crm_ai.table import read_sql

    name = str(st.selectbox(_("Database"), list(addresses), key="incoming_database", persist_state="session"))
    source = connecting.choose_source(addresses[name], key="incoming_source")
    key = (DATABASE, name, source)
    if source and st.button(_("Read it"), icon=":material/download:", key="incoming_read"):
        with st.spinner(_("Reading from {name} …").format(name=plain(name))):
            _keep(key, read_sql(addresses[name], source, limit=connecting.LIMIT))
    known = _known(key)
    if known is not None and len(known) == connecting.LIMIT:
        st.caption(_("The first {n} rows; for more, use the command line.").format(n=count(len(known))))
    return known


def _known(key: tuple[str, ...]) -> Table | None:
    kept: tuple[tuple[str, ...], Table] | None = st.session_state.get(READ)
    return kept[1] if kept is not None and kept[0] == key else None


def _keep(key: tuple[str, ...], table: Table) -> Table:
    st.session_state[READ] = key, table
    return table
