"""Rows are written again as they are only if spelling their cells anew would give the same."""

from __future__ import annotations

import pytest

from crm_ai.table import open_stream

ROWS = 400


def rows_of(tmp_path, **cells):
    """The first part's rows as they are written, of a file with one odd cell a column, and the part's own text."""
    columns = {"id": [f"K{row:05d}" for row in range(ROWS)], "plan": ["monthly", "yearly"] * (ROWS // 2)}
    columns |= {"amount": [f"{row / 4:.2f}" for row in range(ROWS)], "day": ["2024-01-31", "2024-03-01"] * (ROWS // 2)}
    for name, cell in cells.items():
        columns[name][2] = cell
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path = tmp_path / "new.csv"
    path.write_text("\n".join(lines) + "\n", newline="")
    stream = open_stream(path, block=4_000)
    piece, _share = next(iter(stream.pieces()))
    return stream.part(piece).as_written(), piece.data.partition(b"\n")[2]


@pytest.mark.parametrize(
    "cells", [{}, {"plan": ""}, {"amount": ""}, {"day": ""}, {"id": ""}, {"amount": "1e2"}, {"plan": "=1"}], ids=str
)
def test_rows_are_the_text(tmp_path, cells):
    begun, text = rows_of(tmp_path, **cells)
    assert b"".join(begun.to_pylist()) + b"\n" == text
    assert begun[1].as_py().startswith(b"\n")


@pytest.mark.parametrize(
    "cells",
    [
        {"plan": "N/A"},
        {"id": "null"},
        {"plan": '"monthly"'},
        {"plan": "monthly\r"},
        {"plan": "monthly\n"},
        {"day": "2024-01-31 10:00"},
        {"day": "2024-1-31"},
        {"amount": "$1.00"},
        {"amount": " 1.00"},
        {"amount": "many"},
    ],
    ids=str,
)
def test_cells_that_would_be_written_otherwise(tmp_path, cells):
    assert rows_of(tmp_path, **cells)[0] is None
