"""Why a model says what it says. Blue lowers, vermillion raises; a sign says so too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_ai.charts.lines import both
from crm_ai.charts.theme import LOWERS, RAISES, REFERENCE, bars_of, canvas, distinct, nothing, rows, safe, spoken_dates
from crm_ai.words import _, count, ngettext, number, percent, signed

MOST_COLUMNS = 12
MOST_STEPS = 9
LONGEST_STEP = 31


def unit(scale: str) -> str:
    """What contributions are measured in, in words.

    Parameters
    ----------
    scale : str
        ``log-odds``, ``log``, ``probability`` or ``value``.

    Returns
    -------
    str
        For an axis.
    """
    return {
        "log-odds": _("log-odds"),
        "log": _("logarithm of the amount"),
        "probability": _("points of probability"),
        "value": _("units of the target"),
    }[scale]


def importance(frame: pd.DataFrame, scale: str) -> go.Figure:
    """Which columns move the model's output most.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Explanation.importance``.
    scale : str
        What contributions are measured in.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars with 95 % intervals, the twelve strongest first.
    """
    shown = frame.head(MOST_COLUMNS).iloc[::-1]
    if frame.empty or not frame["mean_absolute"].max() > 0:
        return nothing(_("No column moves this model: it says the same of everybody."))
    figure = canvas(
        _("“{column}” moves the model most").format(column=frame["column"].iloc[0]),
        x=_("mean size of the contribution ({unit})").format(unit=unit(scale)),
        height=150 + 28 * len(shown),
        named=True,
    )
    times = factor(scale)
    figure.add_bar(
        y=distinct(shown["column"].tolist()),
        x=shown["mean_absolute"] * times,
        orientation="h",
        marker_color=LOWERS,
        error_x=bars_of(shown["mean_absolute"], shown["low"], shown["high"], times),
        hovertext=[
            _("{column}: {value} ({low} – {high}), n = {n}").format(
                column=safe(r.column),
                value=number(r.mean_absolute * times),
                low=number(r.low * times),
                high=number(r.high * times),
                n=count(r.n),
            )
            for r in rows(shown)
        ],
        hoverinfo="text",
    )
    return figure


def dependence(frame: pd.DataFrame, column: str, scale: str) -> go.Figure:
    """How a column's contribution goes with its value.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Explanation.dependence``.
    column : str
        The column.
    scale : str
        What contributions are measured in.

    Returns
    -------
    plotly.graph_objects.Figure
        Mean contribution with its interval: a line over numbers and dates, points over labels.
    """
    if frame.empty:
        return nothing(_("“{column}” has no values here.").format(column=column))
    times = factor(scale)
    high, low = frame.iloc[frame["mean"].to_numpy().argmax()], frame.iloc[frame["mean"].to_numpy().argmin()]
    dated = pd.api.types.is_datetime64_any_dtype(frame["level"].dtype)
    labelled = not (dated or pd.api.types.is_numeric_dtype(frame["level"].dtype))
    figure = canvas(
        _("{column}: “{top}” raises most, “{bottom}” lowers most").format(
            column=column, top=level_in_words(high["level"]), bottom=level_in_words(low["level"])
        )
        if high["mean"] > 0 > low["mean"]
        else _("How {column} goes with its contribution").format(column=column),
        x=column,
        y=_("contribution ({unit})").format(unit=unit(scale)),
    )
    figure.add_hline(y=0, line={"color": REFERENCE, "dash": "dash"})
    figure.add_scatter(
        x=distinct([str(level) for level in frame["level"]], 14) if labelled else frame["level"],
        y=frame["mean"] * times,
        mode="markers" if labelled else "lines+markers",
        line={"color": REFERENCE, "width": 1.5},
        marker={"size": 10, "color": [RAISES if mean > 0 else LOWERS for mean in frame["mean"]]},
        error_y=bars_of(frame["mean"], frame["low"], frame["high"], times),
        hovertext=[f"{safe(level_in_words(r.level))}: {signed(r.mean * times)}, n = {count(r.n)}" for r in rows(frame)],
        hoverinfo="text",
    )
    if labelled:
        figure.update_xaxes(type="category")
    return spoken_dates(figure) if dated else figure


def waterfall(frame: pd.DataFrame, base: float, output: float, scale: str) -> go.Figure:
    """The way from the average to one customer's output.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``Explanation.customer``.
    base, output : float
        Where it begins and ends.
    scale : str
        What contributions are measured in.

    Returns
    -------
    plotly.graph_objects.Figure
        The strongest columns as steps; the others as one.
    """
    if frame.empty:
        return nothing(_("There are no reasons to show."))
    times = factor(scale)
    shown, rest = frame.head(MOST_STEPS), frame.iloc[MOST_STEPS:]
    names = [both(str(r.column), " = ", str(r.value), LONGEST_STEP) for r in rows(shown)]
    whole = [f"{safe(r.column)} = {safe(r.value)}" for r in rows(shown)]
    steps = shown["contribution"].tolist()
    if len(rest):
        names.append(ngettext("{n} other column", "{n} other columns", len(rest)).format(n=len(rest)))
        whole.append(_(", ").join(safe(name) for name in rest["column"][:8]))
        steps.append(float(rest["contribution"].sum()))
    starts = base + np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    if _amount(base, scale) == _amount(output, scale):
        finding = _("SHAP: {output}, as on average")
    elif output > base:
        finding = _("SHAP: from {base}, the average compared with, {up} to {output}, mostly by {column}")
    else:
        finding = _("SHAP: from {base}, the average compared with, {down} to {output}, mostly by {column}")
    # What moves it most may pull the other way; the finding names what moves it there.
    towards = int((frame["contribution"] * (1 if output > base else -1)).to_numpy().argmax())
    figure = canvas(
        finding.format(
            base=_amount(base, scale),
            output=_amount(output, scale),
            up=_("up"),
            down=_("down"),
            column=frame["column"].iloc[towards],
        ),
        x=_("model's output ({unit})").format(unit=unit(scale)),
        height=170 + 30 * len(steps),
        named=True,
    )
    figure.add_bar(
        y=distinct(names, 60),
        x=np.asarray(steps) * times,
        base=starts * times,
        orientation="h",
        marker_color=[RAISES if step > 0 else LOWERS for step in steps],
        text=[signed(step * times) for step in steps],
        textposition="outside",
        cliponaxis=False,
        hovertext=[
            f"{name}: {signed(step * times)} {_('raises') if step > 0 else _('lowers')}"
            for name, step in zip(whole, steps, strict=True)
        ],
        hoverinfo="text",
    )
    figure.add_vline(x=base * times, line={"color": REFERENCE, "dash": "dash"})
    figure.update_yaxes(autorange="reversed", type="category")
    points = np.concatenate([starts, [output]]) * times
    reach = max(float(np.ptp(points)), 1e-9)
    figure.update_xaxes(range=[points.min() - 0.4 * reach, points.max() + 0.4 * reach])
    return figure


def lime(frame: pd.DataFrame, fit: float, scale: str = "value") -> go.Figure:
    """What matters near one customer, by LIME.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``LimeExplanation.to_frame``.
    fit : float
        R² of the local line.
    scale : str, default "value"
        What weights are measured in: ``probability`` or ``value``.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars of the strongest conditions.
    """
    shown = frame.head(MOST_STEPS + 1)
    shown = shown.assign(weight=shown["weight"] * factor(scale))
    if shown.empty:
        return nothing(_("LIME found no reasons."))
    figure = canvas(
        _("LIME: “{condition}” matters most near this customer; the local line fits {fit}").format(
            condition=shown["condition"].iloc[0], fit=percent(max(fit, 0.0))
        ),
        x=_("change near this customer ({unit})").format(unit=unit(scale)),
        height=170 + 30 * len(shown),
        named=True,
    )
    figure.add_bar(
        y=distinct(shown["condition"].tolist(), 28),
        x=shown["weight"],
        orientation="h",
        marker_color=[RAISES if weight > 0 else LOWERS for weight in shown["weight"]],
        text=[signed(weight) for weight in shown["weight"]],
        textposition="outside",
        cliponaxis=False,
        hovertext=[f"{safe(r.condition)}: {signed(r.weight)}" for r in rows(shown)],
        hoverinfo="text",
    )
    figure.update_yaxes(autorange="reversed", type="category")
    low, high = min(shown["weight"].min(), 0.0), max(shown["weight"].max(), 0.0)
    reach = max(high - low, 1e-9)
    figure.update_xaxes(range=[low - 0.8 * reach * (low < 0), high + 0.6 * reach * (high > 0)])
    return figure


def factor(scale: str) -> float:
    """By what contributions are multiplied to be shown: probabilities in points.

    Parameters
    ----------
    scale : str
        What contributions are measured in.

    Returns
    -------
    float
        100 for probabilities, else 1.
    """
    return 100.0 if scale == "probability" else 1.0


def _amount(value: float, scale: str) -> str:
    return percent(value) if scale == "probability" else number(value)


def level_in_words(level: object) -> str:
    """Write a level of a column.

    Parameters
    ----------
    level : object
        A label, a number or a date.

    Returns
    -------
    str
        As people read it.
    """
    if isinstance(level, pd.Timestamp):
        return f"{level:%Y-%m-%d}"
    return number(float(level)) if isinstance(level, (int, float, np.number)) else str(level)
