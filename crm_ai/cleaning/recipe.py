"""A recipe: repairs with what they have learned, as a text that people read and next month's file follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from crm_ai.cleaning.accepting import check, columns_after, in_order, unrepeated
from crm_ai.cleaning.cleaning import Cleaning
from crm_ai.cleaning.comparison import MOST_ROWS, changes
from crm_ai.cleaning.filling import flag_name
from crm_ai.cleaning.steps import describe_repair, learns, repairs_rows
from crm_ai.errors import CrmAiError, ReadError
from crm_ai.table import Column, Kind, Repair, Role, Schema, Table
from crm_ai.words import _, count

FORMAT = "crm_ai recipe"
VERSION = 1
LARGEST_TEXT = 20_000_000
HEAD = """\
# Repairs of a table of customers, made in this order: python -m crm_ai clean FILE --recipe THIS -o OUT
# What was learned from customers stands under "learned" and is replayed as it is.
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Repairs that can be replayed on another file.

    Parameters
    ----------
    source : str
        File that they were agreed upon for.
    customers : int
        How many it held.
    schema : Schema
        What its columns were.
    cleaning : Cleaning
        Fitted.
    """

    source: str
    customers: int
    schema: Schema
    cleaning: Cleaning

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """All repairs, in order."""
        return tuple(self.cleaning.repairs)


def learn_recipe(table: Table, repairs: Sequence[Repair]) -> Recipe:
    """Learn repairs from a whole file, to replay them on others.

    A training learns its repairs anew, from training customers only.

    Parameters
    ----------
    table : Table
        As it was read.
    repairs : sequence of Repair
        What shall be repaired.

    Returns
    -------
    Recipe
        For ``clean`` and ``recipe_text``.

    Raises
    ------
    ProblemError
        If a repair cannot be made.
    """
    repairs = in_order(_not_from_the_answer(table, repair) for repair in repairs)
    check(table, repairs)
    return Recipe(table.source, len(table), table.schema, Cleaning(repairs).fit(_without_repeats(table.frame, repairs)))


def clean(table: Table, recipe: Recipe) -> Table:
    """Replay a recipe.

    Parameters
    ----------
    table : Table
        Any file that has the columns which the recipe repairs.
    recipe : Recipe
        From ``learn_recipe`` or ``read_recipe``.

    Returns
    -------
    Table
        The repaired customers; what each repair has changed is in ``reading.notes``.

    Raises
    ------
    ProblemError
        If a column that is repaired is not there.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> june = table_from_frame(pd.DataFrame({"calls": [1.0, None, 5.0]}))
    >>> july = table_from_frame(pd.DataFrame({"calls": [None, 9.0]}))
    >>> clean(july, learn_recipe(june, [Repair("fill_median", ("calls",))])).frame["calls"].tolist()
    [3, 9]
    """
    check(table, recipe.repairs)
    shared = [column for column in recipe.schema if column.name in table.schema]
    table = table.with_schema(Schema(tuple(_as_before(column, recipe.schema) for column in table.schema)))
    repaired = _without_repeats(table.frame, recipe.repairs)
    gone = len(table) - len(repaired)
    done = recipe.cleaning.transform(repaired).reset_index(drop=True)
    flags = [
        Column(
            flag_name(name), Kind.BOOLEAN, Role.FEATURE, _("Tells where “{column}” was missing.").format(column=name)
        )
        for step in recipe.cleaning.steps_
        for name in getattr(step, "flagged_", [])
    ]
    notes = [*_differences(table, recipe, len(shared)), *_told(table, recipe, gone)]
    changed = [*(name for repair in recipe.repairs for name in repair.columns), *(flag.name for flag in flags)]
    return table.with_frame(done, columns=[*columns_after(table, recipe.repairs), *flags], notes=notes, changed=changed)


def recipe_text(recipe: Recipe) -> str:
    """Write a recipe as YAML that people can read.

    Parameters
    ----------
    recipe : Recipe
        Any recipe.

    Returns
    -------
    str
        For ``read_recipe``.
    """
    import yaml

    steps = iter(recipe.cleaning.learned)
    repairs = [
        {
            "step": repair.step,
            "does": describe_repair(repair),
            **({"columns": list(repair.columns)} if repair.columns else {}),
            **({"settings": dict(repair.settings)} if repair.settings else {}),
            **({"learned": learned} if (learned := {} if repairs_rows(repair) else next(steps)) else {}),
        }
        for repair in recipe.repairs
    ]
    content = {
        "format": FORMAT,
        "version": VERSION,
        "made_from": {"file": recipe.source, "customers": recipe.customers},
        "columns": {column.name: {"kind": column.kind.value, "role": column.role.value} for column in recipe.schema},
        "repairs": repairs,
    }
    return HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)


def read_recipe(text: str, *, source: str = "recipe") -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    text : str
        From ``recipe_text``.
    source : str, default "recipe"
        Name of the file, for messages.

    Returns
    -------
    Recipe
        The same recipe.

    Raises
    ------
    ReadError
        If it is no recipe, or damaged.
    """
    import yaml

    if len(text) > LARGEST_TEXT:
        raise _damaged(source)
    try:
        content = yaml.safe_load(text)
        if content["format"] != FORMAT or int(content["version"]) > VERSION:
            raise _damaged(source)
        repairs = tuple(_repair(entry) for entry in content["repairs"] or [])
        learned = [dict(entry.get("learned") or {}) for entry in content["repairs"] or [] if not _takes_rows(entry)]
        columns = tuple(
            Column(str(name), Kind(said["kind"]), Role(said["role"]))
            for name, said in (content["columns"] or {}).items()
        )
        about = content["made_from"]
        return Recipe(str(about["file"]), int(about["customers"]), Schema(columns), Cleaning(repairs).remember(learned))
    except CrmAiError as error:
        raise ReadError(error.what, where=source, next_step=error.next_step) from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _damaged(source) from error


def _repair(entry: dict[str, Any]) -> Repair:
    settings = dict(entry.get("settings") or {})
    return Repair(str(entry["step"]), tuple(str(name) for name in entry.get("columns") or ()), settings)


def _takes_rows(entry: dict[str, Any]) -> bool:
    return repairs_rows(Repair(str(entry["step"])))


def _damaged(source: str) -> ReadError:
    return ReadError(
        _("This is not a recipe, or it is damaged."),
        where=source,
        next_step=_("Choose a file that was downloaded from the Data page or written with clean --save-recipe."),
    )


def _not_from_the_answer(table: Table, repair: Repair) -> Repair:
    """Keep the answer, identifiers and what was set aside out of what missing cells are filled from."""
    if repair.step not in ("fill_neighbours", "fill_chained") or "using" in repair.settings:
        return repair
    used = [c.name for c in table.schema if c.kind is Kind.NUMBER and c.role in (Role.FEATURE, Role.SEGMENT)]
    return replace(repair, settings={**repair.settings, "using": used})


def _without_repeats(frame: pd.DataFrame, repairs: Sequence[Repair]) -> pd.DataFrame:
    """Leave out rows that repeat once they are spelled alike."""
    if not any(map(repairs_rows, repairs)):
        return frame
    alike = Cleaning([repair for repair in repairs if not learns(repair)]).fit_transform(frame)
    return frame.loc[unrepeated(alike).index]


def _as_before(column: Column, schema: Schema) -> Column:
    if column.name not in schema:
        return column
    known = schema[column.name]
    return replace(column, kind=known.kind, role=known.role)


def _differences(table: Table, recipe: Recipe, shared: int) -> list[str]:
    notes = []
    new = [name for name in table.schema.names if name not in recipe.schema]
    absent = [name for name in recipe.schema.names if name not in table.schema]
    if new:
        notes.append(_("Columns that the recipe does not know were kept: {names}.").format(names=_(", ").join(new[:8])))
    if absent:
        notes.append(_("Columns that the recipe knows are not there: {names}.").format(names=_(", ").join(absent[:8])))
    return notes


def _told(table: Table, recipe: Recipe, gone: int) -> list[str]:
    told = []
    for change in changes(table, recipe.repairs):
        names = _(", ").join(change.repair.columns)
        if repairs_rows(change.repair):
            told.append(_("{n} rows repeated an earlier one and were left out.").format(n=count(gone)))
        else:
            sample = _(" among {n} rows looked at").format(n=count(MOST_ROWS)) if len(table) > MOST_ROWS else ""
            sentence = _("{columns}: {what}; {n} cells changed{sample}.")
            told.append(
                sentence.format(
                    columns=names, what=describe_repair(change.repair), n=count(change.cells), sample=sample
                )
            )
    return told
