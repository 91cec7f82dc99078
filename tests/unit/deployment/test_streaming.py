"""Scores of a file that is read part by part are those of the same file read at once."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import (
    Wishes,
    arrow_columns,
    explain_table,
    file_sink,
    save_model,
    score,
    score_stream,
    write_table,
)
from crm_ai.deployment.arrow_columns import csv_rows
from crm_ai.deployment.database_sink import DatabaseSink, IfThere
from crm_ai.deployment.streaming import ranked
from crm_ai.errors import CrmAiError, DatabaseError, ReadError, ScoringError
from crm_ai.table import FrameStream, open_stream, read_table

_continued = arrow_columns._continued
ROWS = 3_000
BLOCK = 20_000  # bytes: some dozens of parts


def both(model, path, tmp_path, **instructions):
    """The same file scored at once and part by part, as two files that are read again."""
    table = read_table(path, **instructions)
    at_once = score(model, table)
    write_table(at_once.beside(table), tmp_path / "once.csv")
    stream = open_stream(path, block=BLOCK, **instructions)
    assert sum(1 for _piece in stream.pieces()) > 3
    scored = score_stream(model, stream, file_sink(tmp_path / "parts.csv"))
    once, parts = (pd.read_csv(tmp_path / name, encoding="utf-8-sig") for name in ("once.csv", "parts.csv"))
    pd.testing.assert_frame_equal(parts, once, check_exact=False, rtol=1e-12)
    return at_once, scored


def write(frame, path, **options):
    frame.to_csv(path, index=False, **options)
    return path


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"encoding": "gb18030"},
        {"encoding": "utf-16"},
        {"encoding": "utf-8-sig"},
        {"sep": ";", "decimal": ","},
        {"sep": "\t"},
        {"sep": "|", "quoting": 1},
        {"lineterminator": "\r\n"},
        {"date_format": "%d.%m.%Y"},
        {"date_format": "%m/%d/%Y"},
    ],
    ids=str,
)
def test_messy_text_files(churn, new_customers, tmp_path, options):
    frame = new_customers(ROWS, 7).drop(columns=["offer"])
    path = write(frame, tmp_path / "new.csv", **options)
    at_once, scored = both(churn, path, tmp_path)
    assert scored.rows == ROWS
    assert scored.mismatches == at_once.mismatches


def test_rows_that_do_not_fit_quotes_and_what_stands_below(churn, new_customers, tmp_path):
    frame = new_customers(ROWS, 8).assign(note='a "b",\nc', amount="$1,234.50", text="=1+1")
    frame.loc[::7, "note"] = "plain"
    path = write(frame, tmp_path / "new.csv")
    lines = path.read_text().splitlines(keepends=True)
    lines.insert(2_000, "\n" + "," * 10 + "\n")
    path.write_text("Export of June\n\n" + "".join(lines) + "Total,30\nExported by the CRM of the shop on 2024-03-01\n")
    _at_once, scored = both(churn, path, tmp_path)
    assert scored.rows == ROWS
    assert any("below the table" in note for note in scored.notes)


def test_later_rows_that_contradict_the_first_ones(churn, new_customers, tmp_path):
    frame = new_customers(ROWS, 9)
    frame["paid"] = np.arange(ROWS)
    frame["paid"] = frame["paid"].astype(float).where(frame.index < 2_500, frame["paid"] + 0.5)
    frame["day"] = np.where(frame.index < 2_000, "1/2/2024", "13/4/2024")
    frame["code"] = np.where(frame.index < 2_000, frame.index.astype(str), "A" + frame.index.astype(str))
    frame["branch"] = np.where(frame.index < 2_000, "17", "00017")
    path = write(frame, tmp_path / "new.csv")
    stream = open_stream(path, block=BLOCK)
    score_stream(churn, stream, file_sink(tmp_path / "out.csv"))
    out = pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig", dtype={"code": str, "branch": str})
    assert out["branch"].tolist() == frame["branch"].tolist()
    score_stream(churn, stream, file_sink(tmp_path / "out.parquet"))
    assert pd.read_parquet(tmp_path / "out.parquet")["branch"].tolist() == frame["branch"].tolist()
    assert out["paid"].tolist() == frame["paid"].tolist()
    assert out["code"].tolist() == frame["code"].tolist()
    assert set(out["day"]) == {"2024-02-01", "2024-04-13"}


def test_amounts_in_two_currencies_are_refused(churn, new_customers, tmp_path):
    frame = new_customers(ROWS, 9)
    frame["months"] = np.where(frame.index < 2_000, "$5", "€5")
    path = write(frame, tmp_path / "new.csv")
    with pytest.raises(ReadError, match=r"several ways: \$, €"):
        score_stream(churn, open_stream(path, block=BLOCK), file_sink(tmp_path / "out.csv"))
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"day": "2024-01-31", "text": "so much to say", "kind": "3.5", "amount": 1.50},
        {"text": "=1+1"},
        {"kind": "=1+1"},
        {"kind": "-"},
        {"amount": "-1.50"},
        {"amount": "+1.50"},
        {"amount": " 1.50"},
        {"amount": "1e3"},
        {"whole": "7.0"},
        {"code": "2.0"},
        {"day": "31.01.2024"},
        {"day": "2024-01-31 00:00"},
        {"day": "2024-01-31 10:30"},
        {"text": "N/A"},
        {"kind": "N/A"},
        {"text": "\u00a0"},
        {"text": ""},
        {"text": "a,b"},
        {"text": 'a "b"'},
        {"text": "a\nb"},
    ],
    ids=str,
)
def test_rows_that_stay_as_they_are_written(models, new_customers, tmp_path, monkeypatch, more):
    """Whether the file's own text is written again or all cells are spelled anew, the file is the same."""
    frame = new_customers(ROWS, 11).assign(customer=[f"K{row:07d}" for row in range(ROWS)])
    frame["text"] = [f"said in {'many ' * (row % 7)}words, no. {row}".replace(",", ";") for row in range(ROWS)]
    frame["day"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(ROWS) % 300, "D")).astype(str)
    frame = frame.assign(amount=(np.arange(ROWS) / 8).astype(str), whole="7", kind="plain", code="1.0")
    frame.loc[::5, "code"] = "two"
    for name, cell in more.items():
        frame[name] = frame[name].astype(object).where(np.arange(ROWS) % 1_400 != 1_300, cell)
    path = write(frame, tmp_path / "new.csv")
    continued: list[int] = []

    def counted(table):
        continued.append(len(table))
        return _continued(table)

    monkeypatch.setattr(arrow_columns, "_continued", counted)
    for model in {target: model for (target, _name), model in models.items()}.values():
        continued.clear()
        score_stream(model, open_stream(path, block=BLOCK), file_sink(tmp_path / "written.csv"))
        assert len(continued) > 3
        with monkeypatch.context() as patch:
            patch.setattr("crm_ai.table.text_stream.rows_as_written", lambda *_all: None)
            score_stream(model, open_stream(path, block=BLOCK), file_sink(tmp_path / "anew.csv"))
        assert (tmp_path / "written.csv").read_bytes() == (tmp_path / "anew.csv").read_bytes()


@pytest.mark.parametrize("question", ["Churn", "offer", "months"])
def test_parquet_and_every_kind_of_question(models, new_customers, tmp_path, question):
    frame = new_customers(ROWS, 3).assign(score=1.0)
    frame["plan"] = frame["plan"].astype("category")
    frame.to_parquet(tmp_path / "new.parquet", index=False)
    model = next(model for (target, _name), model in models.items() if target == question)
    table = read_table(tmp_path / "new.parquet")
    want = score(model, table).beside(table)
    stream = open_stream(tmp_path / "new.parquet", block=500)
    score_stream(model, stream, file_sink(tmp_path / "out.parquet"))
    out = pd.read_parquet(tmp_path / "out.parquet")
    assert list(out.columns) == list(want.columns)
    for name in want.columns:
        if pd.api.types.is_numeric_dtype(want[name].dtype):
            np.testing.assert_allclose(out[name], want[name], rtol=1e-12)
        else:
            assert out[name].astype("str").tolist() == want[name].astype("str").tolist()


def test_what_does_not_fit_is_summed_over_all_parts(churn, new_customers, tmp_path):
    frame = new_customers(ROWS, 5)
    frame.loc[[1, 1_500, 2_900], "plan"] = ["weekly", "never", "weekly"]
    frame.loc[[2, 2_000], "months"] = [9_000, -9_000]
    frame["months"] = frame["months"].astype(object)
    frame.loc[[3, 2_500], "months"] = "many"
    path = write(frame, tmp_path / "new.csv")
    scored = score_stream(churn, open_stream(path, block=BLOCK), file_sink(tmp_path / "out.csv"))
    told = [(found.column, found.rows, found.what) for found in scored.mismatches]
    low, high = churn.encoder.ranges["months"]
    months = pd.to_numeric(frame["months"], errors="coerce")
    outside = int(((months < low) | (months > high)).sum())
    assert outside >= 2
    assert {(column, rows, what.split(" ", 1)[1][:12]) for column, rows, what in told} >= {
        ("plan", 3, "customers ha"), ("months", outside, "customers li"), ("months", 2, "cells could "),
    }  # fmt: skip
    assert any("weekly, never" in what for _column, _rows, what in told)
    assert any("months (2)" in note for note in scored.notes)


def test_a_missing_column_is_told_before_anything_is_written(churn, new_customers, tmp_path):
    path = write(new_customers(ROWS).drop(columns="plan"), tmp_path / "new.csv")
    with pytest.raises(ScoringError, match="plan"):
        score_stream(churn, open_stream(path, block=BLOCK), file_sink(tmp_path / "out.csv"))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["new.csv"]


def test_reasons_priority_and_decision(churn, new_customers, tmp_path):
    path = write(new_customers(ROWS), tmp_path / "new.csv")
    wishes = Wishes(threshold=0.3, reasons=2, priority=True)
    score_stream(churn, open_stream(path, block=BLOCK), file_sink(tmp_path / "out.csv"), wishes=wishes)
    out = pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig", keep_default_na=False)
    assert list(out.columns[-5:]) == ["score", "decision", "priority", "reason 1", "reason 2"]
    assert out["decision"].tolist() == np.where(out["score"] >= 0.3, "Yes", "No").tolist()
    assert out["priority"].tolist() == (-out["score"]).rank(method="first").astype(int).tolist()
    explained = explain_table(churn, read_table(path)).to_frame()
    assert out["reason 1"].tolist() == explained["reason 1"].tolist()


def test_priority_makes_no_sense_among_several_answers(models, new_customers, tmp_path):
    path = write(new_customers(ROWS), tmp_path / "new.csv")
    model = next(model for (target, _name), model in models.items() if target == "offer")
    with pytest.raises(ScoringError, match="more than two answers"):
        score_stream(model, open_stream(path), file_sink(tmp_path / "out.csv"), wishes=Wishes(priority=True))


def test_formulas_are_neutralised_in_names_labels_and_texts():
    import pyarrow as pa

    table = pa.table({"a": pa.array(["=1+1", "-1.5", None, 'x"y'], pa.large_string())})
    table = table.append_column("b", pa.array(["@x", "＝A1", "-", ""]).dictionary_encode())
    assert csv_rows(table).decode().splitlines() == ['"\'=1+1","\'@x"', '"-1.5","\'＝A1"', ',"\'-"', '"x""y",""']


def test_a_table_in_memory_is_gone_through_in_the_same_way(churn, new_customers, tmp_path):
    path = tmp_path / "new.xlsx"
    new_customers(200).to_excel(path, index=False)
    assert open_stream(path) is None
    table = read_table(path)
    score_stream(churn, FrameStream(table), file_sink(tmp_path / "out.xlsx"))
    out = pd.read_excel(tmp_path / "out.xlsx")
    np.testing.assert_allclose(out["score"], score(churn, table).frame["score"], rtol=1e-12)


def test_ranks_keep_the_order_of_equals():
    assert ranked(np.array([0.5, 0.9, 0.5, 0.1])).tolist() == [2, 1, 3, 4]


class TestDatabase:
    """Into a table of SQLite."""

    def rows(self, path, name):
        with sqlite3.connect(path) as raw:
            return raw.execute('SELECT * FROM "{}"'.format(name.replace('"', '""'))).fetchall()

    def test_made_refused_appended_replaced(self, churn, new_customers, tmp_path):
        frame = new_customers(500)
        stream = open_stream(write(frame, tmp_path / "new.csv"), block=BLOCK)
        url, name = f"sqlite:///{tmp_path}/crm.db", 'scores"; DROP TABLE x; --'
        score_stream(churn, stream, DatabaseSink(url, name))
        rows = self.rows(tmp_path / "crm.db", name)
        table = read_table(tmp_path / "new.csv")
        assert [row[-2] for row in rows] == pytest.approx(score(churn, table).frame["score"].tolist())
        assert rows[0][0] == "K00000"
        with pytest.raises(DatabaseError, match="there already"):
            score_stream(churn, stream, DatabaseSink(url, name))
        score_stream(churn, stream, DatabaseSink(url, name, IfThere.APPEND))
        assert len(self.rows(tmp_path / "crm.db", name)) == 1_000
        score_stream(churn, stream, DatabaseSink(url, name, IfThere.REPLACE))
        assert len(self.rows(tmp_path / "crm.db", name)) == 500

    def test_what_goes_wrong_in_the_middle_leaves_the_old_table(self, churn, new_customers, tmp_path):
        url = f"sqlite:///{tmp_path}/crm.db"
        good = write(new_customers(500), tmp_path / "good.csv")
        score_stream(churn, open_stream(good), DatabaseSink(url, "scores"))
        frame = new_customers(ROWS)
        frame["months"] = np.where(frame.index < 2_000, "$5", "€5")
        bad = write(frame, tmp_path / "bad.csv")
        with pytest.raises(CrmAiError, match="several ways"):
            score_stream(churn, open_stream(bad, block=BLOCK), DatabaseSink(url, "scores", IfThere.REPLACE))
        assert len(self.rows(tmp_path / "crm.db", "scores")) == 500

    @pytest.mark.parametrize("name", ["", "a\0b", "x" * 64, "line\nbreak"])
    def test_names_that_no_table_can_have(self, churn, new_customers, tmp_path, name):
        stream = open_stream(write(new_customers(50), tmp_path / "new.csv"))
        with pytest.raises(DatabaseError, match="cannot be the name"):
            score_stream(churn, stream, DatabaseSink(f"sqlite:///{tmp_path}/crm.db", name))


SCORING = """
import sys
from crm_ai.deployment import file_sink, load_model, score_stream
from crm_ai.deployment.database_sink import DatabaseSink, IfThere
from crm_ai.table import open_stream
model, new, folder = sys.argv[1:]
model, stream = load_model(model), open_stream(new, block=50_000)
print("scoring", flush=True)
while True:
    score_stream(model, stream, file_sink(f"{folder}/out.csv"))
    score_stream(model, stream, DatabaseSink(f"sqlite:///{folder}/crm.db", "scores", IfThere.REPLACE))
"""


def test_killed_in_mid_score(churn, new_customers, tmp_path):
    rows, folder = 8_000, tmp_path / "out"
    folder.mkdir()
    save_model(churn, tmp_path / "model.crm")
    new = write(new_customers(rows), tmp_path / "new.csv")
    want = score(churn, read_table(new)).frame["score"].to_numpy()
    draw = np.random.default_rng(0)
    for _turn in range(6):
        words = [sys.executable, "-c", SCORING, str(tmp_path / "model.crm"), str(new), str(folder)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "scoring\n"
        time.sleep(float(draw.uniform(0.05, 1.0)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if (folder / "out.csv").exists():
            out = pd.read_csv(folder / "out.csv", encoding="utf-8-sig")
            np.testing.assert_allclose(out["score"], want, rtol=1e-12)
        if (folder / "crm.db").exists():
            with sqlite3.connect(folder / "crm.db") as raw:
                there = raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'scores'").fetchone()[0]
                assert not there or raw.execute("SELECT count(*) FROM scores").fetchone()[0] == rows
    assert {path.name for path in folder.glob("[!.]*")} <= {"out.csv", "crm.db", "crm.db-journal"}
