"""What contacting customers is worth."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import BAND, CAUTION, GOOD, LOWERS, REFERENCE, canvas, nothing, rows, spoken_amounts
from crm_ai.evaluation.profit import Decision
from crm_ai.words import _, count, number, percent

MOST_POINTS = 400


def profit(curve: pd.DataFrame, decision: Decision) -> go.Figure:
    """Expected gain by the share of customers contacted.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.profit_curve``.
    decision : Decision
        What was chosen.

    Returns
    -------
    plotly.graph_objects.Figure
        A line with its band; the choice marked, and contacting by chance as a dashed line.
    """
    if len(curve) < 2:
        return nothing(_("There is nobody to contact."))
    figure = canvas(_finding(decision), x=_("share of customers contacted"), y=_("expected gain"))
    shown = curve if len(curve) <= MOST_POINTS else curve.iloc[:: len(curve) // MOST_POINTS + 1]
    figure.add_scatter(
        x=[*shown["share"], *shown["share"][::-1]],
        y=[*shown["high"], *shown["low"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=shown["share"],
        y=shown["profit"],
        mode="lines",
        line={"color": LOWERS, "width": 3},
        name=_("this model"),
        hovertext=[
            f"{percent(row.share)} ({count(round(row.contacted))}): {number(row.profit)} "
            f"({number(row.low)} – {number(row.high)})"
            for row in rows(shown)
        ],
        hoverinfo="text",
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, decision.everybody],
        mode="lines",
        line={"color": REFERENCE, "dash": "dash"},
        name=_("by chance"),
        hoverinfo="skip",
    )
    best = curve.iloc[int(curve["profit"].to_numpy().argmax())]
    figure.add_scatter(
        x=[best["share"]],
        y=[best["profit"]],
        mode="markers",
        marker={"size": 13, "symbol": "circle-open", "color": CAUTION, "line": {"width": 3}},
        name=_("best with hindsight"),
        hovertext=[number(float(best["profit"]))],
        hoverinfo="text",
    )
    if decision.customers:
        figure.add_scatter(
            x=[decision.contacted / decision.customers],
            y=[decision.gain.value],
            mode="markers",
            marker={"size": 13, "color": GOOD},
            name=_("chosen beforehand"),
            hovertext=[number(decision.gain.value)],
            hoverinfo="text",
        )
    figure.update_xaxes(tickformat=".0%", range=[0, 1])
    return spoken_amounts(figure, min(0.0, float(curve["low"].min())), float(curve["high"].max()))


def _finding(decision: Decision) -> str:
    if not decision.contacted:
        return _("At these costs no contact is expected to pay")
    share = percent(decision.contacted / decision.customers)
    if decision.gain.value <= decision.everybody:
        return _("Contacting everybody gains as much as choosing")
    return _("Contacting {share} gains {gain}, contacting everybody {everybody}").format(
        share=share, gain=number(decision.gain.value), everybody=number(decision.everybody)
    )
