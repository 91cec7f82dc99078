"""Other values for a customer, and what the model makes of them."""

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import CrmAiError
from crm_ai.explanation.what_if import (
    changed,
    goes_along,
    likely_range,
    never_together,
    profile,
    said_of,
    values_of,
)
from crm_ai.modeling import propose_problem, train
from crm_ai.table import Kind, table_from_frame


def test_values_are_those_of_training_customers(known):
    months = values_of(known, "months")
    assert (months.kind, months.low, months.high, months.step) == (Kind.NUMBER, 1.0, 71.0, 1.0)
    assert set(values_of(known, "region").labels) == {"north", "south", "东"}
    assert values_of(known, "noise").step == pytest.approx(0.01)
    with pytest.raises(CrmAiError, match="joined"):
        values_of(known, "joined")


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting"])
def test_nothing_changed_says_what_was_said(known, name):
    for row in known.holdout_rows[:5]:
        place = int(np.flatnonzero(known.holdout_rows == row)[0])
        said = said_of(known.model(name), changed(known, int(row), {}))[0]
        assert said == pytest.approx(known.predictions[name][place], abs=1e-9)
        assert said_of(known.model(name), changed(known, int(row), {}), "No")[0] == pytest.approx(1 - said)


def test_a_change_is_what_the_model_says_of_such_a_customer(known):
    row = int(known.holdout_rows[0])
    by_hand = known.table.frame[list(known.problem.features)].iloc[[row]].astype({"plan": object, "region": object})
    by_hand.loc[:, "months"] = 60.0
    by_hand.loc[:, "plan"] = "yearly"
    frame = changed(known, row, {"months": 60, "plan": "yearly"})
    model = known.model("decision_tree")
    assert model.predict(frame) == pytest.approx(model.predict(by_hand))
    assert frame.dtypes.equals(known.table.frame[list(known.problem.features)].dtypes)


def test_every_kind_of_column_can_be_changed_and_emptied():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "whole": pd.array(generator.integers(0, 9, 200), dtype="Int64"),
            "amount": generator.normal(size=200).round(2),
            "flag": generator.choice([True, False], 200),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 500, 200), unit="D"),
            "名称": generator.choice(["甲", "乙"], 200),
            "left": generator.choice(["a", "b"], 200),
        }
    )
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=["whole", "amount", "flag", "since", "名称"]).problem
    run = train(table, problem, {"logistic_regression": {}})
    row, model = int(run.holdout_rows[0]), run.model("logistic_regression")
    for column in problem.features:
        values = values_of(run, column)
        for value in (values.labels[0] if values.labels else values.high, None):
            assert np.isfinite(said_of(model, changed(run, row, {column: value}))).all()
        found = profile(run, "logistic_regression", changed(run, row, {}), column)
        assert np.isfinite(found[["customer", "average", "low", "high"]].to_numpy()).all()


def test_a_profile_is_the_model_asked_one_by_one(known):
    row, model = int(known.holdout_rows[1]), known.model("gradient_boosting")
    found = profile(known, "gradient_boosting", changed(known, row, {}), "calls")
    for level, said in zip(found["level"], found["customer"], strict=True):
        assert said_of(model, changed(known, row, {"calls": level}))[0] == pytest.approx(said, abs=1e-9)
    assert ((found["low"] <= found["average"] + 1e-9) & (found["average"] <= found["high"] + 1e-9)).mean() > 0.8
    by_plan = profile(known, "gradient_boosting", changed(known, row, {}), "plan")
    assert set(by_plan["level"]) == {"monthly", "yearly"}


def test_the_likely_share_is_that_of_customers_of_whom_as_much_was_said(known, spending):
    before = known.out_of_fold["logistic_regression"]
    found = likely_range(known, "logistic_regression", 0.6)
    nearest = np.argsort(np.abs(before - 0.6), kind="stable")[:300]
    assert found.value == pytest.approx(known.train_actual[nearest].mean())
    assert found.low < found.value < found.high
    other = likely_range(known, "logistic_regression", 0.4, "No")
    assert other.value == pytest.approx(1 - found.value)
    number = likely_range(spending, "linear_regression", 100.0)
    assert number.low < 100 < number.high


def test_what_never_goes_together_is_said_and_what_goes_along_is_offered():
    generator = np.random.default_rng(0)
    internet = generator.choice(["dsl", "none"], 400)
    frame = pd.DataFrame(
        {
            "internet": internet,
            "backup": np.where(internet == "none", "no internet", generator.choice(["yes", "no"], 400)),
            "months": generator.integers(1, 60, 400),
            "left": generator.choice(["a", "b"], 400),
        }
    )
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=["internet", "backup", "months"]).problem
    run = train(table, problem, {"decision_tree": {}})
    row = int(run.holdout_rows[(run.holdout_frame["backup"] == "yes").to_numpy()][0])
    other = changed(run, row, {"internet": "none"})
    clashes = never_together(run, other, ["internet"])
    assert clashes == [("internet", "backup")]
    assert goes_along(run, other, clashes) == {"backup": "no internet"}
    both = changed(run, row, {"internet": "none", "backup": "no internet"})
    assert never_together(run, both, ["internet", "backup"]) == []
    assert never_together(run, changed(run, row, {}), []) == []


@pytest.fixture(scope="module")
def odd():
    """Labels of several types, few and many, cells missing here and there; b never goes with True."""
    generator = np.random.default_rng(2)
    few = generator.choice(["a", "b", "c"], 600, p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame(
        {
            "few": pd.Series(few).where(generator.random(600) > 0.1),
            "many": [f"名 {i % 40}" for i in range(600)],
            "flag": np.where(few == "b", False, generator.random(600) < 0.5),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 500, 600), unit="D"),
            "whole": pd.array(
                np.where(generator.random(600) < 0.1, None, generator.integers(0, 90, 600)), dtype="Int64"
            ),
            "left": generator.choice(["x", "y"], 600),
        }
    )
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=["few", "many", "flag", "since", "whole"]).problem
    return train(table, problem, {"logistic_regression": {}})


def test_labels_are_counted_whatever_type_they_have(odd):
    training = odd.train_frame
    for column in ("few", "many", "flag"):
        counts = training[column].dropna().astype("str").value_counts()
        found = values_of(odd, column).labels
        assert set(found) <= set(counts.index)
        assert len(found) == min(len(counts), 200)
        assert counts[list(found)].tolist() == counts.tolist()[: len(found)]


def test_what_is_never_together_is_found_by_looking_at_everybody(odd):
    labels, training = ("few", "many", "flag"), odd.train_frame
    texts = {name: training[name].astype("str") for name in labels}
    clashes = 0
    for row in odd.holdout_rows[:40].tolist():
        frame = changed(odd, row, {"few": "b", "flag": "True"})
        own = {name: str(frame[name].iloc[0]) for name in labels}
        seen = {name: (texts[name] == own[name]).to_numpy(dtype=bool) for name in labels}
        pairs = [("few", "many"), ("few", "flag"), ("flag", "many")]
        expected = [(a, b) for a, b in pairs if seen[b].any() and not (seen[a] & seen[b]).any()]
        assert sorted(never_together(odd, frame, ["few", "flag"])) == sorted(expected)
        assert ("few", "flag") in expected
        clashes += len(expected)
    assert clashes >= 40
    assert goes_along(odd, frame, [("few", "flag")]) == {"flag": "False"}


@pytest.mark.parametrize("column", ["since", "whole"])
def test_levels_are_spread_as_training_customers_are(odd, column):
    found = profile(odd, "logistic_regression", changed(odd, int(odd.holdout_rows[0]), {}), column)["level"]
    training = odd.train_frame[column].dropna()
    assert found.iloc[0] == training.min()
    assert found.iloc[-1] == training.max()
    assert found.is_monotonic_increasing
    assert set(found) <= set(training) | {odd.table.frame[column].iloc[odd.holdout_rows[0]]}
    shares = [(training <= level).mean() for level in found]
    assert np.diff(shares).max() < 0.1


def test_of_equally_near_customers_the_first_count(known):
    before = known.out_of_fold["decision_tree"]
    assert len(np.unique(before)) < len(before) / 4
    for said in (float(before[0]), 0.5):
        nearest = np.argsort(np.abs(before - said), kind="stable")[:300]
        assert likely_range(known, "decision_tree", said).value == pytest.approx(known.train_actual[nearest].mean())


def test_several_answers_and_numbers(offers, spending):
    for run, name, label in ((offers, "decision_tree", "none"), (spending, "decision_tree", None)):
        row = int(run.holdout_rows[0])
        found = profile(run, name, changed(run, row, {"plan": "monthly"}), "months", label=label)
        assert len(found) <= 31


def test_the_line_passes_through_the_customer_even_outside_the_training(known):
    row = int(known.holdout_rows[0])
    customer = changed(known, row, {})
    own = int(known.train_frame["months"].max()) + 30
    customer["months"] = own
    found = profile(known, "logistic_regression", customer, "months").set_index("level")["customer"]
    assert found[own] == pytest.approx(said_of(known.model("logistic_regression"), customer, None)[0])
    assert found.index.is_monotonic_increasing
