import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.explanation import coefficients
from crm_ai.explanation.textbook.aliasing import find_aliases
from crm_ai.explanation.textbook.design import Moments, training_design
from tests.unit.explanation.textbook.reference import FEATURES, fitted, make_frame, outcome, written_out

NUMBERS = ["estimate", "standard_error", "low", "high", "statistic", "p_value"]


@pytest.fixture(scope="module")
def runs():
    frame = make_frame()
    return {
        "value": fitted(frame, "value", ["linear_regression"]),
        "left": fitted(frame, "left", ["linear_regression", "logistic_regression", "decision_tree"]),
        "offer": fitted(frame, "offer", ["logistic_regression"]),
    }


def agree(found, reference, names):
    """All numbers equal to a millionth, of their size or of 1, whichever is larger."""
    found = found.set_index("term").loc[list(names), NUMBERS].to_numpy(float)
    interval = np.asarray(reference.conf_int())
    expected = np.column_stack(
        [reference.params, reference.bse, interval[:, 0], interval[:, 1], reference.tvalues, reference.pvalues]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_linear_regression_equals_statsmodels(runs):
    columns = written_out(runs["value"])
    found = coefficients(runs["value"], "linear_regression")
    reference = sm.OLS(outcome(runs["value"]), columns.to_numpy()).fit()
    assert set(found.to_frame()["term"]) == set(columns)
    assert found.degrees_of_freedom == reference.df_resid
    agree(found.to_frame(), reference, columns)


def test_a_linear_probability_model_has_robust_errors(runs):
    columns = written_out(runs["left"])
    found = coefficients(runs["left"], "linear_regression")
    model = sm.OLS(outcome(runs["left"]), columns.to_numpy())
    agree(found.to_frame(), model.fit(cov_type="HC1", use_t=True), columns)
    assert not np.allclose(found.to_frame()["standard_error"].iloc[1], model.fit().bse[1], rtol=1e-3)
    assert "HC1" in found.notes[0]
    assert found.scale == "probability"


def test_logistic_regression_equals_statsmodels(runs):
    columns = written_out(runs["left"])
    found = coefficients(runs["left"], "logistic_regression").to_frame()
    centred = columns.assign(since=columns["since"] - columns["since"].mean())  # as it is, the reference gets lost
    reference = sm.Logit(outcome(runs["left"]), centred.to_numpy()).fit(tol=1e-12, maxiter=100, disp=0)
    told = [name for name in columns if name != "(intercept)"]
    places = [list(columns).index(name) for name in told]
    rows = found.set_index("term").loc[told]
    np.testing.assert_allclose(rows["estimate"], reference.params[places], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(rows["standard_error"], reference.bse[places], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(rows["statistic"], reference.tvalues[places], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(rows["p_value"], reference.pvalues[places], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(rows[["low", "high"]], reference.conf_int()[places], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(rows["odds_ratio"], np.exp(reference.params[places]), rtol=1e-6)
    odds = np.exp(reference.conf_int()[places])
    np.testing.assert_allclose(rows[["odds_low", "odds_high"]], odds, rtol=1e-6)
    shift = reference.params[list(columns).index("since")] * columns["since"].mean()
    assert found["estimate"].iloc[0] == pytest.approx(reference.params[0] - shift, rel=1e-6)


def test_the_intercepts_error_is_that_of_customers_at_zero(runs):
    columns = written_out(runs["left"]).drop(columns=["since", "since is missing"])
    features = [name for name in FEATURES if name != "since"]
    run = fitted(make_frame(), "left", ["logistic_regression"], features)
    reference = sm.Logit(outcome(run), columns.to_numpy()).fit(tol=1e-12, maxiter=100, disp=0)
    agree(coefficients(run, "logistic_regression").to_frame(), reference, columns)


@pytest.mark.parametrize(("target", "model"), [("value", "linear_regression"), ("left", "logistic_regression")])
def test_the_models_own_coefficients_predict_what_the_model_predicts(runs, target, model):
    run = runs[target]
    columns = written_out(run)
    own = coefficients(run, model).to_frame().set_index("term")["model"].loc[list(columns)]
    output = columns.to_numpy() @ own.to_numpy()
    said = run.model(model).predict(run.train_frame)
    np.testing.assert_allclose(1 / (1 + np.exp(-output)) if target == "left" else output, said, rtol=1e-8)


def test_the_penalty_shrinks(runs):
    found = coefficients(runs["left"], "logistic_regression").to_frame().set_index("term")
    assert abs(found.loc["plan = yearly", "model"]) < abs(found.loc["plan = yearly", "estimate"])
    linear = coefficients(runs["value"], "linear_regression").to_frame()
    np.testing.assert_allclose(linear["model"], linear["estimate"], rtol=1e-6)


def test_each_row_says_what_it_compares(runs):
    found = coefficients(runs["left"], "logistic_regression").to_frame().set_index("term")
    train = runs["left"].train_frame
    row = found.loc["plan = 两年"]
    assert (row["column"], row["level"], row["reference"]) == ("plan", "两年", "monthly")
    assert row["customers"] == (train["plan"] == "两年").sum()
    assert row["step"] == 1
    missing = found.loc["since is missing"]
    assert (missing["column"], missing["level"]) == ("since", "(missing)")
    assert missing["reference"] == f"{train['since'].median():%Y-%m-%d}"
    number = found.loc["<script>"]
    assert (number["level"], number["reference"], number["customers"]) == ("", "", len(train))
    assert number["step"] == pytest.approx(2 * train["<script>"].std(ddof=0))
    assert (found["n"] == len(train)).all()


def test_columns_that_say_the_same_are_named(runs):
    frame = make_frame().assign(twice=lambda f: 2 * f["calls"] + 3, constant=7.0, alike="same")
    frame["online"] = np.where(frame["plan"] == "monthly", "not possible", np.where(frame["calls"] > 2, "yes", "no"))
    features = [*FEATURES, "twice", "constant", "alike", "online"]
    for target, model in (("value", "linear_regression"), ("left", "logistic_regression")):
        run = fitted(frame, target, [model], features)
        found = coefficients(run, model)
        rows = found.to_frame().set_index("term")
        assert rows.loc["twice", "remark"] == "cannot be told apart from “calls”"
        assert "same for all" in rows.loc["constant", "remark"]
        assert "same for all" in rows.loc["alike = same", "remark"]
        assert rows.loc["calls", "remark"] == "speaks for “twice” as well"
        tied = rows.index[rows["remark"].str.startswith("cannot be told apart") & (rows["column"] == "online")]
        assert len(tied) == 1  # three labels of a plan against "not possible"
        assert rows.loc[tied[0], NUMBERS].isna().all()
        assert rows.loc["twice", NUMBERS].isna().all()
        assert any("Left out" in note for note in found.notes)
        rest = written_out(run).drop(columns=["twice", "constant", *tied], errors="ignore")
        kept = [name for name in rest if not name.startswith("alike")]
        scaled = rest[kept] - np.where(rest[kept].std() > 0, rest[kept].mean(), 0)
        maker = sm.OLS if target == "value" else sm.Logit
        fit_options = {} if target == "value" else {"tol": 1e-12, "maxiter": 100, "disp": 0}
        reference = maker(outcome(run), scaled.to_numpy()).fit(**fit_options)
        np.testing.assert_allclose(rows.loc[kept[1:], "estimate"], reference.params[1:], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(rows.loc[kept[1:], "standard_error"], reference.bse[1:], rtol=1e-6)


def test_a_label_that_separates_the_answers_has_no_end():
    frame = make_frame()
    frame.loc[:59, "plan"] = "vip"
    frame.loc[:59, "left"] = "Yes"
    run = fitted(frame, "left", ["logistic_regression"], ["calls", "plan"])
    found = coefficients(run, "logistic_regression")
    rows = found.to_frame().set_index("term")
    assert rows.loc["plan = vip", "estimate"] == np.inf
    assert rows.loc["plan = vip", "odds_ratio"] == np.inf
    assert np.isnan(rows.loc["plan = vip", "p_value"])
    assert "separates" in rows.loc["plan = vip", "remark"]
    assert any("without end" in note for note in found.notes)
    # The others tend to what they are among the other customers.
    others = (run.train_frame["plan"] != "vip").to_numpy()
    columns = written_out(run).drop(columns="plan = vip")
    model = sm.Logit(outcome(run)[others], columns.to_numpy()[others])
    agree(rows.reset_index(), model.fit(tol=1e-12, maxiter=100, disp=0), columns)


def test_answers_that_a_number_separates_are_no_failure():
    calls = np.arange(200.0) % 10
    frame = pd.DataFrame({"calls": calls, "left": np.where(calls > 4, "Yes", "No"), "noise": np.sin(np.arange(200))})
    run = fitted(frame, "left", ["logistic_regression"], ["calls", "noise"])
    found = coefficients(run, "logistic_regression")
    rows = found.to_frame().set_index("term")
    assert any("nothing is said of how sure" in note for note in found.notes)
    assert rows["p_value"].isna().all()
    assert rows.loc["calls", "estimate"] == np.inf
    assert rows.loc["(intercept)", "estimate"] == -np.inf


def test_a_constant_reference_label_that_separates_takes_the_intercept_along():
    generator = np.random.default_rng(3)
    plan = generator.choice(["a", "b", "c"], 600, p=[0.6, 0.2, 0.2])
    left = np.where((plan != "a") & (generator.random(600) < 0.5), "Yes", "No")
    run = fitted(pd.DataFrame({"plan": plan, "left": left, "x": generator.normal(size=600)}), "left",
                 ["logistic_regression"], ["plan", "x"])  # fmt: skip
    rows = coefficients(run, "logistic_regression").to_frame().set_index("term")
    assert rows.loc["(intercept)", "estimate"] == -np.inf
    assert (rows.loc[["plan = b", "plan = c"], "estimate"] == np.inf).all()
    assert np.isfinite(rows.loc["x", ["estimate", "standard_error", "p_value"]].to_numpy(float)).all()


def test_more_columns_than_customers_are_no_failure():
    generator = np.random.default_rng(0)
    names = [f"x{place}" for place in range(40)]
    frame = pd.DataFrame(generator.normal(size=(40, 40)), columns=names)
    frame["value"] = generator.normal(size=40)
    frame["left"] = np.where(generator.random(40) < 0.5, "Yes", "No")
    for target, model in (("value", "linear_regression"), ("left", "logistic_regression")):
        found = coefficients(fitted(frame, target, [model], names), model)
        assert found.to_frame()["p_value"].isna().all()
        assert any("no more customers than coefficients" in note for note in found.notes)


def test_models_without_one_formula_are_refused_kindly(runs):
    with pytest.raises(ProblemError, match="no coefficients"):
        coefficients(runs["left"], "decision_tree")
    with pytest.raises(ProblemError, match="3 answers"):
        coefficients(runs["offer"], "logistic_regression")
    with pytest.raises(ProblemError, match="was trained"):
        coefficients(runs["value"], "logistic_regression")


@pytest.mark.parametrize(("target", "model"), [("value", "linear_regression"), ("left", "logistic_regression")])
def test_blocks_of_customers_add_up(runs, target, model, monkeypatch):
    whole = coefficients(runs[target], model).to_frame()
    monkeypatch.setattr("crm_ai.explanation.textbook.design.BLOCK", 100)
    monkeypatch.setattr("crm_ai.explanation.textbook.design.MOST_KEPT", 0)
    assert not training_design(runs[target], model).kept
    pd.testing.assert_frame_equal(coefficients(runs[target], model).to_frame(), whole, rtol=1e-9)


def test_comparable_estimates_are_ranked(runs):
    found = coefficients(runs["left"], "logistic_regression")
    ranked, rows = found.comparable(), found.to_frame().set_index("term")
    assert "(intercept)" not in set(ranked["term"])
    sizes = np.abs(np.log(ranked["value"]))
    assert (np.diff(sizes) <= 0).all()
    calls = ranked.set_index("term").loc["calls"]
    assert calls["value"] == pytest.approx(np.exp(rows.loc["calls", "estimate"] * rows.loc["calls", "step"]))
    assert (ranked["low"] < ranked["value"]).all()
    assert (ranked["value"] < ranked["high"]).all()


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(0, 4), st.floats(-3, 3))
@settings(max_examples=60, deadline=None)
def test_dropped_columns_are_the_sums_they_are_said_to_be(seed, width, extra, shift):
    generator = np.random.default_rng(seed)
    free = generator.normal(size=(60, width))
    sums = free @ generator.integers(-2, 3, (width, extra)) + shift
    matrix = np.column_stack([np.ones(60), np.column_stack([free, sums])[:, generator.permutation(width + extra)]])
    found = find_aliases(Moments(60, matrix.T @ matrix, np.zeros(matrix.shape[1])))
    assert len(found.kept) == np.linalg.matrix_rank(matrix)
    np.testing.assert_allclose(matrix[:, found.kept] @ found.weights, matrix[:, found.dropped], atol=1e-6)
    some = generator.normal(size=matrix.shape[1])
    np.testing.assert_allclose(matrix[:, found.kept] @ found.folded(some), matrix @ some, atol=1e-5)


@pytest.mark.parametrize("scale", ["log", "tweedie"])
def test_amounts_by_factors_have_no_sum_to_write_out(scale):
    from dataclasses import replace

    from crm_ai.explanation import has_formula
    from crm_ai.modeling import Scale, propose_problem, train
    from crm_ai.table import table_from_frame

    months = np.arange(300.0) % 40
    table = table_from_frame(pd.DataFrame({"months": months, "spent": np.exp(months / 20)}))
    problem = replace(propose_problem(table, target="spent", features=["months"]).problem, scale=Scale(scale))
    run = train(table, problem, ["linear_regression"])
    assert not has_formula(run, "linear_regression")
    with pytest.raises(ProblemError, match="there is no sum to write out"):
        coefficients(run, "linear_regression")
