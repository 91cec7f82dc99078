"""A second table beside the customers: how well it fits, what is taken from it, and up to which day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls, errors, progress, state, work
from crm_ai.app.plain import plain
from crm_ai.joining import join, match, possible_features, propose_cutoff, propose_keys
from crm_ai.table import Kind
from crm_ai.words import _, count, percent

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from crm_ai.joining import Feature, Key, Match
    from crm_ai.table import Table

READ = "second_table"


def show(table: Table) -> None:
    """Draw the way from a second file to columns of the customers.

    Parameters
    ----------
    table : Table
        The customers.
    """
    st.markdown(
        _("Purchases, calls or tickets, one a row, become one row a customer: how many, how much, how long ago.")
    )
    hint = _("A file with a column that tells whose rows they are. Only what is taken from it is kept.")
    file = controls.upload(_("The second file"), key="second", hint=hint)
    if file is None:
        return
    other = _read(file)
    keys = propose_keys(table, other)
    if not keys:
        st.warning(
            _("No column of {file} holds the same values as a column of the customers.").format(
                file=plain(other.source)
            )
        )
        return
    key = keys[
        st.selectbox(_("Whose rows are they?"), range(len(keys)), format_func=lambda n: _words(keys[n]), key="join_key")
    ]
    st.caption(plain(key.evidence))
    found = match(table, other, key)
    _say_match(found)
    if found.one_to_many:
        _aggregate(table, other, key)
    else:
        _button(table, other, key, None, None, None)


def _read(file: UploadedFile) -> Table:
    """Read the file once; it is kept for this visitor only, and only as long as it is the second table."""
    known: tuple[str, Table] | None = st.session_state.get(READ)
    if known is None or known[0] != file.file_id:
        with progress.cancellable(_("Reading the second table …"), on_cancel=work.free_upload) as tell:
            known = file.file_id, work.read(file.getvalue(), file.name, {}, tell)
        st.session_state[READ] = known
    return known[1]


def _words(key: Key) -> str:
    return _("{left} = {right} (found for {share} of the customers)").format(
        left=key.left, right=key.right, share=percent(key.matched)
    )


def _say_match(found: Match) -> None:
    told = _("{n} customers are found, {m} are not. {k} rows belong to nobody. One customer has {most} rows at most.")
    st.markdown(
        told.format(
            n=count(found.customers_with),
            m=count(found.customers_without),
            k=count(found.rows_without_customer),
            most=count(found.most_rows),
        )
    )
    if found.repeated_customers:
        st.warning(_("{n} customers share their key with another one.").format(n=count(found.repeated_customers)))


def _aggregate(table: Table, other: Table, key: Key) -> None:
    dates = list(other.schema.names_of(kind=Kind.DATE))
    day: date | None = None
    column: str | None = None
    if dates:
        with st.container(horizontal=True):
            column = st.selectbox(_("When did it happen?"), dates, key="join_date")
            proposed = propose_cutoff(table, other, column)
            day = st.date_input(
                _("Only up to this day"),
                value=proposed,
                key=f"join_cutoff_{column}",
                help=_("The day on which the prediction is made. What happened later is not known then."),
            )
        st.caption(_("Rows after this day enter no column: what happened later must not predict what happened before."))
    else:
        st.warning(_("The second table has no dates: make sure that it holds nothing from after the outcome."))
    offered = possible_features(other, key, date_column=column)
    names = [feature.name for feature in offered]
    chosen = st.multiselect(
        _("New columns"), names, default=names, key=f"join_features_{column}", placeholder=_("Choose any")
    )
    _button(table, other, key, day, column, [feature for feature in offered if feature.name in chosen])


def _button(
    table: Table, other: Table, key: Key, day: date | None, column: str | None, features: list[Feature] | None
) -> None:
    if not st.button(_("Add these columns"), type="primary", icon=":material/join:", key="join_now"):
        return
    with errors.shown_kindly():
        with st.spinner(_("Adding the columns …")):
            joined = join(table, other, key=key, cutoff=day, date_column=column, features=features)
        work.free_upload()
        st.session_state.pop(READ, None)
        if work.take_table(joined.table):
            st.switch_page("pages/data.py", query_params=state.address("data"))
        st.switch_page("pages/home.py")
