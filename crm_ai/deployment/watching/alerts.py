"""What somebody should hear of: one alert for as long as it lasts, in words that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

from crm_ai.deployment.watching.batch import Batch
from crm_ai.deployment.watching.drift import MISSING_WATCH, NEW_WATCH, PSI_WATCH, Drift, Level
from crm_ai.deployment.watching.performance import Performance, segment_in_words
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import Z, quantile_for
from crm_ai.words import _, count, number, percent, sentences, signed

RANKING_WATCH, RANKING_ACT = 0.02, 0.05
LEAN_WATCH, LEAN_ACT = 0.02, 0.05
ERROR_WATCH, ERROR_ACT = 1.1, 1.25
SMALLEST_P = 0.001
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
        Watch or act, by the latest batch.
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
    since: date
    batches: int
    what: str
    how_sure: str
    next_step: str

    @property
    def is_new(self) -> bool:
        """Whether the latest batch is the first to show it."""
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
            "since": self.since.isoformat(),
            "batches": self.batches,
            "new": self.is_new,
            "what": self.what,
            "how_sure": self.how_sure,
            "next_step": self.next_step,
        }


def alerts_of(batches: Sequence[Batch], performances: Sequence[Performance]) -> tuple[Alert, ...]:
    """Find what somebody should hear of now.

    Parameters
    ----------
    batches : sequence of Batch
        Of one model, the earliest first.
    performances : sequence of Performance
        Of its batches whose outcomes are known, the earliest first.

    Returns
    -------
    tuple of Alert
        What to act upon first, then what is to be watched; performance before scores, scores before columns.
    """
    found = [*_of_performance(performances), *_of_fairness(performances), *_of_drift(batches)]
    order = (Concern.PERFORMANCE, Concern.FAIRNESS, Concern.SCORES, Concern.INPUT)
    return tuple(sorted(found, key=lambda alert: (alert.level is not Level.ACT, order.index(alert.concern))))


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
    if not batches:
        return []
    found = []
    for one in batches[-1].drifts:
        if one.level.alarms:
            days = _lasting(batches, partial(_level_in, column=one.column, of_scores=one.of_scores))
            concern = Concern.SCORES if one.of_scores else Concern.INPUT
            found.append(
                Alert(
                    concern=concern,
                    subject=one.column,
                    level=one.level,
                    since=days[0],
                    batches=len(days),
                    what=_moved(one),
                    how_sure=_sure(one),
                    next_step=_remedy(one),
                )
            )
    return found


def _level_in(batch: Batch, *, column: str, of_scores: bool) -> Level:
    levels = [one.level for one in batch.drifts if one.column == column and one.of_scores == of_scores]
    return levels[0] if levels else Level.STEADY


def _lasting(made: Sequence[Any], level: Callable[[Any], Level]) -> list[date]:
    """Days from which on something has lasted; batches too small to say neither end nor prolong it."""
    days: list[date] = []
    for one in reversed(made):
        now = level(one)
        if now is Level.TOO_FEW:
            continue
        if not now.alarms:
            break
        days.insert(0, one.day)
    return days


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
    if not judged:
        return []
    latest, found = judged[-1], []
    for name, difference in latest.differences.items():
        if name == "mean_error":
            level_in: Callable[[Performance], Level] = level_of_lean
        else:
            level_in = _figure_level(name)
        level = level_in(latest)
        if not level.alarms:
            continue
        days = _lasting(judged, level_in)
        found.append(
            Alert(
                concern=Concern.PERFORMANCE,
                subject=name,
                level=level,
                since=days[0],
                batches=len(days),
                what=_worse(name, latest),
                how_sure=_("The change lies between {low} and {high} with 95 % confidence ({n} outcomes).").format(
                    low=signed(difference.low), high=signed(difference.high), n=count(latest.joined.matched)
                ),
                next_step=_("Recalibrate or retrain with recent outcomes.")
                if name == "mean_error"
                else _("Retrain with recent outcomes, and compare on the same customers before anything is replaced."),
            )
        )
    return found


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


def _of_fairness(performances: Sequence[Performance]) -> list[Alert]:
    judged = [one for one in performances if one.segments]
    found = []
    for segment, said in judged[-1].segments.items() if judged else ():
        if said.get("gaps"):
            days = _lasting(judged, partial(_gap_in, segment=segment))
            found.append(
                Alert(
                    concern=Concern.FAIRNESS,
                    subject=segment,
                    level=Level.WATCH,
                    since=days[0],
                    batches=len(days),
                    what=segment_in_words(segment, said),
                    how_sure=_("Comparisons of all segments are corrected together ({n} outcomes).").format(
                        n=count(judged[-1].joined.matched)
                    ),
                    next_step=_("Compare with the audit at approval; the Fairness page shows how gaps can be closed."),
                )
            )
    return found


def _gap_in(performance: Performance, *, segment: str) -> Level:
    return Level.WATCH if performance.segments.get(segment, {}).get("gaps") else Level.STEADY
