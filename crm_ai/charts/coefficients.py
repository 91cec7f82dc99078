"""A regression's coefficients with their intervals, on one scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import LOWERS, RAISES, REFERENCE, canvas, distinct, nothing, rows, safe
from crm_ai.words import _, count, ngettext, number, signed

MOST_ROWS = 30
FARTHEST = 3.0  # an interval may reach so many times as far as all estimates do before it is cut off
NAME_WIDTH = 26


def forest(frame: pd.DataFrame, scale: str) -> go.Figure:
    """Which columns a regression weighs most, and how sure that is.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Coefficients.comparable``.
    scale : str
        ``log-odds``, where the values are odds ratios on a logarithmic axis; ``probability`` or ``value``.

    Returns
    -------
    plotly.graph_objects.Figure
        A point with its 95 % interval for each coefficient, the thirty strongest first, and a line where nothing
        changes. What is surely above is vermillion, surely below blue, anything else grey.
    """
    if frame.empty:
        return nothing(_("This model has no coefficient to show."))
    ratio = scale == "log-odds"
    neutral = 1.0 if ratio else 0.0
    shown = frame.head(MOST_ROWS)
    figure = canvas(
        _finding(frame, scale),
        x=_axis(scale),
        height=150 + 26 * len(shown),
        named=True,
    )
    factor = 100.0 if scale == "probability" else 1.0
    values, low, high = (shown[name].to_numpy(dtype=np.float64) * factor for name in ("value", "low", "high"))
    figure.add_scatter(
        x=values,
        y=distinct([_name(row) for row in rows(shown)], NAME_WIDTH),
        mode="markers",
        marker={"size": 9, "color": [_color(row, neutral) for row in rows(shown)]},
        error_x={
            "type": "data",
            "array": np.nan_to_num(high - values, posinf=0.0),
            "arrayminus": np.nan_to_num(values - low, posinf=0.0),
            "thickness": 1.5,
            "width": 3,
            "color": REFERENCE,
        },
        hovertext=[_told(row, factor, ratio=ratio) for row in rows(shown)],
        hoverinfo="text",
        cliponaxis=True,
    )
    figure.add_vline(x=neutral, line={"color": REFERENCE, "dash": "dash"})
    figure.update_yaxes(autorange="reversed", type="category")
    low, high, values = (np.log10(x) if ratio else x for x in (low, high, values))
    figure.update_xaxes(type="log" if ratio else "linear", range=_range(low, high, values))
    return figure


def _finding(frame: pd.DataFrame, scale: str) -> str:
    """The strongest coefficient that is surely there; and how many are not shown."""
    neutral = 1.0 if scale == "log-odds" else 0.0
    sure = frame[(frame["low"] > neutral) | (frame["high"] < neutral)]
    hidden = len(frame) - MOST_ROWS
    rest = ngettext(" (and {n} more)", " (and {n} more)", hidden).format(n=count(hidden)) if hidden > 0 else ""
    if sure.empty:
        return _("All else equal, no column surely makes a difference") + rest
    row = next(rows(sure))
    if scale == "log-odds":
        sentence = _("All else equal, {change} multiplies the odds by {value}")
    elif row.value > 0:
        sentence = _("All else equal, {change} surely raises the outcome, by {value}")
    else:
        sentence = _("All else equal, {change} surely lowers the outcome, by {value}")
    size = {"log-odds": number(row.value), "probability": _("{n} points").format(n=number(100 * abs(row.value)))}
    return sentence.format(change=_change(row), value=size.get(scale, number(abs(row.value)))) + rest


def _change(row: Any) -> str:
    if not row.level:
        return _("{step} more of “{column}”").format(step=number(row.step), column=row.term)
    if not row.reference:
        return f"“{row.term}”"
    return _("“{term}” instead of “{reference}”").format(term=row.term, reference=row.reference)


def _name(row: Any) -> str:
    return str(row.term) if row.level else f"{row.term} +{number(row.step)}"


def _told(row: Any, factor: float, *, ratio: bool) -> str:
    value, low, high = (amount * factor for amount in (row.value, row.low, row.high))
    write = number if ratio else signed
    return _("{change}: {value} ({low} – {high}), n = {n}").format(
        change=safe(_change(row)), value=write(value), low=write(low), high=write(high), n=count(row.n)
    )


def _color(row: Any, neutral: float) -> str:
    return RAISES if row.low > neutral else LOWERS if row.high < neutral else REFERENCE


def _axis(scale: str) -> str:
    return {
        "log-odds": _("odds ratio of a label, or of two standard deviations of a number"),
        "probability": _("points of probability for a label, or for two standard deviations of a number"),
        "value": _("change for a label, or for two standard deviations of a number"),
    }[scale]


def _range(low: np.ndarray, high: np.ndarray, values: np.ndarray) -> list[float]:
    """From end to end of the intervals, but for those so wide that the others could not be seen."""
    reach = max(float(np.abs(values).max()), 1e-9)
    ends = np.concatenate([low, high, values, [0.0]])
    ends = np.clip(ends[np.isfinite(ends)], -FARTHEST * reach, FARTHEST * reach)
    margin = 0.05 * max(float(np.ptp(ends)), 1e-9)
    return [float(ends.min() - margin), float(ends.max() + margin)]
