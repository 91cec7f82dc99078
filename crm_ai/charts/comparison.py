"""Models side by side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import BAND, LOWERS, REFERENCE, canvas, distinct, nothing, rows, safe
from crm_ai.evaluation import Estimate
from crm_ai.words import _, count, number


def models(estimates: Mapping[str, Estimate], title: str) -> go.Figure:
    """One metric of each model, with its interval.

    Parameters
    ----------
    estimates : mapping of str to Estimate
        By the model's name.
    title : str
        The metric in words.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals.
    """
    known = {name: e for name, e in estimates.items() if e.known}
    if not known:
        return nothing(_("There is nothing to compare."))
    top = max(known, key=lambda name: known[name].value)
    rivals = [name for name, e in known.items() if name != top and e.high >= known[top].low]
    figure = canvas(_finding(known, top, rivals, title), x=title, height=140 + 44 * len(known), named=True)
    ordered = list(known.items())[::-1]
    figure.add_scatter(
        x=[e.value for _name, e in ordered],
        y=distinct([name for name, _e in ordered]),
        mode="markers",
        marker={"size": 12, "color": [LOWERS if name == top else REFERENCE for name, _e in ordered]},
        error_x={
            "type": "data",
            "array": [e.high - e.value for _name, e in ordered],
            "arrayminus": [e.value - e.low for _name, e in ordered],
            "thickness": 2,
            "width": 5,
            "color": REFERENCE,
        },
        hovertext=[
            f"{safe(name)}: {number(e.value)} ({number(e.low)} – {number(e.high)}), n = {count(e.n)}"
            for name, e in ordered
        ],
        hoverinfo="text",
    )
    return figure


def learning(frame: pd.DataFrame, title: str, finding: str, model: str) -> go.Figure:
    """How good a model gets with how many customers.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns customers, value, low, high.
    title : str
        The metric in words.
    finding : str
        What it means.
    model : str
        The model's name.

    Returns
    -------
    plotly.graph_objects.Figure
        A line with its band.
    """
    known = frame[frame["value"].notna()]
    if known.empty:
        return nothing(finding)
    figure = canvas(finding, x=_("training customers"), y=title)
    band = known[known["low"].notna()]
    figure.add_scatter(
        x=[*band["customers"], *band["customers"][::-1]],
        y=[*band["high"], *band["low"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=known["customers"],
        y=known["value"],
        mode="lines+markers",
        line={"color": LOWERS, "width": 3},
        marker={"size": 9},
        name=safe(model),
        hovertext=[f"{count(row.customers)}: {number(row.value)}" for row in rows(known)],
        hoverinfo="text",
        showlegend=False,
    )
    return figure


def _finding(known: Mapping[str, Estimate], top: str, rivals: list[str], title: str) -> str:
    best = known[top]
    if len(known) == 1:
        return _("{model}: {title} {value} ({low} – {high})").format(
            model=top, title=title, value=number(best.value), low=number(best.low), high=number(best.high)
        )
    if any(known[name].value == best.value for name in rivals):
        return _("Several models share the highest {title}").format(title=title)
    if not rivals:
        return _("{model} has the highest {title}").format(model=top, title=title)
    if len(rivals) == 1:
        return _("{model} has the highest {title}; the interval of {rival} overlaps with its own").format(
            model=top, title=title, rival=rivals[0]
        )
    return _("{model} has the highest {title}; the intervals of {n} others overlap with its own").format(
        model=top, title=title, n=count(len(rivals))
    )
