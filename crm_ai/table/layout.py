"""Where the table lies in a sheet of cells: titles above it, and its header of one row or two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from crm_ai.errors import ReadError
from crm_ai.table.assembly import unique_names
from crm_ai.table.missing_words import MISSING_WORDS, NO_NUMBER_WORDS
from crm_ai.words import _, count

LONG_TEXT = 40

# Cells of a header row, given the row's place; merged cells of a workbook are filled to the right.
Filled = Callable[[int], Sequence[str]]


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
    header : int
        Row that holds the names, the first being 1; 0 if there is none.
    """

    names: tuple[str, ...]
    named: tuple[bool, ...]
    first: int
    notes: tuple[str, ...]
    header: int = 0


def find_layout(rows: Sequence[Sequence[str]], *, header: int | None = None, merged: Filled | None = None) -> Layout:
    """Find the header in the first rows of a sheet.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows; blank cells are empty.
    header : int, optional
        Row that holds the names if the user knows it, the first being 1; 0 if there is none.
    merged : callable, optional
        Gives a row of a header with merged cells filled to the right.

    Returns
    -------
    Layout
        Where the data begin.

    Raises
    ------
    ReadError
        If the header shall be in a row that is not there or is blank.

    Examples
    --------
    >>> find_layout([["Export of June", ""], ["name", "calls"], ["Ann", "3"], ["Bob", "5"]]).names
    ('name', 'calls')
    >>> find_layout([["", "2024", "2024"], ["shop", "sales", "returns"], ["A", "3", "1"], ["B", "5", "0"]]).names
    ('shop', '2024 sales', '2024 returns')
    """
    if header:
        _check_row(rows, header)
    top = header - 1 if header else _header_row(rows)
    notes = _note_skipped(top, rows)
    below = [row for row in rows[top + 1 :] if _filled(row)]
    width = max(len(rows[top]), _usual([len(row) for row in below], len(rows[top])))
    names = _padded(rows[top], width)
    if header == 0 or (header is None and _is_data(names, below)):
        if header is None:
            notes.append(_("The first row looks like data, so the columns are called after their place."))
        return Layout(tuple(f"column {place}" for place in range(1, width + 1)), (True,) * width, top, tuple(notes))
    if header is None:
        joined = _two_rows(rows, top, width, merged)
        if joined:
            told = _("The column names are made of rows {first} and {second}.")
            notes.append(told.format(first=count(top + 1), second=count(top + 2)))
            names, top = joined, top + 1
    unique, renamed = unique_names(names)
    named = tuple(bool(name.strip()) for name in names)
    return Layout(tuple(unique), named, top + 1, tuple(notes + renamed), top + 1)


def _check_row(rows: Sequence[Sequence[str]], header: int) -> None:
    if header > len(rows):
        raise ReadError(
            _("The header cannot be in row {row}: the file has {n} rows.").format(
                row=count(header), n=count(len(rows))
            ),
            next_step=_("Choose a row that holds the column names, or leave it out."),
        )
    if not _filled(rows[header - 1]):
        raise ReadError(
            _("The header cannot be in row {row}: that row is blank.").format(row=count(header)),
            next_step=_("Choose a row that holds the column names, or leave it out."),
        )


def _note_skipped(top: int, rows: Sequence[Sequence[str]]) -> list[str]:
    skipped = any(map(_filled, rows[:top]))
    return [_("{n} rows above the header were skipped.").format(n=count(top))] if skipped else []


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _usual(numbers: list[int], otherwise: int) -> int:
    return Counter(numbers).most_common(1)[0][0] if numbers else otherwise


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    filled = [_filled(row) for row in rows]
    typical = median([n for n in filled if n] or [0])
    usual = _usual([len(row) for row in rows if _filled(row)], 0)
    for place, row in enumerate(rows):
        is_alone = filled[place] == 1 and bool(row[0].strip())
        is_title = is_alone and (typical >= 2 or len(row) < usual) and place + 1 < len(rows)
        if filled[place] and not is_title:
            return place
    return 0


def _two_rows(rows: Sequence[Sequence[str]], top: int, width: int, merged: Filled | None) -> list[str] | None:
    """Names made of a row of groups and a row of names, if these two rows look so."""
    if top + 2 >= len(rows):
        return None
    upper = _padded(merged(top) if merged else rows[top], width)
    lower = _padded(rows[top + 1], width)
    groups = Counter(name.strip() for name in upper if name.strip())
    if not groups or max(groups.values()) < 2:
        return None
    joined = [" ".join(part.strip() for part in pair if part.strip()) for pair in zip(upper, lower, strict=True)]
    known = [name for name in joined if name]
    grouped = [place for place, name in enumerate(upper) if groups[name.strip()] > 1]
    if len(set(known)) < len(known) or not all(_is_name(cell) for cell in lower if cell.strip()):
        return None
    body = [row for row in rows[top + 2 :] if _filled(row)]
    columns = [[row[place] for row in body if place < len(row) and row[place].strip()] for place in grouped]
    numeric = [bool(cells) and sum(map(_is_quantity, cells)) > len(cells) / 2 for cells in columns]
    named = all(lower[place].strip() for place in grouped)
    return joined if named and any(numeric) else None


def _is_name(cell: str) -> bool:
    text = cell.strip().casefold()
    return not _is_quantity(text) and text not in MISSING_WORDS | NO_NUMBER_WORDS


def _is_quantity(cell: str) -> bool:
    """Whether a cell is mostly digits, signs and currency, as a number or a date is."""
    text = cell.strip()
    return any(letter.isdigit() for letter in text) and sum(letter.isalpha() for letter in text) <= len(text) / 4


def _is_data(header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
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
