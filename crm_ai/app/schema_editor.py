"""The schema as a table in which the user overrules guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import keeping
from crm_ai.table import Kind, Role, Schema
from crm_ai.words import _, percent

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.table import Table

EXAMPLES = 3


def edit(table: Table, *, key: str) -> Schema:
    """Let the user correct kinds and roles.

    Parameters
    ----------
    table : Table
        The customers.
    key : str
        Name of the editor; a new one forgets earlier edits.

    Returns
    -------
    Schema
        As corrected; the table's own if nothing was changed.
    """
    edited = st.data_editor(
        _rows(table),
        key=key,
        hide_index=True,
        disabled=["name", "example", "missing", "why"],
        column_config={
            "name": st.column_config.TextColumn(_("Column"), pinned=True),
            "kind": st.column_config.SelectboxColumn(
                _("Kind"), options=[kind.value for kind in Kind], format_func=kind_in_words, required=True,
                help=_("What the cells are. Click a cell to correct it."),
            ),
            "role": st.column_config.SelectboxColumn(
                _("Role"), options=[role.value for role in Role], format_func=role_in_words, required=True,
                help=_("What the column is for. A segment predicts too, and its groups are compared for fairness."),
            ),
            "example": st.column_config.TextColumn(_("For instance")),
            "missing": st.column_config.TextColumn(_("Missing")),
            "why": st.column_config.TextColumn(_("Why"), width="large"),
        },
        alt=_("Kind and role of each column"),
    )  # fmt: skip
    return corrected(table.schema, list(edited["kind"]), list(edited["role"]))


def kind_in_words(kind: object) -> str:
    """Name of a kind in the reader's language.

    Parameters
    ----------
    kind : object
        Value of a ``Kind``.

    Returns
    -------
    str
        In words.
    """
    return Kind(str(kind)).in_words


def role_in_words(role: object) -> str:
    """Name of a role in the reader's language.

    Parameters
    ----------
    role : object
        Value of a ``Role``.

    Returns
    -------
    str
        In words.
    """
    return {
        Role.FEATURE: _("predicts"),
        Role.TARGET: _("is predicted"),
        Role.SEGMENT: _("segment"),
        Role.IGNORED: _("set aside"),
    }[Role(str(role))]


@keeping.kept
def _rows(table: Table) -> pd.DataFrame:
    import pandas as pd

    shares = table.frame.isna().mean()
    return pd.DataFrame(
        {
            "name": list(table.schema.names),
            "kind": [column.kind.value for column in table.schema],
            "role": [column.role.value for column in table.schema],
            "example": [_examples(table.frame[name]) for name in table.schema.names],
            "missing": [percent(float(shares[name])) for name in table.schema.names],
            "why": [column.evidence for column in table.schema],
        }
    )


def _examples(column: pd.Series) -> str:
    return _(", ").join(_as_written(cell) for cell in column.head(1000).dropna().unique()[:EXAMPLES])


def _as_written(cell: object) -> str:
    """A cell as it is; a day without the midnight that belongs to no clock."""
    return str(cell).removesuffix(" 00:00:00")


def corrected(schema: Schema, kinds: list[str], roles: list[str]) -> Schema:
    """Overrule a schema by what the user chose.

    Parameters
    ----------
    schema : Schema
        As it was.
    kinds, roles : list of str
        What each column shall be, in the schema's order.

    Returns
    -------
    Schema
        With one target at most; the same if nothing was changed.
    """
    right = schema
    for column, kind, role in zip(schema, kinds, roles, strict=True):
        if (column.kind, column.role) == (kind, role):
            continue
        if role == Role.TARGET:  # there is one target at most
            for other in schema.names_of(role=Role.TARGET):
                right = right.corrected(other, role=Role.FEATURE) if other != column.name else right
        right = right.corrected(column.name, kind=Kind(kind), role=Role(role))
    return right
