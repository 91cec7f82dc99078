"""Whom customers are compared with: reasons are always reasons for being unlike somebody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_ai.errors import EmptySegmentError
from crm_ai.modeling import Run, table_groups
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference population: everybody, the customers of a segment, or one customer.

    Parameters
    ----------
    segment : str, optional
        A column of the table.
    group : str, optional
        One of its groups, see ``crm_ai.modeling.table_groups``.
    row : int, optional
        Position in the table of the one customer that others are compared with.
    """

    segment: str = ""
    group: str = ""
    row: int | None = None


EVERYBODY = Reference()


def reference_rows(run: Run, reference: Reference) -> np.ndarray:
    """Customers of a reference population.

    Parameters
    ----------
    run : Run
        The run.
    reference : Reference
        The population. Everybody and segments are training customers.

    Returns
    -------
    numpy.ndarray of int
        Their positions in the table.

    Raises
    ------
    EmptySegmentError
        If it has no customer.
    """
    if reference.row is not None:
        return np.array([reference.row], dtype=np.intp)
    if not reference.segment:
        return run.train_rows
    codes, names = table_groups(run.table, reference.segment)
    rows = (
        run.train_rows[codes[run.train_rows] == names.index(reference.group)]
        if reference.group in names
        else run.train_rows[:0]
    )
    if not len(rows):
        raise EmptySegmentError(
            _("No training customer has “{column}” = “{group}”.").format(
                column=reference.segment, group=reference.group
            ),
            next_step=_("Compare with another group, or with everybody."),
        )
    return rows


def reference_in_words(reference: Reference, name: str = "") -> str:
    """Say whom customers are compared with.

    Parameters
    ----------
    reference : Reference
        The population.
    name : str, optional
        What the one customer is called.

    Returns
    -------
    str
        For instance ``customers with Contract = Month-to-month``.

    Examples
    --------
    >>> reference_in_words(Reference("Contract", "Two year")), reference_in_words(EVERYBODY)
    ('customers with Contract = Two year', 'the average customer')
    """
    if reference.row is not None:
        return _("customer {name}").format(name=name or f"#{reference.row + 1}")
    if reference.segment:
        return _("customers with {column} = {group}").format(column=reference.segment, group=reference.group)
    return _("the average customer")
