"""Which model to take, and whether more customers would help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crm_ai.modeling import (
    BASELINE,
    compare,
    comparison_in_words,
    learning_curve,
    more_in_words,
    propose_problem,
    train,
)
from crm_ai.modeling.learning_curve import LearningCurve
from crm_ai.table import table_from_frame


def customers(n=900, seed=5, signal=1.0):
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(draw.normal(size=(n, 4)), columns=["a", "b", "c", "d"])
    odds = signal * (1.5 * frame["a"] - frame["b"])
    return frame.assign(
        Churn=np.where(draw.random(n) < 1 / (1 + np.exp(-odds)), "Yes", "No"),
        spent=odds + draw.normal(size=n),
        offer=np.where(odds > 0.5, "x", np.where(odds > -0.5, "y", "z")),
    )


def trained(target, **more):
    table = table_from_frame(customers(**more))
    problem = propose_problem(table, target=target, features=list("abcd")).problem
    return train(table, replace(problem, folds=4))


@pytest.fixture(scope="module")
def run():
    return trained("Churn")


def test_the_holdout_has_no_say_in_what_is_best(run):
    compared = compare(run)
    scores = run.cross_validation[run.cross_validation["metric"] == "roc_auc"]
    assert compared.best == scores.groupby("model")["value"].mean().drop(BASELINE).idxmax()
    assert {rival.model_type for rival in compared.rivals} == {*run.models, BASELINE} - {compared.best}


def test_what_is_said_is_true_to_the_figures(run):
    compared = compare(run)
    words = comparison_in_words(compared)
    assert compared.beats_baseline
    table = compared.to_frame().set_index("model")
    for rival in compared.rivals:
        row = table.loc[rival.model_type]
        if rival.model_type != BASELINE:
            assert f"{row['difference']:+.3f}" in words
            part = words.index("really better") if rival.is_worse else words.index("not shown to be better")
            assert words.index(f"{row['difference']:+.3f}") > part
        assert rival.is_worse == (row["p"] <= 0.05 and row["difference"] > 0)


def test_linear_data_prefer_the_simpler_model(run):
    compared = compare(run)
    # The linear probability model ranks as well, but its probabilities leave 0–100 %: it is not proposed.
    assert compared.simplest == "logistic_regression"
    assert compare(trained("spent")).simplest == "linear_regression"
    assert "Decision tree" in comparison_in_words(compared).split("not shown")[0]


@pytest.mark.parametrize("target", ["Churn", "spent", "offer"])
def test_nothing_to_learn_is_said(target):
    run = trained(target, signal=0.0) if target != "offer" else None
    if run is None:
        frame = customers()
        frame["offer"] = np.random.default_rng(0).choice(["x", "y", "z"], len(frame))
        table = table_from_frame(frame)
        run = train(table, propose_problem(table, target="offer", features=list("abcd")).problem)
    compared = compare(run)
    assert not compared.beats_baseline
    assert "not shown to be better than saying the same of everybody" in comparison_in_words(compared)


@pytest.mark.parametrize("target", ["spent", "offer"])
def test_other_questions_are_compared_too(target):
    compared = compare(trained(target))
    assert compared.beats_baseline
    assert compared.to_frame()["p"].between(0, 1).all()


def test_learning_curves_rise_and_end_at_the_cross_validated_score(run):
    told = []
    curve = learning_curve(run, "decision_tree", progress=told.append)
    values = curve.frame["value"]
    assert values.iloc[-1] > values.iloc[0] + 0.02
    scores = run.cross_validation
    mine = scores[(scores["model"] == "decision_tree") & (scores["metric"] == "roc_auc")]["value"]
    assert values.iloc[-1] == pytest.approx(mine.mean())
    assert curve.frame["customers"].is_monotonic_increasing
    assert told[-1] == 1
    assert (curve.frame["low"] < values).all()


def test_a_flat_curve_says_that_more_hardly_helps():
    frame = pd.DataFrame({"customers": [100, 200, 400, 800], "value": [0.7, 0.78, 0.8, 0.801], "low": 0, "high": 1})
    curve = LearningCurve(frame, "roc_auc", 0.0001)
    assert more_in_words(curve) == "More customers would hardly help: twice as many (1,600) might add 0.000."
    assert "would help: twice as many (1,600) might add about 0.020" in more_in_words(replace(curve, gain=0.02))
    assert "Too few" in more_in_words(replace(curve, gain=float("nan")))
