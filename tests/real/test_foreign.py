"""Pipelines of other people on the telephone company's customers: missing cells, categories, text where numbers are."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.reductions import DemographicParity, ExponentiatedGradient
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from skrub import tabular_pipeline

from crm_ai import audit_fairness, explain, explain_with_lime, headline, judge_pipeline, propose_problem, read_table
from crm_ai.errors import CrmAiError
from crm_ai.explanation.reliability import examiner, reliability
from crm_ai.modeling import Problem

pytestmark = pytest.mark.real_data
SOME = 20


@pytest.fixture(scope="module")
def frame(real_data):
    return pd.read_csv(real_data("telco_churn.csv"))


@pytest.fixture(scope="module")
def table(real_data):
    return read_table(real_data("telco_churn.csv"))


@pytest.fixture(scope="module")
def problem(table) -> Problem:
    return propose_problem(table).problem


@pytest.fixture(scope="module")
def seen(table):
    return np.random.default_rng(7).permutation(len(table))[:5_600]


def with_numbers(frame):
    return frame.assign(TotalCharges=pd.to_numeric(frame["TotalCharges"], errors="coerce"))


def boosting(frame):
    labels = make_column_selector(dtype_include=["object", "string", "str"])
    return make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore", sparse_output=False), labels), remainder="passthrough"
        ),
        HistGradientBoostingClassifier(max_iter=40, random_state=0),
    )


def skrub_boosting(frame):
    return tabular_pipeline(HistGradientBoostingClassifier(max_iter=30, random_state=0))


@pytest.mark.parametrize(("make", "form"), [(boosting, with_numbers), (skrub_boosting, pd.DataFrame.copy)])
def test_a_pipeline_is_judged_and_explained_as_it_is(frame, table, problem, seen, make, form):
    own, features = form(frame), list(problem.features)
    pipeline = make(own).fit(own.loc[seen, features], own.loc[seen, "Churn"])
    run = judge_pipeline(pipeline, table, problem, like=own, fitted_on=seen)
    said = pipeline.predict_proba(own.iloc[run.holdout_rows][features])[:, 1]
    assert not set(run.holdout_rows) & set(seen)
    assert run.predictions["foreign"] == pytest.approx(said, abs=1e-12)
    auc = roc_auc_score(frame["Churn"].iloc[run.holdout_rows] == "Yes", said)
    assert headline(run, "foreign")["roc_auc"].value == pytest.approx(auc)
    assert auc > 0.82
    missing = np.flatnonzero(table.frame["TotalCharges"].isna())[:5]
    rows = np.concatenate([run.holdout_rows[:SOME], missing])
    reasons = explain(run, "foreign", rows=rows)
    assert reasons.columns == problem.features
    assert reasons.output == pytest.approx(pipeline.predict_proba(own.iloc[rows][features])[:, 1], abs=1e-9)
    assert reasons.importance()["column"].iloc[0] in ("Contract", "tenure")
    assert 0 < reasons.error.max() < 0.1
    row = int(run.holdout_rows[said.argmax()])
    near = explain_with_lime(run, "foreign", row)
    assert reliability(examiner(run, "foreign"), row, near=near).sign_agreement > 0.7


def test_a_mitigated_model_is_audited(frame, table, problem, seen):
    """fairlearn draws its answers by lot: what it is asked for are the chances of the lot."""
    own, features = with_numbers(frame).fillna({"TotalCharges": 0.0}), list(problem.features)
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), make_column_selector(dtype_exclude="number")),
        remainder="passthrough",
    ).set_output(transform="pandas")
    encode.fit(own.loc[seen, features])
    few = seen[:1_500]
    fairer = ExponentiatedGradient(LogisticRegression(solver="liblinear"), DemographicParity(), max_iter=8)
    fairer.fit(
        encode.transform(own.loc[few, features]),
        (own.loc[few, "Churn"] == "Yes").astype(int),
        sensitive_features=own.loc[few, "SeniorCitizen"],
    )

    def chances(customers):
        return fairer._pmf_predict(encode.transform(customers.fillna({"TotalCharges": 0.0})))[:, 1]

    run = judge_pipeline(chances, table, problem, like=own, fitted_on=seen)
    assert headline(run, "foreign")["precision"].value > 0.5
    audit = audit_fairness(run, "foreign", "SeniorCitizen")
    assert sum(audit.sizes.values()) == len(run.holdout_rows)
    reasons = explain(run, "foreign", rows=run.holdout_rows[:SOME])
    said = chances(own.iloc[run.holdout_rows[:SOME]][features])
    assert reasons.output == pytest.approx(said, abs=1e-9)
    lot = np.random.RandomState(0)  # else two draws agree now and then

    def drawn(customers):
        return fairer.predict(encode.transform(customers), random_state=lot)

    with pytest.raises(CrmAiError, match="Asked twice"):
        judge_pipeline(drawn, table, problem, like=own, fitted_on=seen)
