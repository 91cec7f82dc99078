"""How well a model ranks customers, and whether its probabilities are true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import BAND, CAUTION, LOWERS, RAISES, REFERENCE, canvas, nothing, rows
from crm_ai.evaluation import Estimate
from crm_ai.words import _, count, percent


def roc(curve: pd.DataFrame, area: Estimate, *, threshold: float | None = None) -> go.Figure:
    """False alarms against hits, over all thresholds.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.roc_curve``.
    area : Estimate
        ROC AUC.
    threshold : float, optional
        The one to mark.

    Returns
    -------
    plotly.graph_objects.Figure
        The curve with its band, and chance as a diagonal.
    """
    if not area.known:
        return nothing(_("A curve needs customers with both answers."))
    figure = canvas(
        _("Ranks a customer with the answer above one without it {share} of the time").format(
            share=percent(area.value)
        ),
        x=_("false alarms among those without the answer"),
        y=_("found among those with the answer"),
    )
    _band(figure, curve["false_positive_rate"], curve["low"], curve["high"])
    _line(figure, curve["false_positive_rate"], curve["true_positive_rate"], _("this model"), _thresholds(curve))
    _line(figure, [0, 1], [0, 1], _("chance"), None, color=REFERENCE, dash="dash")
    _mark(figure, curve, threshold, "false_positive_rate", "true_positive_rate")
    return _shares(figure)


def precision_recall(curve: pd.DataFrame, base_rate: float, *, threshold: float | None = None) -> go.Figure:
    """How many of the selected are right, against how many are found.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.precision_recall_curve``.
    base_rate : float
        Share of customers with the answer.
    threshold : float, optional
        The one to mark.

    Returns
    -------
    plotly.graph_objects.Figure
        The curve with its band, and chance as a line.
    """
    if curve.empty or not curve["recall"].notna().any():
        return nothing(_("A curve needs customers with both answers."))
    half = curve.iloc[(curve["recall"] - 0.5).abs().to_numpy().argmin()]
    figure = canvas(
        _("To find {found} of them, {precision} of those selected are right; by chance {base} would be").format(
            found=percent(half["recall"]), precision=percent(half["precision"]), base=percent(base_rate)
        ),
        x=_("found among those with the answer (recall)"),
        y=_("right among those selected (precision)"),
    )
    _band(figure, curve["recall"], curve["low"], curve["high"])
    _line(figure, curve["recall"], curve["precision"], _("this model"), _thresholds(curve))
    _line(figure, [0, 1], [base_rate, base_rate], _("chance"), None, color=REFERENCE, dash="dash")
    _mark(figure, curve, threshold, "recall", "precision")
    return _shares(figure)


def gains(curve: pd.DataFrame, *, selected: float | None = None) -> go.Figure:
    """What share is reached by contacting the highest scores first.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.gains_curve``.
    selected : float, optional
        Share of customers selected at the threshold, to be marked.

    Returns
    -------
    plotly.graph_objects.Figure
        The curve with its band, and random contacts as a diagonal.
    """
    if curve.empty or not curve["caught"].notna().any():
        return nothing(_("A curve needs customers with both answers."))
    fifth = curve.iloc[(curve["contacted"] - 0.2).abs().to_numpy().argmin()]
    figure = canvas(
        _("Contacting the top {share} reaches {caught} of them").format(
            share=percent(fifth["contacted"]), caught=percent(fifth["caught"])
        ),
        x=_("customers contacted, highest score first"),
        y=_("reached of those with the answer"),
    )
    _band(figure, curve["contacted"], curve["low"], curve["high"])
    words = [_("{n} customers").format(n=count(n)) for n in curve["customers"]]
    _line(figure, curve["contacted"], curve["caught"], _("this model"), words)
    _line(figure, [0, 1], [0, 1], _("at random"), None, color=REFERENCE, dash="dash")
    _upright(figure, selected)
    return _shares(figure)


def lift(curve: pd.DataFrame, *, selected: float | None = None) -> go.Figure:
    """How many times better than contacting at random.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.gains_curve``.
    selected : float, optional
        Share of customers selected at the threshold, to be marked.

    Returns
    -------
    plotly.graph_objects.Figure
        The curve with its band, and 1 as a line.
    """
    if curve.empty or not curve["lift"].notna().any():
        return nothing(_("A curve needs customers with both answers."))
    tenth = curve.iloc[(curve["contacted"] - 0.1).abs().to_numpy().argmin()]
    figure = canvas(
        _("The top {share} have the answer {times} × as often as all customers").format(
            share=percent(tenth["contacted"]), times=f"{tenth['lift']:.1f}"
        ),
        x=_("customers contacted, highest score first"),
        y=_("times as many as at random (lift)"),
    )
    _band(figure, curve["contacted"], curve["lift_low"], curve["lift_high"])
    words = [_("{n} customers").format(n=count(n)) for n in curve["customers"]]
    _line(figure, curve["contacted"], curve["lift"], _("this model"), words)
    _line(figure, [0, 1], [1, 1], _("at random"), None, color=REFERENCE, dash="dash")
    _upright(figure, selected)
    figure.update_xaxes(tickformat=".0%", range=[0, 1])
    figure.update_yaxes(rangemode="tozero")
    return figure


def calibration(curve: pd.DataFrame) -> go.Figure:
    """Whether probabilities come true.

    Parameters
    ----------
    curve : pandas.DataFrame
        As made by ``evaluation.calibration_curve``.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals, and truth as a diagonal.
    """
    if curve.empty:
        return nothing(_("There are no customers to judge on."))
    inside = ((curve["low"] <= curve["predicted"]) & (curve["predicted"] <= curve["high"])).sum()
    figure = canvas(
        _("Predicted and observed shares agree in {good} of {all} groups of customers").format(
            good=count(inside), all=count(len(curve))
        ),
        x=_("predicted probability (mean)"),
        y=_("observed share"),
    )
    _line(figure, [0, 1], [0, 1], _("true probabilities"), None, color=REFERENCE, dash="dash")
    figure.add_scatter(
        x=curve["predicted"],
        y=curve["observed"],
        mode="markers",
        name=_("this model"),
        marker={"size": 10, "color": LOWERS},
        error_y={
            "type": "data",
            "array": curve["high"] - curve["observed"],
            "arrayminus": curve["observed"] - curve["low"],
            "thickness": 1.5,
            "width": 4,
        },
        hovertext=[
            _("predicted {p}, observed {o} ({low} – {high}), n = {n}").format(
                p=percent(r.predicted, 1),
                o=percent(r.observed, 1),
                low=percent(r.low),
                high=percent(r.high),
                n=count(r.n),
            )
            for r in rows(curve)
        ],
        hoverinfo="text",
    )
    return _shares(figure)


def _shares(figure: go.Figure) -> go.Figure:
    figure.update_xaxes(tickformat=".0%", range=[-0.01, 1.01])
    figure.update_yaxes(tickformat=".0%", range=[-0.02, 1.02])
    figure.update_layout(showlegend=True)
    return figure


def _thresholds(curve: pd.DataFrame) -> list[str]:
    return [_("threshold {t}").format(t=f"{t:.2f}") for t in curve["threshold"]]


def _band(figure: go.Figure, x: pd.Series, low: pd.Series, high: pd.Series) -> None:
    known = (low.notna() & high.notna()).to_numpy()
    around = np.concatenate([x[known], x[known][::-1]])
    figure.add_scatter(
        x=around,
        y=np.concatenate([high[known], low[known][::-1]]),
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        name=_("95 % interval"),
        hoverinfo="skip",
    )


def _line(
    figure: go.Figure,
    x: object,
    y: object,
    name: str,
    words: list[str] | None,
    *,
    color: str = LOWERS,
    dash: str = "solid",
) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        name=name,
        line={"color": color, "dash": dash, "width": 2.5 if dash == "solid" else 1.5},
        text=words,
        hovertemplate="%{text}<br>%{x:.1%} → %{y:.3g}<extra></extra>" if words else None,
        hoverinfo=None if words else "skip",
    )


def _mark(figure: go.Figure, curve: pd.DataFrame, threshold: float | None, x: str, y: str) -> None:
    if threshold is None or curve.empty:
        return
    selected = curve[curve["threshold"] >= threshold]
    if selected.empty:  # Nobody is selected there, so there is no such point.
        return
    at = selected.sort_values("threshold").iloc[0]
    figure.add_scatter(
        x=[at[x]],
        y=[at[y]],
        mode="markers",
        name=_("at the threshold"),
        marker={"size": 13, "color": RAISES, "symbol": "diamond"},
        hovertemplate="%{x:.1%} → %{y:.1%}<extra></extra>",
    )


def _upright(figure: go.Figure, selected: float | None) -> None:
    if selected is not None and np.isfinite(selected):
        figure.add_vline(x=selected, line={"color": CAUTION, "width": 2, "dash": "dot"})
