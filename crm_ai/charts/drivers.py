"""What moves a model: all customers at a glance, pairs of columns, segments, and what predicting needs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.lines import both
from crm_ai.charts.reasons import factor, level_in_words, unit
from crm_ai.charts.theme import (
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
    spoken_dates,
)
from crm_ai.words import _, count, number, percent, signed

MOST_PAIRS = 10
LONGEST_PAIR = 27
MOST_COLUMNS = 8
MOST_GROUPS = 6
SMALLEST, LARGEST = 4.0, 20.0


def swarm(frame: pd.DataFrame, scale: str) -> go.Figure:
    """How contributions are spread over the customers, column by column.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``explanation.swarm.swarm``.
    scale : str
        What contributions are measured in.

    Returns
    -------
    plotly.graph_objects.Figure
        A dot for all customers of like contribution, larger for more of them, coloured by their values.
    """
    if frame.empty:
        return nothing(_("There are no reasons to show."))
    names = list(dict.fromkeys(frame["column"]))
    widest = frame.groupby("column")["contribution"].agg(lambda its: its.max() - its.min()).idxmax()
    figure = canvas(
        _("“{column}” moves customers furthest apart").format(column=widest),
        x=_("contribution ({unit})").format(unit=unit(scale)),
        height=150 + 34 * len(names),
        named=True,
    )
    size = SMALLEST + (LARGEST - SMALLEST) * (frame["n"] / frame["n"].max()) ** 0.5
    numbers = frame["level"].notna()
    place = {name: -position for position, name in enumerate(names)}
    for which, colour in ((numbers, frame["level"]), (~numbers, None)):
        its = frame[which]
        if its.empty:
            continue
        figure.add_scatter(
            x=its["contribution"] * factor(scale),
            y=its["column"].map(place),
            mode="markers",
            marker={
                "size": size[which],
                "color": REFERENCE if colour is None else colour[which],
                "colorscale": [[0.0, LOWERS], [0.5, "#C9CED3"], [1.0, RAISES]],
                "cmin": 0,
                "cmax": 1,
                "line": {"width": 0.5, "color": REFERENCE},
                "showscale": colour is not None,
                "colorbar": {"tickvals": [0, 1], "ticktext": [_("low"), _("high")], "thickness": 10, "len": 0.8},
            },
            hovertext=[_dot_in_words(row, scale) for row in rows(its)],
            hoverinfo="text",
        )
    figure.add_vline(x=0, line={"color": REFERENCE, "dash": "dash"})
    figure.update_yaxes(
        tickvals=[place[name] for name in names], ticktext=distinct(names), type="linear", zeroline=False
    )
    return figure


def _dot_in_words(row: object, scale: str) -> str:
    column, level, n = row.column, row.level, row.n  # type: ignore[attr-defined]
    if pd.isna(level):
        values = _("mostly {label} ({share})").format(
            label=safe(row.common),  # type: ignore[attr-defined]
            share=percent(row.share),  # type: ignore[attr-defined]
        )
    else:
        values = _("values higher than those of {share} of the customers").format(share=percent(level))
    contribution = signed(row.contribution * factor(scale))  # type: ignore[attr-defined]
    return f"{safe(column)}: {contribution}<br>{values}<br>n = {count(n)}"


def pairs(frame: pd.DataFrame, scale: str) -> go.Figure:
    """Which columns work together.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``explanation.interactions.interactions``.
    scale : str
        What the output is measured in.

    Returns
    -------
    plotly.graph_objects.Figure
        The strongest pairs with 95 % intervals.
    """
    if frame.empty or not frame["strength"].max() > 0:
        return nothing(_("Columns only add up in this model: no column changes what another one does."))
    shown = frame[frame["strength"] > 0].head(MOST_PAIRS).iloc[::-1]
    figure = canvas(
        _("“{first}” and “{second}” work together most").format(
            first=frame["first"].iloc[0], second=frame["second"].iloc[0]
        ),
        x=_("by how much one changes what the other does ({unit})").format(unit=unit(scale)),
        height=150 + 28 * len(shown),
        named=True,
    )
    figure.add_bar(
        y=distinct([both(str(r.first), " × ", str(r.second), LONGEST_PAIR) for r in rows(shown)], 40),
        x=shown["strength"] * factor(scale),
        orientation="h",
        marker_color=LOWERS,
        error_x=bars_of(shown["strength"], shown["low"], shown["high"], factor(scale)),
        hovertext=[
            f"{safe(r.first)} × {safe(r.second)}: {number(r.strength * factor(scale))} "
            f"({number(r.low * factor(scale))} – {number(r.high * factor(scale))}), n = {count(r.n)}"
            for r in rows(shown)
        ],
        hoverinfo="text",
    )
    return figure


def dependence_by(frame: pd.DataFrame, column: str, partner: str, scale: str) -> go.Figure:
    """How a column's contribution goes with its value, apart for groups of another column.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``explanation.dependence.dependence_by``.
    column, partner : str
        The two columns.
    scale : str
        What contributions are measured in.

    Returns
    -------
    plotly.graph_objects.Figure
        A line for each group, or points over labels.
    """
    if frame.empty:
        return nothing(_("“{column}” has no values here.").format(column=column))
    labelled = frame["level"].map(lambda level: isinstance(level, str)).any()
    figure = canvas(
        _("What “{column}” goes with depends on “{partner}”").format(column=column, partner=partner),
        x=column,
        y=_("contribution ({unit})").format(unit=unit(scale)),
    )
    figure.add_hline(y=0, line={"color": REFERENCE, "dash": "dash"})
    for place, (group, its) in enumerate(frame.groupby("group", sort=False)):
        figure.add_scatter(
            x=distinct([str(level) for level in its["level"]], 14) if labelled else its["level"],
            y=its["mean"] * factor(scale),
            mode="markers" if labelled else "lines+markers",
            name=f"{short(partner, 16)}: {short(group, 16)}",
            line={"color": SERIES[place % len(SERIES)], "width": 2},
            marker={"size": 9, "symbol": SHAPES[place % len(SHAPES)], "color": SERIES[place % len(SERIES)]},
            error_y=bars_of(its["mean"], its["low"], its["high"], factor(scale)),
            hovertext=[
                f"{safe(group)}, {safe(level_in_words(r.level))}: {signed(r.mean * factor(scale))}, n = {count(r.n)}"
                for r in rows(its)
            ],
            hoverinfo="text",
        )
    if labelled:
        figure.update_xaxes(type="category")
    elif pd.api.types.is_datetime64_any_dtype(frame["level"].dtype):
        spoken_dates(figure)
    return figure.update_layout(showlegend=True)


def by_segment(
    frame: pd.DataFrame, segment: str, scale: str, different: tuple[str, str, str] | None = None
) -> go.Figure:
    """How much columns matter, segment by segment.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``explanation.segments.importance_by``.
    segment : str
        The column that makes the segments.
    scale : str
        What contributions are measured in.
    different : tuple of str, optional
        Column and groups between which its importance differs most, see ``most_different``.

    Returns
    -------
    plotly.graph_objects.Figure
        Points with 95 % intervals; a shape for each segment.
    """
    if frame.empty:
        return nothing(_("No segment of “{segment}” has enough customers to tell.").format(segment=segment))
    names = list(dict.fromkeys(frame["column"]))[:MOST_COLUMNS]
    groups = list(frame.groupby("group", sort=False)["n"].first().sort_values(ascending=False).index[:MOST_GROUPS])
    figure = canvas(
        _("“{column}” matters most in “{most}” and least in “{least}”").format(
            column=different[0], most=different[1], least=different[2]
        )
        if different
        else _("The same columns matter in all segments of “{segment}”").format(segment=segment),
        x=_("mean size of the contribution ({unit})").format(unit=unit(scale)),
        height=170 + (18 * len(groups) + 14) * len(names),
        named=True,
    )
    for place, group in enumerate(groups):
        its = frame[(frame["group"] == group) & frame["column"].isin(names)]
        offset = 0.3 - 0.6 * place / max(len(groups) - 1, 1)
        figure.add_scatter(
            x=its["mean_absolute"] * factor(scale),
            y=[-names.index(name) + offset for name in its["column"]],
            mode="markers",
            name=short(group, 24),
            marker={"size": 9, "symbol": SHAPES[place % len(SHAPES)], "color": SERIES[place % len(SERIES)]},
            error_x=bars_of(its["mean_absolute"], its["low"], its["high"], factor(scale)),
            hovertext=[
                f"{safe(r.column)}, {safe(group)}: {number(r.mean_absolute * factor(scale))} "
                f"({number(r.low * factor(scale))} – {number(r.high * factor(scale))}), n = {count(r.n)}"
                for r in rows(its)
            ],
            hoverinfo="text",
        )
    figure.update_yaxes(
        tickvals=[-place for place in range(len(names))], ticktext=distinct(names), type="linear", zeroline=False
    )
    return figure.update_layout(showlegend=True, legend_y=-0.12)


def needed(frame: pd.DataFrame, metric: str) -> go.Figure:
    """What predicting needs.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``explanation.permuted.permutation_importance``.
    metric : str
        The metric in words.

    Returns
    -------
    plotly.graph_objects.Figure
        How far the metric falls when a column's values are shuffled, with 95 % intervals.
    """
    if frame.empty:
        return nothing(_("There is nothing to shuffle."))
    shown = frame.head(12).iloc[::-1]
    first = frame.iloc[0]
    figure = canvas(
        _("{metric} falls by {drop} without “{column}”").format(
            column=first["column"], metric=metric, drop=number(float(first["drop"]))
        )
        if first["low"] > 0
        else _("No single column is needed: {metric} does not surely fall without any").format(metric=metric),
        x=_("loss of {metric} when the column's values are shuffled").format(metric=metric),
        height=150 + 28 * len(shown),
        named=True,
    )
    figure.add_bar(
        y=distinct(shown["column"].tolist()),
        x=shown["drop"],
        orientation="h",
        marker_color=[LOWERS if low > 0 else REFERENCE for low in shown["low"]],
        error_x=bars_of(shown["drop"], shown["low"], shown["high"]),
        hovertext=[
            f"{safe(r.column)}: {number(r.drop)} ({number(r.low)} – {number(r.high)}), n = {count(r.n)}"
            for r in rows(shown)
        ],
        hoverinfo="text",
    )
    return figure


def profile(frame: pd.DataFrame, column: str, *, now: object, share: bool, said: str) -> go.Figure:
    """How a prediction goes with one column, for a customer and on average.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``explanation.what_if.profile``.
    column : str
        The column.
    now : object
        The customer's value, as a level of `frame` or beside one; None if missing.
    share : bool
        Whether predictions are probabilities.
    said : str
        What is predicted, in words.

    Returns
    -------
    plotly.graph_objects.Figure
        The customer's line over those of others.
    """
    if frame.empty:
        return nothing(_("“{column}” has no values here.").format(column=column))
    labelled = frame["level"].map(lambda level: isinstance(level, (str, bool))).any()
    times = 100.0 if share else 1.0
    best, worst = frame.iloc[frame["customer"].to_numpy().argmax()], frame.iloc[frame["customer"].to_numpy().argmin()]
    write = percent if share else number
    flat = float(frame["customer"].max() - frame["customer"].min()) < (0.005 if share else 1e-9)
    figure = canvas(
        _("“{column}” makes no difference to this customer's prediction").format(column=column)
        if flat
        else _("By “{column}” alone: from {low} at {worst} to {high} at {best}").format(
            column=column,
            low=write(worst["customer"]),
            worst=level_in_words(worst["level"]),
            high=write(best["customer"]),
            best=level_in_words(best["level"]),
        ),
        x=column,
        y=f"{said} (%)" if share else said,
    )
    levels = distinct([str(level) for level in frame["level"]], 14) if labelled else list(frame["level"])
    if not labelled:
        figure.add_scatter(
            x=[*levels, *levels[::-1]],
            y=[*(frame["high"] * times), *(frame["low"] * times)[::-1]],
            fill="toself",
            fillcolor="rgba(138, 148, 158, 0.18)",
            line={"width": 0},
            hoverinfo="skip",
            name=_("four fifths of other customers"),
        )
    mode = "markers" if labelled else "lines"
    figure.add_scatter(
        x=levels,
        y=frame["average"] * times,
        mode=mode,
        line={"color": REFERENCE, "dash": "dash", "width": 2},
        marker={"color": REFERENCE, "size": 9, "symbol": "square"},
        name=_("others on average"),
    )
    figure.add_scatter(
        x=levels,
        y=frame["customer"] * times,
        mode=mode,
        line={"color": LOWERS, "width": 3},
        marker={"color": LOWERS, "size": 12},
        name=_("this customer"),
    )
    _mark(figure, frame, levels, now, labelled=bool(labelled), times=times)
    if labelled:
        figure.update_xaxes(type="category")
    return figure.update_layout(showlegend=True)


def _mark(
    figure: go.Figure, frame: pd.DataFrame, levels: Sequence[object], now: object, *, labelled: bool, times: float
) -> None:
    """Mark where the customer is now."""
    if now is None or pd.isna(now):  # type: ignore[call-overload]
        return
    if labelled:
        hits = [place for place, level in enumerate(frame["level"]) if str(level) == str(now)]
    else:
        gaps = (frame["level"] - now).abs()  # type: ignore[operator]
        hits = [int(gaps.to_numpy().argmin())]
    if hits:
        figure.add_scatter(
            x=[levels[hits[0]] if labelled else now],
            y=[frame["customer"].iloc[hits[0]] * times],
            mode="markers",
            marker={"color": RAISES, "size": 15, "symbol": "diamond"},
            name=_("now"),
        )
