"""Customers who are in the table twice: who they seem to be, and how they become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import errors, results, state, work
from crm_ai.app.plain import plain
from crm_ai.joining import RULES, default_rules, merge_duplicates
from crm_ai.words import _, count, ngettext

if TYPE_CHECKING:
    from crm_ai.joining import Duplicates
    from crm_ai.table import Table

GROUPS_SHOWN = 50
ASKED = "duplicates_asked"


def show(table: Table) -> None:
    """Draw the groups of rows that seem to be one customer, and merge them on request.

    Parameters
    ----------
    table : Table
        The customers.
    """
    st.markdown(_("Looks for rows that seem to be one customer, though a name or a number is written differently."))
    threshold = st.slider(
        _("How sure must it be?"), 0.5, 1.0, 0.9, 0.01, key="duplicates_threshold",
        help=_("Probability that two rows are one customer, from which they are put together."),
    )  # fmt: skip
    if st.button(_("Look for them"), icon=":material/group_search:", key="duplicates_look"):
        st.session_state[ASKED] = table.digest
    if st.session_state.get(ASKED) != table.digest:
        return
    with st.spinner(_("Comparing the customers …")):
        found = results.duplicates(table, threshold)
    for note in found.notes:
        st.caption(plain(note))
    if not found.groups:
        st.success(_("No customer seems to be in the table twice."), icon=":material/check:")
        return
    sentence = ngettext(
        "{n} customer is in the table more than once; {rows} rows would go.",
        "{n} customers are in the table more than once; {rows} rows would go.",
        len(found.groups),
    )
    st.markdown(f"**{sentence.format(n=count(len(found.groups)), rows=count(found.rows))}**")
    _show_groups(table, found)
    _merge(table, found)


def _show_groups(table: Table, found: Duplicates) -> None:
    import pandas as pd

    shown = found.groups[:GROUPS_SHOWN]
    rows = [int(row) for group in shown for row in group]
    frame = table.frame.iloc[rows].copy()
    frame.index = pd.Index([place + 1 for place, group in enumerate(shown) for _row in group], name=_("group"))
    st.dataframe(frame, alt=_("Rows that seem to be one customer"))
    if len(found.groups) > GROUPS_SHOWN:
        st.caption(_("The first {n} groups.").format(n=count(GROUPS_SHOWN)))


def _merge(table: Table, found: Duplicates) -> None:
    import pandas as pd

    with st.expander(_("Which cell stays?")):
        usual = default_rules(table)
        edited = st.data_editor(
            pd.DataFrame({"column": list(usual), "rule": list(usual.values())}),
            hide_index=True,
            disabled=["column"],
            key=f"rules_{table.digest[:8]}",
            column_config={
                "column": st.column_config.TextColumn(_("Column")),
                "rule": st.column_config.SelectboxColumn(
                    _("Of a customer's rows, keep"),
                    options=list(RULES),
                    format_func=lambda rule: _(RULES[str(rule)]),
                    required=True,
                ),
            },
            alt=_("Rule by column"),
        )
    if st.button(_("Make them one"), type="primary", icon=":material/merge:", key="duplicates_merge"):
        with errors.shown_kindly():
            rules = dict(zip(edited["column"], edited["rule"], strict=True))
            merged = merge_duplicates(table, found.groups, rules)
            if work.take_table(merged):
                st.switch_page("pages/data.py", query_params=state.address("data"))
            st.switch_page("pages/home.py")
