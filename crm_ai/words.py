"""Words and numbers as people read them: translation and formatting, in one place."""

from __future__ import annotations

import gettext
import math
import re
import unicodedata
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALE_FOLDER = Path(__file__).parent / "app" / "locale"
NOTHING = "–"

_language: ContextVar[str] = ContextVar("crm_ai_language", default="en")


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("crm_ai", LOCALE_FOLDER, languages=[language], fallback=True)


def use_language(language: str) -> None:
    """Choose the language of all words from here on, in this thread of work.

    Parameters
    ----------
    language : str
        A code such as ``"en"`` or ``"zh"``; an unknown one falls back to English.
    """
    _language.set(language)


def language() -> str:
    """The language that words are in.

    Returns
    -------
    str
        A code such as ``"en"``.
    """
    return _language.get()


def _(text: str) -> str:
    return _catalogue(_language.get()).gettext(text)


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
        For instance ``0.842``, ``12.3 k`` or ``1.20 m``.

    Examples
    --------
    >>> number(0.84216), number(12345), number(-1234567), number(2.0), number(64.76)
    ('0.842', '12.3 k', '-1.23 m', '2', '64.8')
    """
    if not math.isfinite(x):
        return NOTHING
    if x == 0:
        return "0"
    for size, mark in ((1e9, " bn"), (1e6, " m"), (1e4, " k")):
        if abs(x) >= size:
            return _significant(x / (1e3 if mark == " k" else size), digits) + mark
    if float(x).is_integer() and abs(x) < 1e4:
        return f"{x:,.0f}"
    if abs(x) < 10 ** -(digits + 1):
        return "≈ 0"
    return _significant(x, digits)


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
