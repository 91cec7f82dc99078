"""Where scored customers go, part by part, whole or not at all: CSV, Parquet or Excel files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from crm_ai.deployment.arrow_columns import csv_rows
from crm_ai.deployment.export import check_format, safe_cell, write_parts
from crm_ai.files import write_atomically


class Sink(Protocol):
    """Somewhere to write a table that comes in parts."""

    @property
    def as_texts(self) -> bool:
        """Whether numbers may come as texts, spelled as they were, and rows as bytes (see ``csv_rows``)."""

    def check(self) -> None:
        """Refuse what cannot be written to, before any work is done.

        Raises
        ------
        CrmAiError
            If it cannot.
        """

    def encode(self, table: pa.Table) -> Any:
        """Prepare a part; may be called in several threads at once.

        Parameters
        ----------
        table : pyarrow.Table
            Some rows.

        Returns
        -------
        object
            What ``write`` takes.
        """

    def write(self, names: Sequence[str], parts: Iterator[Any]) -> None:
        """Write all parts; if one of them cannot be made, nothing has happened.

        Parameters
        ----------
        names : sequence of str
            Names of the columns.
        parts : iterator
            From ``encode``, in order.

        Raises
        ------
        CrmAiError
            If they cannot be written.
        """


@dataclass(frozen=True, slots=True)
class _FileSink:
    """What files have in common."""

    path: Path

    @property
    def as_texts(self) -> bool:
        """Numbers are kept as numbers."""
        return False

    def check(self) -> None:
        """Nothing is known before it is tried."""


@dataclass(frozen=True, slots=True)
class CsvSink(_FileSink):
    """A CSV file that opens well in spreadsheet programs, formulas neutralised.

    Parameters
    ----------
    path : Path
        The file.
    """

    @property
    def as_texts(self) -> bool:
        """Numbers may stay as they were spelled."""
        return True

    def encode(self, table: pa.Table) -> bytes | memoryview:
        """Write rows into memory.

        Parameters
        ----------
        table : pyarrow.Table
            Some rows, see ``csv_rows``.

        Returns
        -------
        bytes or memoryview
            As CSV.
        """
        return csv_rows(table)

    def write(self, names: Sequence[str], parts: Iterator[Any]) -> None:
        """Write the file.

        Parameters
        ----------
        names : sequence of str
            Names of the columns.
        parts : iterator of bytes
            In order.
        """
        head = io.StringIO()
        csv.writer(head, lineterminator="\n").writerow([safe_cell(name) for name in names])

        def fill(file: BinaryIO) -> None:
            file.write(("\ufeff" + head.getvalue()).encode())
            for part in parts:
                file.write(part)

        write_atomically(self.path, fill)


@dataclass(frozen=True, slots=True)
class ParquetSink(_FileSink):
    """A Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    """

    def encode(self, table: pa.Table) -> pa.Table:
        """Nothing is to be prepared.

        Parameters
        ----------
        table : pyarrow.Table
            Some rows.

        Returns
        -------
        pyarrow.Table
            The same.
        """
        return table

    def write(self, names: Sequence[str], parts: Iterator[Any]) -> None:
        """Write the file.

        Parameters
        ----------
        names : sequence of str
            Names of the columns.
        parts : iterator of pyarrow.Table
            In order, at least one.
        """
        import pyarrow.parquet as pq

        def fill(file: BinaryIO) -> None:
            first = next(parts)
            with pq.ParquetWriter(file, first.schema) as writer:
                writer.write_table(first)
                for part in parts:
                    writer.write_table(part)

        write_atomically(self.path, fill)


@dataclass(frozen=True, slots=True)
class ExcelSink(_FileSink):
    """An Excel workbook; it is put together in memory.

    Parameters
    ----------
    path : Path
        The file.
    """

    def encode(self, table: pa.Table) -> Any:
        """Turn rows into a frame.

        Parameters
        ----------
        table : pyarrow.Table
            Some rows.

        Returns
        -------
        pandas.DataFrame
            The same.
        """
        return table.to_pandas()

    def write(self, names: Sequence[str], parts: Iterator[Any]) -> None:
        """Write the file.

        Parameters
        ----------
        names : sequence of str
            Names of the columns.
        parts : iterator of pandas.DataFrame
            In order, at least one.
        """
        write_parts(parts, self.path)


def file_sink(path: str | Path) -> Sink:
    """A file of the format that its name asks for.

    Parameters
    ----------
    path : str or Path
        Ends with .csv, .parquet or .xlsx.

    Returns
    -------
    Sink
        To write to.

    Raises
    ------
    CrmAiError
        If the ending is another one.
    """
    path = check_format(path)
    kinds: dict[str, type[CsvSink] | type[ParquetSink] | type[ExcelSink]]
    kinds = {".csv": CsvSink, ".parquet": ParquetSink, ".xlsx": ExcelSink}
    return kinds[path.suffix.lower()](path)
