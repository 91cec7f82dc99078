"""A second table and doubles, on the Data page."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from crm_ai.app import results
from tests.app.driving import assert_sound, customers, upload, words


@pytest.fixture
def shown(visit, churn_csv):
    return upload(visit(), churn_csv)


def tab(at, name):
    at.session_state["data_tab"] = name
    return at.run()


def purchases() -> bytes:
    random = np.random.default_rng(2)
    frame = pd.DataFrame({
        "customer id": [f"C-{i:05d}" for i in random.integers(0, 640, 3000)],
        "day": (pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 150, 3000), "D")).strftime("%Y-%m-%d"),
        "amount": random.gamma(2, 10, 3000).round(2),
    })  # fmt: skip
    return frame.to_csv(index=False).encode()


def test_a_second_table_becomes_columns_up_to_a_day(shown):
    tab(shown, "Second table")
    shown.file_uploader[0].upload("bought.csv", purchases(), "text/csv").run()
    assert_sound(shown)
    assert "rows belong to nobody" in words(shown)
    shown.date_input[0].set_value(pd.Timestamp("2026-03-31").date()).run()
    shown.button(key="join_now").click().run()
    assert_sound(shown)
    table = results.table(shown.query_params["data"])
    assert len(table) == 600
    bought = pd.read_csv(io.BytesIO(purchases()))
    known = bought["customer id"].isin(table.frame["customerID"]) & (bought["day"] <= "2026-03-31")
    assert table.frame["bought: number of rows"].sum() == known.sum()
    assert "up to 2026-03-31" in table.schema["bought: sum of amount"].evidence


def test_a_second_table_that_does_not_fit_is_told_kindly(shown):
    tab(shown, "Second table")
    shown.file_uploader[0].upload("cities.csv", b"city,size\nRome,3\nOslo,1\nBern,1\n", "text/csv").run()
    assert not shown.exception
    assert shown.warning


def test_doubles_are_found_and_merged(visit):
    frame = pd.read_csv(io.BytesIO(customers()))
    frame["phone"] = [f"5550{i:07d}" for i in range(len(frame))]
    frame["family name"] = [f"Person{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(len(frame))]
    double = frame[:5].assign(phone=lambda f: "(555) " + f["phone"].str[3:], customerID=[f"D-{i}" for i in range(5)])
    at = upload(visit(), pd.concat([frame, double]).to_csv(index=False).encode())
    at.button(key="keep_personal").click().run()
    tab(at, "Duplicates")
    at.button(key="duplicates_look").click().run()
    assert_sound(at)
    assert "5 customers are in the table more than once" in words(at)
    at.button(key="duplicates_merge").click().run()
    at.button(key="keep_personal").click().run()
    assert_sound(at)
    assert len(results.table(at.query_params["data"])) == 600


def test_no_doubles(shown):
    tab(shown, "Duplicates")
    shown.button(key="duplicates_look").click().run()
    assert_sound(shown)
    assert shown.success
