"""Parquet files, or folders of them, as partitions that can be read one without the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from crm_ai.errors import ReadError
from crm_ai.words import _

ENDINGS = (".parquet", ".parq", ".pq")
PARTITION_ROWS = 262_144
NO_LABEL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Partition:
    """Some rows of a Parquet file or of a folder of them, one after the other.

    Parameters
    ----------
    path : Path
        The file.
    groups : tuple of int
        Row groups of the file, one after the other.
    rows : int
        Rows in them.
    start : int
        Rows in all partitions before.
    labels : tuple of (str, str or None)
        Columns that the folders' names hold (``region=north``), each with its label.
    """

    path: Path
    groups: tuple[int, ...]
    rows: int
    start: int
    labels: tuple[tuple[str, str | None], ...] = ()

    def labelled(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Put the labels of the folders beside some rows.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Rows of the file.

        Returns
        -------
        pyarrow.RecordBatch
            With one column more for each label.
        """
        codes = pa.array(np.zeros(batch.num_rows, dtype=np.int32))
        for name, label in self.labels:
            column = pa.DictionaryArray.from_arrays(codes, pa.array([label], pa.large_string()))
            batch = batch.append_column(name, column)
        return batch


def partitions_of(path: Path) -> tuple[Partition, ...]:
    """Find the partitions of a Parquet file or of a folder of them.

    Files of a folder come in the order of their names, numbers in them by size (``part.2`` before ``part.10``); those
    whose names begin with a dot or an underscore are no customers. A file is cut between its row groups, wherever a
    quarter of a million rows are reached.

    Parameters
    ----------
    path : Path
        The file or the folder.

    Returns
    -------
    tuple of Partition
        Those that hold rows.

    Raises
    ------
    ReadError
        If a file is damaged, a folder holds no Parquet file, or its files have different columns.
    """
    found: list[Partition] = []
    first: list[str] | None = None
    start = 0
    for file in files_of(path):
        labels = _labels(file.relative_to(path)) if file != path else ()
        try:
            opened = pyarrow.parquet.ParquetFile(file)
            metadata, names = opened.metadata, [*opened.schema_arrow.names, *(name for name, _label in labels)]
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise damaged(file.name) from error
        if first is not None and names != first:
            raise _different(file.name, names, first)
        first = names
        for groups, rows in _together(metadata):
            found.append(Partition(file, groups, rows, start, labels))
            start += rows
    return tuple(found)


def files_of(path: Path) -> list[Path]:
    """List the Parquet files of a folder, the folders in it included.

    Parameters
    ----------
    path : Path
        A folder, or a file.

    Returns
    -------
    list of Path
        In the order of their names; the file itself if it is one.

    Raises
    ------
    ReadError
        If a folder holds none.
    """
    if not path.is_dir():
        return [path]
    inside = (file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
    seen = [file for file in inside if not any(part[0] in "._" for part in file.relative_to(path).parts)]
    if not seen:
        raise ReadError(
            _("There is no Parquet file in this folder."),
            where=str(path),
            next_step=_("Name a folder that holds files ending with .parquet."),
        )
    return sorted(seen, key=lambda file: [_by_size(part) for part in file.relative_to(path).parts])


def damaged(source: str) -> ReadError:
    """Say that a Parquet file cannot be read.

    Parameters
    ----------
    source : str
        Its name.

    Returns
    -------
    ReadError
        To be raised.
    """
    return ReadError(
        _("This Parquet file is damaged or incomplete."), where=source, next_step=_("Export or download it again.")
    )


def _by_size(name: str) -> list[tuple[bool, int, str]]:
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name)]


def _labels(inside: Path) -> tuple[tuple[str, str | None], ...]:
    keyed = [part.partition("=") for part in inside.parent.parts if "=" in part]
    return tuple((unquote(name), None if label == NO_LABEL else unquote(label)) for name, _sign, label in keyed)


def _together(metadata: Any) -> Iterator[tuple[tuple[int, ...], int]]:
    groups: list[int] = []
    rows = 0
    for place in range(metadata.num_row_groups):
        more = metadata.row_group(place).num_rows
        if groups and rows + more > PARTITION_ROWS:
            yield tuple(groups), rows
            groups, rows = [], 0
        if more:
            groups.append(place)
            rows += more
    if groups:
        yield tuple(groups), rows


def _different(source: str, names: list[str], first: list[str]) -> ReadError:
    odd = sorted(set(names) ^ set(first)) or [_("their order")]
    return ReadError(
        _("The files of this folder have different columns: {names}.").format(names=_(", ").join(odd[:12])),
        where=source,
        next_step=_("Write them all with the same columns in the same order, or put them into folders of their own."),
    )
