"""Parquet files and folders of them as partitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ReadError
from crm_ai.table import is_parquet, open_stream, partitions
from crm_ai.table.partitions import files_of, partitions_of


def numbered(start, rows):
    return pd.DataFrame({"id": np.arange(start, start + rows), "plan": ["a", "b"] * (rows // 2)})


def read(path):
    stream = open_stream(path)
    frame = pd.concat([stream.part(piece).frame for piece, _share in stream.pieces()], ignore_index=True)
    return frame.assign(id=frame["id"].astype(int))


def test_a_file_is_cut_between_its_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "PARTITION_ROWS", 250)
    path = tmp_path / "new.parquet"
    numbered(0, 1_040).to_parquet(path, row_group_size=100)
    found = partitions_of(path)
    assert [(part.groups, part.rows, part.start) for part in found] == [
        ((0, 1), 200, 0),
        ((2, 3), 200, 200),
        ((4, 5), 200, 400),
        ((6, 7), 200, 600),
        ((8, 9, 10), 240, 800),
    ]
    assert read(path)["id"].tolist() == list(range(1_040))
    stream = open_stream(path)
    (piece, share), *rest = stream.only(found[3]).pieces()
    assert (stream.part(piece).frame["id"].astype(int).tolist(), share, rest) == (list(range(600, 800)), 1.0, [])


def test_files_come_in_the_order_of_the_numbers_in_their_names(tmp_path):
    for place in range(12):
        numbered(100 * place, 100 if place != 4 else 0).to_parquet(tmp_path / f"part.{place}.parquet")
    for name in ("_metadata", ".hidden.parquet", "_SUCCESS", "notes.txt"):
        (tmp_path / name).write_text("no customers")
    assert [file.name for file in files_of(tmp_path)] == [f"part.{place}.parquet" for place in range(12)]
    assert [part.path.name for part in partitions_of(tmp_path)] == [
        f"part.{place}.parquet" for place in range(12) if place != 4
    ]
    assert read(tmp_path)["id"].tolist() == [*range(400), *range(500, 1_200)]
    assert is_parquet(tmp_path)
    assert is_parquet(tmp_path / "part.0.parquet")
    assert not is_parquet(tmp_path / "notes.txt")
    assert not is_parquet(tmp_path / "nothing")
    assert not is_parquet("x" * 5_000)


def test_columns_in_the_names_of_folders(tmp_path):
    frame = numbered(0, 60).assign(region=["北/京", "south", None] * 20, year=[2024, 2025] * 30)
    frame.to_parquet(tmp_path / "new", partition_cols=["region", "year"], index=False)
    found = read(tmp_path / "new").sort_values("id", ignore_index=True)
    assert [None if pd.isna(cell) else cell for cell in found["region"]] == ["北/京", "south", None] * 20
    assert found["year"].astype(int).tolist() == [2024, 2025] * 30
    assert open_stream(tmp_path / "new").rows == 60


def test_what_is_no_table_is_said(tmp_path):
    with pytest.raises(ReadError, match="There is no Parquet file in this folder"):
        open_stream(tmp_path)
    numbered(0, 10).to_parquet(tmp_path / "a.parquet")
    numbered(0, 10).assign(more=1).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ReadError, match=r"b\.parquet: The files of this folder have different columns: more\."):
        open_stream(tmp_path)
    numbered(0, 10)[["plan", "id"]].to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ReadError, match="different columns: their order"):
        open_stream(tmp_path)
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ReadError, match=r"b\.parquet: This Parquet file is damaged"):
        open_stream(tmp_path)
    (tmp_path / "b.parquet").unlink()
    numbered(0, 0).to_parquet(tmp_path / "a.parquet")
    assert open_stream(tmp_path) is None
