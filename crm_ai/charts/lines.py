"""Words put into lines and cut to fit: Chinese characters are twice as wide as Latin ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from crm_ai.words import shorten

_PIECE = re.compile(r" +|[“（《]*(?:[!-~]+|[^ ])[，。：；！？、）》”…]*")


def columns(text: str) -> int:
    """How wide a text is, counted in Latin characters.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    int
        Wide characters count twice.

    Examples
    --------
    >>> columns("Contract"), columns("合同")
    (8, 4)
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """Put a text into lines that fit.

    Parameters
    ----------
    text : str
        Any text.
    width : int
        Latin characters that fit into a line.

    Returns
    -------
    list of str
        Broken at spaces, and between characters of a word that is Chinese or too long for a line; no line begins with
        a mark that closes.

    Examples
    --------
    >>> wrapped("the highest score first", 12)
    ['the highest', 'score first']
    >>> wrapped("客户满意度", 6)
    ['客户满', '意度']
    >>> wrapped("平均大小（对数几率）", 18)
    ['平均大小（对数几', '率）']
    """
    lines, line = [], ""
    # A number stays with its per cent sign.
    for word in re.findall(r"\S+(?: %\S*)?", " ".join(text.split())):
        joined = f"{line} {word}" if line else word
        if columns(joined) <= width:
            line = joined
            continue
        breakable = columns(word) > width or columns(word) > len(word)
        if line and not breakable:
            lines.append(line)
        rest, line = (joined, "") if breakable else (word, "")
        for piece in _pieces(rest, width):
            if line.strip() and columns(line + piece) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
    return [*lines, line] if line else lines


def _pieces(text: str, width: int) -> Iterator[str]:
    """What may stand in a line of its own: names whole if they fit, marks with what they belong to."""
    for piece in _PIECE.findall(text):
        yield from [piece] if columns(piece) <= width else piece


def cut(name: str, width: int) -> str:
    """Cut a long name in the middle, so that it fits whatever its script.

    Parameters
    ----------
    name : str
        A column or a label.
    width : int
        Latin characters that fit.

    Returns
    -------
    str
        `name`, or its beginning and end around an ellipsis.

    Examples
    --------
    >>> cut("Month-to-month", 26), cut("农村地区的老年客户", 10)
    ('Month-to-month', '农村…客户')
    """
    tries = (shorten(name, length) for length in range(width, 2, -1))
    return next((short for short in tries if columns(short) <= width), shorten(name, 3))


def both(first: str, joint: str, second: str, width: int) -> str:
    """Write two names in the room of one: what the shorter one leaves, the longer one gets.

    Parameters
    ----------
    first, second : str
        Any texts.
    joint : str
        What stands between them.
    width : int
        Latin characters that fit; a Chinese one takes the room of two.

    Returns
    -------
    str
        Each cut in the middle where it must be.

    Examples
    --------
    >>> both("Contract", " = ", "Month-to-month", 31)
    'Contract = Month-to-month'
    >>> both("number of calls to the desk", " × ", "months", 21)
    'numbe…e desk × months'
    """
    room = width - columns(joint)
    half = room // 2
    left = max(half, room - columns(second))
    right = max(room - half, room - columns(first))
    return f"{cut(first, left)}{joint}{cut(second, right)}"
