"""Numbers of a watched model, week by week: those of one picture out of all that ``Watch.to_frame`` holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from crm_ai.deployment.watching.performance import Performance
from crm_ai.modeling.profile import estimate_from_json
from crm_ai.words import _

STABILITY, OF_SCORES = "psi", "score"


def measured(numbers: pd.DataFrame, measure: str, *, kind: str) -> pd.DataFrame:
    """One measure of each batch.

    Parameters
    ----------
    numbers : pandas.DataFrame
        From ``Watch.to_frame``.
    measure : str
        Such as ``psi``, ``selection_rate`` or ``roc_auc``.
    kind : str
        Of what: ``score`` or ``performance``.

    Returns
    -------
    pandas.DataFrame
        Columns day, batch, value, low, high, n; the earliest batch first, batches of which it is not known left out.
    """
    chosen = numbers[(numbers["measure"] == measure) & (numbers["kind"] == kind)]
    return chosen[["day", "batch", "value", "low", "high", "n"]]


def stability(numbers: pd.DataFrame) -> pd.DataFrame:
    """How far each column, and the score, had moved in each batch.

    Parameters
    ----------
    numbers : pandas.DataFrame
        From ``Watch.to_frame``.

    Returns
    -------
    pandas.DataFrame
        Columns week, batch, column, value (stability index), n.
    """
    chosen = numbers[numbers["measure"] == STABILITY]
    column = chosen["subject"].where(chosen["kind"] != OF_SCORES, _("the score"))
    return chosen.assign(column=column)[["week", "batch", "column", "value", "n"]]


@dataclass(frozen=True, slots=True, eq=False)
class GroupsOverWeeks:
    """One metric of each group of a segment, in each batch whose outcomes are known.

    Parameters
    ----------
    metric : str
        The one whose gap is largest in the latest batch, else the first; empty if no group has enough customers.
    frame : pandas.DataFrame
        Columns day, batch, group, value, low, high, n.
    """

    metric: str
    frame: pd.DataFrame = field(repr=False)


def groups_over_weeks(performances: Sequence[Performance], segment: str) -> GroupsOverWeeks:
    """Follow the groups of a segment.

    Parameters
    ----------
    performances : sequence of Performance
        The earliest first.
    segment : str
        Its name.

    Returns
    -------
    GroupsOverWeeks
        By the metric that matters in the latest batch.
    """
    judged = [one for one in performances if segment in one.segments]
    metric = _metric_of(judged[-1], segment) if judged else ""
    rows = [
        (one.day, one.batch, group, found.value, found.low, found.high, found.n)
        for one in judged
        for group, figures in one.segments[segment]["groups"].items()
        if metric in figures
        for found in (estimate_from_json(metric, figures[metric]),)
    ]
    return GroupsOverWeeks(metric, pd.DataFrame(rows, columns=["day", "batch", "group", "value", "low", "high", "n"]))


def _metric_of(latest: Performance, segment: str) -> str:
    said = latest.segments[segment]
    offered = list(next(iter(said["groups"].values()), ()))
    if said["gaps"] and said["gaps"][0] in offered:
        return str(said["gaps"][0])
    return str(offered[0]) if offered else ""
