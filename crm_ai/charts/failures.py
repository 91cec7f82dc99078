"""Where a model fails, segment by segment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.lines import cut, wrapped
from crm_ai.charts.theme import CAUTION, LOWERS, REFERENCE, canvas, rows, safe
from crm_ai.words import _, count, number, percent

RULE_WIDTH, MOST_LINES, ROW = 27, 4, 104

Write = Callable[[float], str]


def segments(frame: pd.DataFrame, overall: float, measure: str, title: str) -> go.Figure:
    """The mean error of each segment, with its interval.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``explanation.WeakSpots.to_frame``.
    overall : float
        Mean error of all customers.
    measure : str
        brier_score, error_rate or mae.
    title : str
        The measure in words.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals, those surely worse than elsewhere in another colour and shape; all customers as a
        line.
    """
    write = percent if measure == "error_rate" else number
    shown = frame[frame["n"] > 0].iloc[::-1]
    figure = canvas(_finding(frame, write), x=title, height=130 + ROW * len(shown), named=True)
    worse = shown["worse"].tolist()
    figure.add_scatter(
        x=shown["error"],
        y=list(range(len(shown))),
        mode="markers",
        marker={
            "size": 12,
            "color": [CAUTION if bad else LOWERS for bad in worse],
            "symbol": ["diamond" if bad else "circle" for bad in worse],
        },
        error_x={
            "type": "data",
            "array": (shown["high"] - shown["error"]).fillna(0),
            "arrayminus": (shown["error"] - shown["low"]).fillna(0),
            "thickness": 2,
            "width": 5,
            "color": REFERENCE,
        },
        hovertext=[_hover(row, write) for row in rows(shown)],
        hoverinfo="text",
    )
    figure.add_vline(x=overall, line={"color": REFERENCE, "dash": "dash"})
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=[_label(row) for row in rows(shown)],
        type="linear",
        range=[-0.5, len(shown) - 0.5],
    )
    return figure


def _finding(frame: pd.DataFrame, write: Write) -> str:
    worse = frame[frame["worse"]]
    if worse.empty:
        return _("In no segment the model surely errs more than elsewhere")
    first = worse.iloc[0]
    return _("Errors of {error} where {rule}, {elsewhere} elsewhere").format(
        error=write(first["error"]), rule=cut(first["rule"], 90), elsewhere=write(first["elsewhere"])
    )


def _label(row: Any) -> str:
    lines = wrapped(str(row.rule), RULE_WIDTH)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], cut(" ".join(lines[MOST_LINES - 1 :]), RULE_WIDTH)]
    return "<br>".join(safe(line) for line in [*lines, _("n = {n}").format(n=count(row.n))])


def _hover(row: Any, write: Write) -> str:
    words = [safe(line) for line in wrapped(str(row.rule), 60)]
    ends = f"{write(row.low)} – {write(row.high)}"
    return "<br>".join([*words, f"{write(row.error)} ({ends}), n = {count(row.n)}"])
