"""Reasons as charts of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm_ai.charts.reasons import MOST_COLUMNS, MOST_STEPS, factor, level_in_words, unit
from crm_ai.reporting.tracks import LOWERS, RAISES, REFERENCE, Bar, Bars
from crm_ai.words import _, count, ngettext, number, percent, shorten, signed

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation

NAME, VALUE = 60, 40
INK = "#1F2A33"
MOST_LEVELS = 8


def waterfall(reasons: Explanation, *, share: str = "") -> Bars:
    """The way from the average to one customer's output.

    Parameters
    ----------
    reasons : Explanation
        Of this customer alone.
    share : str, default ""
        The probability that the output stands for, as people read it.

    Returns
    -------
    Bars
        The strongest columns as steps; the others as one.
    """
    frame, times = reasons.customer(0), factor(reasons.scale)
    steps = [
        (f"{shorten(column, NAME)} = {shorten(value, VALUE)}", float(contribution))
        for column, value, contribution in zip(
            frame["column"][:MOST_STEPS], frame["value"], frame["contribution"], strict=False
        )
    ]
    rest = frame.iloc[MOST_STEPS:]
    if len(rest):
        words = ngettext("{n} other column", "{n} other columns", len(rest)).format(n=len(rest))
        steps.append((words, float(rest["contribution"].sum())))
    base, output = reasons.base, float(reasons.output[0])
    bars = [Bar(_("on average"), _amount(base, reasons.scale), base, base, colour=REFERENCE, whole=True)]
    at = base
    for name, step in steps:
        colour = RAISES if step > 0 else LOWERS
        bars.append(Bar(name, signed(step * times), at, at + step, colour=colour))
        at += step
    said = _amount(output, reasons.scale)
    bars.append(Bar(_("this customer"), said, output, output, range_in_words=share, colour=INK, whole=True))
    caption = _("Step by step to what the model says, in {unit}; orange raises, blue lowers").format(
        unit=unit(reasons.scale)
    )
    return Bars(caption, bars, base)


def importance(reasons: Explanation) -> Bars:
    """Which columns move the model's output most.

    Parameters
    ----------
    reasons : Explanation
        Of many customers.

    Returns
    -------
    Bars
        The twelve strongest, with 95 % intervals.
    """
    table, times = reasons.importance(), factor(reasons.scale)
    bars = [
        Bar(
            shorten(name, NAME),
            number(size * times),
            0.0,
            size * times,
            low * times,
            high * times,
            f"{number(low * times)} – {number(high * times)}" if np.isfinite(low) else "",
        )
        for name, size, low, high in zip(
            table["column"][:MOST_COLUMNS].tolist(),
            table["mean_absolute"].tolist(),
            table["low"].tolist(),
            table["high"].tolist(),
            strict=False,
        )
    ]
    caption = _("By how much each column moves predictions on average, in {unit} (95 % interval); n = {n}")
    return Bars(caption.format(unit=unit(reasons.scale), n=count(len(reasons.rows))), bars)


def dependence(reasons: Explanation, column: str) -> Bars:
    """How a column's contribution goes with its value.

    Parameters
    ----------
    reasons : Explanation
        Of many customers.
    column : str
        An original column.

    Returns
    -------
    Bars
        Mean contribution by label, or around some of its numbers, with 95 % intervals.
    """
    frame, times = reasons.dependence(column), factor(reasons.scale)
    labelled = frame["level"].dtype.kind not in "fiuM"
    caption = _("How “{column}” goes with predictions: mean contribution in {unit} (95 % interval)")
    if len(frame) > MOST_LEVELS:
        frame = (
            frame.head(MOST_LEVELS)
            if labelled
            else frame.iloc[np.linspace(0, len(frame) - 1, MOST_LEVELS).round().astype(int)]
        )
        caption += _("; the most frequent values") if labelled else _("; around some values")
    bars = [
        Bar(
            shorten(level_in_words(level), VALUE),
            signed(mean * times),
            0.0,
            mean,
            low,
            high,
            _("n = {n}").format(n=count(n)),
            RAISES if mean > 0 else LOWERS,
        )
        for level, mean, low, high, n in zip(
            frame["level"].tolist(),
            frame["mean"].tolist(),
            frame["low"].tolist(),
            frame["high"].tolist(),
            frame["n"].tolist(),
            strict=True,
        )
    ]
    return Bars(caption.format(column=shorten(column, NAME), unit=unit(reasons.scale)), bars, 0.0)


def _amount(value: float, scale: str) -> str:
    return percent(value) if scale == "probability" else number(value).replace("-", "−")
