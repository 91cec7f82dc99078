"""``python -m crm_ai clean``: repair a file, and keep the recipe for the next one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crm_ai.command_line.inspect import read
from crm_ai.command_line.options import add_file, make_command
from crm_ai.errors import ReadError
from crm_ai.words import _, count

if TYPE_CHECKING:
    from crm_ai.cleaning import Recipe
    from crm_ai.table import Repair, Table

EXAMPLES = """\
examples:
  python -m crm_ai clean june.csv -o june_clean.csv --save-recipe recipe.yaml
  python -m crm_ai clean july.csv --recipe recipe.yaml -o july_clean.parquet
  python -m crm_ai clean june.csv --repairs proposed
"""


def add_clean(commands: argparse._SubParsersAction) -> None:
    """Describe the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    """
    parser = make_command(commands, "clean", _("repair a file, and keep the recipe for the next one"), EXAMPLES)
    add_file(parser)
    parser.add_argument("--recipe", metavar="YAML", help=_("replay the repairs of this recipe, as they were learned"))
    parser.add_argument(
        "--repairs", choices=("certain", "proposed"), default="certain",
        help=_("without a recipe: only repairs that can hardly be wrong, or all that inspect proposes"),
    )  # fmt: skip
    parser.add_argument("--target", help=_("column to predict: never used to fill others"))
    parser.add_argument("--save-recipe", metavar="YAML", help=_("write what was done and learned to this file"))
    parser.add_argument("-o", "--output", metavar="OUT", help=_("file to write: .csv, .parquet or .xlsx"))
    parser.set_defaults(command=clean_command)


def clean_command(options: argparse.Namespace) -> None:
    """Repair a file.

    Parameters
    ----------
    options : argparse.Namespace
        As parsed.

    Raises
    ------
    CrmAiError
        If nothing is to be written, or a file does not fit.
    """
    from crm_ai.cleaning import clean, describe_repair, learn_recipe, recipe_text
    from crm_ai.deployment import check_format, write_table
    from crm_ai.files import write_atomically

    output = check_format(options.output) if options.output else None
    recipe = open_recipe(options.recipe) if options.recipe else None
    table = read(options)
    if recipe is None:
        recipe = learn_recipe(table, _repairs(table, options.target, options.repairs))
    done = clean(table, recipe)
    before = set(table.reading.notes)
    for note in [note for note in done.reading.notes if note not in before] or [_("Nothing was repaired.")]:
        print(note, file=sys.stderr)
    if options.save_recipe:
        text = recipe_text(recipe)
        write_atomically(options.save_recipe, lambda file: file.write(text.encode()))
        print(_("recipe of {n} repairs written to {file}").format(n=len(recipe.repairs), file=options.save_recipe))
    if output is not None:
        write_table(done.frame, output)
        print(_("{n} customers written to {file}").format(n=count(len(done)), file=output))
    elif not options.save_recipe:
        for repair in recipe.repairs:
            print(f"  {', '.join(repair.columns) or _('rows')}: {describe_repair(repair)}")
        print(_("Nothing was written; say where with -o OUT or --save-recipe YAML."))


def open_recipe(path: str) -> Recipe:
    """Read a recipe's file.

    Parameters
    ----------
    path : str
        Where it is.

    Returns
    -------
    Recipe
        The recipe.

    Raises
    ------
    ReadError
        If it cannot be opened or is none.
    """
    from crm_ai.cleaning import read_recipe

    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ReadError(
            _("The recipe cannot be opened: {reason}.").format(reason=error.strerror or error),
            where=path,
            next_step=_("Check its name."),
        ) from error
    return read_recipe(text, source=path)


def _repairs(table: Table, target: str | None, which: str) -> tuple[Repair, ...]:
    from crm_ai.cleaning import certain_repairs, in_order
    from crm_ai.table import Role, inspect

    if target is not None:
        for other in table.schema.names_of(role=Role.TARGET):
            table = table.with_schema(table.schema.corrected(other, role=Role.FEATURE))
    findings = inspect(table, target=target)
    if which == "certain":
        return certain_repairs(findings)
    # To leave a column out is a question of what is asked, not of what is wrong.
    return in_order(f.repair for f in findings if f.repair is not None and f.repair.step != "drop_columns")
