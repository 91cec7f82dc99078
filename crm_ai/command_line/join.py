"""``python -m crm_ai join``: put what a second file knows beside the customers."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.options import make_command
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, percent

if TYPE_CHECKING:
    from crm_ai.joining import Key, Match
    from crm_ai.table import Table

EXAMPLES = """\
examples:
  python -m crm_ai join customers.csv transactions.csv
  python -m crm_ai join customers.csv transactions.csv --cutoff 2026-03-31 -o joined.csv
  python -m crm_ai join customers.csv tickets.xlsx --left id --right customer --date opened -o joined.parquet
"""


def add_join(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(commands, "join", _("put what a second file knows beside the customers"), EXAMPLES)
    parser.add_argument("customers", metavar="CUSTOMERS", help=_("file with one customer a row"))
    parser.add_argument("other", metavar="OTHER", help=_("file with any number of rows a customer"))
    parser.add_argument("--left", help=_("column of the customers that tells who they are (default: found out)"))
    parser.add_argument(
        "--right", help=_("column of the other file that tells whose rows they are (default: found out)")
    )
    parser.add_argument("--date", help=_("column of the other file that tells when rows happened (default: the first)"))
    parser.add_argument(
        "--cutoff", type=date.fromisoformat, metavar="DAY",
        help=_("last day that counts, such as 2026-03-31; what happened later must not predict what happened before"),
    )  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", help=_("file to write: .csv, .parquet or .xlsx"))
    parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
    parser.set_defaults(command=join_command)


def join_command(options: argparse.Namespace) -> None:
    """Join two files, or only tell how well they fit.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If no columns hold the same values.
    """
    from crm_ai.deployment import check_format, write_table
    from crm_ai.joining import join, match
    from crm_ai.table import read_table

    output = check_format(options.output) if options.output else None
    customers, other = read_table(options.customers), read_table(options.other)
    key = _key(customers, other, options)
    found = match(customers, other, key)
    told: dict[str, Any] = _as_json(key, found)
    if output is not None:
        joined = join(customers, other, key=key, cutoff=options.cutoff, date_column=options.date)
        write_table(joined.table.frame, output)
        told |= {"columns": list(joined.table.schema.names), "notes": list(joined.notes), "output": str(output)}
    if options.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    print(f"{key.left} = {key.right}: {key.evidence}")
    print(_("{n} customers found, {m} not; {k} rows belong to nobody; at most {most} rows a customer").format(
        n=count(found.customers_with), m=count(found.customers_without), k=count(found.rows_without_customer),
        most=count(found.most_rows),
    ))  # fmt: skip
    for note in told.get("notes", []):
        print(f"  {note}")
    if output is not None:
        print(_("{n} customers with {k} columns written to {file}").format(
            n=count(len(customers)), k=len(told["columns"]), file=output
        ))  # fmt: skip
    else:
        print(_("Nothing was written; say where with -o OUT."))


def _key(customers: Table, other: Table, options: argparse.Namespace) -> Key:
    from crm_ai.joining import propose_keys

    keys = [
        key
        for key in propose_keys(customers, other)
        if options.left in (None, key.left) and options.right in (None, key.right)
    ]
    if keys:
        return keys[0]
    if options.left and options.right:
        from crm_ai.joining import Key

        return Key(options.left, options.right, 0.0, 0.0, "exact", "")
    raise CrmAiError(
        _("No column of {other} holds the same values as a column of {customers}.").format(
            other=other.source, customers=customers.source
        ),
        next_step=_("Name the columns with --left and --right."),
    )


def _as_json(key: Key, found: Match) -> dict[str, Any]:
    return {
        "left": key.left,
        "right": key.right,
        "matched": percent(key.matched, 1),
        "customers_with": found.customers_with,
        "customers_without": found.customers_without,
        "rows_without_customer": found.rows_without_customer,
        "most_rows": found.most_rows,
        "repeated_customers": found.repeated_customers,
    }
