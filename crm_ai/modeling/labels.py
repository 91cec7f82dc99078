"""A column's cells as labels: distinct texts, and which of them each customer has."""

from __future__ import annotations

import numpy as np
import pandas as pd


def label_codes(column: pd.Series) -> tuple[list[str], np.ndarray]:
    """Labels of a column as texts, and the position of each customer's.

    Parameters
    ----------
    column : pandas.Series of length n
        Of any kind.

    Returns
    -------
    texts : list of str
        Distinct labels; whole numbers without decimals.
    codes : numpy.ndarray of int, shape (n,)
        Positions in `texts`; -1 where missing.
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("category")
    texts = [_number_in_words(label) if isinstance(label, float) else str(label) for label in column.cat.categories]
    return texts, column.cat.codes.to_numpy().astype(np.intp)


def label_counts(column: pd.Series) -> dict[str, int]:
    """Customers by label, the most frequent first.

    Parameters
    ----------
    column : pandas.Series
        Of any kind; missing cells are not counted.

    Returns
    -------
    dict of str to int
        Only labels that occur.
    """
    texts, codes = label_codes(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    order = np.argsort(-counts, kind="stable")
    return {texts[i]: int(counts[i]) for i in order if counts[i]}


def _number_in_words(label: float) -> str:
    """A number without needless decimals, but with all that tell it from others."""
    short = f"{label:.15g}"
    return short if float(short) == label else repr(label)
