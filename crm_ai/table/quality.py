"""What is wrong with a table, and what can be done about it."""

from __future__ import annotations

from crm_ai.table import checks
from crm_ai.table.finding import Finding, Severity
from crm_ai.table.leaks import leaks
from crm_ai.table.schema import Role
from crm_ai.table.table import Table

__all__ = ["CHECKS", "Finding", "Severity", "inspect", "leaks"]

CHECKS = (
    checks.target_gives_no_choice,
    checks.target_missing,
    checks.target_imbalanced,
    checks.answer_given_away,
    checks.unreadable,
    checks.missing,
    checks.duplicate_rows,
    checks.rare_labels,
    checks.many_labels,
    checks.correlated,
    checks.constant,
    checks.empty,
    checks.identifier,
)
RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def inspect(table: Table, *, target: str | None = None) -> tuple[Finding, ...]:
    """Look for what could spoil a model or mislead a reader.

    Parameters
    ----------
    table : Table
        The customers.
    target : str, optional
        Column to predict; by default the one that the schema proposes, if any.

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
    target = proposed if target is None else table.schema[target].name
    found = [finding for check in CHECKS for finding in check(table, target)]
    return tuple(sorted(found, key=lambda finding: (RANKS[finding.severity], -finding.rows)))
