"""Decision trees of the public data sets, read as rules and asked as SQL."""

import sqlite3

import numpy as np
import pandas as pd
import pytest

from crm_ai import charts, propose_problem, read_table, train
from crm_ai.explanation.sql_text import quoted_name
from crm_ai.explanation.tree.rules import fulfils, read_tree, rules_of_run
from crm_ai.explanation.tree.sql import tree_sql

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module", params=["telco_churn.csv", "customer_value.csv", "german_credit.csv"])
def run(request, real_data):
    table = read_table(real_data(request.param))
    return train(table, propose_problem(table).problem, ["decision_tree"])


def test_rules_part_all_customers_and_predict_as_the_model_does(run):
    model = run.model("decision_tree")
    leaves = read_tree(model).leaves
    for frame in (run.train_frame, run.holdout_frame):
        inside = np.array([fulfils(leaf.path, model, frame) for leaf in leaves])
        assert (inside.sum(axis=0) == 1).all()
        said = np.array([leaf.value for leaf in leaves]) @ inside
        assert said == pytest.approx(model.predict(frame), rel=1e-12)
    inside = np.array([fulfils(leaf.path, model, run.train_frame) for leaf in leaves])
    assert inside.sum(axis=1).tolist() == [leaf.customers for leaf in leaves]


def test_the_holdout_is_counted_apart(run):
    frame = rules_of_run(run, "decision_tree")
    assert frame["holdout_customers"].sum() == len(run.actual)
    mean = (frame["holdout_value"] * frame["holdout_customers"]).sum() / len(run.actual)
    assert mean == pytest.approx(run.actual.mean(), rel=1e-9)


def database(frame):
    base = sqlite3.connect(":memory:")
    written = pd.DataFrame(index=frame.index)
    kinds = []
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            column = column.dt.strftime("%Y-%m-%d %H:%M:%S.%f")
        numeric = pd.api.types.is_numeric_dtype(column.dtype)
        kinds.append(f"{quoted_name(name)} {'REAL' if numeric else 'TEXT'}")
        cells = column.astype("float64" if numeric else "object").astype("object")
        written[name] = cells.where(column.notna(), None)
    base.execute(f"CREATE TABLE customers ({', '.join(kinds)})")
    signs = ", ".join("?" * len(kinds))
    base.executemany(f"INSERT INTO customers VALUES ({signs})", written.to_numpy(dtype=object).tolist())
    return base


def test_a_database_gives_every_customer_the_models_score(run):
    model = run.model("decision_tree")
    frame = run.table.frame[list(run.problem.features)]
    blank = frame.sample(len(frame) // 4, random_state=0).copy()  # and as many cells missing as there never were
    chosen = np.random.default_rng(0).random(blank.shape) < 0.3
    frame = pd.concat([frame, blank.mask(chosen)], ignore_index=True)
    scores = [row[-1] for row in database(frame).execute(tree_sql(model, dialect="sqlite"))]
    said = model.predict(frame)
    assert len(scores) == len(said) > 1000
    assert np.abs((np.array(scores) - said) / np.maximum(np.abs(said), 1)).max() < 1e-12


def test_telcos_tree_is_drawn_with_its_finding(real_data):
    table = read_table(real_data("telco_churn.csv"))
    reading = read_tree(train(table, propose_problem(table).problem, ["decision_tree"]).model("decision_tree"))
    assert reading.root.question == "Contract is Month-to-month?"
    assert len(reading.leaves) > 30
    assert charts.describe(charts.trees.tree(reading)).startswith(
        "“Churn = Yes”: 90 % where Contract is Month-to-month and InternetService is Fiber optic"
    )
