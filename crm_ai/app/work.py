"""Begin, resume and end work on a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import results, state, store, visitors
from crm_ai.words import _

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from crm_ai.table import Schema, Table


def take_upload(file: UploadedFile) -> None:
    """Read an uploaded table, keep it, and go on with it.

    Parameters
    ----------
    file : UploadedFile
        As it came from the browser.
    """
    from crm_ai.table import read_table

    with st.spinner(_("Reading the table …")):
        table = read_table(file, name=file.name)
        reference = store.put_table(table)
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # a new uploader: frees the browser's copy
    _look_at(reference, table, mine=True)


def open_table(reference: str) -> None:
    """Go on with a table that is known already.

    Parameters
    ----------
    reference : str
        The table's reference.
    """
    with st.spinner(_("Reading the table …")):
        table = results.table(reference)
    _look_at(reference, table)


def correct_schema(schema: Schema) -> None:
    """Go on with the same table, read by a corrected schema.

    Parameters
    ----------
    schema : Schema
        As the user corrected it.
    """
    reference = store.put_schema(state.value("data"), schema)
    _look_at(reference, results.table(reference))
    state.tell()


def reopen(done: visitors.Recent) -> str:
    """Go on where a visitor left off.

    Parameters
    ----------
    done : Recent
        An entry of the visitor's list.

    Returns
    -------
    str
        The page to go to.
    """
    state.put("data", done.data)
    state.put("run", done.run)
    return "metrics" if done.run else "data"


def drop(done: visitors.Recent) -> None:
    """Take work off the visitor's list, and out of sight.

    Parameters
    ----------
    done : Recent
        An entry of the visitor's list.
    """
    if done.mine:
        results.forget(done.data)
    visitors.forget(visitors.visitor(), done)
    if state.value("data").partition("~")[0] == done.data.partition("~")[0]:
        state.forget()


def _look_at(reference: str, table: Table, *, mine: bool = False) -> None:
    state.put("data", reference)
    visitors.remember(
        visitors.visitor(),
        visitors.Recent(reference, table.source, len(table), visitors.now(), mine=mine),
    )
