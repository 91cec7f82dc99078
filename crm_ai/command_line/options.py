"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from crm_ai.words import LANGUAGES, _, known_language


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


def share(text: str) -> float:
    """Read a share.

    Parameters
    ----------
    text : str
        A number.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is not.
    """
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def positive(text: str) -> int:
    """Read a number of things.

    Parameters
    ----------
    text : str
        A whole number.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is not.
    """
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def renaming(text: str) -> tuple[str, str]:
    """Read what a column of a file is called elsewhere.

    Parameters
    ----------
    text : str
        Both names, with ``=`` between them.

    Returns
    -------
    tuple of str
        The file's name and the other one.

    Raises
    ------
    argparse.ArgumentTypeError
        If one of them is not there.

    Examples
    --------
    >>> renaming("contract type=Contract")
    ('contract type', 'Contract')
    """
    own, _equals, other = text.partition("=")
    if not own.strip() or not other.strip():
        raise argparse.ArgumentTypeError(f"{text} is not written like FILE=MODEL")
    return own.strip(), other.strip()


def add_language(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Describe the option that says in which language to speak.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        All commands, or one.
    default : str, optional
        What holds without it; by default nothing.
    """
    parser.add_argument(
        "--language",
        choices=tuple(LANGUAGES),
        default=default,
        help=_("language of what is printed (default: CRM_AI_LANGUAGE, or that of the system)"),
    )


def wanted_language(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Find out in which language to speak, before the first word is said.

    Parameters
    ----------
    words : sequence of str
        What was typed.
    environment : mapping of str to str
        Variables: ``CRM_AI_LANGUAGE``, else the first of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that is set.

    Returns
    -------
    str
        One of ``crm_ai.words.LANGUAGES``; English if nothing or nothing known is asked for.

    Examples
    --------
    >>> wanted_language(["inspect", "a.csv"], {"LANG": "zh_CN.UTF-8"})
    'zh'
    >>> wanted_language(["inspect", "a.csv", "--language=en"], {"LANG": "zh_CN.UTF-8"})
    'en'
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    first.add_argument("--language", nargs="?")
    asked = first.parse_known_args(list(words))[0].language
    told = (environment.get(name) for name in ("CRM_AI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return known_language(asked) or known_language(next(filter(None, told), None)) or "en"


def add_file(parser: argparse.ArgumentParser) -> None:
    """Describe the options that say what is read, and how.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        A command that reads one table.
    """
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help=_("CSV, Excel, Parquet or JSON file of customers, one a row")
    )
    parser.add_argument("--sql", metavar="QUERY", help=_("instead of a file: a SELECT, or the name of a table"))
    parser.add_argument(
        "--database", metavar="NAME", help=_("which database of the environment's CRM_AI_DATABASE_NAME=address")
    )
    parser.add_argument("--limit", type=int, default=1_000_000, help=_("most rows that are read from a database"))
    parser.add_argument("--sheet", help=_("sheet of a workbook (default: the one that looks like data)"))
    parser.add_argument("--encoding", help=_("encoding of a text file (default: found out)"))
    parser.add_argument("--separator", help=_("one character, tab or blank (default: found out)"))
    parser.add_argument(
        "--header", type=int, metavar="ROW", help=_("row of the column names, from 1; 0 if there is none")
    )
    parser.add_argument("--decimal", choices=(".", ","), help=_("decimal mark of numbers written as text"))
    parser.add_argument(
        "--day-first",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=_("whether 1/2/2024 is in February, where a column does not tell (default: the rest of the file decides)"),
    )


def add_question(parser: argparse.ArgumentParser) -> None:
    """Describe the options that say which table is read and what is asked of it.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        A command that trains.
    """
    add_file(parser)
    parser.add_argument("--target", help=_("column to predict (default: the one that looks like it)"))
    parser.add_argument("--positive", help=_("answer that a yes/no question is about"))
    parser.add_argument("--above", type=float, help=_("ask a numeric target as a yes/no question: more than this?"))
    parser.add_argument("--task", choices=("regression", "binary", "multiclass"), help=_("kind of question"))
    parser.add_argument(
        "--features", type=names, metavar="A,B,…", help=_("columns that predict (default: all that may)")
    )
    parser.add_argument("--segments", type=names, metavar="A,B,…", help=_("columns whose groups are compared"))
    parser.add_argument("--holdout", type=share, default=0.2, help=_("share of customers set aside to judge on"))
    parser.add_argument("--seed", type=int, default=42, help=_("decides the holdout and the folds (default: 42)"))
    parser.add_argument("--recipe", metavar="YAML", help=_("repairs to make (default: those that can hardly be wrong)"))
    parser.add_argument("--no-repairs", action="store_true", help=_("make no repair at all"))


def add_models(parser: argparse.ArgumentParser) -> None:
    """Describe the options that say which models are trained, and how.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        A command that trains.
    """
    parser.add_argument("--models", type=names, metavar="A,B,…", help=_("model types (default: the basic ones)"))
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="MODEL.SETTING=VALUE",
        help=_("a model's setting; may be repeated"),
    )
    parser.add_argument(
        "--search", type=int, default=0, metavar="N", help=_("settings tried for each model (default: 0)")
    )
    parser.add_argument(
        "--split", metavar="HOW", help=_("random, group:COLUMN or time:COLUMN (default: what the data suggest)")
    )
    parser.add_argument(
        "--repeats", type=int, default=1, metavar="N", help=_("rounds of cross-validation (default: 1)")
    )
    parser.add_argument(
        "--recalibrate",
        choices=("sigmoid", "isotonic"),
        default="",
        help=_("correct probabilities of a yes/no question by what came out for customers the model had not seen"),
    )
    parser.add_argument("--balanced", action="store_true", help=_("let rare answers weigh as much as frequent ones"))
    parser.add_argument(
        "--never-lowers", type=names, default=[], metavar="A,B,…", help=_("more of these never lowers it")
    )
    parser.add_argument(
        "--never-raises", type=names, default=[], metavar="A,B,…", help=_("more of these never raises it")
    )
    parser.add_argument(
        "--scale", choices=("plain", "log", "tweedie"), default="plain", help=_("how amounts are modelled")
    )


def make_command(commands: argparse._SubParsersAction, name: str, text: str, examples: str) -> argparse.ArgumentParser:
    """Describe a command.

    Parameters
    ----------
    commands : argparse subparsers
        Where it is added.
    name : str
        What is typed.
    text : str
        What it does, in one line.
    examples : str
        Shown below its options.

    Returns
    -------
    argparse.ArgumentParser
        For its options.
    """
    parser = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=examples.replace("examples:", _("examples:"), 1),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_language(parser, default=argparse.SUPPRESS)  # one that stands before the command holds, too
    return parser
