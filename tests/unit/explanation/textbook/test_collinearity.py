import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.outliers_influence import variance_inflation_factor

from crm_ai.errors import ProblemError
from crm_ai.explanation import collinearity, collinearity_in_words
from tests.unit.explanation.textbook.reference import FEATURES, fitted, make_frame, written_out


@pytest.fixture(scope="module")
def run():
    frame = make_frame()
    frame["charge"] = frame["calls"] * 3 + frame["<script>"] + np.random.default_rng(1).normal(0, 0.2, len(frame))
    return fitted(frame, "value", ["linear_regression"], [*FEATURES, "charge"])


def test_factors_equal_statsmodels(run):
    columns = written_out(run)
    found = collinearity(run, "linear_regression").set_index("term")["vif"]
    for place, name in enumerate(columns):
        if name != "(intercept)":
            assert found[name] == pytest.approx(variance_inflation_factor(columns.to_numpy(), place), rel=1e-6)


def test_generalised_factors_equal_their_definition(run):
    columns = written_out(run).drop(columns="(intercept)")
    found = collinearity(run, "linear_regression")
    correlation = columns.corr()
    for _name, group in found.groupby("column"):
        own = list(group["term"])
        others = [column for column in columns if column not in own]
        minors = [np.linalg.det(correlation.loc[part, part]) for part in (own, others, list(columns))]
        gvif = minors[0] * minors[1] / minors[2]
        assert group["gvif"].iloc[0] == pytest.approx(gvif, rel=1e-6)
        assert (group["degrees_of_freedom"] == len(own)).all()
        assert group["inflation"].iloc[0] == pytest.approx(gvif ** (1 / (2 * len(own))), rel=1e-6)
        if len(own) == 1:
            assert group["gvif"].iloc[0] == pytest.approx(group["vif"].iloc[0], rel=1e-9)


def test_columns_that_share_their_information_are_named(run):
    found = collinearity(run, "linear_regression")
    shared = found.drop_duplicates("column").set_index("column")["shared_with"]
    assert shared["charge"] == ("calls", "<script>")
    assert shared["plan"] == ()
    said = collinearity_in_words(found)
    assert "3.16" in said[0]
    assert any(line.startswith("“charge” shares its information with “calls”, “<script>”") for line in said)
    assert not any("“plan”" in line for line in said)


def test_columns_that_say_the_very_same_are_told_once():
    frame = make_frame().assign(twice=lambda f: -2 * f["calls"], thrice=lambda f: 3 * f["calls"], constant=4.0)
    run = fitted(frame, "left", ["logistic_regression"], ["calls", "plan", "twice", "thrice", "constant"])
    found = collinearity(run, "logistic_regression")
    factors = found.set_index("term")["vif"]
    assert np.isinf(factors[["calls", "twice", "thrice"]]).all()
    assert np.isnan(factors["constant"])
    assert np.isfinite(factors[[name for name in factors.index if name.startswith("plan")]]).all()
    said = collinearity_in_words(found)
    assert len(said) == 2
    assert said[1].startswith("“calls”, “twice”, “thrice” say partly the very same")


def test_labels_of_one_column_that_exclude_each_other_are_no_trouble():
    """Fifty-fifty labels with a rare reference have large factors each, but not together."""
    generator = np.random.default_rng(0)
    plan = generator.choice(["a", "b", "c"], 3000, p=[0.34, 0.33, 0.33])
    frame = pd.DataFrame({"plan": plan, "x": generator.normal(size=3000), "value": generator.normal(size=3000)})
    found = collinearity(fitted(frame, "value", ["linear_regression"], ["plan", "x"]), "linear_regression")
    plans = found[found["column"] == "plan"]
    assert (plans["vif"] > 1.2).all()
    assert (plans["inflation"] < 1.01).all()
    assert collinearity_in_words(found)[0].startswith("No column shares")


def test_a_lone_column_has_a_factor_of_one():
    run = fitted(make_frame(), "left", ["linear_regression", "decision_tree"], ["calls"])
    found = collinearity(run, "linear_regression")
    assert found[["vif", "gvif", "inflation"]].to_numpy().ravel() == pytest.approx([1, 1, 1])
    with pytest.raises(ProblemError):
        collinearity(run, "decision_tree")
