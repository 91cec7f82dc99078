"""Against a real PostgreSQL, started here from the programs of the distribution's package."""

import logging
import socket
import time
import traceback

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import DatabaseError
from crm_ai.table import Kind
from crm_ai.table.sql import list_tables, preview_sql, read_sql
from tests.postgresql import ESCAPED, PASSWORD, postgresql

MISTYPED = "vertippt-7"
ROWS = 100_000
SETUP = r'''
CREATE ROLE reader LOGIN PASSWORD 'Geh/eim: 5%@Wort';
CREATE TABLE customers (
    customer_id integer, big bigint, amount numeric(12, 2), score double precision, member boolean,
    joined date, seen timestamp, clicked timestamptz, city text, plan varchar(20), facts jsonb, note text
);
INSERT INTO customers SELECT
    i, 1000000000 + i, (i % 1000) + 0.25, i / 7.0::float8, CASE WHEN i % 5 = 0 THEN NULL ELSE i % 2 = 0 END,
    date '2020-01-01' + i % 1000, timestamp '2021-03-04 05:06:07.89' + i * interval '1 second',
    timestamptz '2024-07-01 08:00:00+08' + i * interval '1 minute',
    (array['北京', '上海', 'São Paulo', NULL])[1 + i % 4], 'plan ' || i % 3, jsonb_build_object('a', i % 10), NULL
FROM generate_series(1, 100000) AS i;
CREATE TABLE "客户 表" ("姓名" text, "消费 ""金额""" numeric);
INSERT INTO "客户 表" VALUES ('张伟', 12.5), ('王芳', 8), ('李娜', NULL);
CREATE TABLE "100% of;'s %s :x" (a integer);
INSERT INTO "100% of;'s %s :x" VALUES (1), (2);
CREATE VIEW loyal AS SELECT * FROM customers WHERE member;
CREATE MATERIALIZED VIEW plans AS SELECT plan, count(*) AS n FROM customers GROUP BY plan;
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id integer, photo bytea, tags text[], lasted interval, key uuid, price money);
INSERT INTO sales.orders VALUES
    (1, '\xff00', array['a', '北'], interval '1 day 2 hours', '6ecd8c99-4036-403d-bf84-cf8400f67836', 5),
    (2, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE hidden (a integer);
CREATE TABLE empty (a integer);
CREATE TABLE odd (id numeric(30, 0), share numeric, at timestamp);
INSERT INTO odd VALUES (622202123456789012345, 'NaN', NULL), (622202123456789012346, 0.5, '2024-01-01');
CREATE TABLE forever (ends timestamp);
INSERT INTO forever VALUES ('infinity');
CREATE SEQUENCE counter;
CREATE FUNCTION grow() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN INSERT INTO empty VALUES (1); RETURN 1; END $$;
CREATE FUNCTION grow_as_owner() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN INSERT INTO empty VALUES (1); RETURN 1; END $$;
CREATE FUNCTION let_write() RETURNS integer LANGUAGE plpgsql
    AS $$ BEGIN SET TRANSACTION READ WRITE; INSERT INTO empty VALUES (1); RETURN 1; END $$;
CREATE FUNCTION hang_up() RETURNS boolean LANGUAGE sql SECURITY DEFINER
    AS $$ SELECT pg_terminate_backend(pg_backend_pid()) $$;
GRANT USAGE ON SCHEMA sales TO reader;
GRANT ALL ON ALL TABLES IN SCHEMA public, sales TO reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader;
REVOKE ALL ON hidden FROM reader;
'''


@pytest.fixture(scope="session")
def server():
    with postgresql() as server:
        with server.connect() as connection:
            connection.execute(SETUP)
        yield server


def count_of(server, table):
    with server.connect() as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_a_hundred_thousand_rows_of_many_kinds_are_read_equal(server):
    table = read_sql(server.url(), "customers")
    frame, i = table.frame, np.arange(1, ROWS + 1)
    assert len(table) == ROWS
    assert table.source == "customers"
    assert frame["customer_id"].tolist() == i.astype(str).tolist()
    assert (frame["big"].astype("int64") == 1_000_000_000 + i).all()
    assert (frame["amount"] == i % 1000 + 0.25).all()
    assert (frame["score"] == i / 7.0).all()
    assert table.schema["member"].kind is Kind.BOOLEAN
    assert (frame["member"].isna() == (i % 5 == 0)).all()
    known = i % 5 != 0
    assert (frame["member"].astype("str")[known] == np.where(i % 2 == 0, "True", "False")[known]).all()
    assert (frame["joined"] == np.datetime64("2020-01-01") + (i % 1000).astype("timedelta64[D]")).all()
    assert (frame["seen"] == np.datetime64("2021-03-04T05:06:07.89") + i.astype("timedelta64[s]")).all()
    assert (frame["clicked"] == np.datetime64("2024-07-01T00:00:00") + i.astype("timedelta64[m]")).all()
    cities = np.array(["北京", "上海", "São Paulo", None], dtype=object)[i % 4]
    assert (frame["city"].isna() == (i % 4 == 3)).all()
    assert (frame["city"].astype(object).dropna().tolist()) == [city for city in cities if city]
    assert frame["plan"].astype(str).tolist()[:4] == ["plan 1", "plan 2", "plan 0", "plan 1"]
    assert frame["facts"].astype(str).tolist()[:2] == ['{"a": 1}', '{"a": 2}']
    assert frame["note"].isna().all()
    assert any("UTC" in note and "clicked" in note for note in table.reading.notes)
    assert any("text" in note and "facts" in note for note in table.reading.notes)


def test_zones_keep_the_moment(server):
    query = "SELECT timestamptz '2024-07-01 08:00:00-03' AS at, timestamp '2024-07-01 08:00' AS it"
    frame = read_sql(server.url(), query).frame
    assert frame["at"][0] == pd.Timestamp("2024-07-01 11:00")
    assert frame["it"][0] == pd.Timestamp("2024-07-01 08:00")


def test_limit_is_told(server):
    table = read_sql(server.url(), "SELECT * FROM customers ORDER BY customer_id", limit=12_345)
    assert len(table) == 12_345
    assert "first 12,345 rows" in table.reading.notes[0]
    assert read_sql(server.url(), "loyal", limit=ROWS).reading.notes == read_sql(server.url(), "loyal").reading.notes


@pytest.mark.parametrize("name", ["客户 表", '"客户 表"', "public.客户 表", 'public."客户 表"'])
def test_chinese_names(server, name):
    table = read_sql(server.url(), name)
    assert table.frame["姓名"].astype(str).tolist() == ["张伟", "王芳", "李娜"]
    assert table.frame['消费 "金额"'].tolist()[:2] == [12.5, 8]
    assert pd.isna(table.frame['消费 "金额"'][2])


def test_hostile_names_and_signs(server):
    assert len(read_sql(server.url(), "100% of;'s %s :x")) == 2
    assert len(read_sql(server.url(), "SELECT * FROM customers WHERE city LIKE '%海' AND plan <> ':p %s'")) == ROWS // 4
    assert len(read_sql(server.url(), "Customers", limit=5)) == 5


def test_other_kinds_become_texts_or_are_told(server):
    table = read_sql(server.url(), "sales.orders")
    assert "photo" not in table.schema.names
    assert any("left out: photo" in note for note in table.reading.notes)
    first = {name: str(table.frame[name].iloc[0]) for name in table.schema.names}
    assert first["tags"] == '["a", "北"]'
    assert first["key"] == "6ecd8c99-4036-403d-bf84-cf8400f67836"
    assert first["lasted"] == "1 day, 2:00:00"
    assert "5.00" in first["price"] or first["price"] in ("5", "5.0")


def test_numbers_of_many_digits_and_not_a_number(server):
    table = read_sql(server.url(), "odd")
    assert table.frame["id"].astype(str).tolist() == ["622202123456789012345", "622202123456789012346"]
    assert table.frame["share"].isna().tolist() == [True, False]


def test_tables_and_views_are_listed(server):
    names = list_tables(server.url())
    assert {"customers", "客户 表", "loyal", "plans", "sales.orders"} <= set(names)
    assert not any(name.startswith(("pg_", "information_schema")) for name in names)
    assert len(read_sql(server.url(), "plans")) == 3


def test_a_preview_does_not_wait_for_the_rest(server):
    frame = preview_sql(server.url(), "SELECT 1 AS one FROM customers, customers AS others", rows=3, timeout=5)
    assert frame["one"].tolist() == [1, 1, 1]
    assert len(preview_sql(server.url(), "empty")) == 0


WRITES = [
    "INSERT INTO empty VALUES (1)",
    "UPDATE customers SET note = 'x'",
    "DELETE FROM customers",
    "TRUNCATE customers",
    "DROP TABLE customers",
    "CREATE TABLE other (a integer)",
    "ALTER TABLE customers DROP COLUMN note",
    "COPY customers TO PROGRAM 'cat'",
    "DO $$ BEGIN DELETE FROM customers; END $$",
    "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
    "WITH new AS (INSERT INTO empty VALUES (1) RETURNING *) SELECT * FROM new",
    "WITH c AS (SELECT 1) DELETE FROM customers",
    "SELECT * INTO other FROM customers",
    "SELECT * FROM customers FOR UPDATE",
    "SELECT grow()",
    "SELECT grow_as_owner()",
    "SELECT nextval('counter')",
]


@pytest.mark.parametrize("query", WRITES)
def test_writing_is_refused(server, query):
    with pytest.raises(DatabaseError, match="would change the database") as caught:
        read_sql(server.url(), query)
    assert "nothing was changed" in caught.value.what
    assert caught.value.where == f"127.0.0.1:{server.port}/shop"
    assert (count_of(server, "customers"), count_of(server, "empty")) == (ROWS, 0)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT let_write()",
        "SELECT set_config('transaction_read_only', 'off', true), grow()",
        "SELECT set_config('transaction_read_only', 'off', false), grow()",
        "SELECT set_config('default_transaction_read_only', 'off', false), grow()",
        "SELECT 1; DELETE FROM customers",
        "SELECT 1; COMMIT; DELETE FROM customers",
        "COMMIT; DELETE FROM customers",
        "SELECT 1 FROM customers) TO STDOUT; DELETE FROM customers; --",
    ],
)
def test_the_protection_cannot_be_talked_away(server, query):
    with pytest.raises(DatabaseError):
        read_sql(server.url(), query)
    assert (count_of(server, "customers"), count_of(server, "empty")) == (ROWS, 0)


def test_several_statements_are_refused(server):
    with pytest.raises(DatabaseError, match="more than one statement"):
        read_sql(server.url(), "SELECT 1; DELETE FROM customers")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"password": MISTYPED}, "does not accept this user or password"),
        ({"user": "stranger"}, "does not accept this user or password"),
        ({"database": "nothing"}, "no database of this name"),
    ],
)
def test_what_is_wrong_with_an_address_is_told(server, changed, message, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(DatabaseError, match=message) as caught:
        read_sql(server.url(**changed), "customers")
    assert caught.value.where == f"127.0.0.1:{server.port}/{changed.get('database', 'shop')}"
    assert caught.value.next_step
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    for secret in (PASSWORD, ESCAPED, MISTYPED):
        assert secret not in told


def test_nobody_listens(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(DatabaseError, match="No database answers there"):
            read_sql(f"postgresql://reader:{ESCAPED}@127.0.0.1:{port}/shop", "customers")


def test_a_host_that_does_not_exist(server):
    with pytest.raises(DatabaseError, match="no computer of this name"):
        read_sql(f"postgresql://reader:{ESCAPED}@nowhere.invalid/shop", "customers")


def test_a_host_that_stays_silent(server, monkeypatch):
    monkeypatch.setattr("crm_ai.table.sql_connection.SECONDS_TO_CONNECT", 2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(DatabaseError, match="did not answer when it was called"):
            read_sql(f"postgresql://reader:{ESCAPED}@127.0.0.1:{silent.getsockname()[1]}/shop", "customers")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("buyers", "There is no table or view called “buyers”. There are: 100% of;'s %s :x, customers"),
        ("sales.buyers", "There is no table or view called “sales.buyers”"),
        ("nowhere.buyers", "There is no table or view called “nowhere.buyers”"),
        ("SELECT * FROM buyers", 'no such table or view. The database says: relation "buyers" does not exist'),
        ("SELECT price FROM customers", 'no such column. The database says: column "price" does not exist'),
        ("hidden", "This user may not read that. The database says: permission denied for table hidden"),
        ("SELECT * FROM hidden", "This user may not read that"),
        ("SELECT FROM WHERE", 'does not understand the query. The database says: syntax error at or near "WHERE"'),
        ("SELECT nothing()", "does not understand the query"),
        ("empty", "found no rows"),
        ("SELECT FROM customers", "gives no columns"),
        ("forever", "A value cannot be computed or read"),
        ("SELECT 1 / (customer_id - 1) FROM customers", "A value cannot be computed or read"),
        ("EXPLAIN SELECT 1", "neither a SELECT nor the name"),
    ],
)
def test_what_is_wrong_with_a_query_is_told(server, query, message):
    with pytest.raises(DatabaseError) as caught:
        read_sql(server.url(), query)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.where == f"127.0.0.1:{server.port}/shop"
    assert caught.value.next_step


def test_cells_are_not_quoted(server):
    with pytest.raises(DatabaseError, match="A value cannot be computed") as caught:
        read_sql(server.url(), "SELECT city::integer FROM customers")
    assert "北京" not in "".join(traceback.format_exception(caught.value))
    assert "上海" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT pg_sleep(30)",
        "SELECT count(*) FROM customers a, customers b WHERE a.score * b.score > 1",
        "SELECT i, pg_sleep(0.0002) FROM generate_series(1, 1000000) AS i",
    ],
)
def test_a_slow_query_is_stopped(server, query):
    start = time.monotonic()
    with pytest.raises(DatabaseError, match="longer than 1 seconds and was stopped"):
        read_sql(server.url(), query, timeout=1)
    assert time.monotonic() - start < 10
    time.sleep(0.1)
    with server.connect() as connection:
        left = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'").fetchone()
    assert left == (0,)


def test_a_connection_that_is_lost(server):
    with pytest.raises(DatabaseError, match="connection to the database was lost"):
        read_sql(server.url(), "SELECT hang_up() FROM generate_series(1, 10)")


def test_a_full_server_is_told(server):
    with server.connect() as owner:
        owner.execute("ALTER ROLE reader CONNECTION LIMIT 0")
        try:
            with pytest.raises(DatabaseError, match="no connection left"):
                read_sql(server.url(), "customers")
        finally:
            owner.execute("ALTER ROLE reader CONNECTION LIMIT -1")


def test_a_password_is_nowhere_in_what_is_read_or_logged(server, caplog):
    with caplog.at_level(logging.DEBUG):
        table = read_sql(server.url(), "SELECT 1 AS a, 'x' AS b")
    assert table.source == f"127.0.0.1:{server.port}/shop"
    for secret in (PASSWORD, ESCAPED):
        assert secret not in repr(table) + repr(table.reading) + caplog.text
