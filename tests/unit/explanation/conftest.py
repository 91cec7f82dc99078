"""Runs on data of a known mechanism."""

import pytest

from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame
from tests.unit.explanation.known_data import KNOWN_FEATURES, KNOWN_MODELS, make_known


@pytest.fixture(scope="session")
def known_table():
    return table_from_frame(make_known())


@pytest.fixture(scope="session")
def known(known_table):
    """A run about who leaves."""
    problem = propose_problem(known_table, target="left", features=list(KNOWN_FEATURES)).problem
    return train(known_table, problem, {name: {} for name in KNOWN_MODELS})


@pytest.fixture(scope="session")
def spending(known_table):
    """A run about a number."""
    problem = propose_problem(known_table, target="spent", features=list(KNOWN_FEATURES)).problem
    return train(known_table, problem, {"linear_regression": {}, "decision_tree": {}, "gradient_boosting": {}})


@pytest.fixture(scope="session")
def offers(known_table):
    """A run about several answers."""
    problem = propose_problem(known_table, target="offer", features=list(KNOWN_FEATURES)).problem
    return train(known_table, problem, {"logistic_regression": {}, "decision_tree": {}})
