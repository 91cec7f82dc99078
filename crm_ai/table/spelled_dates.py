"""Dates as people spell them: 2024-03-01 · 2/24/2011 · 24.02.2011 · 2011年2月24日 · 24 Feb 2011."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

LOOKS_LIKE_A_DATE = (
    r"^(\d{4}[-/.年]\s?\d{1,2}([-/.月]|$)|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}[- ]?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4})"
)
SAMPLE = 200
TIMES = ("", " %H:%M:%S", " %H:%M")
# Month before day where both fit: see `parse_dates`.
DAYS = (
    "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y年%m月",
    "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip


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
    found = pc.match_substring_regex(pc.utf8_trim_whitespace(distinct.slice(0, SAMPLE)), LOOKS_LIKE_A_DATE)
    return pc.mean(found).as_py() > 0.8


def parse_dates(distinct: pa.Array) -> np.ndarray:
    """Read texts as dates, all in the one spelling that reads the most of them.

    Where day and month cannot be told apart in any text, slashes mean month first and points mean day first. A time
    zone is turned into UTC.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts.

    Returns
    -------
    numpy.ndarray of datetime64[us], shape (k,)
        NaT where the text is no date.

    Examples
    --------
    >>> parse_dates(pa.array(["24.02.2011", "5.1.2012"])).astype("datetime64[D]").tolist()
    [datetime.date(2011, 2, 24), datetime.date(2012, 1, 5)]
    """
    texts = pd.Series(pc.utf8_trim_whitespace(distinct).to_pandas(), dtype="str")
    best = _iso(texts)
    if not best.isna().any():
        return _plain(best)
    head = texts[: 5 * SAMPLE]
    likely = [form for form in (day + time for day in DAYS for time in TIMES) if _fits(head, form) > 0.5]
    for form in sorted(likely, key=lambda form: -_fits(head, form)):
        read = pd.to_datetime(texts, format=form, errors="coerce")
        if read.notna().sum() > best.notna().sum():
            best = read
    return _plain(best)


def is_ambiguous(distinct: pa.Array) -> bool:
    """Whether day and month could be exchanged in all the texts.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts that are dates.

    Returns
    -------
    bool
        True if month-first and day-first would both read everything.

    Examples
    --------
    >>> is_ambiguous(pa.array(["1/2/2024", "3/4/2024"])), is_ambiguous(pa.array(["1/2/2024", "3/14/2024"]))
    (True, False)
    """
    form = r"^(?P<first>\d{1,2})[-/](?P<second>\d{1,2})[-/]\d{2,4}"
    parts = pc.extract_regex(pc.utf8_trim_whitespace(distinct), form)
    known = pc.drop_null(parts)
    if not len(known):
        return False
    first, second = (pc.max(pc.struct_field(known, name).cast(pa.int64())).as_py() for name in ("first", "second"))
    return max(first, second) <= 12


def _iso(texts: pd.Series) -> pd.Series:
    if not texts[:SAMPLE].str.match(r"^\d{4}-\d").any():
        return pd.Series(np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]"))
    zoned = bool(texts[:SAMPLE].str.contains(r":\d\d.*(?:Z|[+-]\d\d:?\d\d)$", regex=True).any())
    return pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=zoned)


def _fits(texts: pd.Series, form: str) -> float:
    return float(pd.to_datetime(texts, format=form, errors="coerce").notna().mean())


def _plain(read: pd.Series) -> np.ndarray:
    if getattr(read.dt, "tz", None) is not None:
        read = read.dt.tz_convert("UTC").dt.tz_localize(None)
    return read.to_numpy().astype("datetime64[us]")
