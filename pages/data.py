"""Data: can I trust this table?"""

import streamlit as st

from crm_ai.app import (
    cards,
    columns,
    controls,
    errors,
    findings,
    frame,
    merging,
    pictures,
    protecting,
    repairing,
    rereading,
    results,
    schema_editor,
    second_table,
    state,
    store,
    work,
)  # fmt: skip
from crm_ai.cleaning import unmended
from crm_ai.words import _, count, ngettext

answer = frame.question(_("Can I trust this table?"))
table = state.require_table(
    _("This page will show your table: what each column is, what is missing or odd, and how each column looks.")
)
unrepaired = results.unrepaired(state.value("data"))
found = results.findings(unrepaired)
made = store.repairs_of(state.value("data"))
frame.answer(answer, repairing.answer(found, made))
cards.show(findings.cards_of(table, found, unmended(found, made), len(unrepaired)))


@errors.fragment
def one_column() -> None:
    """One column, by itself and against the target."""
    column = controls.choose(_("Column"), "column", columns.in_order(table), hint=_("Type to search"))
    frame.chart(*pictures.distribution(table, column), key="distribution")
    against = columns.target_for(table, column)
    if against:
        frame.chart(*pictures.against_target(table, column, against), key="against_target")
    elif column != columns.target(table):
        st.caption(_("Choose what is predicted, and this also shows how it depends on the column."))


odd, kinds, looks, rows, people, second, twice = st.tabs(
    [
        _("What is odd?"), _("What is each column?"), _("How does a column look?"), _("Rows and reading"),
        _("Personal data"), _("Second table"), _("Duplicates"),
    ],
    key="data_tab",
    on_change="rerun",
)  # fmt: skip
if odd.open:
    with odd, errors.shown_kindly():
        repairing.show(unrepaired, found)
        repairing.downloads(unrepaired)
if kinds.open:
    with kinds:
        st.markdown(_("Click a kind or a role to correct it; everything that follows uses your correction."))
        corrected = schema_editor.edit(unrepaired, key=f"schema_{state.value('data')}")
        if corrected != unrepaired.schema:
            work.prepare(corrected, store.repairs_of(state.value("data")))
            st.rerun()
if looks.open:
    with looks:
        one_column()
        frame.chart(*pictures.missing(table), key="missing")
if rows.open:
    with rows, errors.shown_kindly():
        frame.rows(table.frame.head(columns.ROWS_SHOWN), alt=_("The first rows of the table"))
        st.caption(
            ngettext("The first of {n} row.", "The first {shown} of {n} rows.", len(table)).format(
                shown=count(min(columns.ROWS_SHOWN, len(table))), n=count(len(table))
            )
        )
        st.markdown(f"**{_('How was the file understood?')}**")
        rereading.show(unrepaired)
if people.open:
    with people, errors.shown_kindly():
        protecting.show(table)
if second.open:
    with second, errors.shown_kindly():
        second_table.show(table)
if twice.open:
    with twice, errors.shown_kindly():
        merging.show(table)

frame.next_question(_("Next: what shall be predicted?"), "train")
