"""Cells of one customer as JSON holds them, read as the columns of a file are."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from crm_ai.modeling import Model
from crm_ai.modeling.encoding import LARGEST_NUMBER, MICROSECONDS_A_DAY
from crm_ai.table import LABELLED, Kind
from crm_ai.table.cell_texts import text_of
from crm_ai.table.missing_words import MISSING_WORDS, NO_NUMBER_WORDS
from crm_ai.table.spelled_dates import is_ambiguous, parse_dates
from crm_ai.table.spelled_numbers import parse_numbers
from crm_ai.words import _

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WHOLE = re.compile(r"([+-]?\d+)\.0*")
LONGEST_TEXT = 10_000
NO_NUMBERS = MISSING_WORDS | NO_NUMBER_WORDS
PLAIN_NUMBERS, PLAIN_LABELS, NOTHING = frozenset({int, float, type(None)}), frozenset({str, type(None)}), {None}
EPOCH, MICROSECOND = datetime(1970, 1, 1), datetime.resolution

Column: TypeAlias = np.ndarray | list[str | None]


def cell_readers(model: Model) -> dict[str, Callable[[Any], Any]]:
    """How to read one cell of each feature.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    dict of str to callable
        By column; each takes what JSON holds and returns a float (numbers; days since 1970; NaN where missing) or a
        label (None where missing), or raises ValueError with the problem in words.
    """
    return {column.name: _reader(model, column.name, column.kind) for column in model.schema}


def _reader(model: Model, name: str, kind: Kind) -> Callable[[Any], Any]:
    if kind is Kind.NUMBER:
        return read_number
    if kind is Kind.DATE:
        return read_day
    known = frozenset(model.encoder.seen_.get(name, ()))
    return partial(read_label, known=known)


def read_column(cells: list[Any], reader: Callable[[Any], Any], kind: Kind, known: frozenset[str]) -> Column:
    """Read the cells of one feature, at once where they are as JSON should hold them.

    Parameters
    ----------
    cells : list
        What JSON holds, one a customer.
    reader : callable
        Of one cell, from ``cell_readers``.
    kind : Kind
        What the feature is.
    known : frozenset of str
        Labels of training customers.

    Returns
    -------
    numpy.ndarray of float64 or list of str or None
        Numbers and days, or labels, as the reader gives them.

    Raises
    ------
    ValueError
        If a cell cannot be read.

    Examples
    --------
    >>> read_column([3, None, "1,000"], read_number, Kind.NUMBER, frozenset()).tolist()
    [3.0, nan, 1000.0]
    >>> read_column(["a", None, 7.0], read_label, Kind.CATEGORY, frozenset({"a"}))
    ['a', None, '7']
    """
    kinds = set(map(type, cells))
    if kind is Kind.NUMBER and kinds <= PLAIN_NUMBERS:
        try:
            values = np.asarray(cells, dtype=np.float64)
        except OverflowError:
            values = np.full(len(cells), np.inf)
        if not (np.abs(values) > LARGEST_NUMBER).any():
            return values
    elif kind in LABELLED and kinds <= PLAIN_LABELS and known.issuperset(set(cells) - NOTHING):
        return cells
    read = [reader(cell) for cell in cells]
    return read if kind in LABELLED else np.asarray(read, dtype=np.float64)


def read_number(cell: Any) -> float:
    """Read a number.

    Parameters
    ----------
    cell : object
        A number, a text as a file would hold it, or None.

    Returns
    -------
    float
        NaN where missing.

    Raises
    ------
    ValueError
        If it is no number; says so in words.

    Examples
    --------
    >>> read_number(3), read_number("1,234.5"), read_number("n/a")
    (3.0, 1234.5, nan)
    """
    kind = type(cell)
    if kind is float or kind is int:
        try:
            value = float(cell)
        except OverflowError:
            value = math.inf
    elif cell is None:
        return math.nan
    elif kind is str:
        value = _spelled_number(cell)
    else:
        raise ValueError(_("is no number"))
    if math.isnan(value):
        return value
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ValueError(_("is larger than any amount can be"))
    return value


def read_label(cell: Any, known: frozenset[str] = frozenset()) -> str | None:
    """Read a label.

    Parameters
    ----------
    cell : object
        A text, a number, true or false, or None.
    known : frozenset of str
        Labels of training customers.

    Returns
    -------
    str or None
        The label, spelled as in training if that is the same; None where missing.

    Raises
    ------
    ValueError
        If it is a list or an object, or far too long.

    Examples
    --------
    >>> read_label(1.0), read_label(True, frozenset({"true", "false"})), read_label("")
    ('1', 'true', None)
    """
    if cell is None:
        return None
    if type(cell) is not str and not isinstance(cell, bool | int | float):
        raise ValueError(_("is neither a text nor a number"))
    text = text_of(cell)
    if text in known:
        return text
    if len(text) > LONGEST_TEXT:
        raise ValueError(_("is a text of more than 10,000 letters"))
    if not text.strip() or text.strip().lower() in MISSING_WORDS:
        return None
    whole = WHOLE.fullmatch(text)
    if whole and whole[1] in known:
        return whole[1]
    return text.lower() if isinstance(cell, bool) and text.lower() in known else text


def read_day(cell: Any) -> float:
    """Read a date or a time.

    Parameters
    ----------
    cell : object
        A text, or None.

    Returns
    -------
    float
        Days since 1970, with parts of days; NaN where missing.

    Raises
    ------
    ValueError
        If it is no date, or the day cannot be told from the month.

    Examples
    --------
    >>> read_day("1970-01-02"), read_day("1970-01-01T12:00:00"), read_day(None)
    (1.0, 0.5, nan)
    """
    if cell is None:
        return math.nan
    if type(cell) is not str:
        raise ValueError(_("is no date; write it as 2024-03-01"))
    return _spelled_day(cell[:LONGEST_TEXT])


def _spelled_number(text: str) -> float:
    text = text.strip()
    if len(text) < 64 and PLAIN.fullmatch(text) and text.isascii():
        return float(text)
    if not text or text.lower() in NO_NUMBERS:
        return math.nan
    value = float(parse_numbers(pa.array([text_of(text[:LONGEST_TEXT])]))[0])
    if math.isnan(value):
        raise ValueError(_("is no number"))
    return value


@lru_cache(maxsize=4096)
def _spelled_day(text: str) -> float:
    text = text_of(text).strip()
    if not text or text.lower() in NO_NUMBERS:
        return math.nan
    try:
        if re.match(r"\d{4}-\d\d-\d\d", text):
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
            return ((moment - EPOCH) // MICROSECOND) / MICROSECONDS_A_DAY
    except (ValueError, OverflowError):
        pass
    texts = pa.array([text])
    if is_ambiguous(texts):
        raise ValueError(_("does not tell the day from the month; write it as 2024-03-01"))
    day = parse_dates(texts)[0]
    if np.isnat(day):
        raise ValueError(_("is no date; write it as 2024-03-01"))
    return float(day.astype("datetime64[us]").astype(np.int64)) / MICROSECONDS_A_DAY
