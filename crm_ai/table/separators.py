"""Which character separates the cells of a text file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from crm_ai.table.instructions import BLANK

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_ROWS = 200
FEWEST_ROWS = 4
BLANKS = re.compile(rb"[ \t]+")
QUOTED_OR_BLANKS = re.compile(rb'"(?:[^"]|"")*"|[ \t]+')
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")


def find_separator(head: str) -> str:
    r"""Find the separator that cuts the most of the first lines into the same number of cells.

    Parameters
    ----------
    head : str
        The first lines.

    Returns
    -------
    str
        A comma if no separator fits; ``"blank"`` if runs of spaces do.

    Examples
    --------
    >>> find_separator("name;spend\nA;1,5\nB;2,5\n"), find_separator("id spend\n01  2.5\n02  12.0\n03  3.0\n")
    (';', 'blank')
    """
    scores = {separator: _evenness(head, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: scores[separator])
    if scores[best] > (0, 0):
        return best
    return BLANK if _is_cut_by_blanks(head) else ","


def _evenness(head: str, separator: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in sample(csv.reader(io.StringIO(head, newline=""), delimiter=separator)) if row]
    except csv.Error:
        return 0, 0
    cut = Counter(width for width in widths if width > 1)
    if not cut:
        return 0, 0
    width, n = max(cut.items(), key=lambda item: (item[1] * item[0] ** 0.5, item[0]))
    return round(n / len(widths), 1), width


def _is_cut_by_blanks(head: str) -> bool:
    """Whether blanks cut all first lines into as many cells, most of them numbers: two words make no two columns."""
    rows = [line.split() for line in islice(filter(str.strip, head.splitlines()), SAMPLE_ROWS)]
    if len(rows) < FEWEST_ROWS or len({len(row) for row in rows}) > 1 or len(rows[0]) < 2:
        return False
    numeric = [all(NUMBER.fullmatch(row[place]) for row in rows[1:]) for place in range(len(rows[0]))]
    return sum(numeric) >= 2 and sum(numeric) >= len(numeric) / 2


def sample(reader: Iterator[list[str]], rows: int = SAMPLE_ROWS) -> Iterator[list[str]]:
    """Take the first rows.

    Parameters
    ----------
    reader : iterator of list of str
        All rows.
    rows : int, default 200
        How many.

    Returns
    -------
    iterator of list of str
        The first of them.
    """
    return islice(reader, rows)


def blanks_to_tabs(text: bytes) -> bytes:
    r"""Write one tabulator for each run of spaces and tabs, and none at the ends of lines.

    Parameters
    ----------
    text : bytes
        The text.

    Returns
    -------
    bytes
        The same cells, separated by tabulators. Blanks within quotes stay.

    Examples
    --------
    >>> blanks_to_tabs(b' 1   "a  b" \n 2 c\n')
    b'1\t"a  b"\n2\tc\n'
    """
    if b'"' in text:
        single = QUOTED_OR_BLANKS.sub(lambda found: found[0] if found[0][:1] == b'"' else b"\x1f", text)
    else:
        single = BLANKS.sub(b"\x1f", text)
    lines = re.sub(rb"^\x1f|\x1f(?=\r?$)", b"", single, flags=re.MULTILINE)
    return lines.replace(b"\x1f", b"\t")
