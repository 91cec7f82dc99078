"""Numbers predicted against numbers that came true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.lines import cut
from crm_ai.charts.theme import BAND, LOWERS, REFERENCE, canvas, nothing, rows
from crm_ai.words import _, count, number, percent

TARGET_WIDTH = 22


def predicted_against_actual(curve: pd.DataFrame, target: str) -> go.Figure:
    """What came true where the model predicted little, and where it predicted much.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.residual_curve``.
    target : str
        The column that is predicted.

    Returns
    -------
    plotly.graph_objects.Figure
        Mean of each tenth with its interval, the spread of single customers as a band, and truth as a diagonal.
    """
    if curve.empty:
        return nothing(_("There are no customers to judge on."))
    last = curve.iloc[-1]
    figure = canvas(
        _("Where {predicted} is predicted, customers come to {actual} on average").format(
            predicted=number(last["predicted"]), actual=number(last["actual"])
        ),
        x=_("predicted {target} (mean of a tenth of the customers)").format(target=cut(target, TARGET_WIDTH)),
        y=_("actual {target}").format(target=cut(target, TARGET_WIDTH)),
    )
    figure.add_scatter(
        x=np.concatenate([curve["predicted"], curve["predicted"][::-1]]),
        y=np.concatenate([curve["actual"] + curve["spread"], (curve["actual"] - curve["spread"])[::-1]]),
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        name=_("two thirds of single customers, about"),
        hoverinfo="skip",
    )
    ends = [float(curve["predicted"].min()), float(curve["predicted"].max())]
    figure.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        name=_("true predictions"),
        line={"color": REFERENCE, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=curve["predicted"],
        y=curve["actual"],
        mode="markers",
        name=_("mean, with its interval"),
        marker={"size": 10, "color": LOWERS},
        error_y={
            "type": "data",
            "array": curve["high"] - curve["actual"],
            "arrayminus": curve["actual"] - curve["low"],
            "thickness": 1.5,
            "width": 4,
        },
        hovertext=[
            _("predicted {p}, actual {a} ({low} – {high}), n = {n}").format(
                p=number(r.predicted), a=number(r.actual), low=number(r.low), high=number(r.high), n=count(r.n)
            )
            for r in rows(curve)
        ],
        hoverinfo="text",
    )
    figure.update_layout(showlegend=True)
    return figure


def residuals(curve: pd.DataFrame, target: str) -> go.Figure:
    """How far off predictions are, where little and where much is predicted.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.residual_curve``.
    target : str
        The column that is predicted.

    Returns
    -------
    plotly.graph_objects.Figure
        Mean error of each tenth with its interval.
    """
    if curve.empty:
        return nothing(_("There are no customers to judge on."))
    error = curve["predicted"] - curve["actual"]
    worst = int(error.abs().to_numpy().argmax())
    finding = (
        _("Where {predicted} is predicted, that is {error} too much on average")
        if error.iloc[worst] > 0
        else _("Where {predicted} is predicted, that is {error} too little on average")
    )
    if np.isclose(error.iloc[worst], 0, atol=1e-9 * max(float(curve["actual"].abs().max()), 1e-9)):
        finding = _("Predictions are right on average, wherever one looks")
    figure = canvas(
        finding.format(predicted=number(curve["predicted"].iloc[worst]), error=number(abs(error.iloc[worst]))),
        x=_("predicted {target}").format(target=cut(target, TARGET_WIDTH)),
        y=_("predicted minus actual, mean"),
    )
    figure.add_hline(y=0, line={"color": REFERENCE, "dash": "dash"})
    figure.add_scatter(
        x=curve["predicted"],
        y=error,
        mode="markers",
        marker={"size": 10, "color": LOWERS},
        error_y={
            "type": "data",
            "array": curve["actual"] - curve["low"],
            "arrayminus": curve["high"] - curve["actual"],
            "thickness": 1.5,
            "width": 4,
        },
        hovertext=[
            f"{number(p)}: {number(e)}, n = {count(n)}"
            for p, e, n in zip(curve["predicted"], error, curve["n"], strict=True)
        ],
        hoverinfo="text",
    )
    return figure


def errors(frame: pd.DataFrame) -> go.Figure:
    """How many customers are off by how much.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``evaluation.error_histogram`` for all customers together.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars.
    """
    inner = frame[np.isfinite(frame["left"]) & np.isfinite(frame["right"])]
    total = frame["customers"].sum()
    if inner.empty or not total:
        return nothing(_("There are no customers to judge on."))
    figure = canvas(
        _over(frame),
        x=_("predicted minus actual"),
        y=_("customers"),
    )
    # Single far-off customers would squeeze all others into one bar.
    reach = inner["customers"].cumsum() / inner["customers"].sum()
    shown = inner[(reach > 0.01) & (reach < 0.995)]
    shown = shown if len(shown) > 2 else inner
    groups = np.minimum(np.arange(len(shown)) * 40 // len(shown), 39)
    bars = shown.groupby(groups).agg(left=("left", "min"), right=("right", "max"), customers=("customers", "sum"))
    figure.add_bar(
        x=(bars["left"] + bars["right"]) / 2,
        y=bars["customers"] / (bars["right"] - bars["left"]) * (bars["right"] - bars["left"]).mean(),
        width=bars["right"] - bars["left"],
        marker_color=LOWERS,
        hovertext=[f"{number(r.left)} – {number(r.right)}: {count(r.customers)}" for r in rows(bars)],
        hoverinfo="text",
    )
    return figure


def ranges(frame: pd.DataFrame) -> go.Figure:
    """How often ranges around predictions hold, against how often they say so.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``evaluation.coverage_by_level``.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals, and kept promises as a diagonal.
    """
    known = frame[frame["covered"].notna()]
    if known.empty:
        return nothing(_("There are no customers to judge on."))
    last = known.iloc[-1]
    figure = canvas(
        _("Of ranges that promise {level}, {held} hold").format(
            level=percent(last["level"]), held=percent(last["covered"], 1)
        ),
        x=_("promised share"),
        y=_("share of customers within their range"),
    )
    ends = [0.45, 1.0]
    figure.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        name=_("kept promises"),
        line={"color": REFERENCE, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=known["level"],
        y=known["covered"],
        mode="markers",
        name=_("this model"),
        marker={"size": 10, "color": LOWERS},
        error_y={
            "type": "data",
            "array": known["high"] - known["covered"],
            "arrayminus": known["covered"] - known["low"],
            "thickness": 1.5,
            "width": 4,
        },
        hovertext=[
            _("promised {level}, held {held} ({low} – {high}); typically {width} wide, n = {n}").format(
                level=percent(r.level),
                held=percent(r.covered, 1),
                low=percent(r.low),
                high=percent(r.high),
                width=number(r.width),
                n=count(r.n),
            )
            for r in rows(known)
        ],
        hoverinfo="text",
    )
    figure.update_xaxes(tickformat=".0%", range=ends)
    figure.update_yaxes(tickformat=".0%", range=ends)
    return figure


def _over(frame: pd.DataFrame) -> str:
    """How many are predicted too high; a bin around 0 counts by the part of it that lies above."""
    filled = frame[frame["customers"] > 0]
    if len(filled) == 1 and np.isfinite(filled[["left", "right"]]).all(axis=None):
        return _("All customers are off by {low} to {high}").format(
            low=number(filled["left"].iloc[0]), high=number(filled["right"].iloc[0])
        )
    left, right = filled["left"].to_numpy(), filled["right"].to_numpy()
    above = np.where(left >= 0, 1.0, np.where(right <= 0, 0.0, 0.5))
    across = (left < 0) & (right > 0) & np.isfinite(left) & np.isfinite(right)
    above[across] = right[across] / (right - left)[across]
    share = float(above @ filled["customers"].to_numpy()) / float(filled["customers"].sum())
    return _("About {share} of the customers are predicted too high").format(share=percent(share))
