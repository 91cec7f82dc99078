import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.explanation import customer_name, explain_with_lime, lime_explainer, search_customers, telling_cases
from crm_ai.explanation.lime import _cut_in_words, _day_in_words
from crm_ai.explanation.local_line import local_line
from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame
from tests.unit.explanation.test_shapley import make_frame


@pytest.fixture(scope="module")
def runs():
    frame = make_frame(900)
    frame.insert(0, "客户编号", [f"客-{i:04d}" for i in range(900)])
    frame["left"] = frame["left"].map({"Yes": "<b>Yes</b>", "No": "No"})
    frame["always"], frame["everywhere"] = 5.0, "一样"
    table = table_from_frame(frame)
    features = ["months", "calls", "plan", "city", "paper", "since", "always", "everywhere"]
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


@pytest.mark.parametrize(
    ("target", "name", "label"),
    [
        ("left", "logistic_regression", None),
        ("left", "decision_tree", "No"),
        ("value", "linear_regression", None),
        ("offer", "decision_tree", "mail"),
    ],
)
def test_the_line_is_the_lime_packages_own(runs, target, name, label):
    run = runs[target]
    model, ready = run.model(name), lime_explainer(run, name)
    place = run.problem.labels.index(label) if label else 1
    for seed, row in enumerate(run.holdout_rows[:6].tolist()):
        codes = model.encoder.codes_of(model.cleaned(run.table.frame.iloc[[row]]))[0]
        codes = np.where(np.isnan(codes), model.encoder.medians_, codes)

        def predict(perturbed):
            said = model.predict_encoded(model.encoder.encode_codes(perturbed))
            return said if said.ndim == 2 or target == "value" else np.column_stack([1 - said, said])

        its = lime_explainer(run, name).surrogate
        its.random_state = its.base.random_state = its.discretizer.random_state = np.random.RandomState(seed)
        theirs = its.explain_instance(codes, predict, labels=(place,), num_features=len(codes), num_samples=800)
        line = local_line(
            ready.surrogate,
            codes,
            lambda perturbed: predict(perturbed) if target == "value" else predict(perturbed)[:, place],
            samples=800,
            seed=seed,
        )
        assert line.weights == pytest.approx([weight for _column, weight in sorted(theirs.as_map()[place])], abs=1e-9)
        assert line.intercept == pytest.approx(theirs.intercept[place], abs=1e-9)
        assert line.prediction == pytest.approx(float(np.ravel(theirs.local_pred)[0]), abs=1e-9)
        assert line.fit == pytest.approx(float(np.ravel(theirs.score)[0]), abs=1e-9)


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
    whole = explain_with_lime(run, "logistic_regression", int(row))
    assert whole.intercept + whole.weights.sum() == pytest.approx(whole.local_prediction, abs=1e-12)
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


def test_what_is_the_same_for_all_explains_nothing(runs):
    run = runs["left"]
    found = explain_with_lime(run, "logistic_regression", int(run.holdout_rows[0])).to_frame().set_index("column")
    assert found.loc["always", "condition"] == "always ≤ 5"
    assert found.loc["everywhere", "condition"] == "everywhere = 一样"
    assert found.loc[["always", "everywhere"], "weight"].abs().max() < 1e-9


@settings(deadline=None)
@given(
    st.floats(-1e12, 1e12, allow_subnormal=False),
    st.one_of(st.floats(-1e12, 1e12, allow_subnormal=False), st.floats(-1e-3, 1e-3)),
)
def test_a_condition_as_written_is_true_of_the_customer(cut, other):
    for code in (other, cut * (1 + other), cut):
        written = float(_cut_in_words(cut, code).replace(",", ""))
        assert (code <= written) == (code <= cut)


@given(st.floats(-20_000, 60_000), st.floats(0, 2))
def test_a_day_as_written_is_true_of_the_customer(cut, later):
    for code in (cut + later, cut - later):
        written = np.datetime64(_day_in_words(cut, code), "D").astype(int)
        assert (np.floor(code) <= written) == (code <= cut)


def test_cuts_are_written_briefly():
    pairs = ((9.0, 1), (401.4, 100), (401.4, 401.2), (20204.0, 9), (20204.4, 9), (0.01234, 1))
    assert [_cut_in_words(*pair) for pair in pairs] == ["9", "401", "401.4", "20,204", "20,200", "0.0123"]


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


def make_run(identifier=None):
    frame = make_frame(300)[["months", "calls", "left"]]
    if identifier:
        frame.insert(0, identifier, [f"K{i}" for i in range(300)])
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=["months", "calls"]).problem
    return train(table, problem, ["decision_tree"])


def test_an_identifier_may_be_called_row():
    run = make_run("row")
    row = int(run.holdout_rows[4])
    found = search_customers(run, f"k{row}")
    assert list(found.columns) == ["row"]
    assert found["row"].tolist()[0] == row


def test_without_identifiers_a_bare_number_is_a_row():
    run = make_run()
    row = int(run.holdout_rows.max())
    assert search_customers(run, str(row + 1))["row"].tolist() == [row]


def test_who_fits_exactly_comes_first():
    run = make_run("客户编号")
    short = min(run.holdout_rows.tolist())
    for wanted in (f"K{short}", f"#{short + 1}"):
        assert search_customers(run, wanted)["row"].tolist()[0] == short
