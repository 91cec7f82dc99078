"""Data: can I trust this table?"""

import streamlit as st

from crm_ai.app import cards, columns, controls, errors, findings, frame, pictures, results, schema_editor, state, work
from crm_ai.app.plain import plain
from crm_ai.words import _, count, ngettext

answer = frame.question(_("Can I trust this table?"))
table = state.require_table(
    _("This page will show your table: what each column is, what is missing or odd, and how each column looks.")
)
found = results.findings(table)
frame.answer(answer, findings.in_a_sentence(found))
cards.show(findings.cards_of(table, found))


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


odd, kinds, looks, gaps, rows = st.tabs(
    [_("What is odd?"), _("What is each column?"), _("How does a column look?"), _("What is missing?"), _("Rows")],
    key="data_tab",
    on_change="rerun",
)
if odd.open:
    with odd:
        findings.show(found)
        for note in table.reading.notes:
            st.caption(plain(note))
if kinds.open:
    with kinds:
        st.markdown(_("Click a kind or a role to correct it; everything that follows uses your correction."))
        corrected = schema_editor.edit(table, key=f"schema_{state.value('data')}")
        if corrected != table.schema:
            work.correct_schema(corrected)
            st.rerun()
if looks.open:
    with looks:
        one_column()
if gaps.open:
    with gaps:
        frame.chart(*pictures.missing(table), key="missing")
if rows.open:
    with rows:
        st.dataframe(table.frame.head(columns.ROWS_SHOWN), hide_index=True, alt=_("The first rows of the table"))
        st.caption(
            ngettext("The first of {n} row.", "The first {shown} of {n} rows.", len(table)).format(
                shown=count(min(columns.ROWS_SHOWN, len(table))), n=count(len(table))
            )
        )

frame.next_question(_("Next: what shall be predicted?"), "train")
