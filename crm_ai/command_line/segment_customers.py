"""Ways of ``python -m crm_ai segment`` that group the rows of a table of customers: found groups, and rules."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_ai.command_line.told import Told
from crm_ai.errors import CrmAiError, ReadError
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.segmentation import Clustering, Segmentation
    from crm_ai.table import Table

LARGEST_FILE = 1_000_000


def by_clusters(table: Table, options: argparse.Namespace) -> Told:
    """Find groups of customers who are alike.

    Parameters
    ----------
    table : Table
        Customers.
    options : argparse.Namespace
        As parsed.

    Returns
    -------
    Told
        The customers with a column that names their group; whether there are natural groups, and which ones.

    Raises
    ------
    CrmAiError
        If no groups can be found in these columns.
    """
    from crm_ai.segmentation import find_clusters, name_groups, profiles

    found = find_clusters(table, options.columns or None, k=options.k, method=options.method)
    lines = [found.verdict, "", *_cuts_in_words(found)]
    facts = {
        "verdict": found.verdict,
        "natural": found.is_natural,
        "method": found.method,
        "columns": list(found.columns),
        "left_out": list(found.left_out),
        "cuts": found.to_frame().to_dict("records"),
    }
    if found.codes.max(initial=-1) < 0:
        return Told(table.frame, tuple(lines), facts | {"groups": []})
    plain = found.segmentation()
    made = name_groups(table, plain, known=profiles(table, plain, columns=found.columns))
    return Told(_with_groups(table, made), (*lines, "", *_groups_in_words(made)), facts | _groups_as_facts(made))


def by_rules(table: Table, options: argparse.Namespace) -> Told:
    """Group customers by rules of one's own.

    Parameters
    ----------
    table : Table
        Customers.
    options : argparse.Namespace
        As parsed.

    Returns
    -------
    Told
        The customers with a column that names their group; the rules in words, and the groups in their order.

    Raises
    ------
    CrmAiError
        If there is no file of rules, or they do not fit the table.
    """
    from crm_ai.segmentation import rule_in_words, rules_from_json, segment_by_rules, strange_labels

    rules = rules_from_json(_read(options.rules))
    made = segment_by_rules(table, rules, otherwise=_("everybody else"))
    strange = [told for rule in rules.values() for told in strange_labels(table, rule)]
    lines = [f"{name}: {rule_in_words(rule)}" for name, rule in rules.items()]
    facts = {"rules": {name: rule_in_words(rule) for name, rule in rules.items()}, "notes": strange}
    told = (*lines, *strange, "", *_groups_in_words(made))
    return Told(_with_groups(table, made), told, facts | _groups_as_facts(made))


def _read(path: str | None) -> Mapping[str, Any]:
    import json

    if not path:
        raise CrmAiError(
            _("There are no rules to group by."), next_step=_("Name their file: --by rules --rules RULES.json.")
        )
    try:
        if Path(path).stat().st_size > LARGEST_FILE:
            raise ValueError
        said = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        if not isinstance(said, Mapping):
            raise TypeError
    except OSError as error:
        raise ReadError(_("This file cannot be read."), where=path, next_step=_("Check its name.")) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ReadError(
            _("This file holds no rules."),
            where=path,
            next_step=_('Write rules like {"new": {"column": "months", "operator": "<", "values": [6]}}.'),
        ) from error
    return said


def _with_groups(table: Table, made: Segmentation) -> pd.DataFrame:
    from crm_ai.table.new_columns import with_columns

    return with_columns(table.frame, {made.column_in(table): made.labels().to_numpy()})


def _groups_in_words(made: Segmentation) -> list[str]:
    told = _("{group}: {n} customers, {share} ({low}–{high})")
    return [
        told.format(
            group=row["group"], n=count(row["customers"]), share=percent(row["share"]), low=percent(row["low"]),
            high=percent(row["high"]),
        )
        for row in made.to_frame().to_dict("records")
    ]  # fmt: skip


def _groups_as_facts(made: Segmentation) -> dict[str, Any]:
    return {"groups": made.to_frame().to_dict("records")}


def _cuts_in_words(found: Clustering) -> list[str]:
    told = _(
        "{k} groups: silhouette {silhouette} ({low}–{high}), by chance {expected}; "
        "stability {stability} ({s_low}–{s_high})"
    )
    return [
        told.format(
            k=row["k"], silhouette=number(row["silhouette"], 2), low=number(row["silhouette_low"], 2),
            high=number(row["silhouette_high"], 2), expected=number(row["expected"], 2),
            stability=number(row["stability"], 2), s_low=number(row["stability_low"], 2),
            s_high=number(row["stability_high"], 2),
        )
        + (_("  ← taken") if row["chosen"] else "")
        for row in found.to_frame().to_dict("records")
    ]  # fmt: skip
