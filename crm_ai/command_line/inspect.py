"""``python -m crm_ai inspect``: what each column is, and what is wrong with the data."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, sentences

if TYPE_CHECKING:
    from crm_ai.table import Stream


def read(options: argparse.Namespace) -> Any:
    """Read the file that the options name.

    Parameters
    ----------
    options : argparse.Namespace
        With file, sheet, encoding, separator, header, decimal and day_first.

    Returns
    -------
    Table
        The table.
    """
    from crm_ai.table import read_table

    if options.sql:
        return _read_from_database(options)
    return read_table(
        options.file,
        sheet=options.sheet,
        encoding=options.encoding,
        separator=options.separator,
        header=options.header,
        decimal=options.decimal,
        day_first=options.day_first,
    )


def read_parts(options: argparse.Namespace) -> Stream:
    """Open the file that the options name: part by part where it permits it, else as a whole.

    Parameters
    ----------
    options : argparse.Namespace
        As for ``read``.

    Returns
    -------
    Stream
        The customers.
    """
    from crm_ai.table import FrameStream, open_stream

    if options.sql or options.sheet:
        return FrameStream(read(options))
    stream = open_stream(
        options.file,
        encoding=options.encoding,
        separator=options.separator,
        header=options.header,
        decimal=options.decimal,
        day_first=options.day_first,
    )
    return FrameStream(read(options)) if stream is None else stream


def _read_from_database(options: argparse.Namespace) -> Any:
    from crm_ai.table import read_sql

    return read_sql(database_named(options.database, os.environ), options.sql, limit=options.limit)


def database_named(name: str | None, environ: Mapping[str, str]) -> str:
    """Address of a database that the environment names.

    Parameters
    ----------
    name : str, optional
        Which one; may be left out if there is only one.
    environ : mapping of str to str
        Environment variables.

    Returns
    -------
    str
        Its address, which may hold a password.

    Raises
    ------
    CrmAiError
        If it is not clear which one is meant.
    """
    from crm_ai.table import connections

    named = connections(environ)
    wanted = name.lower() if name else next(iter(named), "")
    if (name is None and len(named) != 1) or wanted not in named:
        raise CrmAiError(
            _("It is not clear which database is meant."),
            next_step=_("Set CRM_AI_DATABASE_NAME to its address and give --database NAME. Known are: {names}.").format(
                names=_(", ").join(named) or _("none")
            ),
        )
    return named[wanted]


def inspect_command(options: argparse.Namespace) -> None:
    """Print schema and findings.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.
    """
    from crm_ai.personal_data import find_personal_data, words_for
    from crm_ai.table import Role, inspect

    table = read(options)
    target = options.target or next(iter(table.schema.names_of(role=Role.TARGET)), None)
    findings, personal = inspect(table, target=target), find_personal_data(table)
    if options.json:
        print(json.dumps(_as_json(table, target, findings, personal), ensure_ascii=False, indent=2))
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
    for found in personal:
        print("  " + _("[personal] {column}: {what}.").format(column=found.column, what=words_for(found.what)))


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
        said = sentences([finding.evidence, finding.proposal])
        print(f"  [{finding.severity.value}] {finding.column}: {said}")


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
            "repair": None if f.repair is None else repairs_as_json([f.repair])[0],
            "certain": f.certain,
        }
        for f in findings
    ]


def repairs_as_json(repairs: Any) -> list[dict[str, Any]]:
    """Write repairs as plain dictionaries.

    Parameters
    ----------
    repairs : iterable of Repair
        In order.

    Returns
    -------
    list of dict
        One entry a repair.
    """
    return [
        {"step": repair.step, "columns": list(repair.columns), "settings": dict(repair.settings)} for repair in repairs
    ]


def _personal_as_json(found: Any) -> list[dict[str, Any]]:
    return [
        {"column": f.column, "what": f.what.value, "rows": f.rows, "within_text": f.in_text, "evidence": f.evidence}
        for f in found
    ]


def _as_json(table: Any, target: str | None, findings: Any, personal: Any) -> dict[str, Any]:
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
        "personal_data": _personal_as_json(personal),
    }
