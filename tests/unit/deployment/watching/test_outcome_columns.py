"""Which columns hold outcomes, and what labels mean that the model has never heard."""

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment.watching.keys import identifying_columns
from crm_ai.deployment.watching.outcome_columns import (
    guess_identifier,
    guess_outcome,
    translated,
    unanswered,
    unknown_labels,
)
from crm_ai.modeling.problem import Problem, Task
from crm_ai.table import table_from_frame

ASKED = Problem(target="Churn", task=Task.BINARY, features=("x",), labels=("No", "Yes"))
AGAINST = Problem(target="plan", task=Task.BINARY, features=("x",), labels=("not gold", "gold"))
NUMBER = Problem(target="spend", task=Task.REGRESSION, features=("x",))
NAMES = [f"客{place}" for place in range(60)]


def table_of(**columns):
    return table_from_frame(pd.DataFrame({"号": NAMES, **columns}))


@pytest.mark.parametrize(
    ("columns", "problem", "outcome"),
    [
        ({"Churn": ["Yes", "No"] * 30}, ASKED, "Churn"),
        ({"fate": ["left", "stayed"] * 30}, ASKED, "fate"),
        ({"city": ["a", "b"] * 30, "fate": ["Yes", "No"] * 30}, ASKED, "fate"),
        ({"city": ["a", "b"] * 30, "fate": ["left", "stayed"] * 30}, ASKED, None),
        ({}, ASKED, None),
        ({"paid": np.arange(60) + 0.5, "city": ["a", "b"] * 30}, NUMBER, "paid"),
    ],
)
def test_the_outcome_is_guessed_and_never_the_identifier(columns, problem, outcome):
    table = table_of(**columns)
    key = guess_identifier(table, problem)
    assert key == "号"
    assert guess_outcome(table, problem, key) == outcome


@pytest.mark.parametrize(
    ("labels", "problem", "unknown", "asked"),
    [
        (["Yes", "No", "No"], ASKED, (), ()),
        (["left", "stayed", "stayed"], ASKED, ("stayed", "left"), ("Yes", "No")),
        (["Yes", "stayed", "stayed"], ASKED, ("stayed",), ("No",)),
        (["Yes", "No", "pending"], ASKED, ("pending",), ()),
        (["gold", "plus", "basic"], AGAINST, (), ()),
        (["Au", "plus", "plus"], AGAINST, ("plus", "Au"), ("gold",)),
    ],
)
def test_labels_that_are_no_answers_are_found(labels, problem, unknown, asked):
    table = table_of(fate=labels * 20)
    assert unknown_labels(table, "fate", problem) == unknown
    assert unanswered(table, "fate", problem) == asked


def test_labels_count_as_what_they_are_said_to_mean():
    column = pd.Series(["left", "stayed", None, "Yes", "other"])
    truth = np.array([np.nan, np.nan, np.nan, 1.0, np.nan])
    found = translated(truth, column, ASKED, {"left": "Yes", "stayed": "No"})
    assert np.array_equal(found, [1, 0, np.nan, 1, np.nan], equal_nan=True)


def test_only_columns_that_tell_customers_apart_are_offered():
    women = pd.DataFrame(
        {"号": ["a", "b", "c"], "gender": ["女"] * 3, "x": [1.5, 2.5, 3.5], "Churn": ["Yes", "No", None]}
    )
    assert identifying_columns(table_from_frame(women), ASKED) == ("号",)
    assert identifying_columns(table_from_frame(women.drop(columns="号")), ASKED) == ()
    repeated = pd.DataFrame({"mail": [*NAMES, NAMES[0]], "x": np.arange(61) % 7})
    assert set(identifying_columns(table_from_frame(repeated), ASKED)) <= {"mail"}
