"""Customers of a table with their scores beside them, kept in memory to be looked at and written several times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.deployment.scored import Scored, Wishes
from crm_ai.deployment.sinks import Sink, file_sink
from crm_ai.deployment.streaming import MOST_REASONS, Progress, score_stream
from crm_ai.errors import ScoringError
from crm_ai.modeling import Model, Task
from crm_ai.table import FrameStream, Table
from crm_ai.table.streams import FRAME_ROWS
from crm_ai.words import _

STEPS, FEWEST_AT_ONCE = 12, 500  # reasons of a forest take their time: progress shall move
BARS = 20


@dataclass(frozen=True, slots=True)
class Selected:
    """Customers whose score reaches a threshold.

    Parameters
    ----------
    customers : int
        How many.
    share : float
        Of all.
    """

    customers: int
    share: float


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """Customers with their scores, as ``score_stream`` writes them.

    Parameters
    ----------
    scored : Scored
        How many there are, and what did not fit.
    names : tuple of str
        Names of all columns: the customers' own, then what was said of them.
    own : int
        How many of them are the customers' own.
    parts : tuple of pyarrow.Table
        The rows, in order.
    task : Task
        Which kind of question was answered.
    numbered : bool
        Whether customers are numbered by their score.
    reasons : int
        How many columns of reasons there are.
    """

    scored: Scored
    names: tuple[str, ...]
    own: int
    parts: tuple[pa.Table, ...] = field(repr=False)
    task: Task
    numbered: bool
    reasons: int

    def __len__(self) -> int:
        return self.scored.rows

    @property
    def said(self) -> tuple[str, ...]:
        """Names of the columns that the model has added."""
        return self.names[self.own :]

    @property
    def said_scores(self) -> tuple[str, ...]:
        """Of these, score and decision, prediction and range, or prediction and probabilities."""
        return self.said[: len(self.said) - self.reasons - self.numbered]

    @property
    def said_priority(self) -> str:
        """Of these, the one that numbers customers; empty if they are not numbered."""
        return self.said[len(self.said) - self.reasons - 1] if self.numbered else ""

    @property
    def said_reasons(self) -> tuple[str, ...]:
        """Of these, those that say reasons in words."""
        return self.said[len(self.said) - self.reasons :]

    @property
    def scores(self) -> np.ndarray:
        """Of a yes/no question the scores, of a number the predictions, of several answers the highest probability."""
        names = self.said_scores[1:] if self.task is Task.MULTICLASS else self.said_scores[:1]
        highest: np.ndarray = np.max([self.column(name) for name in names], axis=0)
        return highest

    @property
    def mean(self) -> float:
        """Mean of the scores."""
        return float(self.scores.mean())

    @property
    def highest(self) -> float:
        """Highest of the scores."""
        return float(self.scores.max())

    def selected(self, threshold: float) -> Selected:
        """Count the customers who are selected.

        Parameters
        ----------
        threshold : float
            Score from which a customer is.

        Returns
        -------
        Selected
            How many, and which share.
        """
        customers = int((self.scores >= threshold).sum())
        return Selected(customers, customers / len(self))

    def answers(self, labels: Sequence[str]) -> tuple[tuple[str, float], ...]:
        """Share of customers by predicted answer, of a question with several.

        Parameters
        ----------
        labels : sequence of str
            All answers there are.

        Returns
        -------
        tuple of (str, float)
            The most frequent first.
        """
        predicted = self.column(self.said_scores[0])
        shares = ((label, float((predicted == label).mean())) for label in labels)
        return tuple(sorted(shares, key=lambda pair: (pair[1], pair[0]), reverse=True))

    def column(self, name: str) -> np.ndarray:
        """All cells of a column.

        Parameters
        ----------
        name : str
            Of ``names``.

        Returns
        -------
        numpy.ndarray of shape (n,)
            Missing numbers as NaN, other missing cells as None.
        """
        return np.concatenate([part[name].to_numpy() for part in self.parts])

    def first(self, n: int) -> pd.DataFrame:
        """The customers who come first.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        pandas.DataFrame
            By priority where customers are numbered, else in their own order.
        """
        if not self.numbered:
            return _frame(pa.concat_tables(self.parts).slice(0, n))
        name = self.said_priority
        chosen = _frame(pa.concat_tables([part.filter(pc.less_equal(part[name], n)) for part in self.parts]))
        return chosen.sort_values(name, ignore_index=True)

    def write(self, sink: Sink, *, progress: Progress | None = None) -> None:
        """Write all of them, or nothing.

        Parameters
        ----------
        sink : Sink
            A file or a table of a database.
        progress : callable, optional
            Told a share between 0 and 1 and how many customers were handed over.

        Raises
        ------
        CrmAiError
            If it cannot be written to.
        """

        def encoded() -> Iterator[Any]:
            done = 0
            for part in self.parts:
                yield sink.encode(part)
                done += part.num_rows
                if progress is not None:
                    progress(done / len(self), done)

        sink.check()
        sink.write(self.names, encoded())

    def as_file(self, ending: str) -> bytes:
        """Write all of them as a file.

        Parameters
        ----------
        ending : str
            One of ``.csv``, ``.xlsx``, ``.parquet``.

        Returns
        -------
        bytes
            The file, as the command line writes it.

        Raises
        ------
        CrmAiError
            If the ending is another one, or the format cannot hold as many rows.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"scored{ending}"
            self.write(file_sink(path))
            return path.read_bytes()


def score_table(
    model: Model, table: Table, *, wishes: Wishes | None = None, progress: Progress | None = None
) -> ScoredTable:
    """Score the customers of a table; the numbers and words are those of ``score_stream``.

    Parameters
    ----------
    model : Model
        A fitted model.
    table : Table
        The customers.
    wishes : Wishes, optional
        What shall stand beside them.
    progress : callable, optional
        Told a share between 0 and 1 and how many customers are done.

    Returns
    -------
    ScoredTable
        To be looked at and written.

    Raises
    ------
    ScoringError
        If there is no customer, or a column that the model needs is missing.
    """
    if not len(table):
        raise ScoringError(
            _("There is no customer in it."), where=table.source, next_step=_("Bring a file with at least one row.")
        )
    wishes, kept = wishes or Wishes(), _Memory()
    at_once = min(max(-(-len(table) // STEPS), FEWEST_AT_ONCE), FRAME_ROWS)
    scored = score_stream(model, FrameStream(table, at_once), kept, wishes=wishes, progress=progress)
    return ScoredTable(
        scored,
        tuple(kept.names),
        len(table.schema),
        tuple(kept.parts),
        model.problem.task,
        wishes.priority,
        min(wishes.reasons, MOST_REASONS),
    )


def spread_of_scores(scores: np.ndarray, threshold: float) -> pd.DataFrame:
    """Count customers by score, and how many of them are selected.

    Parameters
    ----------
    scores : numpy.ndarray of shape (n,)
        Probabilities.
    threshold : float
        Score from which a customer is selected.

    Returns
    -------
    pandas.DataFrame
        Columns left, right, selected, others: twenty bins of equal width.

    Examples
    --------
    >>> bars = spread_of_scores(np.array([0.01, 0.52, 0.53, 1.0]), 0.53)
    >>> bars["selected"].tolist()[10], bars["others"].tolist()[10], int(bars["selected"].sum())
    (1, 1, 2)
    """
    edges = np.linspace(0.0, 1.0, BARS + 1)
    chosen = scores >= threshold
    selected, others = (np.histogram(scores[some], edges)[0] for some in (chosen, ~chosen))
    return pd.DataFrame({"left": edges[:-1], "right": edges[1:], "selected": selected, "others": others})


def _frame(rows: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.unify_dictionaries().to_pandas()
    return frame


class _Memory:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.names: Sequence[str] = ()
        self.parts: list[pa.Table] = []

    @property
    def as_texts(self) -> bool:
        return False

    def check(self) -> None:
        """Nothing can go wrong."""

    def encode(self, table: pa.Table) -> pa.Table:
        return table

    def write(self, names: Sequence[str], parts: Iterator[Any]) -> None:
        self.names, self.parts = names, list(parts)
