"""Commands, their options and their exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

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
    from crm_ai.command_line.mask import add_mask

    parser = argparse.ArgumentParser(
        prog="python -m crm_ai",
        description="A table of customers goes in; models with honest numbers, reasons and fairness come out.",
    )
    parser.add_argument("--version", action="version", version=f"crm_ai {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_train(commands)
    _add_score(commands)
    _add_inspect(commands)
    add_clean(commands)
    add_join(commands)
    add_mask(commands)
    return parser


def names(text: str) -> tuple[str, ...]:
    """Split names given as one word.

    Parameters
    ----------
    text : str
        Names separated by commas.

    Returns
    -------
    tuple of str
        The names.

    Examples
    --------
    >>> names("gender, age")
    ('gender', 'age')
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help="CSV, Excel, Parquet or JSON file of customers, one a row"
    )
    parser.add_argument("--sql", metavar="QUERY", help="instead of a file: a SELECT, or the name of a table")
    parser.add_argument(
        "--database", metavar="NAME", help="which database of the environment's CRM_AI_DATABASE_NAME=address"
    )
    parser.add_argument("--limit", type=int, default=1_000_000, help="most rows that are read from a database")
    parser.add_argument("--sheet", help="sheet of a workbook (default: the one that looks like data)")
    parser.add_argument("--encoding", help="encoding of a text file (default: found out)")
    parser.add_argument("--separator", help="separator of a CSV file: one character, tab or blank (default: found out)")
    parser.add_argument("--header", type=int, metavar="ROW", help="row of the column names, from 1; 0 if there is none")
    parser.add_argument("--decimal", choices=(".", ","), help="decimal mark of numbers written as text")
    parser.add_argument(
        "--day-first",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="whether 1/2/2024 is in February, where a column does not tell (default: the rest of the file decides)",
    )


def _command(commands: argparse._SubParsersAction, name: str, text: str, examples: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=text, description=text, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _add_train(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.train import train_command

    parser = _command(commands, "train", "train models and print how good, why and how fair they are", TRAIN_EXAMPLES)
    _add_file(parser)
    parser.add_argument("--target", help="column to predict (default: the one that looks like it)")
    parser.add_argument("--positive", help="answer that a yes/no question is about")
    parser.add_argument("--above", type=float, help="ask a numeric target as a yes/no question: more than this?")
    parser.add_argument("--task", choices=("regression", "binary", "multiclass"), help="kind of question")
    parser.add_argument("--features", type=names, metavar="A,B,…", help="columns that predict (default: all that may)")
    parser.add_argument("--segments", type=names, metavar="A,B,…", help="columns whose groups are compared")
    parser.add_argument(
        "--models", type=names, metavar="A,B,…", help="model types (default: all that fit the question)"
    )
    parser.add_argument("--threshold", type=_share, default=0.5, help="score from which a customer is selected")
    parser.add_argument("--holdout", type=_share, default=0.2, help="share of customers set aside to judge on")
    parser.add_argument("--seed", type=int, default=42, help="decides the holdout and the folds (default: 42)")
    parser.add_argument("--recipe", metavar="YAML", help="repairs to make (default: those that can hardly be wrong)")
    parser.add_argument("--no-repairs", action="store_true", help="make no repair at all")
    parser.add_argument("--save", metavar="MODEL", help="write a model to this file")
    parser.add_argument("--save-model", metavar="TYPE", help="which one (default: best in cross-validation)")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=train_command)


def _add_score(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.score import score_command

    parser = _command(commands, "score", "score new customers with a saved model", SCORE_EXAMPLES)
    parser.add_argument("model", metavar="MODEL", help="file written by train --save or downloaded from the app")
    _add_file(parser)
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="file to write: .csv, .parquet or .xlsx")
    parser.add_argument("--threshold", type=_share, default=0.5, help="score from which the decision is yes")
    parser.set_defaults(command=score_command)


def _add_inspect(commands: argparse._SubParsersAction) -> None:
    from crm_ai.command_line.inspect import inspect_command

    parser = _command(commands, "inspect", "tell what each column is and what is wrong with the data", INSPECT_EXAMPLES)
    _add_file(parser)
    parser.add_argument("--target", help="column to predict, so that leaks are looked for")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(command=inspect_command)
