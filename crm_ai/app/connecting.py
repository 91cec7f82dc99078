"""Tables that come from a database whose address the server's keeper has written down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

import streamlit as st

from crm_ai.app import frame, state, work
from crm_ai.app.plain import plain
from crm_ai.words import _, count

SECRETS = "databases"
MOST_ROWS = 5_000_000
LIMIT = 1_000_000
PREVIEWED = 20


def show() -> None:
    """Draw the way to a database, if there is one that this server knows."""
    known = known_databases()
    if not known:
        return
    with st.expander(_("Or read it from a database"), icon=":material/database:"):
        name = st.selectbox(_("Database"), list(known), key="database")
        source = choose_source(known[name])
        limit = int(st.number_input(_("At most this many rows"), 1, MOST_ROWS, LIMIT, step=1000, key="database_limit"))
        if not source:
            return
        with st.container(horizontal=True):
            previewed = st.button(_("Look at the first rows"), icon=":material/visibility:", key="database_preview")
            taken = st.button(_("Read it"), type="primary", icon=":material/download:", key="database_read")
        if previewed:
            _preview(known[name], source)
        if taken:
            _take(known[name], source, limit, name)


def known_databases() -> Mapping[str, str]:
    """Databases that this server knows, from the environment and from Streamlit's secrets.

    Returns
    -------
    mapping of str to str
        Addresses by name; they may hold passwords.
    """
    from crm_ai.table import connections

    found = dict(connections(os.environ))
    with suppress(FileNotFoundError):  # most servers have no file of secrets
        found |= {str(name): str(address) for name, address in st.secrets.get(SECRETS, {}).items()}
    return found


def choose_source(url: str, *, key: str = "database") -> str:
    """Let the reader choose a table or write a query.

    Parameters
    ----------
    url : str
        Address of the database.
    key : str, default "database"
        Beginning of the controls' names.

    Returns
    -------
    str
        Name of a table, or a query; empty if there is none yet.
    """
    from crm_ai.table import list_tables

    way = st.segmented_control(
        _("What shall be read?"), ["table", "query"], default="table", required=True, key=f"{key}_way",
        persist_state="session",
        format_func=lambda way: _("A table") if way == "table" else _("A query"),
    )  # fmt: skip
    if way == "query":
        hint = _("One SELECT. The connection cannot write.")
        return st.text_area(_("Query (SQL)"), key=f"{key}_query", help=hint, persist_state="session").strip()
    with st.spinner(_("Asking the database …")):
        tables = list_tables(url)
    return st.selectbox(_("Table"), tables, key=f"{key}_table", persist_state="session") or ""


def _preview(url: str, source: str) -> None:
    from crm_ai.personal_data import Protection, find_personal_data, protect
    from crm_ai.table import preview_sql, table_from_frame

    with st.spinner(_("Asking the database …")):
        table = table_from_frame(preview_sql(url, source, rows=PREVIEWED))
    hidden = {found.column: Protection.MASK for found in find_personal_data(table)}
    frame.rows(protect(table, hidden).frame, alt=_("The first rows of the table"))
    st.caption(_("At most {n} rows. Personal data is masked here.").format(n=count(PREVIEWED)))


def _take(url: str, source: str, limit: int, name: str) -> None:
    from crm_ai.table import read_sql

    with st.spinner(_("Reading from {name} …").format(name=plain(name))):
        table = read_sql(url, source, limit=limit)
    if work.take_table(table):
        st.switch_page("pages/data.py", query_params=state.address("data"))
    st.rerun()
