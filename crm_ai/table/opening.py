"""Open a file so that it is read part by part, where its format permits it."""

from __future__ import annotations

import os
from pathlib import Path

from crm_ai.table.instructions import Instructions
from crm_ai.table.reading import is_plain_text
from crm_ai.table.streams import Stream


def open_stream(
    path: str | Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    header: int | None = None,
    decimal: str | None = None,
    day_first: bool | None = None,
    block: int | None = None,
) -> Stream | None:
    """Open a CSV or Parquet file of customers, or a folder of Parquet files, that is read part by part.

    Parameters
    ----------
    path : str or Path
        The file, or the folder.
    encoding, separator, header, decimal, day_first
        As for ``read_table``.
    block : int, optional
        Bytes of a text file, or rows of a Parquet file, that are read at a time.

    Returns
    -------
    Stream or None
        None if the file has another format, is packed, does not exist or holds no customer: ``read_table`` reads it, or
        says what is wrong.

    Raises
    ------
    ReadError
        If the file is no table, or the instructions cannot be followed.

    Examples
    --------
    >>> open_stream("sample_data/telephone_customers.csv").schema.names[:2]
    ('customer_id', 'gender')
    """
    path = Path(path)
    instructions = Instructions(None, encoding, separator, header, decimal, day_first).checked(path.name)
    if is_parquet(path):
        from crm_ai.table.parquet_stream import BATCH, open_parquet

        return open_parquet(path, instructions, batch=block or BATCH)
    head = _head(path)
    if not is_plain_text(head, path.name, instructions):
        return None
    from crm_ai.table.text_blocks import BLOCK
    from crm_ai.table.text_stream import open_text

    return open_text(path, instructions, block=block or BLOCK)


def is_parquet(path: str | Path) -> bool:
    """Whether something is a Parquet file, by its content, or a folder that could hold some.

    Parameters
    ----------
    path : str or Path
        The file or the folder.

    Returns
    -------
    bool
        False for what does not exist.
    """
    path = Path(path)
    return os.path.isdir(path) or _head(path).startswith(b"PAR1")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except (OSError, ValueError):
        return b""
