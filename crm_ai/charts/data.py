"""A table's columns in pictures."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import LOWERS, RAISES, REFERENCE, canvas, distinct, nothing, rows, safe
from crm_ai.words import _, count, number, percent


def distribution(frame: pd.DataFrame, column: str) -> go.Figure:
    """How many customers have which value of a column.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns label, left, right, customers.
    column : str
        The column.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars.
    """
    if frame.empty or not frame["customers"].sum():
        return nothing(_("“{column}” has no values.").format(column=column))
    names = _names(frame)
    top = int(frame["customers"].to_numpy().argmax())
    share = frame["customers"].iloc[top] / frame["customers"].sum()
    figure = canvas(
        _("{share} of the customers have “{value}” in {column}").format(
            share=percent(share), value=names[top], column=column
        ),
        x=column,
        y=_("customers"),
    )
    places, widths = _places(frame, names)
    figure.add_bar(
        x=places,
        width=widths,
        y=frame["customers"],
        marker_color=LOWERS,
        hovertext=[f"{safe(n)}: {count(c)}" for n, c in zip(names, frame["customers"], strict=True)],
        hoverinfo="text",
    )
    if widths is None:
        figure.update_xaxes(type="category")
    return figure


def target_by(frame: pd.DataFrame, column: str, answer: str, *, share: bool) -> go.Figure:
    """How the target goes with a column.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns label, left, right, customers, value, low, high.
    column : str
        The column.
    answer : str
        What is measured, for instance ``Churn = Yes``.
    share : bool
        Whether the value is a share of customers rather than a mean.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals.
    """
    frame = frame[frame["value"].notna()]
    if frame.empty:
        return nothing(_("Too few customers to compare."))
    names, write = _names(frame), percent if share else number
    values = frame["value"].to_numpy()
    high, low = int(values.argmax()), int(values.argmin())
    if len(frame) == 1:
        finding = _("{answer}: {most} where {column} is “{at}”, its only value")
    elif write(values[high]) == write(values[low]):
        finding = _("{answer}: {most} whatever {column} is")
    else:
        finding = _("{answer}: {most} where {column} is “{at}”, {least} where it is “{where}”")
    figure = canvas(
        finding.format(
            answer=answer,
            most=write(values[high]),
            column=column,
            at=names[high],
            least=write(values[low]),
            where=names[low],
        ),
        x=column,
        y=_("share with {answer}").format(answer=answer) if share else _("mean {answer}").format(answer=answer),
    )
    places, widths = _places(frame, names)
    figure.add_scatter(
        x=places,
        y=values,
        mode="markers",
        marker={"size": 10, "color": RAISES},
        error_y=_bars(frame),
        hovertext=[
            _("{name}: {value} ({low} – {high}), n = {n}").format(
                name=safe(n), value=write(v), low=write(lo), high=write(hi), n=count(c)
            )
            for n, v, lo, hi, c in zip(names, values, frame["low"], frame["high"], frame["customers"], strict=True)
        ],
        hoverinfo="text",
    )
    if widths is None:
        figure.update_xaxes(type="category")
    figure.update_yaxes(tickformat=".0%" if share else None, rangemode="tozero" if share else "normal")
    return figure


def missing(frame: pd.DataFrame) -> go.Figure:
    """Which columns have missing cells.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns column, missing, share; the most first.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars, at most twenty.
    """
    if frame.empty:
        return nothing(_("No cell is missing."))
    worst, shown = frame.iloc[0], frame.head(20).iloc[::-1]
    figure = canvas(
        _("“{column}” lacks most: {n} cells ({share})").format(
            column=worst["column"], n=count(worst["missing"]), share=percent(worst["share"], 1)
        ),
        x=_("share of customers without a value"),
        height=140 + 26 * len(shown),
        named=True,
    )
    figure.add_bar(
        y=distinct(shown["column"].tolist()),
        x=shown["share"],
        orientation="h",
        marker_color=REFERENCE,
        hovertext=[f"{safe(c)}: {count(m)}" for c, m in zip(shown["column"], shown["missing"], strict=True)],
        hoverinfo="text",
    )
    figure.update_xaxes(tickformat=".3~p", rangemode="tozero")
    return figure


def _places(frame: pd.DataFrame, names: list[str]) -> tuple[Any, Any]:
    """Where the values stand on the axis: bins at their middle with their width, labels in a row."""
    binned = [not (isinstance(label, str) and label) for label in frame["label"]]
    if not all(binned):
        return distinct(names, 14), None
    left, right = frame["left"], frame["right"]
    if isinstance(left.iloc[0], pd.Timestamp):
        left, right = pd.to_datetime(left), pd.to_datetime(right)
        return left + (right - left) / 2, (right - left).dt.total_seconds() * 1000
    left, right = left.astype(float), right.astype(float)
    return (left + right) / 2, (right - left).where(right > left, 1.0)


def _names(frame: pd.DataFrame) -> list[str]:
    """Labels as they are; bins as their ends."""

    def end(cell: object) -> str:
        return f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) else number(float(cell))  # type: ignore[arg-type]

    return [
        str(row.label) if isinstance(row.label, str) and row.label else f"{end(row.left)} – {end(row.right)}"
        for row in rows(frame)
    ]


def _bars(frame: pd.DataFrame) -> dict[str, object]:
    return {
        "type": "data",
        "array": (frame["high"] - frame["value"]).to_numpy(),
        "arrayminus": (frame["value"] - frame["low"]).to_numpy(),
        "thickness": 1.5,
        "width": 4,
        "color": REFERENCE,
    }
