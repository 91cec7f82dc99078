"""Rules in words."""

from __future__ import annotations

from crm_ai.segmentation.rules import AllOf, Condition, NotOf, Rule, Value, label_text
from crm_ai.words import _, count, shorten

NAME = 40
SHOWN = 6


def rule_in_words(rule: Rule) -> str:
    """Say whom a rule means.

    Parameters
    ----------
    rule : Condition, AllOf, AnyOf or NotOf
        The rule.

    Returns
    -------
    str
        Without a full stop.

    Examples
    --------
    >>> from crm_ai.segmentation.rules import AnyOf
    >>> few = Condition("months", "<", (12,))
    >>> rule_in_words(AllOf((few, AnyOf((Condition("plan", "in", ("a", "b")), NotOf(Condition("age", "missing")))))))
    'months below 12 and (plan is “a” or “b”, or not (age is missing))'
    """
    return _said(rule, inside=False)


def _said(rule: Rule, *, inside: bool) -> str:
    if isinstance(rule, Condition):
        return _condition(rule)
    if isinstance(rule, NotOf):
        return _("not ({rule})").format(rule=_said(rule.part, inside=False))
    parts = [_said(part, inside=True) for part in rule.parts]
    if len(parts) == 1:
        return parts[0]
    joined = (_(" and ") if isinstance(rule, AllOf) else _(", or ")).join(parts)
    return f"({joined})" if inside else joined


def _condition(condition: Condition) -> str:
    column, dates = shorten(condition.column, NAME), any(isinstance(value, str) for value in condition.values)
    operator, values = condition.operator, [_value(value) for value in condition.values]
    if operator in ("in", "not in"):
        words = _("{column} is {values}") if operator == "in" else _("{column} is not {values}")
        return words.format(column=column, values=_either([_quoted(value) for value in condition.values]))
    if operator in ("=", "!=", "contains"):
        words = {
            "=": _("{column} is {value}"),
            "!=": _("{column} is not {value}"),
            "contains": _("{column} contains {value}"),
        }[operator]
        return words.format(column=column, value=_quoted(condition.values[0]))
    words = {
        "<": _("{column} before {first}") if dates else _("{column} below {first}"),
        "<=": _("{column} until {first}") if dates else _("{column} at most {first}"),
        ">": _("{column} after {first}") if dates else _("{column} above {first}"),
        ">=": _("{column} from {first} on") if dates else _("{column} at least {first}"),
        "between": _("{column} from {first} to {last}"),
        "missing": _("{column} is missing"),
        "known": _("{column} is known"),
    }[operator]
    return words.format(column=column, first=values[0] if values else "", last=values[-1] if values else "")


def _value(value: Value) -> str:
    """The exact value: a rule must not be rounded."""
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:,.15g}" if numeric else label_text(value)


def _quoted(value: Value) -> str:
    return f"“{shorten(value, NAME)}”" if isinstance(value, str) else _value(value)


def _either(values: list[str]) -> str:
    if len(values) > SHOWN:
        return _("{some} or {n} others").format(some=_(", ").join(values[:SHOWN]), n=count(len(values) - SHOWN))
    if len(values) == 1:
        return values[0]
    return _("{some} or {last}").format(some=_(", ").join(values[:-1]), last=values[-1])
