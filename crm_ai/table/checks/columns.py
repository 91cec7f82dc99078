"""Whether a column says anything, or the same as another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crm_ai.table.checks.subject import Subject
from crm_ai.table.finding import Finding, Repair, Severity
from crm_ai.table.schema import LABELLED, Kind, Role
from crm_ai.words import _, count, percent, shorten

NEARLY_ALL = 0.995
FEWEST = 200
MOST_LABELS = 200


def constant(subject: Subject) -> Iterator[Finding]:
    """Find columns with the same value in all rows, or in nearly all."""
    for column in subject.table.schema:
        cells = subject.table.frame[column.name]
        if column.name == subject.target or subject.rows < 2 or cells.isna().any():
            continue
        repair = Repair("drop_columns", (column.name,))
        if (cells == cells.iloc[0]).all():
            evidence = _("All rows have “{value}”.").format(value=shorten(str(cells.iloc[0])))
            proposal = _("Set aside: it tells nothing.")
            yield Finding(column.name, "constant", Severity.KNOW, subject.rows, evidence, proposal, repair)
        elif column.kind in LABELLED | {Kind.NUMBER} and subject.rows >= FEWEST:
            yield from _nearly_constant(column.name, cells, repair)


def _nearly_constant(name: str, cells: pd.Series, repair: Repair) -> Iterator[Finding]:
    # Most columns vary so much that the first rows already show it.
    if cells.head(FEWEST).nunique() > FEWEST / 10:
        return
    sizes = cells.value_counts()
    share = sizes.max() / len(cells)
    if share >= NEARLY_ALL:
        evidence = _("{share} of the rows have “{value}”; only {n} differ.").format(
            share=percent(share, 1), value=shorten(str(sizes.idxmax())), n=count(len(cells) - int(sizes.max()))
        )
        proposal = _("It can say something of very few customers only; leave it out if they do not matter.")
        rows = int(sizes.max())
        yield Finding(name, "nearly_constant", Severity.KNOW, rows, evidence, proposal, repair)


def empty(subject: Subject) -> Iterator[Finding]:
    """Find columns without a single value."""
    for column in subject.table.schema:
        if column.name != subject.target and subject.table.frame[column.name].isna().all():
            evidence, repair = _("No cell is filled."), Repair("drop_columns", (column.name,))
            yield Finding(column.name, "empty", Severity.KNOW, subject.rows, evidence, _("Set aside."), repair)


def identifier(subject: Subject) -> Iterator[Finding]:
    """Find columns that tell customers apart, and free text."""
    for column in subject.table.schema:
        if column.kind in (Kind.IDENTIFIER, Kind.TEXT) and column.role is Role.IGNORED:
            rows = int(subject.table.frame[column.name].notna().sum())
            proposal = _("Keep it aside; correct its kind if this is wrong.")
            yield Finding(column.name, column.kind.value, Severity.KNOW, rows, column.evidence, proposal)


def dates(subject: Subject) -> Iterator[Finding]:
    """Tell from when to when dates reach."""
    for column, cells in subject.features(Kind.DATE):
        if cells.notna().any():
            evidence = _("Dates from {first} to {last}.").format(
                first=cells.min().strftime("%Y-%m-%d"), last=cells.max().strftime("%Y-%m-%d")
            )
            proposal = _("Models count its days; make sure that it was known before the outcome.")
            yield Finding(column.name, "dates", Severity.KNOW, int(cells.notna().sum()), evidence, proposal)


def same_labels(subject: Subject) -> Iterator[Finding]:
    """Find pairs of categories of which each label of one goes with one label of the other."""
    rows = subject.sample()
    first: dict[bytes, str] = {}
    for column, cells in subject.features(*LABELLED):
        # Labels are numbered as they first appear: where two columns say the same, their numbers are equal.
        codes, labels = pd.factorize(cells.iloc[rows])
        if not 2 <= len(labels) <= MOST_LABELS:
            continue
        name = first.setdefault(np.ascontiguousarray(codes).tobytes(), column.name)
        if name != column.name:
            evidence = _("Each label of one goes with one label of the other: they say the same.")
            yield Finding(
                f"{name} · {column.name}", "same_labels", Severity.KNOW, subject.rows, evidence,
                _("Keep one of them if you want to read the reasons."), Repair("drop_columns", (column.name,)),
            )  # fmt: skip
