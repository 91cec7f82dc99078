import numpy as np
import pandas as pd
import pytest

from crm_ai.explanation import customer_name, explain_with_lime, lime_explainer, search_customers, telling_cases
from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame
from tests.unit.explanation.test_shapley import make_frame


@pytest.fixture(scope="module")
def runs():
    frame = make_frame(900)
    frame.insert(0, "客户编号", [f"客-{i:04d}" for i in range(900)])
    frame["left"] = frame["left"].map({"Yes": "<b>Yes</b>", "No": "No"})
    table = table_from_frame(frame)
    features = ["months", "calls", "plan", "city", "paper", "since"]
    return {
        target: train(
            table, propose_problem(table, target=target, positive=positive, features=features).problem, models
        )
        for target, positive, models in (
            ("left", "<b>Yes</b>", ["logistic_regression", "decision_tree"]),
            ("value", None, ["linear_regression"]),
            ("offer", None, ["decision_tree"]),
        )
    }


def test_the_same_seed_gives_the_same_explanation_whatever_came_before(runs):
    run = runs["left"]
    row = int(run.holdout_rows[3])
    ready = lime_explainer(run, "logistic_regression")
    first = explain_with_lime(run, "logistic_regression", row, seed=5, explainer=ready)
    explain_with_lime(run, "logistic_regression", int(run.holdout_rows[9]), seed=1, explainer=ready)
    again = explain_with_lime(run, "logistic_regression", row, seed=5, explainer=ready)
    anew = explain_with_lime(run, "logistic_regression", row, seed=5)
    for other in (again, anew):
        assert (other.weights == first.weights).all()
        assert other.local_fit == first.local_fit
    assert (explain_with_lime(run, "logistic_regression", row, seed=6).weights != first.weights).any()


def test_signs_follow_the_mechanism(runs):
    run = runs["left"]
    frame = run.table.frame
    leaver = next(r for r in run.holdout_rows if frame["months"][r] < 12 and frame["plan"][r] == "monthly")
    weights = explain_with_lime(run, "logistic_regression", int(leaver)).to_frame().set_index("column")["weight"]
    assert weights["months"] > 0
    assert weights["plan"] > 0


def test_conditions_are_in_original_columns_and_true_of_the_customer(runs):
    run = runs["left"]
    for row in run.holdout_rows[:10]:
        found = explain_with_lime(run, "decision_tree", int(row), samples=300)
        conditions = dict(zip(found.columns, found.conditions, strict=True))
        assert conditions["plan"] == f"plan = {run.table.frame['plan'][row]}"
        assert "since" in conditions["since"]
        assert "20" in conditions["since"]


def test_what_the_customer_lacks_is_held_fixed(runs):
    run = runs["left"]
    row = next(r for r in run.holdout_rows if pd.isna(run.table.frame["months"][r]))
    found = explain_with_lime(run, "logistic_regression", int(row)).to_frame().set_index("column")
    assert found.loc["months", "weight"] == 0
    assert "held fixed" in found.loc["months", "condition"]


@pytest.mark.parametrize(("target", "label"), [("left", None), ("left", "No"), ("value", None), ("offer", "mail")])
def test_every_kind_of_question_has_a_local_fit(runs, target, label):
    run = runs[target]
    name = list(run.models)[-1]
    place = run.problem.labels.index(label) if label else 1
    found = explain_with_lime(run, name, int(run.holdout_rows[0]), label=label)
    assert 0 <= found.local_fit <= 1
    said = run.predictions[name][0]
    expected = said[place] if target == "offer" else 1 - said if label == "No" else said
    assert found.prediction == pytest.approx(expected)
    assert np.isfinite(found.local_prediction)


def test_telling_cases_are_what_they_say(runs):
    run = runs["left"]
    said = dict(zip(run.holdout_rows.tolist(), run.predictions["decision_tree"].tolist(), strict=True))
    found = telling_cases(run, "decision_tree")
    assert said[found["highest"]] == max(said.values())
    assert abs(said[found["most_uncertain"]] - 0.5) == min(abs(s - 0.5) for s in said.values())
    assert set(telling_cases(runs["value"], "linear_regression")) == {"highest", "lowest", "worst_mistake"}
    assert set(telling_cases(runs["offer"], "decision_tree")) == {"most_certain", "most_uncertain", "worst_mistake"}


def test_customers_are_found_by_part_of_their_name(runs):
    run = runs["left"]
    row = int(run.holdout_rows[7])
    assert customer_name(run, row) == f"客-{row:04d}"
    assert search_customers(run, f"客-{row:04d}")["row"].tolist() == [row]
    assert search_customers(run, f"#{row + 1}")["row"].tolist()[0] == row
    assert len(search_customers(run, "", limit=5)) == 5
    assert search_customers(run, "nobody (").empty
