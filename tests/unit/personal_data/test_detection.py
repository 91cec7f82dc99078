import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import crm_ai
from crm_ai.personal_data import Protection, Sensitive, find_personal_data, quasi_identifiers
from crm_ai.table import read_table, table_from_frame
from tests.unit.personal_data.labelled_cells import labelled_cells
from tests.unit.personal_data.labelled_words import HEADERS, SILENT

QUIET = ("telco_churn.csv", "customer_value.csv", "german_credit.csv", "email_campaign.csv", "ecommerce_churn.xlsx")


def kinds(table):
    return {(found.column, found.what, found.in_text) for found in find_personal_data(table)}


@pytest.mark.real_data
@pytest.mark.parametrize("name", QUIET)
def test_no_false_alarm_on_public_data(real_data, name):
    assert find_personal_data(read_table(real_data(name))) == ()


@pytest.mark.parametrize("name", ["customer_value", "offer_choice", "telephone_customers", "transactions"])
def test_no_false_alarm_on_the_samples(name):
    folder = Path(crm_ai.__file__).parents[1] / "sample_data"
    assert find_personal_data(read_table(folder / f"{name}.csv")) == ()


@pytest.mark.real_data
def test_the_chinese_customers_of_the_superstore_are_found_and_their_cities_are_not(real_data):
    table = read_table(real_data("superstore_zh.xls"))
    assert kinds(table) == {("客户名称", Sensitive.NAME, False), ("客户 ID", Sensitive.NAME, True)}
    assert {"城市", "省/自治区"} <= set(quasi_identifiers(table))


# Days of birth written in many ways in a column without a name are left alone.
WHERE = [(what, told) for what in Sensitive for told in ("telling", "silent")]
WHERE.remove((Sensitive.BIRTH_DATE, "silent"))


@pytest.mark.parametrize(("what", "header"), WHERE)
def test_columns_of_each_kind_are_found(what, header):
    told = [
        c for c in labelled_cells(what.value, positives=800) if c.positive and bool(c.header) and c.language == "en"
    ]
    silent = header == "silent"

    texts = [cell.text for cell in told if (cell.header in SILENT) == silent]
    table = table_from_frame(
        pd.DataFrame({"field 3" if silent else HEADERS[what.value][0][0]: texts, "n": range(len(texts))})
    )
    assert {found.what for found in find_personal_data(table)} == {what}


def test_numbers_and_dates_are_looked_at_too():
    n = 400
    generator = np.random.default_rng(1)
    born = pd.to_datetime("1940-01-01") + pd.to_timedelta(generator.integers(0, 22_000, n), unit="D")
    frame = pd.DataFrame(
        {
            "手机": 13_800_000_000 + generator.integers(0, 10**8, n),
            "contact": np.where(np.arange(n) % 5, 13_500_000_000.0 + np.arange(n), np.nan),
            "出生日期": born,
            "day": born,
            "signup_date": born,
            "order_date": pd.to_datetime("2023-01-01") + pd.to_timedelta(generator.integers(0, 700, n), unit="D"),
            "revenue": generator.integers(10**10, 9 * 10**10, n),
            "timestamp": 1_700_000_000 + generator.integers(0, 10**7, n),
        }
    )
    assert kinds(table_from_frame(frame)) == {
        ("手机", Sensitive.TELEPHONE, False),
        ("contact", Sensitive.TELEPHONE, False),
        ("出生日期", Sensitive.BIRTH_DATE, False),
        ("day", Sensitive.BIRTH_DATE, False),
    }


def test_sentences_and_mixed_columns():
    n = 200
    call, praise = (
        "Order {} came late, call me at 138001380{:02d} or leave it",
        "All fine with my order {}, thank you all",
    )
    named, plain = "我叫王小明，这次的快递太慢了，第{}次买", "第{}次购买，质量很好，物流也很快"
    frame = pd.DataFrame(
        {
            "comment": [(praise if i % 10 else call).format(i, i % 100) for i in range(n)],
            "login": [f"user_{i}" if i % 4 else f"user{i}@example.com" for i in range(n)],
            "评论": [(plain if i % 20 else named).format(i) for i in range(n)],
        }
    )
    found = {f.column: f for f in find_personal_data(table_from_frame(frame))}
    assert {(name, f.what, f.in_text) for name, f in found.items()} == {
        ("comment", Sensitive.TELEPHONE, True),
        ("login", Sensitive.EMAIL, True),
        ("评论", Sensitive.NAME, True),
    }
    assert (found["comment"].rows, found["login"].rows, found["评论"].rows) == (20, 50, 10)
    assert found["login"].share == pytest.approx(0.25)
    assert found["comment"].proposal is Protection.MASK


def test_evidence_quotes_no_cell_and_tells_the_sample():
    n = 30_000
    frame = pd.DataFrame({"email": [f"somebody{i}@secret.example" for i in range(n)], "x": range(n)})
    (found,) = find_personal_data(table_from_frame(frame))
    assert "secret" not in found.evidence
    assert "20,000" in found.evidence
    assert "2,000" in found.evidence
    assert found.rows == n


@pytest.mark.parametrize(
    "frame",
    [
        {"email": [None, None, None], "n": [1, 2, 3]},
        {"姓名": ["", " ", "N/A"], "n": [1, 2, 3]},
        {"phone": ["Yes", "No", "Yes"], "n": [1, 2, 3]},
        {"name": ["Basic plan", "Family Bundle", "Gold Member"] * 20, "n": range(60)},
        {"city": ["Jordan", "Georgia", "Florence", "Paris"] * 15, "n": range(60)},
    ],
)
def test_columns_that_only_promise(frame):
    assert find_personal_data(table_from_frame(pd.DataFrame(frame))) == ()


def test_three_rows_are_enough_where_the_name_says_so():
    table = table_from_frame(
        pd.DataFrame({"姓名": ["王伟", "李娜", "张敏"], "ssn": ["536-22-8145", "212-09-7694", "123-45-6789"]})
    )
    assert kinds(table) == {("姓名", Sensitive.NAME, False), ("ssn", Sensitive.SSN, False)}


def test_a_hundred_thousand_rows_take_no_time():
    n = 100_000
    generator = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "customerID": [f"{i:06d}-VHVEG" for i in range(n)],
            "email": [f"c{i}@example.com" for i in range(n)],
            "Contract": generator.choice(["Month-to-month", "One year"], n),
            "comment": [f"the customer number {i} said that all is well" for i in range(n)],
            **{f"x{j}": generator.normal(size=n) for j in range(10)},
        }
    )
    table = table_from_frame(frame)
    start = time.perf_counter()
    assert kinds(table) == {("email", Sensitive.EMAIL, False)}
    assert time.perf_counter() - start < 2
