"""Dates as people spell them: 2024-03-01 · 2/24/2011 · 24.02.2011 · 2011年2月24日 · 24 Feb 2011."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table.wide_forms import narrowed
from crm_ai.words import _

LOOKS_LIKE_A_DATE = (
    r"^(\d{4}[-/.年]\s?\d{1,2}([-/.月]|$)|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}[- ]?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4})"
)
SAMPLE = 200
TIMES = (" %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S")
# Month before day where both fit: see `parse_dates`.
DAYS = (
    "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d",
    "%Y年%m月%d日", "%Y年%m月", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
    "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y",
)  # fmt: skip
ORDER = r"^(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})[-/.](?:\d{4}|\d{2})(?:\D|$)"
ZONED = r":\d\d.*(?:Z|[+-]\d\d:?\d\d)$"


def looks_like_dates(distinct: pa.Array) -> bool:
    """Whether most of the first texts look like dates; quick, and may be wrong.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts.

    Returns
    -------
    bool
        True if it is worth the time to parse them.
    """
    if not len(distinct):
        return False
    found = pc.match_substring_regex(narrowed(distinct.slice(0, SAMPLE)), LOOKS_LIKE_A_DATE)
    return pc.mean(found).as_py() > 0.8


def parse_dates(distinct: pa.Array, *, day_first: bool | None = None) -> np.ndarray:
    """Read texts as dates, all in the one spelling that reads the most of them.

    Where day and month cannot be told apart in any text, slashes mean month first, dashes and points mean day first. A
    time zone is turned into UTC.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts.
    day_first : bool, optional
        Which comes first where the texts do not tell.

    Returns
    -------
    numpy.ndarray of datetime64[us], shape (k,)
        NaT where the text is no date.

    Examples
    --------
    >>> parse_dates(pa.array(["24.02.2011", "5.1.2012"])).astype("datetime64[D]").tolist()
    [datetime.date(2011, 2, 24), datetime.date(2012, 1, 5)]
    """
    texts = pd.Series(narrowed(distinct).to_pandas(), dtype="str")
    best = _iso(texts, have_zones(distinct))
    if not best.isna().any():
        return _plain(best)
    head = texts[: 5 * SAMPLE]
    likely = [form for form in _forms(head, day_first) if _fits(head, form) > 0.5]
    for form in sorted(likely, key=lambda form: -_fits(head, form)):
        read = pd.to_datetime(texts, format=form, errors="coerce")
        if read.notna().sum() > best.notna().sum():
            best = read
    return _plain(best)


def day_comes_first(distinct: pa.Array) -> bool | None:
    """Ask texts whether the day or the month comes first.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts that are dates.

    Returns
    -------
    bool or None
        None if no text tells: all could be read both ways, or none begins with two short numbers.

    Examples
    --------
    >>> [day_comes_first(pa.array(["1/2/2024", text])) for text in ("13/4/2024", "3/14/2024", "3/4/2024")]
    [True, False, None]
    """
    first, second, _between = _order(distinct)
    days, months = int((first > 12).sum()), int((second > 12).sum())
    return None if days == months else days > months


def is_ambiguous(distinct: pa.Array) -> bool:
    """Whether day and month could be exchanged in all the texts.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts that are dates.

    Returns
    -------
    bool
        True if month-first and day-first would both read everything. Points always mean day first.

    Examples
    --------
    >>> is_ambiguous(pa.array(["1/2/2024", "3/4/2024"])), is_ambiguous(pa.array(["1/2/2024", "3/14/2024"]))
    (True, False)
    """
    first, second, mark = _order(distinct)
    return len(first) > 0 and mark != "." and bool(max(first.max(), second.max()) <= 12 and (first != second).any())


def means_day_first(distinct: pa.Array) -> bool:
    """Which order the mark between the numbers suggests where nothing else tells.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts that are dates.

    Returns
    -------
    bool
        False for slashes, which Americans use; True for dashes and points.
    """
    return _order(distinct)[2] != "/"


def order_note(day_first: bool) -> str:
    """Say how dates were read that do not tell the day from the month.

    Parameters
    ----------
    day_first : bool
        Which was taken to come first.

    Returns
    -------
    str
        A sentence.
    """
    if day_first:
        return _("Day and month cannot be told apart; read as day first.")
    return _("Day and month cannot be told apart; read as month first.")


def have_zones(distinct: pa.Array) -> bool:
    """Whether some of the texts are times with a time zone.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts.

    Returns
    -------
    bool
        True if at least one is.

    Examples
    --------
    >>> have_zones(pa.array(["2024-03-01T08:00:00+08:00"])), have_zones(pa.array(["2024-03-01 08:00:00"]))
    (True, False)
    """
    return bool(pc.any(pc.match_substring_regex(narrowed(distinct), ZONED)).as_py())


def _order(distinct: pa.Array) -> tuple[np.ndarray, np.ndarray, str]:
    """The first two numbers of the texts that begin with two short ones, and the mark between them."""
    parts = pc.drop_null(pc.extract_regex(narrowed(distinct), ORDER))
    if not len(parts):
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int), ""
    first, second = (np.asarray(pc.struct_field(parts, name).cast(pa.int64())) for name in ("first", "second"))
    return first, second, pc.struct_field(parts, "mark")[0].as_py()


def _forms(head: pd.Series, day_first: bool | None) -> list[str]:
    days: list[str] = list(DAYS)
    if day_first is not None:
        days.sort(key=lambda form: form.startswith("%m" if day_first else "%d"))
    times = TIMES if head.str.contains(":", regex=False).any() else ()
    return [day + time for day in days for time in ("", *times)]


def _iso(texts: pd.Series, zoned: bool) -> pd.Series:
    if not texts[:SAMPLE].str.match(r"^\d{4}-\d").any():
        return pd.Series(np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]"))
    return pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=zoned)


def _fits(texts: pd.Series, form: str) -> float:
    return float(pd.to_datetime(texts, format=form, errors="coerce").notna().mean())


def _plain(read: pd.Series) -> np.ndarray:
    if getattr(read.dt, "tz", None) is not None:
        read = read.dt.tz_convert("UTC").dt.tz_localize(None)
    return read.to_numpy().astype("datetime64[us]")
