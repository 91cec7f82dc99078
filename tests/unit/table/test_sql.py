import logging
import sqlite3
import traceback
from contextlib import closing
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm_ai.errors import DatabaseError
from crm_ai.table import Kind
from crm_ai.table.sql import check_url, connections, list_tables, preview_sql, read_sql
from crm_ai.table.sql_columns import ColumnBuilder
from crm_ai.table.sql_connection import open_database, protect_mysql
from crm_ai.table.sql_errors import describe
from crm_ai.table.sql_query import ask, is_question
from crm_ai.table.sql_troubles import Trouble, trouble_of

SECRET = "s3cr3t-Wort"
CUSTOMERS = [
    (1, "Ann", 12.5, "2024-01-05", "Yes"),
    (2, "王芳", None, "2024-02-06", "No"),
    (3, None, 7.25, None, "No"),
]


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (id INTEGER, name TEXT, spend REAL, joined TEXT, churn TEXT)")
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", CUSTOMERS)
        connection.execute("CREATE VIEW loyal AS SELECT * FROM customers WHERE churn = 'No'")
        connection.commit()
    return path


def url_of(path):
    return f"sqlite:///{path}"


def make(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(*statement if isinstance(statement, tuple) else (statement,))
        connection.commit()
    return url_of(path)


def test_a_table_is_read(shop):
    table = read_sql(url_of(shop), "customers")
    assert table.source == "customers"
    assert table.reading.format == "sql"
    assert table.reading.notes == ()
    assert table.schema["id"].kind is Kind.IDENTIFIER
    assert table.frame["id"].tolist() == ["1", "2", "3"]
    assert table.frame["spend"].tolist()[::2] == [12.5, 7.25]
    assert pd.isna(table.frame["spend"][1])
    assert table.schema["joined"].kind is Kind.DATE
    assert table.frame["joined"][0] == pd.Timestamp("2024-01-05")
    assert table.schema["churn"].kind is Kind.BOOLEAN
    assert table.frame["name"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM customers",
        "  select * from customers ; ",
        "-- all of them\n/* really */ SELECT * FROM customers -- the end",
        "WITH c AS (SELECT * FROM customers) SELECT * FROM c",
        "SELECT * FROM customers WHERE name LIKE '%' OR name IS NULL",
        "SELECT * FROM customers WHERE ':name' <> '%(x)s'",
    ],
)
def test_queries_are_sent_as_they_are(shop, query):
    table = read_sql(url_of(shop), query)
    assert len(table) == 3
    assert table.source == str(shop)
    assert read_sql(url_of(shop), query, name="buyers").source == "buyers"


def test_values_are_a_query(shop):
    assert read_sql(url_of(shop), "VALUES (1, 'a'), (2, 'b')").frame.iloc[:, 0].tolist() == [1, 2]


def test_views_are_read_and_listed(shop):
    assert len(read_sql(url_of(shop), "loyal")) == 2
    assert list_tables(url_of(shop)) == ("customers", "loyal")


def test_names_may_have_their_schema_or_quotes(shop):
    for name in ("main.customers", '"customers"', '"main"."customers"', "CUSTOMERS"):
        assert len(read_sql(url_of(shop), name)) == 3


HOSTILE = [
    "客户 表",
    'a"b',
    "a'b",
    "a.b",
    "x; DROP TABLE customers",
    "100 %s %(a)s",
    "a:b",
    "update log",
    "line\nbreak",
    "[a]",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_chinese_names(tmp_path, name):
    quoted = '"' + name.replace('"', '""') + '"'
    url = make(
        tmp_path / "a.db",
        f"CREATE TABLE {quoted} ({quoted} INTEGER, 城市 TEXT)",
        f"INSERT INTO {quoted} VALUES (5, '北京'), (6, '上海')",
    )
    table = read_sql(url, name)
    assert table.frame["城市"].tolist() == ["北京", "上海"]
    assert table.frame.iloc[:, 0].tolist() == [5, 6]
    assert list_tables(url) == (name,)


def test_a_name_that_begins_like_a_query_can_be_quoted(tmp_path):
    url = make(tmp_path / "a.db", 'CREATE TABLE "select me" (a INTEGER)', 'INSERT INTO "select me" VALUES (1), (2)')
    assert len(read_sql(url, '"select me"')) == 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
@example("SELECT")
@example("'")
@example("sqlite_master.x")
@example("a.b.c.d")
def test_any_text_is_answered_in_words(shop, text):
    with pytest.raises(DatabaseError) as caught:
        read_sql(url_of(shop), text)
    assert caught.value.what
    assert caught.value.next_step


def test_limit_is_told(shop):
    table = read_sql(url_of(shop), "customers", limit=2)
    assert len(table) == 2
    assert "first 2 rows" in table.reading.notes[0]
    assert "there are more" in table.reading.notes[0]
    assert read_sql(url_of(shop), "customers", limit=3).reading.notes == ()


@pytest.mark.parametrize(("rows", "limit"), [(9_999, 10_000), (10_000, 10_000), (10_001, 10_000), (20_001, 20_000)])
def test_limits_at_the_edges_of_chunks(tmp_path, rows, limit):
    url = make(tmp_path / "a.db")
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n"
    table = read_sql(url, numbers, limit=limit)
    assert table.frame["i"].tolist() == list(range(1, min(rows, limit) + 1))
    assert bool(table.reading.notes) == (rows > limit)


@pytest.mark.parametrize("given", [{"limit": 0}, {"limit": -1}, {"timeout": 0}])
def test_limits_of_nothing_are_refused(shop, given):
    with pytest.raises(DatabaseError, match="more than zero"):
        read_sql(url_of(shop), "customers", **given)


def test_repeated_and_missing_column_names(shop):
    table = read_sql(url_of(shop), "SELECT id, id, spend AS ' ' FROM customers")
    assert table.schema.names == ("id", "id (2)", "column 3")
    assert "occurs twice" in table.reading.notes[0]


def test_bytes_are_left_out_and_told(tmp_path):
    url = make(
        tmp_path / "a.db",
        "CREATE TABLE t (id, photo, mixed)",
        "INSERT INTO t VALUES (1, x'ff00', 'a'), (2, x'01', x'02'), (3, NULL, 'b')",
    )
    table = read_sql(url, "t")
    assert table.schema.names == ("id", "mixed")
    assert any("left out: photo" in note for note in table.reading.notes)
    assert any("1 cells hold bytes" in note and "mixed" in note for note in table.reading.notes)
    assert table.frame["mixed"].isna().tolist() == [False, True, False]
    with pytest.raises(DatabaseError, match="nothing is left"):
        read_sql(url, "SELECT photo FROM t")


def test_cells_of_several_kinds_in_a_column_become_texts(tmp_path):
    url = make(tmp_path / "a.db", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1), ('two'), (2.5), (NULL)")
    assert read_sql(url, "t").frame["a"].tolist()[:3] == ["1", "two", "2.5"]


def test_kinds_that_change_from_chunk_to_chunk(tmp_path):
    url = make(tmp_path / "a.db")
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20500) SELECT "
    columns = "iif(i > 15000, 'x' || i, i) AS a, iif(i > 20000, i + 0.5, i) AS b, iif(i < 15000, NULL, i) AS c FROM n"
    table = read_sql(url, rows + columns)
    assert table.frame["a"].astype(str).tolist()[-1] == "x20500"
    assert table.frame["a"].astype(str).tolist()[0] == "1"
    assert table.frame["b"].tolist()[-1] == 20500.5
    assert table.frame["c"].isna().sum() == 14_999
    assert table.frame["c"].tolist()[-1] == 20_500


def test_whole_numbers_of_many_digits_keep_them_all(tmp_path):
    cards = ["6222021234567890123", "6222021234567890124"]
    url = make(tmp_path / "a.db", "CREATE TABLE t (card INTEGER)", f"INSERT INTO t VALUES ({cards[0]}), ({cards[1]})")
    assert read_sql(url, "t").frame["card"].astype(str).tolist() == cards


def test_a_preview_shows_the_first_rows(shop):
    frame = preview_sql(url_of(shop), "customers", rows=2)
    assert frame["name"].tolist() == ["Ann", "王芳"]
    assert len(frame.columns) == 5
    empty = preview_sql(url_of(shop), "SELECT * FROM customers WHERE id > 99")
    assert len(empty) == 0
    assert list(empty.columns) == ["id", "name", "spend", "joined", "churn"]


WRITES = [
    "INSERT INTO customers VALUES (9, 'x', 1, NULL, 'No')",
    "UPDATE customers SET spend = 0",
    "DELETE FROM customers",
    "DROP TABLE customers",
    "CREATE TABLE other (a)",
    "WITH c AS (SELECT 1) DELETE FROM customers",
    "WITH c AS (SELECT 1) INSERT INTO customers SELECT 9, 'x', 1, NULL, 'No' FROM c",
    "PRAGMA query_only = OFF",
    "ATTACH DATABASE 'other.db' AS other",
    "VACUUM INTO 'other.db'",
]


@pytest.mark.parametrize("query", WRITES)
def test_writing_is_refused(shop, query):
    before = shop.read_bytes()
    with pytest.raises(DatabaseError, match="would change the database") as caught:
        read_sql(url_of(shop), query)
    assert "nothing was changed" in caught.value.what
    assert caught.value.where == str(shop)
    assert shop.read_bytes() == before


def test_the_connection_itself_refuses_to_write(shop):
    for statement in (*WRITES, "SELECT load_extension('x')", "PRAGMA writable_schema = ON"):
        with pytest.raises(DatabaseError), open_database(check_url(url_of(shop)), timeout=5) as connection:
            connection.exec_driver_sql(statement)
    assert len(read_sql(url_of(shop), "customers")) == 3
    assert sorted(path.name for path in shop.parent.iterdir()) == ["shop.db"]


def test_several_statements_are_refused(shop):
    with pytest.raises(DatabaseError, match="more than one statement"):
        read_sql(url_of(shop), "SELECT 1; DROP TABLE customers")
    assert len(read_sql(url_of(shop), "customers")) == 3


def test_a_missing_file_is_not_created(tmp_path):
    with pytest.raises(DatabaseError, match="no such file"):
        read_sql(url_of(tmp_path / "none.db"), "customers")
    assert list(tmp_path.iterdir()) == []


def test_the_file_may_have_a_strange_name(tmp_path):
    path = tmp_path / "客户 #1 100% ü.db"
    make(path, "CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1), (2)")
    assert len(read_sql(url_of(path), "t")) == 2


def test_other_files_are_no_database(tmp_path):
    (tmp_path / "a.db").write_bytes(b"name,spend\nAnn,5\n" * 100)
    with pytest.raises(DatabaseError, match="no SQLite database"):
        read_sql(url_of(tmp_path / "a.db"), "customers")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("buyers", "There is no table or view called “buyers”. There are: customers, loyal"),
        ("SELECT * FROM buyers", "no such table or view. The database says: no such table: buyers"),
        ("SELECT price FROM customers", "no such column. The database says: no such column: price"),
        ("SELECT FROM WHERE", "does not understand the query. The database says: near"),
        ("SELECT * FROM customers WHERE id > 99", "found no rows"),
        ("EXPLAIN SELECT 1", "neither a SELECT nor the name"),
        ("", "There is no query"),
        (" ; ", "There is no query"),
        ("a\x00b", "There is no query"),
    ],
)
def test_what_is_wrong_with_a_query_is_told(shop, query, message):
    with pytest.raises(DatabaseError) as caught:
        read_sql(url_of(shop), query)
    assert message in str(caught.value)
    assert caught.value.where == str(shop)
    assert caught.value.next_step


def test_a_heavy_query_is_stopped(shop):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(DatabaseError, match=r"longer than 0\.3 seconds"):
        read_sql(url_of(shop), endless, timeout=0.3)


def test_a_long_answer_is_stopped(shop):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with pytest.raises(DatabaseError, match=r"longer than 0\.2 seconds"):
        read_sql(url_of(shop), endless, timeout=0.2, limit=100_000_000)


def test_a_locked_database_is_told(shop):
    with closing(sqlite3.connect(shop, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="locked"):
            read_sql(url_of(shop), "customers", timeout=0.5)


def test_damaged_texts_are_told_without_quoting_them(tmp_path):
    url = make(tmp_path / "a.db", "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES (CAST(x'416e6eff' AS TEXT))")
    with pytest.raises(DatabaseError, match="damaged text") as caught:
        read_sql(url, "t")
    assert "Ann" not in "".join(traceback.format_exception(caught.value))


def test_a_driver_that_is_missing_is_named(monkeypatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pymysql" else object())
    with pytest.raises(DatabaseError, match=r"pip install .*pymysql"):
        check_url("mysql://ann:x@db/shop")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DatabaseError, match=r"pip install .*sqlalchemy"):
        check_url("sqlite:///shop.db")


@pytest.mark.parametrize(
    ("url", "driver", "place"),
    [
        ("postgresql://ann:x@db.example.com:5433/shop", "postgresql+psycopg", "db.example.com:5433/shop"),
        ("postgresql+psycopg://ann:x@db/shop?sslmode=require", "postgresql+psycopg", "db/shop"),
        ("postgres://db/shop", "postgresql+psycopg", "db/shop"),
        ("postgresql:///shop?host=/run/postgresql", "postgresql+psycopg", "/run/postgresql/shop"),
        ("mysql://ann:p%40ss@db/shop", "mysql+pymysql", "db/shop"),
        ("MariaDB://ann@db:3307/shop?charset=utf8mb4", "mariadb+pymysql", "db:3307/shop"),
        ("sqlite:///folder/shop.db", "sqlite", "folder/shop.db"),
        ("sqlite:////data/shop.db", "sqlite", "/data/shop.db"),
    ],
)
def test_addresses_that_are_understood(url, driver, place):
    address = check_url(f" {url} ")
    assert address.url.drivername == driver
    assert address.place == place


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.db",
        f"ann:{SECRET}@db/shop",
        f"oracle://ann:{SECRET}@db/shop",
        f"postgresql+psycopg2://ann:{SECRET}@db/shop",
        f"{SECRET}://db/shop",
        f"postgresql://ann:{SECRET}@db:port/shop",
        f"postgresql://ann:x@{SECRET}@db/shop",
        f"postgresql://ann:x@y/{SECRET}@db/shop",
        f"postgresql://ann:x@y?{SECRET}=1@db/shop",
        f"postgresql://ann:{SECRET}@db",
        f"postgresql://ann:{SECRET}@db/",
        f"postgresql://ann:{SECRET}@db/shop?options=-c%20default_transaction_read_only%3Doff",
        f"postgresql://ann@db/shop?password={SECRET}",
        f"mysql://ann:{SECRET}@db/shop?local_infile=1",
        f"mysql://ann:{SECRET}@db/shop?init_command=DROP+TABLE+customers",
        f"mysql://ann:{SECRET}@db/shop?client_flag=65536",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:shop.db?mode=rwc&uri=true",
        "sqlite:///shop.db?mode=rwc",
        "sqlite://shop.db",
    ],
)
def test_addresses_that_are_refused_without_repeating_secrets(url, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(DatabaseError) as caught:
        check_url(url)
    assert caught.value.next_step
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert SECRET not in told


def test_an_address_shows_no_password():
    address = check_url(f"postgresql://ann:{SECRET}@db/shop")
    assert SECRET not in repr(address) + str(address) + f"{address.url}" + repr(address.url)
    assert address.url.password == SECRET


def test_connections_come_from_the_environment():
    environ = {
        "CRM_AI_DATABASE_SHOP": "postgresql://db/shop",
        "CRM_AI_DATABASE_客户": " sqlite:///客户.db ",
        "CRM_AI_DATABASE_EMPTY": "",
        "CRM_AI_DATABASE_": "sqlite:///x.db",
        "DATABASE_URL": "postgresql://db/other",
    }
    assert connections(environ) == {"shop": "postgresql://db/shop", "客户": "sqlite:///客户.db"}


def mysql_error(kind, code, words):
    import pymysql
    import sqlalchemy.exc

    origin = getattr(pymysql.err, kind)(code, words)
    return sqlalchemy.exc.DBAPIError.instance("SELECT 1", {}, origin, pymysql.err.Error)


MYSQL = [
    ("OperationalError", 1045, "Access denied for user 'ann'@'db' (using password: YES)", Trouble.LOGIN),
    ("OperationalError", 1049, "Unknown database 'shop'", Trouble.NO_DATABASE),
    ("OperationalError", 1044, "Access denied for user 'ann'@'%' to database 'shop'", Trouble.NO_RIGHT),
    ("OperationalError", 2003, "Can't connect to 'db' ([Errno 111] Connection refused)", Trouble.REFUSED),
    ("OperationalError", 2003, "Can't connect to 'db' (timed out)", Trouble.SLOW_TO_CONNECT),
    ("OperationalError", 2003, "Can't connect to 'db' ([Errno -2] Name or service not known)", Trouble.UNKNOWN_HOST),
    ("OperationalError", 2003, "Can't connect to 'db' ([Errno 11001] getaddrinfo failed)", Trouble.UNKNOWN_HOST),
    ("ProgrammingError", 1146, "Table 'shop.buyers' doesn't exist", Trouble.NO_TABLE),
    ("OperationalError", 1054, "Unknown column 'price' in 'field list'", Trouble.NO_COLUMN),
    ("OperationalError", 1142, "SELECT command denied to user 'ann'@'db' for table 'secrets'", Trouble.NO_RIGHT),
    ("ProgrammingError", 1064, "You have an error in your SQL syntax; check the manual", Trouble.SYNTAX),
    ("InternalError", 1792, "Cannot execute statement in a READ ONLY transaction.", Trouble.WRITE),
    ("OperationalError", 3024, "Query execution was interrupted, maximum time exceeded", Trouble.TIME_OUT),
    ("OperationalError", 1969, "Query execution was interrupted (max_statement_time exceeded)", Trouble.TIME_OUT),
    ("OperationalError", 2013, "Lost connection to MySQL server during query (timed out)", Trouble.TIME_OUT),
    ("OperationalError", 2013, "Lost connection to MySQL server during query", Trouble.LOST),
    ("OperationalError", 2006, "MySQL server has gone away", Trouble.LOST),
    ("OperationalError", 1040, "Too many connections", Trouble.FULL),
    ("DataError", 1292, "Truncated incorrect DOUBLE value: 'Ann Smith'", Trouble.VALUE),
    ("OperationalError", 9999, "Something new", Trouble.OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "words", "trouble"), MYSQL)
def test_errors_of_mysql_are_translated(kind, code, words, trouble):
    error = mysql_error(kind, code, words)
    assert trouble_of(error) is trouble
    told = describe(error, check_url(f"mysql://ann:{SECRET}@db/shop"), timeout=60)
    assert told.where == "db/shop"
    assert told.next_step
    assert "Ann Smith" not in str(told)
    assert "SELECT 1" not in str(told)


def test_passwords_are_taken_out_of_what_a_server_says():
    address = check_url("mysql://ann:p%40ss%2Fw%20rd@db/shop")
    for spelled in ("p@ss/w rd", "p%40ss%2Fw%20rd", "p%40ss%2Fw+rd"):
        error = mysql_error("OperationalError", 9999, f"odd mysql://ann:{spelled}@db/shop\nsecond line")
        told = str(describe(error, address, timeout=60))
        assert spelled not in told
        assert "***@db/shop" in told
        assert "second line" not in told


def test_mysql_without_cryptography_is_told():
    error = RuntimeError("'cryptography' package is required for sha256_password or caching_sha2_password auth methods")
    assert "pymysql[rsa]" in str(describe(error, check_url("mysql://ann:x@db/shop"), timeout=60))


class FakeMysql:
    """A connection to a server that knows some variables only."""

    def __init__(self, unknown=()):
        self.unknown, self.told = unknown, []

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, statement):
        import pymysql

        if any(name in statement for name in self.unknown):
            raise pymysql.err.OperationalError(1193, "Unknown system variable")
        self.told.append(statement)


def test_mysql_is_asked_to_refuse_changes_and_to_stop_in_time():
    server = FakeMysql()
    protect_mysql(server, 2.5)
    assert server.told == ["SET SESSION TRANSACTION READ ONLY", "SET SESSION max_execution_time = 2500"]
    mariadb = FakeMysql(unknown=["max_execution_time"])
    protect_mysql(mariadb, 2.5)
    assert mariadb.told[-1] == "SET SESSION max_statement_time = 2.500"


class FakeConnection:
    """Remembers what it was asked."""

    def __init__(self):
        self.told = []

    def execution_options(self, **_):
        return self

    def exec_driver_sql(self, statement):
        self.told.append(statement)


def test_mysql_is_not_asked_to_write_files_nor_for_more_rows_than_are_read():
    address = check_url("mysql://ann:x@db/shop")
    for query in ("SELECT 1 INTO OUTFILE '/tmp/x'", "SELECT 1 /*! into/**/dumpfile 'x' */"):
        connection = FakeConnection()
        with pytest.raises(DatabaseError, match="would change"):
            ask(connection, address, query, most=3)
        assert query not in connection.told
    connection = FakeConnection()
    ask(connection, address, "SELECT '100%' AS a;", most=3)
    assert connection.told == ["SET SESSION sql_select_limit = 3", "SELECT '100%' AS a"]
    assert not is_question("/*! DROP TABLE customers */ SELECT 1")


@given(st.lists(st.lists(st.none() | st.integers(-(2**40), 2**40) | st.floats(-1e14, 1e14), min_size=1)))
def test_numbers_survive_however_they_are_cut(chunks):
    column = ColumnBuilder()
    for chunk in chunks:
        column.take(chunk)
    cells = [cell for chunk in chunks for cell in chunk]
    assert column.rows == len(cells)
    assert column.finish().to_pylist() == cells


ANYTHING = (
    st.text() | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes() | st.lists(st.integers())
)


@given(st.lists(st.lists(st.none() | st.decimals(allow_nan=False) | st.just(Decimal("NaN")) | ANYTHING, min_size=1)))
def test_cells_of_any_kinds_keep_their_places(chunks):
    column = ColumnBuilder()
    for chunk in chunks:
        column.take(chunk)
    taken = column.finish()
    missing = [cell is None or cell != cell for chunk in chunks for cell in chunk]
    assert [cell is None for cell in taken.to_pylist()] == missing


def test_an_unreachable_mysql_is_told():
    with pytest.raises(DatabaseError, match=r"localhost:1/shop: No database answers there") as caught:
        read_sql(f"mysql://ann:{SECRET}@localhost:1/shop", "customers")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
