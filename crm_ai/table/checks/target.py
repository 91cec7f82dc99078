"""Whether the target can be predicted, and whether something gives it away."""

from __future__ import annotations

from collections.abc import Iterator

from crm_ai.table.checks.subject import Subject
from crm_ai.table.finding import Finding, Repair, Severity
from crm_ai.table.leaks import find_leaks
from crm_ai.words import _, count, percent

RARE_ANSWER = 0.05
FEW_ANSWERS = 100


def gives_no_choice(subject: Subject) -> Iterator[Finding]:
    """Find a target whose known answers are all the same."""
    target = subject.target
    if target is None or len(subject.table.frame[target].dropna().unique()) > 1:
        return
    evidence = _("All known answers are the same: there is nothing to predict.")
    yield Finding(target, "one_answer", Severity.MUST, subject.rows, evidence, _("Choose another target."))


def is_missing(subject: Subject) -> Iterator[Finding]:
    """Count the customers whose answer is not known."""
    target = subject.target
    rows = 0 if target is None else int(subject.table.frame[target].isna().sum())
    if rows and target is not None:
        evidence = _("{n} of {all} customers have no answer.").format(n=count(rows), all=count(subject.rows))
        proposal = _("They are kept for scoring and left out of training.")
        yield Finding(target, "target_missing", Severity.SHOULD, rows, evidence, proposal)


def is_imbalanced(subject: Subject) -> Iterator[Finding]:
    """Find an answer that is rare."""
    target = subject.target
    if target is None:
        return
    sizes = subject.table.frame[target].value_counts()
    sizes = sizes[sizes > 0]
    if len(sizes) != 2 or sizes.min() / sizes.sum() >= RARE_ANSWER:
        return
    rarer = sizes.idxmin()
    rarer = f"{rarer:g}" if isinstance(rarer, float) else str(rarer)
    evidence = _("Only {n} customers ({share}) have “{label}”.").format(
        n=count(sizes.min()), share=percent(sizes.min() / sizes.sum(), 1), label=rarer
    )
    severity = Severity.SHOULD if sizes.min() < FEW_ANSWERS else Severity.KNOW
    proposal = _("Judge by precision, recall and lift; accuracy says little here.")
    yield Finding(target, "imbalance", severity, int(sizes.min()), evidence, proposal)


def is_given_away(subject: Subject) -> Iterator[Finding]:
    """Find columns that give the answer away."""
    for leak in find_leaks(subject.table, subject.target) if subject.target is not None else ():
        rows = int(subject.table.frame[leak.column].notna().sum())
        proposal = _("It is left out of the features unless you put it in: is it known before the outcome?")
        repair = Repair("drop_columns", (leak.column,))
        yield Finding(leak.column, "leak", Severity.MUST, rows, leak.evidence, proposal, repair)
