"""Gaps between groups at work, set against those that were known when the version was registered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from crm_ai.deployment.watching.outcomes import difference_of_samples
from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import Z, quantile_for
from crm_ai.modeling.profile import estimate_from_json

Audits = Mapping[str, Mapping[str, Any]]


def new_gaps(segment: str, said: Mapping[str, Any], approved: Audits) -> tuple[str, ...]:
    """Find gaps that nobody knew of, or that have grown beyond chance.

    Parameters
    ----------
    segment : str
        Its name.
    said : mapping
        What ``Performance.segments`` holds of it.
    approved : mapping of str to mapping
        By segment the audit that was registered: gaps, and by_group by metric and group an estimate.

    Returns
    -------
    tuple of str
        Metrics. A gap counts as known if there was one in this metric; as grown if between the groups that lie farthest
        apart now it is larger than it was between the same groups, the interval of the change, widened
        for all pairs of groups, leaving 0 out.

    Examples
    --------
    >>> said = {"gaps": ["recall"], "groups": {}}
    >>> new_gaps("gender", said, {}), new_gaps("gender", said, {"gender": {"gaps": ["recall"]}})
    (('recall',), ())
    """
    before = approved.get(segment, {})
    return tuple(
        metric
        for metric in said.get("gaps", ())
        if metric not in before.get("gaps", ())
        or _grown(metric, _estimates(metric, said.get("groups", {})), before.get("by_group", {}).get(metric, {}))
    )


def _estimates(metric: str, groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Estimate]:
    found = {
        group: estimate_from_json(metric, figures[metric]) for group, figures in groups.items() if metric in figures
    }
    return {group: one for group, one in found.items() if math.isfinite(one.value)}


def _grown(metric: str, now: Mapping[str, Estimate], before: Mapping[str, Mapping[str, Any]]) -> bool:
    if len(now) < 2:
        return False
    top, bottom = max(now, key=lambda group: now[group].value), min(now, key=lambda group: now[group].value)
    if top not in before or bottom not in before:
        return True
    then = {group: estimate_from_json(metric, before[group]) for group in (top, bottom)}
    if not all(math.isfinite(one.value) for one in then.values()):
        return True
    gap_now = difference_of_samples(metric, now[top], now[bottom])
    gap_then = difference_of_samples(metric, then[top], then[bottom])
    change = difference_of_samples(metric, gap_now, gap_then)
    wider = quantile_for(math.comb(len(now), 2)) / Z  # the pair was chosen for lying farthest apart
    return change.value - wider * (change.value - change.low) > 0
