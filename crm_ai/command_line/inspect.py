"""``python -m crm_ai inspect``: what each column is, and what is wrong with the data."""

from __future__ import annotations

import argparse
import json
from typing import Any

from crm_ai.words import _, count


def read(options: argparse.Namespace) -> Any:
    """Read the file that the options name.

    Parameters
    ----------
    options : argparse.Namespace
        With file, sheet, encoding and separator.

    Returns
    -------
    Table
        The table.
    """
    from crm_ai.table import read_table

    return read_table(options.file, sheet=options.sheet, encoding=options.encoding, separator=options.separator)


def inspect_command(options: argparse.Namespace) -> None:
    """Print schema and findings.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.table import Role, inspect

    table = read(options)
    target = options.target or next(iter(table.schema.names_of(role=Role.TARGET)), None)
    findings = inspect(table, target=target)
    if options.json:
        print(json.dumps(_as_json(table, target, findings), ensure_ascii=False, indent=2))
        return
    print(_("{file}: {rows} customers, {columns} columns").format(
        file=table.source, rows=count(len(table)), columns=len(table.schema)
    ))  # fmt: skip
    for note in table.reading.notes:
        print(f"  {note}")
    print()
    width = max(len(column.name) for column in table.schema)
    for column in table.schema:
        print(f"  {column.name:<{width}}  {column.kind.value:<10}  {column.role.value:<8}  {column.evidence}")
    print()
    print_findings(findings)


def print_findings(findings: Any) -> None:
    """Print findings, the gravest first.

    Parameters
    ----------
    findings : sequence of Finding
        As returned by ``inspect``.
    """
    if not findings:
        print(_("Nothing wrong was found."))
    for finding in findings:
        print(f"  [{finding.severity.value}] {finding.column}: {finding.evidence} {finding.proposal}")


def findings_as_json(findings: Any) -> list[dict[str, Any]]:
    """Write findings as plain dictionaries.

    Parameters
    ----------
    findings : sequence of Finding
        As returned by ``inspect``.

    Returns
    -------
    list of dict
        One entry a finding.
    """
    return [
        {
            "column": f.column,
            "check": f.check,
            "severity": f.severity.value,
            "rows": f.rows,
            "evidence": f.evidence,
            "proposal": f.proposal,
        }
        for f in findings
    ]


def _as_json(table: Any, target: str | None, findings: Any) -> dict[str, Any]:
    return {
        "file": table.source,
        "rows": len(table),
        "digest": table.digest,
        "notes": list(table.reading.notes),
        "columns": [
            {"name": c.name, "kind": c.kind.value, "role": c.role.value, "evidence": c.evidence} for c in table.schema
        ],
        "target": target,
        "findings": findings_as_json(findings),
    }
