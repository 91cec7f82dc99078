import math
import re
import sqlite3
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ProblemError
from crm_ai.explanation import formula, formula_sql
from crm_ai.explanation.sql_text import quoted_name, quoted_text
from crm_ai.modeling import propose_problem, train
from crm_ai.table import Repair, table_from_frame
from tests.unit.explanation.textbook.reference import FEATURES, fitted, make_frame

CASES = [
    ("value", "linear_regression"),
    ("left", "linear_regression"),
    ("left", "logistic_regression"),
]


@pytest.fixture(scope="module")
def runs():
    frame = make_frame()
    return {
        "value": fitted(frame, "value", ["linear_regression"]),
        "left": fitted(frame, "left", ["linear_regression", "logistic_regression", "decision_tree"]),
    }


def ask_sqlite(expression, frame):
    """What a database makes of an expression, for each row of a table called "a table"."""
    with sqlite3.connect(":memory:") as database:
        database.create_function("exp", 1, math.exp)
        plain = frame.astype({name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)})
        plain.to_sql("a table", database, index=False)
        return np.asarray([row[0] for row in database.execute(f'SELECT {expression} FROM "a table"')], dtype=float)


@pytest.mark.parametrize(("target", "model"), CASES)
def test_a_database_computes_what_the_model_predicts(runs, target, model):
    run = runs[target]
    frame = run.table.frame[list(FEATURES)]
    said = ask_sqlite(formula_sql(run, model), frame)
    np.testing.assert_allclose(said, run.model(model).predict(frame), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("target", "model"), CASES)
def test_unseen_labels_and_missing_cells_count_as_the_encoder_counts_them(runs, target, model):
    run = runs[target]
    frame = pd.DataFrame(
        {
            "months": [None, 3.5, -1e6, 200.0],
            "calls": [None, None, 3.0, 0.0],
            "plan": ["never seen", None, 'o\'brien "x"', "两年"],
            "city": ["never seen", None, "rare 1", "北京"],
            "since": pd.to_datetime([None, "1999-12-31 23:59:58.5", "2030-01-01", "1960-02-29"], format="ISO8601"),
            "<script>": [1.0, None, 2.0, 0.0],
        }
    )
    said = ask_sqlite(formula_sql(run, model), frame)
    np.testing.assert_allclose(said, run.model(model).predict(frame), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("others", [("(other)", "(missing)"), ("'); DROP TABLE x; --", 'a"b\\'), ("😀", "%s ? :x")])
def test_hostile_names_and_labels_stay_words(others):
    generator = np.random.default_rng(0)
    label = generator.choice(["usual", *others], 300, p=[0.5, 0.3, 0.2]).astype(object)
    label[:20] = None
    name = f'n"{others[0]}'
    frame = pd.DataFrame({name: label, others[1]: generator.normal(size=300), "spent": generator.normal(size=300)})
    run = fitted(frame, "spent", ["linear_regression"], [name, others[1]])
    asked = pd.DataFrame({name: ["usual", *others, None, "new"], others[1]: [1.0, 2.0, None, 4.0, 5.0]})
    said = ask_sqlite(formula_sql(run, "linear_regression"), asked)
    np.testing.assert_allclose(said, run.model("linear_regression").predict(asked), rtol=1e-9)


def test_yes_no_columns_and_labels_that_are_numbers():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "paper": generator.random(400) < 0.3,
            "senior": generator.integers(0, 2, 400),
            "constant": "same",
            "large": 1e9 + generator.normal(size=400),
            "left": np.where(generator.random(400) < 0.4, "Yes", "No"),
        }
    )
    run = fitted(frame, "left", ["logistic_regression"], ["paper", "senior", "constant", "large"])
    features = run.table.frame[["paper", "senior", "constant", "large"]]
    said = ask_sqlite(formula_sql(run, "logistic_regression"), features)
    np.testing.assert_allclose(said, run.model("logistic_regression").predict(features), rtol=1e-9)


def test_the_formula_adds_up(runs):
    """Read the plain words again, with all digits, and compute with them."""
    run = runs["value"]
    text = formula(run, "linear_regression", digits=15)
    customer = run.table.frame.dropna(subset=list(FEATURES)).iloc[0]
    total = 0.0
    for line in text.replace(",", "").replace("−", "-").splitlines()[1:]:
        found = re.match(r"  ([+-]? ?[\d.]+)(?: if (.+) = (.+)| × (.+)| if (.+) is missing)?$", line)
        if not found:
            continue
        amount, column, level, number, _missing = found.groups()
        amount = float(amount.replace(" ", ""))
        if number and number.startswith("days of"):
            day = re.search(r"since (\d{4}-\d\d-\d\d)", number)[1]
            total += amount * (customer["since"] - pd.Timestamp(day)) / pd.Timedelta(days=1)
        elif number:
            total += amount * customer[number]
        elif level:
            total += amount * (str(customer[column]) == level)
        elif not found[5]:
            total += amount
    said = run.model("linear_regression").predict(customer.to_frame().T.astype(run.table.frame.dtypes.to_dict()))
    assert total == pytest.approx(said[0], rel=1e-9)


def test_the_formula_reads_well(runs):
    text = formula(runs["left"], "logistic_regression")
    assert text.startswith("log-odds of left = Yes =\n")
    assert "if plan = 两年" in text
    assert "× calls" in text
    assert "if since is missing" in text
    assert re.search(r"× days of since since 2022-\d\d-\d\d \([\d.]+ if missing\)", text)
    assert "any label not seen often" in text
    assert "e-" not in text.split("probability")[0]
    assert text.splitlines()[-2] == "probability = 1 / (1 + exp(−log-odds))"
    assert formula(runs["left"], "linear_regression").startswith("probability of left = Yes =")
    assert "cut to 0" in formula(runs["left"], "linear_regression")
    assert formula(runs["value"], "linear_regression").startswith("value =")


def test_postgresql_reads_dates_and_limits_its_own_way(runs):
    said = formula_sql(runs["left"], "linear_regression", dialect="postgresql")
    assert said.startswith("LEAST(GREATEST(")
    assert 'EXTRACT(EPOCH FROM "since")' in said
    assert "julianday" not in said


def test_quoting():
    assert quoted_name('a"b') == '"a""b"'
    assert quoted_text("o'brien") == "'o''brien'"
    with pytest.raises(ProblemError):
        quoted_text("a\0b")


def test_what_cannot_be_written_is_refused(runs):
    with pytest.raises(ProblemError):
        formula(runs["left"], "decision_tree")
    with pytest.raises(ProblemError):
        formula_sql(runs["left"], "decision_tree")
    table = table_from_frame(make_frame())
    problem = propose_problem(table, target="left", features=["months", "calls"]).problem
    repaired = replace(problem, repairs=(Repair("fill_median", ("months",)),))
    run = train(table, repaired, ["logistic_regression"])
    with pytest.raises(ProblemError, match="cannot repair"):
        formula_sql(run, "logistic_regression")
    assert "repairs" in formula(run, "logistic_regression")
