"""All that a report of one model tells, computed by the functions that the pages use, so that figures agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_ai.errors import CrmAiError
from crm_ai.evaluation import Decision, Estimate, Offer, at_threshold, decide, gain_at
from crm_ai.explanation import explain
from crm_ai.fairness import audit_errors, audit_tally, segments_in_words
from crm_ai.modeling import (
    BASELINE,
    HEADLINE,
    USUAL_THRESHOLD,
    Problem,
    Run,
    Task,
    error_tally,
    headline,
    how_good_in_words,
    label_place,
    out_of_fold_tally,
    tally,
)
from crm_ai.table import Severity, inspect
from crm_ai.words import _, sentences

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation
    from crm_ai.fairness import Audit
    from crm_ai.table import Finding

STAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """What is known of one model of a run.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        The model that is told of.
    label : str
        The answer in question; empty for a number.
    threshold : float
        Score from which a customer is selected.
    quality : mapping of str to Estimate
        How good the model is at that threshold, by metric.
    rivals : mapping of str to Estimate
        The first figure of every model of the run, and of the baseline.
    reasons : Explanation or None
        Why the model says what it says; None if it cannot be explained.
    unexplained : str
        Why there are no reasons, in words.
    audits : sequence of Audit
        For whom it is worse, by segment.
    problems : sequence of Finding
        What is wrong with the data and was left as it is, the gravest first.
    offer : Offer or None
        What a contact costs and brings; None if nobody said.
    decision : Decision or None
        Whom to contact at these costs.
    worth : Estimate or None
        What contacting everybody from the threshold on brings at these costs.
    customers : int
        How many customers amounts of money are given for.
    """

    run: Run
    model_type: str
    label: str
    threshold: float
    quality: Mapping[str, Estimate]
    rivals: Mapping[str, Estimate]
    reasons: Explanation | None
    unexplained: str
    audits: Sequence[Audit]
    problems: Sequence[Finding]
    offer: Offer | None
    decision: Decision | None
    worth: Estimate | None
    customers: int

    @property
    def problem(self) -> Problem:
        """The question."""
        return self.run.problem

    @property
    def shown(self) -> tuple[Estimate, ...]:
        """The figures that stand above the Metrics page."""
        return tuple(self.quality[name] for name in HEADLINE[self.problem.task] if name in self.quality)

    @property
    def answer(self) -> str:
        """How good the model is, and for whom it is worse, in a few sentences."""
        return sentences([how_good_in_words(self.run, self.quality), segments_in_words(self.audits)])


def findings_of_run(
    run: Run,
    model_type: str,
    *,
    threshold: float | None = None,
    label: str | None = None,
    offer: Offer | None = None,
    budget: float | None = None,
    customers: int | None = None,
    reasons: Explanation | None = None,
    progress: Callable[[float, str], object] | None = None,
) -> Findings:
    """Gather what a report of a run's model tells.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    threshold : float, optional
        Score from which a customer is selected; by default the one that `offer` makes best, else 0.5.
    label : str, optional
        For several answers: the one that is set against all others in fairness and decision; by default the first.
    offer : Offer, optional
        What a contact costs and brings.
    budget : float, optional
        What all contacts together may cost.
    customers : int, optional
        How many customers amounts of money are given for; by default those of the table.
    reasons : Explanation, optional
        Of the holdout, if it was made before.
    progress : callable, optional
        Told the share of the work that is done, and what is being done.

    Returns
    -------
    Findings
        What is known.

    Raises
    ------
    ProblemError
        If the run has no such model, or the question no such answer.
    """
    tell = progress or (lambda _share, _words: None)
    run.model(model_type)
    task, everybody = run.problem.task, customers or len(run.table)
    place = None if task is Task.REGRESSION else label_place(run.problem, label)
    its = "" if place is None else run.problem.labels[place]
    asked = its if task is Task.MULTICLASS else None
    tell(0 / STAGES, _("Weighing the decision"))
    decision = None
    if offer is not None and place is not None:
        decision = decide(
            out_of_fold_tally(run, model_type, label=asked),
            tally(run, model_type, label=asked),
            offer,
            customers=everybody,
            budget=budget,
        )
    at = threshold if threshold is not None else _proposed(decision)
    tell(1 / STAGES, _("Judging the models"))
    quality = headline(run, model_type)
    if task is Task.BINARY:
        quality = quality | at_threshold(tally(run, model_type), at)
    first = HEADLINE[task][0]
    rivals = {name: headline(run, name)[first] for name in (*run.models, BASELINE)}
    tell(2 / STAGES, _("Looking for reasons"))
    unexplained = ""
    if reasons is None:
        try:
            reasons = explain(run, model_type, label=asked)
        except CrmAiError as error:
            unexplained = str(error)
    tell(3 / STAGES, _("Comparing groups"))
    audits = [_audited(run, model_type, segment, at, asked) for segment in run.problem.segments]
    tell(4 / STAGES, _("Looking through the data"))
    return Findings(
        run=run,
        model_type=model_type,
        label=its,
        threshold=at,
        quality=quality,
        rivals=rivals,
        reasons=reasons,
        unexplained=unexplained,
        audits=audits,
        problems=_left_as_they_are(run),
        offer=offer if place is not None else None,
        decision=decision,
        worth=gain_at(tally(run, model_type, label=asked), at, offer, customers=everybody)
        if offer is not None and place is not None
        else None,
        customers=everybody,
    )


def _proposed(decision: Decision | None) -> float:
    return decision.threshold if decision is not None and 0 <= decision.threshold <= 1 else USUAL_THRESHOLD


def _audited(run: Run, model_type: str, segment: str, threshold: float, label: str | None) -> Audit:
    if run.problem.task is Task.REGRESSION:
        return audit_errors(error_tally(run, model_type, segment=segment), segment=segment)
    return audit_tally(tally(run, model_type, segment=segment, label=label), threshold, segment=segment)


def _left_as_they_are(run: Run) -> tuple[Finding, ...]:
    """What inspection finds in columns that the model uses and no repair was agreed upon, but for what is only told."""
    repaired = {name for repair in run.problem.repairs for name in repair.columns}
    used = {run.problem.target, *run.problem.features} - repaired
    found = inspect(run.table, target=run.problem.target)
    return tuple(
        finding
        for finding in found
        if finding.severity is not Severity.KNOW and (not finding.column or used & set(finding.column.split(" · ")))
    )
