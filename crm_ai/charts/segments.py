"""Groups of customers: how large, how they differ, whether they are there at all, and where they went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.lines import wrapped
from crm_ai.charts.theme import (
    CAUTION,
    GOOD,
    LOWERS,
    RAISES,
    REFERENCE,
    SERIES,
    SHAPES,
    bars_of,
    canvas,
    distinct,
    nothing,
    rows,
    safe,
    short,
    sized,
)
from crm_ai.words import _, count, number, percent

MOST_GROUPS = 20
MOST_DIFFERENCES = 10
NAME, NAME_LINES = 24, 3
LONG_NAME = 26
LEGEND_NAME, LEGEND_LINES = 40, 2
LINE, MAP_HEIGHT = 18, 300  # pixels
MOST_IN_LEGEND = 8


def sizes(frame: pd.DataFrame, *, money: str = "") -> go.Figure:
    """How many customers each group holds, and what it brings.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns group, share, low, high, customers, and, if there is money, money, money_low, money_high: the group's
        share of it.
    money : str, default ""
        What the money is, in words; empty if there is none.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars with 95 % intervals.
    """
    if frame.empty:
        return nothing(_("There are no groups to show."))
    shown = frame.head(MOST_GROUPS).iloc[::-1]
    with_money = bool(money) and bool(frame["money"].notna().any())
    figure = canvas(
        _money_finding(frame, money) if with_money else _size_finding(frame),
        x=_("share of customers and of {money}").format(money=money) if with_money else _("share of customers"),
        named=True,
    )
    names = _names(shown["group"].tolist())
    kinds = [(_("customers"), "share", "low", "high", LOWERS, "")]
    if with_money:
        kinds.insert(0, (money, "money", "money_low", "money_high", CAUTION, "/"))
    for title, value, low, high, colour, pattern in kinds:
        figure.add_bar(
            x=shown[value],
            y=names,
            orientation="h",
            name=short(title),
            marker={"color": colour, "pattern": {"shape": pattern}},
            error_x=bars_of(shown[value], shown[low], shown[high]),
            hovertext=[_share_in_words(row, title, value, low, high) for row in rows(shown)],
            hoverinfo="text",
        )
    figure.update_layout(barmode="group", bargap=0.25, legend_traceorder="reversed")
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    return sized(figure, _rows_of(names, 56 if with_money else 36), legend=1 if with_money else 0)


def _names(groups: Sequence[str]) -> list[str]:
    """Names of groups beside an axis, in a few lines; found ones say what sets their customers apart."""
    seen: dict[str, int] = {}
    out = []
    for group in groups:
        lines = wrapped(group, NAME)
        if len(lines) > NAME_LINES:
            lines = [*lines[: NAME_LINES - 1], lines[NAME_LINES - 1][: NAME - 2] + " …"]
        name = "<br>".join(safe(line) for line in lines) or " "
        seen[name] = seen.get(name, 0) + 1
        out.append(name + "\u200b" * (seen[name] - 1))
    return out


def _rows_of(names: Sequence[str], least: int) -> int:
    """Pixels that rows with these names need."""
    return sum(max(least, LINE * (name.count("<br>") + 1) + 12) for name in names)


def _size_finding(frame: pd.DataFrame) -> str:
    largest = frame.iloc[int(frame["share"].to_numpy().argmax())]
    if len(frame) == 1:
        return _("One group: “{group}”").format(group=largest["group"])
    return _("“{group}” is the largest of {k} groups: {share} of customers").format(
        group=largest["group"], k=len(frame), share=percent(largest["share"])
    )


def _money_finding(frame: pd.DataFrame, money: str) -> str:
    top = frame.iloc[int(np.nanargmax(frame["money"].to_numpy(dtype=float)))]
    return _("“{group}”, {share} of customers, has {part} of {money}").format(
        group=top["group"], share=percent(top["share"]), part=percent(top["money"]), money=money
    )


def _share_in_words(row: object, title: str, value: str, low: str, high: str) -> str:
    group, customers = row.group, row.customers  # type: ignore[attr-defined]
    share, ends = getattr(row, value), (getattr(row, low), getattr(row, high))
    words = f"{safe(group)}<br>{safe(title)}: {percent(share, 1)}"
    if np.isfinite(ends).all():
        words += f" ({percent(ends[0], 1)} – {percent(ends[1], 1)})"
    return f"{words}<br>n = {count(customers)}"


def outcomes(frame: pd.DataFrame, title: str, *, share: bool) -> go.Figure:
    """What became of each group, beside what a model says of the same customers.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``segmentation.segment_outcomes``.
    title : str
        What the outcome is, in words.
    share : bool
        Whether it is a share of customers.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals: filled what was true, hollow what the model says.
    """
    true = frame[(frame["metric"] == "outcome") & frame["value"].notna()]
    said = frame[(frame["metric"] == "prediction") & frame["value"].notna()]
    if true.empty:
        return nothing(_("No customer set aside for judging is in these groups."))
    groups = true["group"].tolist()[:MOST_GROUPS][::-1]
    names = dict(zip(groups, _names(groups), strict=True))
    write = percent if share else number
    values = true["value"].to_numpy()
    top, bottom = true.iloc[int(values.argmax())], true.iloc[int(values.argmin())]
    if len(true) > 1 and write(top["value"]) != write(bottom["value"]):
        finding = _("{title}: {high} of “{top}”, {low} of “{bottom}”").format(
            title=title,
            high=write(top["value"]),
            top=top["group"],
            low=write(bottom["value"]),
            bottom=bottom["group"],
        )
    else:
        finding = _("{title}: {value}").format(title=title, value=write(top["value"]))
    figure = canvas(finding, x=title, named=True)
    kinds = ((true, _("what was true"), LOWERS, "circle"), (said, _("what the model says"), RAISES, "diamond-open"))
    for part, name, colour, symbol in kinds:
        its = part[part["group"].isin(groups)]
        if its.empty:
            continue
        figure.add_scatter(
            x=its["value"],
            y=[names[group] for group in its["group"]],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 2, "color": colour}},
            error_x=bars_of(its["value"], its["low"], its["high"]),
            hovertext=[
                f"{safe(row.group)}<br>{name}: {write(row.value)} ({write(row.low)} – {write(row.high)})"
                f"<br>n = {count(row.n)}"
                for row in rows(its)
            ],
            hoverinfo="text",
        )
    figure.update_yaxes(categoryorder="array", categoryarray=[names[group] for group in groups])
    if share:
        figure.update_xaxes(tickformat=".0%")
    return sized(figure, _rows_of(list(names.values()), 36), legend=2)


def evidence(frame: pd.DataFrame) -> go.Figure:
    """How far apart clusters lie and whether they are found again, by their number.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``segmentation.Clustering.to_frame``.

    Returns
    -------
    plotly.graph_objects.Figure
        Silhouette and stability with their ranges, beside the silhouette of tables without clusters.
    """
    chosen = frame[frame["chosen"]].iloc[0]
    finding = _("{k} groups: silhouette {found}, by chance {expected}; stability {stability}").format(
        k=count(chosen["k"]),
        found=number(chosen["silhouette"], 2),
        expected=number(chosen["expected"], 2),
        stability=number(chosen["stability"], 2),
    )
    figure = canvas(finding, x=_("number of groups"), y=_("1 is perfect"))
    known = frame.dropna(subset=["expected"])
    figure.add_scatter(
        x=known["k"],
        y=known["highest"],
        mode="lines",
        line={"color": REFERENCE, "dash": "dash", "width": 1},
        fill="tozeroy",
        fillcolor="rgba(138, 148, 158, 0.15)",
        name=_("silhouette of tables without groups"),
        hovertemplate=_("without groups at most {value}").format(value="%{y:.2f}") + "<extra></extra>",
    )
    for title, name, colour, symbol in (
        (_("stability (found again)"), "stability", GOOD, "square"),
        (_("silhouette (how far apart)"), "silhouette", LOWERS, "circle"),
    ):
        figure.add_scatter(
            x=frame["k"],
            y=frame[name],
            mode="lines+markers",
            name=title,
            line={"color": colour, "width": 2},
            marker={"symbol": symbol, "size": 9},
            error_y=bars_of(frame[name], frame[f"{name}_low"], frame[f"{name}_high"]),
            hovertext=[
                f"k = {count(row.k)}<br>{title}: {number(getattr(row, name), 2)} "
                f"({number(getattr(row, f'{name}_low'), 2)} – {number(getattr(row, f'{name}_high'), 2)})"
                for row in rows(frame)
            ],
            hoverinfo="text",
        )
    figure.add_vline(x=float(chosen["k"]), line={"color": CAUTION, "dash": "dot", "width": 2})
    figure.update_xaxes(tickvals=frame["k"])
    figure.update_yaxes(range=[min(0.0, float(frame["silhouette"].min())) - 0.02, 1.05])
    return sized(figure, 240, legend=3)


def customer_map(
    points: pd.DataFrame, groups: Sequence[str], axes: tuple[str, str], kept: float, drawn_of: int
) -> go.Figure:
    """Customers on two axes.

    Parameters
    ----------
    points : pandas.DataFrame
        Columns x, y, group; some thousand at most.
    groups : sequence of str
        Names of the groups in order.
    axes : tuple of (str, str)
        What the axes hold.
    kept : float
        Share of what tells customers apart that the two axes keep.
    drawn_of : int
        Customers that the points were drawn from.

    Returns
    -------
    plotly.graph_objects.Figure
        A dot a customer, coloured and shaped by group.
    """
    if points.empty:
        return nothing(_("There are no customers to lay out."))
    finding = _("{n} of {all} customers; the two axes keep {share} of what tells them apart").format(
        n=count(len(points)), all=count(drawn_of), share=percent(kept)
    )
    figure = canvas(finding, x=_("→ {what}").format(what=axes[0]), y=_("→ {what}").format(what=axes[1]))
    present = set(points["group"])
    for place, group in enumerate([*groups, *sorted(present - set(groups))]):
        its = points[points["group"] == group]
        if its.empty:
            continue
        belongs = group in groups
        figure.add_scattergl(
            x=its["x"],
            y=its["y"],
            mode="markers",
            name="<br>".join(safe(line) for line in wrapped(group, LEGEND_NAME)[:LEGEND_LINES]),
            marker={
                "color": SERIES[place % len(SERIES)] if belongs else REFERENCE,
                "symbol": SHAPES[(place + place // len(SERIES)) % len(SHAPES)] if belongs else "x-thin-open",
                "size": 6,
                "opacity": 0.65,
            },
            hovertext=safe(group),
            hoverinfo="text",
        )
    figure.update_xaxes(showticklabels=False, zeroline=False)
    figure.update_yaxes(showticklabels=False, zeroline=False)
    return sized(figure, MAP_HEIGHT, legend=LEGEND_LINES * min(len(figure.data), MOST_IN_LEGEND))


def differences(frame: pd.DataFrame, *, shares: bool) -> go.Figure:
    """What sets a group apart from everybody else.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns name, value, low, high, inside, outside (in words) and sure, the largest difference first.
    shares : bool
        Whether values are differences of shares; else of means in standard deviations.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals; those that may be chance are hollow.
    """
    if frame.empty:
        return nothing(_("There is nothing of this kind to compare."))
    shown = frame.head(MOST_DIFFERENCES).iloc[::-1]
    first = frame.iloc[0]
    if first["sure"]:
        finding = _("{name}: {inside} here, {outside} elsewhere").format(
            name=first["name"], inside=first["inside"], outside=first["outside"]
        )
    else:
        finding = _("Nothing here differs more than chance would have it")
    figure = canvas(
        finding,
        x=_("difference from everybody else, in points") if shares else _("difference, in standard deviations"),
        height=140 + 32 * len(shown),
        named=True,
    )
    factor = 100.0 if shares else 1.0
    higher = (shown["value"] > 0).tolist()
    figure.add_scatter(
        x=shown["value"] * factor,
        y=distinct(shown["name"].tolist(), LONG_NAME),
        mode="markers",
        marker={
            "color": [RAISES if up else LOWERS for up in higher],
            "symbol": ["circle" if sure else "circle-open" for sure in shown["sure"]],
            "size": 11,
            "line": {"width": 2, "color": [RAISES if up else LOWERS for up in higher]},
        },
        error_x=bars_of(shown["value"], shown["low"], shown["high"], factor),
        hovertext=[
            f"{safe(row.name)}<br>"
            + _("{inside} here, {outside} elsewhere").format(inside=safe(row.inside), outside=safe(row.outside))
            + ("" if row.sure else f"<br>{_('may be chance')}")
            for row in shown.rename_axis(None).itertuples(index=False)
        ],
        hoverinfo="text",
    )
    figure.add_vline(x=0, line={"color": REFERENCE, "dash": "dash"})
    return figure
