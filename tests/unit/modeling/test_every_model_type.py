"""Every model type, for every kind of question it can answer, and all that may be set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import CancelledError, ProblemError
from crm_ai.modeling import (
    BASELINE,
    MODEL_TYPES,
    Scale,
    Task,
    headline,
    make_plan,
    model_types_for,
    plan_as_json,
    plan_from_json,
    propose_problem,
    run_digest,
    train,
)
from crm_ai.modeling.log_target import LogTarget
from crm_ai.modeling.sampled_tree import SampledTreeClassifier, SampledTreeRegressor, sample_rows
from crm_ai.modeling.search import candidates, search
from crm_ai.table import table_from_frame


def customers(n=700, seed=1):
    draw = np.random.default_rng(seed)
    months, plan = draw.gamma(4, 5, n), draw.choice(["monthly", "yearly"], n)
    odds = 1.5 * (plan == "monthly") - 0.08 * (months - 20) - 0.5
    months[::17] = np.nan
    return pd.DataFrame(
        {
            "months": months,
            "套餐": plan,
            "calls": draw.poisson(2, n),
            "Churn": np.where(draw.random(n) < 1 / (1 + np.exp(-odds)), "Yes", "No"),
            "offer": np.where(odds > 0.6, "call", np.where(odds > -0.4, "mail", "none")),
            "spent": np.exp(draw.normal(3 - odds / 2, 0.3)).round(2),
        }
    )


@pytest.fixture(scope="module")
def table():
    return table_from_frame(customers())


def ask(table, target, **more):
    return replace(propose_problem(table, target=target, features=["months", "套餐", "calls"]).problem, **more)


@pytest.fixture(scope="module")
def runs(table):
    found = {}
    for target in ("Churn", "offer", "spent"):
        problem = ask(table, target, folds=3)
        found[problem.task] = train(table, problem, [entry.id for entry in model_types_for(problem.task)])
    return found


CASES = [(entry.id, task) for task in Task for entry in model_types_for(task)]


@pytest.mark.parametrize(("name", "task"), CASES)
def test_each_beats_the_baseline(runs, name, task):
    run = runs[task]
    metric = {Task.BINARY: "roc_auc", Task.MULTICLASS: "accuracy", Task.REGRESSION: "r2"}[task]
    assert headline(run, name)[metric].value > headline(run, BASELINE)[metric].value + 0.05


@pytest.mark.parametrize("task", list(Task))
def test_the_baseline_says_the_same_of_everybody(runs, task):
    run = runs[task]
    said = run.predictions[BASELINE]
    assert np.ptp(said, axis=0).max() == 0
    known = run.actual if task is Task.REGRESSION else np.eye(max(len(run.problem.labels), 2))[run.actual]
    expected = known.mean(axis=0) if task is not Task.BINARY else known[:, 1].mean()
    assert said[0] == pytest.approx(expected, rel=0.1, abs=0.02)
    assert BASELINE not in run.models


@pytest.mark.parametrize(("name", "task"), CASES)
def test_each_training_customer_is_judged_once_by_a_model_that_has_not_seen_it(runs, name, task):
    run = runs[task]
    said = run.out_of_fold[name]
    assert said.shape[0] == len(run.train_rows)
    assert np.isfinite(said).all()
    assert not np.array_equal(said, run.models[name].predict(run.train_frame))


@pytest.mark.parametrize(("name", "task"), CASES)
def test_the_same_seed_gives_the_same_run_bit_for_bit(table, runs, name, task):
    again = train(table, runs[task].problem, [name])
    assert np.array_equal(again.predictions[name], runs[task].predictions[name])
    assert np.array_equal(again.out_of_fold[name], runs[task].out_of_fold[name])


@pytest.mark.parametrize("entry", MODEL_TYPES.values(), ids=lambda entry: entry.id)
def test_entries_are_whole(entry):
    assert entry.name
    assert entry.sentence.endswith(".")
    for parameter in entry.parameters:
        assert parameter.default in parameter.values
        assert parameter.name
        assert parameter.help.endswith(".")


@pytest.mark.parametrize(("name", "task"), CASES)
def test_all_values_on_offer_can_be_fitted(name, task):
    table = table_from_frame(customers(200))
    target = {Task.BINARY: "Churn", Task.MULTICLASS: "offer", Task.REGRESSION: "spent"}[task]
    problem = ask(table, target, folds=2)
    for parameter in MODEL_TYPES[name].parameters:
        for value in {parameter.values[0], parameter.values[-1]}:
            quick = {"trees": 100} if name == "random_forest" else {}
            run = train(table, problem, {name: quick | {parameter.id: value}})
            assert run.settings[name][parameter.id] == value
            assert np.isfinite(run.predictions[name]).all()


def test_a_setting_that_is_not_on_offer_is_refused(table):
    with pytest.raises(ProblemError, match="has no setting “size”"):
        make_plan(ask(table, "Churn"), {"decision_tree": {"size": 3}})
    with pytest.raises(ProblemError, match="cannot have depth = 99"):
        make_plan(ask(table, "Churn"), {"decision_tree": {"depth": 99}})


def test_a_plan_survives_json(table):
    import json

    plan = make_plan(
        ask(table, "Churn", monotonic=(("months", -1),), balanced=True), {"decision_tree": {"depth": 3}}, search=4
    )
    again = plan_from_json(json.loads(json.dumps(plan_as_json(plan))))
    assert again == plan
    assert run_digest(table, again) == run_digest(table, plan)
    assert run_digest(table, make_plan(plan.problem, ["decision_tree"])) != run_digest(table, plan)


def test_a_search_is_nested_and_told(table):
    run = train(table, ask(table, "Churn"), {"decision_tree": {"leaf": 20}}, search=6)
    assert run.settings["decision_tree"]["leaf"] == 20
    assert set(run.attempts["fold"]) == {-1, 0, 1, 2, 3, 4}
    assert run.attempts.groupby("fold").size().min() >= 6
    everybody = run.attempts[run.attempts["fold"] == -1]
    last = everybody[everybody["customers"] == everybody["customers"].max()]
    best = last.iloc[-2:].sort_values("score", ascending=False, kind="stable").iloc[0] if len(last) < 6 else None
    assert best is None or run.settings["decision_tree"] == best["settings"]
    again = train(table, ask(table, "Churn"), {"decision_tree": {"leaf": 20}}, search=6)
    assert np.array_equal(again.predictions["decision_tree"], run.predictions["decision_tree"])
    assert again.settings == run.settings


def test_halving_finds_what_is_planted(table):
    tried = candidates(MODEL_TYPES["decision_tree"], {}, 12, seed=0)
    assert len({str(values) for values in tried}) == 12
    planted = tried[7]
    rows = np.arange(400)

    def judge(values, fit, _seen):
        return float(values == planted) + 1e-6 * len(fit)

    best, attempts = search(table, ask(table, "Churn"), tried, rows, (rows % 3 == 0).astype(int), judge)
    assert best == planted
    assert list(attempts["score"].round(3)).count(1.0) >= 2


def test_candidates_differ_in_effect():
    tried = candidates(MODEL_TYPES["linear_regression"], {}, 100, seed=0)
    assert sum(values["penalty"] == "none" for values in tried) == 1
    assert candidates(MODEL_TYPES[BASELINE], {}, 9, seed=0) == [{}]


def test_ending_early_keeps_the_models_that_are_finished(table):
    said = []
    awaited = [MODEL_TYPES[name].name for name in (BASELINE, "logistic_regression")]

    def ended():
        # Five folds and everybody, of each; which model is done first is up to the machine.
        steps = {step.message for step in said}
        return all(sum(message.startswith(f"{name}:") for message in steps) >= 6 for name in awaited)

    run = train(
        table,
        ask(table, "Churn"),
        ["logistic_regression", "decision_tree", "random_forest", "neural_network"],
        progress=said.append,
        cancelled=ended,
    )
    assert "logistic_regression" in run.models
    assert "neural_network" not in run.models
    assert run.plan.model_types == tuple(run.models)
    whole = train(table, ask(table, "Churn"), list(run.models))
    assert run.digest == whole.digest
    assert np.array_equal(run.predictions["logistic_regression"], whole.predictions["logistic_regression"])


def test_ending_at_once_says_that_nothing_was_finished(table):
    with pytest.raises(CancelledError, match="before a model was finished"):
        train(table, ask(table, "Churn"), ["random_forest"], cancelled=lambda: True)


def test_rare_answers_weigh_the_same_when_asked():
    frame = customers(1500)
    frame["Churn"] = np.where((frame["Churn"] == "Yes") & (np.arange(1500) % 4 == 0), "Yes", "No")
    table = table_from_frame(frame)
    plain, balanced = (
        train(table, ask(table, "Churn", balanced=weighed), ["logistic_regression", "decision_tree"])
        for weighed in (False, True)
    )
    for name in plain.models:
        assert plain.predictions[name].mean() == pytest.approx(plain.actual.mean(), abs=0.05)
        assert 0.35 < balanced.predictions[name].mean() < 0.65


@pytest.mark.parametrize("name", ["decision_tree", "gradient_boosting"])
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("target", ["Churn", "spent"])
def test_more_never_lowers(table, name, way, target):
    run = train(table, ask(table, target, monotonic=(("months", way),), folds=2), [name])
    grid = pd.concat([table.frame.iloc[:40]] * 30, ignore_index=True)
    grid["months"] = np.repeat(np.linspace(0, 60, 30), 40)
    said = run.models[name].predict(grid).reshape(30, 40)
    assert (way * np.diff(said, axis=0) >= -1e-9).all()


@pytest.mark.parametrize("name", [entry.id for entry in model_types_for(Task.REGRESSION)])
@pytest.mark.parametrize("scale", [Scale.LOG, Scale.TWEEDIE])
def test_amounts_by_factors_stay_positive_and_add_up(table, name, scale):
    run = train(table, ask(table, "spent", scale=scale, folds=2), [name])
    said = run.models[name].predict(run.train_frame)
    actual = table.frame["spent"].to_numpy()[run.train_rows]
    assert (said >= -1e-9).all()
    assert said.sum() == pytest.approx(actual.sum(), rel=0.02 if scale is Scale.LOG else 0.1)


def test_amounts_below_zero_have_no_factors():
    frame = customers()
    frame["spent"] -= 50
    table = table_from_frame(frame)
    with pytest.raises(ProblemError, match="factors suit only amounts of 0 and more"):
        train(table, ask(table, "spent", scale=Scale.LOG))


def test_log_target_makes_totals_true():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(4000, 1))
    y = np.exp(X[:, 0] + draw.normal(0, 0.8, 4000))
    model = LogTarget(MODEL_TYPES["linear_regression"].make(_setting())).fit(X, y)
    assert (1 + model.predict(X)).mean() == pytest.approx((1 + y).mean())


def _setting():
    from crm_ai.modeling.estimators import Setting

    values = MODEL_TYPES["linear_regression"].values()
    return Setting(task=Task.REGRESSION, customers=4000, width=1, answers=0, seed=0, values=values)


@pytest.mark.parametrize("kind", [SampledTreeClassifier, SampledTreeRegressor])
def test_leaves_of_a_tree_grown_on_a_sample_count_everybody(monkeypatch, kind):
    draw = np.random.default_rng(3)
    X = draw.normal(size=(5000, 4)).astype(np.float32)
    y = (X[:, 0] + draw.normal(size=5000) > 0).astype(int) * (1 if kind is SampledTreeClassifier else 3.5)
    monkeypatch.setattr("crm_ai.modeling.sampled_tree.GROWN_ON", 1000)
    tree = kind(max_depth=4, min_samples_leaf=20, random_state=0).fit(X, y)
    assert tree.grown_on_ == pytest.approx(1000, abs=2)
    leaf = tree.apply(X)
    said = tree.predict_proba(X)[:, 1] if kind is SampledTreeClassifier else tree.predict(X)
    for node in np.unique(leaf):
        assert tree.tree_.n_node_samples[node] == (leaf == node).sum()
        expected = (y > 0)[leaf == node].mean() if kind is SampledTreeClassifier else y[leaf == node].mean()
        assert said[leaf == node] == pytest.approx(expected)
    assert tree.tree_.n_node_samples[0] == 5000
    assert tree.tree_.weighted_n_node_samples[0] == pytest.approx(5000)
    root = (y > 0).mean() if kind is SampledTreeClassifier else y.mean()
    assert tree.tree_.value[0, 0, -1] == pytest.approx(root)


def test_samples_keep_the_answers_shares():
    y = np.repeat([0, 1, 2], [9000, 900, 100])
    rows = sample_rows(y, 1000, 0, in_shares=True)
    assert np.bincount(y[rows]).tolist() == [900, 90, 10]
    assert len(sample_rows(y, 20_000, 0, in_shares=True)) == len(y)
    assert len(sample_rows(y, 50, 0, in_shares=False)) == 50
