"""A table that comes from a database whose address the environment names."""

from __future__ import annotations

import io
import sqlite3

import pandas as pd
import pytest

from crm_ai.app import results
from tests.app.driving import assert_sound, customers, words


@pytest.fixture
def database(tmp_path, monkeypatch):
    path = tmp_path / "crm.db"
    frame = pd.read_csv(io.BytesIO(customers()))
    with sqlite3.connect(path) as connection:
        frame.to_sql("customers", connection, index=False)
        frame.assign(mail="someone.known@example.org")[:40].to_sql("people", connection, index=False)
    monkeypatch.setenv("CRM_AI_DATABASE_SHOP", f"sqlite:///{path}")
    return path


def test_without_a_database_there_is_no_way_to_one(visit):
    at = visit()
    assert "database_read" not in {button.key for button in at.button}


def test_a_table_is_looked_at_and_read(visit, database):
    at = visit()
    assert_sound(at)
    at.selectbox(key="database_table").select("customers").run()
    at.button(key="database_preview").click().run()
    assert_sound(at)
    assert len(at.dataframe[0].value) == 20
    at.button(key="database_read").click().run()
    assert_sound(at)
    assert at.title[0].value == "Can I trust this table?"
    assert len(results.table(at.query_params["data"])) == 600


def test_a_query_with_a_limit(visit, database):
    at = visit()
    at.segmented_control(key="database_way").set_value("query").run()
    at.text_area(key="database_query").set_value("SELECT gender, months, Churn FROM customers").run()
    at.number_input(key="database_limit").set_value(50).run()
    at.button(key="database_read").click().run()
    assert_sound(at)
    assert len(results.table(at.query_params["data"])) == 50


def test_people_are_masked_before_they_are_shown(visit, database):
    at = visit()
    at.selectbox(key="database_table").select("people").run()
    at.button(key="database_preview").click().run()
    assert "someone.known@example.org" not in at.dataframe[0].value.to_csv() + words(at)
    at.button(key="database_read").click().run()
    assert_sound(at)
    assert "nothing has been saved yet" in words(at)


@pytest.mark.parametrize(
    "query", ["DROP TABLE customers", "SELECT nothing FROM nowhere", "SELECT 1; DELETE FROM customers"]
)
def test_what_cannot_be_read_gets_a_kind_word(visit, database, query):
    at = visit()
    at.segmented_control(key="database_way").set_value("query").run()
    at.text_area(key="database_query").set_value(query).run()
    at.button(key="database_read").click().run()
    assert not at.exception
    assert at.error
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM customers").fetchone() == (600,)
