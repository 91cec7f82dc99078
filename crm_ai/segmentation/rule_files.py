"""Rules as plain JSON, so that they can be kept with a table and used again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crm_ai.errors import CrmAiError, ReadError
from crm_ai.segmentation.rules import DEEPEST, MOST_PARTS, OPERATORS, AllOf, AnyOf, Condition, NotOf, Rule
from crm_ai.words import _

LARGEST_TEXT = 1_000_000
JOINED: dict[str, type[AllOf] | type[AnyOf]] = {"all": AllOf, "any": AnyOf}


def rule_as_json(rule: Rule) -> dict[str, Any]:
    """Write a rule down.

    Parameters
    ----------
    rule : Condition, AllOf, AnyOf or NotOf
        The rule.

    Returns
    -------
    dict
        As JSON keeps it.

    Examples
    --------
    >>> rule_as_json(NotOf(Condition("months", "<", (12,))))
    {'not': {'column': 'months', 'operator': '<', 'values': [12]}}
    """
    if isinstance(rule, Condition):
        return {"column": rule.column, "operator": rule.operator, "values": list(rule.values)}
    if isinstance(rule, NotOf):
        return {"not": rule_as_json(rule.part)}
    return {"all" if isinstance(rule, AllOf) else "any": [rule_as_json(part) for part in rule.parts]}


def rule_from_json(said: Mapping[str, Any] | str) -> Rule:
    """Read a rule that was written down.

    Parameters
    ----------
    said : mapping or str
        What ``rule_as_json`` wrote, as it is or as a JSON text.

    Returns
    -------
    Condition, AllOf, AnyOf or NotOf
        The same rule; whether it fits a table is ``check_rule``'s to say.

    Raises
    ------
    ReadError
        If it is no rule.

    Examples
    --------
    >>> rule_from_json('{"column": "months", "operator": "<", "values": [12]}')
    Condition(column='months', operator='<', values=(12,))
    """
    try:
        if isinstance(said, str):
            if len(said) > LARGEST_TEXT:
                raise ValueError
            said = json.loads(said)
        return _read(said, 0, [MOST_PARTS])
    except CrmAiError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ReadError(
            _("This is no rule, or it is damaged."),
            next_step=_('Write rules like {"column": "months", "operator": "<", "values": [12]}.'),
        ) from error


def _read(said: Any, depth: int, left: list[int]) -> Rule:
    left[0] -= 1
    if not isinstance(said, Mapping) or depth > DEEPEST or left[0] < 0:
        raise ValueError
    if "not" in said:
        return NotOf(_read(said["not"], depth + 1, left))
    for word, kind in JOINED.items():
        if word in said:
            if not isinstance(said[word], list | tuple) or not said[word]:
                raise ValueError
            return kind(tuple(_read(part, depth + 1, left) for part in said[word]))
    operator, values = str(said["operator"]), said.get("values", [])
    if operator not in OPERATORS:
        raise ReadError(
            _("“{operator}” is no operator.").format(operator=operator),
            where=str(said["column"]),
            next_step=_("Use one of: {operators}.").format(operators=", ".join(OPERATORS)),
        )
    if not isinstance(values, list | tuple) or not all(isinstance(value, str | int | float) for value in values):
        raise ValueError
    return Condition(str(said["column"]), operator, tuple(values))
