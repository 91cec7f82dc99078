"""Guess the schema of a table: what each column is and what it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from crm_ai.table.cells import Cells, cells_of_series
from crm_ai.table.kinds import guess_kind
from crm_ai.table.roles import guess_roles
from crm_ai.table.schema import Column, Schema
from crm_ai.words import sentences


def infer_schema(frame: pd.DataFrame) -> Schema:
    """Guess what each column of a frame is and what it is for.

    Parameters
    ----------
    frame : pandas.DataFrame
        Customers, one a row, with unique column names; cells as texts or as anything else.

    Returns
    -------
    Schema
        One entry a column, with the evidence for the guess. At most one column is proposed as the target.

    Examples
    --------
    >>> frame = pd.DataFrame({"customer_id": ["a1", "a2", "a3"], "calls": [3, 5, 4], "Churn": ["Yes", "No", "No"]})
    >>> [(column.kind.value, column.role.value) for column in infer_schema(frame)]
    [('identifier', 'ignored'), ('number', 'feature'), ('boolean', 'target')]
    """
    cells = {str(name): cells_of_series(frame.iloc[:, place]) for place, name in enumerate(frame.columns)}
    return schema_of_cells(cells, len(frame))


def schema_of_cells(
    columns: Mapping[str, Cells],
    rows: int,
    *,
    decimal: str | None = None,
    before: Callable[[int, str], None] | None = None,
) -> Schema:
    """Guess what each column is and what it is for, from its cells.

    Parameters
    ----------
    columns : mapping of str to Texts, Numbers or Dates
        Cells by column name.
    rows : int
        Rows of the table.
    decimal : str, optional
        Decimal mark of the file, if it is known.
    before : callable, optional
        Called with place and name of each column before it is looked at.

    Returns
    -------
    Schema
        One entry a column.
    """
    guesses = {}
    for place, (name, cells) in enumerate(columns.items()):
        if before is not None:
            before(place, name)
        guesses[name] = guess_kind(name, cells, decimal=decimal)
    roles = guess_roles(guesses, rows)
    return Schema(
        tuple(
            Column(name, guess.kind, roles[name][0], sentences([guess.evidence, roles[name][1]]))
            for name, guess in guesses.items()
        )
    )
