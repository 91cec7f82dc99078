"""Alerts about customers: columns and scores that have moved away from the training customers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from crm_ai.deployment.watching.alert import Alert, Concern, lasting_days, latest_week
from crm_ai.deployment.watching.batch import Batch
from crm_ai.deployment.watching.drift import MISSING_WATCH, NEW_WATCH, PSI_WATCH, Drift, Level
from crm_ai.words import _, number, percent, sentences

SMALLEST_P = 0.001


def alerts_of_drift(batches: Sequence[Batch]) -> list[Alert]:
    """Find columns, and scores, that have moved away from the training customers.

    Parameters
    ----------
    batches : sequence of Batch
        Of one model, the earliest first.

    Returns
    -------
    list of Alert
        The scores first, then what has moved most.
    """
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
    days = lasting_days(batches, partial(_level_in, column=one.column, of_scores=one.of_scores))
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


def _level_in(batch: Batch, *, column: str, of_scores: bool) -> Level:
    levels = [one.level for one in batch.drifts if one.column == column and one.of_scores == of_scores]
    return levels[0] if levels else Level.STEADY


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
