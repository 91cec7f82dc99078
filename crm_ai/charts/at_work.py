"""Decisions of a model at work, and what became of groups, week by week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import (
    LOWERS,
    REFERENCE,
    SERIES,
    SHAPES,
    bars_of,
    canvas,
    distinct,
    nothing,
    rows,
    safe,
    spoken_dates,
)
from crm_ai.evaluation import Estimate
from crm_ai.words import _, count, number, percent

MARGIN = timedelta(days=3)
MOST_GROUPS, MOST_DAYS = 6, 12


def selected_over_weeks(frame: pd.DataFrame, approved: Estimate | None) -> go.Figure:
    """Share of customers whose score reached the threshold, batch by batch.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Watch.to_frame``.
    approved : Estimate, optional
        What it was on the holdout.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals; the share of the holdout as a line with its interval as a band.
    """
    shown = frame[(frame["kind"] == "score") & (frame["measure"] == "selection_rate")].dropna(subset=["value"])
    if shown.empty:
        return nothing(_("How many were selected is not known."))
    now = percent(float(shown.iloc[-1]["value"]))
    if approved is not None and approved.known:
        finding = _("{now} selected in the latest batch, {then} when the model was approved").format(
            now=now, then=percent(approved.value)
        )
    else:
        finding = _("{now} selected in the latest batch").format(now=now)
    figure = canvas(finding, x=_("day"), y=_("share selected"))
    figure = beside_approved(figure, shown, approved, write=lambda share: percent(share, 1))
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure


def beside_approved(
    figure: go.Figure, shown: pd.DataFrame, approved: Estimate | None, *, write: Callable[[float], str]
) -> go.Figure:
    """Draw a figure of each batch, and what it was when the model was approved.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        To draw into.
    shown : pandas.DataFrame
        Columns day, batch, value, low, high, n.
    approved : Estimate, optional
        What it was on the holdout.
    write : callable
        Writes a value for people.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals; the approved figure, if it is known, as a line with its interval as a band.
    """
    if approved is not None and approved.known:
        figure.add_hrect(y0=approved.low, y1=approved.high, fillcolor=REFERENCE, opacity=0.15, line_width=0)
        figure.add_hline(y=approved.value, line={"color": REFERENCE, "dash": "dash"})
    figure.add_scatter(
        x=shown["day"],
        y=shown["value"],
        mode="lines+markers",
        line={"color": LOWERS, "width": 2},
        marker={"size": 10},
        error_y=bars_of(shown["value"], shown["low"], shown["high"]),
        hovertext=[
            f"{safe(row.batch)}, {row.day}: {write(row.value)}"
            f" ({write(row.low)} – {write(row.high)}), n = {count(row.n)}"
            for row in rows(shown)
        ],
        hoverinfo="text",
    )
    return over_days(figure, shown["day"])


def groups_over_weeks(frame: pd.DataFrame, title: str, *, share: bool = True) -> go.Figure:
    """One metric of each group, batch by batch.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns day, batch, group, value, low, high, n.
    title : str
        The metric in words.
    share : bool, default True
        Whether it is a share of customers.

    Returns
    -------
    plotly.graph_objects.Figure
        A line a group with 95 % intervals; the six with the most customers in the latest batch, over its last twelve
        days.
    """
    known = frame.dropna(subset=["value"])
    if known.empty:
        return nothing(_("{title} cannot be told for any group.").format(title=title))
    write = percent if share else number
    known = known[known["day"].isin(sorted(known["day"].unique())[-MOST_DAYS:])]
    latest = known[known["day"] == known["day"].max()].drop_duplicates("group")
    shown = list(latest.sort_values("n", ascending=False)["group"][:MOST_GROUPS])
    values = dict(zip(latest["group"], latest["value"], strict=True))
    top, bottom = max(shown, key=values.__getitem__), min(shown, key=values.__getitem__)
    finding = (
        _("{title}: {high} for “{top}”, {low} for “{bottom}” in the latest batch").format(
            title=title, high=write(values[top]), top=top, low=write(values[bottom]), bottom=bottom
        )
        if len(shown) > 1
        else _("{title}: too few customers to compare groups").format(title=title)
    )
    figure = canvas(finding, x=_("day the batch was scored"), y=title)
    for place, (group, name) in enumerate(zip(shown, distinct(shown), strict=True)):
        mine = known[known["group"] == group]
        figure.add_scatter(
            x=mine["day"],
            y=mine["value"],
            name=name,
            mode="lines+markers",
            line={"color": SERIES[place], "width": 2},
            marker={"size": 10, "symbol": SHAPES[place]},
            error_y=bars_of(mine["value"], mine["low"], mine["high"]) | {"color": SERIES[place]},
            hovertext=[
                f"{safe(group)}, {safe(row.batch)}, {row.day}: {write(row.value)}"
                f" ({write(row.low)} – {write(row.high)}), n = {count(row.n)}"
                for row in rows(mine)
            ],
            hoverinfo="text",
        )
    figure.update_layout(showlegend=True)
    if share:
        figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return over_days(figure, known["day"])


def over_days(figure: go.Figure, days: pd.Series) -> go.Figure:
    """Let a chart's axis tell days, also where there is one day only.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Its points lie over days.
    days : pandas.Series of datetime.date
        Those days.

    Returns
    -------
    plotly.graph_objects.Figure
        The same, with some days before the first and after the last.
    """
    first, last = min(days), max(days)
    room = max((last - first) / 20, MARGIN)
    ends = [first - room, last + room]
    return spoken_dates(figure).update_xaxes(range=[str(pd.Timestamp(end).date()) for end in ends], nticks=6)
