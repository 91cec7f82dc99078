"""Segments made by hand: conditions on columns, joined by and, or and not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.modeling.labels import label_codes
from crm_ai.segmentation.rules import (
    PRESENT,
    AllOf,
    Condition,
    NotOf,
    Rule,
    check_rule,
    conditions_of,
    day_span,
    label_text,
)
from crm_ai.segmentation.segmentation import Segmentation
from crm_ai.table import LABELLED, Kind, Table
from crm_ai.words import _, count, sentences


def customers_who(table: Table, rule: Rule) -> np.ndarray:
    """Find the customers that fulfil a rule.

    Parameters
    ----------
    table : Table
        The customers.
    rule : Condition, AllOf, AnyOf or NotOf
        The rule. A missing cell fulfils no condition but ``missing``, not even ``!=`` or ``not in``.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True for customers that fulfil it.

    Raises
    ------
    ProblemError
        If the rule does not fit the table's columns.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"months": [2.5, 30.0, 50.0], "plan": ["a", "b", "a"]}))
    >>> customers_who(table, AllOf((Condition("months", ">=", (12,)), Condition("plan", "in", ("a", "c"))))).tolist()
    [False, False, True]
    """
    check_rule(rule, table.schema)
    return _fulfilled(table, rule)


def strange_labels(table: Table, rule: Rule) -> tuple[str, ...]:
    """Say which labels of a rule no customer has: misspelt perhaps, or gone since the rule was made.

    Parameters
    ----------
    table : Table
        The customers.
    rule : Condition, AllOf, AnyOf or NotOf
        The rule.

    Returns
    -------
    tuple of str
        One sentence a column.
    """
    told = []
    for condition in conditions_of(rule):
        if table.schema[condition.column].kind not in LABELLED or condition.operator in PRESENT:
            continue
        known = set(label_codes(table.frame[condition.column])[0])
        unknown = [label_text(value) for value in condition.values if label_text(value) not in known]
        if unknown:
            told.append(
                _("No customer has {labels} in “{column}”.").format(
                    labels=_(", ").join(f"“{label}”" for label in unknown[:8]), column=condition.column
                )
            )
    return tuple(told)


def segment_by_rules(table: Table, rules: Mapping[str, Rule], *, name: str = "", otherwise: str = "") -> Segmentation:
    """Put customers into groups by rules; whoever fulfils several is in the first one.

    Parameters
    ----------
    table : Table
        The customers.
    rules : mapping of str to rule
        By name of the group.
    name : str, optional
        What the segmentation is called.
    otherwise : str, optional
        Name of the group of all others; by default they are in no group.

    Returns
    -------
    Segmentation
        With the rules in its recipe.

    Raises
    ------
    CrmAiError
        If there is no rule, or one does not fit the table.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"months": [2.5, 30.0, 50.0]}))
    >>> segment_by_rules(table, {"new": Condition("months", "<", (6,))}, otherwise="others").sizes
    {'new': 1, 'others': 2}
    """
    from crm_ai.segmentation.filter_words import rule_in_words
    from crm_ai.segmentation.rule_files import rule_as_json

    if not rules:
        raise CrmAiError(_("There is no rule to make groups by."), next_step=_("Write at least one condition."))
    codes, overlap = np.full(len(table), -1, dtype=np.intp), 0
    for place, rule in enumerate(rules.values()):
        inside = customers_who(table, rule)
        overlap += int((inside & (codes >= 0)).sum())
        codes[inside & (codes < 0)] = place
    groups = tuple(rules)
    if otherwise and (codes < 0).any():
        codes, groups = np.where(codes < 0, len(groups), codes), (*groups, otherwise)
    told = [_("{name}: {rule}.").format(name=group, rule=rule_in_words(rule)) for group, rule in rules.items()]
    if overlap:
        told.append(_("{n} customers fulfil more than one rule and are in the first.").format(n=count(overlap)))
    recipe = {
        "by": "rules",
        "rules": [{"name": group, "rule": rule_as_json(rule)} for group, rule in rules.items()],
        "otherwise": otherwise,
    }
    return Segmentation(name or _("Segments by hand"), codes, groups, sentences(told), recipe)


def _fulfilled(table: Table, rule: Rule) -> np.ndarray:
    if isinstance(rule, NotOf):
        return ~_fulfilled(table, rule.part)
    if isinstance(rule, Condition):
        return _met(table, rule)
    joined = np.logical_and if isinstance(rule, AllOf) else np.logical_or
    return np.asarray(joined.reduce([_fulfilled(table, part) for part in rule.parts]))


def _met(table: Table, condition: Condition) -> np.ndarray:
    cells, kind = table.frame[condition.column], table.schema[condition.column].kind
    known = cells.notna().to_numpy()
    if condition.operator in PRESENT:
        return known if condition.operator == "known" else ~known
    if kind is Kind.DATE:
        moments = cells.to_numpy(dtype="datetime64[us]")
        spans = [day_span(value) for value in condition.values]
        return known & _compared(moments, condition.operator, [s for s, _e in spans], [e for _s, e in spans])
    if kind is Kind.NUMBER:
        numbers = cells.to_numpy()
        ends = [np.nextafter(float(value), np.inf) for value in condition.values]
        if condition.operator in ("=", "!="):
            equal = numbers == condition.values[0]
            return known & (equal if condition.operator == "=" else ~equal)
        return known & _compared(numbers, condition.operator, [float(value) for value in condition.values], ends)
    return known & _named(cells, kind, condition)


def _compared(cells: np.ndarray, operator: str, starts: list, ends: list) -> np.ndarray:
    """Compare with stretches that hold their start and not their end: days, or single numbers."""
    found = {
        "<": lambda: cells < starts[0],
        "<=": lambda: cells < ends[0],
        ">": lambda: cells >= ends[0],
        ">=": lambda: cells >= starts[0],
        "=": lambda: (cells >= starts[0]) & (cells < ends[0]),
        "!=": lambda: (cells < starts[0]) | (cells >= ends[0]),
        "between": lambda: (cells >= starts[0]) & (cells < ends[-1]),
    }[operator]()
    return np.asarray(found)


def _named(cells: pd.Series, kind: Kind, condition: Condition) -> np.ndarray:
    wanted = {label_text(value) for value in condition.values}
    if condition.operator == "contains":
        part = next(iter(wanted)).casefold()
        return np.asarray([part in str(cell).casefold() for cell in cells.astype(object)])
    if kind in LABELLED:
        texts, codes = label_codes(cells)
        equal = np.asarray([*(text in wanted for text in texts), False], dtype=bool)[codes]
    else:
        equal = cells.astype("str").isin(wanted).to_numpy()
    return np.asarray(equal if condition.operator in ("=", "in") else ~equal)
