from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from crm_ai.deployment import load_model, model_bytes, score
from crm_ai.errors import ProblemError
from crm_ai.evaluation import expected_calibration_error, range_coverage
from crm_ai.explanation import explain, formula, formula_sql, read_tree
from crm_ai.modeling import Split, SplitKind, Task, propose_problem, tally, train
from crm_ai.modeling.recalibration import METHODS, Recalibrator, across_folds
from crm_ai.table import table_from_frame

FEATURES = ["months", "plan", "calls"]


def make_frame(n=3000, seed=0):
    generator = np.random.default_rng(seed)
    months, calls = generator.integers(1, 72, n).astype(float), generator.poisson(2, n).astype(float)
    plan = generator.choice(["monthly", "yearly"], n)
    odds = -0.05 * months + 1.4 * (plan == "monthly") + 0.3 * calls - 1.5
    return pd.DataFrame(
        {
            "months": months,
            "plan": plan,
            "calls": calls,
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 800, n), unit="D"),
            "left": np.where(generator.random(n) < 1 / (1 + np.exp(-odds)), "Yes", "No"),
            "value": 100 + 30 * odds + generator.gamma(2, 10, n),
        }
    )


@pytest.fixture(scope="module")
def table():
    return table_from_frame(make_frame())


@pytest.fixture(scope="module")
def problem(table):
    found = propose_problem(table, target="left", features=FEATURES).problem
    return replace(found, balanced=True, split=Split())


def simulate(generator, n, slope=0.5, shift=-1.0):
    """Scores whose log-odds have to be halved and moved down."""
    score = 1 / (1 + np.exp(-generator.normal(0, 2, n)))
    true = 1 / (1 + np.exp(-(slope * np.log(score / (1 - score)) + shift)))
    return score, (generator.random(n) < true).astype(int), true


@pytest.mark.parametrize("method", METHODS)
def test_the_true_curve_is_found(method):
    generator = np.random.default_rng(1)
    score, happened, _true = simulate(generator, 20_000)
    fresh, _happened, true = simulate(generator, 5000)
    said = Recalibrator(method).fit(score, happened).probabilities(fresh)
    assert np.abs(said - true).mean() < 0.02


def test_a_line_is_scikit_learns():
    """Its calibrator takes log-odds where a model gives them, and all out-of-fold predictions with ensemble=False."""
    generator = np.random.default_rng(2)
    matrix = generator.normal(size=(1500, 3))
    target = (generator.random(1500) < 1 / (1 + np.exp(-matrix @ [1.0, -0.5, 0.2]))).astype(int)
    model = LogisticRegression(C=0.01)
    reference = CalibratedClassifierCV(model, method="sigmoid", cv=5, ensemble=False).fit(matrix, target)
    from sklearn.model_selection import cross_val_predict

    out_of_fold = cross_val_predict(model, matrix, target, cv=5, method="predict_proba")[:, 1]
    ours = Recalibrator("sigmoid").fit(out_of_fold, target)
    said = ours.probabilities(model.fit(matrix, target).predict_proba(matrix)[:, 1])
    assert np.abs(said - reference.predict_proba(matrix)[:, 1]).max() < 1e-5


def test_a_rising_curve_is_scikit_learns():
    score, happened, _true = simulate(np.random.default_rng(3), 800)
    reference = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, happened)
    fresh = np.linspace(0, 1, 501)
    said = Recalibrator("isotonic").fit(score, happened).probabilities(fresh)
    assert said == pytest.approx(reference.predict(fresh), abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=80), st.sampled_from(METHODS))
def test_no_order_is_turned_round(customers, method):
    score = np.array([one for one, _two in customers])
    curve = Recalibrator(method).fit(score, np.array([two for _one, two in customers]).astype(int))
    said = curve.probabilities(np.linspace(0, 1, 99))
    assert (np.diff(said) >= -1e-12).all()
    assert said.min() >= 0
    assert said.max() <= 1


def test_nobody_is_corrected_by_their_own_answer():
    generator = np.random.default_rng(4)
    score, happened, _true = simulate(generator, 600)
    folds = np.array_split(generator.permutation(600), 5)
    corrected = across_folds(score, happened, folds, "isotonic")
    turned = happened.copy()
    turned[folds[2]] = 1 - turned[folds[2]]
    again = across_folds(score, turned, folds, "isotonic")
    assert (corrected[2] == again[2]).all()
    assert (corrected[1] != again[1]).any()
    forward = across_folds(score, happened, folds, "sigmoid", forward=True)
    assert (forward[0] == score[folds[0]]).all()
    later = happened.copy()
    later[folds[4]] = 0
    assert (across_folds(score, later, folds, "sigmoid", forward=True)[3] == forward[3]).all()


@pytest.mark.parametrize("method", METHODS)
def test_weighted_models_speak_in_probabilities_again(table, problem, method):
    models = ["logistic_regression", "decision_tree", "linear_regression"]
    raw = train(table, problem, models)
    run = train(table, replace(problem, recalibration=method), models)
    assert run.digest != raw.digest
    for name in models:
        before, after = (expected_calibration_error(tally(each, name)).value for each in (raw, run))
        assert after < 0.06 < before
        order = np.argsort(raw.predictions[name], kind="stable")
        assert (np.diff(run.predictions[name][order]) >= -1e-12).all()
        mean = np.nanmean(run.out_of_fold[name])
        assert mean == pytest.approx((run.train_actual == 1).mean(), abs=0.01)
        assert run.model(name).predict(run.holdout_frame) == pytest.approx(run.predictions[name], abs=1e-15)
        assert explain(run, name).values.shape[0] == len(run.holdout_rows)
    scores = run.cross_validation.query("metric == 'brier_score' and model == 'logistic_regression'")["value"]
    plain = raw.cross_validation.query("metric == 'brier_score' and model == 'logistic_regression'")["value"]
    assert scores.mean() < plain.mean() - 0.01


def test_a_corrected_model_is_carried_elsewhere_as_it_is(table, problem):
    run = train(table, replace(problem, recalibration="isotonic"), ["logistic_regression", "decision_tree"])
    for name in run.models:
        model = load_model(model_bytes(run.model(name)))
        assert (model.predict(run.holdout_frame) == run.predictions[name]).all()
    assert "recalibration" in formula(run, "logistic_regression")
    with pytest.raises(ProblemError, match="correct"):
        formula_sql(run, "logistic_regression")
    leaves = read_tree(run.model("decision_tree")).leaves
    assert set(run.predictions["decision_tree"].round(12)) <= {round(leaf.score, 12) for leaf in leaves}


def test_folds_that_follow_each_other_in_time(table, problem):
    later = replace(problem, split=Split(SplitKind.TIME, "since"), recalibration="sigmoid")
    run = train(table, later, ["logistic_regression"])
    assert np.isfinite(run.out_of_fold["logistic_regression"]).any()
    assert expected_calibration_error(tally(run, "logistic_regression")).value < 0.08


@pytest.mark.parametrize("name", ["linear_regression", "decision_tree"])
def test_ranges_of_a_regression_hold_on_the_holdout_and_travel_with_the_model(table, name):
    question = propose_problem(table, target="value", features=FEATURES).problem
    assert question.task is Task.REGRESSION
    run = train(table, question, [name])
    held = range_coverage(run.model(name).ranges, run.actual, run.predictions[name])
    assert held.low <= 0.97
    assert held.high >= 0.94
    model = load_model(model_bytes(run.model(name)))
    assert model.ranges == run.model(name).ranges
    found = score(model, table).frame
    assert list(found) == ["prediction", "low_95", "high_95"]
    assert (found["low_95"] <= found["prediction"]).all()
    assert (found["prediction"] <= found["high_95"]).all()
