"""Begin, resume and end work on a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import progress, results, state, store, visitors
from crm_ai.app.plain import plain
from crm_ai.words import _

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from crm_ai.personal_data import Detected, Protection
    from crm_ai.table import Repair, Schema, Table

PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Pending:
    """A table that holds personal data, and is kept nowhere until somebody has decided about it.

    Parameters
    ----------
    table : Table
        As it was read.
    found : tuple of Detected
        What tells who somebody is.
    original : bytes or None
        The file as it was uploaded.
    """

    table: Table
    found: tuple[Detected, ...]
    original: bytes | None


def take_upload(file: UploadedFile) -> bool:
    """Read an uploaded table and go on with it, unless it must be decided about first.

    Parameters
    ----------
    file : UploadedFile
        As it came from the browser.

    Returns
    -------
    bool
        Whether it can be worked on; False while somebody must decide about personal data.
    """
    content = file.getvalue()
    with progress.cancellable(_("Reading the table …"), on_cancel=free_upload) as tell:
        table = read(content, file.name, {}, tell)
    free_upload()
    return take_table(table, content)


def read(content: bytes, name: str, understanding: Mapping[str, Any], tell: progress.Tell) -> Table:
    """Read a file.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name.
    understanding : mapping of str to object
        What the reader need not find out: options of ``read_table``.
    tell : callable
        Shows the progress.

    Returns
    -------
    Table
        The table.
    """
    from crm_ai.table import read_table

    return read_table(content, name=name, progress=tell, **understanding)


def free_upload() -> None:
    """Draw a new upload field, so that the browser's copy of the file is freed."""
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1


def take_table(table: Table, original: bytes | None = None) -> bool:
    """Keep a table and go on with it, unless it must be decided about first.

    Parameters
    ----------
    table : Table
        The customers.
    original : bytes, optional
        The file that they were read from.

    Returns
    -------
    bool
        Whether it can be worked on.
    """
    found = results.personal_data(table)
    if found:
        st.session_state[PENDING] = Pending(table, found, original)
        return False
    _keep(table, original)
    return True


def pending() -> Pending | None:
    """The table that somebody must decide about.

    Returns
    -------
    Pending or None
        None if there is none.
    """
    waiting: Pending | None = st.session_state.get(PENDING)
    return waiting


def decide(choices: Mapping[str, Protection], key: bytes | None) -> None:
    """Protect personal data as somebody has chosen, then keep the table.

    Parameters
    ----------
    choices : mapping of str to Protection
        By column.
    key : bytes, optional
        For pseudonyms. It is kept nowhere.
    """
    from crm_ai.personal_data import Protection, protect

    waiting = pending()
    if waiting is None:
        return
    changed = {name: choice for name, choice in choices.items() if choice is not Protection.KEEP}
    table = protect(waiting.table, changed, key=key) if changed else waiting.table
    # The file would give away what was just taken out of the table.
    _keep(table, None if changed else waiting.original)
    st.session_state.pop(PENDING)


def replace_protected(table: Table, choices: Mapping[str, Protection], key: bytes | None) -> None:
    """Go on with a protected copy of the table, and delete what it was made from if this visitor uploaded it.

    Parameters
    ----------
    table : Table
        The customers, repaired.
    choices : mapping of str to Protection
        By column.
    key : bytes, optional
        For pseudonyms. It is kept nowhere.
    """
    from crm_ai.personal_data import Protection, protect

    changed = {name: choice for name, choice in choices.items() if choice is not Protection.KEEP}
    if not changed:
        return
    known = visitors.recent(visitors.visitor())
    base = state.value("data").partition("~")[0]
    before = next((done for done in known if done.data.partition("~")[0] == base), None)
    protected = protect(table, changed, key=key)
    if before is not None:
        drop(before)
    _keep(protected, None)
    state.tell()


def discard() -> None:
    """Throw away the table that somebody should have decided about."""
    st.session_state.pop(PENDING, None)


def _keep(table: Table, original: bytes | None) -> None:
    from crm_ai.cleaning import certain_repairs, fitting, in_order

    with st.spinner(_("Looking at the table …")):
        reference = store.put_table(table, original)
        # What was agreed upon before a table was joined, merged or masked is agreed upon still.
        repairs = fitting(table, in_order([*table.repairs, *certain_repairs(results.findings(table))]))
        if repairs:
            reference = _prepared(reference, replace(table, repairs=()), repairs)
    _look_at(reference, results.table(reference), mine=True)


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


def prepare(schema: Schema, repairs: Sequence[Repair]) -> None:
    """Go on with the same table, prepared otherwise.

    Parameters
    ----------
    schema : Schema
        What its columns are before any repair.
    repairs : sequence of Repair
        Which repairs are made, in any order.
    """
    from crm_ai.cleaning import describe_repair, fitting, in_order

    before = state.value("data")
    table = results.unrepaired(before).with_schema(schema)
    # A column that was corrected to be something else may not fit a repair any more.
    wanted = in_order(repairs)
    made = fitting(table, wanted)
    for lost in (repair for repair in wanted if repair not in made):
        told = _("A repair of {columns} no longer fits and was taken back: {what}.")
        st.toast(told.format(columns=plain(_(", ").join(lost.columns)), what=plain(describe_repair(lost))))
    reference = _prepared(before, table, made)
    _look_at(reference, results.table(reference))
    state.tell()


def _prepared(reference: str, table: Table, repairs: Sequence[Repair]) -> str:
    from crm_ai.cleaning import accept

    return store.put_preparation(reference, table.schema, repairs, customers=len(accept(table, repairs)))


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
