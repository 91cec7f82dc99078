"""How far a cluster has come, in customers."""

from __future__ import annotations

from collections.abc import Callable

from crm_ai.table.parquet_stream import ParquetStream


def rows_done(stream: ParquetStream, tell: Callable[[float, int], object] | None) -> Callable[[int], None]:
    """Count customers as partitions are done.

    Parameters
    ----------
    stream : ParquetStream
        The customers.
    tell : callable, optional
        Told a share between 0 and 1 and how many are done.

    Returns
    -------
    callable
        To be told the place of each partition that is done.
    """
    done, total = 0, max(stream.rows, 1)

    def add(place: int) -> None:
        nonlocal done
        done += stream.partitions[place].rows
        if tell is not None:
            tell(done / total, done)

    return add
