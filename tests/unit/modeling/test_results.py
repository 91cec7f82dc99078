import numpy as np
import pytest

from crm_ai.errors import ProblemError
from crm_ai.modeling import confusion_tally, error_tally, group_codes, headline, propose_problem, tally, train
from crm_ai.table import table_from_frame
from tests.unit.modeling.test_training import make_frame


@pytest.fixture(scope="module")
def runs():
    table = table_from_frame(make_frame())
    features = ["months", "calls", "plan"]
    return {
        target: train(table, propose_problem(table, target=target, features=features, segments=["gender"]).problem)
        for target in ("Churn", "value", "offer")
    }


def test_tally_counts_every_holdout_customer_once(runs):
    run = runs["Churn"]
    assert tally(run, "decision_tree").n == 120
    parts = tally(run, "decision_tree", segment="gender")
    assert parts.counts.sum() == 120
    codes, names = group_codes(run, "gender")
    assert parts.groups == names
    assert parts.counts.sum(axis=(1, 2)).tolist() == np.bincount(codes).tolist()


def test_several_answers_are_tallied_one_against_the_rest(runs):
    run = runs["offer"]
    for place, label in enumerate(run.problem.labels):
        assert tally(run, "decision_tree", label=label).counts[:, 1].sum() == (run.actual == place).sum()
    assert confusion_tally(run, "decision_tree").counts.sum() == 120
    with pytest.raises(ProblemError, match="none of the answers"):
        tally(run, "decision_tree", label="nothing")


def test_numbers_have_errors_instead_of_thresholds(runs):
    assert error_tally(runs["value"], "linear_regression", segment="gender").groups == ("f", "m")
    with pytest.raises(ProblemError, match="no thresholds"):
        tally(runs["value"], "linear_regression")


@pytest.mark.parametrize("target", ["Churn", "value", "offer"])
def test_every_headline_figure_has_an_interval_around_it(runs, target):
    for model in runs[target].models:
        for name, estimate in headline(runs[target], model).items():
            assert estimate.low <= estimate.value <= estimate.high, name
            assert 0 < estimate.n <= 120


def test_model_that_was_not_trained_is_named(runs):
    with pytest.raises(ProblemError, match="magic"):
        headline(runs["Churn"], "magic")
