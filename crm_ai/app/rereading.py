"""How a file was understood, and how it shall be read instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import errors, progress, state, store, work
from crm_ai.app.plain import plain
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.table import Reading, Table

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252", "latin-1", "shift_jis")
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "blank": "blanks"}


def show(table: Table) -> None:
    """Draw what was understood of the file, with controls that overrule it.

    Parameters
    ----------
    table : Table
        The customers, without any repair.
    """
    reading = table.reading
    for note in reading.notes:
        st.markdown(f"- {plain(note)}")
    if not reading.notes:
        st.markdown(_("Nothing about the file was in doubt."))
    original = store.original(state.value("data"))
    if original is None:
        st.caption(_("The file itself is not kept, so it cannot be read otherwise; upload it again for that."))
        return
    with st.form("reading", border=True):
        chosen = _controls(reading)
        again = st.form_submit_button(_("Read it so"), icon=":material/refresh:")
    if again:
        with errors.shown_kindly():
            with progress.cancellable(_("Reading the table …"), on_cancel=_nothing) as tell:
                read = work.read(original, table.source, chosen, tell)
            if work.take_table(read, original):
                st.switch_page("pages/data.py", query_params=state.address("data"))
            st.switch_page("pages/home.py")


def _nothing() -> None:
    """Cancelling needs nothing more than that the page runs anew."""


def _controls(reading: Reading) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    text = reading.format in ("csv", "json")
    if reading.format == "excel" and len(reading.sheets) > 1:
        names = list(reading.sheets)
        chosen["sheet"] = st.selectbox(_("Sheet"), names, index=names.index(reading.sheet))
    columns = st.columns(3)
    if text:
        with columns[0]:
            encodings = list(dict.fromkeys([reading.encoding or "utf-8", *ENCODINGS]))
            chosen["encoding"] = st.selectbox(
                _("Encoding"), encodings, help=_("Try another one if letters look wrong.")
            )
    if reading.format == "csv":
        with columns[1]:
            separators = list(dict.fromkeys([reading.separator or ",", *SEPARATORS]))
            chosen["separator"] = st.selectbox(
                _("Separator"), separators, format_func=lambda mark: SEPARATORS.get(mark, mark)
            )
    if reading.format in ("csv", "excel"):
        with columns[2]:
            chosen["header"] = int(
                st.number_input(
                    _("Row of the column names"), 0, 200, reading.header, help=_("0 if there are no column names.")
                )
            )
        with columns[0]:
            marks = {"": _("as found"), ".": _("point: 1,234.5"), ",": _("comma: 1.234,5")}
            mark = st.selectbox(
                _("Decimal mark"),
                list(marks),
                index=list(marks).index(reading.decimal or ""),
                format_func=marks.__getitem__,
            )
            chosen |= {"decimal": mark} if mark else {}
    if reading.ambiguous:
        with columns[1]:
            first = st.selectbox(
                _("1/2/2024 is"), [False, True], index=int(bool(reading.day_first)),
                format_func=lambda day: _("1 February") if day else _("January 2"),
                help=_("Columns that do not tell: {names}").format(names=_(", ").join(reading.ambiguous[:5])),
            )  # fmt: skip
            chosen["day_first"] = bool(first)
    return chosen
