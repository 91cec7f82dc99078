"""How well customers fit a model, told before anything is scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from crm_ai.words import _, count, ngettext, sentences, shorten

NAMES_TOLD = 3
NAME_WIDTH = 40


class Trouble(StrEnum):
    """What can be wrong with a column, the worst first."""

    MISSING = "missing"
    EMPTY = "empty"
    UNREADABLE = "cannot be read"
    NEW_LABELS = "new labels"
    OUTSIDE = "out of range"
    OTHER_KIND = "other kind"
    NONE = "fits"

    @property
    def in_words(self) -> str:
        """Its name in the reader's language."""
        return {
            Trouble.MISSING: _("is missing"),
            Trouble.EMPTY: _("is empty"),
            Trouble.UNREADABLE: _("cannot be read"),
            Trouble.NEW_LABELS: _("new labels"),
            Trouble.OUTSIDE: _("out of range"),
            Trouble.OTHER_KIND: _("comes as another kind"),
            Trouble.NONE: _("fits"),
        }[self]


@dataclass(frozen=True, slots=True)
class ColumnFit:
    """How one column that the model needs fits.

    Parameters
    ----------
    column : str
        Its name.
    trouble : Trouble
        The worst that is wrong with it.
    rows : int
        Customers concerned; all if it is missing, none if it fits.
    what : str
        What differs, and how it is dealt with, in words; empty if it fits.
    labels : mapping of str to int
        Customers by label that nobody had in training.
    """

    column: str
    trouble: Trouble
    rows: int = 0
    what: str = ""
    labels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well customers fit a model.

    Parameters
    ----------
    rows : int
        Customers that were looked at.
    columns : tuple of ColumnFit
        One entry for each column that the model needs, the worst first.
    others : tuple of str
        Columns that the model does not look at; they stay beside the scores.
    answered : str, default ""
        Name of the column that is predicted, if it is there; it is not looked at either.
    repeated : mapping of str to int
        By column of identifiers, customers whose identifier somebody before them has.
    notes : tuple of str
        What the reader had to decide or repair, in words.
    """

    rows: int
    columns: tuple[ColumnFit, ...]
    others: tuple[str, ...] = ()
    answered: str = ""
    repeated: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns that the model needs and that are not there."""
        return tuple(one.column for one in self.columns if one.trouble is Trouble.MISSING)

    @property
    def can_be_scored(self) -> bool:
        """Whether all columns are there."""
        return not self.missing

    @property
    def is_clean(self) -> bool:
        """Whether nothing has to be known before scoring; that a column comes as another kind is no trouble."""
        return not self.repeated and all(one.trouble in (Trouble.OTHER_KIND, Trouble.NONE) for one in self.columns)

    @property
    def verdict(self) -> str:
        """The answer in one or two sentences."""
        needed = len(self.columns)
        if self.missing:
            told = ngettext(
                "Cannot be scored: {k} of the {n} columns that the model needs is missing ({names}).",
                "Cannot be scored: {k} of the {n} columns that the model needs are missing ({names}).",
                len(self.missing),
            )
            return told.format(k=count(len(self.missing)), n=count(needed), names=_named(self.missing))
        there = ngettext(
            "The {n} column that the model needs is there", "All {n} columns that the model needs are there", needed
        ).format(n=count(needed))
        if self.is_clean:
            return _("{there}, and everything fits what it has learned from.").format(there=there)
        return sentences([f"{there}{_('.')}", *self._worst(), *self._repeated()])

    def _worst(self) -> Iterator[str]:
        wrong = [one for one in self.columns if one.trouble not in (Trouble.OTHER_KIND, Trouble.NONE)]
        for one in wrong[:1]:
            yield _in_short(one)
        if len(wrong) > 1:
            yield ngettext(
                "{n} more column differs from training.", "{n} more columns differ from training.", len(wrong) - 1
            ).format(n=count(len(wrong) - 1))

    def _repeated(self) -> Iterator[str]:
        for name, rows in self.repeated.items():
            yield ngettext(
                "{n} customer has the same {column} as one before.",
                "{n} customers have the same {column} as one before.",
                rows,
            ).format(n=count(rows), column=shorten(name, NAME_WIDTH))

    def to_frame(self) -> pd.DataFrame:
        """Write the columns as a table.

        Returns
        -------
        pandas.DataFrame
            Columns column, fit, rows, what: one row for each column that the model needs, the worst first.
        """
        return pd.DataFrame(
            {
                "column": [one.column for one in self.columns],
                "fit": [one.trouble.value for one in self.columns],
                "rows": [one.rows for one in self.columns],
                "what": [one.what for one in self.columns],
            }
        )


def _in_short(one: ColumnFit) -> str:
    name, n = shorten(one.column, NAME_WIDTH), one.rows
    told = {
        Trouble.EMPTY: _("Nobody has a value in {column}."),
        Trouble.UNREADABLE: ngettext(
            "{n} cell of {column} cannot be read.", "{n} cells of {column} cannot be read.", n
        ),
        Trouble.NEW_LABELS: ngettext(
            "{n} customer has a {column} that nobody had in training.",
            "{n} customers have a {column} that nobody had in training.",
            n,
        ),
        Trouble.OUTSIDE: ngettext(
            "{n} customer lies outside the {column} seen in training.",
            "{n} customers lie outside the {column} seen in training.",
            n,
        ),
    }
    return told[one.trouble].format(n=count(n), column=name)


def _named(names: tuple[str, ...]) -> str:
    shown = [shorten(name, NAME_WIDTH) for name in names[:NAMES_TOLD]]
    more = len(names) - len(shown)
    if more:
        shown.append(ngettext("{n} more", "{n} more", more).format(n=count(more)))
    return _(", ").join(shown)
