"""One thing that somebody should hear of, and for how long it has lasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any, TypeVar

from crm_ai.deployment.watching.batch import Batch, week_of
from crm_ai.deployment.watching.drift import Level
from crm_ai.deployment.watching.performance import Performance
from crm_ai.words import _, count, sentences

T = TypeVar("T", Batch, Performance)


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


def lasting_days(made: Sequence[Any], level: Callable[[Any], Level]) -> list[date]:
    """Find since when something holds.

    Parameters
    ----------
    made : sequence of Batch or Performance
        The earliest first.
    level : callable
        Says of one of them whether it shows it.

    Returns
    -------
    list of date
        Days of those that show it, back to the last week of which none did; those too small to say neither end nor
        prolong it.
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
