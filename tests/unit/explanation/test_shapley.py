from dataclasses import replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from crm_ai.errors import CrmAiError
from crm_ai.explanation import (
    Explanation,
    explain,
    explain_model,
    explain_rows,
    explainer,
    permutation_shapley,
    shap_explainer,
    tree_shap,
    tree_shapley,
)
from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame

DRIVERS = ("months", "calls", "plan")


def make_frame(n=1500, seed=0):
    """Three columns decide, five do not; one number and one label are missing here and there."""
    generator = np.random.default_rng(seed)
    months, calls = generator.normal(20, 8, n), generator.poisson(2, n).astype(float)
    plan = generator.choice(["monthly", "yearly", "两年"], n, p=[0.5, 0.3, 0.2])
    margin = -0.15 * (months - 20) + 0.7 * (calls - 2) + 1.5 * (plan == "monthly") - 0.8
    city = pd.Series(generator.choice(["北京", "上海", "广州"], n)).where(generator.random(n) > 0.1)
    return pd.DataFrame(
        {
            "months": pd.Series(months).where(generator.random(n) > 0.05),
            "calls": calls,
            "plan": plan,
            "city": city,
            "noise": generator.normal(size=n),
            "noise 2": generator.gamma(2, 2, n),
            "paper": generator.choice(["yes", "no"], n),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 900, n), unit="D"),
            "left": np.where(generator.random(n) < 1 / (1 + np.exp(-margin)), "Yes", "No"),
            "value": 100 + 20 * margin + generator.normal(0, 3, n),
            "offer": np.where(margin > 1, "call", np.where(margin > -0.5, "mail", "none")),
        }
    )


@pytest.fixture(scope="module")
def runs():
    table = table_from_frame(make_frame())
    features = ["months", "calls", "plan", "city", "noise", "noise 2", "paper", "since"]
    return {
        target: train(table, propose_problem(table, target=target, features=features).problem)
        for target in ("left", "value", "offer")
    }


CASES = [
    ("left", "linear_regression", None),
    ("left", "linear_regression", "No"),
    ("left", "logistic_regression", None),
    ("left", "logistic_regression", "No"),
    ("left", "decision_tree", None),
    ("left", "decision_tree", "No"),
    ("value", "linear_regression", None),
    ("value", "decision_tree", None),
    ("offer", "logistic_regression", "mail"),
    ("offer", "decision_tree", "none"),
]


def model_output(run, name, label):
    model = run.model(name)
    estimator = model.pipeline[-1]
    matrix = model.encoder.transform(run.holdout_frame[list(run.problem.features)])
    if name == "linear_regression":
        said = estimator.predict(matrix)
        return 1 - said if label == "No" else said
    place = run.problem.labels.index(label) if label else 1
    if name == "logistic_regression":
        margin = estimator.decision_function(matrix)
        return margin[:, place] if margin.ndim == 2 else margin * (1 if place else -1)
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(matrix)[:, place]
    return estimator.predict(matrix)


@pytest.mark.parametrize(("target", "name", "label"), CASES)
def test_reasons_add_up_to_the_output(runs, target, name, label):
    reasons = explain(runs[target], name, label=label)
    assert reasons.additivity_error(model_output(runs[target], name, label)) < 1e-9
    assert reasons.values.shape == (300, 8)
    assert reasons.columns == runs[target].problem.features


@pytest.mark.parametrize(("target", "name", "label"), CASES)
def test_reasons_equal_the_shap_packages(runs, target, name, label):
    import shap

    run, model = runs[target], runs[target].model(name)
    features = list(run.problem.features)
    encoder, estimator = model.encoder, model.pipeline[-1]
    reference = run.train_frame[features].iloc[:150]
    matrix = encoder.transform(run.holdout_frame[features].iloc[:60])
    masker = shap.maskers.Independent(encoder.transform(reference), max_samples=150)
    if name == "decision_tree":
        theirs = shap.TreeExplainer(estimator, masker).shap_values(matrix, check_additivity=False)
    else:
        theirs = shap.LinearExplainer(estimator, masker).shap_values(matrix)
    theirs = np.asarray(theirs)
    place = run.problem.labels.index(label) if label else 1
    if theirs.ndim == 3:
        theirs = theirs[:, :, place]
    elif target == "left" and place == 0:
        theirs = -theirs
    summed = np.zeros((60, len(features)))
    np.add.at(summed.T, encoder.source_, theirs.T)
    ours = explain_model(model, run.holdout_frame[features].iloc[:60], reference, label=label)
    # shap keeps leaf values in 32 bits, so the tolerance goes with their size.
    assert ours.values == pytest.approx(summed, abs=1e-6 * max(1.0, np.abs(summed).max()))


def brute_force(predict, x, background):
    """Shapley values by their definition: all coalitions, all reference customers."""
    p = len(x)

    def worth(coalition):
        mixed = background.copy()
        mixed[:, list(coalition)] = x[list(coalition)]
        return predict(mixed).mean()

    values = np.zeros(p)
    for j in range(p):
        others = [k for k in range(p) if k != j]
        for size in range(p):
            weight = factorial(size) * factorial(p - size - 1) / factorial(p)
            values[j] += weight * sum(worth((*s, j)) - worth(s) for s in combinations(others, size))
    return values


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7), st.booleans())
def test_trees_equal_the_definition(seed, depth, regression):
    generator = np.random.default_rng(seed)
    matrix = generator.normal(size=(80, 4)).round(1).astype(np.float32)
    target = matrix[:, 0] * matrix[:, 1] + (matrix[:, 2] > 0)
    kind = DecisionTreeRegressor if regression else DecisionTreeClassifier
    tree = kind(max_depth=depth, random_state=0).fit(matrix, target if regression else target > 0.5)
    if not regression and len(tree.classes_) < 2:
        return
    values, base = tree_shap(tree.tree_, matrix[:5], matrix[20:50], np.arange(4), 0 if regression else 1)

    def predict(rows):
        return tree.predict(rows) if regression else tree.predict_proba(rows)[:, 1]

    assert base == pytest.approx(predict(matrix[20:50]).mean())
    for place in range(5):
        assert values[place] == pytest.approx(brute_force(predict, matrix[place], matrix[20:50]), abs=1e-9)


def test_deep_trees_are_exact_too():
    generator = np.random.default_rng(0)
    matrix = generator.normal(size=(3000, 15)).astype(np.float32)
    tree = DecisionTreeRegressor(max_depth=15, random_state=0).fit(matrix, matrix.sum(axis=1))
    values, base = tree_shap(tree.tree_, matrix[:50], matrix[:500], np.arange(15), 0)
    assert base + values.sum(axis=1) == pytest.approx(tree.predict(matrix[:50]), abs=1e-6)


@pytest.mark.parametrize("regression", [True, False])
def test_deep_trees_equal_the_shap_package(regression):
    import shap

    generator = np.random.default_rng(3)
    matrix = generator.normal(size=(2000, 12)).astype(np.float32)
    target = np.sin(matrix).sum(axis=1) + generator.normal(size=2000)
    kind = DecisionTreeRegressor if regression else DecisionTreeClassifier
    tree = kind(max_depth=11, random_state=0).fit(matrix, target if regression else np.digitize(target, [-1, 1]))
    masker = shap.maskers.Independent(matrix[:100], max_samples=100)
    theirs = np.asarray(shap.TreeExplainer(tree, masker).shap_values(matrix[-30:], check_additivity=False))
    source = np.array([0, 0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8])
    for output in range(1 if regression else 3):
        expected = np.zeros((30, 9))
        np.add.at(expected.T, source, (theirs if regression else theirs[:, :, output]).T)
        values, _base = tree_shap(tree.tree_, matrix[-30:], matrix[:100], source, output)
        assert values == pytest.approx(expected, abs=1e-6 * max(1.0, np.abs(expected).max()))


def test_customers_in_several_parts_get_what_they_get_at_once(monkeypatch):
    generator = np.random.default_rng(1)
    matrix = generator.normal(size=(700, 6)).astype(np.float32)
    tree = DecisionTreeRegressor(max_depth=6, random_state=0).fit(matrix, matrix[:, 0] * matrix[:, 1]).tree_
    values, base = tree_shap(tree, matrix, matrix[:500], np.arange(6), 0)
    monkeypatch.setattr(tree_shapley, "CHUNK", 64)
    monkeypatch.setattr(tree_shapley, "SMALLEST_CHUNK", 64)
    in_parts, same_base = tree_shap(tree, matrix, matrix[:500], np.arange(6), 0)
    assert in_parts == pytest.approx(values, abs=1e-12)
    assert same_base == pytest.approx(base)


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree"])
def test_customers_explained_a_stretch_at_a_time_get_what_they_get_at_once(runs, name, monkeypatch):
    run = runs["left"]
    ready = shap_explainer(run, name)
    rows = run.holdout_rows
    at_once = explain_rows(run, ready, rows)
    monkeypatch.setattr(explainer, "CODES_AT_ONCE", 130)
    in_stretches = explain_rows(run, replace(ready, at_once=70), rows)
    assert in_stretches.values == pytest.approx(at_once.values, abs=1e-12)
    assert in_stretches.base == pytest.approx(at_once.base)
    assert in_stretches.additivity_error(model_output(run, name, None)) < 1e-9


def test_scikit_learns_rounding_to_32_bits_is_followed():
    matrix = np.array([[0.1], [0.2], [0.3], [0.4]])
    tree = DecisionTreeRegressor().fit(matrix, [0.0, 0.0, 1.0, 2.0])
    nearly = tree.tree_.threshold[0] + np.array([[-1e-9], [0.0], [1e-9], [-1e-8], [1e-8]])
    values, base = tree_shap(tree.tree_, nearly, matrix, np.array([0]), 0)
    assert base + values[:, 0] == pytest.approx(tree.predict(nearly))


def test_a_tree_too_deep_to_explain_is_refused(monkeypatch):
    chain = DecisionTreeRegressor(random_state=0).fit(np.eye(26), 3.0 ** np.arange(26))
    with pytest.raises(CrmAiError, match="columns in a row"):
        tree_shap(chain.tree_, np.eye(26), np.eye(26), np.arange(26), 0)
    short = DecisionTreeRegressor(max_depth=5, random_state=0).fit(np.eye(26), 3.0 ** np.arange(26))
    monkeypatch.setattr(tree_shapley, "MOST_PATTERNS", 8)
    with pytest.raises(CrmAiError, match="too deep") as raised:
        tree_shap(short.tree_, np.eye(26), np.eye(26), np.arange(26), 0)
    assert raised.value.next_step


def test_a_tree_that_asks_nothing_has_no_reasons():
    tree = DecisionTreeRegressor().fit(np.zeros((10, 2)), np.full(10, 3.0))
    values, base = tree_shap(tree.tree_, np.zeros((4, 2)), np.zeros((10, 2)), np.array([0, 0]), 0)
    assert base == 3
    assert (values == 0).all()


@pytest.mark.parametrize("target", ["left", "value"])
def test_true_drivers_rank_first(runs, target):
    for name in runs[target].models:
        ranked = explain(runs[target], name).importance()["column"].tolist()
        assert set(ranked[:3]) == set(DRIVERS), name


def test_importance_has_intervals(runs):
    frame = explain(runs["left"], "decision_tree").importance()
    assert list(frame.columns) == ["column", "mean_absolute", "low", "high", "rank_low", "rank_high", "n"]
    assert frame["mean_absolute"].is_monotonic_decreasing
    assert ((frame["low"] <= frame["mean_absolute"]) & (frame["mean_absolute"] <= frame["high"])).all()


def test_one_customers_reasons_are_told_in_original_columns(runs):
    reasons = explain(runs["left"], "logistic_regression")
    frame = reasons.customer(0)
    assert sorted(frame["column"]) == sorted(reasons.columns)
    assert reasons.base + frame["contribution"].sum() == pytest.approx(reasons.output[0])
    assert "monthly" in {reasons.customer(i).set_index("column").loc["plan", "value"] for i in range(20)}


def test_dependence_follows_the_mechanism(runs):
    reasons = explain(runs["left"], "logistic_regression")
    months = reasons.dependence("months")
    assert len(months) <= 20
    assert months["mean"].is_monotonic_decreasing
    plan = reasons.dependence("plan").set_index("level")["mean"]
    assert plan.idxmax() == "monthly"
    assert reasons.dependence("since")["level"].dtype.kind == "M"
    assert reasons.dependence("city")["n"].sum() == 300


def test_a_missing_cell_counts_for_its_own_column(runs):
    run = runs["left"]
    model = run.model("logistic_regression")
    encoder = model.encoder
    assert "months is missing" in encoder.encoded_names_
    customers = run.holdout_frame[list(run.problem.features)].iloc[[0]].copy()
    customers["months"] = np.nan
    reasons = explain_model(model, customers, None)
    margin = model.pipeline[-1].decision_function(encoder.transform(customers))
    assert reasons.output == pytest.approx(margin)
    assert reasons.customer(0).set_index("column").loc["months", "value"] == "(missing)"


def test_unknown_answer_is_named(runs):
    with pytest.raises(CrmAiError, match="Perhaps"):
        explain(runs["left"], "decision_tree", label="Perhaps")


def test_the_packages_own_object_is_offered(runs):
    theirs = explain(runs["left"], "decision_tree").to_shap()
    assert theirs.values.shape == (300, 8)
    assert list(theirs.feature_names) == list(runs["left"].problem.features)


def test_columns_named_like_the_tables_own_are_kept():
    data = pd.DataFrame({"output": [1.0, 2.0], "row": ["a", "b"]})
    values = np.array([[0.5, 1.0], [0.25, 2.0]])
    frame = Explanation(values, 3.0, ("output", "row"), data, np.array([7, 9]), "value", "x").to_frame()
    assert frame.to_numpy().tolist() == [[7, 0.5, 1.0, 4.5], [9, 0.25, 2.0, 5.25]]


@pytest.mark.parametrize("cells", [1, 300, 1 << 22])
@pytest.mark.parametrize("n", [0, 1, 30])
def test_how_many_are_asked_about_at_once_makes_no_difference(monkeypatch, cells, n):
    """Orders and customers are put together to ask a slow model less often: each value stays as it was alone."""
    draw = np.random.default_rng(5)
    slopes, source = draw.normal(size=5), np.array([0, 0, 1, 2, 2])
    matrix, background = draw.normal(size=(n, 5)), draw.normal(size=(20, 5))

    def predict(customers):
        return np.tanh(customers @ slopes) + customers[:, 0] * customers[:, 3]

    together = permutation_shapley.permutation_shap(predict, matrix, background, source, pairs=6, seed=1)
    monkeypatch.setattr(permutation_shapley, "CELLS_AT_ONCE", cells)
    values, base, error = permutation_shapley.permutation_shap(predict, matrix, background, source, pairs=6, seed=1)
    assert values == pytest.approx(together[0], abs=1e-12)
    assert error == pytest.approx(together[2], abs=1e-12)
    assert base == together[1]
    assert base + values.sum(axis=1) == pytest.approx(predict(matrix), abs=1e-12)
    assert values.shape == error.shape == (n, 3)
