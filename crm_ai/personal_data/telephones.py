"""Telephone numbers, of China, of the US, and of the rest of the world where they are written with their country."""

from __future__ import annotations

import re
from functools import lru_cache

from crm_ai.personal_data.column_names import Hint

# What people write between digits, and what they put behind them for the extension.
EXTENSION = re.compile(r"\s*(?:,|;|-|/)?\s*(?:x|ext\.?|extension|转|分机|#)[ .:]*\d{1,6}$", re.IGNORECASE)
LABEL = re.compile(r"^(?:tel|phone|mobile|cell|fax|电话|手机|联系电话|手机号)[ .:：]*", re.IGNORECASE)
WRITTEN = re.compile(r"\+?[\d(][\d ()./–-]{5,22}\d")
CHINESE_MOBILE = re.compile(r"(?:(?:\(?\+?86\)?|0086)[ -]?)?1[3-9]\d([ -]?)\d{4}\1\d{4}")
CHINESE_FIXED = re.compile(r"(?:(?:\+?86|0086)[ -]?)?(?:\(0\d{2,3}\) ?|0\d{2,3}[ -])\d{3,4}[ ]?\d{4}(?:-\d{1,5})?")
CHINESE_SERVICE = re.compile(r"[48]00[- ]\d{3}[- ]\d{4}|[48]00[- ]\d{4}[- ]\d{3}")
AMERICAN = re.compile(r"(?:(?:\+|00)?1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([ .-]))[2-9]\d{2}[ .-]\d{4}")
# Dates are written with the same marks.
DATE = re.compile(r"(?:19|20)\d{2}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d{2}")
FEWEST_DIGITS, MOST_DIGITS = 7, 15


def is_telephone(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is a telephone number.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says. Bare digits other than Chinese mobile numbers need a name that says so; where it
        speaks against, only numbers with a plus and a country count.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> is_telephone("138 0013 8000"), is_telephone("(212) 664-7665"), is_telephone("+44 20 7946 0958")
    (True, True, True)
    >>> is_telephone("2024-05-17"), is_telephone("2126647665"), is_telephone("2126647665", Hint.FOR)
    (False, False, True)
    """
    plain = EXTENSION.sub("", LABEL.sub("", text))
    if not WRITTEN.fullmatch(plain):
        return False
    if plain.startswith("+"):
        return _is_possible(plain)
    if hint is Hint.AGAINST or DATE.fullmatch(plain):
        return False
    if hint is Hint.FOR:  # odd ones, too: extensions without a mark, numbers kept free for examples
        return FEWEST_DIGITS <= sum(map(str.isdigit, plain)) <= MOST_DIGITS
    if CHINESE_MOBILE.fullmatch(plain):
        return True
    if CHINESE_FIXED.fullmatch(plain) or CHINESE_SERVICE.fullmatch(plain):
        return _is_valid(plain, "CN") or bool(CHINESE_SERVICE.fullmatch(plain))
    if AMERICAN.fullmatch(plain):
        return _is_possible_american(plain)
    if plain.startswith("00"):
        return _is_possible("+" + plain[2:])
    # Spaces between groups of digits, the first of them 0: nothing else is written so.
    return plain.startswith("0") and " " in plain and any(_is_valid(plain, region) for region in ("GB", "FR", "DE"))


def _is_possible_american(plain: str) -> bool:
    digits = re.sub(r"\D", "", plain)[-10:]
    return digits[1:3] != "11" and digits[1] != "9"


@lru_cache(maxsize=65_536)
def _is_valid(text: str, region: str) -> bool:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _is_possible(text: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False
