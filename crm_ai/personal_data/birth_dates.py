"""Dates of birth, told from other dates by the column's name or by the age they would make."""

from __future__ import annotations

import re
from datetime import date

from crm_ai.personal_data.column_names import Hint

OLDEST = 120
# Without a name that says so: younger people are rarely customers, and most other dates are younger still.
ADULT, OLD = 18, 100
NAMES_OF_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {month: place for place, month in enumerate(NAMES_OF_MONTHS, start=1)}
CLOCK = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?" + CLOCK)
YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})" + CLOCK)
PACKED = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})")
WORD_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")


def is_birth_date(text: str, hint: Hint = Hint.SILENT, *, today: date | None = None) -> bool:
    """Whether a cell can be somebody's date of birth.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says. Where it is silent, only dates that make adults count.
    today : date, optional
        The day to count ages from; by default the present one.

    Returns
    -------
    bool
        True if it can be.

    Examples
    --------
    >>> today = date(2025, 6, 1)
    >>> is_birth_date("1985-03-12", today=today), is_birth_date("2021-03-12", today=today)
    (True, False)
    >>> is_birth_date("2021-03-12", Hint.FOR, today=today), is_birth_date("2031-03-12", Hint.FOR, today=today)
    (True, False)
    """
    if hint is Hint.AGAINST:
        return False
    day = day_of(text, short_years=hint is Hint.FOR)
    if day is None:
        return False
    return is_age(((today or date.today()) - day).days / 365.25, hint)


def is_age(years: float, hint: Hint) -> bool:
    """Whether somebody of an age can be among the customers.

    Parameters
    ----------
    years : float
        The age.
    hint : Hint
        What the column's name says.

    Returns
    -------
    bool
        True for 0 to 120, or 18 to 100 where the name is silent.
    """
    return 0 <= years <= OLDEST if hint is Hint.FOR else ADULT <= years <= OLD


def day_of(text: str, *, short_years: bool = False) -> date | None:
    """Read a date as people write them.

    Parameters
    ----------
    text : str
        The cell.
    short_years : bool, default False
        Whether years of two digits count.

    Returns
    -------
    date or None
        The day; None if it is no date. Where day and month could be either, the day is taken to come first.

    Examples
    --------
    >>> day_of("1985年3月12日"), day_of("Mar 12, 1985"), day_of("Jaffa 12, 1985")
    (datetime.date(1985, 3, 12), datetime.date(1985, 3, 12), None)
    """
    if found := YEAR_FIRST.fullmatch(text) or PACKED.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := DAY_WORD.fullmatch(text):
        return _day(found[3], MONTHS.get(found[2][:3].lower(), 0), found[1])
    if found := WORD_DAY.fullmatch(text):
        return _day(found[3], MONTHS.get(found[1][:3].lower(), 0), found[2])
    found = YEAR_LAST.fullmatch(text)
    if found is None or (len(found[3]) == 2 and not short_years):
        return None
    year = found[3] if len(found[3]) == 4 else f"{_century(int(found[3]))}{found[3]}"
    return _day(year, found[2], found[1]) or _day(year, found[1], found[2])


def _century(short: int) -> int:
    return 19 if short > date.today().year % 100 else 20


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
