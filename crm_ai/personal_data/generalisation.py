"""Make cells coarser: bands, months, decades, the beginning of a postcode."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.personal_data.birth_dates import day_of
from crm_ai.personal_data.column_names import Hint, hint_of
from crm_ai.personal_data.sensitive import Sensitive, words_for
from crm_ai.table import Column, Kind
from crm_ai.table.names import NO_PERSONS_AGE, names_an_age, words_of
from crm_ai.words import _

AGE_BAND = 10
OLDEST_BAND = 90
BANDS = 10
FEWEST = 5
POSTCODE = re.compile(r"\b(zip|zip ?code|post ?code|postal|plz)\b|邮编|邮政编码")
YEAR = re.compile(r"\b(birth ?year|year of birth|yob|born)\b|出生年")
MUNICIPALITY = re.compile(r"^(?:中国)?(北京|上海|天津|重庆)市?")
PROVINCE_CITY = re.compile(
    r"^(?:中国)?(?:[\u3400-\u9fff]{2,7}?(?:省|自治区|特别行政区))?[\u3400-\u9fff]{2,8}?(?:市|自治州|盟|地区)"
)
PROVINCE = re.compile(r"^(?:中国)?[\u3400-\u9fff]{2,7}?(?:省|自治区|特别行政区)")
STATE_ZIP = re.compile(r"\b([A-Z]{2}) \d{5}(?:-\d{4})?$")
# What is one of a kind cannot be made coarser and still say something.
SINGLE = frozenset(
    {
        Sensitive.NAME,
        Sensitive.EMAIL,
        Sensitive.TELEPHONE,
        Sensitive.RESIDENT_ID,
        Sensitive.SSN,
        Sensitive.BANK_CARD,
    }
)


def generalised(series: pd.Series, column: Column, what: Sensitive | None) -> pd.Series:
    """Make the cells of a column coarser.

    Parameters
    ----------
    series : pandas.Series of length n
        The cells, in the form that the column's kind asks for.
    column : Column
        What the column is.
    what : Sensitive or None
        What it holds, if that was found.

    Returns
    -------
    pandas.Series
        Labels; missing cells stay missing.

    Raises
    ------
    CrmAiError
        If nothing coarser would still say something.

    Examples
    --------
    >>> from crm_ai.table import Role
    >>> generalised(pd.Series([34, 97]), Column("age", Kind.NUMBER, Role.FEATURE), None).tolist()
    ['30–39', '90+']
    """
    if column.kind is Kind.DATE:
        return _dates(
            series, born=what is Sensitive.BIRTH_DATE or hint_of(column.name, Sensitive.BIRTH_DATE) is Hint.FOR
        )
    if POSTCODE.search(" ".join(words_of(column.name))):
        return _labels(series, _postcode_prefix(series))
    if column.kind is Kind.NUMBER and what not in SINGLE:
        return _numbers(series, column)
    if what in TEXTS:
        return _labels(series, TEXTS[what])
    if what in SINGLE or column.kind in (Kind.TEXT, Kind.IDENTIFIER):
        held = _("cells that are one of a kind") if what is None else words_for(what)
        raise CrmAiError(
            _("There is nothing coarser than {held}.").format(held=held),
            where=column.name,
            next_step=_("Mask, pseudonymise or drop the column instead."),
        )
    return _common(series)


def _labels(series: pd.Series, coarser: Callable[[str], str]) -> pd.Series:
    """Change each different cell once."""
    labelled = series if isinstance(series.dtype, pd.CategoricalDtype) else series.map(_text, na_action="ignore")
    codes, distinct = pd.factorize(labelled)
    changed = np.asarray([*(coarser(str(value).strip()) for value in distinct), None], dtype=object)
    return pd.Series(changed[codes], dtype="str")


def _text(value: object) -> str:
    from crm_ai.table.cells import text_of

    return text_of(value)


def _dates(series: pd.Series, *, born: bool) -> pd.Series:
    known = series.notna()
    if born:
        decade = series.dt.year.where(known, 0).astype("int64") // 10 * 10
        return (decade.astype("str") + "–" + (decade + 9).astype("str")).where(known)
    return series.dt.strftime("%Y-%m").astype("str").where(known)


def _numbers(series: pd.Series, column: Column) -> pd.Series:
    words = words_of(column.name)
    if names_an_age(column.name) and not set(words) & NO_PERSONS_AGE:
        return _bands(series, AGE_BAND, top=OLDEST_BAND)
    if YEAR.search(" ".join(words)):
        return _bands(series, AGE_BAND)
    known = series.to_numpy(dtype="float64")
    known = known[np.isfinite(known)]
    spread = float(np.quantile(known, 0.95) - np.quantile(known, 0.05)) if len(known) else 0.0
    return _bands(series, _round_width(spread / BANDS))


def _round_width(width: float) -> float:
    """1, 2 or 5 times a power of ten, not below a width."""
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))


def _bands(series: pd.Series, width: float, *, top: float | None = None) -> pd.Series:
    values = series.to_numpy(dtype="float64")
    places = np.floor(values / width)
    if top is not None:
        places = np.minimum(places, top // width)
    codes, distinct = pd.factorize(places)
    labels = [
        _band(float(place) * width, width, open_above=top is not None and place * width >= top) for place in distinct
    ]
    return pd.Series(np.asarray([*labels, None], dtype=object)[codes], dtype="str")


def _band(low: float, width: float, *, open_above: bool) -> str:
    if open_above:
        return f"{low:.0f}+"
    whole = float(width).is_integer()
    return f"{low:.0f}–{low + width - 1:.0f}" if whole else f"{low:.6g}–<{low + width:.6g}"


def _postcode_prefix(series: pd.Series) -> Callable[[str], str]:
    digits = 6 if any(len(_text(value)) == 6 for value in series.dropna().head(1000)) else 5
    kept = 2 if digits == 6 else 3

    def prefix(postcode: str) -> str:
        # Numbers have lost the zeros they began with.
        full = postcode.zfill(digits) if postcode.isdigit() else postcode
        return f"{full[:kept] if len(full) > kept else full[:1]}***"

    return prefix


def _place(address: str) -> str:
    for shape in (MUNICIPALITY, PROVINCE_CITY, PROVINCE):
        if found := shape.match(address):
            return found[0]
    if state := STATE_ZIP.search(address):
        return state[1]
    last = address.rpartition(",")[2].strip()
    return last if "," in address and last and not re.search(r"\d", last) else _("elsewhere")


def _network(address: str) -> str:
    if ":" in address and "." not in address:
        return ":".join(address.split(":")[:2]) + "::/32"
    return ".".join(address.split(".")[:2]) + ".0.0/16" if address.count(".") >= 3 else _("elsewhere")


def _decade(text: str) -> str:
    day = day_of(text, short_years=True)
    return f"{day.year // 10 * 10}–{day.year // 10 * 10 + 9}" if day else _("other")


TEXTS: dict[Sensitive | None, Callable[[str], str]] = {
    Sensitive.ADDRESS: _place,
    Sensitive.IP_ADDRESS: _network,
    Sensitive.BIRTH_DATE: _decade,
}


def _common(series: pd.Series) -> pd.Series:
    """Put labels that few customers hold together."""
    counts = series.value_counts()
    rare = frozenset(str(label) for label, n in counts.items() if n < FEWEST)
    return _labels(series, lambda label: _("other") if label in rare else label)
