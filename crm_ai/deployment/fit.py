"""How well customers fit a model, told before anything is scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.deployment.mismatches import Differences, differences
from crm_ai.deployment.streaming import MOST_TURNS, Progress, features
from crm_ai.errors import ReadError
from crm_ai.modeling import Model
from crm_ai.table import Column, FrameStream, Kind, Part, Schema, Stream, coerce
from crm_ai.table.lines import long_cells
from crm_ai.table.names import names_an_identifier
from crm_ai.table.settlement import UnsettledError
from crm_ai.table.streams import Sums
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


def check_fit(model: Model, stream: Stream, *, progress: Progress | None = None) -> Fit:
    """See how well customers fit a model; nothing is scored.

    Parameters
    ----------
    model : Model
        A fitted model.
    stream : Stream
        The customers, see ``open_stream``; ``FrameStream(table)`` for a table in memory.
    progress : callable, optional
        Told a share between 0 and 1 and how many customers were looked at.

    Returns
    -------
    Fit
        What fits, what does not, and what is missing.

    Raises
    ------
    CrmAiError
        If the file cannot be read.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import FrameStream, read_table, table_from_frame
    >>> table = read_table("sample_data/telephone_customers.csv")
    >>> run = train(table, propose_problem(table).problem, ["logistic_regression"])
    >>> check_fit(run.model("logistic_regression"), FrameStream(table)).can_be_scored
    True
    """
    with long_cells():
        for _turn in range(MOST_TURNS):
            try:
                return _Checked(model, stream).all(progress)
            except UnsettledError as error:
                stream = stream.resettled(error.settled)
    raise ReadError(_("The rows of this file contradict each other."), where=stream.source)


class _Checked:
    """What is counted while a file is gone through."""

    def __init__(self, model: Model, stream: Stream) -> None:
        self.model, self.stream = model, stream
        self.absent = Schema(tuple(c for c in model.schema if c.name not in stream.schema))
        self.schema = Schema((*stream.schema, *self.absent))
        self.sums, self.found = Sums(), Differences()
        self.filled = dict.fromkeys(model.schema.names, 0)
        self.identifiers: dict[str, list[np.ndarray]] = {column.name: [] for column in self._identifiers()}

    def all(self, progress: Progress | None) -> Fit:
        for piece, share in self.stream.pieces():
            self._add(self.stream.part(piece))
            if progress is not None:
                progress(share, self.sums.rows)
        if isinstance(self.stream, FrameStream):
            lost = self.stream.table.reading.unreadable
            self.found.add(Differences({name: lost[name] for name in self.model.schema.names if name in lost}))
        needed, target = set(self.model.problem.features), self.model.problem.target
        return Fit(
            self.sums.rows,
            tuple(sorted(self._columns(), key=lambda one: (list(Trouble).index(one.trouble), -one.rows))),
            tuple(name for name in self.stream.schema.names if name not in needed and name != target),
            target if target in self.stream.schema and target not in needed else "",
            {name: rows for name, rows in self._repeated() if rows},
            (*self.stream.notes, *self.sums.notes()),
        )

    def _add(self, part: Part) -> None:
        self.sums.add(part)
        self.sums.check(self.stream)
        for name, seen in self.identifiers.items():
            cells = pd.Series(part.arrays[name], copy=False).dropna()
            seen.append(pd.util.hash_array(cells.to_numpy(dtype=object)))
        nothing = coerce(pd.DataFrame({c.name: [None] * part.rows for c in self.absent}, dtype=object), self.absent)
        whole = replace(part, arrays={**part.arrays, **{name: nothing[name].array for name in nothing.columns}})
        frame, unreadable = features(self.model, whole, self.schema)
        for name in self.filled:
            self.filled[name] += int(frame[name].notna().sum())
        self.found.add(differences(self.model, self.model.cleaned(frame), unreadable))

    def _identifiers(self) -> Iterator[Column]:
        for column in self.stream.schema:
            told_apart = column.kind is Kind.IDENTIFIER or names_an_identifier(column.name)
            if told_apart and column.name not in self.model.problem.features:
                yield column

    def _repeated(self) -> Iterator[tuple[str, int]]:
        for name, seen in self.identifiers.items():
            known = np.concatenate([np.zeros(0, dtype=np.uint64), *seen])
            yield name, len(known) - len(np.unique(known))

    def _columns(self) -> Iterator[ColumnFit]:
        told: dict[str, list[tuple[Trouble, int, str]]] = {}
        for trouble, found in (
            (Trouble.UNREADABLE, Differences(unreadable=self.found.unreadable)),
            (Trouble.NEW_LABELS, Differences(strange=self.found.strange)),
            (Trouble.OUTSIDE, Differences(outside=self.found.outside)),
        ):
            for mismatch in found.told(self.model):
                told.setdefault(mismatch.column, []).append((trouble, mismatch.rows, mismatch.what))
        for column in self.model.schema:
            yield self._column(column, told.get(column.name, []))

    def _column(self, column: Column, wrong: list[tuple[Trouble, int, str]]) -> ColumnFit:
        name, rows = column.name, self.sums.rows
        if name in self.absent:
            return ColumnFit(name, Trouble.MISSING, rows, _("The model needs it; without it nobody can be scored."))
        if rows and not self.filled[name] and not self.found.unreadable.get(name):
            return ColumnFit(name, Trouble.EMPTY, rows, _("No customer has a value; all count as missing."))
        other = self._other_kind(column)
        if other:
            wrong = [*wrong, (Trouble.OTHER_KIND, 0, other)]
        if not wrong:
            return ColumnFit(name, Trouble.NONE)
        worst, concerned, _what = wrong[0]
        said = sentences(what for _trouble, _rows, what in wrong)
        return ColumnFit(name, worst, concerned, said, dict(self.found.strange.get(name, {})))

    def _other_kind(self, column: Column) -> str:
        own = self.stream.schema[column.name].kind
        if _form(own) == _form(column.kind):
            return ""
        return _("It comes as {own} and is read as {kind}, as in training.").format(
            own=own.in_words, kind=column.kind.in_words
        )


def _form(kind: Kind) -> Kind:
    return kind if kind in (Kind.NUMBER, Kind.DATE) else Kind.TEXT


def _in_short(one: ColumnFit) -> str:
    name, n = shorten(one.column, NAME_WIDTH), one.rows
    told: dict[Trouble, Any] = {
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
    return str(told[one.trouble]).format(n=count(n), column=name)


def _named(names: tuple[str, ...]) -> str:
    shown = [shorten(name, NAME_WIDTH) for name in names[:NAMES_TOLD]]
    more = len(names) - len(shown)
    if more:
        shown.append(ngettext("{n} more", "{n} more", more).format(n=count(more)))
    return _(", ").join(shown)
