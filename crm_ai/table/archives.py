"""Files packed into one: zip and gzip."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from crm_ai.errors import ReadError
from crm_ai.words import _, count

LARGEST = 4 << 30
# No table shrinks to a two-hundredth; what does was made to fill the memory of whoever unpacks it.
ALWAYS_ALLOWED = 128 << 20
MOST_SHRUNK = 200
STEP = 1 << 18
READABLE = (
    ".csv", ".tsv", ".txt", ".tab", ".psv", ".dat", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".xls", ".parquet",
    ".gz",
)  # fmt: skip
BROKEN = (
    zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, KeyError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file taken out of an archive.

    Parameters
    ----------
    data : bytes
        Its content.
    name : str
        Its name.
    notes : tuple of str
        What the user should know, in words.
    tables : tuple of str
        Names of all tables in the archive if it holds several.
    """

    data: bytes
    name: str
    notes: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


class Counted(io.BytesIO):
    """Bytes that know how many of them have been taken."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        """Take some bytes.

        Parameters
        ----------
        size : int, default -1
            How many; all that are left if negative.

        Returns
        -------
        bytes
            The bytes.
        """
        found = super().read(size)
        self.taken += len(found)
        return found


def names_in_zip(data: bytes) -> tuple[str, ...]:
    """List what is in a zip file.

    Parameters
    ----------
    data : bytes
        The zip file.

    Returns
    -------
    tuple of str
        Names; none if it is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(archive.namelist())
    except BROKEN:
        return ()


def unzip(data: bytes, source: str) -> Unpacked:
    """Take the largest table out of a zip file.

    Parameters
    ----------
    data : bytes
        The zip file.
    source : str
        Its name.

    Returns
    -------
    Unpacked
        The file inside.

    Raises
    ------
    ReadError
        If it is damaged, encrypted, too large or holds no table.
    """
    try:
        packed_bytes = Counted(data)
        with zipfile.ZipFile(packed_bytes) as archive:
            inside = [entry for entry in archive.infolist() if _is_table(entry.filename)]
            if not inside:
                raise ReadError(
                    _("There is no table in this zip file."),
                    where=source,
                    next_step=_("Put a CSV, Excel, Parquet or JSON file into it."),
                )
            largest = max(inside, key=lambda entry: entry.file_size)
            check_size(largest.file_size, largest.compress_size, source)
            with archive.open(largest) as packed:
                content = read_bounded(packed, packed_bytes, source)
    except BROKEN as error:
        raise ReadError(
            _("This zip file cannot be opened: it is damaged, or protected by a password."),
            where=source,
            next_step=_("Unpack it and upload the file inside."),
        ) from error
    if len(inside) == 1:
        return Unpacked(content, largest.filename)
    note = _("Read “{name}”; the zip file holds {n} tables.").format(name=largest.filename, n=count(len(inside)))
    return Unpacked(content, largest.filename, (note,), tuple(entry.filename for entry in inside))


def gunzip(data: bytes, source: str) -> Unpacked:
    """Unpack a gzip file.

    Parameters
    ----------
    data : bytes
        The gzip file.
    source : str
        Its name.

    Returns
    -------
    Unpacked
        The file inside.

    Raises
    ------
    ReadError
        If it is damaged or too large.
    """
    try:
        packed_bytes = Counted(data)
        with gzip.open(packed_bytes) as packed:
            content = read_bounded(packed, packed_bytes, source)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(
            _("This gzip file is damaged."), where=source, next_step=_("Unpack it and upload the file inside.")
        ) from error
    return Unpacked(content, source.removesuffix(".gz"))


def check_size(unpacked: int, packed: int, source: str) -> None:
    """Refuse what is larger when unpacked than any honest table.

    Parameters
    ----------
    unpacked, packed : int
        Bytes.
    source : str
        Name of the file.

    Raises
    ------
    ReadError
        If it is too large, or was packed too well.
    """
    if unpacked > LARGEST or (unpacked > ALWAYS_ALLOWED and unpacked > MOST_SHRUNK * packed):
        raise ReadError(
            _("The file is too large when unpacked."), where=source, next_step=_("Split it, or keep fewer columns.")
        )


def read_bounded(packed: IO[bytes] | gzip.GzipFile, below: Counted, source: str) -> bytes:
    """Unpack step by step, and stop at what is too large, whatever the archive says about its size.

    Parameters
    ----------
    packed : binary file
        The packed file, opened.
    below : Counted
        What it is unpacked from.
    source : str
        Name of the file.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    ReadError
        If it is too large.
    """
    content = io.BytesIO()
    below.taken = 0
    while step := packed.read(STEP):
        content.write(step)
        check_size(content.tell(), below.taken, source)
    return content.getvalue()


def _is_table(name: str) -> bool:
    return name.lower().endswith(READABLE) and not name.startswith("__MACOSX") and "/." not in f"/{name}"
