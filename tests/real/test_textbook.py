"""Coefficients of real models equal statsmodels', in the columns' own units."""

from __future__ import annotations

import numpy as np
import pytest

from crm_ai.explanation import coefficients
from crm_ai.explanation.terms import terms
from crm_ai.modeling import answers, propose_problem, train
from crm_ai.table import read_table

CASES = [
    ("telco_churn.csv", "Churn", "logistic_regression"),
    ("telco_churn.csv", "Churn", "linear_regression"),
    ("customer_value.csv", "Customer Lifetime Value", "linear_regression"),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "target", "name"), CASES)
def test_coefficients_equal_statsmodels(real_data, file, target, name):
    import statsmodels.api as sm

    table = read_table(real_data(file))
    run = train(table, propose_problem(table, target=target).problem, [name])
    found = coefficients(run, name).to_frame()
    model = run.model(name)
    matrix = model.encoder.transform(model.cleaned(run.train_frame))
    known = answers(run.table, run.problem)[run.train_rows]
    scales = np.array([term.scale for term in terms(model)])
    kept = np.flatnonzero(np.isfinite(found["standard_error"].to_numpy()[1:]))
    # Where a label separates the answers, its customers tell nothing of the other coefficients.
    endless = np.flatnonzero(np.isinf(found["estimate"].to_numpy()[1:]))
    told = (matrix[:, endless] == 0).all(axis=1)
    matrix, known = matrix[told], known[told]
    # statsmodels loses digits in badly scaled units (dates, incomes): it fits the standardised columns.
    design = sm.add_constant(matrix[:, kept])
    if name == "logistic_regression":
        reference = sm.Logit(known, design).fit(disp=0, method="newton", maxiter=100, tol=1e-14)
    else:
        robust = {"cov_type": "HC1", "use_t": True} if run.problem.labels else {}
        reference = sm.OLS(known, design).fit(**robust)
    ours, unit = found.iloc[kept + 1], scales[kept]
    tolerance = {"rel": 1e-6, "abs": 1e-6}
    assert ours["estimate"].to_numpy() * unit == pytest.approx(reference.params[1:], **tolerance)
    assert ours["standard_error"].to_numpy() * unit == pytest.approx(reference.bse[1:], **tolerance)
    assert ours["p_value"].to_numpy() == pytest.approx(reference.pvalues[1:], **tolerance)
    low, high = reference.conf_int()[1:].T
    assert ours["low"].to_numpy() * unit == pytest.approx(low, **tolerance)
    assert ours["high"].to_numpy() * unit == pytest.approx(high, **tolerance)
    if name == "logistic_regression":
        assert ours["odds_ratio"].to_numpy() == pytest.approx(np.exp(reference.params[1:] / unit), **tolerance)
