"""Columns by which rows of two tables belong to the same customer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from crm_ai.table import Column, Kind, Table
from crm_ai.table.names import names_an_identifier, words_of
from crm_ai.words import _, percent

UNIQUE = 0.9
FEWEST_MATCHED = 0.05
MOST_KEYS = 8
SAMPLE = 2_000
CLEARLY_BETTER = 0.05
WAYS = ("exact", "trimmed", "digits")


@dataclass(frozen=True, slots=True)
class Key:
    """A column of the customers and a column of another table that hold the same values.

    Parameters
    ----------
    left : str
        Column of the customers.
    right : str
        Column of the other table.
    matched : float
        Share of the customers who are found in the other table.
    matched_other : float
        Share of the other table's rows that belong to a customer.
    way : str
        How cells are compared: ``"exact"``, ``"trimmed"`` (blanks and letter case do not count) or ``"digits"``
        (leading zeros do not count).
    evidence : str
        The same in words.
    """

    left: str
    right: str
    matched: float
    matched_other: float
    way: str
    evidence: str


def propose_keys(customers: Table, other: Table) -> tuple[Key, ...]:
    """Find columns by which another table's rows belong to customers.

    Parameters
    ----------
    customers : Table
        One row a customer.
    other : Table
        Any number of rows a customer.

    Returns
    -------
    tuple of Key
        The likeliest first: by shared values, then by how alike the names are.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> people = table_from_frame(pd.DataFrame({"customer_id": ["a", "b", "c"], "age": [30, 40, 50]}))
    >>> bought = table_from_frame(pd.DataFrame({"CustomerID": ["a", "a", "c"], "amount": [5, 7, 9]}))
    >>> [(key.left, key.right, round(key.matched, 2)) for key in propose_keys(people, bought)]
    [('customer_id', 'CustomerID', 0.67)]
    """
    lefts = [column for column in customers.schema if _may_be_a_key(column) and _is_unique(customers, column)]
    rights = [column for column in other.schema if _may_be_a_key(column)]
    keys = [_key(customers, other, left, right) for left in lefts for right in rights]
    found = [key for key in keys if key is not None]
    return tuple(sorted(found, key=lambda key: -_likelihood(key))[:MOST_KEYS])


def texts_of_keys(column: pd.Series, way: str) -> np.ndarray:
    """Write keys so that equal ones are equal texts, whatever they were stored as.

    Parameters
    ----------
    column : pandas.Series of length n
        Of any kind.
    way : str
        As in ``Key``.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        None where the cell is missing.

    Examples
    --------
    >>> texts_of_keys(pd.Series([7.0, None]), "exact").tolist(), texts_of_keys(pd.Series([" A7"]), "trimmed").tolist()
    (['7', None], ['a7'])
    """
    codes, distinct = pd.factorize(column)
    texts = [_text(value) for value in distinct]
    if way == "trimmed":
        texts = [" ".join(text.split()).casefold() for text in texts]
    elif way == "digits":
        texts = [text.strip().lstrip("0") or "0" for text in texts]
    return np.asarray([*texts, None], dtype=object)[codes]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _may_be_a_key(column: Column) -> bool:
    return column.kind in (Kind.IDENTIFIER, Kind.CATEGORY, Kind.TEXT) or (
        column.kind is Kind.NUMBER and names_an_identifier(column.name)
    )


def _is_unique(table: Table, column: Column) -> bool:
    cells = table.frame[column.name]
    known = int(cells.notna().sum())
    return known > 0 and cells.nunique() >= UNIQUE * known


def _key(customers: Table, other: Table, left: Column, right: Column) -> Key | None:
    rights = other.frame[right.name]
    few = rights.dropna().drop_duplicates().head(SAMPLE)
    lefts = customers.frame[left.name]
    if not len(few) or not any(np.isin(texts_of_keys(few, way), texts_of_keys(lefts, way)).any() for way in WAYS):
        return None
    shares = {way: _shares(lefts, rights, way) for way in WAYS}
    # Zeros and blanks may tell customers apart: they are overlooked only where that makes many more match.
    way = max(WAYS, key=lambda name: shares[name][1] + (CLEARLY_BETTER if name == "exact" else 0))
    matched, matched_other = shares[way]
    if matched_other < FEWEST_MATCHED:
        return None
    told = _("{share} of the customers are found, and {other} of the other table's rows belong to one of them.")
    words = {
        "exact": "",
        "trimmed": _(" Blanks and letter case do not count."),
        "digits": _(" Leading zeros do not count."),
    }
    evidence = told.format(share=percent(matched, 1), other=percent(matched_other, 1)) + words[way]
    return Key(left.name, right.name, matched, matched_other, way, evidence)


def _shares(lefts: pd.Series, rights: pd.Series, way: str) -> tuple[float, float]:
    left, right = pd.Series(texts_of_keys(lefts, way)), pd.Series(texts_of_keys(rights, way))
    found = right.isin(left.dropna()) & right.notna()
    return float((left.isin(right.dropna()) & left.notna()).mean()), float(found.mean())


def _likelihood(key: Key) -> float:
    one, other = " ".join(words_of(key.left)), " ".join(words_of(key.right))
    alike = fuzz.token_sort_ratio(one.replace(" ", ""), other.replace(" ", "")) / 100
    named = names_an_identifier(key.left) + names_an_identifier(key.right)
    return key.matched_other + 0.5 * key.matched + alike + 0.25 * named
