"""How the scores of new customers are spread, and who of them is selected."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import CAUTION, LOWERS, RAISES, canvas, nothing
from crm_ai.words import _, count, percent


def spread(frame: pd.DataFrame, threshold: float, answer: str) -> go.Figure:
    """How many customers have which score.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``deployment.spread_of_scores``.
    threshold : float
        Marked by a line.
    answer : str
        The positive answer in words, whose probability the score is.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars, those of selected customers in another colour.
    """
    selected, everybody = int(frame["selected"].sum()), int(frame[["selected", "others"]].to_numpy().sum())
    if not everybody:
        return nothing(_("There are no customers."))
    figure = canvas(
        _("{n} of {all} customers ({share}) have a score of {threshold} or more").format(
            n=count(selected), all=count(everybody), share=percent(selected / everybody), threshold=f"{threshold:g}"
        ),
        x=_("score: probability of “{answer}”").format(answer=answer),
        y=_("customers"),
    )
    for name, words, colour in (("others", _("not selected"), LOWERS), ("selected", _("selected"), RAISES)):
        figure.add_bar(
            x=(frame["left"] + frame["right"]) / 2,
            width=frame["right"] - frame["left"],
            y=frame[name],
            name=words,
            marker_color=colour,
            hovertext=[
                f"{percent(left)} – {percent(right)}: {count(n)} ({words})"
                for left, right, n in zip(frame["left"], frame["right"], frame[name], strict=True)
            ],
            hoverinfo="text",
        )
    figure.add_vline(x=threshold, line={"color": CAUTION, "width": 2, "dash": "dot"})
    figure.update_layout(barmode="stack", showlegend=True, bargap=0.04)
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure
