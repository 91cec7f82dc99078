import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import chi2
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.stattools import jarque_bera

from crm_ai.errors import ProblemError
from crm_ai.explanation import diagnostics
from crm_ai.explanation.textbook.diagnostic import judged, probability_in_words
from tests.unit.explanation.textbook.reference import fitted, make_frame, outcome, written_out


@pytest.fixture(scope="module")
def runs():
    frame = make_frame()
    return {
        "value": fitted(frame, "value", ["linear_regression"]),
        "left": fitted(frame, "left", ["linear_regression", "logistic_regression", "decision_tree"]),
    }


@pytest.fixture(scope="module")
def least_squares(runs):
    columns = written_out(runs["value"])
    return sm.OLS(outcome(runs["value"]), (columns - columns.mean() * (columns.std() > 0)).to_numpy()).fit()


def near(diagnostic, value, p_value):
    assert diagnostic.value == pytest.approx(value, rel=1e-6)
    assert diagnostic.p_value == pytest.approx(p_value, rel=1e-6, abs=1e-12)


def test_linear_tests_equal_statsmodels(runs, least_squares):
    found = diagnostics(runs["value"], "linear_regression")
    near(found["f_statistic"], least_squares.fvalue, least_squares.f_pvalue)
    assert found["r_squared"].value == pytest.approx(least_squares.rsquared, rel=1e-9)
    assert found["adjusted_r_squared"].value == pytest.approx(least_squares.rsquared_adj, rel=1e-9)
    near(found["breusch_pagan"], *het_breuschpagan(least_squares.resid, least_squares.model.exog)[:2])
    statistic, p_value, skewness, kurtosis = jarque_bera(least_squares.resid)
    near(found["jarque_bera"], statistic, p_value)
    assert found["skewness"].value == pytest.approx(skewness, rel=1e-6)
    assert found["kurtosis"].value == pytest.approx(kurtosis, rel=1e-6)


def test_influence_equals_statsmodels_and_names_the_rows(runs, least_squares):
    found = diagnostics(runs["value"], "linear_regression")
    influence = least_squares.get_influence()
    order = np.argsort(-influence.cooks_distance[0])[:10]
    assert found.influential["row"].tolist() == runs["value"].train_rows[order].tolist()
    np.testing.assert_allclose(found.influential["distance"], influence.cooks_distance[0][order], rtol=1e-6)
    np.testing.assert_allclose(found.influential["leverage"], influence.hat_matrix_diag[order], rtol=1e-6)
    np.testing.assert_allclose(found.influential["residual"], least_squares.resid[order], rtol=1e-6)
    assert found["largest_cooks_distance"].value == found.influential["distance"].iloc[0]


def test_a_linear_probability_models_overall_test_is_robust(runs):
    columns = written_out(runs["left"])
    robust = sm.OLS(outcome(runs["left"]), (columns - columns.mean() * (columns.std() > 0)).to_numpy()).fit(
        cov_type="HC1", use_t=True
    )
    found = diagnostics(runs["left"], "linear_regression")
    near(found["f_statistic"], float(robust.fvalue), float(robust.f_pvalue))
    assert "breusch_pagan" not in {entry.name for entry in found.entries}


def test_logistic_tests_equal_statsmodels_and_their_definition(runs):
    columns = written_out(runs["left"])
    centred = columns - columns.mean() * (columns.std() > 0)
    actual = outcome(runs["left"])
    reference = sm.Logit(actual, centred.to_numpy()).fit(tol=1e-12, maxiter=100, disp=0)
    found = diagnostics(runs["left"], "logistic_regression")
    near(found["likelihood_ratio"], reference.llr, reference.llr_pvalue)
    assert found["mcfadden_r_squared"].value == pytest.approx(reference.prsquared, rel=1e-9)
    tenths = pd.DataFrame({"said": reference.predict(), "actual": actual})
    sums = tenths.groupby(pd.qcut(tenths["said"], 10), observed=True).agg(["sum", "size"])
    expected, observed, size = sums["said", "sum"], sums["actual", "sum"], sums["said", "size"]
    statistic = ((observed - expected) ** 2 / (expected * (1 - expected / size))).sum()
    near(found["hosmer_lemeshow"], statistic, chi2.sf(statistic, 8))


@pytest.mark.parametrize(("spread", "uneven"), [(lambda x: 1 + 0 * x, False), (lambda x: np.exp(x), True)])
def test_uneven_errors_are_told_in_words(spread, uneven):
    generator = np.random.default_rng(5)
    x = generator.normal(size=2000)
    frame = pd.DataFrame({"x": x, "value": 3 * x + generator.normal(size=2000) * spread(x)})
    found = diagnostics(fitted(frame, "value", ["linear_regression"], ["x"]), "linear_regression")
    assert found["breusch_pagan"].meaning.startswith("Errors are larger for some") == uneven
    assert found["jarque_bera"].meaning.startswith("Errors do not follow") == uneven
    assert all(entry.meaning for entry in found.entries)


def test_a_customer_far_off_is_found():
    generator = np.random.default_rng(5)
    frame = pd.DataFrame({"x": generator.normal(size=400)})
    frame["value"] = frame["x"] + generator.normal(0, 0.1, 400)
    run = fitted(frame, "value", ["linear_regression"], ["x"])
    row = int(run.train_rows[7])
    frame.loc[row, ["x", "value"]] = [30.0, -300.0]
    found = diagnostics(fitted(frame, "value", ["linear_regression"], ["x"]), "linear_regression")
    assert found.influential["row"].iloc[0] == row
    assert "One customer alone" in found["largest_cooks_distance"].meaning
    assert f"row {row + 1};" in found["largest_cooks_distance"].meaning


def test_odd_tables_are_no_failure():
    generator = np.random.default_rng(0)
    exact = pd.DataFrame({"x": np.arange(100.0), "value": 3 * np.arange(100.0), "flat": 5.0})
    for features in (["x"], ["flat"], ["x", "flat"]):
        found = diagnostics(fitted(exact, "value", ["linear_regression"], features), "linear_regression")
        assert len(found.to_frame()) == 8
    wide = pd.DataFrame(generator.normal(size=(40, 40)), columns=[f"x{place}" for place in range(40)])
    wide["value"], wide["left"] = generator.normal(size=40), np.where(np.arange(40) % 2, "Yes", "No")
    names = [f"x{place}" for place in range(40)]
    assert np.isnan(diagnostics(fitted(wide, "value", ["linear_regression"], names), "linear_regression")[
        "f_statistic"
    ].p_value)  # fmt: skip
    assert diagnostics(fitted(wide, "left", ["logistic_regression"], names), "logistic_regression")[
        "mcfadden_r_squared"
    ].value == pytest.approx(1, abs=1e-6)


def test_other_models_are_refused(runs):
    with pytest.raises(ProblemError):
        diagnostics(runs["left"], "decision_tree")


def test_words_of_probability():
    assert probability_in_words(0.05) == "p = 0.050"
    assert probability_in_words(float("nan")) == "p unknown"
    assert judged(0.01, sure="yes {p}", unsure="no") == "yes p = 0.010"
    assert judged(0.5, sure="yes", unsure="no") == "no"
    assert "cannot be tested" in judged(float("nan"), sure="yes", unsure="no")
