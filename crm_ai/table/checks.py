"""The checks of a table, one a function: (table, target) → findings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crm_ai.table.finding import Finding, Severity
from crm_ai.table.leaks import find_leaks
from crm_ai.table.repeats import repeated_rows
from crm_ai.table.schema import LABELLED, Column, Kind, Role
from crm_ai.table.table import Table
from crm_ai.words import _, count, ngettext, number, percent, shorten

MUCH_MISSING = 0.2
RARE = 10
MANY_LABELS = 50
RARE_ANSWER = 0.05
FEW_ANSWERS = 100
CLOSE = 0.95
SAMPLE = 20_000
PAIRS_SHOWN = 20


def target_gives_no_choice(table: Table, target: str | None) -> Iterator[Finding]:
    """Find a target whose known answers are all the same."""
    if target is None or len(table.frame[target].dropna().unique()) > 1:
        return
    evidence = _("All known answers are the same: there is nothing to predict.")
    yield Finding(target, "one_answer", Severity.MUST, len(table), evidence, _("Choose another target."))


def target_missing(table: Table, target: str | None) -> Iterator[Finding]:
    """Count the customers whose answer is not known."""
    rows = 0 if target is None else int(table.frame[target].isna().sum())
    if rows and target is not None:
        evidence = _("{n} of {all} customers have no answer.").format(n=count(rows), all=count(len(table)))
        proposal = _("They are kept for scoring and left out of training.")
        yield Finding(target, "target_missing", Severity.SHOULD, rows, evidence, proposal)


def target_imbalanced(table: Table, target: str | None) -> Iterator[Finding]:
    """Find an answer that is rare."""
    if target is None:
        return
    sizes = table.frame[target].value_counts()
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


def answer_given_away(table: Table, target: str | None) -> Iterator[Finding]:
    """Find columns that give the answer away."""
    for leak in find_leaks(table, target) if target is not None else ():
        rows = int(table.frame[leak.column].notna().sum())
        proposal = _("Leave it out unless it is known before the outcome.")
        yield Finding(leak.column, "leak", Severity.MUST, rows, leak.evidence, proposal)


def unreadable(table: Table, target: str | None) -> Iterator[Finding]:
    """Count cells that could not be read as what the rest of their column is."""
    for column in _spelled(table):
        lost, blank = table.reading.unreadable.get(column.name, 0), table.reading.blanked.get(column.name, 0)
        kind = _("numbers") if column.kind is Kind.NUMBER else _("dates")
        if lost:
            evidence = _("{n} cells could not be read as {kind}.").format(n=count(lost), kind=kind)
            proposal = _("They count as missing; correct them in the source, or call the column a category.")
            yield Finding(column.name, "unreadable", Severity.SHOULD, lost, evidence, proposal)
        if blank:
            evidence = _("{n} cells among the {kind} are blanks or words such as N/A.")
            evidence = evidence.format(n=count(blank), kind=kind)
            yield Finding(column.name, "blank", Severity.KNOW, blank, evidence, _("They count as missing."))


def missing(table: Table, target: str | None) -> Iterator[Finding]:
    """Count cells that are missing."""
    for column in table.schema:
        rows = int(table.frame[column.name].isna().sum())
        if not rows or rows == len(table) or column.name == target:
            continue
        share = rows / len(table)
        evidence = _("{n} of {all} cells ({share}) are missing.").format(
            n=count(rows), all=count(len(table)), share=percent(share, 1 if share >= 0.001 else 2)
        )
        severity = Severity.SHOULD if share >= MUCH_MISSING else Severity.KNOW
        yield Finding(column.name, "missing", severity, rows, evidence, _fill(column))


def duplicate_rows(table: Table, target: str | None) -> Iterator[Finding]:
    """Count rows that occur more than once."""
    identifiers = table.schema.names_of(kind=Kind.IDENTIFIER)
    others = [name for name in table.schema.names if name not in identifiers]
    rows = repeated_rows(table.frame[others]) if others else 0
    if not rows:
        return
    exact = repeated_rows(table.frame) if identifiers else rows
    if exact:
        evidence = _("{n} rows repeat an earlier row in every cell.").format(n=count(exact))
        proposal = _("Remove them if they are the same customers twice.")
        yield Finding("", "duplicate_rows", Severity.SHOULD, exact, evidence, proposal)
    if rows > exact:
        evidence = _("{n} rows repeat an earlier row in everything but {names}.").format(
            n=count(rows - exact), names=", ".join(identifiers[:3])
        )
        proposal = _("Check whether they are the same customers under another number.")
        yield Finding("", "duplicate_but_identifier", Severity.KNOW, rows - exact, evidence, proposal)


def rare_labels(table: Table, target: str | None) -> Iterator[Finding]:
    """Find labels that too few customers have."""
    for column, sizes in _labels(table):
        least = min(RARE, max(2, len(table) // 50))
        rare = sizes[sizes < least]
        if rare.empty or len(rare) == len(sizes):
            continue
        evidence = ngettext(
            "{k} label has fewer than {least} customers: {names}.",
            "{k} labels have fewer than {least} customers each: {names}.",
            len(rare),
        ).format(k=count(len(rare)), least=least, names=", ".join(shorten(str(label)) for label in rare.index[:3]))
        severity = Severity.SHOULD if column.name == target else Severity.KNOW
        proposal = _("They are treated together as “other”.") if column.name != target else _("Too rare to be learned.")
        yield Finding(column.name, "rare_labels", severity, int(rare.sum()), evidence, proposal)


def many_labels(table: Table, target: str | None) -> Iterator[Finding]:
    """Find categories with more labels than a model can use."""
    for column, sizes in _labels(table):
        if len(sizes) > MANY_LABELS and column.role is not Role.IGNORED and column.name != target:
            rest = int(sizes.sort_values(ascending=False)[MANY_LABELS:].sum())
            evidence = _("{k} different labels.").format(k=count(len(sizes)))
            proposal = _("The most frequent are used; the others are treated together as “other”.")
            yield Finding(column.name, "many_labels", Severity.SHOULD, rest, evidence, proposal)


def correlated(table: Table, target: str | None) -> Iterator[Finding]:
    """Find pairs of numbers that say nearly the same."""
    names = [c.name for c in table.schema if c.kind is Kind.NUMBER and c.name != target and c.role is not Role.IGNORED]
    rows = np.random.default_rng(0).permutation(len(table))[:SAMPLE]
    if len(names) < 2 or len(rows) < RARE:
        return
    matrix = np.column_stack([table.frame[name].to_numpy(dtype=np.float64)[rows] for name in names])
    together = _correlations(matrix)
    first, second = np.nonzero(np.triu(np.abs(together) >= CLOSE, k=1))
    strongest = np.argsort(-np.abs(together[first, second]), kind="stable")[:PAIRS_SHOWN]
    for one, other in zip(first[strongest], second[strongest], strict=True):
        evidence = _("The two columns rise and fall together (correlation {r}).").format(r=number(together[one, other]))
        proposal = _("Their separate effects cannot be told apart; keep one of them if you want to read the reasons.")
        yield Finding(f"{names[one]} · {names[other]}", "correlated", Severity.KNOW, len(table), evidence, proposal)


def constant(table: Table, target: str | None) -> Iterator[Finding]:
    """Find columns with the same value in all rows."""
    for column in table.schema:
        cells = table.frame[column.name]
        if column.name == target or len(table) < 2 or cells.isna().any() or not (cells == cells.iloc[0]).all():
            continue
        evidence = _("All rows have “{value}”.").format(value=shorten(str(cells.iloc[0])))
        yield Finding(column.name, "constant", Severity.KNOW, len(table), evidence, _("Set aside: it tells nothing."))


def empty(table: Table, target: str | None) -> Iterator[Finding]:
    """Find columns without a single value."""
    for column in table.schema:
        if column.name != target and table.frame[column.name].isna().all():
            yield Finding(column.name, "empty", Severity.KNOW, len(table), _("No cell is filled."), _("Set aside."))


def identifier(table: Table, target: str | None) -> Iterator[Finding]:
    """Find columns that tell customers apart, and free text."""
    for column in table.schema:
        if column.kind in (Kind.IDENTIFIER, Kind.TEXT) and column.role is Role.IGNORED:
            rows = int(table.frame[column.name].notna().sum())
            proposal = _("Keep it aside; correct its kind if this is wrong.")
            yield Finding(column.name, column.kind.value, Severity.KNOW, rows, column.evidence, proposal)


def _fill(column: Column) -> str:
    if column.kind in LABELLED:
        return _("Missing counts as a label of its own.")
    if column.kind in (Kind.NUMBER, Kind.DATE):
        return _("The median stands in for them, and the model is told that the value was missing.")
    return _("Nothing to do: the column is not used to predict.")


def _spelled(table: Table) -> list[Column]:
    return [column for column in table.schema if column.kind in (Kind.NUMBER, Kind.DATE)]


def _labels(table: Table) -> Iterator[tuple[Column, pd.Series]]:
    for column in table.schema:
        if column.kind in LABELLED:
            sizes = table.frame[column.name].value_counts()
            yield column, sizes[sizes > 0]


def _correlations(matrix: np.ndarray) -> np.ndarray:
    """Correlations with the mean in place of missing cells; 0 for columns that do not vary."""
    known = np.isfinite(matrix)
    sums = np.where(known, matrix, 0).sum(axis=0)
    centred = np.where(known, matrix - sums / np.maximum(known.sum(axis=0), 1), 0)
    scale = np.sqrt((centred**2).sum(axis=0))
    centred = np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0)
    return centred.T @ centred
