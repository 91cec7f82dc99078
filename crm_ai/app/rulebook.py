"""A decision tree to look at: drawn, as rules in words, and as SQL."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import errors, explained, frame, pictures
from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import NOTHING, _, count, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.explanation import TreeReading
    from crm_ai.modeling import Run

DRAWN = 4
ROW_HEIGHT, RULE_WIDTH, CODE_HEIGHT = 80, 420, 420  # pixels
DIALECTS = {"ansi": "PostgreSQL, DuckDB", "sqlite": "SQLite"}


@errors.fragment
def panel(run: Run, model: str, label: str | None) -> None:
    """Draw the tree and write it out.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        Its decision tree.
    label : str, optional
        For several answers: the one whose share is told.
    """
    reading = explained.tree(run, model, label)
    depth = reading.depth
    if depth > 1:
        depth = st.slider(
            _("Questions drawn, one below the other"),
            min_value=1,
            max_value=depth,
            value=min(depth, DRAWN),
            key=f"tree_depth_{run.digest}_{model}",
            persist_state="session",
            help=_("The rules below always hold all of them."),
        )
    frame.chart(*pictures.tree(run, model, label, depth), key="tree")
    st.caption(
        _(
            "Boxes are as wide as they hold training customers; “yes” leads to the left. Choose a branch in the list "
            "to bring it close; a box tells more when it is pointed at."
        )
    )
    _rules(reading, explained.rules(run, model, label))
    _sql(run, model, label)


def _rules(reading: TreeReading, rules: pd.DataFrame) -> None:
    st.subheader(_("The same as {n} rules").format(n=count(len(rules))))
    st.caption(
        _(
            "Every customer fulfils exactly one. The tree chose its rules on training customers, which flatters them; "
            "customers it never saw stand beside."
        )
    )
    weighted = bool((rules["score"] - rules["value"]).abs().max() > 1e-9)
    told = _told(reading)
    shown: dict[str, list[str]] = {
        _("Rule"): rules["rule"].tolist(),
        _("training customers"): [count(int(n)) for n in rules["customers"]],
        _("share of all"): [percent(share) for share in rules["share"]],
        told: [_amount(reading, value) for value in rules["value"]],
        _("95 % interval"): [_span(reading, low, high) for low, high in zip(rules["low"], rules["high"], strict=True)],
        _("of customers it never saw"): [_amount(reading, value) for value in rules["holdout_value"]],
        _("its 95 % interval"): [
            _span(reading, low, high) for low, high in zip(rules["holdout_low"], rules["holdout_high"], strict=True)
        ],
        _("their number"): [count(int(n)) for n in rules["holdout_customers"]],
    }
    if weighted:
        shown[_("the model says")] = [_amount(reading, score) for score in rules["score"]]
    if reading.is_share:
        shown[_("most frequent answer")] = rules["answer"].tolist()
    st.dataframe(
        shown,
        hide_index=True,
        alt=_("All rules of the tree"),
        row_height=ROW_HEIGHT,  # high enough for a long rule to wrap
        column_config={_("Rule"): st.column_config.TextColumn(width=RULE_WIDTH)},
    )


def _told(reading: TreeReading) -> str:
    words = _("share with {outcome}") if reading.is_share else _("mean of {outcome}")
    return words.format(outcome=reading.outcome)


def _amount(reading: TreeReading, value: float) -> str:
    if not math.isfinite(value):
        return NOTHING
    return percent(value) if reading.is_share else number(value)


def _span(reading: TreeReading, low: float, high: float) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOTHING
    return f"{_amount(reading, low)} – {_amount(reading, high)}"


def _sql(run: Run, model: str, label: str | None) -> None:
    from crm_ai.explanation import tree_sql

    with st.expander(_("The same for a database (SQL)"), icon=":material/database:"):
        dialect = st.radio(
            _("Database"), list(DIALECTS), format_func=DIALECTS.__getitem__, horizontal=True, key="tree_dialect"
        )
        try:
            st.code(tree_sql(run.model(model), label=label, dialect=dialect), language="sql", height=CODE_HEIGHT)
        except CrmAiError as error:
            st.caption(plain(str(error)))
