"""Decisions of a model at work, week by week."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import LOWERS, REFERENCE, bars_of, canvas, nothing, rows, safe
from crm_ai.evaluation import Estimate
from crm_ai.words import _, count, percent

MARGIN = timedelta(days=3)


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
            f"{safe(row.batch)}, {row.day}: {percent(row.value, 1)}"
            f" ({percent(row.low, 1)} – {percent(row.high, 1)}), n = {count(row.n)}"
            for row in rows(shown)
        ],
        hoverinfo="text",
    )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return over_days(figure, shown["day"])


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
    return figure.update_xaxes(type="date", range=[str(pd.Timestamp(end).date()) for end in ends], nticks=6)
