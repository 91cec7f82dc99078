"""``python -m crm_ai segment``: customers in groups: found, by rules, by what they bought or will be worth."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.options import add_file, make_command, names, positive, share
from crm_ai.command_line.segment_customers import by_clusters, by_rules
from crm_ai.command_line.told import Told
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.segmentation import LifetimeValues, Migration, Rfm, TransactionColumns, Transactions
    from crm_ai.table import Table

EXAMPLES = """\
examples:
  python -m crm_ai segment purchases.csv
  python -m crm_ai segment purchases.csv --as-of 2025-12-31 --and-as-of 2026-03-31 -o segments.csv
  python -m crm_ai segment purchases.xlsx --customer buyer --date paid_on --amount total --json
  python -m crm_ai segment purchases.csv --by value --horizon 365 --discount 0.1 -o values.parquet
  python -m crm_ai segment purchases.csv --by value --as-of 2025-12-31 --and-as-of 2026-06-30
  python -m crm_ai segment customers.csv --by clusters -o groups.csv
  python -m crm_ai segment customers.csv --by clusters --columns tenure,contract --k 4 --json
  python -m crm_ai segment customers.csv --by clusters --method density -o groups.parquet
  python -m crm_ai segment customers.csv --by rules --rules segments.json -o groups.csv
"""


def add_segment(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(commands, "segment", "put customers in groups", EXAMPLES)
    add_file(parser)
    parser.add_argument(
        "--by", choices=tuple(WAYS), default="rfm",
        help="rfm: recency, frequency, money; value: expected purchases and lifetime value; clusters: groups of "
        "customers who are alike; rules: conditions of your own (default: rfm)",
    )  # fmt: skip
    parser.add_argument("--rules", metavar="RULES", help="rules: JSON file, rules by name of the group")
    parser.add_argument("--columns", type=names, help="clusters: columns that count (default: all features)")
    parser.add_argument("--k", type=positive, metavar="N", help="clusters: how many (default: as the figures say)")
    parser.add_argument(
        "--method", choices=("k-means", "density"), default="k-means",
        help="clusters: round groups, or dense crowds with nobody in between (default: k-means)",
    )  # fmt: skip
    parser.add_argument("--customer", help="column that tells whose a row is (default: found out)")
    parser.add_argument("--date", help="column that tells when it happened (default: found out)")
    parser.add_argument("--amount", help="column that tells for how much (default: found out)")
    parser.add_argument("--quantity", help="column of the number of pieces, where --amount is the price of one")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DAY", help="last day that counts (default: the latest)"
    )
    parser.add_argument(
        "--and-as-of", type=date.fromisoformat, metavar="DAY",
        help="a second, later day: rfm tells who moved, value compares what was expected with what happened",
    )  # fmt: skip
    parser.add_argument("--horizon", type=int, default=365, metavar="DAYS", help="value: days to come (default: 365)")
    parser.add_argument("--discount", type=share, metavar="RATE", help="value: yearly discount, such as 0.1")
    parser.add_argument("--margin", type=share, metavar="SHARE", help="value: share of revenue that is left")
    parser.add_argument("-o", "--output", metavar="OUT", help="file to write: .csv, .parquet or .xlsx")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=segment_command)


def segment_command(options: argparse.Namespace) -> None:
    """Group the customers of a file, and tell or write the groups.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If the file cannot be read as one that can be grouped.
    """
    from crm_ai.command_line.inspect import read
    from crm_ai.deployment import check_format, write_table

    output = check_format(options.output) if options.output else None
    table = read(options)
    told = WAYS[options.by](table, options)
    if output is not None:
        write_table(told.frame, output)
    if options.json:
        facts = {"file": table.source, "by": options.by, **told.facts, "output": str(output) if output else None}
        print(json.dumps(_plain(facts), ensure_ascii=False, indent=2))
        return
    for line in told.lines:
        print(line)
    print()
    if output is not None:
        print(_("{n} customers written to {file}").format(n=count(len(told.frame)), file=output))
    else:
        print(_("Nothing was written; say where with -o OUT."))


def by_rfm(table: Table, options: argparse.Namespace) -> Told:
    """Group by recency, frequency and money.

    Parameters
    ----------
    table : Table
        Purchases.
    options : argparse.Namespace
        As parsed.

    Returns
    -------
    Told
        Segments, and who moved if there is a second day.
    """
    from crm_ai.segmentation import rfm, rfm_migration

    transactions = _transactions(table, options)
    days = _days(options, transactions)
    found = rfm(transactions, as_of=days[-1])
    moved = rfm_migration(transactions, *days) if len(days) == 2 else None
    lines = [*_columns_in_words(transactions.columns), "", found.verdict, "", *_segments_in_words(found)]
    lines += ["", *found.notes] if found.notes else []
    lines += ["", moved.verdict] if moved is not None else []
    facts = {
        **_columns_as_facts(transactions.columns),
        "as_of": found.as_of.isoformat(),
        "verdict": found.verdict,
        "segments": found.table.to_frame().to_dict("records"),
        "notes": list(found.notes),
        "migration": _moves_as_facts(moved) if moved is not None else None,
    }
    return Told(found.to_frame(), tuple(lines), facts)


def by_value(table: Table, options: argparse.Namespace) -> Told:
    """Expect purchases and lifetime value of each customer.

    Parameters
    ----------
    table : Table
        Purchases.
    options : argparse.Namespace
        As parsed.

    Returns
    -------
    Told
        Values, and how well they would have been expected if there is a second day.
    """
    from crm_ai.segmentation import check_on_holdout, lifetime_values, summarise

    transactions = _transactions(table, options)
    days = _days(options, transactions)
    found = lifetime_values(
        summarise(transactions, as_of=days[0]),
        horizon=options.horizon,
        discount=options.discount or 0.0,
        margin=options.margin or 1.0,
    )
    check = check_on_holdout(transactions, until=days[0], through=days[1]) if len(days) == 2 else None
    lines = [*_columns_in_words(transactions.columns), "", found.verdict, *found.notes, found.independence.evidence, ""]
    lines += _parameters_in_words(found)
    if check is not None:
        lines += ["", check.verdict, "", *_holdout_in_words(check.table)]
    facts = {
        **_columns_as_facts(transactions.columns),
        "as_of": found.as_of.isoformat(),
        "horizon": found.horizon,
        "verdict": found.verdict,
        "total_purchases": found.total_purchases.as_dict(),
        "total_value": found.total_value.as_dict(),
        "parameters": found.parameters().to_dict("records"),
        "independence": found.independence.correlation.as_dict() | {"evidence": found.independence.evidence},
        "notes": list(found.notes),
        "holdout": None if check is None else {"verdict": check.verdict, "groups": check.table.to_dict("records")},
    }
    return Told(found.to_frame(), tuple(lines), facts)


# A way of grouping is a function from a table and the options to what it has to say.
WAYS: Mapping[str, Callable[[Any, argparse.Namespace], Told]] = {
    "rfm": by_rfm,
    "value": by_value,
    "clusters": by_clusters,
    "rules": by_rules,
}


def _transactions(table: Table, options: argparse.Namespace) -> Transactions:
    from crm_ai.segmentation import propose_columns, read_transactions

    columns = propose_columns(
        table, customer=options.customer, date=options.date, amount=options.amount, quantity=options.quantity,
        per_piece=True if options.quantity else None,
    )  # fmt: skip
    return read_transactions(table, columns)


def _days(options: argparse.Namespace, transactions: Transactions) -> tuple[date, ...]:
    if options.and_as_of is None:
        return (options.as_of or transactions.last_day,)
    if options.as_of is None:
        raise CrmAiError(
            _("A second day was given, but no first one."), next_step=_("Give the earlier day with --as-of.")
        )
    return options.as_of, options.and_as_of


def _columns_in_words(columns: TransactionColumns) -> list[str]:
    reasons = columns.reasons or {}
    told = {_("Customer"): "customer", _("Date"): "date", _("Amount"): "amount", _("Quantity"): "quantity"}
    named = {word: (getattr(columns, what), reasons.get(what, "")) for word, what in told.items()}
    return [f"{word}: {name}. {reason}" for word, (name, reason) in named.items() if name]


def _columns_as_facts(columns: TransactionColumns) -> dict[str, Any]:
    names = {what: getattr(columns, what) or None for what in ("customer", "date", "amount", "quantity")}
    return {"columns": names | {"per_piece": columns.per_piece}, "reasons": dict(columns.reasons or {})}


def _segments_in_words(found: Rfm) -> list[str]:
    from crm_ai.segmentation.rfm_names import meaning, title

    width = max(len(title(segment.name)) for segment in found.table)
    told = _("{name}  {n} customers ({share}), {revenue} of the revenue{range}, {mean} each. {meaning}")
    return [
        told.format(
            name=title(segment.name).ljust(width),
            n=count(segment.customers).rjust(9),
            share=percent(segment.share.value),
            revenue=percent(segment.revenue_share.value),
            range=_range(segment.revenue_share.low, segment.revenue_share.high),
            mean=number(segment.mean.value),
            meaning=meaning(segment.name),
        )
        for segment in found.table
    ]


def _range(low: float, high: float) -> str:
    return f" ({percent(low)}–{percent(high)})" if math.isfinite(low) else ""


def _moves_as_facts(moved: Migration) -> dict[str, Any]:
    return {
        "verdict": moved.verdict,
        "moves": moved.to_frame().to_dict("records"),
        "flows": moved.flows().to_dict("records"),
    }


def _parameters_in_words(found: LifetimeValues) -> list[str]:
    return [
        f"{row['model']} {row['parameter']} = {number(row['value'])} ({number(row['low'])}–{number(row['high'])})"
        for row in found.parameters().to_dict("records")
    ]


def _holdout_in_words(groups: pd.DataFrame) -> list[str]:
    told = _("repeat purchases before {k}: {n} customers, expected {e} each, were {a} ({low}–{high})")
    return [
        told.format(
            k=row["frequency"], n=count(row["customers"]), e=number(row["expected"]), a=number(row["actual"]),
            low=number(row["actual_low"]), high=number(row["actual_high"]),
        )
        for row in groups.to_dict("records")
    ]  # fmt: skip


def _plain(facts: Any) -> Any:
    """Facts as JSON knows them: no numpy, and nothing for what is undefined."""
    if isinstance(facts, Mapping):
        return {str(key): _plain(value) for key, value in facts.items()}
    if isinstance(facts, (list, tuple)):
        return [_plain(value) for value in facts]
    if hasattr(facts, "item"):
        facts = facts.item()
    return None if isinstance(facts, float) and not math.isfinite(facts) else facts
