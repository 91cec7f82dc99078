"""What is missing, in which pattern, and whether that says something."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crm_ai.table.checks.subject import Outcome, Subject
from crm_ai.table.finding import Finding, Repair, Severity
from crm_ai.table.schema import LABELLED, Column, Kind, Role
from crm_ai.words import _, count, ngettext, number, percent, sentences

MUCH = 0.2
FEW = 0.01
SHOWN_ALONE = 3
FEWEST = 20
SURPRISING = 4.0  # standard errors; leaves room for the many columns that are looked at
DIFFERENT = 0.2


def unreadable(subject: Subject) -> Iterator[Finding]:
    """Count cells that could not be read as what the rest of their column is."""
    for column in subject.table.schema:
        lost = subject.table.reading.unreadable.get(column.name, 0)
        if lost and column.kind in (Kind.NUMBER, Kind.DATE):
            told = {
                Kind.NUMBER: ngettext("{n} cell is no number.", "{n} cells are no numbers.", lost),
                Kind.DATE: ngettext("{n} cell is no date.", "{n} cells are no dates.", lost),
            }[column.kind]
            proposal = _("They count as missing; correct them in the source, or call the column a category.")
            yield Finding(column.name, "unreadable", Severity.SHOULD, lost, told.format(n=count(lost)), proposal)


def cells(subject: Subject) -> Iterator[Finding]:
    """Count cells that are missing; columns that lack hardly any are told together."""
    gaps = {column.name: int(subject.table.frame[column.name].isna().sum()) for column in subject.table.schema}
    gaps = {name: n for name, n in gaps.items() if 0 < n < subject.rows and name != subject.target}
    few = {name: n for name, n in gaps.items() if n < FEW * subject.rows}
    if len(few) > SHOWN_ALONE:
        listed = _(", ").join(f"{name} ({count(n)})" for name, n in sorted(few.items(), key=lambda item: -item[1])[:6])
        evidence = _("{k} columns lack a few cells each, under 1 %: {names}.").format(
            k=len(few), names=listed + (", …" if len(few) > 6 else "")
        )
        proposal = _("Medians stand in for numbers; a missing label counts as a label of its own.")
        yield Finding("", "missing_few", Severity.KNOW, max(few.values()), evidence, proposal)
        gaps = {name: n for name, n in gaps.items() if name not in few}
    for name, rows in gaps.items():
        yield _gaps(subject, subject.table.schema[name], rows)


def _gaps(subject: Subject, column: Column, rows: int) -> Finding:
    share, blank = rows / subject.rows, min(rows, subject.table.reading.blanked.get(column.name, 0))
    evidence = _("{n} of {all} cells ({share}) are missing.").format(
        n=count(rows), all=count(subject.rows), share=percent(share, 1 if share >= 0.001 else 2)
    )
    if blank:
        evidence = sentences([evidence, _("{n} of them hold blanks or a word such as N/A.").format(n=count(blank))])
    severity = Severity.SHOULD if share >= MUCH and column.role is not Role.IGNORED else Severity.KNOW
    proposal, repair = _fill(column)
    return Finding(column.name, "missing", severity, rows, evidence, proposal, repair)


def together(subject: Subject) -> Iterator[Finding]:
    """Find columns that are missing in exactly the same rows."""
    groups: dict[bytes, list[str]] = {}
    for column in subject.table.schema:
        absent = subject.table.frame[column.name].isna().to_numpy()
        if column.name != subject.target and FEWEST / 4 <= absent.sum() < subject.rows:
            groups.setdefault(np.packbits(absent).tobytes(), []).append(column.name)
    for names in groups.values():
        if len(names) < 2:
            continue
        rows = int(subject.table.frame[names[0]].isna().sum())
        evidence = _("These columns are missing in the same {n} rows: {names}.").format(
            n=count(rows), names=_(", ").join(names[:8]) + (", …" if len(names) > 8 else "")
        )
        proposal = _("Probably one source was not there for these customers; ask where it went.")
        yield Finding(" · ".join(names[:2]), "missing_together", Severity.KNOW, rows, evidence, proposal)


def that_tells(subject: Subject) -> Iterator[Finding]:
    """Find columns where being missing goes with the target."""
    outcome = subject.outcome()
    if outcome is None:
        return
    known = np.isfinite(outcome.said)
    for column, values in subject.features():
        absent = values.isna().to_numpy()
        there, gone = outcome.said[known & ~absent], outcome.said[known & absent]
        if min(len(there), len(gone)) < FEWEST:
            continue
        gap, surprise = _gap(there, gone)
        usual = abs(float(outcome.said[known].mean()))
        if surprise >= SURPRISING and abs(gap) >= DIFFERENT * usual:
            yield Finding(
                column.name, "missing_tells", Severity.SHOULD, int(absent.sum()),
                _evidence(outcome, float(gone.mean()), float(there.mean())),
                _("That it is missing says something: find out why, and let the model know where it was."),
            )  # fmt: skip


def _gap(there: np.ndarray, gone: np.ndarray) -> tuple[float, float]:
    """Difference of the means, and how many standard errors that is (Welch)."""
    gap = float(gone.mean() - there.mean())
    error = np.sqrt(there.var(ddof=1) / len(there) + gone.var(ddof=1) / len(gone))
    # One side without any spread: take the other's, or it would look infinitely certain.
    floor = np.sqrt(max(there.var(), gone.var()) / min(len(there), len(gone)))
    return gap, abs(gap) / max(float(error), float(floor), 1e-300)


def _evidence(outcome: Outcome, gone: float, there: float) -> str:
    if outcome.label:
        told = _("Where it is missing, {gone} have “{label}”; elsewhere {there}.")
        return told.format(gone=percent(gone, 1), there=percent(there, 1), label=outcome.label)
    told = _("Where it is missing, the target is {gone} on average; elsewhere {there}.")
    return told.format(gone=number(gone), there=number(there))


def _fill(column: Column) -> tuple[str, Repair | None]:
    if column.role is Role.IGNORED:
        return _("Nothing to do: the column is not used to predict."), None
    if column.kind in LABELLED:
        return _("Missing counts as a label of its own."), Repair("fill_most_frequent", (column.name,))
    words = _("The median stands in for them, and the model is told that the value was missing.")
    return words, Repair("fill_median", (column.name,), {"indicator": True})
