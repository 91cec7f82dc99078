"""Which texts say that there is nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MISSING = r"n/a|na|#n/a|#na|nan|<na>|null|(null)|#null!|\n|?|？|missing|(missing)|未知|不详|缺失|未填"
ERRORS = "#div/0!|#value!|#ref!|#name?|#num!"
# Words that mean "missing" only where the other cells are numbers or dates; among labels they may be an answer.
NO_NUMBER = "-|--|---|–|—|.|none|nil|unknown|not available|not applicable|无|空|没有|无数据"

MISSING_WORDS = frozenset(f"{MISSING}|{ERRORS}".split("|"))
NO_NUMBER_WORDS = frozenset(NO_NUMBER.split("|"))


def say_missing(distinct: pa.Array) -> np.ndarray:
    """Mark the texts that mean "missing" in any column, blank ones included.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts.

    Returns
    -------
    numpy.ndarray of bool, shape (k,)
        True where the text says that there is nothing.

    Examples
    --------
    >>> say_missing(pa.array(["N/A", " ", "7", "none"])).tolist()
    [True, True, False, False]
    """
    return _among(distinct, MISSING_WORDS)


def say_no_number(distinct: pa.Array) -> np.ndarray:
    """Mark the texts that stand for a missing number or date.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts.

    Returns
    -------
    numpy.ndarray of bool, shape (k,)
        True where the text says that there is no number.

    Examples
    --------
    >>> say_no_number(pa.array(["N/A", "-", "7", "unknown"])).tolist()
    [True, True, False, True]
    """
    return _among(distinct, MISSING_WORDS | NO_NUMBER_WORDS)


def _among(distinct: pa.Array, words: frozenset[str]) -> np.ndarray:
    if not len(distinct):
        return np.zeros(0, dtype=bool)
    longest = max(map(len, words))
    short = pc.less_equal(pc.utf8_length(distinct), longest + 8)
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(pc.if_else(short, distinct, "x")))
    found = pc.is_in(plain, value_set=pa.array(sorted(words), type=plain.type))
    blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(distinct)), 0)
    return np.asarray(pc.or_(found, blank).to_numpy(zero_copy_only=False), dtype=bool)
