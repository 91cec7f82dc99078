"""Whether to retrain, with the evidence for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from crm_ai.deployment.watching.alert import Alert, Concern
from crm_ai.deployment.watching.alerts import without_outcomes
from crm_ai.deployment.watching.drift import Level
from crm_ai.deployment.watching.performance import Performance
from crm_ai.words import _, count, sentences, shorten

OLD, AGED = 365, 30  # days
MOST_NAMED = 3


class Step(StrEnum):
    """What to do with the model."""

    KEEP = "keep"
    LOOK = "look"
    OUTCOMES = "get outcomes"
    RETRAIN = "retrain"


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do with the model, and why.

    Parameters
    ----------
    step : Step
        Keep it, look at the data, get outcomes first, or retrain.
    reasons : tuple of str
        The evidence, in words.
    """

    step: Step
    reasons: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The advice alone, in the reader's language."""
        return _headlines()[self.step]

    @property
    def in_words(self) -> str:
        """Advice and evidence in the reader's language."""
        return sentences([self.headline, *self.reasons])

    def as_json(self) -> dict[str, Any]:
        """Plain texts.

        Returns
        -------
        dict
            Ready for ``json.dumps``.
        """
        return {"step": self.step.value, "reasons": list(self.reasons), "in_words": self.in_words}


def advise(
    alerts: Sequence[Alert],
    performances: Sequence[Performance],
    *,
    trained: date | None = None,
    today: date | None = None,
) -> Advice:
    """Say whether to retrain.

    A drop of performance beyond its interval is a reason by itself. Moved customers are not: a model may serve them as
    well as before, which only outcomes of theirs can tell. Where there are none, they are asked for first.

    Parameters
    ----------
    alerts : sequence of Alert
        What holds now.
    performances : sequence of Performance
        Of those whose outcomes are known.
    trained, today : date, optional
        When the model was trained, and from where to count its age.

    Returns
    -------
    Advice
        With evidence.
    """
    worse = [alert for alert in alerts if alert.concern is Concern.PERFORMANCE]
    moved = [alert for alert in alerts if alert.concern in (Concern.SCORES, Concern.INPUT)]
    acute = [alert for alert in moved if alert.level is Level.ACT]
    reasons = [alert.what for alert in [*worse, *(moved if worse else acute)][:4]]
    days = (today - trained).days if trained is not None and today is not None else 0
    old = days > OLD
    if old or (worse and days >= AGED):
        reasons.append(_("The model is {days} days old.").format(days=count(days)))
    if worse and acute:
        reasons.append(_("Part of it may come from who was scored: among customers more alike, ranking is harder."))
    known = [one for one in performances if one.figures]
    unknown = without_outcomes(acute, performances)
    if any(alert.level is Level.ACT for alert in worse):
        return Advice(Step.RETRAIN, tuple(reasons))
    if unknown:
        reasons.append(unknown_in_words(unknown))
        reasons.append(_("Nobody can say whether the model is worse for them."))
        return Advice(Step.OUTCOMES, tuple(reasons))
    if worse or acute or old:
        if acute and not worse:
            reasons.append(_("Outcomes of the changed customers do not show that the model has become worse."))
        return Advice(Step.LOOK, tuple(reasons))
    if known and (unknown := without_outcomes(moved, performances)):
        return Advice(Step.KEEP, (unknown_in_words(unknown),))
    return Advice(Step.KEEP, () if known else (_("No outcomes are known yet."),))


def unknown_in_words(batches: Sequence[str]) -> str:
    """Say of whom no outcomes are known.

    Parameters
    ----------
    batches : sequence of str
        From ``without_outcomes``.

    Returns
    -------
    str
        A sentence in the reader's language.
    """
    named = _(", ").join(f"“{shorten(name)}”" for name in batches[:MOST_NAMED])
    told = named + " …" * (len(batches) > MOST_NAMED)
    return _("No outcomes, or too few, are known yet of the changed customers: {batches}.").format(batches=told)


def _headlines() -> dict[Step, str]:
    return {
        Step.KEEP: _("Keep the model: nothing asks for a new one."),
        Step.LOOK: _("Look into it before deciding; a new model as a challenger does no harm."),
        Step.OUTCOMES: _("Get outcomes before deciding; if they take long, train a challenger with recent customers."),
        Step.RETRAIN: _("Retrain."),
    }
