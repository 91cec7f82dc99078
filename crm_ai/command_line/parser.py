"""Commands, their options and their exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from crm_ai.command_line.options import add_file, make_command, names, positive, share
from crm_ai.errors import CrmAiError

OK, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

TRAIN_EXAMPLES = """\
examples:
  python -m crm_ai train sample_data/telephone_customers.csv
  python -m crm_ai train customers.csv --target Churn --positive Yes --segments gender,age
  python -m crm_ai train customers.xlsx --target value --above 500 --json > result.json
  python -m crm_ai train customers.csv --target Churn --save churn.crm
"""
SCORE_EXAMPLES = """\
examples:
  python -m crm_ai score churn.crm new_customers.csv -o scored.csv
  python -m crm_ai score churn.crm new_customers.xlsx -o scored.parquet --threshold 0.3
  python -m crm_ai score churn.crm new_customers.csv -o scored.csv --reasons 3 --priority
  python -m crm_ai score churn.crm new_customers.parquet --to-table scores --to-database crm
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
        Exit code: 0 done, 1 failed with a message, 2 wrong usage, 130 interrupted.
    """
    parser = make_parser()
    options = parser.parse_args(list(words))
    if hasattr(options, "sql") and bool(options.file) == bool(options.sql):
        parser.error("name either a FILE or, with --sql, what shall be read from a database")
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
        sys.stdout.flush()
    except CrmAiError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def make_parser() -> argparse.ArgumentParser:
    """Describe all commands.

    Returns
    -------
    argparse.ArgumentParser
        The parser; parsed options carry the function to call as ``command``.
    """
    from crm_ai import __version__
    from crm_ai.command_line.clean import add_clean
    from crm_ai.command_line.join import add_join
    from crm_ai.command_line.keys import add_keys
    from crm_ai.command_line.mask import add_mask
    from crm_ai.command_line.serve import add_serve

    parser = argparse.ArgumentParser(
        prog="python -m crm_ai",
        description="A table of customers goes in; models with honest numbers, reasons and fairness come out.",
    )
    parser.add_argument("--version", action="version", version=f"crm_ai {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_train(commands)
    _add_score(commands)
    _add_explain(commands)
    _add_inspect(commands)
    add_clean(commands)
    add_join(commands)
    add_mask(commands)
    add_serve(commands)
    add_keys(commands)
    return parser


def _add_train(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.train import train_command

    parser = make_command(
        commands, "train", "train models and print how good, why and how fair they are", TRAIN_EXAMPLES
    )
    add_file(parser)
    parser.add_argument("--target", help="column to predict (default: the one that looks like it)")
    parser.add_argument("--positive", help="answer that a yes/no question is about")
    parser.add_argument("--above", type=float, help="ask a numeric target as a yes/no question: more than this?")
    parser.add_argument("--task", choices=("regression", "binary", "multiclass"), help="kind of question")
    parser.add_argument("--features", type=names, metavar="A,B,…", help="columns that predict (default: all that may)")
    parser.add_argument("--segments", type=names, metavar="A,B,…", help="columns whose groups are compared")
    _add_models(parser)
    parser.add_argument("--threshold", type=share, default=0.5, help="score from which a customer is selected")
    parser.add_argument("--holdout", type=share, default=0.2, help="share of customers set aside to judge on")
    parser.add_argument("--seed", type=int, default=42, help="decides the holdout and the folds (default: 42)")
    parser.add_argument("--recipe", metavar="YAML", help="repairs to make (default: those that can hardly be wrong)")
    parser.add_argument("--no-repairs", action="store_true", help="make no repair at all")
    parser.add_argument("--save", metavar="MODEL", help="write a model to this file")
    parser.add_argument("--save-model", metavar="TYPE", help="which one (default: best in cross-validation)")
    parser.add_argument(
        "--no-references",
        action="store_true",
        help="take no training customers into the file; explaining it may then need --compared-with",
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=train_command)


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=names, metavar="A,B,…", help="model types (default: the basic ones)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="MODEL.SETTING=VALUE", help="a model's setting; may be repeated"
    )
    parser.add_argument("--search", type=int, default=0, metavar="N", help="settings tried for each model (default: 0)")
    parser.add_argument(
        "--split", metavar="HOW", help="random, group:COLUMN or time:COLUMN (default: what the data suggest)"
    )
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help="rounds of cross-validation (default: 1)")
    parser.add_argument(
        "--recalibrate",
        choices=("sigmoid", "isotonic"),
        default="",
        help="correct probabilities of a yes/no question by what came out for customers the model had not seen",
    )
    parser.add_argument("--balanced", action="store_true", help="let rare answers weigh as much as frequent ones")
    parser.add_argument("--never-lowers", type=names, default=[], metavar="A,B,…", help="more of these never lowers it")
    parser.add_argument("--never-raises", type=names, default=[], metavar="A,B,…", help="more of these never raises it")
    parser.add_argument(
        "--scale", choices=("plain", "log", "tweedie"), default="plain", help="how amounts are modelled"
    )
    parser.add_argument("--record", metavar="JSON", help="write down the run, so that it can be made again")


def _add_score(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.score import score_command

    parser = make_command(commands, "score", "score new customers with a saved model", SCORE_EXAMPLES)
    parser.add_argument("model", metavar="MODEL", help="file written by train --save or downloaded from the app")
    add_file(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="OUT", help="file to write: .csv, .parquet or .xlsx")
    where.add_argument("--to-table", metavar="TABLE", help="instead of a file: table of a database to write")
    parser.add_argument(
        "--to-database", metavar="NAME", help="which database of the environment's CRM_AI_DATABASE_NAME=address"
    )
    there = parser.add_mutually_exclusive_group()
    there.add_argument("--append", action="store_true", help="add to the table if it is there")
    there.add_argument("--replace", action="store_true", help="replace the table if it is there")
    parser.add_argument("--threshold", type=share, default=0.5, help="score from which the decision is yes")
    parser.add_argument(
        "--reasons", type=int, choices=range(4), default=0, metavar="N", help="reasons in words, 3 at most (default: 0)"
    )
    parser.add_argument("--priority", action="store_true", help="number customers by their score, the highest first")
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
        commands, "inspect", "tell what each column is and what is wrong with the data", INSPECT_EXAMPLES
    )
    add_file(parser)
    parser.add_argument("--target", help="column to predict, so that leaks are looked for")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=inspect_command)
