"""Whether labels are spelled alike, of one type, and had by enough customers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from crm_ai.table.checks.subject import Subject
from crm_ai.table.finding import Finding, Repair, Severity
from crm_ai.table.missing_words import say_no_number
from crm_ai.table.names import names_an_identifier
from crm_ai.table.schema import Column, Kind, Role
from crm_ai.table.spelled_dates import looks_like_dates, parse_dates
from crm_ai.table.spelled_numbers import looks_coded, parse_numbers
from crm_ai.table.variants import describe_variants, label_variants
from crm_ai.words import _, count, ngettext, percent, shorten

RARE = 10
MANY = 50
MOSTLY = 0.6
FEWEST_CELLS = 10


def inconsistent(subject: Subject) -> Iterator[Finding]:
    """Find labels that are spelled differently and mean the same."""
    for column, sizes in subject.labelled():
        variants = label_variants(sizes)
        if not variants.labels:
            continue
        rows = int(sizes[list(variants.labels)].sum())
        told = _("Labels that mean the same are spelled differently: {variants}.")
        evidence = told.format(variants=shorten(describe_variants(variants.labels), 200))
        proposal = _("Give them one spelling.") if variants.certain else _("Give them one spelling if you agree.")
        repair = Repair("unify_labels", (column.name,), {"labels": variants.labels})
        yield Finding(
            column.name, "inconsistent_labels", Severity.SHOULD, rows, evidence, proposal, repair, variants.certain
        )


def mixed(subject: Subject) -> Iterator[Finding]:
    """Find columns of numbers or dates that a few words have turned into labels or text."""
    for column in subject.table.schema:
        if column.kind not in (Kind.CATEGORY, Kind.TEXT) or names_an_identifier(column.name):
            continue
        counted = _texts(subject, column)
        distinct = pa.array(list(counted.index), pa.large_string())
        if counted.sum() < FEWEST_CELLS or looks_coded(distinct).any():
            continue
        for kind, read in ((Kind.NUMBER, np.isfinite(parse_numbers(distinct))), (Kind.DATE, _dates(distinct))):
            share = float(counted[read].sum() / counted.sum())
            if MOSTLY <= share < 1 and read.sum() > 2:
                yield _mixed(column, kind, counted, read, share)
                break


def _texts(subject: Subject, column: Column) -> pd.Series:
    cells = subject.table.frame[column.name]
    if column.kind is Kind.TEXT:
        cells = cells.iloc[subject.sample()]
    counted = cells.value_counts()
    counted = counted[counted > 0]
    distinct = pa.array([str(label) for label in counted.index], pa.large_string())
    return counted.set_axis([str(label) for label in counted.index])[~say_no_number(distinct)]


def _dates(distinct: pa.Array) -> np.ndarray:
    looks = looks_like_dates(distinct)
    return ~np.isnat(parse_dates(distinct)) if looks else np.zeros(len(distinct), dtype=bool)


def _mixed(column: Column, kind: Kind, counted: pd.Series, read: np.ndarray, share: float) -> Finding:
    words = _(", ").join(f"“{shorten(text)}”" for text in counted[~read].index[:3])
    told = {
        Kind.NUMBER: _("{share} of the cells are numbers; the others are words such as {words}."),
        Kind.DATE: _("{share} of the cells are dates; the others are words such as {words}."),
    }[kind]
    proposal = _("Read it as {kind}; the other cells then count as missing.").format(kind=kind.in_words)
    rows, repair = int(counted[~read].sum()), Repair("retype", (column.name,), {"kind": kind.value})
    evidence = told.format(share=percent(share), words=words)
    return Finding(column.name, "mixed_types", Severity.SHOULD, rows, evidence, proposal, repair)


def rare(subject: Subject) -> Iterator[Finding]:
    """Find labels that too few customers have."""
    for column, sizes in subject.labelled():
        least = min(RARE, max(2, subject.rows // 50))
        few = sizes[sizes < least]
        if few.empty or len(few) == len(sizes):
            continue
        evidence = ngettext(
            "{k} label has fewer than {least} customers: {names}.",
            "{k} labels have fewer than {least} customers each: {names}.",
            len(few),
        ).format(k=count(len(few)), least=least, names=_(", ").join(shorten(str(label)) for label in few.index[:3]))
        is_target = column.name == subject.target
        severity = Severity.SHOULD if is_target else Severity.KNOW
        proposal = _("Too rare to be learned.") if is_target else _("They are treated together as “other”.")
        yield Finding(column.name, "rare_labels", severity, int(few.sum()), evidence, proposal)


def many(subject: Subject) -> Iterator[Finding]:
    """Find categories with more labels than a model can use."""
    for column, sizes in subject.labelled():
        if len(sizes) > MANY and column.role is not Role.IGNORED and column.name != subject.target:
            rest = int(sizes.sort_values(ascending=False)[MANY:].sum())
            evidence = _("{k} different labels.").format(k=count(len(sizes)))
            proposal = _("The most frequent are used; the others are treated together as “other”.")
            yield Finding(column.name, "many_labels", Severity.SHOULD, rest, evidence, proposal)
