"""What buyers do over time: who moved between groups, who will be worth most, and whether expectations came true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import BAND, HEAT, LOWERS, RAISES, bars_of, canvas, distinct, nothing, rows, safe, sized
from crm_ai.words import _, count, number, percent

MOST_CUSTOMERS = 20
NAME = 26
WRITTEN = 0.05  # smaller shares are told by pointing at their field


def migration(counts: np.ndarray, names: Sequence[str], before: str, after: str) -> go.Figure:
    """Who moved from which group to which.

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (groups, groups)
        Customers by where they were (rows) and where they are (columns).
    names : sequence of str
        Of the groups.
    before, after : str
        What the two days are called.

    Returns
    -------
    plotly.graph_objects.Figure
        Fields shaded by the share of those who were there.
    """
    kept = np.flatnonzero(counts.sum(axis=1) + counts.sum(axis=0))
    if not len(kept):
        return nothing(_("Nobody was there on both days."))
    counts = counts[np.ix_(kept, kept)]
    whole = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(whole, 1)
    labels = distinct([names[int(place)] for place in kept], 14)
    stayed = float(np.trace(counts) / max(counts.sum(), 1))
    figure = canvas(
        _("{share} stayed in their group from {before} to {after}").format(
            share=percent(stayed), before=before, after=after
        ),
        x=_("group on {day}").format(day=after),
        y=_("group on {day} (fields: % of it)").format(day=before),
        height=160 + 34 * len(kept),
    )
    figure.add_heatmap(
        z=share,
        x=labels,
        y=labels,
        text=[[f"{100 * cell:.0f}" if cell >= WRITTEN else "" for cell in row] for row in share],
        texttemplate="%{text}",
        textfont={"size": 14},
        colorscale=HEAT,
        zmin=0,
        zmax=1,
        showscale=False,
        hovertext=[
            [
                _("{n} of {all} went from “{old}” to “{new}”").format(
                    n=count(counts[i, j]), all=count(whole[i, 0]), old=labels[i], new=labels[j]
                )
                for j in range(len(kept))
            ]
            for i in range(len(kept))
        ],
        hoverinfo="text",
        xgap=2,
        ygap=2,
    )
    figure.update_xaxes(type="category", showgrid=False, tickangle=-90)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure


def best_customers(frame: pd.DataFrame, days: int) -> go.Figure:
    """Customers who are expected to bring most.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns customer, value, low, high, purchases; the best first.
    days : int
        Within how many days.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals of the expectation.
    """
    known = frame.dropna(subset=["value"]).head(MOST_CUSTOMERS)
    if known.empty:
        return nothing(_("No value can be expected of any customer."))
    shown, top = known.iloc[::-1], known.iloc[0]
    figure = canvas(
        _("“{customer}” is expected to bring most: {value} ({low}–{high})").format(
            customer=top["customer"], value=number(top["value"]), low=number(top["low"]), high=number(top["high"])
        ),
        x=_("expected value within {n} days").format(n=count(days)),
        height=130 + 26 * len(shown),
        named=True,
    )
    figure.add_scatter(
        x=shown["value"],
        y=distinct(shown["customer"].astype(str).tolist(), NAME),
        mode="markers",
        marker={"color": LOWERS, "size": 10},
        error_x=bars_of(shown["value"], shown["low"], shown["high"]),
        hovertext=[
            f"{safe(row.customer)}: {number(row.value)} ({number(row.low)} – {number(row.high)})<br>"
            + _("{n} purchases expected").format(n=number(row.purchases))
            for row in rows(shown)
        ],
        hoverinfo="text",
    )
    figure.update_yaxes(type="category")
    figure.update_xaxes(rangemode="tozero")
    return figure


def came_true(frame: pd.DataFrame) -> go.Figure:
    """Expected against actual purchases in a time that the model had not seen.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``segmentation.check_on_holdout``.

    Returns
    -------
    plotly.graph_objects.Figure
        By how often customers had come back before: expectation as a band, what there was as points.
    """
    if frame.empty:
        return nothing(_("There is nobody to compare."))
    off = (frame["expected"] - frame["actual"]).abs().to_numpy()
    worst = frame.iloc[int(off.argmax())]
    figure = canvas(
        _("Furthest off where customers had come back {k} times: {expected} expected, {actual} were").format(
            k=worst["frequency"], expected=number(worst["expected"]), actual=number(worst["actual"])
        ),
        x=_("repeat purchases before"),
        y=_("purchases a customer"),
    )
    names = frame["frequency"].astype(str).tolist()
    figure.add_scatter(
        x=[*names, *names[::-1]],
        y=[*frame["expected_high"], *frame["expected_low"][::-1]],
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    for title, name, colour, symbol in (
        (_("expected"), "expected", LOWERS, "circle"),
        (_("were"), "actual", RAISES, "diamond"),
    ):
        figure.add_scatter(
            x=names,
            y=frame[name],
            mode="lines+markers" if name == "expected" else "markers",
            name=title,
            line={"color": colour, "width": 2},
            marker={"symbol": symbol, "size": 10, "color": colour},
            error_y=bars_of(frame[name], frame[f"{name}_low"], frame[f"{name}_high"]),
            hovertext=[f"{title}: {number(getattr(row, name))}<br>n = {count(row.customers)}" for row in rows(frame)],
            hoverinfo="text",
        )
    figure.update_xaxes(type="category")
    figure.update_yaxes(rangemode="tozero")
    return sized(figure, 240, legend=1)
