from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from crm_ai.errors import ProblemError
from crm_ai.modeling import MODEL_TYPES, Task, best_by_cross_validation, headline, propose_problem, train
from crm_ai.table import table_from_frame


def make_frame(n=600, seed=0):
    generator = np.random.default_rng(seed)
    months, calls = generator.normal(20, 8, n), generator.poisson(2, n).astype(float)
    plan = generator.choice(["monthly", "yearly"], n, p=[0.6, 0.4])
    margin = -0.1 * (months - 20) + 0.6 * (calls - 2) + 1.2 * (plan == "monthly") - 0.8
    calls[generator.random(n) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "months": months,
            "calls": calls,
            "plan": plan,
            "gender": generator.choice(["f", "m"], n),
            "Churn": np.where(generator.random(n) < 1 / (1 + np.exp(-margin)), "Yes", "No"),
            "value": 10 * months + 50 * (plan == "yearly") + generator.normal(0, 5, n),
            "offer": np.where(margin > 0.7, "call", np.where(margin > -0.3, "mail", "none")),
        }
    )


@pytest.fixture(scope="module")
def table():
    return table_from_frame(make_frame(), name="customers.csv")


def ask(table, target, **choices):
    features = [n for n in ("months", "calls", "plan", "gender") if n in table.schema]
    return propose_problem(table, target=target, features=features, segments=["gender"], **choices).problem


@pytest.fixture(scope="module")
def run(table):
    return train(table, ask(table, "Churn"))


def test_all_three_basic_models_answer_a_yes_no_question(run):
    assert list(run.models) == ["linear_regression", "logistic_regression", "decision_tree"]
    for said in run.predictions.values():
        assert said.shape == (120,)
        assert ((said >= 0) & (said <= 1)).all()


def test_holdout_is_the_one_that_scikit_learn_would_set_aside(table, run):
    actual = (table.frame["Churn"] == "Yes").to_numpy()
    _, expected = train_test_split(np.arange(600), test_size=0.2, random_state=42, stratify=actual)
    assert run.holdout_rows.tolist() == expected.tolist()
    assert run.actual.tolist() == actual[expected].astype(int).tolist()


def test_metrics_equal_scikit_learns(run):
    for name, said in run.predictions.items():
        assert headline(run, name)["roc_auc"].value == pytest.approx(roc_auc_score(run.actual, said), abs=1e-9)


def test_holdout_customers_influence_nothing(table, run):
    spoiled = table.frame.copy()
    spoiled.loc[run.holdout_rows, "months"] = 1e6
    spoiled.loc[run.holdout_rows, "plan"] = None
    again = train(replace(table, frame=spoiled), run.problem)
    for name, model in run.models.items():
        other = again.models[name].pipeline[:-1]
        frame = run.train_frame[list(run.problem.features)]
        assert (model.pipeline[:-1].transform(frame) == other.transform(frame)).all()
        assert (model.predict(frame) == again.models[name].predict(frame)).all()
    pd.testing.assert_frame_equal(run.cross_validation, again.cross_validation)


def test_the_same_question_gives_the_same_run(table, run):
    again = train(table, run.problem)
    assert again.digest == run.digest
    for name in run.models:
        assert (again.predictions[name] == run.predictions[name]).all()


def test_cross_validation_scores_are_honest(run):
    scores = run.cross_validation
    assert set(scores["fold"]) == set(range(5))
    means = scores[scores["metric"] == "roc_auc"].groupby("model")["value"].mean()
    assert means.pop("baseline") == 0.5
    assert (means > 0.65).all()
    assert best_by_cross_validation(run) == means.idxmax()


def test_models_are_ordinary_pipelines(table, run):
    frame = table.frame[list(run.problem.features)]
    for name, model in run.models.items():
        assert list(model.pipeline.named_steps) == ["cleaning", "encoding", "estimator"]
        if name != "linear_regression":
            assert model.pipeline.predict_proba(frame)[:, 1] == pytest.approx(model.predict(frame))


def test_customers_without_a_target_are_counted_and_left_out():
    frame = make_frame()
    frame.loc[:49, "Churn"] = None
    table = table_from_frame(frame)
    run = train(table, ask(table, "Churn"), ["decision_tree"])
    assert run.unlabelled == 50
    assert min(run.train_rows.min(), run.holdout_rows.min()) >= 50


def test_regression(table):
    run = train(table, ask(table, "value"))
    assert list(run.models) == ["linear_regression", "decision_tree"]
    assert headline(run, "linear_regression")["r2"].value > 0.95


def test_several_answers(table):
    run = train(table, ask(table, "offer"))
    assert list(run.models) == ["logistic_regression", "decision_tree"]
    for name, said in run.predictions.items():
        assert said.shape == (120, 3)
        assert said.sum(axis=1) == pytest.approx(1)
        assert headline(run, name)["accuracy"].value == pytest.approx((said.argmax(axis=1) == run.actual).mean())


def test_progress_is_told_step_by_step(table):
    told = []
    train(table, ask(table, "Churn"), ["logistic_regression", "decision_tree"], progress=told.append)
    assert [p.done for p in told] == [*range(19), 18]
    assert {p.total for p in told} == {18}
    shares = [p.share for p in told]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert {name: len(values) for name, values in told[-1].scores.items()} == {
        "baseline": 5, "logistic_regression": 5, "decision_tree": 5
    }  # fmt: skip


def test_model_that_does_not_fit_the_question_is_refused(table):
    with pytest.raises(ProblemError, match="not a model for a regression"):
        train(table, ask(table, "value"), ["logistic_regression"])


def test_limit_that_nobody_exceeds_is_refused(table):
    with pytest.raises(ProblemError, match="Only 0 customers"):
        train(table, ask(table, "value", above=1e9))


def test_dates_predict():
    frame = make_frame()
    frame["since"] = pd.Timestamp("2024-01-01") - pd.to_timedelta(frame.pop("months").round(), unit="D")
    table = table_from_frame(frame)
    run = train(table, propose_problem(table, target="value", features=["since", "plan"]).problem)
    assert headline(run, "linear_regression")["r2"].value > 0.9


def test_every_model_type_has_words_for_a_manager():
    for entry in MODEL_TYPES.values():
        assert entry.name
        assert entry.sentence.endswith(".")
    assert MODEL_TYPES["linear_regression"].remark(Task.BINARY)
