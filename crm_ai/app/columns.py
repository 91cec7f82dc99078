"""Which columns a page looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.app import questions
from crm_ai.table import Kind, Role

if TYPE_CHECKING:
    from crm_ai.table import Table

ROWS_SHOWN = 200
_DRAWN = (Kind.NUMBER, Kind.CATEGORY, Kind.BOOLEAN, Kind.DATE)


def target(table: Table) -> str:
    """The column that is predicted.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    str
        As it was asked last, or as the schema proposes; empty if neither is known.
    """
    asked = questions.asked_before()
    if asked is not None and asked.problem.target in table.schema:
        return asked.problem.target
    return next(iter(table.schema.names_of(role=Role.TARGET)), "")


def in_order(table: Table) -> list[str]:
    """Columns that can be drawn, the target first.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    list of str
        Names; identifiers and texts only if there is nothing else.
    """
    first = target(table)
    drawn = [column.name for column in table.schema if column.kind in _DRAWN and column.name != first]
    return ([first] if first else []) + drawn or list(table.schema.names)


def target_for(table: Table, column: str) -> str:
    """The target that a column is drawn against.

    Parameters
    ----------
    table : Table
        The customers.
    column : str
        The column.

    Returns
    -------
    str
        Empty if there is none, or the column is the target itself.
    """
    known = target(table)
    return "" if known == column else known
