"""Reading the public data sets: every figure here was counted with pandas or is told by the publisher."""

import time

import pandas as pd
import pytest

from crm_ai.table import Kind, Role, coerce, inspect, leaks, read_table

pytestmark = pytest.mark.real_data


def read(real_data, name):
    return read_table(real_data(name))


def test_telco(real_data):
    table = read(real_data, "telco_churn.csv")
    schema = table.schema
    assert (len(table), len(schema)) == (7043, 21)
    assert schema.names_of(role=Role.TARGET) == ("Churn",)
    assert (schema["customerID"].kind, schema["customerID"].role) == (Kind.IDENTIFIER, Role.IGNORED)
    assert schema["TotalCharges"].kind is Kind.NUMBER
    assert table.frame["TotalCharges"].isna().sum() == 11
    assert any("TotalCharges (11)" in note for note in table.reading.notes)
    assert {"gender", "SeniorCitizen"} <= set(schema.names_of(role=Role.SEGMENT))
    assert table.frame["SeniorCitizen"].cat.categories.tolist() == ["0", "1"]
    assert round((table.frame["Churn"] == "Yes").mean(), 3) == 0.265
    (blank,) = [finding for finding in inspect(table) if finding.check == "missing"]
    assert (blank.column, blank.rows) == ("TotalCharges", 11)
    assert leaks(table, "Churn") == ()


def test_telco_is_read_fast(real_data):
    read(real_data, "telco_churn.csv")
    start = time.perf_counter()
    read(real_data, "telco_churn.csv")
    assert time.perf_counter() - start < 0.5  # 0.08 s on an idle machine


@pytest.mark.parametrize("name", ["telco_churn.csv", "customer_value.csv", "german_credit.csv", "email_campaign.csv"])
def test_cells_are_what_pandas_reads(real_data, name):
    table = read(real_data, name)
    theirs = pd.read_csv(real_data(name), skipinitialspace=True)
    for column in table.schema:
        ours, other = table.frame[column.name], theirs[column.name]
        assert ours.isna().tolist() == other.isna().tolist(), column.name
        if column.kind is Kind.NUMBER:
            assert (ours.dropna() == other.dropna()).all(), column.name
        elif column.kind is Kind.DATE:
            assert (ours.dropna() == pd.to_datetime(other.dropna())).all(), column.name
        else:
            assert ours.dropna().astype(str).tolist() == other.dropna().astype(str).tolist(), column.name


def test_customer_value(real_data):
    table = read(real_data, "customer_value.csv")
    assert (len(table), len(table.schema)) == (9134, 24)
    assert table.schema.names_of(role=Role.TARGET) == ("Customer Lifetime Value",)
    assert table.schema["Customer Lifetime Value"].kind is Kind.NUMBER
    assert table.schema["Customer"].role is Role.IGNORED
    assert table.schema["Effective To Date"].kind is Kind.DATE
    assert {"Gender", "EmploymentStatus", "Marital Status"} <= set(table.schema.names_of(role=Role.SEGMENT))


def test_german_credit(real_data):
    table = read(real_data, "german_credit.csv")
    assert len(table) == 1000
    assert (table.schema["credit"].kind, table.schema["credit"].role) == (Kind.CATEGORY, Role.TARGET)
    assert table.frame["credit"].value_counts().to_dict() == {"1": 700, "2": 300}
    assert {"age", "personal_status"} <= set(table.schema.names_of(role=Role.SEGMENT))
    assert table.schema["number_of_credits"].kind is Kind.NUMBER


def test_email_campaign_leaks(real_data):
    table = read(real_data, "email_campaign.csv")
    assert (len(table), len(table.schema)) == (64000, 12)
    assert table.frame["conversion"].value_counts()["1"] == 578
    assert leaks(table, "conversion") == ("visit", "spend")
    assert {"zip_code", "newbie"} <= set(table.schema.names_of(role=Role.SEGMENT))


def test_support_intents(real_data):
    for name, rows in (("support_intents_train.csv", 10003), ("support_intents_test.csv", 3080)):
        table = read(real_data, name)
        assert len(table) == rows
        assert table.schema["text"].kind is Kind.TEXT
        assert len(table.frame["category"].cat.categories) == 77


def test_ecommerce_workbook(real_data):
    table = read(real_data, "ecommerce_churn.xlsx")
    assert (len(table), len(table.schema)) == (5630, 20)
    assert (table.reading.sheet, table.reading.sheets) == ("E Comm", ("Data Dict", "E Comm"))
    assert table.schema.names_of(role=Role.TARGET) == ("Churn",)
    assert table.schema["CustomerID"].kind is Kind.IDENTIFIER
    assert table.frame["CustomerID"].iloc[0] == "50001"
    assert (table.frame.isna().sum() > 0).sum() == 7


def test_superstore_workbook(real_data):
    table = read(real_data, "superstore_zh.xls")
    assert (len(table), len(table.schema)) == (10000, 20)
    assert table.reading.sheet == "订单"
    assert table.schema["订单日期"].kind is Kind.DATE
    assert table.schema["利润"].kind is Kind.NUMBER
    assert {"细分", "地区"} <= set(table.schema.names_of(role=Role.SEGMENT))
    assert {"行 ID", "订单 ID", "客户 ID", "产品 ID"} <= set(table.schema.names_of(kind=Kind.IDENTIFIER))


def test_hotel_reviews(real_data):
    table = read(real_data, "hotel_reviews_zh.csv")
    assert len(table.schema) == 2
    assert "looks like data" in table.reading.notes[0]
    assert table.schema.names == ("column 1", "column 2")
    assert table.schema["column 2"].kind is Kind.TEXT


@pytest.mark.parametrize("name", ["telco_churn.csv", "customer_value.csv", "german_credit.csv"])
def test_coercing_again_changes_nothing(real_data, name):
    table = read(real_data, name)
    pd.testing.assert_frame_equal(coerce(table.frame, table.schema), table.frame)
    assert table.with_schema(table.schema).digest == table.digest
