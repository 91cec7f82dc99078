"""Reasons leave the Explain page as files."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from crm_ai.app import exporting
from crm_ai.explanation import EVERYBODY, Reference, explain
from crm_ai.modeling import propose_problem, train
from crm_ai.table import read_table
from tests.app.driving import assert_sound, customers, go, upload


@pytest.fixture(scope="module")
def run():
    table = read_table(customers(), name="customers.csv")
    return train(table, propose_problem(table).problem, ["logistic_regression", "decision_tree", "neural_network"])


def test_the_page_offers_files(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    at = go(at, "explain")
    assert_sound(at)
    keys = [button.key for button in at.download_button]
    assert keys == ["export_report", "export_csv", "export_parquet"]
    at.session_state["explain_tab"] = "Why this customer?"
    at.run()
    assert_sound(at)
    assert "export_customer" in [button.key for button in at.download_button]


@pytest.mark.parametrize("model", ["logistic_regression", "decision_tree", "neural_network"])
@pytest.mark.parametrize("reference", [EVERYBODY, Reference("plan", "monthly")])
def test_files_say_what_the_page_says(run, model, reference):
    shown = explain(run, model, reference=reference)
    of_csv = pd.read_csv(io.BytesIO(exporting.table_csv(run, model, None, reference, None)))
    of_parquet = pd.read_parquet(io.BytesIO(exporting.table_parquet(run, model, None, reference, None)))
    for frame in (of_csv, of_parquet):
        assert (frame["row"].to_numpy() - 1 == run.holdout_rows).all()
        values = frame[[f"contribution of {name}" for name in shown.columns]].to_numpy()
        assert values == pytest.approx(shown.values, abs=1e-9)
        assert frame["base"].iloc[0] == pytest.approx(shown.base)
        assert frame["prediction"].to_numpy() == pytest.approx(run.predictions[model])


def test_one_customer(run):
    row = int(run.holdout_rows[4])
    frame = pd.read_csv(io.BytesIO(exporting.customer_csv(run, "decision_tree", None, EVERYBODY, None, row)))
    assert frame["row"].unique().tolist() == [row + 1]
    own = explain(run, "decision_tree", rows=np.array([row]))
    assert frame["contribution"].to_numpy() == pytest.approx(own.values[0])
    assert frame["value"].tolist() == [str(run.table.frame[name].iloc[row]) for name in frame["column"]]


def test_the_report(run):
    page = exporting.report(run, "logistic_regression", None, EVERYBODY, None).decode()
    assert "customers.csv" in page
    assert "Ranking (ROC AUC)" in page
    assert "similar customers" in page
    assert "https://" not in page
