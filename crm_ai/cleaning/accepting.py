"""Agree upon repairs: make at once those that learn nothing, keep the others for training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from crm_ai.cleaning.steps import STEPS, can_repair, describe_repair, learns, make_step, repairs_rows
from crm_ai.errors import ProblemError
from crm_ai.table import Column, Finding, Kind, Repair, Role, Table
from crm_ai.words import _


def certain_repairs(findings: Iterable[Finding]) -> tuple[Repair, ...]:
    """Repairs that can hardly be wrong, and are made unless somebody switches them off.

    Parameters
    ----------
    findings : iterable of Finding
        From ``inspect``.

    Returns
    -------
    tuple of Repair
        In the order in which they must be made.
    """
    return in_order(finding.repair for finding in findings if finding.certain and finding.repair is not None)


def in_order(repairs: Iterable[Repair]) -> tuple[Repair, ...]:
    """Put repairs into the order in which they must be made: spelling before counting, bounds before filling.

    Parameters
    ----------
    repairs : iterable of Repair
        Of known kinds, each once.

    Returns
    -------
    tuple of Repair
        Rows that repeat go last of those that learn nothing, so that rows that differ in spelling only are found.
    """
    order = {name: place for place, name in enumerate(STEPS)}
    order["drop_duplicates"] = order["drop_columns"] + 0.5  # type: ignore[assignment]
    unique = {repr(repair): repair for repair in repairs}
    return tuple(sorted(unique.values(), key=lambda repair: order.get(repair.step, len(order))))


def accept(table: Table, repairs: Sequence[Repair]) -> Table:
    """Agree upon repairs of a table.

    Repairs that learn nothing (one spelling, another kind, impossible values, columns and rows to leave out) are made
    now. Those that learn from customers (filling, capping) wait until a training makes them on training customers only.

    Parameters
    ----------
    table : Table
        As it was read.
    repairs : sequence of Repair
        In order.

    Returns
    -------
    Table
        The repaired customers; ``repairs`` lists all that were agreed upon.

    Raises
    ------
    ProblemError
        If a repair is not known, its settings are wrong, or its columns are not there.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"gender": ["Male", "male ", "Female"], "age": [34, None, 40]}))
    >>> agreed = [Repair("unify_labels", ("gender",), {"labels": {"male ": "Male"}}), Repair("fill_median", ("age",))]
    >>> accept(table, agreed).frame.values.tolist()
    [['Male', 34.0], ['Male', nan], ['Female', 40.0]]
    """
    if tuple(repairs) == table.repairs:
        return table
    check(table, repairs)
    fixed = [repair for repair in repairs if not learns(repair)]
    if fixed:
        frame = table.frame
        for repair in fixed:
            frame = unrepeated(frame) if repairs_rows(repair) else make_step(repair).transform(frame)
        changed = [name for repair in fixed for name in repair.columns]
        table = table.with_frame(frame.reset_index(drop=True), columns=columns_after(table, fixed), changed=changed)
    return replace(table, repairs=tuple(repairs))


def check(table: Table, repairs: Sequence[Repair]) -> None:
    """Refuse repairs that cannot be made.

    Parameters
    ----------
    table : Table
        The customers.
    repairs : sequence of Repair
        What shall be repaired.

    Raises
    ------
    ProblemError
        If a repair is not known, its settings are wrong, or its columns are not there or of another kind.
    """
    kinds = {column.name: column.kind for column in table.schema}
    for repair in repairs:
        if not repairs_rows(repair):
            make_step(repair)
        for name in repair.columns:
            if name not in kinds:
                raise ProblemError(
                    _("A repair needs a column that is not there: {name}.").format(name=name),
                    where=table.source,
                    next_step=_("Switch the repair off, or add the column."),
                )
            if not can_repair(repair, kinds[name]):
                raise ProblemError(
                    _("“{column}” is a {kind}, which cannot be repaired so: {what}.").format(
                        column=name, kind=kinds[name].in_words, what=describe_repair(repair)
                    ),
                    where=table.source,
                    next_step=_("Switch the repair off, or correct the column's kind."),
                )
        kinds |= dict.fromkeys(repair.columns, Kind(repair.settings.get("kind", "number"))) if _retypes(repair) else {}


def fitting(table: Table, repairs: Sequence[Repair]) -> tuple[Repair, ...]:
    """Repairs that can be made.

    Parameters
    ----------
    table : Table
        The customers, without any repair.
    repairs : sequence of Repair
        In order.

    Returns
    -------
    tuple of Repair
        Without those whose columns are gone, or are of a kind that cannot be repaired so.
    """
    kept: list[Repair] = []
    for repair in repairs:
        try:
            check(table, [*kept, repair])
        except ProblemError:
            continue
        kept.append(repair)
    return tuple(kept)


def _retypes(repair: Repair) -> bool:
    return repair.step == "retype"


def unrepeated(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the first of rows that are equal in every cell.

    Parameters
    ----------
    frame : pandas.DataFrame
        Customers.

    Returns
    -------
    pandas.DataFrame
        Without the later ones.
    """
    return frame[~frame.duplicated()]


def columns_after(table: Table, repairs: Iterable[Repair]) -> list[Column]:
    """What columns are once they are read as another kind.

    Parameters
    ----------
    table : Table
        The customers before.
    repairs : iterable of Repair
        What is repaired.

    Returns
    -------
    list of Column
        Those that change; what was set aside as text becomes a feature.
    """
    changed = []
    for repair in repairs:
        if _retypes(repair):
            kind = Kind(repair.settings.get("kind", "number"))
            for column in (table.schema[name] for name in repair.columns):
                freed = column.kind is Kind.TEXT and column.role is Role.IGNORED
                role = Role.FEATURE if freed else column.role
                changed.append(
                    Column(column.name, kind, role, _("Read as {kind}, as agreed.").format(kind=kind.in_words))
                )
    return changed
