"""Commands, their options and their exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from crm_ai.command_line.options import (
    add_file,
    add_language,
    add_models,
    add_question,
    make_command,
    names,
    positive,
    renaming,
    share,
    wanted_language,
)
from crm_ai.errors import CrmAiError
from crm_ai.words import _, use_language

OK, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

TRAIN_EXAMPLES = """\
examples:
  python -m crm_ai train sample_data/telephone_customers.csv
  python -m crm_ai train customers.csv --target Churn --positive Yes --segments gender,age
  python -m crm_ai train customers.xlsx --target value --above 500 --json > result.json
  python -m crm_ai train customers.csv --target Churn --save churn.crm
  python -m crm_ai train customers.csv --target Churn --register churn --why "data of March"
  python -m crm_ai train customers.csv --target Churn --save churn.crm --report churn.pptx
"""
SCORE_EXAMPLES = """\
examples:
  python -m crm_ai score churn.crm new_customers.csv -o scored.csv
  python -m crm_ai score churn.crm new_customers.xlsx -o scored.parquet --threshold 0.3
  python -m crm_ai score churn.crm new_customers.csv -o scored.csv --reasons 3 --priority
  python -m crm_ai score churn.crm new_customers.parquet --to-table scores --to-database crm
  CRM_AI_DASK=tcp://10.0.0.5:8786 python -m crm_ai score churn.crm parquet_folder -o scored
  python -m crm_ai score churn.crm new_customers.csv --check
  python -m crm_ai score --champion churn new_customers.csv -o scored.csv --rename "contract type=Contract"
"""
EXPLAIN_EXAMPLES = """\
examples:
  python -m crm_ai explain churn.crm customers.csv -o reasons.csv
  python -m crm_ai explain churn.crm customers.csv -o report.html
  python -m crm_ai explain churn.crm customers.csv -o reasons.parquet --long --scale probability
  python -m crm_ai explain churn.crm customers.csv -o two.csv --ids "7590-VHVEG,#12"
  python -m crm_ai explain churn.crm customers.csv -o reasons.xlsx --rows 500 --compared-with loyal.csv --json
"""
INSPECT_EXAMPLES = """\
examples:
  python -m crm_ai inspect customers.csv
  python -m crm_ai inspect customers.csv --target Churn --json
"""


def run_command(words: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    words : sequence of str
        What was typed after ``python -m crm_ai``.

    Returns
    -------
    int
        Exit code: 0 done, 1 failed with a message, 2 wrong usage, 3 done and an alarm was asked for, 130 interrupted.
    """
    use_language(wanted_language(words, os.environ))
    parser = make_parser()
    options = parser.parse_args(list(words))
    if hasattr(options, "arrange"):
        options.arrange(options, parser)
    one_file = bool(getattr(options, "file", None)) != bool(getattr(options, "sql", None))
    if hasattr(options, "sql") and not one_file and not (getattr(options, "outcomes", None) and not options.file):
        parser.error(_("name either a FILE or, with --sql, what shall be read from a database"))
    command: Callable[[argparse.Namespace], int | None] = options.command
    code = None
    try:
        code = command(options)
        sys.stdout.flush()
    except CrmAiError as error:
        print(_("error: {error}").format(error=error), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(_("interrupted"), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK if code is None else code


def make_parser() -> argparse.ArgumentParser:
    """Describe all commands.

    Returns
    -------
    argparse.ArgumentParser
        The parser; parsed options carry the function to call as ``command``.
    """
    from crm_ai import __version__
    from crm_ai.command_line.audit import add_audit
    from crm_ai.command_line.clean import add_clean
    from crm_ai.command_line.drift import add_drift
    from crm_ai.command_line.join import add_join
    from crm_ai.command_line.keys import add_keys
    from crm_ai.command_line.mask import add_mask
    from crm_ai.command_line.register import add_register
    from crm_ai.command_line.registry_log import add_log_commands
    from crm_ai.command_line.report import add_report
    from crm_ai.command_line.segment import add_segment
    from crm_ai.command_line.serve import add_serve
    from crm_ai.command_line.versions import add_registry_commands

    parser = argparse.ArgumentParser(
        prog="python -m crm_ai",
        description=_("A table of customers goes in; models with honest numbers, reasons and fairness come out."),
    )
    parser.add_argument("--version", action="version", version=f"crm_ai {__version__}")
    add_language(parser)
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_train(commands)
    _add_score(commands)
    _add_explain(commands)
    add_report(commands)
    add_audit(commands)
    add_drift(commands)
    _add_inspect(commands)
    add_clean(commands)
    add_join(commands)
    add_mask(commands)
    add_segment(commands)
    add_register(commands)
    add_registry_commands(commands)
    add_log_commands(commands)
    add_serve(commands)
    add_keys(commands)
    return parser


def _add_train(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.costs import add_costs
    from crm_ai.command_line.train import train_command

    parser = make_command(
        commands, "train", _("train models and print how good, why and how fair they are"), TRAIN_EXAMPLES
    )
    add_question(parser)
    add_models(parser)
    parser.add_argument("--record", metavar="JSON", help=_("write down the run, so that it can be made again"))
    parser.add_argument("--threshold", type=share, default=0.5, help=_("score from which a customer is selected"))
    parser.add_argument("--save", metavar="MODEL", help=_("write a model to this file"))
    parser.add_argument("--save-model", metavar="TYPE", help=_("which one (default: best in cross-validation)"))
    parser.add_argument(
        "--no-references",
        action="store_true",
        help=_("take no training customers into the file; explaining it may then need --compared-with"),
    )
    parser.add_argument("--register", metavar="NAME", help=_("register it as a candidate under this name"))
    parser.add_argument("--why", default="", metavar="WORDS", help=_("with --register: why, for the log"))
    parser.add_argument("--by", metavar="WHO", help=_("with --register: who does this (default: local user)"))
    parser.add_argument("--report", metavar="OUT", help=_("write a report of that model: .html, .pdf, .pptx or .md"))
    add_costs(parser)
    parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
    parser.set_defaults(command=train_command)


def _add_score(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.score import score_command
    from crm_ai.command_line.scorer import add_scorer

    parser = make_command(commands, "score", _("score new customers with a saved model"), SCORE_EXAMPLES)
    add_scorer(parser)
    add_file(parser)
    parser.add_argument(
        "--rename",
        action="append",
        type=renaming,
        default=[],
        metavar="FILE=MODEL",
        help=_("a column of the file, and what the model calls it; may be said several times"),
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="OUT", help=_("file to write: .csv, .parquet or .xlsx"))
    where.add_argument("--to-table", metavar="TABLE", help=_("instead of a file: table of a database to write"))
    where.add_argument(
        "--check",
        action="store_true",
        help=_("score nothing, tell how the customers fit the model; exit with 3 if they cannot be scored"),
    )
    parser.add_argument(
        "--to-database", metavar="NAME", help=_("which database of the environment's CRM_AI_DATABASE_NAME=address")
    )
    there = parser.add_mutually_exclusive_group()
    there.add_argument("--append", action="store_true", help=_("add to the table if it is there"))
    there.add_argument("--replace", action="store_true", help=_("replace the table if it is there"))
    parser.add_argument(
        "--threshold",
        type=share,
        help=_("score from which the decision is yes (default: 0.5; of a champion: as it was approved)"),
    )
    parser.add_argument(
        "--reasons",
        type=int,
        choices=range(4),
        default=0,
        metavar="N",
        help=_("reasons in words, 3 at most (default: 0)"),
    )
    parser.add_argument("--priority", action="store_true", help=_("number customers by their score, the highest first"))
    parser.set_defaults(command=score_command)


def _add_explain(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.explain import explain_command

    parser = make_command(commands, "explain", "say of customers why a saved model says what it says", EXPLAIN_EXAMPLES)
    parser.add_argument("model", metavar="MODEL", help="file written by train --save or downloaded from the app")
    add_file(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="file to write: a table (.csv, .parquet or .xlsx), or a report to read (.html)",
    )
    parser.add_argument("--long", action="store_true", help="one row a customer and column, with values and errors")
    parser.add_argument(
        "--scale",
        choices=("log-odds", "log", "probability", "value"),
        help="what reasons are measured in (default: the scale the model adds up on, where they are exact)",
    )
    parser.add_argument("--answer", metavar="LABEL", help="answer to explain (default: the one in question)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--rows", type=positive, metavar="N", help="explain N customers, drawn by chance (default: all)")
    who.add_argument("--ids", type=names, metavar="A,B,…", help="explain these: identifiers, or rows such as #12")
    parser.add_argument(
        "--compared-with", metavar="FILE", help="customers to compare with (default: the model's training customers)"
    )
    parser.add_argument("--json", action="store_true", help="print what was done, and what matters most, as JSON")
    parser.set_defaults(command=explain_command)


def _add_inspect(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.inspect import inspect_command

    parser = make_command(
        commands, "inspect", _("tell what each column is and what is wrong with the data"), INSPECT_EXAMPLES
    )
    add_file(parser)
    parser.add_argument("--target", help=_("column to predict, so that leaks are looked for"))
    parser.add_argument("--json", action="store_true", help=_("print everything as JSON"))
    parser.set_defaults(command=inspect_command)
