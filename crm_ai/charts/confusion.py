"""Right and wrong, counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import HEAT, HEIGHT, LOWERS, RAISES, REFERENCE, canvas, distinct, nothing, rows, safe
from crm_ai.words import _, count, percent

MOST_LABELS_WRITTEN = 12
LABEL_HEIGHT = 17


def yes_no(cells: Sequence[int], labels: Sequence[str]) -> go.Figure:
    """What was said against what was true, at a threshold.

    Parameters
    ----------
    cells : sequence of four int
        True negatives, false positives, false negatives, true positives.
    labels : sequence of two str
        Negative and positive answer.

    Returns
    -------
    plotly.graph_objects.Figure
        Four fields with numbers and words.
    """
    tn, fp, fn, tp = (int(cell) for cell in cells)
    if not tn + fp + fn + tp:
        return nothing(_("There are no customers to judge on."))
    selected, having = fp + tp, fn + tp
    figure = canvas(
        _("{right} of {selected} selected are right; {missed} of {having} are missed").format(
            right=count(tp), selected=count(selected), missed=count(fn), having=count(having)
        ),
        x=_("the model says"),
        y=_("it was"),
    )
    words = [
        [_("rightly left alone"), _("false alarm")],
        [_("missed"), _("found")],
    ]
    numbers = np.array([[tn, fp], [fn, tp]])
    shares = numbers / np.maximum(numbers.sum(axis=1, keepdims=True), 1)
    names = distinct(list(labels), 14)
    text = [
        [f"<b>{count(numbers[i, j])}</b><br>{words[i][j]}<br>{percent(shares[i, j])}" for j in range(2)]
        for i in range(2)
    ]
    figure.add_heatmap(
        z=shares,
        x=names,
        y=names,
        text=text,
        texttemplate="%{text}",
        textfont={"size": 15},
        colorscale=HEAT,
        zmin=0,
        zmax=1,
        showscale=False,
        hoverinfo="skip",
        xgap=3,
        ygap=3,
    )
    figure.update_xaxes(type="category", showgrid=False, tickangle=0)
    # Upright names leave the fields room for their words on a telephone.
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, tickangle=-90)
    return figure


def many(counts: np.ndarray, labels: Sequence[str]) -> go.Figure:
    """What was said against what was true, for several answers.

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (k, k)
        Customers; rows are what was true.
    labels : sequence of str
        The answers.

    Returns
    -------
    plotly.graph_objects.Figure
        A field for each pair; numbers are written for up to twelve answers and in the hover text for more.
    """
    if not counts.sum():
        return nothing(_("There are no customers to judge on."))
    wrong = counts - np.diag(np.diag(counts))
    actual, said = np.unravel_index(wrong.argmax(), wrong.shape)
    if wrong.sum():
        finding = _("Most often mistaken: “{actual}” for “{said}” ({n} customers)").format(
            actual=labels[actual], said=labels[said], n=count(wrong.max())
        )
    else:
        finding = _("All customers are told right")
    written = len(labels) <= MOST_LABELS_WRITTEN
    height = max(HEIGHT, 220 + (34 if written else LABEL_HEIGHT) * len(labels))
    figure = canvas(finding, x=_("the model says"), y=_("it was"), height=height)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = distinct(list(labels), 16)
    full = [safe(label) for label in labels]
    hover = [
        [
            _("was {actual}, said {said}: {n} ({share})").format(
                actual=full[i], said=full[j], n=count(counts[i, j]), share=percent(shares[i, j])
            )
            for j in range(len(labels))
        ]
        for i in range(len(labels))
    ]
    figure.add_heatmap(
        z=shares,
        x=names,
        y=names,
        text=[[count(n) for n in row] for row in counts] if written else None,
        texttemplate="%{text}" if written else None,
        textfont={"size": 14},
        hovertext=hover,
        hoverinfo="text",
        colorscale=HEAT,
        zmin=0,
        # Among many answers the mistakes are small shares; they must still be seen.
        zmax=1 if written else float(shares.max()),
        showscale=False,
        xgap=1 if written else 0,
        ygap=1 if written else 0,
    )
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, tickmode="linear", dtick=1)
    return figure


def classes(frame: pd.DataFrame, metric: str, title: str) -> go.Figure:
    """One metric of each answer.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``evaluation.class_metrics``.
    metric : str
        precision, recall or f1.
    title : str
        Its name in words.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals, the best first.
    """
    frame = frame[(frame["metric"] == metric) & frame["value"].notna()].sort_values("value")
    if frame.empty:
        return nothing(_("There are no customers to judge on."))
    best, worst = frame.iloc[-1], frame.iloc[0]
    same = percent(best["value"]) == percent(worst["value"])
    finding = (
        _("{title}: {high} for every answer")
        if same
        else _("{title}: best for “{best}” ({high}), worst for “{worst}” ({low})")
    )
    figure = canvas(
        finding.format(
            title=title,
            best=best["label"],
            high=percent(best["value"]),
            worst=worst["label"],
            low=percent(worst["value"]),
        ),
        x=title,
        height=max(240, 120 + (30 if len(frame) <= MOST_LABELS_WRITTEN else 20) * len(frame)),
        named=True,
    )
    figure.add_scatter(
        x=frame["value"],
        y=distinct(frame["label"].tolist()),
        mode="markers",
        marker={"size": 10, "color": [RAISES if v == worst["value"] and not same else LOWERS for v in frame["value"]]},
        error_x={
            "type": "data",
            "array": frame["high"] - frame["value"],
            "arrayminus": frame["value"] - frame["low"],
            "thickness": 1.5,
            "width": 4,
            "color": REFERENCE,
        },
        hovertext=[
            f"{safe(r.label)}: {percent(r.value)} ({percent(r.low)} – {percent(r.high)}), n = {count(r.n)}"
            for r in rows(frame)
        ],
        hoverinfo="text",
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02])
    figure.update_yaxes(range=[-0.8, len(frame) - 0.2])  # of many labels a share of their height would stay empty
    return figure
