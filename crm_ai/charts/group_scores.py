"""What scores are worth in each group, and how they are spread."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import (
    CAUTION,
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
    short,
)
from crm_ai.words import _, count, number, percent

MOST_GROUPS_AS_LINES = 6


def calibration(frame: pd.DataFrame, finding: str, title: str) -> go.Figure:
    """Predicted minus observed in each group.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns group, value, low, high, n, too_few: calibration gaps, as shares.
    finding : str
        The outcome in words.
    title : str
        The metric in words.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals around a line at 0; groups too small to judge are hollow.
    """
    frame = frame.dropna(subset=["value"]).iloc[::-1]
    if frame.empty:
        return nothing(_("Too few customers to compare groups."))
    names = [
        f"{name}<br>{_('n = {n}, too few').format(n=count(n)) if few else _('n = {n}').format(n=count(n))}"
        for name, n, few in zip(
            distinct([str(group) for group in frame["group"]]), frame["n"], frame["too_few"], strict=True
        )
    ]
    figure = canvas(finding, x=_("{title}, in points").format(title=title), height=140 + 48 * len(frame), named=True)
    figure.add_scatter(
        x=100 * frame["value"],
        y=names,
        mode="markers",
        marker={
            "size": 12,
            "color": [CAUTION if few else LOWERS for few in frame["too_few"]],
            "symbol": ["circle-open" if few else "circle" for few in frame["too_few"]],
            "line": {"width": 2},
        },
        error_x=bars_of(frame["value"], frame["low"], frame["high"], 100),
        hovertext=[
            f"{safe(row.group)}: {number(100 * row.value, 2)} "
            f"({number(100 * row.low, 2)} – {number(100 * row.high, 2)}), n = {count(row.n)}"
            for row in rows(frame)
        ],
        hoverinfo="text",
    )
    figure.add_vline(x=0, line={"color": REFERENCE, "dash": "dash"})
    figure.update_xaxes(nticks=6)
    return figure


def density(frame: pd.DataFrame, quantiles: pd.DataFrame, threshold: float) -> go.Figure:
    """How scores are spread in each group.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``fairness.score_density``.
    quantiles : pandas.DataFrame
        As made by ``fairness.score_quantiles``.
    threshold : float
        Marked by a line.

    Returns
    -------
    plotly.graph_objects.Figure
        A line a group, for the six largest that are large enough to judge.
    """
    able = quantiles[~quantiles["too_few"].astype(bool)].sort_values("n", ascending=False, kind="stable")
    shown = [group for group in quantiles["group"] if group in set(able["group"].head(MOST_GROUPS_AS_LINES))]
    if not shown:
        return nothing(_("Too few customers to compare groups."))
    middle = dict(zip(able["group"], able["q50"], strict=True))
    top, bottom = max(middle, key=middle.__getitem__), min(middle, key=middle.__getitem__)
    finding = _("Half of “{top}” score up to {high}, half of “{bottom}” up to {low}").format(
        top=top, high=percent(middle[top]), bottom=bottom, low=percent(middle[bottom])
    )
    if len(middle) == 1 or percent(middle[top]) == percent(middle[bottom]):
        finding = _("Half of each group score up to {middle}").format(middle=percent(middle[top]))
    figure = canvas(finding, x=_("score"), y=_("share of the group's customers"))
    for place, group in enumerate(shown):
        part = frame[frame["group"] == group]
        figure.add_scatter(
            x=(part["low"] + part["high"]) / 2,
            y=part["share"],
            mode="lines+markers",
            name=short(group),
            line={"color": SERIES[place], "width": 2, "shape": "hvh"},
            marker={"symbol": SHAPES[place], "size": 7, "maxdisplayed": 12},
            hovertemplate=f"{safe(group)}<br>%{{x:.2f}} → %{{y:.1%}}<extra></extra>",
        )
    figure.add_vline(x=threshold, line={"color": CAUTION, "width": 2, "dash": "dot"})
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    figure.update_xaxes(range=[0, 1])
    figure.update_layout(showlegend=True)
    return figure
