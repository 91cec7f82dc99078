"""Forests, boosting and networks: held to the definition, to the shap package and to what they say."""

from copy import deepcopy
from dataclasses import replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
import shap

from crm_ai.explanation import explain, tree_shap
from crm_ai.explanation.ensemble_shapley import ensemble_shap, reference_patterns
from crm_ai.explanation.flat_trees import FlatTree, flat_trees
from crm_ai.explanation.permutation_shapley import permutation_shap
from crm_ai.explanation.scales import output_on, scale_of
from crm_ai.modeling import Scale, Task, propose_problem, train
from crm_ai.table import table_from_frame

MODELS = {"random_forest": {"trees": 100}, "gradient_boosting": {}, "neural_network": {}}
FEATURES = ["months", "plan", "calls", "noise"]
CASES = [("left", None), ("left", "No"), ("spent", None), ("offer", "mail")]


def make_frame(n=500, seed=0):
    generator = np.random.default_rng(seed)
    months, calls = generator.integers(1, 72, n).astype(float), generator.poisson(2, n).astype(float)
    plan = generator.choice(["monthly", "yearly", "两年"], n)
    odds = -0.05 * months + 1.4 * (plan == "monthly") + 0.3 * calls - 0.5
    return pd.DataFrame(
        {
            "months": np.where(generator.random(n) < 0.1, np.nan, months),
            "plan": plan,
            "calls": calls,
            "noise": generator.normal(size=n).round(2),
            "left": np.where(generator.random(n) < 1 / (1 + np.exp(-odds)), "Yes", "No"),
            "offer": np.where(odds > 0.6, "call", np.where(odds > -0.9, "mail", "none")),
            "spent": np.exp(3 + 0.4 * odds + generator.normal(0, 0.2, n)).round(2),
        }
    )


@pytest.fixture(scope="module")
def table():
    return table_from_frame(make_frame())


@pytest.fixture(scope="module")
def runs(table):
    return {
        target: train(table, propose_problem(table, target=target, features=FEATURES).problem, MODELS)
        for target in ("left", "offer", "spent")
    }


def said(model, frame, label):
    """What the estimator says on the scale that is explained."""
    place = None if label is None and model.problem.task is Task.REGRESSION else 1
    if label is not None:
        place = model.problem.labels.index(label)
    return output_on(model, place, scale_of(model), model.encoder.transform(model.cleaned(frame)))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("target", "label"), CASES)
def test_values_add_up_for_every_customer(runs, name, target, label):
    run = runs[target]
    found = explain(run, name, label=label)
    model = run.model(name)
    assert found.output == pytest.approx(said(model, run.holdout_frame, label), abs=1e-6)
    assert found.columns == tuple(FEATURES)
    assert (found.error is not None) == (name == "neural_network")


@pytest.mark.parametrize("label", [None, "No"])
def test_probabilities_are_those_of_the_model(runs, label):
    run = runs["left"]
    forest, boosting = (explain(run, name, label=label) for name in ("random_forest", "gradient_boosting"))
    said = run.predictions["random_forest"] if label is None else 1 - run.predictions["random_forest"]
    assert forest.scale == "probability"
    assert forest.output == pytest.approx(said, abs=1e-12)
    said = run.predictions["gradient_boosting"] if label is None else 1 - run.predictions["gradient_boosting"]
    assert boosting.scale == "log-odds"
    assert 1 / (1 + np.exp(-boosting.output)) == pytest.approx(said, abs=1e-9)


def test_two_answers_that_are_left_of_several_are_explained_with_their_sign():
    """A third answer is too rare to be learned: boosting then has trees of the second only."""
    frame = make_frame()
    frame.loc[:2, "left"] = "Perhaps"
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=FEATURES).problem
    assert (problem.task, problem.labels) == (Task.MULTICLASS, ("No", "Yes"))
    run = train(table, problem, {"gradient_boosting": {}})
    for place, label in enumerate(problem.labels):
        found = explain(run, "gradient_boosting", label=label)
        own = run.predictions["gradient_boosting"][:, place]
        assert 1 / (1 + np.exp(-found.output)) == pytest.approx(own, abs=1e-9)


@pytest.mark.parametrize("scale", [Scale.LOG, Scale.TWEEDIE])
def test_amounts_by_factors(table, scale):
    problem = replace(propose_problem(table, target="spent", features=FEATURES).problem, scale=scale)
    run = train(table, problem, {"gradient_boosting": {}})
    found = explain(run, "gradient_boosting")
    assert found.scale == "log"
    extra = 1.0 if scale is Scale.LOG else 0.0
    assert np.exp(found.output) - extra == pytest.approx(run.predictions["gradient_boosting"], rel=1e-6)


ENSEMBLES = [(name, *case) for name in ("gradient_boosting", "random_forest") for case in CASES]


@pytest.mark.parametrize(("name", "target", "label"), ENSEMBLES)
def test_values_are_those_of_the_definition(runs, name, target, label):
    model = runs[target].model(name)
    place = model.problem.labels.index(label) if label else int(target == "left")
    matrix = model.encoder.transform(model.cleaned(runs[target].holdout_frame))[:12]
    background = model.encoder.transform(model.cleaned(runs[target].train_frame))[:25]
    trees, offset = flat_trees(model.estimator, model.problem.task, place)
    ours, base = ensemble_shap(trees, matrix, background, np.arange(matrix.shape[1]))
    answer = None if target == "spent" else place
    truth = exact(lambda customers: output_on(model, answer, scale_of(model), customers), matrix, background)
    assert ours == pytest.approx(truth, abs=1e-9)
    assert base + offset == pytest.approx(output_on(model, answer, scale_of(model), background).mean(), abs=1e-6)


@pytest.mark.parametrize("target", ["left", "spent"])
def test_boosting_equals_the_shap_package(runs, target):
    model = runs[target].model("gradient_boosting")
    matrix = model.encoder.transform(model.cleaned(runs[target].holdout_frame)).astype(np.float64)[:40]
    background = model.encoder.transform(model.cleaned(runs[target].train_frame)).astype(np.float64)[:60]
    trees, _offset = flat_trees(model.estimator, model.problem.task, int(target == "left"))
    ours, _base = ensemble_shap(trees, matrix, background, np.arange(matrix.shape[1]))
    theirs = shap.TreeExplainer(model.estimator, background).shap_values(matrix)
    assert ours == pytest.approx(theirs, abs=1e-6 * max(1.0, np.abs(theirs).max()))


def test_each_tree_of_a_forest_equals_the_shap_package(runs):
    """But for customers between a threshold and itself in 32 bits, to which shap rounds it."""
    model = runs["spent"].model("random_forest")
    matrix = model.encoder.transform(model.cleaned(runs["spent"].holdout_frame)).astype(np.float64)[:30]
    background = model.encoder.transform(model.cleaned(runs["spent"].train_frame)).astype(np.float64)[:40]
    trees, _offset = flat_trees(model.estimator, Task.REGRESSION, 0)
    for tree, estimator in list(zip(trees, model.estimator.estimators_, strict=True))[:10]:
        ours = ensemble_shap([tree], matrix, background, np.arange(matrix.shape[1]))[0] * len(trees)
        theirs = shap.TreeExplainer(estimator, background).shap_values(matrix)
        assert ours == pytest.approx(theirs, abs=1e-6 * max(1.0, np.abs(theirs).max()))


def test_a_forest_of_answers_equals_the_shap_package_where_thresholds_are_rounded_as_there(runs):
    model = runs["left"].model("random_forest")
    forest = deepcopy(model.estimator)
    forest.estimators_ = forest.estimators_[:20]
    for tree in forest.estimators_:
        state = tree.tree_.__getstate__()
        state["nodes"]["threshold"] = state["nodes"]["threshold"].astype(np.float32)
        tree.tree_.__setstate__(state)
    matrix = model.encoder.transform(model.cleaned(runs["left"].holdout_frame)).astype(np.float64)[:25]
    background = model.encoder.transform(model.cleaned(runs["left"].train_frame)).astype(np.float64)[:30]
    trees, _offset = flat_trees(forest, Task.BINARY, 1)
    ours, _base = ensemble_shap(trees, matrix, background, np.arange(matrix.shape[1]))
    theirs = shap.TreeExplainer(forest, background).shap_values(matrix)[:, :, 1]
    assert ours == pytest.approx(theirs, abs=1e-7)


def test_a_forest_is_the_mean_of_its_trees(runs):
    run = runs["left"]
    model = run.model("random_forest")
    matrix = model.encoder.transform(model.cleaned(run.holdout_frame))
    background = model.encoder.transform(model.cleaned(run.train_frame))
    trees, _offset = flat_trees(model.estimator, Task.BINARY, 1)
    ours, base = ensemble_shap(trees[:4], matrix, background, model.source)
    parts = [tree_shap(tree.tree_, matrix, background, model.source, 1) for tree in model.estimator.estimators_[:4]]
    assert ours == pytest.approx(sum(values for values, _base in parts) / 100, abs=1e-12)
    assert base == pytest.approx(sum(each for _values, each in parts) / 100, abs=1e-12)


def test_deep_leaves_are_told_as_shallow_ones(runs):
    """Past so many conditions patterns are sorted instead of numbered by a table."""
    model = runs["left"].model("random_forest")
    matrix = model.encoder.transform(model.cleaned(runs["left"].holdout_frame))[:30]
    trees, _offset = flat_trees(model.estimator, Task.BINARY, 1)
    before, _base = ensemble_shap(trees[:3], matrix, matrix, np.arange(matrix.shape[1]))
    wide = np.random.default_rng(0).normal(size=(60, 18)).astype(np.float32)
    chain = _chain(18)
    values, base = ensemble_shap([chain], wide, wide, np.arange(18))
    everybody = (wide > 0).all(axis=1)
    assert values.sum(axis=1) + base == pytest.approx(everybody.astype(float), abs=1e-12)
    assert np.isfinite(before).all()


def test_patterns_that_share_no_table_are_counted_rightly():
    """Wide leaves number their patterns in a table of few places: those that meet there stay apart."""
    generator = np.random.default_rng(1)
    wide = generator.normal(size=(400, 40)).astype(np.float32)
    columns = [np.arange(40), np.arange(0, 40, 2), np.arange(25)]
    forest = FlatTree(
        np.cumsum([0, *map(len, columns)]),
        np.concatenate(columns),
        np.concatenate([np.full(len(some), -0.2 * place) for place, some in enumerate(columns)]),
        np.full(85, np.inf),
        np.array([1.0, 2.0, 3.0]),
    )
    (seen,) = reference_patterns([forest], wide)
    for leaf, some in enumerate(columns):
        holds = wide[:, some] > np.float32(-0.2 * leaf)
        patterns, counts = np.unique(holds @ (1 << np.arange(len(some))), return_counts=True)
        its = slice(seen.starts[leaf], seen.starts[leaf + 1])
        found = dict(zip(seen.kinds[its].tolist(), (seen.shares[its] * 400).round().tolist(), strict=True))
        assert found == dict(zip(patterns.tolist(), counts.tolist(), strict=True))


def _chain(depth):
    return FlatTree(np.array([0, depth]), np.arange(depth), np.zeros(depth), np.full(depth, np.inf), np.array([1.0]))


def exact(predict, matrix, background):
    """By the definition: all coalitions of columns, all reference customers."""
    columns = matrix.shape[1]
    worth = {}
    for size in range(columns + 1):
        for coalition in combinations(range(columns), size):
            mixed = np.repeat(background[None], len(matrix), axis=0)
            for column in coalition:
                mixed[:, :, column] = matrix[:, None, column]
            worth[coalition] = predict(mixed.reshape(-1, columns)).reshape(len(matrix), -1).mean(axis=1)
    values = np.zeros(matrix.shape)
    for column in range(columns):
        for coalition, value in worth.items():
            if column not in coalition:
                weight = factorial(len(coalition)) * factorial(columns - len(coalition) - 1) / factorial(columns)
                values[:, column] += weight * (worth[tuple(sorted((*coalition, column)))] - value)
    return values


def test_a_network_of_eight_columns_agrees_with_all_coalitions_within_its_stated_error():
    from sklearn.neural_network import MLPRegressor

    generator = np.random.default_rng(3)
    matrix = generator.normal(size=(400, 8))
    target = matrix[:, 0] * matrix[:, 1] + np.sin(2 * matrix[:, 2]) + 0.5 * matrix[:, 3]
    network = MLPRegressor(hidden_layer_sizes=(16,), max_iter=300, random_state=0).fit(matrix, target)
    background, customers = matrix[:100], matrix[100:130]
    truth = exact(network.predict, customers, background)
    found, base, error = permutation_shap(network.predict, customers, background, np.arange(8), pairs=40)
    assert found.sum(axis=1) + base == pytest.approx(network.predict(customers), abs=1e-9)
    inside = np.abs(found - truth) <= 1.96 * error
    assert inside.mean() > 0.9
    assert np.abs(found - truth).mean() < 0.1 * np.abs(truth).mean() + 0.05


def test_encoded_columns_of_one_column_change_together():
    matrix = np.array([[1.0, 0.0, 5.0]])
    background = np.array([[0.0, 1.0, 1.0]])
    values, base, _error = permutation_shap(
        lambda x: x[:, 0] * (1 - x[:, 1]) * x[:, 2], matrix, background, np.array([0, 0, 1])
    )
    assert base == 0
    assert values.tolist() == [[3.0, 2.0]]


def test_the_same_seed_gives_the_same_values(runs):
    first, second = (explain(runs["left"], "neural_network") for _turn in range(2))
    assert (first.values == second.values).all()
    assert (first.error == second.error).all()


def test_noise_moves_nothing(runs):
    for name in MODELS:
        importance = explain(runs["spent"], name).importance().set_index("column")["mean_absolute"]
        assert importance.idxmin() == "noise"
        assert importance["noise"] < 0.25 * importance["months"]
