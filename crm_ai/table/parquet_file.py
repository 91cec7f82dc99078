"""Parquet files."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet

from crm_ai.errors import ReadError
from crm_ai.table.assembly import assemble, check_width, unique_names
from crm_ai.table.cells import Cells, cells_of_array
from crm_ai.table.instructions import AS_FOUND, Instructions
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count

MOST_CELLS = 1_000_000_000
LARGEST_UNPACKED = 8 << 30


def read_parquet(content: list[bytes], *, source: str, instructions: Instructions = AS_FOUND) -> Table:
    """Read a Parquet file.

    Parameters
    ----------
    content : list of one bytes
        The file. It is taken out of the list, so that its memory can be used again.
    source : str
        Its name.
    instructions : Instructions, optional
        What the user knows.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ReadError
        If it is damaged, or too large.
    """
    instructions.tell(0.02, _("Opening the file"))
    data = pa.py_buffer(content.pop())
    try:
        schema, metadata = pyarrow.parquet.read_schema(pa.BufferReader(data)), pyarrow.parquet.read_metadata(data)
        _check_size(metadata, source)
        check_width(len(schema), source)
        # Texts are read as they are stored, each once: a small file may repeat a long text a billion times.
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        options = pyarrow.parquet.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
        table = options.read()
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise ReadError(
            _("This Parquet file is damaged or incomplete."), where=source, next_step=_("Export or download it again.")
        ) from error
    del data, options
    kept = [place for place, name in enumerate(schema.names) if not name.startswith("__index_level_")]
    names, notes = unique_names([schema.names[place] for place in kept])
    if len(kept) < len(schema):
        notes.append(_("{n} index columns were left out.").format(n=count(len(schema) - len(kept))))
    columns: dict[str, Cells] = {}
    for name, place in zip(names, kept, strict=True):
        instructions.tell(0.1 + 0.4 * place / len(schema), _("Reading column “{name}”").format(name=name))
        columns[name] = cells_of_array(
            table.column(place),
            plain=instructions.decimal != ",",
            declared=pa.types.is_dictionary(schema.types[place]),
        )
    rows = table.num_rows
    del table
    reading = Reading("parquet", notes=(*notes, *instructions.unused(text=False, grid=False, workbook=False)))
    return assemble(
        columns, rows, source=source, reading=reading, decimal=instructions.decimal, instructions=instructions
    )


def _check_size(metadata: pyarrow.parquet.FileMetaData, source: str) -> None:
    groups = (metadata.row_group(place) for place in range(metadata.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    if metadata.num_rows * metadata.num_columns > MOST_CELLS or unpacked > LARGEST_UNPACKED:
        raise ReadError(
            _("The file is too large when unpacked."), where=source, next_step=_("Split it, or keep fewer columns.")
        )
