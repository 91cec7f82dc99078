"""Name segments by what sets them apart, in the words of the table's own columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.modeling.labels import label_codes
from crm_ai.segmentation.differences import Difference
from crm_ai.segmentation.profiles import Profile, numbers_of, profiles
from crm_ai.segmentation.segmentation import Segmentation
from crm_ai.table import Kind, Table
from crm_ai.words import _, number, shorten

CLEAR, SLIGHT = 0.5, 0.2  # standard deviations: medium and small effects
TRAITS = 3
MOST_TRAITS = 6
SAME = 0.7  # two traits that correlate so much say the same
MAJORITY = 0.6
RARE = 0.1
TOLD = 0.2  # smaller differences of shares are not worth a name, however unusual the label
NAME, LABEL = 28, 24
LOOKED_AT = 5_000
YES, NO = frozenset({"yes", "true"}), frozenset({"no", "false"})
LETTERS = ({"y", "n"}, {"t", "f"})


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that sets a segment apart.

    Parameters
    ----------
    words : str
        In words.
    strength : float
        Size of the effect in standard deviations.
    difference : Difference
        The figure it rests on.
    """

    words: str
    strength: float
    difference: Difference


def name_groups(
    table: Table, segmentation: Segmentation, *, known: Mapping[str, Profile] | None = None
) -> Segmentation:
    """Give each group a name that says what sets it apart.

    Parameters
    ----------
    table : Table
        The customers.
    segmentation : Segmentation
        Of the same customers.
    known : mapping of str to Profile, optional
        Profiles of the groups in the columns that may name them; by default those of ``profiles``.

    Returns
    -------
    Segmentation
        The same groups; all names are different.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> months, plan = np.r_[np.arange(1.0, 41), np.arange(51.0, 91)] / 2, ["monthly"] * 40 + ["yearly"] * 40
    >>> table = table_from_frame(pd.DataFrame({"months": months, "plan": plan}))
    >>> halves = Segmentation("Half", np.repeat([0, 1], 40), ("1", "2"), "By hand.")
    >>> name_groups(table, halves).groups
    ('low months (2.5–18)', 'high months (27–43)')
    """
    found = dict(known) if known is not None else profiles(table, segmentation)
    likeness = _Likeness(table)
    traits = {
        group: traits_of(table, found[group], likeness=likeness) for group in segmentation.groups if group in found
    }
    names: dict[str, str] = {}
    for group in segmentation.groups:
        own = traits.get(group, ())
        for many in range(TRAITS, MOST_TRAITS + 1):
            name = _joined(own[:many])
            if name not in names.values():
                break
        names[group] = _told_apart(name, set(names.values()))
    return segmentation.renamed(names)


def traits_of(table: Table, profile: Profile, *, likeness: _Likeness | None = None) -> tuple[Trait, ...]:
    """What sets a segment apart, the strongest first; of columns that say the same, only one.

    Parameters
    ----------
    table : Table
        The customers.
    profile : Profile
        Of the segment.
    likeness : object, optional
        What is known of the table's columns already.

    Returns
    -------
    tuple of Trait
        At most six. Only differences beyond chance; small ones only if there is nothing larger.
    """
    likeness = likeness or _Likeness(table)
    found = [one for one in profile.strongest() if one.measure != "missing" and abs(one.effect) >= SLIGHT]
    large = [one for one in found if abs(one.effect) >= CLEAR]
    # What customers have says more than what they lack.
    had = sorted(large or found, key=lambda one: one.measure == "share" and one.difference < 0)
    chosen: list[Trait] = []
    for one in had:
        words = _words(table, one)
        if not words or any(likeness.same(one, other.difference) for other in chosen):
            continue
        chosen.append(Trait(words, abs(one.effect), one))
        if len(chosen) == MOST_TRAITS:
            break
    return tuple(chosen)


class _Likeness:
    """Whether two figures of a table say the same, looked up on a sample and remembered."""

    def __init__(self, table: Table) -> None:
        rows = np.linspace(0, len(table) - 1, min(len(table), LOOKED_AT)).astype(np.intp)
        self._frame, self._schema = table.frame.iloc[rows], table.schema
        self._known: dict[tuple[str, str], np.ndarray] = {}

    def same(self, one: Difference, other: Difference) -> bool:
        if one.column == other.column:
            return True
        first, second = self._values(one), self._values(other)
        both = np.isfinite(first) & np.isfinite(second)
        if both.sum() < 3 or np.ptp(first[both]) == 0 or np.ptp(second[both]) == 0:
            return False
        return bool(abs(np.corrcoef(first[both], second[both])[0, 1]) >= SAME)

    def _values(self, one: Difference) -> np.ndarray:
        key = (one.column, one.label)
        if key not in self._known:
            cells = self._frame[one.column]
            if one.measure == "mean":
                self._known[key] = pd.Series(numbers_of(cells)).rank().to_numpy()
            else:
                texts, codes = label_codes(cells)
                equal = np.asarray([*(float(text == one.label) for text in texts), np.nan])
                self._known[key] = equal[codes]
        return self._known[key]


def _joined(traits: tuple[Trait, ...]) -> str:
    if not traits:
        return _("Much like all customers")
    if traits[0].strength < CLEAR:
        return _("Slightly apart: {traits}").format(traits=_(", ").join(trait.words for trait in traits))
    return _(", ").join(trait.words for trait in traits)


def _told_apart(name: str, taken: set[str]) -> str:
    own, n = name, 2
    while own in taken:
        own, n = f"{name} ({n})", n + 1
    return own


def _words(table: Table, one: Difference) -> str:
    """A difference in words; empty if it is too small, or another label of the column says it better."""
    column = shorten(one.column, NAME)
    if one.measure == "mean":
        return _number_in_words(column, one, table.schema[one.column].kind)
    if abs(one.difference) < TOLD:
        return ""
    if one.inside >= MAJORITY and one.difference > 0:
        return _has(column, one.label, label_codes(table.frame[one.column])[0])
    if one.difference > 0:
        return _("more often {trait}").format(trait=_value_of(column, one.label))
    if one.inside <= RARE and len(table.frame[one.column].unique()) > 2:
        return _("hardly {trait}").format(trait=_value_of(column, one.label))
    return ""


def _number_in_words(column: str, one: Difference, kind: Kind) -> str:
    low, high = _range(one, kind)
    if low == high:
        return _("{column}: {value}").format(column=column, value=low)
    dash = kind is not Kind.DATE and one.typical[0] >= 0
    between = (_("{low}–{high}") if dash else _("{low} to {high}")).format(low=low, high=high)
    if kind is Kind.DATE:
        words = _("late {column} ({range})") if one.effect > 0 else _("early {column} ({range})")
    else:
        words = _("high {column} ({range})") if one.effect > 0 else _("low {column} ({range})")
    return words.format(column=column, range=between)


def _has(column: str, label: str, labels: list[str]) -> str:
    own, letters = label.strip().casefold(), {other.strip().casefold() for other in labels} in LETTERS
    if column.isascii():  # elsewhere "with" and "no" need not go before a noun
        if own in YES or (letters and own in "yt"):
            return _("with {column}").format(column=column)
        if own in NO or (letters and own in "nf"):
            return _("no {column}").format(column=column)
    return _value_of(column, label)


def _value_of(column: str, label: str) -> str:
    return _("{column}: {value}").format(column=column, value=shorten(label, LABEL))


def _range(one: Difference, kind: Kind) -> tuple[str, str]:
    low, high = one.typical
    if kind is Kind.DATE:
        days = [np.datetime64(0, "D") + np.timedelta64(math.floor(end), "D") for end in (low, high)]
        return str(days[0]), str(days[1])
    if low == high:
        return number(low), number(high)
    for digits in (2, 3, 4):
        words = number(low, digits), number(high, digits)
        if words[0] != words[1]:
            return words
    return words
