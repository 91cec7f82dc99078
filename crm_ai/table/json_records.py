"""JSON: a list of records, one record a line, or columns by name."""

from __future__ import annotations

import json
from typing import Any

from crm_ai.errors import ReadError
from crm_ai.table.assembly import assemble, check_width
from crm_ai.table.cells import cells_of_values
from crm_ai.table.decoding import decode
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count


def read_json(data: bytes, *, source: str, encoding: str | None = None) -> Table:
    """Read a table from JSON.

    Parameters
    ----------
    data : bytes
        The file: a list of records, an object that holds one, columns by name, or one record a line.
    source : str
        Its name.
    encoding : str, optional
        If the user knows it.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ReadError
        If it is no JSON, or JSON of another shape.
    """
    decoded = decode(data, source=source, encoding=encoding)
    records, notes = _records(_parsed(decoded.data.decode("utf-8", "replace"), source), source)
    names = list(dict.fromkeys(str(name) for record in records for name in record))
    check_width(len(names), source)
    columns = {name: cells_of_values([_flat(record.get(name)) for record in records]) for name in names}
    reading = Reading("json", encoding=decoded.encoding, notes=notes)
    return assemble(columns, len(records), source=source, reading=reading)


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
        return json.dumps(cell, ensure_ascii=False)
    return None if cell == "" else cell
