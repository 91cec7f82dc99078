"""JSON: a list of records, one record a line, or columns by name."""

from __future__ import annotations

import json
from typing import Any

from crm_ai.errors import ReadError
from crm_ai.table.assembly import assemble, check_width, unique_names
from crm_ai.table.cells import Cells, cells_of_values
from crm_ai.table.decoding import decode
from crm_ai.table.instructions import AS_FOUND, Instructions
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count


def read_json(content: list[bytes], *, source: str, instructions: Instructions = AS_FOUND) -> Table:
    """Read a table from JSON.

    Parameters
    ----------
    content : list of one bytes
        The file: a list of records, an object that holds one, columns by name, or one record a line. It is taken out
        of the list, so that its memory can be used again.
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
        If it is no JSON, or JSON of another shape.
    """
    instructions.tell(0.02, _("Opening the file"))
    decoded = decode(content.pop(), source=source, encoding=instructions.encoding)
    encoding, text = decoded.encoding, decoded.data.decode("utf-8", "replace")
    del decoded
    records, notes = _records(_parsed(text, source), source)
    del text
    keys = list(dict.fromkeys(name for record in records for name in record))
    check_width(len(keys), source)
    names, renamed = unique_names(keys)
    plain = instructions.decimal != ","
    columns: dict[str, Cells] = {}
    for place, (name, key) in enumerate(zip(names, keys, strict=True)):
        instructions.tell(0.2 + 0.3 * place / len(keys), _("Reading column “{name}”").format(name=name))
        columns[name] = cells_of_values([_flat(record.get(key)) for record in records], plain=plain)
    notes = (*notes, *renamed, *instructions.unused(text=True, grid=False, workbook=False))
    reading = Reading("json", encoding=encoding, notes=notes)
    rows = len(records)
    del records
    return assemble(
        columns, rows, source=source, reading=reading, decimal=instructions.decimal, instructions=instructions
    )


def _parsed(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2 or not lines[0].lstrip().startswith("{"):
            raise _broken(source, error) from error
    try:
        return [json.loads(line) for line in lines]
    except (ValueError, RecursionError) as error:
        raise _broken(source, error) from error


def _broken(source: str, error: Exception) -> ReadError:
    place = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
    return ReadError(
        _("This is not complete JSON.") + place,
        where=source,
        next_step=_("Export it again; perhaps it was cut off on the way."),
    )


def _records(value: Any, source: str) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    if isinstance(value, dict):
        lists = {name: inner for name, inner in value.items() if isinstance(inner, list)}
        tables = {name: inner for name, inner in lists.items() if inner and isinstance(inner[0], dict)}
        if len(tables) == 1:
            return _records(next(iter(tables.values())), source)
        if lists and len(lists) == len(value) and len(set(map(len, lists.values()))) == 1:
            return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)], ()
        value = [value]
    if isinstance(value, list) and value:
        records = [record for record in value if isinstance(record, dict)]
        if len(records) >= len(value) / 2 and any(records):
            left_out = len(value) - len(records)
            note = _("{n} entries are no records and were left out.").format(n=count(left_out))
            return records, (note,) if left_out else ()
    raise ReadError(
        _("This JSON holds no list of records."),
        where=source,
        next_step=_("Export the customers as a list of objects, one a customer."),
    )


def _flat(cell: Any) -> Any:
    if isinstance(cell, dict | list):
        try:
            return json.dumps(cell, ensure_ascii=False)
        except RecursionError:
            return "…"
    return None if cell == "" else cell
