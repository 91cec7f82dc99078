"""Whether a row occurs twice."""

from __future__ import annotations

from collections.abc import Iterator

from crm_ai.table.checks.subject import Subject
from crm_ai.table.finding import Finding, Repair, Severity
from crm_ai.table.repeats import repeated_rows
from crm_ai.table.schema import Kind
from crm_ai.words import _, count


def repeated(subject: Subject) -> Iterator[Finding]:
    """Count rows that occur more than once."""
    table = subject.table
    identifiers = table.schema.names_of(kind=Kind.IDENTIFIER)
    others = [name for name in table.schema.names if name not in identifiers]
    rows = repeated_rows(table.frame[others]) if others else 0
    if not rows:
        return
    exact = repeated_rows(table.frame) if identifiers else rows
    if exact:
        evidence = _("{n} rows repeat an earlier row in every cell.").format(n=count(exact))
        proposal = _("Remove them if they are the same customers twice.")
        # Where each customer has a number of his own, a row that repeats it too can only be a slip.
        slip = any(table.frame[name].nunique() == len(table) - exact for name in identifiers)
        repair = Repair("drop_duplicates")
        yield Finding("", "duplicate_rows", Severity.SHOULD, exact, evidence, proposal, repair, slip)
    if rows > exact:
        evidence = _("{n} rows repeat an earlier row in everything but {names}.").format(
            n=count(rows - exact), names=_(", ").join(identifiers[:3])
        )
        proposal = _("Check whether they are the same customers under another number.")
        yield Finding("", "duplicate_but_identifier", Severity.KNOW, rows - exact, evidence, proposal)
