"""Tables that nobody may replace, servers that do not answer, and databases whose transactions are short."""

import socket
import sqlite3

import pyarrow as pa
import pytest
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import OperationalError

from crm_ai.deployment import database_sink
from crm_ai.deployment.database_sink import DatabaseSink, IfThere
from crm_ai.deployment.registry import tables
from crm_ai.deployment.registry.database import VERSION_TABLE
from crm_ai.errors import DatabaseError
from crm_ai.table.sql_address import MYSQL, Address

ROWS = pa.table({"id": ["a", "b"], "score": [0.25, 0.5]})


def put(sink, rows=ROWS):
    sink.write(rows.column_names, iter([sink.encode(rows)]))


@pytest.mark.parametrize("name", [*tables.metadata.tables, VERSION_TABLE])
@pytest.mark.parametrize("if_there", IfThere)
def test_the_registry_is_nobodys_to_write(tmp_path, name, if_there):
    with sqlite3.connect(tmp_path / "known.db") as raw:
        raw.execute(f"CREATE TABLE {name} (kept)")
    quoted = [
        name,
        f"{name}_new",
        f'"{name}"',
        f"main.{name}",
        f'public."{name}"',
        f"`{name}`",
        f"[{name}]",
        f" {name} ",
    ]
    for spelled in (*quoted, name.upper(), f"MAIN.{name.upper()}"):
        sink = DatabaseSink(f"sqlite:///{tmp_path}/known.db", spelled, if_there)
        with pytest.raises(DatabaseError, match="registry of models"):
            sink.check()
        with pytest.raises(DatabaseError, match="registry of models"):
            put(sink)
    with sqlite3.connect(tmp_path / "known.db") as raw:
        assert raw.execute("SELECT name FROM pragma_table_info(?)", [name]).fetchall() == [("kept",)]


@pytest.mark.parametrize("name", ["my_registry_log", "registry", "a.b", "registrations"])
def test_other_names_are_free_and_columns_may_be_called_anything(tmp_path, name):
    put(DatabaseSink(f"sqlite:///{tmp_path}/known.db", name), ROWS.rename_columns(["registry_id", "score"]))
    with sqlite3.connect(tmp_path / "known.db") as raw:
        assert raw.execute(f'SELECT registry_id, score FROM "{name}"').fetchall() == [("a", 0.25), ("b", 0.5)]


@pytest.mark.parametrize("system", ["postgresql", "mysql"])
def test_a_server_that_says_nothing_is_given_up(monkeypatch, system):
    monkeypatch.setattr(database_sink, "SECONDS_TO_CONNECT", 2)
    monkeypatch.setattr(database_sink, "SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sink = DatabaseSink(f"{system}://me:secret@127.0.0.1:{silent.getsockname()[1]}/crm", "scores")
        with pytest.raises(DatabaseError) as refused:
            sink.check()
    assert "secret" not in str(refused.value)


@pytest.fixture
def like_mysql(tmp_path, monkeypatch):
    """SQLite under MySQL's rules; statements that hold one of the words that are given fail."""
    engine, failing = create_engine(f"sqlite:///{tmp_path}/crm.db", isolation_level="AUTOCOMMIT"), []

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def rename(_connection, cursor, statement, parameters, _context, _many):
        if any(word in statement for word in failing):
            raise OperationalError(statement, parameters, Exception("gone"))
        if not statement.startswith("RENAME TABLE "):
            return statement, parameters
        *first, last = (f"ALTER TABLE {move}" for move in statement.removeprefix("RENAME TABLE ").split(", "))
        for move in first:
            cursor.execute(move.replace(" TO ", " RENAME TO "))
        return last.replace(" TO ", " RENAME TO "), parameters

    monkeypatch.setattr(database_sink, "check_url", lambda url: Address(MYSQL, "crm", make_url(url)))
    monkeypatch.setattr(database_sink, "_engine", lambda _address: engine)
    return failing


def names_and_rows(folder):
    with sqlite3.connect(folder / "crm.db") as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master ORDER BY name")]
        return names, raw.execute("SELECT id FROM scores ORDER BY id").fetchall()


def test_a_table_is_made_and_replaced_at_one_stroke(like_mysql, tmp_path):
    put(DatabaseSink("mysql://x", "scores"))
    assert names_and_rows(tmp_path) == (["scores"], [("a",), ("b",)])
    sink = DatabaseSink("mysql://x", "scores", IfThere.REPLACE)
    put(sink, ROWS.slice(1))
    assert names_and_rows(tmp_path) == (["scores"], [("b",)])
    assert sink.notes == []


def test_what_cannot_be_deleted_is_named_and_the_rest_is_done(like_mysql, tmp_path):
    put(DatabaseSink("mysql://x", "scores"))
    like_mysql.append("DROP TABLE")
    sink = DatabaseSink("mysql://x", "scores", IfThere.REPLACE)
    put(sink, ROWS.slice(1))
    (old, *others), rows = names_and_rows(tmp_path)
    assert (old[:11], others, rows) == ("crm_ai_old_", ["scores"], [("b",)])
    (note,) = sink.notes
    assert old in note


@pytest.mark.parametrize("word", ["INSERT", "RENAME"])
def test_a_failure_leaves_the_table_as_it_was_and_nothing_beside_it(like_mysql, tmp_path, word):
    put(DatabaseSink("mysql://x", "scores"))
    like_mysql.append(word)
    with pytest.raises(DatabaseError):
        put(DatabaseSink("mysql://x", "scores", IfThere.REPLACE), ROWS.slice(1))
    assert names_and_rows(tmp_path) == (["scores"], [("a",), ("b",)])
