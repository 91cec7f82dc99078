"""Files packed into one: zip and gzip."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass

from crm_ai.errors import ReadError
from crm_ai.words import _

LARGEST = 4 << 30
READABLE = (".csv", ".tsv", ".txt", ".tab", ".json", ".jsonl", ".ndjson", ".xlsx", ".xls", ".parquet", ".gz")


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
    """

    data: bytes
    name: str
    notes: tuple[str, ...] = ()


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
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [entry for entry in archive.infolist() if _is_table(entry.filename)]
            if not inside:
                raise ReadError(
                    _("There is no table in this zip file."),
                    where=source,
                    next_step=_("Put a CSV, Excel, Parquet or JSON file into it."),
                )
            largest = max(inside, key=lambda entry: entry.file_size)
            if largest.file_size > LARGEST:
                raise _too_large(source)
            note = _("Read “{name}”; the zip file holds {n} tables.").format(name=largest.filename, n=len(inside))
            return Unpacked(archive.read(largest), largest.filename, (note,) if len(inside) > 1 else ())
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise ReadError(
            _("This zip file cannot be opened: it is damaged, or protected by a password."),
            where=source,
            next_step=_("Unpack it and upload the file inside."),
        ) from error


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
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            content = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(
            _("This gzip file is damaged."), where=source, next_step=_("Unpack it and upload the file inside.")
        ) from error
    if len(content) > LARGEST:
        raise _too_large(source)
    return Unpacked(content, source.removesuffix(".gz"))


def _is_table(name: str) -> bool:
    return name.lower().endswith(READABLE) and not name.startswith("__MACOSX")


def _too_large(source: str) -> ReadError:
    return ReadError(
        _("The file is too large when unpacked."), where=source, next_step=_("Split it, or keep fewer columns.")
    )
