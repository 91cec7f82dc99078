"""Masks: the shape of a cell stays readable, the person does not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crm_ai.personal_data.addresses import REGION
from crm_ai.personal_data.column_names import Hint
from crm_ai.personal_data.pieces import pieces_of
from crm_ai.personal_data.recognition import TESTS
from crm_ai.personal_data.sensitive import Sensitive

HIDDEN = "***"
DIGIT, SIGN = re.compile(r"\d"), re.compile(r"[^\W_]")


def masked(text: str, kinds: Iterable[Sensitive] = ()) -> str:
    """Mask one cell.

    Parameters
    ----------
    text : str
        The cell.
    kinds : iterable of Sensitive
        What it may be; cells that are something else keep at most their first character.

    Returns
    -------
    str
        The masked cell, never the same as the cell.

    Examples
    --------
    >>> masked("张晓明", [Sensitive.NAME]), masked("Maria Santos", [Sensitive.NAME])
    ('张**', 'M*** S***')
    >>> masked("jane.roe@example.com", [Sensitive.EMAIL]), masked("138 0013 8042", [Sensitive.TELEPHONE])
    ('j***@***.com', '*** **** **42')
    >>> masked("unknown", [Sensitive.TELEPHONE]), masked("A-1042")
    ('u***', 'A***')
    """
    plain = text.strip()
    mask = next((MASKS[what] for what in kinds if TESTS[what](plain, Hint.FOR)), _start)
    hidden = mask(plain)
    return HIDDEN if hidden == text else hidden


def masked_within(text: str) -> str:
    """Mask the personal data within a text and leave the rest.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with masks in place of e-mail addresses, numbers and introduced names.

    Examples
    --------
    >>> masked_within("Please call 13800138042, 张三")
    'Please call *********42, 张三'
    """
    parts, after = [], 0
    for start, end, what in pieces_of(text):
        parts += [text[after:start], _hidden(text[start:end], what)]
        after = end
    return "".join([*parts, text[after:]])


def _hidden(piece: str, what: Sensitive) -> str:
    hidden = MASKS[what](piece)
    return HIDDEN if hidden == piece else hidden


def _start(text: str) -> str:
    return text[0] + HIDDEN if len(text) > 1 and SIGN.match(text[0]) else HIDDEN


def _name(text: str) -> str:
    if re.search(r"[\u3400-\u9fff]", text):
        plain = text.replace(" ", "")
        return plain[0] + "*" * (len(plain) - 1) if len(plain) > 1 else "*"
    return " ".join(_start(word) for word in text.split())


def _email(text: str) -> str:
    local, _, domain = text.removeprefix("mailto:").partition("@")
    return f"{_start(local)}@{HIDDEN}.{domain.rpartition('.')[2]}"


def _all_but_last(text: str, kept: int) -> str:
    digits = len(DIGIT.findall(text))
    seen = iter(range(digits))
    return DIGIT.sub(lambda digit: "*" if next(seen) < digits - kept else digit[0], text)


def _telephone(text: str) -> str:
    return _all_but_last(text, 2)


def _card(text: str) -> str:
    return _all_but_last(text, 4)


def _resident_id(text: str) -> str:
    return text[:2] + "*" * (len(text) - 2)


def _ssn(text: str) -> str:
    return DIGIT.sub("*", text)


def _address(text: str) -> str:
    region = REGION.match(text)
    kept = region[0] if region and len(region[0]) < len(text) else ""
    return kept + SIGN.sub("*", text[len(kept) :])


def _ip_address(text: str) -> str:
    mark = "." if "." in text else ":"
    first = text.partition(mark)[0]
    return mark.join([first, "*", "*", "*"])


def _birth_date(text: str) -> str:
    """Keep the decade and the marks between the numbers."""
    decade = re.search(r"(?<!\d)(?:18|19|20)\d(?=\d)", text)
    if decade is None:
        return SIGN.sub("*", text)
    return SIGN.sub("*", text[: decade.start()]) + decade[0] + re.sub(r"[0-9A-Za-z]", "*", text[decade.end() :])


MASKS = {
    Sensitive.NAME: _name,
    Sensitive.EMAIL: _email,
    Sensitive.TELEPHONE: _telephone,
    Sensitive.ADDRESS: _address,
    Sensitive.RESIDENT_ID: _resident_id,
    Sensitive.SSN: _ssn,
    Sensitive.BANK_CARD: _card,
    Sensitive.IP_ADDRESS: _ip_address,
    Sensitive.BIRTH_DATE: _birth_date,
}
