"""What somebody should hear of: one alert for as long as it lasts, in words that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

from crm_ai.deployment.watching.batch import Batch, week_of
from crm_ai.deployment.watching.drift import MISSING_WATCH, NEW_WATCH, PSI_WATCH, Drift, Level
from crm_ai.deployment.watching.gaps import Audits, new_gaps
from crm_ai.deployment.watching.performance import Performance, segment_in_words
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import Z, quantile_for
from crm_ai.words import _, count, number, percent, sentences, signed

RANKING_WATCH, RANKING_ACT = 0.02, 0.05
LEAN_WATCH, LEAN_ACT = 0.02, 0.05
ERROR_WATCH, ERROR_ACT = 1.1, 1.25
SMALLEST_P = 0.001
T = TypeVar("T", Batch, Performance)
TOGETHER = 2  # figures of a yes/no question that may alarm: ranking and lean


class Concern(StrEnum):
    """What an alert is about."""

    INPUT = "input"
    SCORES = "scores"
    PERFORMANCE = "performance"
    FAIRNESS = "fairness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that somebody should hear of, however many batches it lasts.

    Parameters
    ----------
    concern : Concern
        What it is about.
    subject : str
        The column, figure or segment.
    level : Level
        Watch or act, by the batch of the latest week that shows it most.
    batch : str
        Name of that batch.
    since : date
        Day of the first batch from which on it has lasted without a break.
    batches : int
        Batches that it has lasted.
    what, how_sure, next_step : str
        What has changed and by how much, what tells it from chance, and what to do.
    """

    concern: Concern
    subject: str
    level: Level
    batch: str
    since: date
    batches: int
    what: str
    how_sure: str
    next_step: str

    @property
    def is_new(self) -> bool:
        """Whether one batch of the latest week is the first to show it."""
        return self.batches == 1

    @property
    def lasting(self) -> str:
        """Since when it holds, in the reader's language."""
        if self.is_new:
            return _("New in the batch of {day}.").format(day=self.since.isoformat())
        return _("Since {day}, in {n} batches.").format(day=self.since.isoformat(), n=count(self.batches))

    @property
    def in_words(self) -> str:
        """All of it as a paragraph, in the reader's language when the alert was made."""
        return sentences([self.what, self.lasting, self.how_sure, self.next_step])

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts.

        Returns
        -------
        dict
            Ready for ``json.dumps``.
        """
        return {
            "concern": self.concern.value,
            "subject": self.subject,
            "level": self.level.value,
            "batch": self.batch,
            "since": self.since.isoformat(),
            "batches": self.batches,
            "new": self.is_new,
            "what": self.what,
            "how_sure": self.how_sure,
            "next_step": self.next_step,
        }


def alerts_of(
    batches: Sequence[Batch], performances: Sequence[Performance], approved: Audits | None = None
) -> tuple[Alert, ...]:
    """Find what somebody should hear of now.

    Parameters
    ----------
    batches : sequence of Batch
        Of one model, the earliest first.
    performances : sequence of Performance
        Of its batches whose outcomes are known, the earliest first.
    approved : mapping of str to mapping, optional
        By segment the audit that was registered: gaps that are in it and have not grown are no news.

    Returns
    -------
    tuple of Alert
        What to act upon first, then what is to be watched; performance before scores, scores before columns.
    """
    found = [*_of_performance(performances), *_of_fairness(performances, approved or {}), *_of_drift(batches)]
    order = (Concern.PERFORMANCE, Concern.FAIRNESS, Concern.SCORES, Concern.INPUT)
    return tuple(sorted(found, key=lambda alert: (alert.level is not Level.ACT, order.index(alert.concern))))


def without_outcomes(alerts: Sequence[Alert], performances: Sequence[Performance]) -> tuple[str, ...]:
    """Find batches of changed customers of whom nobody knows yet how good their scores were.

    Parameters
    ----------
    alerts : sequence of Alert
        What holds now; those about columns and scores count.
    performances : sequence of Performance
        Of batches whose outcomes are known; too few to judge by are none.

    Returns
    -------
    tuple of str
        Names of the batches.
    """
    changed = [alert.batch for alert in alerts if alert.concern in (Concern.SCORES, Concern.INPUT)]
    judged = {one.batch for one in performances if one.figures}
    return tuple(dict.fromkeys(name for name in changed if name not in judged))


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


def _of_drift(batches: Sequence[Batch]) -> list[Alert]:
    worst: dict[tuple[str, bool], tuple[Batch, Drift]] = {}
    for batch in latest_week(batches):
        for one in batch.drifts:
            known = worst.get((one.column, one.of_scores))
            if one.level.alarms and (known is None or _gravity(one) >= _gravity(known[1])):
                worst[one.column, one.of_scores] = batch, one
    ordered = sorted(
        worst.values(), key=lambda found: (not found[1].of_scores, *(-part for part in _gravity(found[1])))
    )
    return [_of_column(batches, batch, one) for batch, one in ordered]


def _of_column(batches: Sequence[Batch], batch: Batch, one: Drift) -> Alert:
    days = _lasting(batches, partial(_level_in, column=one.column, of_scores=one.of_scores))
    return Alert(
        concern=Concern.SCORES if one.of_scores else Concern.INPUT,
        subject=one.column,
        level=one.level,
        batch=batch.name,
        since=days[0],
        batches=len(days),
        what=_moved(one),
        how_sure=_sure(one),
        next_step=_remedy(one),
    )


def _gravity(one: Drift) -> tuple[bool, float]:
    return one.level is Level.ACT, one.psi


def latest_week(made: Sequence[T]) -> tuple[T, ...]:
    """Find what belongs to the latest week: all of it is judged, for a batch does not undo the one before.

    Parameters
    ----------
    made : sequence of Batch or Performance
        The earliest first.

    Returns
    -------
    tuple of Batch or Performance
        Those of the last one's week, the earliest first.
    """
    return tuple(one for one in made if week_of(one.day) == week_of(made[-1].day))


def _level_in(batch: Batch, *, column: str, of_scores: bool) -> Level:
    levels = [one.level for one in batch.drifts if one.column == column and one.of_scores == of_scores]
    return levels[0] if levels else Level.STEADY


def _lasting(made: Sequence[Any], level: Callable[[Any], Level]) -> list[date]:
    """Days of batches that show something, back to the last week of which none did.

    Batches too small to say neither end nor prolong it.
    """
    days: list[date] = []
    weeks = groupby(reversed(made), key=lambda one: week_of(one.day))
    for _week, batches in weeks:
        told = [(one.day, level(one)) for one in batches]
        showing = [day for day, now in told if now.alarms]
        if not showing and any(now is not Level.TOO_FEW for _day, now in told):
            break
        days += showing
    return days[::-1]


def _moved(one: Drift) -> str:
    if one.of_scores:
        return _("What the model says has moved: stability index {psi}.").format(psi=number(one.psi))
    parts = [_("“{column}” has moved: stability index {psi}.").format(column=one.column, psi=number(one.psi))]
    if one.psi < PSI_WATCH:
        parts = [_("“{column}” has changed.").format(column=one.column)]
    if one.missing_now - one.missing_then >= MISSING_WATCH:
        parts.append(
            _("{now} of its cells are missing, {then} were in training.").format(
                now=percent(one.missing_now), then=percent(one.missing_then)
            )
        )
    if one.new >= NEW_WATCH:
        parts.append(_("{share} of customers have a label that nobody had in training.").format(share=percent(one.new)))
    return sentences(parts)


def _sure(one: Drift) -> str:
    if one.corrected < SMALLEST_P:
        return _("Chance alone would show as much in fewer than one batch of a thousand.")
    return _("Chance alone would show as much in about {share} of batches.").format(share=percent(one.corrected, 1))


def _remedy(one: Drift) -> str:
    if one.of_scores:
        return _("Look at the columns that have moved, and compare with outcomes as soon as there are any.")
    if one.new >= NEW_WATCH:
        return _("Check whether labels are spelled in a new way; if they are truly new, train with such customers.")
    if one.missing_now - one.missing_then >= MISSING_WATCH:
        return _("Ask where the column comes from why cells are missing.")
    return _("Check where the column comes from; if customers have truly changed, train with recent ones.")


def _of_performance(performances: Sequence[Performance]) -> list[Alert]:
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
            found.append(_of_figure(name, worst, level_in(worst), _lasting(judged, level_in)))
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


def _of_fairness(performances: Sequence[Performance], approved: Audits) -> list[Alert]:
    judged = [one for one in performances if one.segments]
    recent = latest_week(judged)
    found = []
    for segment in dict.fromkeys(name for one in recent for name in one.segments):
        level_in = partial(_gap_in, segment=segment, approved=approved)
        showing = [one for one in recent if level_in(one).alarms]
        if showing:
            latest = showing[-1]
            days = _lasting(judged, level_in)
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
    worrying = {alert.subject for alert in _of_fairness(recent, approved)}
    return tuple(name for name in with_gaps if name not in worrying)
