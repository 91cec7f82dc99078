"""A customer given alone gets the score that the same customer gets in a file."""

from __future__ import annotations

import json
import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_ai.cleaning import accept
from crm_ai.deployment import score
from crm_ai.deployment.record_cells import read_column, read_day, read_label, read_number
from crm_ai.deployment.records import RecordScorer
from crm_ai.modeling import propose_problem, train
from crm_ai.table import Kind, Repair, table_from_frame

SHY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
numbers = st.one_of(st.none(), st.integers(-(10**9), 10**9), st.floats(-1e12, 1e12, allow_subnormal=False))
plans = st.one_of(
    st.none(), st.sampled_from(["monthly", "yearly", "两年", "=1+1", "n/a", "weekly"]), st.text(max_size=5)
)
days = st.one_of(st.none(), st.datetimes(min_value=pd.Timestamp("1900-01-01"), max_value=pd.Timestamp("2100-01-01")))


@pytest.fixture(scope="module")
def repaired(models):
    """A model whose repairs ask for a frame."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"months": generator.normal(20, 8, 400), "plan": generator.choice(["Ann", "bob", "Bob "], 400)}
    )
    frame.loc[::9, "months"] = np.nan
    frame["Churn"] = np.where(frame["months"] < 20, "Yes", "No")
    repairs = [
        Repair("fill_median", ("months",), {"indicator": True}),
        Repair("unify_labels", ("plan",), {"labels": {"Bob ": "bob"}}),
    ]
    table = accept(table_from_frame(frame), repairs)
    problem = propose_problem(table, target="Churn", features=["months", "plan"]).problem
    return train(table, problem, ["logistic_regression"]).model("logistic_regression")


def alone(model, records):
    scorer = RecordScorer(model)
    encoded = scorer.encode(scorer.columns_of(records))
    return model.predict_encoded(encoded.matrix), encoded.differences.told(model)


@pytest.mark.parametrize("question", ["Churn", "offer", "months"])
def test_same_as_in_a_table(models, new_customers, question):
    table = table_from_frame(new_customers(300, 4))
    records = json.loads(table.frame.to_json(orient="records", date_format="iso"))
    for (target, _name), model in models.items():
        if target == question:
            predicted, told = alone(model, records)
            np.testing.assert_array_equal(predicted, model.predict(table.frame))
            assert told == score(model, table).mismatches


@SHY
@given(st.lists(st.tuples(numbers, plans, days), min_size=1, max_size=4))
def test_whatever_the_cells_hold(churn, rows):
    usual = dict.fromkeys(churn.schema.names)
    records, cells = [], []
    for months, plan, since in rows:
        records.append(usual | {"months": months, "plan": plan, "since": since and since.isoformat()})
        cells.append(usual | {"months": months, "plan": plan, "since": since})
    predicted, _told = alone(churn, records)
    frame = pd.DataFrame(cells)
    frame["months"] = frame["months"].astype(float)
    frame["since"] = pd.to_datetime(frame["since"]).astype("datetime64[us]")
    frame["plan"] = frame["plan"].astype("str")
    table = table_from_frame(frame.assign(more=1)).with_schema(table_from_frame(frame.assign(more=1)).schema)
    for name in churn.schema.names:
        table = table.with_schema(table.schema.corrected(name, kind=churn.schema[name].kind))
    np.testing.assert_array_equal(predicted, score(churn, table).frame["score"])


def test_repairs_are_made(repaired):
    scorer = RecordScorer(repaired)
    assert scorer.needs_frame
    records = [{"months": None, "plan": "BOB"}, {"months": 3, "plan": None}, {"months": "12", "plan": "Ann"}]
    frame = pd.DataFrame({"months": [np.nan, 3, 12], "plan": ["BOB", None, "Ann"]})
    predicted, _told = alone(repaired, records)
    np.testing.assert_array_equal(predicted, score(repaired, table_from_frame(frame)).frame["score"])


@SHY
@given(st.lists(st.one_of(numbers, plans, st.sampled_from([True, "1,234.5", 10**400, 1e300, [], "1.0"])), max_size=6))
def test_a_column_is_read_as_its_cells(cells):
    known = frozenset({"monthly", "yearly", "1"})
    for kind, reader in ((Kind.NUMBER, read_number), (Kind.CATEGORY, partial(read_label, known=known))):
        try:
            want = [reader(cell) for cell in cells]
        except ValueError:
            with pytest.raises(ValueError, match=r"number|text|larger"):
                read_column(cells, reader, kind, known)
            continue
        np.testing.assert_array_equal(read_column(cells, reader, kind, known), want)


def test_numbers():
    assert [read_number(cell) for cell in (3, 2.5, "1,234.5", "-7", "12 %", "1e3")] == [3, 2.5, 1234.5, -7, 0.12, 1000]
    assert all(math.isnan(read_number(cell)) for cell in (None, "", " ", "n/a", "-", "unknown"))
    for cell in (True, [], {}, "many", "0x1F", 10**400, 1e31, -1e300):
        with pytest.raises(ValueError, match=r"no number|larger"):
            read_number(cell)


def test_labels():
    known = frozenset({"1", "true", "A"})
    assert [read_label(cell, known) for cell in (1, 1.0, "1.0", True, "A", "B", None, "N/A")] == [
        "1", "1", "1", "true", "A", "B", None, None,
    ]  # fmt: skip
    assert read_label("a\ud800") == "a?"
    for cell in ([], {}, "x" * 10_001):
        with pytest.raises(ValueError, match=r"text"):
            read_label(cell, known)


def test_days():
    assert [read_day(cell) for cell in ("1970-01-02", "1970-01-02T12:00:00Z", "13.1.1970")] == [1, 1.5, 12]
    assert math.isnan(read_day(None))
    for cell in ("1/2/2024", "soon", 7, "2024-13-45", "9" * 20_000):
        with pytest.raises(ValueError, match=r"2024-03-01"):
            read_day(cell)
