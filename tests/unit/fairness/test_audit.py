import math

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from crm_ai.evaluation import tally_confusion, tally_errors, tally_scores
from crm_ai.fairness import FAIRNESS_METRICS, across_thresholds, audit_answers, audit_errors, audit_tally

FUNCTIONS = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": reference.precision_score,
    "accuracy": reference.accuracy_score,
}


def simulated(n=3000, groups=3, seed=0):
    rng = np.random.default_rng(seed)
    group = rng.choice(groups, n, p=np.arange(1, groups + 1) / np.arange(1, groups + 1).sum())
    outcome = (rng.random(n) < 0.2 + 0.1 * group).astype(int)
    score = 1 / (1 + np.exp(-(rng.normal(size=n) + outcome - 1 + 0.4 * group)))
    return outcome, score, group


def names(groups):
    return tuple(f"group {g}" for g in range(groups))


@pytest.mark.parametrize("groups", [2, 3, 6])
@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.71])
def test_figures_equal_fairlearns(groups, threshold):
    outcome, score, group = simulated(groups=groups, seed=groups)
    chosen, labels = score >= threshold, np.asarray(names(groups))[group]
    frame = fairlearn.MetricFrame(metrics=FUNCTIONS, y_true=outcome, y_pred=chosen, sensitive_features=labels)
    audit = audit_tally(tally_scores(outcome, score, group, names(groups)), threshold)
    assert set(audit.by_group) == set(FUNCTIONS) == set(FAIRNESS_METRICS)
    for metric in FUNCTIONS:
        for name in names(groups):
            assert audit.by_group[metric][name].value == pytest.approx(frame.by_group.loc[name, metric], abs=1e-9)
        assert audit.overall[metric].value == pytest.approx(frame.overall[metric], abs=1e-9)
        assert audit.difference[metric].value == pytest.approx(frame.difference()[metric], abs=1e-9)
        assert audit.ratio[metric].value == pytest.approx(frame.ratio()[metric], abs=1e-9)
    precision = fairlearn.MetricFrame(
        metrics=reference.precision_score, y_true=outcome, y_pred=chosen, sensitive_features=labels
    )
    own = {"predictive_parity_difference": precision.difference(), "predictive_parity_ratio": precision.ratio()}
    for name, estimate in audit.parity.items():
        expected = own.get(name)
        if expected is None:
            expected = getattr(fairlearn, name)(outcome, chosen, sensitive_features=labels)
        assert estimate.value == pytest.approx(expected, abs=1e-9), name
        assert estimate.low <= estimate.value <= estimate.high


def test_small_groups_are_shown_but_never_compared():
    outcome, score, group = simulated(groups=2)
    group[:29], score[:29] = 2, 1.0
    tally = tally_scores(outcome, score, group, names(3))
    audit = audit_tally(tally, 0.5)
    assert audit.too_few == ("group 2",)
    assert audit.compared == ("group 0", "group 1")
    assert audit.by_group["selection_rate"]["group 2"].value == 1.0
    shares = [audit.by_group["selection_rate"][name].value for name in audit.compared]
    assert audit.difference["selection_rate"].value == pytest.approx(max(shares) - min(shares))
    assert audit.difference["selection_rate"].n == 3000 - 29
    assert "group 2" not in audit.extremes("selection_rate")
    assert audit.overall["selection_rate"].n == 3000


def test_what_is_undefined_in_a_group_is_left_out():
    outcome = np.array([0, 1] * 50 + [0, 1] * 50 + [0] * 100)
    score = np.array([0.1, 0.9] * 50 + [0.9, 0.9] * 50 + [0.1] * 100)
    audit = audit_tally(tally_scores(outcome, score, np.repeat([0, 1, 2], 100), names(3)), 0.5)
    assert math.isnan(audit.by_group["precision"]["group 2"].value)
    assert math.isnan(audit.by_group["true_positive_rate"]["group 2"].value)
    assert audit.difference["precision"].value == pytest.approx(0.5)
    assert audit.ratio["selection_rate"].value == 0


@pytest.mark.parametrize("n", [3, 29, 100])
def test_one_group_has_no_gap_to_anybody(n):
    audit = audit_tally(tally_scores(np.arange(n) % 2, np.full(n, 0.7), np.zeros(n, int), ("all",)), 0.5)
    assert math.isnan(audit.difference["selection_rate"].value)
    assert math.isnan(audit.ratio["selection_rate"].value)
    assert audit.four_fifths is None
    assert audit.extremes("accuracy") is None
    assert audit.overall["selection_rate"].value == 1.0


def test_four_fifths_rule():
    outcome, group = np.zeros(400, int), np.repeat([0, 1], 200)
    for selected, passes in ((80, True), (79, False), (100, True)):
        score = np.concatenate([np.arange(200) < 100, np.arange(200) < selected]).astype(float)
        assert audit_tally(tally_scores(outcome, score, group, "ab"), 0.5).four_fifths is passes


def test_frame_is_tidy_and_complete():
    outcome, score, group = simulated()
    frame = audit_tally(tally_scores(outcome, score, group, names(3)), 0.5, segment="age").to_frame()
    assert list(frame.columns) == ["segment", "kind", "group", "metric", "value", "low", "high", "n", "too_few"]
    assert frame["kind"].value_counts().to_dict() == {
        "group": 18, "overall": 6, "difference": 6, "ratio": 6, "parity": 8,
    }  # fmt: skip
    assert (frame["segment"] == "age").all()
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()
    assert not frame.duplicated(["kind", "group", "metric"]).any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=200),
    st.floats(0, 1),
)
def test_no_data_make_trouble_or_nonsense(rows, threshold):
    outcome, score, group = zip(*rows, strict=True)
    audit = audit_tally(tally_scores(outcome, score, group, "abcd"), threshold, segment="x")
    assert sum(audit.sizes.values()) == len(rows)
    assert "nan" not in audit.verdict
    frame = audit.to_frame()
    known = frame[frame["value"].notna()]
    assert known["value"].between(0, 1).all()
    assert (known["low"] <= known["value"] + 1e-12).all()
    assert (known["value"] <= known["high"] + 1e-12).all()


def test_thresholds_move_every_group_downwards():
    outcome, score, group = simulated()
    tally = tally_scores(outcome, score, group, names(3))
    frame = across_thresholds(tally)
    assert len(frame) == 101 * 3
    for name, part in frame.groupby("group"):
        assert part["selection_rate"].is_monotonic_decreasing
        at_half = part[part["threshold"] == 0.5].iloc[0]
        estimate = audit_tally(tally, 0.5).by_group["precision"][name]
        assert at_half[["precision", "precision_low", "precision_high"]].tolist() == [
            estimate.value, estimate.low, estimate.high,
        ]  # fmt: skip


def test_errors_of_numbers_by_group():
    rng = np.random.default_rng(0)
    group, actual = rng.integers(0, 2, 2000), rng.normal(size=2000)
    predicted = actual + rng.normal(size=2000) * (1 + group) + 0.5 * group
    audit = audit_errors(tally_errors(actual, predicted, group, ("f", "m")), segment="gender")
    for place, name in enumerate(("f", "m")):
        mine = group == place
        expected = reference.mean_absolute_error(actual[mine], predicted[mine])
        assert audit.by_group["mae"][name].value == pytest.approx(expected)
        expected = reference.root_mean_squared_error(actual[mine], predicted[mine])
        assert audit.by_group["rmse"][name].value == pytest.approx(expected)
    assert audit.ratio["mae"].value == pytest.approx(
        audit.by_group["mae"]["f"].value / audit.by_group["mae"]["m"].value
    )
    assert audit.gaps == ("mae", "mean_error")
    assert audit.four_fifths is None
    assert math.isnan(audit.threshold)
    assert set(audit.to_frame()["kind"]) == {"group", "overall", "difference", "ratio"}


def test_a_million_customers_cost_no_more_than_a_hundred():
    outcome, score, group = simulated(n=1_000_000)
    audit = audit_tally(tally_scores(outcome, score, group, names(3)), 0.5)
    assert audit.by_group["selection_rate"]["group 1"].value == (score[group == 1] >= 0.5).mean()


def test_each_of_several_answers_as_the_model_chooses_it():
    rng = np.random.default_rng(0)
    group, actual = rng.integers(0, 2, 3000), rng.integers(0, 3, 3000)
    said = np.where(rng.random(3000) < np.where(group, 0.5, 0.8), actual, rng.integers(0, 3, 3000))
    audits = audit_answers(tally_confusion(actual, said, "abc", group, ("f", "m")), segment="gender")
    for place, label in enumerate("abc"):
        mine = group == 1
        expected = fairlearn.true_positive_rate(actual[mine] == place, said[mine] == place)
        assert audits[label].by_group["true_positive_rate"]["m"].value == pytest.approx(expected)
        assert "true_positive_rate" in audits[label].gaps
        assert len(audits[label].pairs) == 3
    assert math.isnan(audits["a"].threshold)


def test_worst_group_depends_on_what_is_good():
    outcome, score, group = simulated()
    audit = audit_tally(tally_scores(outcome, score, group, names(3)), 0.5)
    most, least = audit.extremes("selection_rate")
    assert audit.worst("selection_rate") == least
    assert audit.worst("selection_rate", selected_is_good=False) == most
    assert audit.worst("false_positive_rate") == audit.extremes("false_positive_rate")[0]
    assert audit.worst("precision") == audit.extremes("precision")[1]
