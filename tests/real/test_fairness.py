"""Audits of the telephone company's and the German bank's customers, held to fairlearn."""

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from sklearn import metrics as reference

from crm_ai import audit_fairness, propose_problem, read_table, train
from crm_ai.fairness import audit_data, candidates, frontier, proxies
from crm_ai.modeling import Segment, segment_frame
from crm_ai.table import table_from_frame

pytestmark = pytest.mark.real_data
FUNCTIONS = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": reference.precision_score,
    "accuracy": reference.accuracy_score,
}
TELCO = [
    "gender",
    "SeniorCitizen",
    "Partner",
    Segment(("gender", "SeniorCitizen")),
    Segment(("gender", "SeniorCitizen", "Partner")),
    Segment(("tenure",), {"tenure": (12, 24, 48)}),
]
GERMAN = ["sex", Segment(("age",), {"age": (25, 40, 60)}), Segment(("sex", "age"), {"age": (26,)})]


@pytest.fixture(scope="module")
def telco(real_data):
    table = read_table(real_data("telco_churn.csv"))
    return train(table, propose_problem(table).problem, ["logistic_regression"])


@pytest.fixture(scope="module")
def german(real_data):
    frame = read_table(real_data("german_credit.csv")).frame
    sex = np.where(frame["personal_status"].isin(["A92", "A95"]), "female", "male")  # as Statlog's key says
    table = table_from_frame(frame.assign(sex=sex))
    problem = propose_problem(table, target="credit", positive="2", segments=["sex", "age"], holdout=0.4).problem
    return train(table, problem, ["logistic_regression"])


def assert_equals_fairlearn(run, segment, threshold):
    groups, chosen = segment_frame(run, segment), run.predictions["logistic_regression"] >= threshold
    frame = fairlearn.MetricFrame(metrics=FUNCTIONS, y_true=run.actual, y_pred=chosen, sensitive_features=groups)
    audit = audit_fairness(run, "logistic_regression", segment, threshold=threshold)
    assert set(audit.sizes) == set(groups)
    for metric in FUNCTIONS:
        for group in audit.sizes:
            known = (run.actual[groups == group], chosen[groups == group])
            if audit.by_group[metric][group].known:  # fairlearn says 0 where nobody is looked at
                assert audit.by_group[metric][group].value == pytest.approx(frame.by_group.loc[group, metric], abs=1e-9)
            else:
                assert FUNCTIONS[metric](*known) == 0
        assert audit.overall[metric].value == pytest.approx(frame.overall[metric], abs=1e-9)
    large = groups.isin(audit.compared).to_numpy()
    compared = fairlearn.MetricFrame(
        metrics=FUNCTIONS, y_true=run.actual[large], y_pred=chosen[large], sensitive_features=groups[large]
    )
    for metric in FUNCTIONS:
        if all(audit.by_group[metric][group].known for group in audit.compared):
            assert audit.difference[metric].value == pytest.approx(compared.difference()[metric], abs=1e-9)
            assert audit.ratio[metric].value == pytest.approx(compared.ratio()[metric], abs=1e-9)
    for name in (
        "demographic_parity_difference", "demographic_parity_ratio", "equalized_odds_difference",
        "equalized_odds_ratio", "equal_opportunity_difference", "equal_opportunity_ratio",
    ):  # fmt: skip
        expected = getattr(fairlearn, name)(run.actual[large], chosen[large], sensitive_features=groups[large])
        assert audit.parity[name].value == pytest.approx(expected, abs=1e-9), name


@pytest.mark.parametrize("threshold", [0.3, 0.5])
@pytest.mark.parametrize("segment", TELCO, ids=lambda segment: getattr(segment, "name", segment))
def test_telephone_customers(telco, segment, threshold):
    assert_equals_fairlearn(telco, segment, threshold)


@pytest.mark.parametrize("threshold", [0.3, 0.5])
@pytest.mark.parametrize("segment", GERMAN, ids=lambda segment: getattr(segment, "name", segment))
def test_borrowers(german, segment, threshold):
    assert_equals_fairlearn(german, segment, threshold)


def test_bands_and_combinations_have_readable_names(german):
    groups = audit_fairness(german, "logistic_regression", GERMAN[2]).sizes
    assert set(groups) == {f"sex: {sex} · age: {band}" for sex in ("female", "male") for band in ("< 26", "≥ 26")}


def test_seniors_leave_more_often_before_any_model(telco):
    seniors, gender = audit_data(telco.table, telco.problem, ["SeniorCitizen", "gender"])
    share = (
        telco.table.frame["Churn"].astype(str).eq("Yes").groupby(telco.table.frame["SeniorCitizen"].astype(str)).mean()
    )
    for group, value in share.items():
        assert seniors.by_group[str(group)].value == pytest.approx(value)
    assert seniors.judgement.value == "gap"
    assert gender.judgement.value == "no evidence of a gap"


def test_dependents_tell_partners(telco):
    found = proxies(telco.table, telco.problem, "Partner")
    assert set(found.columns["column"][:2]) == {"Dependents", "tenure"}
    assert 0.7 < found.together < 0.95


@pytest.mark.parametrize("which", ["telco", "german"])
def test_two_methods_and_more_halve_the_gap_at_a_small_cost(which, request):
    run = request.getfixturevalue(which)
    segment, threshold = {"telco": ("SeniorCitizen", 0.5), "german": ("sex", 0.3)}[which]
    found = candidates(run, "logistic_regression", segment, threshold=threshold)
    table = frontier(run, "logistic_regression", found, segment=segment, threshold=threshold)
    for _side, part in table.groupby("on"):
        before = part.loc[part["name"] == "", "gap"].iloc[0]
        halved = part[part["gap"] < before / 2]
        assert len(halved) >= 2
        assert halved["auc_change"].max() > -0.02
        assert (halved["auc_change_low"] < halved["auc_change_high"]).all()
