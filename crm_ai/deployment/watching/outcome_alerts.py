"""Alerts that outcomes raise: a model has become worse, or worse for a group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from crm_ai.deployment.watching.alert import Alert, Concern, lasting_days, latest_week
from crm_ai.deployment.watching.drift import Level
from crm_ai.deployment.watching.gaps import Audits, new_gaps
from crm_ai.deployment.watching.performance import Performance, segment_in_words
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import Z, quantile_for
from crm_ai.words import _, count, number, signed

RANKING_WATCH, RANKING_ACT = 0.02, 0.05
LEAN_WATCH, LEAN_ACT = 0.02, 0.05
ERROR_WATCH, ERROR_ACT = 1.1, 1.25
TOGETHER = 2  # figures of a yes/no question that may alarm: ranking and lean


def level_of_figure(name: str, difference: Estimate, value: Estimate) -> Level:
    """Judge whether a model has become worse, beyond chance and by enough to matter.

    Parameters
    ----------
    name : str
        roc_auc, balanced_accuracy, rmse or mean_error; others are shown only.
    difference : Estimate
        Now minus what was approved.
    value : Estimate
        Now.

    Returns
    -------
    Level
        Steady unless the interval of the difference, widened for two figures that are judged together, leaves 0 out on
        the bad side.

    Examples
    --------
    >>> level_of_figure("roc_auc", Estimate("", -0.06, -0.09, -0.03), Estimate("", 0.75)).value
    'act'
    >>> level_of_figure("roc_auc", Estimate("", -0.06, -0.13, 0.01), Estimate("", 0.75)).value
    'steady'
    """
    if name in ("roc_auc", "balanced_accuracy"):
        return _grade(-difference.value, RANKING_WATCH, RANKING_ACT) if _beyond(difference) < 0 else Level.STEADY
    if name == "rmse" and _beyond(difference) > 0:
        return _grade(value.value / max(value.value - difference.value, 1e-300), ERROR_WATCH, ERROR_ACT)
    return Level.STEADY


def level_of_lean(performance: Performance) -> Level:
    """Judge whether probabilities have become too high or too low on the whole.

    Parameters
    ----------
    performance : Performance
        Of a yes/no question.

    Returns
    -------
    Level
        Steady unless the gap between mean score and share of outcomes has changed beyond chance.
    """
    difference = performance.differences.get("mean_error")
    if difference is None or "roc_auc" not in performance.figures or not _beyond(difference):
        return Level.STEADY
    return _grade(abs(difference.value), LEAN_WATCH, LEAN_ACT)


def _beyond(difference: Estimate) -> int:
    """Which side of 0 a difference surely lies on, two figures being judged together; 0 if on neither."""
    wider = quantile_for(TOGETHER) / Z
    if difference.value - wider * (difference.value - difference.low) > 0:
        return 1
    return -1 if difference.value + wider * (difference.high - difference.value) < 0 else 0


def _grade(size: float, watch: float, act: float) -> Level:
    if size >= act:
        return Level.ACT
    return Level.WATCH if size >= watch else Level.STEADY


def alerts_of_performance(performances: Sequence[Performance]) -> list[Alert]:
    """Find figures that have become worse than they were when the model was approved.

    Parameters
    ----------
    performances : sequence of Performance
        The earliest first.

    Returns
    -------
    list of Alert
        One a figure.
    """
    judged = [one for one in performances if one.figures]
    recent = latest_week(judged)
    found = []
    for name in dict.fromkeys(name for one in recent for name in one.differences):
        level_in: Callable[[Performance], Level] = level_of_lean if name == "mean_error" else _figure_level(name)
        showing = [one for one in recent if level_in(one).alarms]
        if showing:
            worst = max(
                reversed(showing), key=lambda one: (level_in(one) is Level.ACT, abs(one.differences[name].value))
            )
            found.append(_of_figure(name, worst, level_in(worst), lasting_days(judged, level_in)))
    return found


def _of_figure(name: str, worst: Performance, level: Level, days: Sequence[date]) -> Alert:
    difference = worst.differences[name]
    return Alert(
        concern=Concern.PERFORMANCE,
        subject=name,
        level=level,
        batch=worst.batch,
        since=days[0],
        batches=len(days),
        what=_worse(name, worst),
        how_sure=_("The change lies between {low} and {high} with 95 % confidence ({n} outcomes).").format(
            low=signed(difference.low), high=signed(difference.high), n=count(worst.joined.matched)
        ),
        next_step=_("Recalibrate or retrain with recent outcomes.")
        if name == "mean_error"
        else _("Retrain with recent outcomes, and compare on the same customers before anything is replaced."),
    )


def _figure_level(name: str) -> Callable[[Performance], Level]:
    def level(performance: Performance) -> Level:
        if name not in performance.differences:
            return Level.STEADY
        return level_of_figure(name, performance.differences[name], performance.figures[name])

    return level


def _worse(name: str, latest: Performance) -> str:
    from crm_ai.evaluation import describe

    now = latest.figures[name].value
    then = now - latest.differences[name].value
    if name == "mean_error":
        return _("Mean score minus share of outcomes is {now}; it was {then} when the model was approved.").format(
            now=signed(now), then=signed(then)
        )
    return _("{figure} is {now}; it was {then} when the model was approved.").format(
        figure=describe(name)[0], now=number(now), then=number(then)
    )


def alerts_of_fairness(performances: Sequence[Performance], approved: Audits) -> list[Alert]:
    """Find segments with gaps that are new, or have grown since the model was registered.

    Parameters
    ----------
    performances : sequence of Performance
        The earliest first.
    approved : mapping of str to mapping
        By segment the audit that was registered.

    Returns
    -------
    list of Alert
        One a segment.
    """
    judged = [one for one in performances if one.segments]
    recent = latest_week(judged)
    found = []
    for segment in dict.fromkeys(name for one in recent for name in one.segments):
        level_in = partial(_gap_in, segment=segment, approved=approved)
        showing = [one for one in recent if level_in(one).alarms]
        if showing:
            latest = showing[-1]
            days = lasting_days(judged, level_in)
            said = latest.segments[segment]
            found.append(
                Alert(
                    concern=Concern.FAIRNESS,
                    subject=segment,
                    level=Level.WATCH,
                    batch=latest.batch,
                    since=days[0],
                    batches=len(days),
                    what=segment_in_words(segment, {**said, "gaps": new_gaps(segment, said, approved)}),
                    how_sure=_("Comparisons of all segments are corrected together ({n} outcomes).").format(
                        n=count(latest.joined.matched)
                    ),
                    next_step=_("Compare with the audit at approval; the Fairness page shows how gaps can be closed."),
                )
            )
    return found


def _gap_in(performance: Performance, *, segment: str, approved: Audits) -> Level:
    said = performance.segments.get(segment, {})
    return Level.WATCH if new_gaps(segment, said, approved) else Level.STEADY


def known_gaps(performances: Sequence[Performance], approved: Audits) -> tuple[str, ...]:
    """Find segments whose gaps at work are those that were known.

    Parameters
    ----------
    performances : sequence of Performance
        The earliest first.
    approved : mapping of str to mapping
        By segment the audit that was registered.

    Returns
    -------
    tuple of str
        Names of segments with a gap in the latest week with outcomes, of which none is new or has grown.
    """
    recent = latest_week([one for one in performances if one.segments])
    with_gaps = dict.fromkeys(name for one in recent for name, said in one.segments.items() if said.get("gaps"))
    worrying = {alert.subject for alert in alerts_of_fairness(recent, approved)}
    return tuple(name for name in with_gaps if name not in worrying)
