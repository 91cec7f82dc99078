"""Words and numbers as people read them: translation and formatting, in one place."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path

from crm_ai.catalogue import Catalogue, read_catalogue

LOCALE_FOLDER = Path(__file__).parent / "app" / "locale"
LANGUAGES = {"en": "English", "zh": "中文"}
NOTHING = "–"

_BETWEEN_SENTENCES = {"zh": ""}
_language: ContextVar[str] = ContextVar("crm_ai_language", default="en")


@lru_cache
def _catalogue(language: str) -> Catalogue:
    return read_catalogue(LOCALE_FOLDER / language / "LC_MESSAGES" / "crm_ai.po")


def use_language(language: str) -> None:
    """Choose the language of all words from here on, in this thread of work.

    A thread begins in English, unless it was started with ``contextvars.copy_context().run``.

    Parameters
    ----------
    language : str
        A code such as ``"en"`` or ``"zh"``; an unknown one falls back to English.
    """
    _language.set(language if language in LANGUAGES else "en")


def language() -> str:
    """The language of all words in this thread of work.

    Returns
    -------
    str
        One of ``LANGUAGES``.
    """
    return _language.get()


def known_language(tag: str | None) -> str | None:
    """Find the language that somebody's browser or system asks for.

    Parameters
    ----------
    tag : str or None
        For instance ``"zh-CN"`` or ``"zh_CN.UTF-8"``.

    Returns
    -------
    str or None
        One of ``LANGUAGES``; None if it is none of them.

    Examples
    --------
    >>> known_language("zh-Hans-CN"), known_language("en_GB.UTF-8"), known_language("C.UTF-8"), known_language(None)
    ('zh', 'en', None, None)
    """
    first = re.split(r"[-_.@]", (tag or "").strip().lower())[0]
    return first if first in LANGUAGES else None


def _(text: str) -> str:
    return _catalogue(_language.get()).gettext(text)


def later(text: str) -> str:
    """Mark a phrase that is translated where it is shown, because it is written down before anybody reads it.

    Parameters
    ----------
    text : str
        In English.

    Returns
    -------
    str
        The same; ``_`` translates it later.
    """
    return text


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a phrase that depends on a number.

    Parameters
    ----------
    one, many : str
        English phrase for one and for several.
    n : int
        The number.

    Returns
    -------
    str
        The phrase that fits `n`, translated.
    """
    return _catalogue(_language.get()).ngettext(one, many, n)


def label_in_words(text: str) -> str:
    """Name a label for people: of those that the app itself gives, only these two are not the customers' own.

    Parameters
    ----------
    text : str
        A label, ``(missing)`` or ``(other)``; or what names a group by several labels, or a column and a label.

    Returns
    -------
    str
        The label as it is, or what stands for one in the reader's language.

    Examples
    --------
    >>> label_in_words("(missing)"), label_in_words("monthly")
    ('(missing)', 'monthly')
    """
    return _STAND_IN.sub(lambda found: _(found[0]), text) if ")" in text else text


def sentences(parts: Iterable[str]) -> str:
    """Put sentences one after the other.

    Parameters
    ----------
    parts : iterable of str
        Whole sentences; empty ones are left out.

    Returns
    -------
    str
        A paragraph, with blanks between sentences where the language has any.

    Examples
    --------
    >>> sentences(["It is good.", "", "It is fast."])
    'It is good. It is fast.'
    """
    return _BETWEEN_SENTENCES.get(_language.get(), " ").join(filter(None, parts))


def count(n: float) -> str:
    """Write a number of things in full.

    Parameters
    ----------
    n : float
        How many.

    Returns
    -------
    str
        The number with thousands marked.

    Examples
    --------
    >>> count(7043)
    '7,043'
    """
    return NOTHING if not math.isfinite(n) else f"{round(n):,}"


def number(x: float, digits: int = 3) -> str:
    """Write a measured number with as many digits as a reader can use.

    Parameters
    ----------
    x : float
        The number.
    digits : int, default 3
        Significant digits.

    Returns
    -------
    str
        For instance ``0.842``, ``12.3 k`` or ``1.20 m``; in Chinese ``1.23 万`` or ``1.20 亿``, which count in other
        steps.

    Examples
    --------
    >>> number(0.84216), number(12345), number(-1234567), number(2.0), number(64.76)
    ('0.842', '12.3 k', '-1.23 m', '2', '64.8')
    """
    if not math.isfinite(x):
        return NOTHING
    if x == 0:
        return "0"
    for least, size, mark in _MARKS.get(_language.get(), _MARKS["en"]):
        if abs(x) >= least:
            return _significant(x / size, digits) + mark
    if float(x).is_integer() and abs(x) < 1e4:
        return f"{x:,.0f}"
    if abs(x) < 10 ** -(digits + 1):
        return "≈ 0"
    return _significant(x, digits)


_MONTHS = (
    *(later("January"), later("February"), later("March"), later("April"), later("May"), later("June")),
    *(later("July"), later("August"), later("September"), later("October"), later("November"), later("December")),
)
_STAND_INS = (later("(missing)"), later("(other)"))
# Alone, or as a part of "gender: (missing) · age: < 30" or "city = (missing)".
_STAND_IN = re.compile(r"(?:^|(?<= · )|(?<=: )|(?<= = ))(?:" + "|".join(map(re.escape, _STAND_INS)) + r")(?= · |$)")

# From which size on, measured in what, called what.
_MARKS = {
    "en": ((1e9, 1e9, " bn"), (1e6, 1e6, " m"), (1e4, 1e3, " k")),
    "zh": ((1e8, 1e8, " 亿"), (1e4, 1e4, " 万")),
}


def _significant(x: float, digits: int) -> str:
    whole = math.floor(math.log10(abs(x))) + 1
    decimals = max(0, digits - max(whole, 0))
    return f"{x:,.{decimals}f}"


def signed(amount: float) -> str:
    """Write a difference with its sign.

    Parameters
    ----------
    amount : float
        For instance a contribution.

    Returns
    -------
    str
        For instance ``+0.120``.

    Examples
    --------
    >>> signed(0.12), signed(-3.0), signed(0.0)
    ('+0.120', '−3', '0')
    """
    if amount == 0 or not math.isfinite(amount):
        return number(amount)
    return ("+" if amount > 0 else "−") + number(abs(amount))


def percent(share: float, decimals: int = 0) -> str:
    """Write a share as a percentage.

    Parameters
    ----------
    share : float
        A share, 1 being everybody.
    decimals : int, default 0
        Decimals shown; shares below one percent always show at least one.

    Returns
    -------
    str
        For instance ``84 %``.

    Examples
    --------
    >>> percent(0.842), percent(0.265, 1), percent(0.004), percent(0)
    ('84 %', '26.5 %', '0.4 %', '0 %')
    """
    if not math.isfinite(share):
        return NOTHING
    if 0 < abs(share) < 0.01:
        decimals = max(decimals, 1)
    return f"{100 * share:.{decimals}f} %"


def day_in_words(day: date) -> str:
    """Write a day in the reader's order.

    Parameters
    ----------
    day : datetime.date
        The day; of a moment, its day.

    Returns
    -------
    str
        For instance ``3 March 2026``; in Chinese ``2026年3月3日``.

    Examples
    --------
    >>> day_in_words(date(2026, 3, 3))
    '3 March 2026'
    """
    return _("{day} {month} {year}").format(day=day.day, month=_(_MONTHS[day.month - 1]), year=day.year)


def shorten(text: str, width: int = 32) -> str:
    """Cut a long name in the middle, but keep a number that stands there: wide tables number their columns.

    Parameters
    ----------
    text : str
        Any text.
    width : int, default 32
        Characters that fit.

    Returns
    -------
    str
        `text`, or its beginning and end around an ellipsis.

    Examples
    --------
    >>> shorten("Number of calls to the service desk in the last twelve months", 20)
    'Number of…lve months'
    >>> shorten("monthly average number 17 of service calls", 20)
    'monthly…17…ce calls'
    """
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    lost = re.search(r"\d+", text[head : head + 1 - width])
    kept = f"…{lost.group()}…" if lost else "…"
    if len(kept) > max(width // 2, 1):
        kept = "…"
    head = (width - len(kept)) // 2
    tail = width - len(kept) - head
    return f"{text[:head].rstrip()}{kept}{text[len(text) - tail :].lstrip()}"


def one_line(text: object) -> str:
    r"""Put a text on one line and take out what steers the display instead of being read.

    Parameters
    ----------
    text : object
        Any text.

    Returns
    -------
    str
        Without control and direction characters, white space closed up.

    Examples
    --------
    >>> one_line("two\nlines \u202e turned")
    'two lines turned'
    """
    shown = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in str(text) if not _steers(c))
    return " ".join("".join(shown).split())


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cs") and character != "\u200d"
