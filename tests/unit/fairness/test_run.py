import numpy as np
import pytest
from fairlearn import metrics as fairlearn

from crm_ai.errors import CrmAiError
from crm_ai.fairness import audit_fairness
from crm_ai.modeling import propose_problem, train
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


def test_yes_no_question_by_segment(runs):
    run = runs["Churn"]
    audit = audit_fairness(run, "decision_tree", "gender", threshold=0.4)
    groups = run.holdout_frame["gender"].astype(str).to_numpy()
    chosen = run.predictions["decision_tree"] >= 0.4
    for group in np.unique(groups):
        expected = fairlearn.selection_rate(run.actual[groups == group], chosen[groups == group])
        assert audit.by_group["selection_rate"][group].value == pytest.approx(expected, abs=1e-12)
    assert audit.segment == "gender"
    assert "gender" in audit.verdict


def test_numbers_by_segment_that_is_no_feature(runs):
    audit = audit_fairness(runs["value"], "linear_regression", "gender")
    assert set(audit.by_group) == {"rmse", "mae", "mean_error"}
    assert set(audit.sizes) == {"f", "m"}


def test_each_of_several_answers_by_segment(runs):
    run = runs["offer"]
    for place, label in enumerate(run.problem.labels):
        audit = audit_fairness(run, "decision_tree", "gender", threshold=0.3, label=label)
        chosen = run.predictions["decision_tree"][:, place] >= 0.3
        assert audit.overall["selection_rate"].value == pytest.approx(chosen.mean(), abs=1e-12)


def test_numeric_segment_is_cut_into_bands(runs):
    audit = audit_fairness(runs["Churn"], "decision_tree", "months")
    assert len(audit.sizes) > 1
    assert sum(audit.sizes.values()) == 120


def test_a_model_that_was_not_trained_is_named(runs):
    with pytest.raises(CrmAiError, match="magic"):
        audit_fairness(runs["Churn"], "magic", "gender")
