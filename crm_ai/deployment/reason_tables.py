"""Reasons as tidy tables: one row a customer, or one row a customer and column."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_ai.deployment.scoring import free_name
from crm_ai.words import _, shorten, signed

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation

TOP = 3
NAME, VALUE = 40, 40


def one_a_customer(reasons: Explanation, names: pd.DataFrame, said: np.ndarray, output: np.ndarray) -> pd.DataFrame:
    """Write reasons as one row a customer.

    Parameters
    ----------
    reasons : Explanation
        Of n customers.
    names : pandas.DataFrame of length n
        What tells the customers apart; kept as it is.
    said : numpy.ndarray of shape (n,)
        The predictions.
    output : numpy.ndarray of shape (n,)
        The same on the scale of the reasons.

    Returns
    -------
    pandas.DataFrame of length n
        The names, answer (of a question with answers), prediction, scale, output, base, a column ``contribution of …``
        for each original column, and reason 1 … reason 3 in words, the strongest first and empty where nothing is left
        to say. Base and contributions add up to output. A name that is taken already gets a number.
    """
    n = len(reasons.values)
    told: dict[str, object] = {"answer": _repeated(reasons.label, n)} if reasons.label else {}
    told |= {
        "prediction": said,
        "scale": _repeated(reasons.scale, n),
        "output": output,
        "base": np.full(n, reasons.base),
    }
    told |= {f"contribution of {name}": reasons.values[:, place] for place, name in enumerate(reasons.columns)}
    told |= {f"reason {rank}": words for rank, words in enumerate(reasons_in_words(reasons), start=1)}
    return _beside(names, told)


def one_a_reason(reasons: Explanation, names: pd.DataFrame) -> pd.DataFrame:
    """Write reasons as one row a customer and column.

    Parameters
    ----------
    reasons : Explanation
        Of n customers.
    names : pandas.DataFrame of length n
        What tells the customers apart; kept as it is.

    Returns
    -------
    pandas.DataFrame of length n · columns
        The names, answer (of a question with answers), scale, column, value (as text; empty where missing),
        contribution, standard_error (0 where values are exact). A name that is taken already gets a number.
    """
    n, width = reasons.values.shape
    names = names.loc[names.index.repeat(width)].reset_index(drop=True)
    told: dict[str, object] = {"answer": _repeated(reasons.label, n * width)} if reasons.label else {}
    values = np.empty((n, width), dtype=object)
    for place, name in enumerate(reasons.columns):
        values[:, place] = _texts(reasons.data[name], _exactly)
    error = np.zeros_like(reasons.values) if reasons.error is None else reasons.error
    told |= {
        "scale": _repeated(reasons.scale, n * width),
        "column": pd.array(np.tile(np.asarray(reasons.columns, dtype=object), n), dtype="str"),
        "value": pd.array(values.ravel(), dtype="str"),
        "contribution": reasons.values.ravel(),
        "standard_error": error.ravel(),
    }
    return _beside(names, told)


def reasons_in_words(reasons: Explanation) -> list[pd.api.extensions.ExtensionArray]:
    """Say each customer's strongest reasons.

    Parameters
    ----------
    reasons : Explanation
        Of n customers.

    Returns
    -------
    list of three arrays of str, each of length n
        For instance ``Contract = Month-to-month (+0.9)``, probabilities in points; empty where a column moves nothing.
    """
    from crm_ai.explanation import value_in_words

    points = reasons.scale == "probability"
    words = _("{column} = {value} ({amount} points)") if points else _("{column} = {value} ({amount})")
    amounts = reasons.values * (100.0 if points else 1.0)
    order = np.argsort(-np.abs(amounts), axis=1, kind="stable")
    out = np.full((TOP, len(amounts)), "", dtype=object)
    for place, name in enumerate(reasons.columns):
        customers, rank = np.nonzero((order[:, :TOP] == place) & (amounts[:, [place]] != 0))
        if not len(customers):
            continue
        shown = shorten(name, NAME)
        cells = _texts(reasons.data[name].iloc[customers], lambda cell: shorten(value_in_words(cell), VALUE))
        out[rank, customers] = [
            words.format(column=shown, value=cell, amount=signed(amount))
            for cell, amount in zip(cells, amounts[customers, place].tolist(), strict=True)
        ]
    return [pd.array(said, dtype="str") for said in out]


def _texts(column: pd.Series, write: Callable[[Any], str | None]) -> np.ndarray:
    """Each cell as text, different ones written once; a zero is written without a minus, whichever comes first."""
    column = column + 0.0 if column.dtype.kind == "f" else column
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    texts = np.empty(len(distinct), dtype=object)
    texts[:] = [write(cell) for cell in pd.Series(distinct)]
    return texts[codes]


def _exactly(cell: Any) -> str | None:
    if pd.isna(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}" if cell == cell.normalize() else f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _repeated(text: str, n: int) -> pd.api.extensions.ExtensionArray:
    return pd.array(np.full(n, text, dtype=object), dtype="str")


def _beside(names: pd.DataFrame, told: dict[str, object]) -> pd.DataFrame:
    taken, columns = set(names.columns), dict(names.items())
    for name, cells in told.items():
        free = free_name(name, taken)
        taken.add(free)
        columns[free] = cells  # type: ignore[assignment]
    return pd.DataFrame(columns, index=names.index, copy=False)
