"""What is wrong with a table, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from crm_ai.table.checks import Subject, columns, labels, missing, numbers, rows, target, time
from crm_ai.table.finding import Finding, Severity
from crm_ai.table.leaks import leaks
from crm_ai.table.schema import Role
from crm_ai.table.table import Table

__all__ = ["CHECKS", "Finding", "Severity", "inspect", "leaks"]

CHECKS = (
    target.gives_no_choice,
    target.is_missing,
    target.is_imbalanced,
    target.is_given_away,
    labels.inconsistent,
    labels.mixed,
    numbers.impossible,
    numbers.stand_ins,
    missing.unreadable,
    missing.cells,
    missing.that_tells,
    missing.together,
    rows.repeated,
    time.drift,
    labels.rare,
    labels.many,
    numbers.outliers,
    numbers.correlated,
    columns.same_labels,
    columns.constant,
    columns.empty,
    columns.dates,
    columns.identifier,
)
# What is wrong with a column that will not be used needs no repair.
SETTLED_BY_A_LEAK = ("missing", "missing_tells", "rare_labels", "many_labels", "drift", "outliers", "skewed")
RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def inspect(
    table: Table,
    *,
    target: str | None = None,
    today: date | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[Finding, ...]:
    """Look for what could spoil a model or mislead a reader.

    Parameters
    ----------
    table : Table
        The customers.
    target : str, optional
        Column to predict; by default the one that the schema proposes, if any.
    today : date, optional
        Day after which nothing can have happened yet; by default today.
    progress : callable, optional
        Called with the share of the checks that are done, in the caller's thread; what it raises ends the inspection.

    Returns
    -------
    tuple of Finding
        The gravest first; among equals those that concern the most rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"calls": [3, None, 5], "country": ["CN"] * 3}))
    >>> [(finding.column, finding.check, finding.rows) for finding in inspect(table)]
    [('calls', 'missing', 1), ('country', 'constant', 3)]
    """
    proposed = next(iter(table.schema.names_of(role=Role.TARGET)), None)
    asked = proposed if target is None else table.schema[target].name
    subject = Subject(table, asked, today or datetime.now(UTC).date())
    found: list[Finding] = []
    for done, check in enumerate(CHECKS):
        if progress is not None:
            progress(done / len(CHECKS))
        found += check(subject)
    leaked = {finding.column for finding in found if finding.check == "leak"}
    found = [f for f in found if f.column not in leaked or f.check not in SETTLED_BY_A_LEAK]
    return tuple(sorted(found, key=lambda finding: (RANKS[finding.severity], -finding.rows)))
