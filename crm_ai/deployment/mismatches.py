"""In which ways new customers differ from those a model has learned from, counted part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crm_ai.modeling import Model
from crm_ai.modeling.encoding import as_number
from crm_ai.modeling.labels import label_codes
from crm_ai.table import Kind
from crm_ai.words import count, ngettext, number

MOST_LABELS = 1_000  # new ones that are remembered by name


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which new customers differ from those the model has learned from.

    Parameters
    ----------
    column : str
        The column concerned.
    rows : int
        Customers concerned.
    what : str
        What differs, and how it was dealt with, in words.
    """

    column: str
    rows: int
    what: str


@dataclass(slots=True)
class Differences:
    """Counts of what did not fit; those of several parts add up.

    Parameters
    ----------
    unreadable : dict of str to int
        By column, cells that held something that could not be read.
    strange : dict of str to dict of str to int
        By column, customers by label that no training customer had.
    outside : dict of str to int
        By column, customers whose number lies outside the range of the training customers.
    """

    unreadable: dict[str, int] = field(default_factory=dict)
    strange: dict[str, dict[str, int]] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)

    def add(self, other: Differences) -> None:
        """Count another part.

        Parameters
        ----------
        other : Differences
            Of the same model.
        """
        _add(self.unreadable, other.unreadable)
        _add(self.outside, other.outside)
        for name, labels in other.strange.items():
            known = self.strange.setdefault(name, {})
            for label, rows in labels.items():
                kept = label if label in known or len(known) < MOST_LABELS else "…"
                known[kept] = known.get(kept, 0) + rows

    def told(self, model: Model) -> tuple[Mismatch, ...]:
        """Say what did not fit.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        tuple of Mismatch
            The most customers first.
        """
        found = [Mismatch(name, rows, _unreadable(rows)) for name, rows in self.unreadable.items() if rows]
        found += [_strange(model, name, labels) for name, labels in self.strange.items() if labels]
        found += [_outside(model, name, rows) for name, rows in self.outside.items() if rows]
        return tuple(sorted(found, key=lambda mismatch: -mismatch.rows))


def differences(model: Model, cleaned: pd.DataFrame, unreadable: Mapping[str, int]) -> Differences:
    """Count what does not fit.

    Parameters
    ----------
    model : Model
        The model.
    cleaned : pandas.DataFrame of length n
        Customers as the model's encoder takes them.
    unreadable : mapping of str to int
        By column, cells that could not be read.

    Returns
    -------
    Differences
        Of these customers.
    """
    encoder = model.encoder
    strange, outside = {}, {}
    ranges = encoder.ranges
    for column in model.schema:
        name = column.name
        if name not in cleaned.columns or name not in encoder.columns_:
            continue
        if name in encoder.levels_:
            labels = _new_labels(cleaned[name], set(encoder.seen_[name]))
            if labels:
                strange[name] = labels
        elif name in ranges:
            low, high = ranges[name]
            values = as_number(cleaned[name])
            rows = int(((values < low) | (values > high)).sum())
            if rows:
                outside[name] = rows
    return Differences(dict(unreadable), strange, outside)


def range_in_words(model: Model, name: str) -> tuple[str, str]:
    """Bounds of a column's training values, rounded outwards.

    Parameters
    ----------
    model : Model
        The model.
    name : str
        A column of numbers or dates.

    Returns
    -------
    low, high : str
        Dates as ISO texts.
    """
    low, high = model.encoder.ranges[name]
    if model.schema[name].kind is Kind.DATE:
        first, last = (np.datetime64(int(day), "D") for day in (np.floor(low), np.ceil(high)))
        return str(first), str(last)
    return number(low), number(high)


def _new_labels(column: pd.Series, known: set[str]) -> dict[str, int]:
    texts, codes = label_codes(column)
    new = [place for place, text in enumerate(texts) if text not in known]
    if not new:
        return {}
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    return {texts[place]: int(counts[place]) for place in new if counts[place]}


def _unreadable(rows: int) -> str:
    what = ngettext(
        "{n} cell could not be read and counts as missing.", "{n} cells could not be read and count as missing.", rows
    )
    return what.format(n=count(rows))


def _strange(model: Model, name: str, labels: Mapping[str, int]) -> Mismatch:
    rows = sum(labels.values())
    what = ngettext(
        "{n} customer has a label that was not there in training ({names}); the model takes it as “{as_}”.",
        "{n} customers have a label that was not there in training ({names}); the model takes them as “{as_}”.",
        rows,
    )
    names = ", ".join(labels)[:80]
    return Mismatch(name, rows, what.format(n=count(rows), names=names, as_=model.encoder.fallback(name)))


def _outside(model: Model, name: str, rows: int) -> Mismatch:
    what = ngettext(
        "{n} customer lies outside what was seen in training ({low} to {high}); there the model can only guess.",
        "{n} customers lie outside what was seen in training ({low} to {high}); there the model can only guess.",
        rows,
    )
    low, high = range_in_words(model, name)
    return Mismatch(name, rows, what.format(n=count(rows), low=low, high=high))


def _add(sums: dict[str, int], more: Mapping[str, int]) -> None:
    for name, rows in more.items():
        sums[name] = sums.get(name, 0) + rows
