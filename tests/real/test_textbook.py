"""Regressions on public data, read as in a textbook and held to statsmodels."""

import math
import sqlite3

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from crm_ai import propose_problem, read_table, train
from crm_ai.explanation import coefficients, collinearity, diagnostics, formula_sql
from tests.unit.explanation.textbook.reference import outcome, written_out

pytestmark = pytest.mark.real_data
NUMBERS = ["estimate", "standard_error", "low", "high", "statistic", "p_value"]


@pytest.fixture(scope="module")
def telco(real_data):
    table = read_table(real_data("telco_churn.csv"))
    return train(table, propose_problem(table).problem, ["linear_regression", "logistic_regression"])


@pytest.fixture(scope="module")
def value(real_data):
    table = read_table(real_data("customer_value.csv"))
    return train(table, propose_problem(table, target="Customer Lifetime Value").problem, ["linear_regression"])


def independent(run):
    """The columns written out without those that repeat earlier ones."""
    columns, kept = written_out(run), []
    for name in columns:
        residual = columns[name]
        if kept:
            part = columns[kept].to_numpy()
            residual = residual - part @ np.linalg.lstsq(part, columns[name], rcond=None)[0]
        if np.linalg.norm(residual) > 1e-7 * np.linalg.norm(columns[name]):
            kept.append(name)
    return columns[kept]


def agree(run, model, reference, names):
    found = coefficients(run, model).to_frame().set_index("term")
    interval = np.asarray(reference.conf_int())
    expected = np.column_stack(
        [reference.params, reference.bse, interval[:, 0], interval[:, 1], reference.tvalues, reference.pvalues]
    )
    np.testing.assert_allclose(found.loc[list(names), NUMBERS].to_numpy(float), expected, rtol=1e-6, atol=1e-6)
    left_out = found.index.difference(list(names))
    assert found.loc[left_out, "p_value"].isna().all()
    return found


def test_churn_by_linear_regression(telco):
    columns = independent(telco)
    reference = sm.OLS(outcome(telco), columns.to_numpy()).fit(cov_type="HC1", use_t=True)
    found = agree(telco, "linear_regression", reference, columns)
    repeated = found["remark"] == "cannot be told apart from “InternetService = No”"
    assert repeated.sum() == 6
    assert all("No internet service" in name for name in found.index[repeated])


def test_churn_by_logistic_regression(telco):
    # All eight customers without charges stayed: their column has no finite estimate, and the others do without them.
    columns = independent(telco).drop(columns="TotalCharges is missing")
    known = telco.train_frame["TotalCharges"].notna().to_numpy()
    assert (~known).sum() == 8
    model = sm.Logit(outcome(telco)[known], columns.to_numpy()[known])
    reference = model.fit(tol=1e-13, maxiter=100, disp=0)
    found = agree(telco, "logistic_regression", reference, columns)
    np.testing.assert_allclose(found.loc[list(columns), "odds_ratio"], np.exp(reference.params), rtol=1e-6)
    bounds = np.exp(reference.conf_int())
    np.testing.assert_allclose(found.loc[list(columns), ["odds_low", "odds_high"]], bounds, rtol=2e-6)
    assert found.loc["TotalCharges is missing", "estimate"] == -np.inf
    tests = diagnostics(telco, "logistic_regression")
    assert tests["mcfadden_r_squared"].value == pytest.approx(0.287, abs=0.005)


def test_customer_value_by_linear_regression(value):
    columns = independent(value)
    reference = sm.OLS(outcome(value), columns.to_numpy()).fit()
    found = agree(value, "linear_regression", reference, columns)
    assert len(found) > 40
    tests = diagnostics(value, "linear_regression")
    assert tests["f_statistic"].value == pytest.approx(reference.fvalue, rel=1e-6)
    assert tests["adjusted_r_squared"].value == pytest.approx(reference.rsquared_adj, rel=1e-8)
    influence = reference.get_influence()
    # Some customers alone have a label or lack a number: they are met exactly, and the reference divides 0 by 0.
    near = influence.cooks_distance[0][influence.hat_matrix_diag < 1 - 1e-8]
    assert len(near) < len(columns) + reference.df_resid
    assert tests["largest_cooks_distance"].value == pytest.approx(near.max(), rel=1e-6)


def test_customer_values_columns_inflate_as_statsmodels_says(value):
    columns = independent(value)
    found = collinearity(value, "linear_regression").set_index("term")["vif"]
    matrix = columns.to_numpy()
    finite = [name for name in columns if name != "(intercept)" and np.isfinite(found[name])]
    for name in finite[::4]:
        expected = variance_inflation_factor(matrix, list(columns).index(name))
        assert found[name] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("model", ["linear_regression", "logistic_regression"])
def test_a_database_scores_churn_as_the_model_does(telco, model):
    frame = telco.table.frame[list(telco.problem.features)]
    with sqlite3.connect(":memory:") as database:
        database.create_function("exp", 1, math.exp)
        plain = frame.astype({name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)})
        plain.to_sql("customers", database, index=False)
        answer = database.execute(f"SELECT {formula_sql(telco, model)} FROM customers").fetchall()
    assert frame["TotalCharges"].isna().sum() == 11
    np.testing.assert_allclose(np.ravel(answer).astype(float), telco.model(model).predict(frame), rtol=1e-9, atol=1e-9)


def test_a_database_scores_customer_value_as_the_model_does(value):
    frame = value.table.frame[list(value.problem.features)]
    with sqlite3.connect(":memory:") as database:
        plain = frame.astype({name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)})
        plain.to_sql("customers", database, index=False)
        answer = database.execute(f"SELECT {formula_sql(value, 'linear_regression')} FROM customers").fetchall()
    expected = value.model("linear_regression").predict(frame)
    np.testing.assert_allclose(np.ravel(answer).astype(float), expected, rtol=1e-9)
