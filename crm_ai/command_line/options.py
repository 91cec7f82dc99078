"""Options that several commands share."""

from __future__ import annotations

import argparse


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


def add_file(parser: argparse.ArgumentParser) -> None:
    """Describe the options that say what is read, and how.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        A command that reads one table.
    """
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
    parser.add_argument("--separator", help="one character, tab or blank (default: found out)")
    parser.add_argument("--header", type=int, metavar="ROW", help="row of the column names, from 1; 0 if there is none")
    parser.add_argument("--decimal", choices=(".", ","), help="decimal mark of numbers written as text")
    parser.add_argument(
        "--day-first",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="whether 1/2/2024 is in February, where a column does not tell (default: the rest of the file decides)",
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
    return commands.add_parser(
        name, help=text, description=text, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
    )
