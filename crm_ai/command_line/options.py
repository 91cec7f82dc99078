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
