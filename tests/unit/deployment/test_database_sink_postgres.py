"""Scores into a real PostgreSQL: all or nothing, and never over what is there."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from crm_ai.deployment import file_sink, save_model, score, score_stream
from crm_ai.deployment.database_sink import DatabaseSink, IfThere
from crm_ai.errors import DatabaseError
from crm_ai.table import open_stream, read_table
from tests.unit.table.test_sql_postgres import server

assert server  # the fixture

SCORING = """
import sys
from crm_ai.deployment import load_model, score_stream
from crm_ai.deployment.database_sink import DatabaseSink, IfThere
from crm_ai.table import open_stream
model, stream = load_model(sys.argv[1]), open_stream(sys.argv[2], block=50_000)
print("scoring", flush=True)
while True:
    score_stream(model, stream, DatabaseSink(sys.argv[3], "killed", IfThere.REPLACE))
"""


@pytest.fixture
def url(server):
    return server.url(user="owner")


@pytest.fixture
def new(new_customers, tmp_path):
    new_customers(3_000).to_csv(tmp_path / "new.csv", index=False)
    return tmp_path / "new.csv"


def test_made_refused_appended_replaced(churn, server, url, new):
    name = """scores"; DROP TABLE customers; -- 100% :x %(a)s 客户"""
    stream = open_stream(new, block=50_000)
    score_stream(churn, stream, DatabaseSink(url, name))
    quoted = '"{}"'.format(name.replace('"', '""'))
    with server.connect() as connection:
        rows = connection.execute(f"SELECT id, score, decision, since, senior FROM {quoted}").fetchall()
    want = score(churn, read_table(new))
    assert [row[1] for row in rows] == pytest.approx(want.frame["score"].tolist(), rel=1e-12)
    assert rows[0][0] == "K00000"
    with pytest.raises(DatabaseError, match="there already"):
        score_stream(churn, stream, DatabaseSink(url, name))
    score_stream(churn, stream, DatabaseSink(url, name, IfThere.APPEND))
    score_stream(churn, stream, DatabaseSink(url, name, IfThere.REPLACE))
    with server.connect() as connection:
        assert connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0] == 3_000
        assert connection.execute("SELECT count(*) FROM customers").fetchone()[0] == 100_000


def test_who_may_not_write_is_told_so(churn, server, new):
    with pytest.raises(DatabaseError):
        score_stream(churn, open_stream(new), DatabaseSink(server.url(), "scores_of_reader"))


def test_killed_in_mid_score(churn, server, url, new, tmp_path):
    save_model(churn, tmp_path / "model.crm")
    draw = np.random.default_rng(0)
    for _turn in range(4):
        words = [sys.executable, "-c", SCORING, str(tmp_path / "model.crm"), str(new), url]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "scoring\n"
        time.sleep(float(draw.uniform(0.1, 1.5)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with server.connect() as connection:
            there = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'killed'").fetchone()[0]
            assert not there or connection.execute("SELECT count(*) FROM killed").fetchone()[0] == 3_000


def test_a_password_is_in_no_message(churn, server, new):
    with pytest.raises(DatabaseError) as refused:
        score_stream(churn, open_stream(new), DatabaseSink(server.url(password="vertippt-7"), "scores"))
    assert "vertippt" not in str(refused.value) + repr(DatabaseSink(server.url(password="vertippt-7"), "scores"))


def test_file_sinks_are_told_by_their_names(tmp_path):
    assert type(file_sink(tmp_path / "a.CSV")).__name__ == "CsvSink"
