"""Audit a model on customers of another table whose outcome is known by now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.evaluation import ErrorTally, Tally, tally_errors, tally_scores
from crm_ai.fairness.audit import Audit, audit_errors, audit_tally, judged_together
from crm_ai.fairness.calibration import GroupCalibration, calibration_by_group
from crm_ai.fairness.conflicts import Conflict, conflicts
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Groups, Model, Segment
    from crm_ai.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a model does to groups of customers of another table.

    Parameters
    ----------
    audits : tuple of Audit
        One a segment, corrected together.
    calibrations : tuple of GroupCalibration
        One a segment; empty for numeric predictions.
    conflicts : tuple of tuple of Conflict
        By segment: notions of fairness that exclude each other; empty for numeric predictions.
    customers, unknown : int
        Customers judged on, and customers whose outcome is not known.
    """

    audits: tuple[Audit, ...]
    calibrations: tuple[GroupCalibration, ...]
    conflicts: tuple[tuple[Conflict, ...], ...]
    customers: int
    unknown: int


def examine(
    model: Model,
    table: Table,
    segments: Sequence[str | Segment | Groups],
    *,
    threshold: float = 0.5,
    label: str | None = None,
) -> Examination:
    """Audit a model on customers whose outcome is known.

    Parameters
    ----------
    model : Model
        A fitted model.
    table : Table
        Customers that it was not trained on, with outcomes.
    segments : sequence of str, Segment or Groups
        What makes the groups; columns need not be features.
    threshold : float, default 0.5
        For labels: the score from which a customer is selected.
    label : str, optional
        For a question of several answers: the answer that is set against all others; by default the first.

    Returns
    -------
    Examination
        Audits with verdicts.

    Raises
    ------
    ProblemError
        If a column that is needed or the outcome is not there, or no outcome is known.
    """
    from crm_ai.modeling import Task, answer_of, groups_of, label_place
    from crm_ai.modeling.answers import answers
    from crm_ai.table import coerce_counting

    check_outcomes(model, table.schema.names, source=table.source)
    known = answers(table, model.problem)
    rows = np.flatnonzero(~np.isnan(known))
    check_known(model, len(rows), source=table.source)
    said = model.predict(coerce_counting(table.frame.iloc[rows], model.schema)[0])
    grouped = [groups_of(table, segment) for segment in segments]
    if model.problem.task is Task.REGRESSION:
        errors = [(groups.name, tally_errors(known[rows], said, *groups.of(rows))) for groups in grouped]
        return examination_of_errors(errors, unknown=len(table) - len(rows))
    place = label_place(model.problem, label)
    happened, scores = (known[rows] == place).astype(np.int64), answer_of(said, place)
    tallies = [(groups.name, tally_scores(happened, scores, *groups.of(rows))) for groups in grouped]
    return examination_of_tallies(tallies, threshold=threshold, unknown=len(table) - len(rows))


def examination_of_tallies(tallies: Sequence[tuple[str, Tally]], *, threshold: float, unknown: int) -> Examination:
    """Audit a model on customers who were counted already, here or elsewhere.

    Parameters
    ----------
    tallies : sequence of (str, Tally)
        By segment's name, the same customers counted by its groups.
    threshold : float
        Score from which a customer is selected.
    unknown : int
        Customers whose outcome is not known.

    Returns
    -------
    Examination
        Audits with verdicts.
    """
    return Examination(
        audits=judged_together([audit_tally(tally, threshold, segment=name) for name, tally in tallies]),
        calibrations=tuple(calibration_by_group(tally, segment=name) for name, tally in tallies),
        conflicts=tuple(conflicts(tally.cells(threshold), tally.groups) for _name, tally in tallies),
        customers=tallies[0][1].n if tallies else 0,
        unknown=unknown,
    )


def examination_of_errors(tallies: Sequence[tuple[str, ErrorTally]], *, unknown: int) -> Examination:
    """Audit numeric predictions of customers who were counted already, here or elsewhere.

    Parameters
    ----------
    tallies : sequence of (str, ErrorTally)
        By segment's name, the same customers counted by its groups.
    unknown : int
        Customers whose outcome is not known.

    Returns
    -------
    Examination
        Audits with verdicts.
    """
    return Examination(
        audits=judged_together([audit_errors(tally, segment=name) for name, tally in tallies]),
        calibrations=(),
        conflicts=(),
        customers=tallies[0][1].n if tallies else 0,
        unknown=unknown,
    )


def check_known(model: Model, customers: int, *, source: str) -> None:
    """Make sure that somebody's outcome is known.

    Parameters
    ----------
    model : Model
        The model.
    customers : int
        Customers whose outcome is known.
    source : str
        Name of their file, for messages.

    Raises
    ------
    ProblemError
        If there is none.
    """
    if not customers:
        raise ProblemError(
            _("No customer has a known “{target}”, so nothing can be judged.").format(target=model.problem.target),
            where=source,
            next_step=_("Choose a file in which outcomes are filled in."),
        )


def check_outcomes(model: Model, names: Collection[str], *, source: str) -> None:
    """Make sure that all columns are there that an audit needs.

    Parameters
    ----------
    model : Model
        The model.
    names : collection of str
        Names of the columns that are there.
    source : str
        Name of their file, for messages.

    Raises
    ------
    ProblemError
        If a feature or the target is not there.
    """
    problem = model.problem
    absent = [name for name in problem.features if name not in names]
    if absent:
        raise ProblemError(
            _("The model needs columns that are not there: {names}.").format(names=", ".join(absent[:12])),
            where=source,
            next_step=_("Add them to the file, named exactly like this, and try again."),
        )
    if problem.target not in names:
        raise ProblemError(
            _("There is no column “{target}”; an audit needs to know what came out.").format(target=problem.target),
            where=source,
            next_step=_("Choose a file with outcomes."),
        )
