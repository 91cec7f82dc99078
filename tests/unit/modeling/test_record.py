"""A run that is written down can be made again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from crm_ai.errors import CrmAiError
from crm_ai.modeling import propose_problem, read_record, repeat, run_record, save_record, train
from crm_ai.table import read_table, table_from_frame

SAMPLE = "sample_data/telephone_customers.csv"


@pytest.fixture(scope="module")
def table():
    return read_table(SAMPLE)


@pytest.fixture(scope="module")
def run(table):
    return train(table, propose_problem(table).problem, {"decision_tree": {"depth": 3}, "gradient_boosting": {}})


def test_a_run_is_made_again_from_its_file_bit_for_bit(tmp_path, table, run):
    save_record(run, tmp_path / "run.json")
    again, differences = repeat(table, read_record(tmp_path / "run.json"))
    assert differences == ()
    assert again.digest == run.digest
    assert np.array_equal(again.predictions["gradient_boosting"], run.predictions["gradient_boosting"])


def test_a_record_tells_what_it_was_made_of_and_no_customer(table, run):
    record = run_record(run)
    assert record["table"] == {"source": "telephone_customers.csv", "digest": table.digest, "customers": len(table)}
    assert record["settings"]["decision_tree"]["depth"] == 3
    assert record["versions"]["scikit-learn"]
    assert record["seconds"]["split"] >= 0
    assert set(record["model_seconds"]) >= {"decision_tree", "decision_tree predict"}
    assert len(record["cross_validation"]["decision_tree"]["roc_auc"]) == 5
    text = json.dumps(record)
    identifier = next(c.name for c in table.schema if c.kind.value == "identifier")
    assert not any(str(cell) in text for cell in table.frame[identifier].head(50))


def test_what_differs_is_said(table, run):
    record = run_record(run)
    record["results"]["decision_tree"] = "0" * 24
    record["versions"]["numpy"] = "1.0"
    _again, differences = repeat(table, record)
    assert differences[0] == "other predictions: decision_tree"
    assert "numpy was 1.0" in differences[1]


def test_other_customers_are_refused(run, table):
    other = table_from_frame(table.frame.head(500))
    with pytest.raises(CrmAiError, match="not the customers"):
        repeat(other, run_record(run))


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": "crm_ai run"}', '{"format": "crm_ai run", "plan": {}}']
)
def test_junk_is_refused_kindly(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(CrmAiError, match="not the record of a run"):
        read_record(path)
