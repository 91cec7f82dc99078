"""A model at work, week by week: how its customers moved, how good it turned out to be, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_ai.deployment.watching.advice import Advice, advise
from crm_ai.deployment.watching.alert import Alert, latest_week
from crm_ai.deployment.watching.alerts import alerts_of
from crm_ai.deployment.watching.batch import Batch
from crm_ai.deployment.watching.causes import Cause, causes_of
from crm_ai.deployment.watching.drift import Level
from crm_ai.deployment.watching.gaps import Audits
from crm_ai.deployment.watching.outcome_alerts import known_gaps, level_of_figure, level_of_lean
from crm_ai.deployment.watching.performance import Performance
from crm_ai.deployment.watching.store import by_batch
from crm_ai.evaluation import Estimate
from crm_ai.modeling.profile import SCORE
from crm_ai.words import _, count, ngettext, sentences

COLUMNS = ("week", "day", "batch", "kind", "subject", "measure", "value", "low", "high", "p", "n", "level")


@dataclass(frozen=True, slots=True)
class Watch:
    """A model at work.

    Parameters
    ----------
    batches : tuple of Batch
        The earliest first.
    performances : tuple of Performance
        Of batches whose outcomes are known, the earliest first.
    alerts : tuple of Alert
        What holds as of the batches of the latest week and of the latest week with outcomes.
    advice : Advice
        Whether to retrain.
    known_gaps : tuple of str, default ()
        Segments with gaps that were known when the version was registered, and have not grown.
    """

    batches: tuple[Batch, ...]
    performances: tuple[Performance, ...]
    alerts: tuple[Alert, ...]
    advice: Advice
    known_gaps: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The worst that holds now."""
        if any(alert.level is Level.ACT for alert in self.alerts):
            return Level.ACT
        if self.alerts:
            return Level.WATCH
        few = all(batch.drifts[0].level is Level.TOO_FEW for batch in self.recent)
        return Level.TOO_FEW if few else Level.STEADY

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The alerts, those about customers told together."""
        return causes_of(self.alerts)

    @property
    def recent(self) -> tuple[Batch, ...]:
        """Batches of the latest week: what is said of the customers is said of all of them."""
        return latest_week(self.batches)

    @property
    def in_words(self) -> str:
        """How it stands, in one paragraph, in the reader's language."""
        if not self.batches:
            return _("Nothing has been scored yet.")
        latest, customers = self.batches[-1], sum(batch.customers for batch in self.recent)
        if self.level is Level.TOO_FEW:
            stands = _("It has too few customers ({n}) to tell whether they have changed.").format(n=count(customers))
        elif self.alerts:
            urgent = sum(cause.level is Level.ACT for cause in self.causes)
            stands = _("Alerts: {n}, of which {urgent} ask for action.").format(
                n=count(len(self.causes)), urgent=count(urgent)
            )
        else:
            stands = _("Its {n} customers are like those of the training.").format(n=count(customers))
        name = _("Latest batch: “{name}” of {day}.").format(name=latest.name, day=latest.day.isoformat())
        others = len(self.recent) - 1
        if not others:
            return sentences([name, stands])
        week = ngettext(
            "{n} more batch of its week is counted in.", "{n} more batches of its week are counted in.", others
        ).format(n=count(others))
        return sentences([name, week, stands])

    def to_frame(self) -> pd.DataFrame:
        """Put all numbers into a tidy table, one row a number.

        Returns
        -------
        pandas.DataFrame
            Columns week, day, batch, kind (input, score, performance, difference, segment), subject (column, figure or
            segment and group), measure, value, low, high, p (corrected), n, level. The share that was selected is a
            measure of the score.
        """
        rows: list[tuple[Any, ...]] = []
        for batch in self.batches:
            rows += [*_drift_rows(batch), *_selected_row(batch)]
        weeks = {(batch.model, batch.name): batch.week for batch in self.batches}
        for one in self.performances:
            week = weeks.get((one.model, one.batch), "")
            rows += [(week, one.day, one.batch, *row) for row in _performance_rows(one)]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def watch(
    batches: Sequence[Batch],
    performances: Sequence[Performance] = (),
    *,
    trained: date | None = None,
    today: date | None = None,
    approved: Audits | None = None,
) -> Watch:
    """Look at a model at work.

    Parameters
    ----------
    batches : sequence of Batch
        Of one model.
    performances : sequence of Performance, default ()
        Of those whose outcomes are known.
    trained, today : date, optional
        When the model was trained, and from where its age is counted (default: the latest batch).
    approved : mapping of str to mapping, optional
        By segment the audit that was registered.

    Returns
    -------
    Watch
        Alerts and advice.
    """
    ordered = tuple(sorted(batches, key=lambda batch: batch.order))
    known = by_batch(performances, ordered)
    alerts = alerts_of(ordered, known, approved)
    now = today or (ordered[-1].day if ordered else None)
    advice = advise(alerts, known, trained=trained, today=now)
    return Watch(ordered, known, alerts, advice, known_gaps(known, approved or {}))


def _drift_rows(batch: Batch) -> list[tuple[Any, ...]]:
    nothing = float("nan")
    return [
        (
            batch.week,
            batch.day,
            batch.name,
            "score" if one.of_scores else "input",
            one.column,
            measure,
            value,
            nothing,
            nothing,
            one.corrected,
            one.customers,
            one.level.value,
        )
        for one in batch.drifts
        for measure, value in (
            ("psi", one.psi),
            ("jensen_shannon", one.jensen_shannon),
            (one.test, one.statistic),
            ("missing", one.missing_now),
            ("new", one.new),
        )
    ]


def _selected_row(batch: Batch) -> list[tuple[Any, ...]]:
    if batch.selected is None:
        return []
    from crm_ai.evaluation.intervals import wilson

    low, high = (float(end) for end in wilson(batch.selected, batch.customers))
    cells = (batch.selected / batch.customers, low, high, float("nan"), batch.customers)
    return [(batch.week, batch.day, batch.name, "score", SCORE, "selection_rate", *cells, "")]


def _performance_rows(one: Performance) -> list[tuple[Any, ...]]:
    rows = [_row("performance", name, name, found, "") for name, found in one.figures.items()]
    for name, found in one.differences.items():
        level = level_of_lean(one) if name == "mean_error" else level_of_figure(name, found, one.figures[name])
        rows.append(_row("difference", name, name, found, level.value))
    for segment, said in one.segments.items():
        for group, metrics in said["groups"].items():
            for metric, number in metrics.items():
                cells = (number["value"], number["low"], number["high"], float("nan"), number["n"])
                rows.append(("segment", f"{segment}: {group}", metric, *cells, said["judgement"]))
    return rows


def _row(kind: str, subject: str, measure: str, found: Estimate, level: str) -> tuple[Any, ...]:
    return (kind, subject, measure, found.value, found.low, found.high, float("nan"), found.n, level)
