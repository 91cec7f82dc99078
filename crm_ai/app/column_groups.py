"""Groups by a column: its labels, or bands cut at edges of one's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls, segmented, state
from crm_ai.app.plain import plain
from crm_ai.app.segmenting import Grouping, largest_in_words
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.table import Table

_BETWEEN = re.compile(r"[,;，；、\s]+")


def panel(table: Table) -> Grouping | None:
    """Draw the choice of a column and of edges, and group by it.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    Grouping
        By labels or bands.
    """
    from crm_ai.table import LABELLED, Kind, Role

    measured = (Kind.NUMBER, Kind.DATE)
    offered = [column.name for column in table.schema if column.kind in (*measured, *LABELLED)]
    if not offered:
        raise CrmAiError(
            _("This table has no column that customers can be grouped by."),
            next_step=_("Labels, numbers and dates will do; correct the kinds of columns on the Data page."),
        )
    segments = [name for name in offered if table.schema[name].role is Role.SEGMENT]
    labelled = [name for name in offered if table.schema[name].kind in LABELLED]
    left, right = st.columns(2)
    with left:
        column = controls.choose(
            _("Column"), "column", offered, default=(segments or labelled or offered)[0], hint=_("Type to search")
        )
    edges: tuple[str | float, ...] = ()
    if table.schema[column].kind in measured:
        with right:
            edges = _edges(table, column)
    made = segmented.by_column(table, column, edges)
    lead = _("By “{column}”:").format(column=plain(column, 40))
    return Grouping(table, made, f"{lead} {largest_in_words(made)}", by=column)


def _edges(table: Table, column: str) -> tuple[str | float, ...]:
    """Where bands begin, as the reader writes it."""
    from crm_ai.table import Kind

    dates = table.schema[column].kind is Kind.DATE
    proposed = ", ".join(_proposed(table, column))
    if not proposed and not state.value("edges"):
        raise CrmAiError(
            _("Everybody has the same value in this column, or none."),
            where=column,
            next_step=_("Choose another column."),
        )
    written = controls.write(
        _("Bands begin at"), "edges", proposed,
        hint=_("Days such as 2025-01-31, 2025-06-30.") if dates else _("Values such as 25, 40, 60."),
    )  # fmt: skip
    parts = [part for part in _BETWEEN.split(written.strip()) if part]
    try:
        return tuple(parts) if dates else tuple(float(part) for part in parts) or tuple(_floats(proposed))
    except ValueError:
        raise CrmAiError(
            _("These are no numbers: {text}.").format(text=written),
            where=column,
            next_step=_("Write the values at which a new band begins, such as 25, 40, 60."),
        ) from None


def _floats(text: str) -> list[float]:
    return [float(part) for part in _BETWEEN.split(text) if part]


def _proposed(table: Table, column: str) -> list[str]:
    """Edges of bands of about equally many customers."""
    import pandas as pd

    from crm_ai.table import equal_bands

    bands = equal_bands(table.frame[column])
    if bands.dates:
        return [str((pd.Timestamp(0) + pd.Timedelta(days=edge)).date()) for edge in bands.edges]
    return [f"{edge:.15g}" for edge in bands.edges]
