"""Files of customers that are read part by part, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import pandas as pd

from crm_ai.errors import ReadError
from crm_ai.table.schema import Schema
from crm_ai.table.settlement import MOST_UNREADABLE, Settled, UnsettledError
from crm_ai.table.table import Table
from crm_ai.words import _, count, ngettext

FRAME_ROWS = 65_536
MOST_TURNS = 100

AnyStream = TypeVar("AnyStream", bound="Stream")
Made = TypeVar("Made")


def no_rows() -> None:
    """Nothing, where rows were not written as text or would be written otherwise."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a file, one after the other.

    Parameters
    ----------
    arrays : mapping of str to array
        By column of the file, cells in the form that its kind asks for.
    rows : int
        How many.
    unreadable : mapping of str to int
        Cells that could not take their form and are missing.
    short, skipped, empty, below : int
        Rows that were filled up, that were left out because they have more cells than the header, that were empty, and
        that stand below the table.
    written : mapping of str to pyarrow.Array
        Columns of numbers as the file spells them, where that is a plain spelling: whoever writes texts saves the time
        to spell them anew.
    as_written : callable
        Gives the rows as the file writes them, see ``rows_as_written``; None if some cell would be written otherwise.
    """

    arrays: Mapping[str, Any]
    rows: int
    unreadable: Mapping[str, int] = field(default_factory=dict)
    short: int = 0
    skipped: int = 0
    empty: int = 0
    below: int = 0
    written: Mapping[str, Any] = field(default_factory=dict)
    as_written: Callable[[], Any] = no_rows

    @property
    def frame(self) -> pd.DataFrame:
        """The cells as a table's frame holds them."""
        return pd.DataFrame(dict(self.arrays), index=pd.RangeIndex(self.rows), copy=False)


class Stream(Protocol):
    """A file of customers that is read part by part."""

    @property
    def source(self) -> str:
        """Name of the file."""

    @property
    def schema(self) -> Schema:
        """What each column of the file is."""

    @property
    def whole(self) -> frozenset[str]:
        """Columns of whole numbers."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be decided before the first row was read, in words."""

    def pieces(self) -> Iterator[tuple[Any, float]]:
        """Go through the file from its beginning.

        Yields
        ------
        piece : object
            Something that ``part`` understands.
        share : float
            How much of the file has been read with it.
        """

    def part(self, piece: Any) -> Part:
        """Read a piece; may be called in several threads at once.

        Parameters
        ----------
        piece : object
            From ``pieces``.

        Returns
        -------
        Part
            Its rows.

        Raises
        ------
        UnsettledError
            If they contradict what the first rows said; ``resettled`` mends it.
        """

    def resettled(self, settled: Settled) -> Stream:
        """Read the same file otherwise.

        Parameters
        ----------
        settled : Settled
            From an ``UnsettledError``.

        Returns
        -------
        Stream
            To be read from its beginning.
        """


@dataclass(frozen=True, slots=True)
class FrameStream:
    """A table in memory, gone through as if it were a file.

    Parameters
    ----------
    table : Table
        The customers.
    at_once : int, default 65536
        Rows of a part.
    """

    table: Table
    at_once: int = FRAME_ROWS

    @property
    def source(self) -> str:
        """Name of the file."""
        return self.table.source

    @property
    def schema(self) -> Schema:
        """What each column is."""
        return self.table.schema

    @property
    def whole(self) -> frozenset[str]:
        """Columns of whole numbers."""
        return frozenset(name for name in self.schema.names if self.table.frame[name].dtype.kind in "iu")

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: what was decided is told by the table's reading."""
        return ()

    def pieces(self) -> Iterator[tuple[Any, float]]:
        """Go through the rows.

        Yields
        ------
        piece : slice
            Some rows.
        share : float
            How much of the table has been read with them.
        """
        for start in range(0, len(self.table), self.at_once):
            stop = min(start + self.at_once, len(self.table))
            yield slice(start, stop), stop / len(self.table)

    def part(self, piece: Any) -> Part:
        """Take some rows.

        Parameters
        ----------
        piece : slice
            Which.

        Returns
        -------
        Part
            The rows.
        """
        frame = self.table.frame.iloc[piece]
        return Part({name: frame[name].array for name in frame.columns}, len(frame))

    def resettled(self, settled: Settled) -> FrameStream:
        """The same: a table in memory was settled as a whole.

        Parameters
        ----------
        settled : Settled
            Not used.

        Returns
        -------
        FrameStream
            This one.
        """
        return self


@dataclass(slots=True)
class Sums:
    """What happened to the rows of all parts together.

    Parameters
    ----------
    rows, short, skipped, empty, below : int
        As of ``Part``.
    unreadable : dict of str to int
        As of ``Part``.
    """

    rows: int = 0
    short: int = 0
    skipped: int = 0
    empty: int = 0
    below: int = 0
    unreadable: dict[str, int] = field(default_factory=dict)

    def add(self, part: Part | Sums) -> None:
        """Count a part.

        Parameters
        ----------
        part : Part or Sums
            The next one, or what happened to some more.
        """
        self.rows += part.rows
        self.short += part.short
        self.skipped += part.skipped
        self.empty += part.empty
        self.below += part.below
        for name, cells in part.unreadable.items():
            self.unreadable[name] = self.unreadable.get(name, 0) + cells

    def check(self, stream: Stream) -> None:
        """Make sure that no column loses many cells because its first rows were not like the others.

        Parameters
        ----------
        stream : Stream
            Where the parts come from.

        Raises
        ------
        UnsettledError
            If one does: it shall be taken as it is written.
        """
        settled: Settled | None = getattr(stream, "settled", None)
        for name, cells in self.unreadable.items():
            if settled is not None and cells > MOST_UNREADABLE * self.rows:
                raise UnsettledError(settled.as_text(name))

    def notes(self) -> tuple[str, ...]:
        """Say what happened.

        Returns
        -------
        tuple of str
            Sentences.
        """
        told = (
            (self.short, _("{n} rows are shorter than the header; the cells that are not there count as missing.")),
            (self.skipped, _("{n} rows have more cells than the header and were left out.")),
            (self.empty, ngettext("{n} empty row was left out.", "{n} empty rows were left out.", self.empty)),
            (
                self.below,
                ngettext(
                    "{n} row below the table (a total or a footer) was left out.",
                    "{n} rows below the table (totals or footers) were left out.",
                    self.below,
                ),
            ),
            (sum(self.unreadable.values()), self._unreadable_note()),
        )
        return tuple(sentence.format(n=count(n)) for n, sentence in told if n)

    def _unreadable_note(self) -> str:
        worst = sorted(self.unreadable.items(), key=lambda item: -item[1])
        listed = ", ".join(f"{name} ({count(n)})" for name, n in worst[:12] if n) + (", …" if len(worst) > 12 else "")
        return _("{n} cells could not be read and count as missing: {columns}.").replace(
            "{columns}", listed.replace("{", "{{").replace("}", "}}")
        )


def until_settled(stream: AnyStream, work: Callable[[AnyStream], Made]) -> Made:
    """Go through a file as its first rows say, and begin anew with what fits both whenever later rows contradict.

    Parameters
    ----------
    stream : Stream
        The file.
    work : callable
        Goes through a stream; may be ended by an ``UnsettledError`` and called again.

    Returns
    -------
    object
        What the work makes.

    Raises
    ------
    ReadError
        If the rows go on contradicting each other.
    """
    for _turn in range(MOST_TURNS):
        try:
            return work(stream)
        except UnsettledError as error:
            stream = stream.resettled(error.settled)  # type: ignore[assignment]
    raise ReadError(
        _("The rows of this file contradict each other."),
        where=stream.source,
        next_step=_("Say how it is to be read: separator, decimal mark, or whether the day comes first."),
    )
