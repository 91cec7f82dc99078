"""Customers that a model takes along."""

from dataclasses import replace

import numpy as np
import pytest

from crm_ai.modeling import Scale, propose_problem, train
from crm_ai.modeling.references import MOST, _limits, coarsened
from crm_ai.table import table_from_frame
from tests.unit.explanation.known_data import KNOWN_FEATURES, KNOWN_MODELS, make_known


@pytest.fixture(scope="module")
def run():
    table = table_from_frame(make_known())
    problem = propose_problem(table, target="left", features=list(KNOWN_FEATURES)).problem
    return train(table, problem, [*KNOWN_MODELS, "linear_regression"])


def encoded(run, name):
    model = run.model(name)
    return model.encoder.transform(model.cleaned(run.train_frame)).astype(np.float32)


def test_models_that_add_up_on_their_only_scale_take_nobody_along(run):
    assert run.model("linear_regression").references is None
    assert all(run.model(name).references.shape[0] == MOST for name in KNOWN_MODELS)


@pytest.mark.parametrize("name", KNOWN_MODELS)
def test_those_taken_along_stand_for_all_training_customers(run, name):
    """Drawn evenly over what is said of them, their mean is nearer than chance alone would bring it."""
    model = run.model(name)
    everybody, some = (model.predict_encoded(matrix) for matrix in (encoded(run, name), model.references))
    assert abs(some.mean() - everybody.mean()) < 0.5 * everybody.std() / np.sqrt(MOST)
    assert some.std() == pytest.approx(everybody.std(), rel=0.1)


@pytest.mark.parametrize("name", ["decision_tree", "random_forest", "gradient_boosting"])
def test_trees_get_the_same_answers_from_coarsened_customers(run, name):
    model, matrix = run.model(name), encoded(run, name)
    coarse = coarsened(matrix, *_limits(model.estimator))
    assert np.array_equal(model.predict_encoded(coarse), model.predict_encoded(matrix))
    assert all(len(np.unique(a)) <= len(np.unique(b)) for a, b in zip(coarse.T, matrix.T, strict=True))


def test_a_tree_takes_along_nothing_of_columns_that_it_does_not_ask_about(run):
    model = run.model("decision_tree")
    unasked = np.setdiff1d(np.arange(model.references.shape[1]), model.estimator.tree_.feature)
    assert len(unasked)
    assert (np.ptp(model.references[:, unasked], axis=0) == 0).all()


def test_the_seed_decides_who_is_taken_along_and_the_order_tells_nothing(run):
    again = train(run.table, run.problem, ["decision_tree"]).model("decision_tree").references
    assert np.array_equal(again, run.model("decision_tree").references)
    said = run.model("decision_tree").predict_encoded(again)
    assert abs(np.corrcoef(np.arange(MOST), said)[0, 1]) < 0.2


def test_amounts_by_factors_and_several_answers(run):
    problem = propose_problem(run.table, target="offer", features=list(KNOWN_FEATURES)).problem
    offers = train(run.table, problem, ["logistic_regression", "decision_tree"])
    assert all(model.references.shape[0] == MOST for model in offers.models.values())
    frame = make_known(300).assign(spent=lambda its: its["spent"].abs())
    amounts = propose_problem(table_from_frame(frame), target="spent", features=["plan", "calls"]).problem
    few = train(table_from_frame(frame), replace(amounts, scale=Scale.LOG), ["linear_regression", "decision_tree"])
    assert [len(model.references) for model in few.models.values()] == [240, 240]
