"""Score any number of customers with little memory: part by part, in a few threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crm_ai.deployment.arrow_columns import as_arrow, is_harmless, is_plain
from crm_ai.deployment.mismatches import Differences, differences
from crm_ai.deployment.reason_tables import reasons_in_words
from crm_ai.deployment.scored import Counts, Scored, Wishes, check_wishes
from crm_ai.deployment.scoring import check_columns, free_name, said
from crm_ai.deployment.sinks import Sink
from crm_ai.modeling import Model, Task
from crm_ai.table import LABELLED, Kind, Part, Schema, Stream, coerce_counting, until_settled
from crm_ai.table.lines import long_cells
from crm_ai.table.streams import Sums

if TYPE_CHECKING:
    from crm_ai.explanation import Explainer

MOST_THREADS = 8
MOST_REASONS = 3
EXPLAINED_IN_ALL = 20_000  # decides how precisely reasons are estimated where they cannot be exact

Progress = Callable[[float, int], object]


@dataclass(frozen=True, slots=True)
class _Done:
    """One part, scored and ready to be written."""

    part: Part
    differences: Differences
    encoded: Any
    scores: np.ndarray


def score_stream(
    model: Model, stream: Stream, sink: Sink, *, wishes: Wishes | None = None, progress: Progress | None = None
) -> Scored:
    """Score the customers of a file and write them, never holding more than a few parts of it.

    Parameters
    ----------
    model : Model
        A fitted model.
    stream : Stream
        The customers, see ``open_stream``; columns in any order, the target need not be there.
    sink : Sink
        Where they go; all of them or none.
    wishes : Wishes, optional
        What shall stand beside them.
    progress : callable, optional
        Told a share between 0 and 1 and how many customers are done.

    Returns
    -------
    Scored
        How many there were, and what did not fit.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing; nothing has been read then.
    CrmAiError
        If the file cannot be read, or nothing can be written.
    """
    from threadpoolctl import threadpool_limits

    wishes = wishes or Wishes()
    check_columns(model, stream.schema, source=stream.source)
    check_wishes(model, wishes)
    sink.check()

    def scored(stream: Stream) -> Counts:
        def tell(share: float, sums: Sums) -> None:
            sums.check(stream)
            if progress is not None:
                progress(share, sums.rows)

        ranks = ranked(score_alone(model, stream, threads())) if wishes.priority else None
        return score_parts(model, stream, sink, wishes, ranks=ranks, threads=threads(), tell=tell)

    with long_cells(), threadpool_limits(limits=1):
        counts = until_settled(stream, scored)
    return counts.told(model, stream.notes)


def score_alone(model: Model, stream: Stream, threads: int) -> np.ndarray:
    """Score the customers of a file and write nothing.

    Parameters
    ----------
    model : Model
        A fitted model whose scores can be ordered.
    stream : Stream
        The customers.
    threads : int
        How many work at once.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        In the file's order.

    Raises
    ------
    UnsettledError
        If rows contradict those that said how the file is read.
    """

    def scores(piece: Any) -> _Done:
        part = stream.part(piece)
        cleaned = model.cleaned(features(model, part, stream.schema)[0])
        return _Done(part, Differences(), None, model.predict_encoded(model.encoder.transform(cleaned)))

    said = [done.scores for done, _share in _in_order(stream, scores, threads)]
    return np.concatenate([np.zeros(0), *said])


def score_parts(
    model: Model,
    stream: Stream,
    sink: Sink,
    wishes: Wishes,
    *,
    ranks: np.ndarray | None = None,
    threads: int = 1,
    tell: Callable[[float, Sums], object] | None = None,
) -> Counts:
    """Score the customers of a file and write them, as the file is settled.

    Parameters
    ----------
    model, stream, sink, wishes
        As for ``score_stream``.
    ranks : numpy.ndarray of int, shape (n,), optional
        Each customer's priority, if it is wished for.
    threads : int, default 1
        How many work at once.
    tell : callable, optional
        Told a share between 0 and 1 and what happened to the rows so far, after each part.

    Returns
    -------
    Counts
        What happened to the rows, and what did not fit.

    Raises
    ------
    UnsettledError
        If rows contradict those that said how the file is read; nothing is written then.
    """
    worker = _Worker(model, stream, sink, wishes)
    counts = Counts()

    def encoded() -> Iterator[Any]:
        for done, share in _in_order(stream, worker.scored if ranks is None else worker.prepared, threads):
            counts.sums.add(done.part)
            counts.differences.add(done.differences)
            if tell is not None:
                tell(share, counts.sums)
            if ranks is None:
                yield done.encoded
            else:
                rows = counts.sums.rows
                yield sink.encode(worker.with_priority(done, ranks[rows - done.part.rows : rows]))

    sink.write(worker.names, encoded())
    return counts


class _Worker:
    """Scores parts; the same for all threads."""

    def __init__(self, model: Model, stream: Stream, sink: Sink, wishes: Wishes) -> None:
        self.model, self.stream, self.sink, self.wishes = model, stream, sink, wishes
        self.whole = stream.whole
        self.continues = sink.as_texts and not self._reasons and all(map(is_plain, model.problem.labels))
        self.explainer = self._explainer()
        taken = set(stream.schema.names)
        self.said: list[str] = []
        more = [*said(model, self._nobody(), wishes.threshold), *(["priority"] if wishes.priority else ())]
        more += [f"reason {rank + 1}" for rank in range(self._reasons)]
        for name in more:
            free = free_name(name, taken)
            taken.add(free)
            self.said.append(free)
        self.names = [*stream.schema.names, *self.said]

    @property
    def _reasons(self) -> int:
        return min(self.wishes.reasons, MOST_REASONS)

    def scored(self, piece: Any) -> _Done:
        done = self.prepared(piece)
        return _Done(done.part, done.differences, self.sink.encode(done.encoded), done.scores)

    def prepared(self, piece: Any) -> _Done:
        """The part as a table that is not encoded yet."""
        part = self.stream.part(piece)
        frame, unreadable = features(self.model, part, self.stream.schema)
        matrix, found = self._encoded(frame, unreadable)
        predicted = self.model.predict_encoded(matrix)
        columns = self._own_columns(part)
        columns += [as_arrow(cells) for cells in said(self.model, predicted, self.wishes.threshold).values()]
        columns += self._reasons_of(matrix, frame)
        names = [name for name in self.names if not self._is_priority(name)]
        return _Done(part, found, pa.table(columns, names=names[len(names) - len(columns) :]), predicted)

    def with_priority(self, done: _Done, ranks: np.ndarray) -> pa.Table:
        place, name = done.encoded.num_columns - self._reasons, self.names[len(self.names) - self._reasons - 1]
        return done.encoded.add_column(place, name, pa.array(ranks, pa.int64()))

    def _own_columns(self, part: Part) -> list[Any]:
        """The file's columns; one column of begun rows, if the file's own text may be written again."""
        if self.continues and all(is_harmless(part.arrays[name]) for name in self.stream.schema.names):
            begun = part.as_written()
            if begun is not None:
                return [begun]
        spelled = part.written if self.sink.as_texts else {}
        return [
            spelled[name] if name in spelled else as_arrow(part.arrays[name], whole=name in self.whole)
            for name in self.stream.schema.names
        ]

    def _is_priority(self, name: str) -> bool:
        return self.wishes.priority and name == self.names[len(self.names) - self._reasons - 1]

    def _encoded(self, frame: pd.DataFrame, unreadable: dict[str, int]) -> tuple[np.ndarray, Differences]:
        cleaned = self.model.cleaned(frame)
        return self.model.encoder.transform(cleaned), differences(self.model, cleaned, unreadable)

    def _nobody(self) -> np.ndarray:
        labels = len(self.model.problem.labels)
        return np.zeros((0, labels)) if self.model.problem.task is Task.MULTICLASS else np.zeros(0)

    def _explainer(self) -> Explainer | None:
        if not self._reasons:
            return None
        from crm_ai.explanation import explainer_of

        return explainer_of(self.model, customers=EXPLAINED_IN_ALL)

    def _reasons_of(self, matrix: np.ndarray, frame: pd.DataFrame) -> list[pa.Array]:
        if self.explainer is None:
            return []
        size = max(1, min(len(frame), self.explainer.most_customers, EXPLAINED_IN_ALL))
        parts: list[list[Any]] = [[] for _rank in range(self._reasons)]
        for start in range(0, max(len(frame), 1), size):
            rows = slice(start, start + size)
            some = frame.iloc[rows]
            told = reasons_in_words(self.explainer.explain_encoded(matrix[rows], some, np.arange(len(some))))
            for rank in range(self._reasons):
                parts[rank].append(as_arrow(told[rank]))
        return [pa.concat_arrays(some) for some in parts]


def features(model: Model, part: Part, schema: Schema) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give a part of a file the form in which a model knows customers.

    Parameters
    ----------
    model : Model
        The model.
    part : Part
        Some rows; holds the features.
    schema : Schema
        What the file's columns are.

    Returns
    -------
    frame : pandas.DataFrame
        The features.
    unreadable : dict of str to int
        By feature, cells that held something that could not be read.
    """
    arrays: dict[str, Any] = {}
    other = []
    for column in model.schema:
        own = schema[column.name].kind
        if (own is column.kind and own in (Kind.NUMBER, Kind.DATE)) or {own, column.kind} <= LABELLED:
            arrays[column.name] = part.arrays[column.name]
        else:
            other.append(column)
    unreadable = {column.name: part.unreadable.get(column.name, 0) for column in model.schema}
    if other:
        cells = pd.DataFrame({c.name: part.arrays[c.name] for c in other}, index=pd.RangeIndex(part.rows), copy=False)
        shaped, lost = coerce_counting(cells, Schema(tuple(other)))
        arrays |= {name: shaped[name].array for name in shaped.columns}
        for name, rows in lost.items():
            unreadable[name] += rows
    names = model.schema.names
    frame = pd.DataFrame({name: arrays[name] for name in names}, index=pd.RangeIndex(part.rows), copy=False)
    return frame, {name: rows for name, rows in unreadable.items() if rows}


def ranked(scores: np.ndarray) -> np.ndarray:
    """Number customers by their score.

    Parameters
    ----------
    scores : numpy.ndarray of shape (n,)
        Scores.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        1 for the highest; of equal ones the first in order comes first.

    Examples
    --------
    >>> ranked(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 3]
    """
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def threads() -> int:
    """How many threads work at once on this machine.

    Returns
    -------
    int
        One a processor, eight at most.
    """
    return min(MOST_THREADS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def _in_order(stream: Stream, work: Callable[[Any], _Done], threads: int) -> Iterator[tuple[_Done, float]]:
    """Do all pieces in a few threads, and give them in order; no more than a few are under way at once."""
    waiting: deque[tuple[Future[_Done], float]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for piece, share in stream.pieces():
            waiting.append((pool.submit(copy_context().run, work, piece), share))
            if len(waiting) > threads:
                future, done = waiting.popleft()
                yield future.result(), done
        while waiting:
            future, done = waiting.popleft()
            yield future.result(), done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
