"""A scored table holds what ``score_stream`` writes, and writes it again."""

from __future__ import annotations

import io
import sqlite3

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import Wishes, file_sink, score, score_stream, score_table, spread_of_scores
from crm_ai.deployment.database_sink import DatabaseSink, IfThere
from crm_ai.errors import CrmAiError, DatabaseError, ScoringError
from crm_ai.table import FrameStream, table_from_frame

ALL = Wishes(0.4, 3, True)


@pytest.fixture
def table(new_customers):
    frame = new_customers(500, 3)
    frame.loc[0, "id"] = "=1+1"
    return table_from_frame(frame)


@pytest.mark.parametrize(("ending", "read"), [(".csv", pd.read_csv), (".parquet", pd.read_parquet)])
def test_files_are_those_of_the_command_line(churn, table, tmp_path, ending, read):
    score_stream(churn, FrameStream(table), file_sink(tmp_path / f"out{ending}"), wishes=ALL)
    made = score_table(churn, table, wishes=ALL)
    got, want = read(io.BytesIO(made.as_file(ending))), read(tmp_path / f"out{ending}")
    pd.testing.assert_frame_equal(got, want, check_exact=False, rtol=1e-12)


def test_progress_moves(churn, new_customers):
    table, told = table_from_frame(new_customers(1_100, 3)), []
    score_table(churn, table, wishes=ALL, progress=lambda share, rows: told.append((share, rows)))
    assert told == [(500 / 1_100, 500), (1_000 / 1_100, 1_000), (1.0, 1_100)]


def test_bars_count_everybody_once(churn, table):
    made = score_table(churn, table)
    bars = spread_of_scores(made.scores, 0.37)
    assert bars["selected"].sum() == (made.scores >= 0.37).sum()
    assert bars[["selected", "others"]].to_numpy().sum() == 500
    assert not bars.loc[bars["right"] <= 0.35, "selected"].any()


def test_an_excel_file(churn, table, tmp_path):
    score_stream(churn, FrameStream(table), file_sink(tmp_path / "out.xlsx"), wishes=ALL)
    got = pd.read_excel(io.BytesIO(score_table(churn, table, wishes=ALL).as_file(".xlsx")))
    pd.testing.assert_frame_equal(got, pd.read_excel(tmp_path / "out.xlsx"))
    assert got["id"].iloc[0] == "'=1+1"


@pytest.mark.parametrize("target", ["Churn", "months", "offer"])
@pytest.mark.parametrize("reasons", [0, 3])
def test_what_was_said(models, table, target, reasons):
    model = models[target, "linear_regression" if target == "months" else "logistic_regression"]
    numbered = target != "offer"
    made = score_table(model, table, wishes=Wishes(0.4, reasons, numbered))
    want = score(model, table, threshold=0.4).frame
    assert len(made) == 500
    assert len(made.said_scores) == want.shape[1]
    assert len(made.said_reasons) == reasons
    assert made.said == (*made.said_scores, *([made.said_priority] if numbered else []), *made.said_reasons)
    for name, column in zip(made.said_scores, want, strict=True):
        assert made.column(name).tolist() == want[column].tolist()
    numbers = want.select_dtypes("number")
    highest = numbers.max(axis=1) if target == "offer" else numbers.iloc[:, 0]
    assert np.array_equal(made.scores, highest)


def test_what_is_told_of_all(models, churn, table):
    made, scores = score_table(churn, table), score(churn, table).frame["score"]
    assert made.mean == pytest.approx(sum(scores) / 500)
    assert made.highest == max(scores)
    want = sum(one >= 0.4 for one in scores)
    assert 0 < want < 500
    assert (made.selected(0.4).customers, made.selected(0.4).share) == (want, want / 500)
    assert made.selected(made.highest).customers >= 1
    model = models["offer", "logistic_regression"]
    said = score(model, table).frame["prediction"].tolist()
    answers = score_table(model, table).answers((*model.problem.labels, "never said"))
    assert dict(answers) == {label: said.count(label) / 500 for label in (*model.problem.labels, "never said")}
    assert [share for _label, share in answers] == sorted(dict(answers).values(), reverse=True)


def test_the_first_ones(churn, table):
    made = score_table(churn, table, wishes=ALL)
    first = made.first(20)
    assert first["priority"].tolist() == list(range(1, 21))
    assert first["score"].tolist() == sorted(made.scores, reverse=True)[:20]
    assert len(made.first(10_000)) == 500
    unnumbered = score_table(churn, table).first(3)
    assert unnumbered["id"].tolist() == table.frame["id"].head(3).tolist()


def test_names_that_are_taken(churn, table):
    more = table.frame.assign(priority="p", score="s").rename(columns={"offer": "reason 1"})
    made = score_table(churn, table_from_frame(more), wishes=ALL)
    assert made.said == ("score (2)", "decision", "priority (2)", "reason 1 (2)", "reason 2", "reason 3")
    assert made.first(2)["priority (2)"].tolist() == [1, 2]


@pytest.mark.parametrize("name", ["Score", "DECISION", "Priority"])
def test_capitals_make_no_name_in_a_database(churn, new_customers, tmp_path, name):
    table = table_from_frame(new_customers(50, 3).assign(**{name: 1}))
    made = score_table(churn, table, wishes=Wishes(0.4, 0, True))
    made.write(DatabaseSink(f"sqlite:///{tmp_path}/crm.db", "scores"))
    with sqlite3.connect(tmp_path / "crm.db") as raw:
        assert raw.execute(f'SELECT DISTINCT "{name}", "{name.lower()} (2)" IS NULL FROM scores').fetchall() == [(1, 0)]


def test_a_table_of_a_database(churn, table, tmp_path):
    made, url = score_table(churn, table, wishes=ALL), f"sqlite:///{tmp_path}/crm.db"
    name = 'scores"; DROP TABLE x; --'
    made.write(DatabaseSink(url, name))
    with pytest.raises(DatabaseError, match="there already"):
        made.write(DatabaseSink(url, name))
    made.write(DatabaseSink(url, name, IfThere.APPEND))
    with sqlite3.connect(tmp_path / "crm.db") as raw:
        rows = raw.execute('SELECT score, priority FROM "{}"'.format(name.replace('"', '""'))).fetchall()
    assert [row[0] for row in rows] == pytest.approx([*made.scores, *made.scores])


def test_writing_that_is_ended_leaves_the_table_as_it_was(churn, new_customers, tmp_path):
    made, url = (
        score_table(churn, table_from_frame(new_customers(1_100, 3)), wishes=ALL),
        f"sqlite:///{tmp_path}/crm.db",
    )
    told = []
    made.write(DatabaseSink(url, "scores"), progress=lambda share, rows: told.append((share, rows)))
    assert told == [(500 / 1_100, 500), (1_000 / 1_100, 1_000), (1.0, 1_100)]

    def end(share, rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.write(DatabaseSink(url, "scores", IfThere.REPLACE), progress=end)
    with sqlite3.connect(tmp_path / "crm.db") as raw:
        assert raw.execute("SELECT count(*) FROM scores").fetchone() == (1_100,)


def test_what_cannot_be(churn, table):
    with pytest.raises(ScoringError, match="no customer"):
        score_table(churn, table.with_frame(table.frame.head(0)))
    with pytest.raises(ScoringError, match="not there"):
        score_table(churn, table.with_frame(table.frame[["months"]]))
    with pytest.raises(CrmAiError, match="format"):
        score_table(churn, table).as_file(".docx")
