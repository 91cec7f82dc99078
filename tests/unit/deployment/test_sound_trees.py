"""Crafted trees would make compiled code read foreign memory or never end: they are refused before they are asked."""

import copy

import numpy as np
import pytest
from sklearn.tree._tree import Tree

from crm_ai.deployment import load_model, model_bytes
from crm_ai.deployment.sound_trees import check_trees
from crm_ai.errors import ModelFileError
from crm_ai.modeling import Problem, Task, propose_problem, train
from crm_ai.table import table_from_frame
from tests.unit.deployment.test_model_file import make_frame

OURS = ["decision_tree", "random_forest", "gradient_boosting"]


@pytest.fixture(scope="module")
def run():
    table = table_from_frame(make_frame(300))
    problem = propose_problem(table, target="Churn", features=["months", "plan", "senior"]).problem
    return train(table, problem, OURS)


def rebuilt(tree, change):
    """A tree of the same form, with a few numbers changed."""
    kind, arguments, state = tree.__reduce__()
    state = {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in state.items()}
    arguments = change(state, list(arguments)) or arguments
    made = kind(*arguments)
    made.__setstate__(state)
    return made


def point_out(state, _arguments):
    state["nodes"]["right_child"][0] = 10**6


def point_back(state, _arguments):
    state["nodes"]["left_child"][0] = 0


def one_child(state, _arguments):
    state["nodes"]["left_child"][0] = -1


def ask_for_a_column_that_is_not_there(state, _arguments):
    state["nodes"]["feature"][0] = 500


def ask_for_a_column_before_the_first(state, _arguments):
    state["nodes"]["feature"][0] = -7


def promise_more_columns(state, arguments):
    state["nodes"]["feature"][0] = 90
    return [100, *arguments[1:]]


SPOILED = [
    point_out, point_back, one_child, ask_for_a_column_that_is_not_there, ask_for_a_column_before_the_first,
    promise_more_columns,
]  # fmt: skip


@pytest.mark.parametrize("change", SPOILED, ids=lambda change: change.__name__)
@pytest.mark.parametrize("name", ["decision_tree", "random_forest"])
def test_crafted_trees_are_refused(run, name, change):
    model = copy.deepcopy(run.models[name])
    estimator = model.pipeline[-1]
    while not hasattr(estimator, "tree_") and not hasattr(estimator, "estimators_"):
        estimator = estimator.estimator
    owner = estimator.estimators_[-1] if hasattr(estimator, "estimators_") else estimator
    assert isinstance(owner.tree_, Tree)
    owner.tree_ = rebuilt(owner.tree_, change)
    with pytest.raises(ModelFileError, match="tree of this model is damaged"):
        load_model(model_bytes(model))


def test_a_tree_of_more_columns_than_its_forest_is_refused(run):
    """The forest checks columns and its trees do not; that somebody else holds the tree rightly helps nothing."""
    model = copy.deepcopy(run.models["random_forest"])
    forest = model.pipeline[-1]
    tree = forest.estimators_[-1]
    tree.tree_ = rebuilt(tree.tree_, promise_more_columns)
    tree.n_features_in_ = 100
    model.pipeline[-1].note = [tree]
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(model_bytes(model))


@pytest.mark.parametrize(
    ("field", "value"),
    [("left", 0), ("right", 10**6), ("feature_idx", 500), ("feature_idx", -3), ("is_categorical", 1)],
)
def test_crafted_boosting_is_refused(run, field, value):
    model = copy.deepcopy(run.models["gradient_boosting"])
    estimator = model.pipeline[-1]
    while not hasattr(estimator, "_predictors"):
        estimator = estimator.estimator
    nodes = estimator._predictors[-1][0].nodes
    assert not nodes["is_leaf"][0]
    nodes[field][0] = value
    with pytest.raises(ModelFileError, match="tree of this model is damaged"):
        load_model(model_bytes(model))


@pytest.mark.parametrize("spoil", ["", "bitset_idx", "feature_idx", "sets", "mapper"])
def test_categories_of_boosting(spoil):
    from sklearn.ensemble import HistGradientBoostingClassifier

    X = np.column_stack([np.arange(400) % 7, np.arange(400) % 11 / 11])
    y = np.isin(X[:, 0], [1, 4]).astype(int)
    model = HistGradientBoostingClassifier(max_iter=2, categorical_features=[True, False]).fit(X, y)
    predictor = model._predictors[0][0]
    root = np.flatnonzero(predictor.nodes["is_categorical"])[0]
    if spoil in ("bitset_idx", "feature_idx"):
        predictor.nodes[spoil][root] = {"bitset_idx": 99, "feature_idx": 1}[spoil]
    elif spoil == "sets":
        predictor.raw_left_cat_bitsets = predictor.raw_left_cat_bitsets[:, :1]
    elif spoil == "mapper":
        model._bin_mapper.is_categorical_ = model._bin_mapper.is_categorical_[:1]
    if not spoil:
        check_trees(model)
        return
    with pytest.raises(ModelFileError, match="damaged"):
        check_trees(model)


def test_a_method_cannot_be_replaced(run):
    model = copy.deepcopy(run.models["decision_tree"])
    model.pipeline[-1].predict_proba = "something"
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(model_bytes(model))


@pytest.mark.parametrize("name", OURS)
def test_our_own_are_sound(run, name):
    check_trees(run.models[name].pipeline)
    again = load_model(model_bytes(run.models[name]))
    assert np.array_equal(again.predict(run.table.frame), run.models[name].predict(run.table.frame))


def test_numbers_and_several_answers_are_sound():
    table = table_from_frame(make_frame(300))
    for target, features in (("offer", ["months", "plan"]), ("months", ["plan", "senior"])):
        problem = propose_problem(table, target=target, features=features).problem
        assert isinstance(problem, Problem)
        assert problem.task is not Task.BINARY
        for model in train(table, problem, OURS).models.values():
            load_model(model_bytes(model))
