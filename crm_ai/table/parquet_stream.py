"""Parquet files and folders of them, read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from crm_ai.table.assembly import check_width, unique_names
from crm_ai.table.instructions import AS_FOUND, Instructions
from crm_ai.table.partitions import Partition, damaged, partitions_of
from crm_ai.table.schema import LABELLED, Schema
from crm_ai.table.settlement import Settled, settle
from crm_ai.table.streams import Part
from crm_ai.words import _, count

BATCH = 65_536


@dataclass(frozen=True, slots=True)
class ParquetStream:
    """A Parquet file or a folder of them, read batch by batch.

    Parameters
    ----------
    path : Path
        The file or the folder.
    partitions : tuple of Partition
        What is read of it.
    places : tuple of int
        Positions of the columns that are read.
    names : tuple of str
        What they are called, each name once.
    declared : frozenset of str
        Columns of which the file itself says that they are labels.
    settled : Settled
        How cells are read, as the first batch says.
    notes : tuple of str
        What had to be decided, in words.
    batch : int
        Rows that are read at a time.
    """

    path: Path
    partitions: tuple[Partition, ...]
    places: tuple[int, ...]
    names: tuple[str, ...]
    declared: frozenset[str]
    settled: Settled
    notes: tuple[str, ...]
    batch: int

    @property
    def source(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def schema(self) -> Schema:
        """What each column of the file is."""
        return self.settled.schema

    @property
    def whole(self) -> frozenset[str]:
        """Columns of whole numbers."""
        return self.settled.whole

    @property
    def rows(self) -> int:
        """How many rows there are, as the files say."""
        return sum(partition.rows for partition in self.partitions)

    def only(self, partition: Partition) -> ParquetStream:
        """Read one partition alone, as the whole is read.

        Parameters
        ----------
        partition : Partition
            One of ``partitions``.

        Returns
        -------
        ParquetStream
            Of its rows.
        """
        return replace(self, partitions=(partition,))

    def pieces(self) -> Iterator[tuple[Any, float]]:
        """Go through the file from its beginning.

        Yields
        ------
        piece : pyarrow.RecordBatch
            Some rows.
        share : float
            How much of the file has been read with them.

        Raises
        ------
        ReadError
            If the file is damaged.
        """
        total, done = max(self.rows, 1), 0
        for partition in self.partitions:
            try:
                for batch in self._batches(partition):
                    done += batch.num_rows
                    yield partition.labelled(batch), done / total
            except (pa.ArrowException, OSError, ValueError, KeyError) as error:
                raise damaged(partition.path.name) from error

    def part(self, piece: Any) -> Part:
        """Read some rows.

        Parameters
        ----------
        piece : pyarrow.RecordBatch
            The rows.

        Returns
        -------
        Part
            Their cells.
        """
        arrays, unreadable = {}, {}
        for name, place in zip(self.names, self.places, strict=True):
            cells = self.settled.cells(name, piece.column(place), declared=name in self.declared)
            arrays[name], lost = self.settled.shape(name, cells)
            if lost:
                unreadable[name] = lost
        return Part(arrays, piece.num_rows, unreadable)

    def _batches(self, partition: Partition) -> Iterator[Any]:
        """Labels are read as they are stored, each once."""
        schema = pyarrow.parquet.read_schema(partition.path)
        stored = [
            schema.names[place]
            for name, place in zip(self.names, self.places, strict=True)
            if place < len(schema) and self.schema[name].kind in LABELLED and pa.types.is_string(schema.types[place])
        ]
        file = pyarrow.parquet.ParquetFile(partition.path, read_dictionary=stored)
        return file.iter_batches(batch_size=self.batch, row_groups=list(partition.groups))

    def resettled(self, settled: Settled) -> ParquetStream:
        """Read the same file otherwise.

        Parameters
        ----------
        settled : Settled
            From an ``UnsettledError``.

        Returns
        -------
        ParquetStream
            To be read from its beginning.
        """
        return replace(self, settled=settled)


def open_parquet(path: Path, instructions: Instructions = AS_FOUND, *, batch: int = BATCH) -> ParquetStream | None:
    """Open a Parquet file, or a folder of them.

    Parameters
    ----------
    path : Path
        The file or the folder.
    instructions : Instructions, optional
        What the user knows.
    batch : int
        Rows that are read at a time.

    Returns
    -------
    ParquetStream or None
        None if there is no customer in it.

    Raises
    ------
    ReadError
        If a file is damaged, or the files of a folder do not belong together.
    """
    partitions = partitions_of(path)
    if not partitions:
        return None
    source = partitions[0].path.name
    try:
        file = pyarrow.parquet.ParquetFile(partitions[0].path)
        check_width(len(file.schema_arrow) + len(partitions[0].labels), source)
        groups = list(partitions[0].groups)
        first = partitions[0].labelled(next(file.iter_batches(batch_size=2 * batch, row_groups=groups)))
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise damaged(source) from error
    schema = first.schema
    kept = [place for place, name in enumerate(schema.names) if not name.startswith("__index_level_")]
    if not kept:
        return None
    names, notes = unique_names([schema.names[place] for place in kept])
    if len(kept) < len(schema):
        notes.append(_("{n} index columns were left out.").format(n=count(len(schema) - len(kept))))
    declared = frozenset(
        name for name, place in zip(names, kept, strict=True) if pa.types.is_dictionary(schema.types[place])
    )
    columns = {name: first.column(place) for name, place in zip(names, kept, strict=True)}
    settled = settle(
        columns, first.num_rows, decimal=instructions.decimal, day_first=instructions.day_first, declared=declared
    )
    return ParquetStream(path, partitions, tuple(kept), tuple(names), declared, settled, tuple(notes), batch)
