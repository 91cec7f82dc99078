"""Groups side by side: how many customers, what became of them, what a model says, and what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai import charts
from crm_ai.app import controls, found_groups, frame, segmented, state
from crm_ai.app.plain import plain
from crm_ai.modeling import Task, question_in_words
from crm_ai.words import NOTHING, _, count, number, percent, sentences

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from crm_ai.app.segmenting import Grouping
    from crm_ai.modeling import Run

NONE = "none"
SURE_ENOUGH = 30
NAME_WIDTH = 90


def panel(grouping: Grouping, answer: DeltaGenerator) -> None:
    """Draw the groups side by side, and add to the page's answer what became of them.

    Parameters
    ----------
    grouping : Grouping
        The groups.
    answer : DeltaGenerator
        Place of the page's answer.
    """
    run = state.run() if grouping.of_run else None
    model = state.model(run) if run is not None else None
    left, right = st.columns(2)
    with left:
        value = _value(grouping)
    with right:
        label = controls.choose_answer(run) if run is not None else None
    table = segmented.outcomes(grouping.table, grouping.segmentation, value, run, model, label)
    frame.answer(answer, sentences([grouping.answer, _in_words(table, run)]))
    found_groups.evidence(grouping)
    pictures = [lambda: _sizes(grouping, table, value)]
    if run is not None:
        pictures.append(lambda: _outcomes(table, run))
    if grouping.clustering is not None:
        pictures.append(lambda: found_groups.picture(grouping))
    for draw, place in zip(pictures, [*st.columns(2), st.container()], strict=False):
        with place:
            draw()
    _all_figures(grouping, table, run, value)


def _outcomes(table: pd.DataFrame, run: Run) -> None:
    share = run.problem.task is not Task.REGRESSION
    figure = charts.segments.outcomes(table, _question(run), share=share)
    frame.chart(figure, table[table["metric"].isin(["outcome", "prediction"])], key="outcomes")


def _in_words(table: pd.DataFrame, run: Run | None) -> str:
    """In which group the outcome is highest and lowest; nothing if groups are too small or too alike to say."""
    if run is None:
        return ""
    known = table[(table["metric"] == "outcome") & (table["n"] >= SURE_ENOUGH)].dropna(subset=["low", "high"])
    if len(known) < 2:
        return ""
    values = known["value"].to_numpy()
    top, bottom = known.iloc[int(values.argmax())], known.iloc[int(values.argmin())]
    if top["low"] <= bottom["high"]:
        return ""
    write = percent if run.problem.task is not Task.REGRESSION else number
    return _("{question}: {high} ({from_}–{to}) of “{top}”, {low} of “{bottom}”.").format(
        question=plain(_question(run), 40),
        high=write(top["value"]),
        from_=write(top["low"]),
        to=write(top["high"]),
        top=plain(top["group"], NAME_WIDTH),
        low=write(bottom["value"]),
        bottom=plain(bottom["group"], NAME_WIDTH),
    )


def _sizes(grouping: Grouping, table: pd.DataFrame, value: str | None) -> None:
    shares = table[table["metric"] == "customers"][["group", "value", "low", "high"]]
    shares = shares.rename(columns={"value": "share"})
    sizes = grouping.segmentation.to_frame()[["group", "customers"]]
    money = table[table["metric"] == "value_share"][["group", "value", "low", "high"]]
    money = money.rename(columns={"value": "money", "low": "money_low", "high": "money_high"})
    shown = shares.merge(sizes, on="group").merge(money, on="group", how="left")
    frame.chart(charts.segments.sizes(shown, money=value or ""), shown.dropna(axis=1, how="all"), key="sizes")


def _all_figures(grouping: Grouping, table: pd.DataFrame, run: Run | None, value: str | None) -> None:
    st.dataframe(_table(grouping, table, run, value), hide_index=True, alt=_("All groups side by side"))
    words = [_("In brackets 95 % intervals: where the number would mostly lie with other customers of the same kind.")]
    if run is not None:
        told = _("Outcome and model are of the {n} customers that no model has learned from; the rest is of all.")
        words.append(told.format(n=count(len(run.holdout_rows))))
    else:
        words.append(_("Train a model, and its outcome and what it says are set beside each group."))
    st.caption(sentences(words))


def _table(grouping: Grouping, table: pd.DataFrame, run: Run | None, value: str | None) -> dict[str, list[str]]:
    sizes = grouping.segmentation.to_frame().set_index("group")["customers"]
    groups = list(dict.fromkeys(table["group"]))
    share = run is not None and run.problem.task is not Task.REGRESSION
    columns = {
        _("Group"): groups,
        _("customers"): [count(sizes[group]) for group in groups],
        _("share"): _written(table, groups, "customers", share=True),
    }
    if run is not None:
        columns[_question(run)] = _written(table, groups, "outcome", share=share)
        columns[_("the model says")] = _written(table, groups, "prediction", share=share)
        judged = table[table["metric"] == "outcome"].set_index("group")["n"]
        columns[_("customers judged on")] = [count(judged.get(group, 0)) for group in groups]
    if value:
        columns[_("{column} each").format(column=value)] = _written(table, groups, "value_mean", share=False)
        columns[_("share of {column}").format(column=value)] = _written(table, groups, "value_share", share=True)
    return columns


def _written(table: pd.DataFrame, groups: list[str], metric: str, *, share: bool) -> list[str]:
    write = percent if share else number
    known: list[Any] = list(table[table["metric"] == metric].itertuples())
    words = {
        row.group: f"{write(row.value)} ({write(row.low)} – {write(row.high)})"
        if row.low == row.low
        else write(row.value)
        for row in known
    }
    return [words.get(group, NOTHING) for group in groups]


def _value(grouping: Grouping) -> str | None:
    """The column that customers are worth by; a proposal at first."""
    from crm_ai.table import Kind

    schema = grouping.table.schema
    offered = {str(place): name for place, name in enumerate(schema.names) if schema[name].kind is Kind.NUMBER}
    if not offered:
        return None
    words = {NONE: _("(nothing)"), **offered}
    chosen = controls.choose(
        _("Worth by"), "value", list(words), words=words.__getitem__, default=_proposed(offered),
        hint=_("A column of money or of anything that adds up: what each group has of it."),
    )  # fmt: skip
    return offered.get(chosen)


def _proposed(offered: dict[str, str]) -> str:
    from crm_ai.segmentation.transaction_columns import HOW_MUCH

    return next((place for place, name in offered.items() if HOW_MUCH.speaks(name) > 0), NONE)


def _label(run: Run | None) -> str | None:
    if run is None or run.problem.task is not Task.MULTICLASS:
        return None
    known = state.value("label")
    return known if known in run.problem.labels else run.problem.labels[0]


def _question(run: Run) -> str:
    label = _label(run)
    return f"{run.problem.target} = {label}" if label is not None else question_in_words(run.problem)
