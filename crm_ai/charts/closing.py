"""What closing a gap costs, and whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import (
    CAUTION,
    GOOD,
    LOWERS,
    RAISES,
    REFERENCE,
    SERIES,
    SHAPES,
    bars_of,
    canvas,
    distinct,
    nothing,
    rows,
    safe,
)
from crm_ai.words import _, count, number

HOLDOUT = "holdout"


def frontier(frame: pd.DataFrame, ways: Mapping[str, str], chosen: str, gain: str, gain_title: str) -> go.Figure:
    """What each way still achieves, against the gap it leaves.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``fairness.frontier``.
    ways : mapping of str to str
        Words for each candidate's name; empty is the model as trained.
    chosen : str
        The candidate that the title speaks of.
    gain : str
        Column that is drawn upwards: ``"roc_auc"`` or ``"profit"``.
    gain_title : str
        That column in words.

    Returns
    -------
    plotly.graph_objects.Figure
        A point a candidate with 95 % intervals both ways, as judged on the holdout.
    """
    held = frame[frame["on"] == HOLDOUT]
    if held["gap"].isna().all():
        return nothing(_("Too few customers to compare groups."))
    values = held.set_index("name")
    gap, left = 100 * values["gap"][""], 100 * values["gap"][chosen]
    finding = (
        _("As trained the gap is {gap} points").format(gap=number(gap, 2))
        if chosen == ""
        else _("With “{way}” the gap is {left} points instead of {gap}; {gain}: {now} instead of {before}").format(
            way=ways[chosen],
            left=number(left, 2),
            gap=number(gap, 2),
            gain=gain_title,
            now=number(values[gain][chosen]),
            before=number(values[gain][""]),
        )
    )
    figure = canvas(finding, x=_("gap between groups, in points (left is fairer)"), y=gain_title, height=420)
    colors, shapes = [REFERENCE, *SERIES], ["x", *SHAPES]
    for place, row in enumerate(rows(held)):
        one = held.iloc[[place]]
        figure.add_scatter(
            x=100 * one["gap"],
            y=one[gain],
            error_x=bars_of(one["gap"], one["gap_low"], one["gap_high"], 100),
            error_y=bars_of(one[gain], one[f"{gain}_low"], one[f"{gain}_high"]),
            mode="markers",
            name=safe(ways[row.name]),
            marker={
                "size": 16 if row.name == chosen else 11,
                "color": colors[place % len(colors)],
                "symbol": shapes[place % len(shapes)],
                "line": {"width": 2 if row.name == chosen else 0, "color": GOOD},
            },
            hovertemplate=f"{safe(ways[row.name])}<br>%{{x:.1f}} · %{{y:.4~g}}<extra></extra>",
        )
    figure.update_layout(showlegend=True)
    figure.update_xaxes(rangemode="tozero")
    return figure


def changes(frame: pd.DataFrame, finding: str) -> go.Figure:
    """How many customers of each group are newly selected, and how many no longer.

    Parameters
    ----------
    frame : pandas.DataFrame
        As ``fairness.Changes.by_group``.
    finding : str
        The outcome in words.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars to the right and to the left.
    """
    if frame.empty or not (frame["newly"] + frame["no_longer"]).any():
        return nothing(_("No customer's decision changes."))
    frame = frame.iloc[::-1]
    names = distinct([str(name) for name in frame["group"]])
    figure = canvas(finding, x=_("customers"), height=170 + 44 * len(frame), named=True)
    sides = (("no_longer", _("no longer selected"), RAISES, -1), ("newly", _("newly selected"), LOWERS, 1))
    for column, title, color, sign in sides:
        figure.add_bar(
            x=sign * frame[column],
            y=names,
            orientation="h",
            name=title,
            marker_color=color,
            text=[count(n) if n else "" for n in frame[column]],
            textposition="auto",
            hovertext=[
                f"{safe(group)}: {count(n)} {title}" for group, n in zip(frame["group"], frame[column], strict=True)
            ],
            hoverinfo="text",
        )
    figure.update_layout(barmode="relative", showlegend=True)
    # To the left are customers, too, not less than none of them.
    ticks = sorted({-int(frame["no_longer"].max()), 0, int(frame["newly"].max())})
    figure.update_xaxes(tickvals=ticks, ticktext=[count(abs(tick)) for tick in ticks])
    return figure


def proxies(frame: pd.DataFrame, finding: str, title: str, blind: float, most: int = 12) -> go.Figure:
    """How well each column tells a segment.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns column, value, low, high, share; as ``fairness.Proxies.columns``.
    finding : str
        The outcome in words.
    title : str
        The metric in words.
    blind : float
        Its value for a column that tells nothing.
    most : int, default 12
        How many columns are drawn, the most telling first.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals; how much of the model's reasons a column makes up stands beside its name.
    """
    if frame.empty:
        return nothing(finding)
    frame = frame.head(most).iloc[::-1]
    names = [
        name if pd.isna(share) else f"{name}<br>{_('{n} % of the reasons').format(n=number(100 * share, 2))}"
        for name, share in zip(distinct([str(n) for n in frame["column"]]), frame["share"], strict=True)
    ]
    figure = canvas(finding, x=title, height=140 + 44 * len(frame), named=True)
    figure.add_scatter(
        x=frame["value"],
        y=names,
        mode="markers",
        marker={"size": 11, "color": [CAUTION if low > blind else REFERENCE for low in frame["low"]]},
        error_x=bars_of(frame["value"], frame["low"], frame["high"]),
        hovertext=[
            f"{safe(row.column)}: {number(row.value)} ({number(row.low)} – {number(row.high)})" for row in rows(frame)
        ],
        hoverinfo="text",
    )
    figure.add_vline(x=blind, line={"color": REFERENCE, "dash": "dash"})
    return figure
