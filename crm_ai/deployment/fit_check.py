"""See how well customers fit a model; nothing is scored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from crm_ai.deployment.fit import ColumnFit, Fit, Trouble
from crm_ai.deployment.mismatches import Differences, differences
from crm_ai.deployment.streaming import Progress, features
from crm_ai.modeling import Model
from crm_ai.table import Column, FrameStream, Kind, Part, Schema, Stream, coerce, until_settled
from crm_ai.table.lines import long_cells
from crm_ai.table.names import names_a_person, names_an_identifier
from crm_ai.table.streams import Sums
from crm_ai.words import _, sentences


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
        return until_settled(stream, lambda settled: _Checked(model, settled).all(progress))


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
            if told_apart and not names_a_person(column.name) and column.name not in self.model.problem.features:
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
