"""The folder that workers write: a file for each partition, all of them or none."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from crm_ai.deployment.cluster.connection import Cluster
from crm_ai.errors import CrmAiError
from crm_ai.files import check_new_folder, folder_at_once
from crm_ai.table.parquet_stream import ParquetStream
from crm_ai.words import _, count

ENDINGS = ("", ".parquet")
SECONDS = 15.0


def check_output(path: str | Path) -> Path:
    """Refuse an output that cannot be a folder of Parquet files, before any work is done.

    Parameters
    ----------
    path : str or Path
        Where it shall be.

    Returns
    -------
    Path
        The same, absolute: workers have working folders of their own.

    Raises
    ------
    CrmAiError
        If its name promises another format, or something is there already.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise CrmAiError(
            _("A cluster writes a folder of Parquet files."),
            where=str(path),
            next_step=_("Let its name end with .parquet, or with nothing."),
        )
    return check_new_folder(path).absolute()


def part_name(place: int) -> str:
    """Name of the file that holds a partition's results.

    Parameters
    ----------
    place : int
        The partition's place, the first being 0.

    Returns
    -------
    str
        Ends with .parquet.

    Examples
    --------
    >>> part_name(7)
    'part-00007.parquet'
    """
    return f"part-{place:05d}.parquet"


@contextmanager
def part_folder(cluster: Cluster, stream: ParquetStream, path: Path) -> Iterator[Path]:
    """Give workers a hidden folder to write into; it takes its name when the block ends well.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    stream : ParquetStream
        The customers that are read.
    path : Path
        Where the folder shall be.

    Yields
    ------
    Path
        The hidden folder.

    Raises
    ------
    CrmAiError
        If it cannot be written, or a worker sees other files than this machine.
    """
    with folder_at_once(path) as hidden:
        _check_shared(cluster, stream, hidden)
        yield hidden


def check_whole(folder: Path, rows: Sequence[int], *, seconds: float = SECONDS) -> None:
    """Make sure that every customer of every partition is in a folder once.

    Parameters
    ----------
    folder : Path
        What workers have written.
    rows : sequence of int
        Rows that must be there, by partition; 0 for no file.
    seconds : float, default 15
        How long to wait for files that another machine has written: a shared disk may show them late.

    Raises
    ------
    CrmAiError
        If a file is missing or too much, or holds another number of rows.
    """
    wanted = {part_name(place): n for place, n in enumerate(rows) if n}
    end = time.monotonic() + seconds
    there = _rows_in(folder)
    while there != wanted and time.monotonic() < end:
        time.sleep(0.2)
        there = _rows_in(folder)
    if there != wanted:
        raise CrmAiError(
            _("What the workers wrote is not whole: {n} of {all} rows are there.").format(
                n=count(sum(there.values())), all=count(sum(wanted.values()))
            ),
            where=str(folder),
            next_step=_("See whether all of them write to the same disk, and try again; nothing was written."),
        )


def _rows_in(folder: Path) -> dict[str, int]:
    import pyarrow.parquet

    return {file.name: pyarrow.parquet.read_metadata(file).num_rows for file in folder.glob("[!.]*")}


def _check_shared(cluster: Cluster, stream: ParquetStream, hidden: Path) -> None:
    probe = hidden / f".{uuid4().hex}"
    probe.touch()
    check_seen(cluster, [probe, *_samples(stream)])
    probe.unlink()


def check_seen(cluster: Cluster, paths: Sequence[Path]) -> None:
    """Make sure that all workers see files that this machine sees.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    paths : sequence of Path
        Of the files.

    Raises
    ------
    CrmAiError
        If one of them does not.
    """
    seen = cluster.client.run(_unseen, [str(path.absolute()) for path in paths])
    for worker, absent in seen.items():
        if absent:
            raise CrmAiError(
                _("The worker {worker} does not see {file}.").format(worker=worker, file=absent[0]),
                where=cluster.address,
                next_step=_("Put what is read and what is written on a disk that all machines share, by one path."),
            )


def _samples(stream: ParquetStream) -> list[Path]:
    return [stream.partitions[0].path, stream.partitions[-1].path]


def _unseen(paths: list[str]) -> list[str]:
    return [path for path in paths if not Path(path).exists()]


def calls_of(stream: ParquetStream, *call: Any) -> list[tuple[Any, ...]]:
    """Arguments of a task for each partition.

    Parameters
    ----------
    stream : ParquetStream
        The customers.
    *call : object
        What every task takes.

    Returns
    -------
    list of tuple
        The stream of one partition alone, by a path that does not depend on where somebody stands, and `call`.
    """
    return [(stream.only(replace(partition, path=partition.path.absolute())), *call) for partition in stream.partitions]
