"""What somebody should hear of: one alert for as long as it lasts, in words that say what to do."""

from __future__ import annotations

from collections.abc import Sequence

from crm_ai.deployment.watching.alert import Alert, Concern
from crm_ai.deployment.watching.batch import Batch
from crm_ai.deployment.watching.drift import Level
from crm_ai.deployment.watching.drift_alerts import alerts_of_drift
from crm_ai.deployment.watching.gaps import Audits
from crm_ai.deployment.watching.outcome_alerts import alerts_of_fairness, alerts_of_performance
from crm_ai.deployment.watching.performance import Performance


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
    found = [
        *alerts_of_performance(performances),
        *alerts_of_fairness(performances, approved or {}),
        *alerts_of_drift(batches),
    ]
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
