"""Alerts that have one cause told together: customers who are others than before move many columns at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_ai.deployment.watching.alert import Alert, Concern
from crm_ai.deployment.watching.drift import Level
from crm_ai.words import _, count, ngettext, sentences

MOST_NAMED = 4
OF_CUSTOMERS = (Concern.SCORES, Concern.INPUT)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing to hear of, and the alerts that it gives.

    Parameters
    ----------
    alerts : tuple of Alert
        At least one; several only if all are about columns and scores. The gravest first.
    """

    alerts: tuple[Alert, ...]

    @property
    def level(self) -> Level:
        """The gravest of its alerts' levels."""
        return self.alerts[0].level

    @property
    def what(self) -> str:
        """What it is, in the reader's language; of several columns those that moved most by name."""
        if len(self.alerts) == 1:
            return self.alerts[0].what
        columns = [alert for alert in self.alerts if alert.concern is Concern.INPUT]
        batches = list(dict.fromkeys(alert.batch for alert in self.alerts))
        named = _(", ").join(f"“{alert.subject}”" for alert in columns[:MOST_NAMED])
        named += " …" * (len(columns) > MOST_NAMED)
        parts = [
            ngettext(
                "Customers of {batches} differ from those of the training in {n} column: {names}.",
                "Customers of {batches} differ from those of the training in {n} columns: {names}.",
                len(columns),
            ).format(batches=_(", ").join(f"“{name}”" for name in batches), n=count(len(columns)), names=named)
        ]
        if len(columns) < len(self.alerts):
            parts.append(_("Their scores have moved, too."))
        return sentences(parts)


def causes_of(alerts: Sequence[Alert]) -> tuple[Cause, ...]:
    """Put alerts about customers together, and leave the others alone.

    Parameters
    ----------
    alerts : sequence of Alert
        The gravest first.

    Returns
    -------
    tuple of Cause
        Each alert in one of them; the gravest first.
    """
    moved = tuple(alert for alert in alerts if alert.concern in OF_CUSTOMERS)
    return tuple(
        Cause(moved if alert in moved else (alert,))
        for alert in alerts
        if alert.concern not in OF_CUSTOMERS or alert is moved[0]
    )
