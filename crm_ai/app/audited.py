"""What is audited, and what comes out: computed once for everybody who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_ai.app import explained, results
from crm_ai.app.keeping import kept, kept_few
from crm_ai.modeling import Segment, Task
from crm_ai.words import label_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from crm_ai.evaluation import Offer
    from crm_ai.fairness import Audit, Candidate, Changes, Conflict, DataAudit, Flips, GroupCalibration, Proxies
    from crm_ai.modeling import Problem, Run
    from crm_ai.table import Table


@dataclass(frozen=True, slots=True, eq=False)
class Audited:
    """What is audited.

    Parameters
    ----------
    run : Run
        A run.
    model : str
        One of its models.
    label : str or None
        The answer in question, of several.
    segment : Segment
        What makes the groups.
    threshold : float
        Score from which customers are selected.
    """

    run: Run
    model: str
    label: str | None
    segment: Segment
    threshold: float

    @property
    def of_numbers(self) -> bool:
        """Whether a number is predicted, so that nobody is selected."""
        return self.run.problem.task is Task.REGRESSION

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segment that is looked at, and those for which the model shall be fair."""
        return _with(self.segment, self.run.problem.segments)

    @property
    def trained(self) -> str:
        """The model as it was trained, also where one that was made fairer is looked at."""
        return self.model if self.model in self.run.plan.model_types else self.model.partition("+")[0]


def brief(segment: Segment, group: str) -> str:
    """Name a group of a combination without the columns that all names repeat.

    Parameters
    ----------
    segment : Segment
        What makes the groups.
    group : str
        One of them, for instance ``gender: Female · age: < 25``.

    Returns
    -------
    str
        For instance ``Female · < 25``, with what stands for a label in the reader's language.

    Examples
    --------
    >>> brief(Segment(("gender", "age")), "gender: Female · age: < 25")
    'Female · < 25'
    """
    first, *others = segment.columns
    if not others or not group.startswith(f"{first}: "):
        return label_in_words(group)
    group = group.removeprefix(f"{first}: ")
    for column in others:
        group = group.replace(f" · {column}: ", " · ", 1)
    return label_in_words(group)


def audits(what: Audited) -> tuple[Audit, ...]:
    """Audit a model by the segment that is looked at and by all for which it shall be fair.

    Parameters
    ----------
    what : Audited
        What is audited.

    Returns
    -------
    tuple of Audit
        One for each of ``what.segments``, judged together.
    """
    return _audits(what.run, what.model, what.segments, what.threshold, what.label)


@kept
def _audits(
    run: Run, model: str, segments: tuple[Segment, ...], threshold: float, label: str | None
) -> tuple[Audit, ...]:
    from crm_ai.fairness import judged_together

    return judged_together([results.audit(run, model, segment, threshold, label) for segment in segments])


@kept
def by_answer(run: Run, model: str, segment: Segment) -> dict[str, Audit]:
    """Fairness of each of several answers, see ``crm_ai.fairness.audit_answers``."""
    from crm_ai.fairness import audit_answers
    from crm_ai.modeling import confusion_tally

    return audit_answers(confusion_tally(run, model, segment=segment), segment=segment.name)


@kept
def calibration(run: Run, model: str, segment: Segment, label: str | None) -> GroupCalibration:
    """Whether a probability means the same in every group, see ``crm_ai.fairness.calibration_by_group``."""
    from crm_ai.fairness import calibration_by_group

    return calibration_by_group(results.tally(run, model, segment=segment, label=label), segment=segment.name)


def exclusions(what: Audited) -> tuple[Conflict, ...]:
    """Which notions of fairness exclude each other, see ``crm_ai.fairness.conflicts``.

    Parameters
    ----------
    what : Audited
        What is audited.

    Returns
    -------
    tuple of Conflict
        Empty where all may hold together.
    """
    from crm_ai.fairness import conflicts

    tally = results.tally(what.run, what.model, segment=what.segment, label=what.label)
    return conflicts(tally.cells(what.threshold), tally.groups)


@kept
def _data(table: Table, problem: Problem, segments: tuple[Segment, ...], label: str | None) -> tuple[DataAudit, ...]:
    from crm_ai.fairness import audit_data

    return audit_data(table, problem, segments, label=label)


def data(table: Table, problem: Problem, segment: Segment, label: str | None = None) -> tuple[DataAudit, ...]:
    """Whether groups differ before any model, see ``crm_ai.fairness.audit_data``.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.
    segment : Segment
        What makes the groups.
    label : str, optional
        The answer in question, of several.

    Returns
    -------
    tuple of DataAudit
        By this segment and by all for which models shall be fair, corrected together.
    """
    return _data(table, problem, _with(segment, problem.segments), label)


@kept
def proxies(table: Table, problem: Problem, segment: Segment) -> Proxies:
    """Which columns tell a segment, see ``crm_ai.fairness.proxies``."""
    from crm_ai.fairness import proxies

    return proxies(table, problem, segment)


@kept
def proxies_of_model(run: Run, model: str, segment: Segment, label: str | None) -> Proxies:
    """Which columns tell a segment, with their share in the model's reasons."""
    from crm_ai.fairness import proxies

    reasons = explained.reasons(run, model, label).importance()
    return proxies(run.table, run.problem, segment, importance=reasons)


@kept
def flips(run: Run, model: str, column: str, threshold: float, label: str | None) -> Flips:
    """What decisions owe to one column, see ``crm_ai.fairness.flip_segment``."""
    from crm_ai.fairness import flip_segment

    return flip_segment(run, model, column, threshold=threshold, label=label)


def frontier(what: Audited, found: Sequence[Candidate], constraint: str, offer: Offer | None) -> pd.DataFrame:
    """What fairness costs, see ``crm_ai.fairness.frontier``.

    Parameters
    ----------
    what : Audited
        What is audited.
    found : sequence of Candidate
        Fairer models.
    constraint : str
        What is held equal.
    offer : Offer, optional
        What a contact costs and brings.

    Returns
    -------
    pandas.DataFrame
        One row a candidate and side.
    """
    names = tuple(candidate.name for candidate in found)
    return _frontier(
        what.run, what.trained, names, what.segment, constraint, what.threshold, repr(offer), tuple(found), offer
    )


@kept_few
def _frontier(
    run: Run,
    model: str,
    names: tuple[str, ...],
    segment: Segment,
    constraint: str,
    threshold: float,
    amounts: str,
    _found: tuple[Candidate, ...],
    _offer: Offer | None,
) -> pd.DataFrame:
    from crm_ai.fairness import frontier

    return frontier(run, model, _found, segment=segment, constraint=constraint, threshold=threshold, offer=_offer)


def changes(what: Audited, candidate: Candidate) -> Changes:
    """Whose decision a candidate changes, see ``crm_ai.fairness.who_changes``.

    Parameters
    ----------
    what : Audited
        What is audited.
    candidate : Candidate
        A fairer model.

    Returns
    -------
    Changes
        In customers that no model has seen.
    """
    from crm_ai.fairness import who_changes

    return who_changes(what.run, candidate, threshold=what.threshold)


def _with(segment: Segment, names: Sequence[str]) -> tuple[Segment, ...]:
    return tuple(dict.fromkeys((segment, *(Segment((name,)) for name in names))))
