"""Customers that were scored: how many are selected, who comes first and why, and how they leave the app."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import cards, exporting, frame, remembering, scored_to_database, scorers
from crm_ai.app.plain import plain
from crm_ai.deployment.export import MOST_EXCEL_ROWS
from crm_ai.modeling import Task
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment import ScoredTable
    from crm_ai.deployment.registry import Version
    from crm_ai.modeling import Model
    from crm_ai.table import Table

ROWS_SHOWN = 200
FEW_TO_DRAW = 10
DIGITS = 3
NAME_WIDTH = 40
SLOW_EXCEL_ROWS = 50_000
ANSWERS_ON_CARDS = 3


def show_scored(desk: Desk, version: Version | None, model: Model, table: Table, scored: ScoredTable) -> None:
    """Draw what came out.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version, optional
        The approved version that scored; none for a model of the run.
    model : Model
        The model.
    table : Table
        The customers, with the names that the model knows.
    scored : ScoredTable
        The same with their scores.
    """
    threshold, stem = scorers.threshold_of(version), scorers.stem_of(version, model)
    st.subheader(_("Who comes first?") if scored.numbered else _("Which answer for whom?"), anchor=False)
    cards.show(_cards(model, scored, threshold))
    _first_ones(table, scored)
    _downloads(scored, stem)
    scored_to_database.form(desk, scored, stem)
    if version is not None:
        remembering.panel(desk, version, model, table)
    _picture(model, scored, threshold)


def _cards(model: Model, scored: ScoredTable, threshold: float) -> list[cards.Card]:
    everybody = cards.Card(_("Customers scored"), count(len(scored)))
    if model.problem.task is Task.MULTICLASS:
        return [
            everybody,
            *(
                cards.Card(_("Predicted: {answer}").format(answer=plain(label, NAME_WIDTH)), percent(share, 1))
                for label, share in scored.answers(model.problem.labels)[:ANSWERS_ON_CARDS]
            ),
        ]
    if model.problem.task is Task.REGRESSION:
        return [
            everybody,
            cards.Card(_("Mean prediction"), number(scored.mean)),
            cards.Card(_("Highest prediction"), number(scored.highest)),
        ]
    selected = scored.selected(threshold)
    return [
        everybody,
        cards.Card(
            _("Selected: {answer}").format(answer=plain(model.problem.positive, NAME_WIDTH)),
            count(selected.customers),
            _("{share}, with a score of {threshold} or more").format(
                share=percent(selected.share, 1), threshold=scorers.in_words(threshold)
            ),
        ),
        cards.Card(_("Highest score"), percent(scored.highest, 1)),
        cards.Card(_("Mean score"), percent(scored.mean, 1)),
    ]


def _first_ones(table: Table, scored: ScoredTable) -> None:
    """What tells customers apart and what was said of them to the left, where it is seen."""
    from crm_ai.table import Kind

    shown = scored.first(ROWS_SHOWN)
    apart = [name for name in table.schema.names_of(kind=Kind.IDENTIFIER) if name in shown]
    first = [*apart, *([scored.said_priority] if scored.numbered else []), *scored.said_scores, *scored.said_reasons]
    shown = shown[[*first, *(name for name in shown if name not in first)]]
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        alt=_("The first customers with their scores"),
        column_config=_headings(scored, shown),
    )
    if scored.said_reasons:
        st.caption(
            _(
                "In brackets: how much the value in a column moves this customer up (+) or down (−), on the scale on "
                "which the model adds up."
            )
        )
    told = _("The first {n} customers by priority; files and tables have all.") if scored.numbered else _(
        "The first {n} customers of the file; files and tables have all."
    )  # fmt: skip
    if len(scored) > len(shown):
        st.caption(told.format(n=count(len(shown))))


def _headings(scored: ScoredTable, shown: pd.DataFrame) -> dict[str, Any]:
    config: dict[str, Any] = {
        name: st.column_config.DateColumn()
        for name in shown.columns
        if shown[name].dtype.kind == "M" and (shown[name].dropna().dt.normalize() == shown[name].dropna()).all()
    }
    for name in scored.said_scores:
        is_number = shown[name].dtype.kind == "f"
        label = _heading(name)
        config[name] = (
            st.column_config.NumberColumn(label, format=f"%.{_decimals(shown[name])}f")
            if is_number
            else st.column_config.TextColumn(label)
        )
    if scored.numbered:
        config[scored.said_priority] = st.column_config.NumberColumn(_("priority"))
    for rank, name in enumerate(scored.said_reasons, start=1):
        config[name] = st.column_config.TextColumn(_("reason {rank}").format(rank=rank))
    return config


def _heading(name: str) -> str:
    """What a column of scores is called on the screen; in files its name is for programs."""
    kind, _blank, rest = name.partition("probability of ")
    if not kind and rest:
        return _("probability of {label}").format(label=rest)
    first, _line, level = name.partition("_")
    words = {
        "score": _("score"),
        "decision": _("decision"),
        "prediction": _("prediction"),
        "low": _("from ({level} %)").format(level=level),
        "high": _("to ({level} %)").format(level=level),
    }
    return words.get(first, name)


def _decimals(numbers: pd.Series) -> int:
    """So many that four digits of the largest are seen, three of a probability."""
    largest = float(numbers.abs().max()) if len(numbers) else 0.0
    return min(max(DIGITS - floor(log10(largest)), 0), DIGITS) if largest > 0 else DIGITS


def _downloads(scored: ScoredTable, stem: str) -> None:
    too_long = len(scored) > MOST_EXCEL_ROWS
    with st.container(horizontal=True):
        exporting.button(
            _("All as CSV"),
            lambda: scored.as_file(".csv"),
            file_name=f"{stem}_scored.csv",
            mime="text/csv",
            icon=":material/download:",
            key="download_scores",
            hint=_("Opens in spreadsheet programs; what begins like a formula has an apostrophe before it."),
        )
        st.download_button(
            _("All as Excel"),
            _made(scored, ".xlsx"),
            file_name=f"{stem}_scored.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/table:",
            disabled=too_long,
            on_click="ignore",
            key="download_scores_excel",
            help=_("An Excel sheet holds at most {n} rows: take CSV or Parquet.").format(n=f"{MOST_EXCEL_ROWS:,}")
            if too_long
            else _("One sheet; what begins like a formula has an apostrophe before it."),
        )
        exporting.button(
            _("All as Parquet"),
            lambda: scored.as_file(".parquet"),
            file_name=f"{stem}_scored.parquet",
            mime="application/vnd.apache.parquet",
            icon=":material/database:",
            key="download_scores_parquet",
            hint=_("For programs: every column keeps its kind."),
        )
    if SLOW_EXCEL_ROWS < len(scored) <= MOST_EXCEL_ROWS:
        st.caption(_("To make an Excel file of so many rows takes a minute or more; CSV and Parquet take seconds."))


def _made(scored: ScoredTable, ending: str) -> Any:
    from crm_ai.app import speaking

    return speaking.in_this_language(lambda: scored.as_file(ending))


def _picture(model: Model, scored: ScoredTable, threshold: float) -> None:
    """How scores are spread; of a few customers the table says it all."""
    import pandas as pd

    from crm_ai import charts
    from crm_ai.deployment import spread_of_scores
    from crm_ai.table import Kind, distribution, table_from_frame

    if len(scored) < FEW_TO_DRAW:
        return
    if model.problem.task is Task.BINARY:
        bars = spread_of_scores(scored.scores, threshold)
        frame.chart(charts.scores.spread(bars, threshold, model.problem.positive), bars, key="spread_of_scores")
        return
    name = _("prediction")
    said = table_from_frame(pd.DataFrame({name: scored.column(scored.said_scores[0])}))
    kind = Kind.NUMBER if model.problem.task is Task.REGRESSION else Kind.CATEGORY
    bars = distribution(said.with_schema(said.schema.corrected(name, kind=kind)), name)
    frame.chart(charts.data.distribution(bars, name), bars, key="spread_of_scores")
