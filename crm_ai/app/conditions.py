"""One condition of a rule: a column, what is asked of it, and the controls that suit its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app.plain import plain
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.app.drafts import Draft, Line
    from crm_ai.table import Table

NAME_WIDTH = 40
MOST_LABELS = 1_000
LARGEST = 1e15


def draw(table: Table, draft: Draft, line: Line) -> None:
    """Draw a condition, and note in it what the reader has chosen.

    Parameters
    ----------
    table : Table
        The customers.
    draft : Draft
        The rule.
    line : Line
        One of its conditions.
    """
    column, operator, value, remove = st.columns([4, 3, 5, 1], vertical_alignment="bottom")
    with column:
        names = table.schema.names
        line.column = str(
            _seeded(
                st.selectbox, f"rule_{line.key}_column", line.column if line.column in names else _first(table),
                label=_("Column"), options=names, format_func=lambda name: shorten(name, NAME_WIDTH),
            )
        )  # fmt: skip
    place = names.index(line.column)
    with operator:
        asked = operators(table, line.column)
        known = line.operator if line.operator in asked else next(iter(asked))
        chosen = str(
            _seeded(
                st.selectbox, f"rule_{line.key}_{place}_operator", known,
                label=_("What of it"), options=list(asked), format_func=asked.__getitem__,
            )
        )  # fmt: skip
    if chosen != line.operator and not _alike(chosen, line.operator):
        line.against = None
    line.operator = chosen
    with value:
        line.against = _values(table.frame[line.column], table, line, f"rule_{line.key}_{place}")
    with remove:
        st.button(
            "", icon=":material/close:", key=f"rule_{line.key}_remove", help=_("Take this condition away"),
            type="tertiary", on_click=draft.remove, args=(line,),
        )  # fmt: skip


def _first(table: Table) -> str:
    """A column to begin with: one that says something of customers, if there is one."""
    from crm_ai.table import LABELLED, Kind

    telling = (Kind.NUMBER, Kind.DATE, *LABELLED)
    return next((column.name for column in table.schema if column.kind in telling), table.schema.names[0])


def operators(table: Table, column: str) -> dict[str, str]:
    """What can be asked of a column.

    Parameters
    ----------
    table : Table
        The customers.
    column : str
        One of its columns.

    Returns
    -------
    dict of str to str
        In words, by operator.
    """
    from crm_ai.table import LABELLED, Kind

    kind = table.schema[column].kind
    present = {"missing": _("is missing"), "known": _("is known")}
    if kind in LABELLED:
        return {"in": _("is one of"), "not in": _("is none of"), **present}
    if kind is Kind.NUMBER:
        return {
            ">=": _("at least"), "<=": _("at most"), ">": _("above"), "<": _("below"), "between": _("from … to"),
            "=": _("equals"), "!=": _("is not"), **present,
        }  # fmt: skip
    if kind is Kind.DATE:
        return {
            ">=": _("from … on"), "<=": _("until"), ">": _("after"), "<": _("before"), "between": _("from … to"),
            "=": _("on the day"), "!=": _("not on the day"), **present,
        }  # fmt: skip
    return {"contains": _("contains"), "=": _("is"), "!=": _("is not"), **present}


def _values(cells: pd.Series, table: Table, line: Line, key: str) -> tuple[object, ...] | None:
    from crm_ai.table import LABELLED, Kind

    kind, operator = table.schema[line.column].kind, line.operator
    if operator in ("missing", "known"):
        return ()
    if kind in LABELLED:
        return _labels(cells, line, f"{key}_labels")
    many = 2 if operator == "between" else 1
    if kind is Kind.NUMBER:
        known = line.against if line.against is not None and len(line.against) == many else _usual(cells, many)
        return tuple(_number(cells, known[place], f"{key}_number_{many}_{place}", place, many) for place in range(many))
    if kind is Kind.DATE:
        known = line.against if line.against is not None and len(line.against) == many else _usual_days(cells, many)
        return tuple(_day(str(known[place]), f"{key}_day_{many}_{place}", place, many) for place in range(many))
    text = str(_seeded(st.text_input, f"{key}_text", str(line.against[0]) if line.against else "", label=_("Text")))
    return (text,) if text else None


def _labels(cells: pd.Series, line: Line, key: str) -> tuple[object, ...] | None:
    from crm_ai.modeling import label_counts

    offered = [str(label) for label in label_counts(cells)][:MOST_LABELS]
    # A label that nobody has any more stays, so that nothing is lost by opening a saved rule.
    offered += [str(label) for label in line.against or () if str(label) not in offered]
    known = [str(label) for label in line.against or ()]
    chosen = _seeded(
        st.multiselect, key, known, label=_("Labels"), options=offered, placeholder=_("Type to search"),
        format_func=lambda label: shorten(label, NAME_WIDTH),
    )  # fmt: skip
    return tuple(str(label) for label in chosen) or None


def _number(cells: pd.Series, known: Any, key: str, place: int, many: int) -> float | int:
    whole = cells.dtype.kind == "i" and float(known).is_integer() and abs(float(known)) < LARGEST
    own: float | int = int(known) if whole else float(known)
    label = _("Value") if many == 1 else (_("From"), _("To"))[place]
    chosen = _seeded(st.number_input, key, own, label=label, step=1 if whole else None, format=None if whole else "%g")
    return own if chosen is None else chosen


def _day(known: str, key: str, place: int, many: int) -> str:
    import pandas as pd

    label = _("Day") if many == 1 else (_("From"), _("To"))[place]
    low, high = pd.Timestamp("1900-01-01").date(), pd.Timestamp("2100-12-31").date()
    chosen = _seeded(
        st.date_input, key, min(max(pd.Timestamp(known).date(), low), high), label=label, min_value=low, max_value=high
    )
    return str(chosen) if chosen else known


def _usual(cells: pd.Series, many: int) -> tuple[Any, ...]:
    """A value that splits customers, or two that hold the middle half."""
    import numpy as np

    known = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    known = known[np.isfinite(known)]
    if not len(known):
        return (0.0,) * many
    at = (0.5,) if many == 1 else (0.25, 0.75)
    return tuple(float(f"{x:.4g}") for x in np.quantile(known, at))


def _usual_days(cells: pd.Series, many: int) -> tuple[str, ...]:
    import pandas as pd

    known = cells.dropna().sort_values()
    if known.empty:
        return (str(pd.Timestamp("2000-01-01").date()),) * many
    at = (0.5,) if many == 1 else (0.25, 0.75)
    return tuple(str(known.iloc[int(share * (len(known) - 1))].date()) for share in at)


def _alike(one: str, other: str) -> bool:
    """Whether what was written for one operator means something for another."""
    families = ({"in", "not in"}, {"<", "<=", ">", ">=", "=", "!=", "contains"})
    return any(one in family and other in family for family in families)


def _seeded(widget: Any, key: str, value: object, **settings: Any) -> Any:
    """Draw a control that shows what is known already, also after the reader was on another page."""
    if key not in st.session_state:
        st.session_state[key] = value
    return widget(key=key, persist_state="session", **settings)


def in_words(table: Table, line: Line) -> str:
    """Say what is missing of a condition.

    Parameters
    ----------
    table : Table
        The customers.
    line : Line
        A condition.

    Returns
    -------
    str
        Empty if nothing is; safe to stand in markdown.
    """
    if line.against is not None:
        return ""
    return _("Choose what “{column}” must be.").format(column=plain(line.column, NAME_WIDTH))
