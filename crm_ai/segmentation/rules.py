"""Rules about customers: conditions on columns, joined by and, or and not; and whether they fit a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.table import LABELLED, Kind, Schema
from crm_ai.words import _

ORDERED = ("=", "!=", "<", "<=", ">", ">=", "between")
NAMED = ("=", "!=", "in", "not in")
WRITTEN = (*NAMED, "contains")
PRESENT = ("missing", "known")
OPERATORS = tuple(dict.fromkeys((*ORDERED, *WRITTEN, *PRESENT)))
DEEPEST, MOST_PARTS, MOST_VALUES = 20, 500, 1_000

Value = str | float | int | bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What the cell of one column must be.

    Parameters
    ----------
    column : str
        Name of the column.
    operator : str
        Numbers and dates: ``=  !=  <  <=  >  >=  between`` (both ends included). Labels: ``=  !=  in  not in``. Text
        and identifiers: as labels, and ``contains``. All: ``missing``, ``known``.
    values : tuple of value, default ()
        What the cell is compared with: two for ``between``, any number for ``in`` and ``not in``, none for ``missing``
        and ``known``, else one. Dates as texts such as ``"2026-01-31"``; a date without a time is the whole day.
    """

    column: str
    operator: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Customers that fulfil every part.

    Parameters
    ----------
    parts : tuple of rule
        At least one.
    """

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Customers that fulfil some part.

    Parameters
    ----------
    parts : tuple of rule
        At least one.
    """

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class NotOf:
    """Customers that do not fulfil a part, those included whose cells are missing.

    Parameters
    ----------
    part : rule
        What is not to be.
    """

    part: Rule


Rule = Condition | AllOf | AnyOf | NotOf


def check_rule(rule: Rule, schema: Schema) -> None:
    """Make sure that a rule can be asked of a table.

    Parameters
    ----------
    rule : Condition, AllOf, AnyOf or NotOf
        The rule.
    schema : Schema
        What the table's columns are.

    Raises
    ------
    ProblemError
        Saying which condition is wrong, and what would be right.
    """
    conditions = conditions_of(rule)
    for condition in conditions:
        _check_condition(condition, schema[condition.column].kind)


def conditions_of(rule: Rule) -> tuple[Condition, ...]:
    """All conditions of a rule, in reading order.

    Parameters
    ----------
    rule : Condition, AllOf, AnyOf or NotOf
        The rule.

    Returns
    -------
    tuple of Condition
        At least one.

    Raises
    ------
    ProblemError
        If a part is empty, or there are too many.
    """
    found: list[Condition] = []
    _collect(rule, found, 0)
    return tuple(found)


def label_text(value: Value) -> str:
    """Write a value as labels are written: whole numbers without decimals.

    Parameters
    ----------
    value : str, float, int or bool
        The value.

    Returns
    -------
    str
        As in a column of labels.

    Examples
    --------
    >>> label_text(1.0), label_text("Yes"), label_text(0.5)
    ('1', 'Yes', '0.5')
    """
    if isinstance(value, float):
        short = f"{value:.15g}"
        return short if float(short) == value else repr(value)
    return str(value)


def day_span(value: Value, column: str = "") -> tuple[np.datetime64, np.datetime64]:
    """First moment of a date and of the one after it; of a date with a time, the microsecond after it.

    Parameters
    ----------
    value : str
        A date such as ``"2026-01-31"`` or ``"2026-01-31 08:00"``.
    column : str, optional
        Named in the error.

    Returns
    -------
    start, end : numpy.datetime64
        In microseconds; the end is not part of it.

    Raises
    ------
    ProblemError
        If it is no date.
    """
    try:
        if not isinstance(value, str):
            raise TypeError
        stamp = pd.Timestamp(value)
        if stamp is pd.NaT or stamp.tz is not None:
            raise ValueError
        start = stamp.to_datetime64().astype("datetime64[us]")
    except (TypeError, ValueError, OverflowError) as error:
        raise ProblemError(
            _("“{value}” is no date.").format(value=value), where=column, next_step=_("Write dates like 2026-01-31.")
        ) from error
    whole_day = ":" not in value and stamp == stamp.normalize()
    return start, start + (np.timedelta64(1, "D") if whole_day else np.timedelta64(1, "us"))


def _collect(rule: Rule, found: list[Condition], depth: int) -> None:
    if depth > DEEPEST or len(found) >= MOST_PARTS:
        raise ProblemError(
            _("This rule has too many parts."), next_step=_("Split it into several segments, or make it simpler.")
        )
    if isinstance(rule, Condition):
        found.append(rule)
        return
    parts = (rule.part,) if isinstance(rule, NotOf) else rule.parts
    if not parts:
        raise ProblemError(_("A part of this rule is empty."), next_step=_("Write at least one condition."))
    for part in parts:
        _collect(part, found, depth + 1)


def _check_condition(condition: Condition, kind: Kind) -> None:
    allowed = ORDERED if kind in (Kind.NUMBER, Kind.DATE) else NAMED if kind in LABELLED else WRITTEN
    if condition.operator not in (*allowed, *PRESENT):
        raise ProblemError(
            _("“{operator}” cannot be asked of this column.").format(operator=condition.operator),
            where=condition.column,
            next_step=_("Use one of: {operators}.").format(operators=", ".join((*allowed, *PRESENT))),
        )
    n, operator = len(condition.values), condition.operator
    if operator in PRESENT:
        fits, wanted = n == 0, _("no value")
    elif operator == "between":
        fits, wanted = n == 2, _("two values")
    elif operator in ("in", "not in"):
        fits, wanted = 1 <= n <= MOST_VALUES, _("at least one value")
    else:
        fits, wanted = n == 1, _("one value")
    if not fits:
        raise ProblemError(
            _("“{operator}” takes {wanted}, not {n}.").format(operator=operator, wanted=wanted, n=n),
            where=condition.column,
        )
    for value in condition.values:
        _check_value(value, kind, condition.column)
    if operator == "between":
        low, high = (_comparable(value, kind) for value in condition.values)
        if low > high:
            raise ProblemError(
                _("“between” has its larger value first."), where=condition.column, next_step=_("Swap the two values.")
            )


def _check_value(value: Value, kind: Kind, column: str) -> None:
    if kind is Kind.DATE:
        day_span(value, column)
    elif kind is Kind.NUMBER:
        numeric = not isinstance(value, str | bool) and abs(value) < 1e300  # which is false of NaN
        if not numeric:
            raise ProblemError(
                _("“{value}” is no number.").format(value=value),
                where=column,
                next_step=_("Write a number, such as 12.5."),
            )
    elif not isinstance(value, str | int | float) or (isinstance(value, float) and not np.isfinite(value)):
        raise ProblemError(_("“{value}” is no label.").format(value=value), where=column)


def _comparable(value: Value, kind: Kind) -> float | np.datetime64:
    return day_span(value)[0] if kind is Kind.DATE else float(value)
