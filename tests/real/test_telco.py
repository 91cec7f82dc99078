"""The whole way through on the telephone company's customers, held to reference implementations."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from crm_ai import explain, explain_with_lime, headline, inspect, propose_problem, read_table, tally, train
from crm_ai.evaluation import roc_auc
from crm_ai.modeling import segment_frame
from crm_ai.table import Kind, Role

pytestmark = pytest.mark.real_data
MODELS = ("linear_regression", "logistic_regression", "decision_tree")


@pytest.fixture(scope="module")
def table(real_data):
    return read_table(real_data("telco_churn.csv"))


@pytest.fixture(scope="module")
def proposal(table):
    return propose_problem(table)


@pytest.fixture(scope="module")
def run(table, proposal):
    return train(table, proposal.problem)


def test_the_question_is_proposed(proposal):
    assert proposal.problem.target == "Churn"
    assert proposal.problem.positive == "Yes"
    assert {"gender", "SeniorCitizen"} <= set(proposal.problem.segments)
    assert "customerID" in proposal.set_aside
    assert len(proposal.problem.features) == 19


def test_columns_are_understood(table):
    assert table.schema["customerID"].kind is Kind.IDENTIFIER
    assert table.schema["TotalCharges"].kind is Kind.NUMBER
    assert table.schema["Churn"].role is Role.TARGET
    assert table.frame["TotalCharges"].isna().sum() == 11


def test_the_blank_charges_are_reported(table):
    found = [f for f in inspect(table, target="Churn") if f.column == "TotalCharges" and f.rows == 11]
    assert found


def test_models_are_as_good_as_they_should_be(run):
    assert len(run.actual) == 1409
    assert headline(run, "logistic_regression")["roc_auc"].value >= 0.840
    assert headline(run, "decision_tree")["roc_auc"].value >= 0.828


@pytest.mark.parametrize("model", MODELS)
def test_metrics_equal_scikit_learns(run, model):
    actual, said = run.actual, run.predictions[model]
    for threshold in (0.2, 0.5, 0.73):
        chosen = said >= threshold
        ours = headline(run, model, threshold=threshold)
        expected = {
            "roc_auc": reference.roc_auc_score(actual, said),
            "average_precision": reference.average_precision_score(actual, said),
            "brier_score": reference.brier_score_loss(actual, said),
            "log_loss": reference.log_loss(actual, said),
            "accuracy": reference.accuracy_score(actual, chosen),
            "precision": reference.precision_score(actual, chosen),
            "recall": reference.recall_score(actual, chosen),
            "f1": reference.f1_score(actual, chosen),
        }
        for name, value in expected.items():
            assert ours[name].value == pytest.approx(value, abs=1e-9), name
            assert ours[name].low < value < ours[name].high
    assert roc_auc(tally(run, model)).value == pytest.approx(expected["roc_auc"], abs=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_reasons_add_up_for_every_customer(run, model):
    reasons = explain(run, model)
    assert reasons.columns == run.problem.features
    assert reasons.values.shape == (1409, 19)
    fitted = run.model(model)
    matrix = fitted.encoder.transform(run.holdout_frame[list(run.problem.features)])
    estimator = fitted.pipeline[-1]
    output = {
        "linear_regression": lambda: estimator.predict(matrix),
        "logistic_regression": lambda: estimator.decision_function(matrix),
        "decision_tree": lambda: estimator.predict_proba(matrix)[:, 1],
    }[model]()
    assert reasons.base + reasons.values.sum(axis=1) == pytest.approx(output, abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_reasons_equal_the_shap_package(run, model):
    shap = pytest.importorskip("shap")
    fitted = run.model(model)
    encoder, estimator = fitted.encoder, fitted.pipeline[-1]
    features = list(run.problem.features)
    matrix = encoder.transform(run.holdout_frame[features])[:200]
    background = encoder.transform(run.train_frame[features])
    if model == "decision_tree":
        some = run.train_rows[:300]
        background = encoder.transform(run.table.frame.iloc[some][features])
        masker = shap.maskers.Independent(background, max_samples=len(background))
        theirs = shap.TreeExplainer(estimator, masker).shap_values(matrix, check_additivity=False)[:, :, 1]
        from crm_ai.explanation import explain_model

        ours = explain_model(fitted, run.holdout_frame[features].iloc[:200], run.table.frame.iloc[some][features])
    else:
        theirs = shap.LinearExplainer(estimator, shap.maskers.Independent(background, max_samples=len(background)))
        theirs = theirs.shap_values(matrix)
        ours = explain(run, model, rows=run.holdout_rows[:200])
    summed = np.zeros((200, len(features)))
    np.add.at(summed.T, encoder.source_, np.asarray(theirs).T)
    assert ours.values == pytest.approx(summed, abs=1e-6)


def test_lime_is_reproducible_and_shows_its_fit(run):
    row = int(run.holdout_rows[0])
    one = explain_with_lime(run, "logistic_regression", row, seed=3)
    two = explain_with_lime(run, "logistic_regression", row, seed=3)
    pd.testing.assert_frame_equal(one.to_frame(), two.to_frame())
    assert 0 < one.local_fit <= 1


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("segment", ["gender", "SeniorCitizen", "Partner"])
def test_fairness_equals_fairlearn(run, model, segment):
    fairlearn = pytest.importorskip("fairlearn.metrics")
    from crm_ai import audit_fairness

    chosen = run.predictions[model] >= 0.4
    groups = segment_frame(run, segment)
    functions = {
        "selection_rate": fairlearn.selection_rate,
        "true_positive_rate": fairlearn.true_positive_rate,
        "false_positive_rate": fairlearn.false_positive_rate,
        "precision": reference.precision_score,
        "accuracy": reference.accuracy_score,
    }
    frame = fairlearn.MetricFrame(metrics=functions, y_true=run.actual, y_pred=chosen, sensitive_features=groups)
    audit = audit_fairness(run, model, segment, threshold=0.4)
    for metric in functions:
        for group in groups.unique():
            assert audit.by_group[metric][group].value == pytest.approx(frame.by_group.loc[group, metric], abs=1e-9)
        assert audit.overall[metric].value == pytest.approx(frame.overall[metric], abs=1e-9)
        assert audit.difference[metric].value == pytest.approx(frame.difference()[metric], abs=1e-9)
        assert audit.ratio[metric].value == pytest.approx(frame.ratio()[metric], abs=1e-9)
    assert audit.difference["selection_rate"].low <= audit.difference["selection_rate"].value
