"""Groups side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.theme import CAUTION, LOWERS, REFERENCE, SERIES, SHAPES, canvas, distinct, nothing, safe, short
from crm_ai.evaluation import Estimate
from crm_ai.words import _, count, number, percent

MOST_GROUPS_AS_LINES = 6


def by_group(
    estimates: Mapping[str, Estimate],
    overall: Estimate,
    title: str,
    *,
    sizes: Mapping[str, int],
    too_few: Collection[str] = (),
    share: bool = True,
) -> go.Figure:
    """One metric of each group.

    Parameters
    ----------
    estimates : mapping of str to Estimate
        By group.
    overall : Estimate
        Of all customers.
    title : str
        The metric in words.
    sizes : mapping of str to int
        Customers by group.
    too_few : collection of str, default ()
        Groups too small to judge: drawn hollow.
    share : bool, default True
        Whether the metric is a share of customers.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals, the size of each group beside its name, all customers as a line.
    """
    known = {group: e for group, e in estimates.items() if e.known}
    if not known:
        return nothing(_("{title} cannot be told for any group.").format(title=title))
    write = percent if share else number
    judged = {group: e for group, e in known.items() if group not in too_few}
    if len(judged) > 1 and len({write(e.value) for e in judged.values()}) == 1:
        finding = _("{title}: {value} in every group judged").format(
            title=title, value=write(next(iter(judged.values())).value)
        )
    elif len(judged) > 1:
        top, bottom = max(judged, key=lambda g: judged[g].value), min(judged, key=lambda g: judged[g].value)
        finding = _("{title}: {high} for “{top}”, {low} for “{bottom}”").format(
            title=title, high=write(judged[top].value), top=top, low=write(judged[bottom].value), bottom=bottom
        )
    else:
        finding = _("{title}: too few customers to compare groups").format(title=title)
    groups = list(known)[::-1]
    values = [known[group] for group in groups]
    figure = canvas(finding, x=title, height=140 + 48 * len(groups), named=True)
    figure.add_scatter(
        x=[e.value for e in values],
        y=[
            _sized(name, sizes.get(group, 0), group in too_few)
            for name, group in zip(distinct(groups), groups, strict=True)
        ],
        mode="markers",
        marker={
            "size": 12,
            "color": [CAUTION if group in too_few else LOWERS for group in groups],
            "symbol": ["circle-open" if group in too_few else "circle" for group in groups],
            "line": {"width": 2},
        },
        error_x={
            "type": "data",
            "array": [e.high - e.value for e in values],
            "arrayminus": [e.value - e.low for e in values],
            "thickness": 2,
            "width": 5,
            "color": REFERENCE,
        },
        hovertext=[
            f"{safe(group)}: {write(e.value)} ({write(e.low)} – {write(e.high)}), n = {count(e.n)}"
            + (f"<br>{_('too few to judge')}" if group in too_few else "")
            for group, e in zip(groups, values, strict=True)
        ],
        hoverinfo="text",
    )
    if overall.known:
        figure.add_vline(x=overall.value, line={"color": REFERENCE, "dash": "dash"})
    if share:
        figure.update_xaxes(tickformat=".0%", range=[-0.01, 1.01])
    return figure


def across_thresholds(frame: pd.DataFrame, metric: str, title: str, threshold: float) -> go.Figure:
    """One metric of each group at every threshold.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``fairness.across_thresholds``.
    metric : str
        One of its metrics.
    title : str
        The metric in words.
    threshold : float
        The one to mark.

    Returns
    -------
    plotly.graph_objects.Figure
        A line a group, for the six largest; groups too small to judge are left out.
    """
    frame = frame[~frame["too_few"].astype(bool)]
    sizes = frame.groupby("group", sort=False)["n"].max().sort_values(ascending=False)
    groups = [group for group in frame["group"].unique() if group in set(sizes.index[:MOST_GROUPS_AS_LINES])]
    if not groups:
        return nothing(_("Too few customers to compare groups."))
    now = frame[np.isclose(frame["threshold"], round(threshold, 2)) & frame["group"].isin(groups)].dropna(
        subset=[metric]
    )
    if len(now) > 1 and len(set(now[metric])) == 1:
        finding = _("At threshold {t}: {value} in every group shown").format(
            t=f"{threshold:.2f}", value=percent(now[metric].iloc[0])
        )
    elif len(now) > 1:
        top, bottom = now.iloc[now[metric].to_numpy().argmax()], now.iloc[now[metric].to_numpy().argmin()]
        finding = _("At threshold {t}: {high} for “{top}”, {low} for “{bottom}”").format(
            t=f"{threshold:.2f}",
            high=percent(top[metric]),
            top=top["group"],
            low=percent(bottom[metric]),
            bottom=bottom["group"],
        )
    else:
        finding = _("{title} at every threshold").format(title=title)
    figure = canvas(finding, x=_("threshold"), y=title)
    for place, group in enumerate(groups):
        part = frame[frame["group"] == group]
        figure.add_scatter(
            x=part["threshold"],
            y=part[metric],
            mode="lines+markers",
            name=short(group),
            line={"color": SERIES[place], "width": 2},
            marker={"symbol": SHAPES[place], "size": 8, "maxdisplayed": 12},
            hovertemplate=f"{safe(group)}<br>%{{x:.2f}} → %{{y:.1%}}<extra></extra>",
        )
    figure.add_vline(x=threshold, line={"color": CAUTION, "width": 2, "dash": "dot"})
    figure.update_yaxes(tickformat=".0%", range=[-0.02, 1.02])
    figure.update_xaxes(range=[0, 1])
    figure.update_layout(showlegend=True)
    return figure


def _sized(name: str, n: int, too_few: bool) -> str:
    words = _("n = {n}, too few") if too_few else _("n = {n}")
    return f"{name}<br>{words.format(n=count(n))}"
