"""Where the table lies in a sheet of cells: titles above it, its header, totals below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from crm_ai.table.assembly import unique_names
from crm_ai.words import _, count

TOTAL_WORDS = frozenset(["total", "totals", "grand total", "sum", "合计", "总计", "总和", "小计", "合 计", "总 计"])
LONG_TEXT = 40


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header is and what the columns are called.

    Parameters
    ----------
    names : tuple of str
        One unique name a column.
    named : tuple of bool
        Whether the column had a name of its own.
    first : int
        Row in which the data begin.
    notes : tuple of str
        What the user should know, in words.
    """

    names: tuple[str, ...]
    named: tuple[bool, ...]
    first: int
    notes: tuple[str, ...]


def find_layout(rows: Sequence[Sequence[str]]) -> Layout:
    """Find the header in the first rows of a sheet.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows; blank cells are empty.

    Returns
    -------
    Layout
        Where the data begin.

    Examples
    --------
    >>> find_layout([["Export of June", ""], ["name", "calls"], ["Ann", "3"], ["Bob", "5"]]).names
    ('name', 'calls')
    """
    top = _header_row(rows)
    notes = [_("{n} rows above the header were skipped.").format(n=count(top))] if any(map(_filled, rows[:top])) else []
    header, below = list(rows[top]), [row for row in rows[top + 1 :] if _filled(row)]
    width = max(len(header), _usual([len(row) for row in below], len(header)))
    header += [""] * (width - len(header))
    if _is_data(header, below):
        names = [f"column {place}" for place in range(1, width + 1)]
        notes.append(_("The first row looks like data, so the columns are called after their place."))
        return Layout(tuple(names), (True,) * width, top, tuple(notes))
    unique, renamed = unique_names(header)
    return Layout(tuple(unique), tuple(bool(name.strip()) for name in header), top + 1, tuple(notes + renamed))


def is_total(row: Sequence[str | None]) -> bool:
    """Whether a row is the total below a table.

    Parameters
    ----------
    row : sequence of str or None
        The last row.

    Returns
    -------
    bool
        True if its first filled cell says so.

    Examples
    --------
    >>> is_total(["Total", "30"]), is_total([None, "合计"]), is_total(["Totalis Ltd", "3"])
    (True, True, False)
    """
    filled = [cell.strip() for cell in row if cell and cell.strip()]
    return len(filled) > 0 and filled[0].casefold().rstrip(":：") in TOTAL_WORDS


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _usual(numbers: list[int], otherwise: int) -> int:
    return Counter(numbers).most_common(1)[0][0] if numbers else otherwise


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    filled = [_filled(row) for row in rows]
    typical = median([n for n in filled if n] or [0])
    for place, row in enumerate(rows):
        is_title = filled[place] == 1 and typical >= 2 and bool(row[0].strip()) and place + 1 < len(rows)
        if filled[place] and not is_title:
            return place
    return 0


def _is_data(header: list[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether every cell of the first row looks like the cells below it, and not like a name."""
    if not below or not all(cell.strip() for cell in header):
        return False
    if len(set(header)) == len(header) and all(cell.strip().isdigit() for cell in header):
        return False  # names such as 2023, 2024
    columns = [{row[place] for row in below if place < len(row)} for place in range(len(header))]
    return all(map(_is_like, header, columns)) and any(_is_number(cell) or _width(cell) > LONG_TEXT for cell in header)


def _is_like(cell: str, others: set[str]) -> bool:
    if cell in others:
        return True
    if _is_number(cell):
        return bool(others) and all(map(_is_number, filter(None, others))) and not cell.strip().isdigit()
    return _width(cell) > LONG_TEXT / 2 and median([_width(other) for other in others if other] or [0]) > LONG_TEXT


def _width(text: str) -> int:
    """Columns on paper: a Chinese character takes two."""
    return len(text) + sum(letter >= "\u2e80" for letter in text)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
