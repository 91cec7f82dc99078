"""A pipeline of other people's, registered by a program, on the Deploy page."""

import io
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from crm_ai.deployment.registry import (
    Answer,
    Item,
    approve,
    open_registry,
    open_version,
    promote,
    register,
    remember,
)
from crm_ai.modeling import judge_pipeline, propose_problem
from crm_ai.table import read_table
from tests.app.driving import assert_sound, customers, go, words


@pytest.fixture
def pipeline(workspace):
    """At work, with two weeks."""
    workspace.mkdir(exist_ok=True)
    content = customers(1500)
    frame, table = pd.read_csv(io.BytesIO(content)), read_table(content, name="customers.csv")
    problem = propose_problem(table, target="Churn", segments=("gender",)).problem
    features, fitted_on = list(problem.features), np.arange(len(frame)) % 4 > 0
    encode = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    pipeline = make_pipeline(encode, LogisticRegression())
    pipeline.fit(frame.loc[fitted_on, features], frame.loc[fitted_on, "Churn"])
    run = judge_pipeline(pipeline, table, problem, like=frame, fitted_on=fitted_on)
    registry = open_registry()
    version = register(run, "foreign", registry, name="own", note="try")
    promote(registry, approve(registry, version, why="ok", checklist={i: Answer(True) for i in Item}), why="go")
    model = open_version(registry, version)
    for number in range(2):
        week, day = read_table(customers(400, seed=70 + number), name="week.csv"), date.today() - timedelta(7 * number)
        remember(registry, version, model, week, name=f"week {number}", day=day, key="customerID")
    return pipeline


@pytest.fixture
def look(visit):
    def at_tab(name):
        at = visit()
        at.session_state["deploy_tab"] = name
        assert_sound(go(at, "deploy"))
        return at

    return at_tab


def test_its_card_says_what_drives_it_and_for_whom_it_is_worse(pipeline, look):
    said = words(look("May it go to work?"))
    assert "Pipeline of your own, registered by local user" in said
    assert "Shares in what moves it: months" in said
    assert "No evidence of a gap" in said


def test_it_scores_on_the_page_what_it_says_itself_with_reasons(pipeline, look):
    at = look("Score new customers")
    content = customers(200, seed=9)
    at.file_uploader[0].upload("new.csv", content, "text/csv")
    at.run()
    at.button(key="score_now").click().run()
    assert_sound(at)
    scored = at.dataframe[0].value.set_index("customerID")
    frame = pd.read_csv(io.BytesIO(content)).set_index("customerID")
    asked = frame.loc[scored.index, list(pipeline.feature_names_in_)]
    assert scored["score"].to_numpy() == pytest.approx(pipeline.predict_proba(asked)[:, 1], abs=1e-9)
    assert scored["reason 1"].str.contains("points").all()


def test_it_is_watched(pipeline, look):
    assert "2 batches in 2 weeks" in words(look("How is it doing?")).replace("\\", "")
