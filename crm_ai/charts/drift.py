"""A model at work: which columns move in which week, what they looked like then and now, and how good scores were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.at_work import beside_approved, over_days
from crm_ai.charts.theme import (
    CAUTION,
    GOOD,
    HEAT,
    LOWERS,
    RAISES,
    REFERENCE,
    canvas,
    distinct,
    nothing,
    rows,
    safe,
)
from crm_ai.deployment.watching.cell_words import cell_names, moved_most
from crm_ai.evaluation import Estimate, describe
from crm_ai.modeling.cells import Cells
from crm_ai.words import _, count, day_in_words, number, percent

MOST_COLUMNS, MOST_WEEKS, MOST_NAMED = 20, 26, 3
ROW, LEGEND_ROOM = 26, 60
DARKEST = 0.5
TOO_FEW = "too few to say"
MARKS, UNKNOWN = {"act": "!!", "watch": "!"}, "?"


def weeks_by_column(frame: pd.DataFrame) -> go.Figure:
    """Which columns have moved in which week.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Watch.to_frame``.

    Returns
    -------
    plotly.graph_objects.Figure
        A field a column and week, the darker the further it has moved; ! is to be watched, !! to be acted upon, ? has
        too few customers, and no colour. Of several batches in a week the gravest that had enough; the twenty columns
        that moved most.
    """
    shown = frame[(frame["measure"] == "psi") & frame["kind"].isin(["input", "score"])]
    if shown.empty:
        return nothing(_("Nothing has been scored yet."))
    shown = shown.assign(gravity=shown["level"].map(_GRAVITY).fillna(0), size=shown["value"].fillna(0.0))
    shown = shown.sort_values(["gravity", "size"], kind="stable").groupby(["kind", "subject", "week"]).tail(1)
    shown = shown.assign(value=shown["size"].where(shown["level"] != TOO_FEW))
    weeks = sorted(shown["week"].unique())[-MOST_WEEKS:]
    shown = shown[shown["week"].isin(weeks)]
    furthest = shown.groupby(["kind", "subject"])["value"].max().fillna(0.0).sort_values(ascending=False)
    subjects = sorted(furthest.index[:MOST_COLUMNS], key=lambda pair: (pair[0] == "score", furthest[pair]))
    by_field = shown.set_index(["kind", "subject", "week"])
    fields = [[(*subject, week) for week in weeks] for subject in subjects]
    sizes, levels = (
        [[known.get(field) for field in row] for row in fields]
        for known in (by_field["value"].to_dict(), by_field["level"].to_dict())
    )
    names = [_("the score") if kind == "score" else subject for kind, subject in subjects]
    figure = canvas(_weeks_finding(levels, names), x=_("week from Monday"), height=170 + ROW * len(names), named=True)
    told = [_monday(week) for week in weeks]
    figure.add_heatmap(
        x=told,
        y=distinct(names),
        z=np.minimum(np.asarray(sizes, dtype=np.float64), DARKEST),
        text=[[MARKS.get(str(level), "") for level in row] for row in levels],
        texttemplate="%{text}",
        customdata=[
            [_field(name, week, size, level) for week, size, level in zip(told, row, said, strict=True)]
            for name, row, said in zip(names, sizes, levels, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        zmin=0,
        zmax=DARKEST,
        colorscale=HEAT,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverongaps=False,
    )
    few = [
        (week, label, _field(name, week, None, level))
        for label, name, row in zip(distinct(names), names, levels, strict=True)
        for week, level in zip(told, row, strict=True)
        if level == TOO_FEW
    ]
    if few:
        _add_too_few(figure, few)
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(showgrid=False)
    return figure


def then_and_now(cells: Cells, now: Sequence[int], psi: float) -> go.Figure:
    """What a column looked like in training and in a batch.

    Parameters
    ----------
    cells : Cells
        Of the model's profile.
    now : sequence of int
        Customers of the batch by cell.
    psi : float
        Stability index, as it was computed from the exact counts.

    Returns
    -------
    plotly.graph_objects.Figure
        Shares of customers by cell, in training and in the batch.
    """
    before, after = np.asarray(cells.counts, dtype=np.float64), np.asarray(now, dtype=np.float64)
    if not (before.sum() and after.sum()):
        return nothing(_("Too few customers to show “{column}”.").format(column=cells.name))
    moved = moved_most(cells, now)
    finding = _("“{column}”, {cell}: {now} of the batch, {then} in training (stability index {psi})").format(
        column=cells.name, cell=moved.cell, now=percent(moved.now), then=percent(moved.then), psi=number(psi)
    )
    kept = (before > 0) | (after > 0)
    before, after = before / before.sum(), after / after.sum()
    names = [name for name, there in zip(cell_names(cells), kept, strict=True) if there]
    bars = 2 * ROW * len(names)
    figure = canvas(finding, x=_("share of customers"), height=150 + LEGEND_ROOM + bars, named=True)
    labels = distinct(names[::-1])
    sides = ((_("training"), before, REFERENCE, ""), (_("batch"), after, LOWERS, "/"))
    for title, shares, color, pattern in sides:
        shown = shares[kept][::-1]
        figure.add_bar(
            x=shown,
            y=labels,
            orientation="h",
            name=title,
            marker={"color": color, "pattern": {"shape": pattern}},
            hovertext=[
                f"{safe(name)}, {title}: {percent(share, 1)}" for name, share in zip(names[::-1], shown, strict=True)
            ],
            hoverinfo="text",
        )
    figure.update_layout(barmode="group", showlegend=True, legend_y=-LEGEND_ROOM / bars)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    return figure


def scores_over_weeks(frame: pd.DataFrame) -> go.Figure:
    """How far scores have moved away from those of the holdout, batch by batch.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Watch.to_frame``.

    Returns
    -------
    plotly.graph_objects.Figure
        A line of stability indices, with the lines from which on they are watched and acted upon.
    """
    from crm_ai.deployment.watching.drift import PSI_ACT, PSI_WATCH

    shown = frame[(frame["kind"] == "score") & (frame["measure"] == "psi")].dropna(subset=["value"])
    if shown.empty:
        return nothing(_("Nothing has been scored yet."))
    last = shown.iloc[-1]
    alarms = int(shown["level"].isin(["watch", "act"]).sum())
    finding = (
        _("Scores moved in {n} of {all} batches; stability index {psi} in the latest").format(
            n=count(alarms), all=count(len(shown)), psi=number(last["value"])
        )
        if alarms
        else _("Scores are spread as they were when the model was approved")
    )
    figure = canvas(finding, x=_("day"), y=_("stability index"))
    figure.add_scatter(
        x=shown["day"],
        y=shown["value"],
        mode="lines+markers",
        line={"color": LOWERS, "width": 2},
        marker={
            "size": 10,
            "color": [_COLORS.get(level, LOWERS) for level in shown["level"]],
            "symbol": [_SYMBOLS.get(level, "circle") for level in shown["level"]],
        },
        hovertext=[f"{safe(row.batch)}, {row.day}: {number(row.value)}, n = {count(row.n)}" for row in rows(shown)],
        hoverinfo="text",
    )
    for line, color in ((PSI_WATCH, CAUTION), (PSI_ACT, RAISES)):
        figure.add_hline(y=line, line={"color": color, "dash": "dash"})
    figure.update_yaxes(rangemode="tozero")
    return over_days(figure, shown["day"])


def performance_over_weeks(frame: pd.DataFrame, metric: str, approved: Estimate) -> go.Figure:
    """How good scores turned out to be, batch by batch.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Watch.to_frame``.
    metric : str
        The figure, for instance ``"roc_auc"``.
    approved : Estimate
        What it was on the holdout.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals; the approved figure as a line with its interval as a band.
    """
    title = describe(metric)[0]
    shown = frame[(frame["kind"] == "performance") & (frame["measure"] == metric)].dropna(subset=["value"])
    if shown.empty:
        return nothing(_("No outcomes are known yet."))
    last = shown.iloc[-1]
    finding = _("{title}: {now} in the latest batch, {then} when the model was approved").format(
        title=title, now=number(last["value"]), then=number(approved.value)
    )
    figure = canvas(finding, x=_("day the batch was scored"), y=title)
    return beside_approved(figure, shown, approved, write=number)


_COLORS = {"act": RAISES, "watch": CAUTION, "steady": GOOD, "too few to say": REFERENCE}
_GRAVITY = {"act": 3, "watch": 2, "steady": 1}
_SYMBOLS = {"act": "diamond", "watch": "square", "too few to say": "circle-open"}


def _weeks_finding(levels: list[list[str | None]], names: list[str]) -> str:
    latest = [row[-1] for row in levels]
    moved = [name for name, level in zip(names, latest, strict=True) if level in ("watch", "act")][::-1]
    if moved:
        told = _(", ").join(moved[:MOST_NAMED]) + (" …" if len(moved) > MOST_NAMED else "")
        return _("Moved in the latest week: {names}").format(names=told)
    if all(level == "too few to say" for level in latest if level is not None):
        return _("Too few customers in the latest week to say whether they have changed")
    return _("Customers of the latest week are like those of the training")


def _add_too_few(figure: go.Figure, fields: list[tuple[str, str, str]]) -> None:
    """Mark fields that say nothing: of week, column and words on hovering; grey, not a shade of having moved."""
    weeks, names, words = zip(*fields, strict=True)
    figure.add_scatter(
        x=weeks,
        y=names,
        mode="markers+text",
        marker={"symbol": "square", "size": 20, "color": REFERENCE, "opacity": 0.25},
        text=[UNKNOWN] * len(fields),
        hovertext=words,
        hoverinfo="text",
        showlegend=False,
    )


def _field(name: str, week: str, size: float | None, level: str | None) -> str:
    if level == TOO_FEW:
        return f"{safe(name)}, {week}: {_('too few to say')}"
    return f"{safe(name)}, {week}: {number(math.nan if size is None else size)}"


def _monday(week: str) -> str:
    """First day of an ISO week, in the reader's order."""
    year, _mark, place = week.partition("-W")
    return day_in_words(date.fromisocalendar(int(year), int(place), 1))
