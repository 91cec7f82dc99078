"""Lines that fit: where words may be broken, in languages with and without blanks between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil

from crm_ai.words import one_line

WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
# A Chinese character is a word of its own; closing marks stay with what is before them, opening ones with what follows.
_PIECES = re.compile(
    rf"\s+|[（《「『【〔“]*[{WIDE}][，。、；：？！）》」』】〕”％…]*|[^\s{WIDE}]+[，。、；：？！）》」』】〕]*"
)


def longest_piece(text: str) -> str:
    """The widest part of a text that should not be broken.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        A word, as a rule.

    Examples
    --------
    >>> longest_piece("in 84 % of cases"), longest_piece("选中率")
    ('cases', '选')
    """
    return max(_PIECES.findall(one_line(text)), key=em_width, default="")


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break a text into lines.

    Parameters
    ----------
    text : str
        Any text.
    width : float
        Of a line.
    measure : callable
        Width of a piece of text.

    Returns
    -------
    list of str
        At least one; a piece that is longer than a line is cut.

    Examples
    --------
    >>> wrap("who leaves, who stays", 11, len)
    ['who leaves,', 'who stays']
    >>> wrap("哪些客户会离开？", 7, len)
    ['哪些客户会离', '开？']
    """
    lines, line = [], ""
    for piece in _PIECES.findall(one_line(text)):
        if measure(line + piece.rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while line and measure(line) > width:
            fits = max((n for n in range(1, len(line)) if measure(line[:n]) <= width), default=1)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def em_width(text: str) -> float:
    """How wide a text is, about, in ems of any usual font.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    float
        A Chinese character is one em, other characters a little over half.

    Examples
    --------
    >>> em_width("客户"), round(em_width("ab"), 2)
    (2.0, 1.1)
    """
    wide = len(re.findall(f"[{WIDE}]", text))
    return wide + 0.55 * (len(text) - wide)


def lines_of(text: str, width: float, size: float) -> int:
    """How many lines a text takes, about.

    Parameters
    ----------
    text : str
        Any text.
    width : float
        Of a line, in points.
    size : float
        Of the font, in points.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> lines_of("word " * 40, 200, 10)
    6
    """
    return max(1, len(wrap(text, ceil(width) / size, em_width)))
