"""Numbers and addresses of machines that follow a rule: resident IDs, social security numbers, cards, IP, e-mail."""

from __future__ import annotations

import ipaddress
import re
from datetime import date

from crm_ai.personal_data.column_names import Hint

# The first two digits: one of six parts of the country, and a province in it.
PROVINCES = frozenset(
    f"{part}{province}"
    for part, provinces in {1: 5, 2: 3, 3: 7, 4: 6, 5: 4, 6: 5}.items()
    for province in range(1, provinces + 1)
) | {"50", "71", "81", "82", "83"}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
# Numbers that were printed in advertisements and belong to nobody.
FAMOUS_SSN = frozenset({"078051120", "219099999", "457555462"})
# Beginnings of card numbers with the lengths that are issued under them.
CARD_RANGES = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"62|9558|9559"), (16, 17, 18, 19)),
    (re.compile(r"6011|64[4-9]|65|35(2[89]|[3-8])"), (16, 19)),
    (re.compile(r"30[0-5]|36|38|39"), (14,)),
    (re.compile(r"60|81"), (16, 19)),
)
CARD_SHAPE = re.compile(r"\d{13,19}|(\d{4}[ -]){3}\d{1,4}([ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{6} \d{10,13}")
EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[\w](?:[\w-]*[\w])?\.)+([^\W\d_]{2,})")
NO_DOMAINS = frozenset(
    {
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "pdf",
        "zip",
        "js",
        "css",
        "local",
        "localhost",
        "lan",
        "internal",
        "html",
        "txt",
        "csv",
        "xlsx",
    }
)
WELL_KNOWN_SERVERS = frozenset({"1.1.1.1", "8.8.8.8", "8.8.4.4", "1.0.0.1"})


def is_resident_id(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is a Chinese resident ID number: province, date of birth and check digit must fit.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says; the old numbers of 15 digits, which have no check digit, need a name that says so.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> is_resident_id("11010519491231002X"), is_resident_id("110105194912310021")
    (True, False)
    """
    plain = re.sub(r"[ -]", "", text).upper()
    if plain[:2] not in PROVINCES or not plain.isascii() or not plain[:-1].isdigit():
        return False
    if len(plain) == 15:
        return hint is Hint.FOR and plain.isdigit() and _is_past_day("19" + plain[6:12])
    if len(plain) != 18 or not _is_past_day(plain[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, plain, strict=False))
    return CHECK_DIGITS[total % 11] == plain[17]


def _is_past_day(packed: str) -> bool:
    try:
        day = date(int(packed[:4]), int(packed[4:6]), int(packed[6:]))
    except ValueError:
        return False
    return date(1880, 1, 1) <= day <= date.today()  # a person who is not born yet has no number


def is_ssn(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is a US social security number that can have been issued.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says; nine digits without marks between them need a name that says so.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> is_ssn("536-22-8145"), is_ssn("666-22-8145"), is_ssn("536228145")
    (True, False, False)
    """
    shape = r"(\d{3})([- ]?)(\d{2})\2(\d{4})" if hint is Hint.FOR else r"(\d{3})([- ])(\d{2})\2(\d{4})"
    parts = re.fullmatch(shape, text, re.ASCII)
    if parts is None or hint is Hint.AGAINST:
        return False
    area, group, serial = parts[1], parts[3], parts[4]
    possible = area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"
    return possible and area + group + serial not in FAMOUS_SSN


def is_bank_card(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is a card number: the check digit of Luhn, a known beginning, and the length that goes with it.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says; where it speaks for cards, the check digit is enough.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> is_bank_card("4111 1111 1111 1111"), is_bank_card("4111 1111 1111 1112"), is_bank_card("1234567812345670")
    (True, False, False)
    """
    if hint is Hint.AGAINST or not CARD_SHAPE.fullmatch(text) or not text.isascii():
        return False
    digits = re.sub(r"[ -]", "", text)
    issued = any(len(digits) in lengths and start.match(digits) for start, lengths in CARD_RANGES)
    known = hint is Hint.FOR or (issued and len(digits) >= 15)
    return known and passes_luhn(digits) and not is_resident_id(digits)


def passes_luhn(digits: str) -> bool:
    """Whether the last of some digits is the check digit of the others.

    Parameters
    ----------
    digits : str
        Digits only.

    Returns
    -------
    bool
        True if the sum of Luhn is a multiple of ten.

    Examples
    --------
    >>> passes_luhn("79927398713"), passes_luhn("79927398710")
    (True, False)
    """
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return len(set(digits)) > 1 and (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def is_ip_address(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is the address of a computer in a network.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says; short ones such as 2.4.1.0 are versions unless it speaks for addresses.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> is_ip_address("203.0.113.7"), is_ip_address("1.2.3"), is_ip_address("2.4.1.0"), is_ip_address("2001:db8::1")
    (True, False, False, True)
    """
    if hint is Hint.AGAINST:
        return False
    plain = re.sub(r"(?<=\d)(:\d{1,5}|/\d{1,2})$", "", text) if text.count(":") <= 1 else text
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        return False
    if address.version == 6:
        return bool(re.search(r"[0-9a-fA-F]", plain)) and (hint is Hint.FOR or len(plain) >= 6)
    short = len(plain) <= 8 and plain not in WELL_KNOWN_SERVERS and not (address.is_private and plain[:3] == "10.")
    return hint is Hint.FOR or not short


def is_email(text: str, hint: Hint = Hint.SILENT) -> bool:
    """Whether a cell is an e-mail address.

    Parameters
    ----------
    text : str
        The cell.
    hint : Hint
        What the column's name says; the address speaks for itself.

    Returns
    -------
    bool
        True if it is one.

    Examples
    --------
    >>> is_email("ann.lee@example.com"), is_email("logo@2x.png"), is_email("@handle")
    (True, False, False)
    """
    found = EMAIL.fullmatch(text.removeprefix("mailto:"))
    return found is not None and found[1].lower() not in NO_DOMAINS
