"""One cell as a text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def text_of(value: Any) -> str:
    """Write one cell as a person would: whole numbers without decimals, dates without an empty time.

    Parameters
    ----------
    value : object
        A cell that is not missing.

    Returns
    -------
    str
        Its text.

    Examples
    --------
    >>> text_of(3.0), text_of(2.5), text_of(True), text_of(pd.Timestamp("2024-03-01"))
    ('3', '2.5', 'True', '2024-03-01')
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8") if has_halves(value) else value
    if isinstance(value, (float, np.floating)):
        plain = float(value)
        return str(int(plain)) if plain.is_integer() and abs(plain) < 1e16 else repr(plain)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00").replace("T", " ")
    return str(value)


def has_halves(text: str) -> bool:
    r"""Whether a text holds half of a character, as JSON and damaged files may; such a text cannot be stored.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        True if it does.

    Examples
    --------
    >>> has_halves("\ud800"), has_halves("é")
    (True, False)
    """
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def text_or_none(value: Any) -> str | None:
    """Write one cell as a person would, if there is anything in it.

    Parameters
    ----------
    value : object
        A cell.

    Returns
    -------
    str or None
        Its text; None if it is missing.
    """
    is_nan = isinstance(value, (float, np.floating)) and value != value
    return None if value is None or value is pd.NaT or value is pd.NA or is_nan else text_of(value)
