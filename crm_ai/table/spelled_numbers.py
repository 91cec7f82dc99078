"""Numbers as people spell them: 1,234.50 · 1.234,50 · $88 · (5.25) · 12 % · 1.5万 · １２．５."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table.wide_forms import narrowed

PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
CODE = r"^[+-]?(0\d+|\d{16,})$"
MONEY = r"[$€£¥￥₹₩₽]|(?i:usd|eur|gbp|cny|rmb|chf|jpy)|元|人民币"
SPELLED = (
    r"^(?P<open>\()?\s*(?P<minus>[-−+])?\s*(?P<before>" + MONEY + r")?\s*(?P<minus2>[-−+])?\s*"
    r"(?P<body>\d[\d.,'’   ]*|[.,]\d+)"
    r"\s*(?P<unit>%|％|万|亿|千)?\s*(?P<after>" + MONEY + r")?\s*(?P<close>\))?$"
)
POINT_BODY = r"^(\d+|\d{1,3}(,\d{3})+|\d{1,3}(['’   ]\d{3})+)?(\.\d*)?$"
COMMA_BODY = r"^(\d+|\d{1,3}(\.\d{3})+|\d{1,3}(['’   ]\d{3})+)?(,\d*)?$"
UNITS = {"%": 0.01, "％": 0.01, "万": 1e4, "亿": 1e8, "千": 1e3}
SAME_MONEY = {"￥": "¥", "元": "¥", "人民币": "¥", "cny": "¥", "rmb": "¥", "usd": "$", "eur": "€", "gbp": "£"}
HEAD = 100
PARTS = ("open", "minus", "before", "minus2", "body", "unit", "after", "close")


def looks_coded(distinct: pa.Array) -> np.ndarray:
    """Mark digits that are no quantity: leading zeros, or more than 15 of them.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts.

    Returns
    -------
    numpy.ndarray of bool, shape (k,)
        True where reading the text as a number would lose something.

    Examples
    --------
    >>> looks_coded(pa.array(["00017", "6222020200112230001", "0.5", "10"])).tolist()
    [True, True, False, False]
    """
    return _mask(pc.match_substring_regex(narrowed(distinct), CODE))


def parse_numbers(distinct: pa.Array, *, decimal: str | None = None) -> np.ndarray:
    """Read texts as numbers.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts.
    decimal : str, optional
        The decimal mark, ``"."`` or ``","``; by default what the texts themselves say.

    Returns
    -------
    numpy.ndarray of float64, shape (k,)
        NaN where the text is no number, or where texts of one column contradict each other (two currencies; some with
        a percent sign and some without).

    Examples
    --------
    >>> parse_numbers(pa.array(["$1,234.50", "$88", "($5.25)", "?"])).tolist()
    [1234.5, 88.0, -5.25, nan]
    >>> parse_numbers(pa.array(["1.234,50", "0,00"])).tolist()
    [1234.5, 0.0]
    """
    texts = narrowed(distinct)
    if decimal != ",":
        whole = _cast(texts)
        whole = _cast_marked(texts) if whole is None else whole
        if whole is not None:
            return whole
    plain = _mask(pc.match_substring_regex(texts, PLAIN))
    values = np.full(len(texts), np.nan)
    if plain.all() and decimal != ",":
        values[:] = _exact(texts)
    elif decimal == "," or (~plain).any():
        values = _spelled(texts, plain, decimal)
    values[~np.isfinite(values)] = np.nan
    return values


def decimal_votes(distinct: pa.Array) -> tuple[bool, bool]:
    """Ask texts which decimal mark they are certain to use.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts of one column.

    Returns
    -------
    point, comma : bool
        Whether some number can only be read with a decimal point, with a decimal comma.

    Examples
    --------
    >>> decimal_votes(pa.array(["1.234,5"])), decimal_votes(pa.array(["1.25"])), decimal_votes(pa.array(["1,234"]))
    ((False, True), (True, False), (False, False))
    """
    parts = pc.extract_regex(narrowed(distinct), SPELLED)
    return _votes(pc.struct_field(parts, "body"))


def measures(distinct: pa.Array) -> frozenset[str]:
    """Currencies of numbers, and whether they are percentages.

    Parameters
    ----------
    distinct : pyarrow.StringArray
        Texts of one column.

    Returns
    -------
    frozenset of str
        Signs that occur; numbers without any sign say nothing.

    Examples
    --------
    >>> sorted(measures(pa.array(["12 %", "7"]))), sorted(measures(pa.array(["1,5 EUR", "€2"])))
    (['%'], ['€'])
    """
    parts = pc.extract_regex(narrowed(distinct), SPELLED)
    found = {sign for name in ("before", "after") for sign in pc.unique(pc.struct_field(parts, name)).to_pylist()}
    units = {unit for unit in pc.unique(pc.struct_field(parts, "unit")).to_pylist() if unit in ("%", "％")}
    money = {SAME_MONEY.get(sign.lower(), sign) for sign in found if sign}
    return frozenset(money | ({"%"} if units else set()))


def _votes(bodies: pa.Array) -> tuple[bool, bool]:
    bodies = pc.drop_null(pc.utf8_trim_whitespace(bodies))
    point = _mask(pc.match_substring_regex(bodies, POINT_BODY))
    comma = _mask(pc.match_substring_regex(bodies, COMMA_BODY))
    return bool((point & ~comma).any()), bool((comma & ~point).any())


def _cast(texts: pa.Array) -> np.ndarray | None:
    """Read all texts at once if all are plain numbers."""
    try:
        values = np.array(pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        return None
    return values if np.isfinite(values).all() else None


def _cast_marked(texts: pa.Array) -> np.ndarray | None:
    """Read all texts at once if all are like -$1,234.50, with one sign of money or none: quicker than part by part."""
    if not len(texts):
        return None
    signs = pc.extract_regex(texts.slice(0, HEAD), r"(?P<sign>[$€£¥￥])")
    known = pc.drop_null(signs)
    sign = pc.struct_field(known, "sign")[0].as_py() if len(known) else ""
    form = rf"^-?{re.escape(sign)}{'?' if sign else ''}(?:\d+|\d{{1,3}}(?:,\d{{3}})+)(?:\.\d+)?$"
    for part in (texts.slice(0, HEAD), texts):
        if not pc.all(pc.match_substring_regex(part, form)).as_py():
            return None
    digits = pc.replace_substring(texts, ",", "")
    return _cast(pc.replace_substring(digits, sign, "") if sign else digits)


def _exact(texts: pa.Array) -> np.ndarray:
    """Read plain numbers that Arrow's own reader refuses (a plus sign, a bare point)."""
    return np.asarray([float(text) for text in texts.to_pylist()])


def _spelled(texts: pa.Array, plain: np.ndarray, decimal: str | None) -> np.ndarray:
    parts = pc.extract_regex(texts, SPELLED)
    part = {name: pc.fill_null(pc.struct_field(parts, name), "") for name in PARTS}
    body = pc.utf8_trim_whitespace(part["body"])
    if decimal is None:
        point, comma = _votes(pc.struct_field(parts, "body"))
        decimal = "," if comma and not point else "."
    fits = _mask(pc.match_substring_regex(body, COMMA_BODY if decimal == "," else POINT_BODY)) & _filled(body)
    fits &= _filled(part["open"]) == _filled(part["close"])
    fits &= ~(_filled(part["minus"]) & _filled(part["minus2"])) & ~(_filled(part["before"]) & _filled(part["after"]))
    values = np.full(len(texts), np.nan)
    if fits.any() and _one_measure(part, fits):
        digits = pc.replace_substring_regex(body, r"['’   " + (r".]" if decimal == "," else r",]"), "")
        digits = pc.replace_substring(digits, ",", ".") if decimal == "," else digits
        read = digits.filter(pa.array(fits))
        cast = _cast(read)
        values[fits] = _exact(read) if cast is None else cast
        values *= _signs(part) * _scales(part["unit"])
    scientific = plain & ~np.isfinite(values) & (decimal != ",")
    if scientific.any() and not _filled(part["unit"]).any():
        values[scientific] = _exact(texts.filter(pa.array(scientific)))
    return values


def _one_measure(part: dict[str, pa.Array], fits: np.ndarray) -> bool:
    """Whether all numbers are in one currency, and all or none are percentages."""
    signs = [pc.unique(part[name].filter(pa.array(fits))).to_pylist() for name in ("before", "after")]
    money = {SAME_MONEY.get(sign.lower(), sign) for sign in signs[0] + signs[1] if sign}
    percent = (_mask(pc.equal(part["unit"], "%")) | _mask(pc.equal(part["unit"], "％")))[fits]
    return len(money) <= 1 and bool(percent.all() or not percent.any())


def _signs(part: dict[str, pa.Array]) -> np.ndarray:
    minus = pa.array(["-", "−"], type=part["minus"].type)
    negative = _mask(pc.is_in(part["minus"], value_set=minus)) | _mask(pc.is_in(part["minus2"], value_set=minus))
    return np.where(negative ^ _filled(part["open"]), -1.0, 1.0)


def _scales(unit: pa.Array) -> np.ndarray:
    scale = np.ones(len(unit))
    for text, size in UNITS.items():
        scale[_mask(pc.equal(unit, text))] = size
    return scale


def _filled(texts: pa.Array) -> np.ndarray:
    return _mask(pc.not_equal(texts, ""))


def _mask(found: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)
