import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from crm_ai.evaluation import THRESHOLD_METRICS, at_threshold, rates_by_group, tally_scores


def expected(outcome, chosen):
    tn, fp, fn, tp = reference.confusion_matrix(outcome, chosen, labels=[0, 1]).ravel().tolist()

    def share(part, whole):
        return part / whole if whole else math.nan

    return {
        "accuracy": reference.accuracy_score(outcome, chosen),
        "precision": reference.precision_score(outcome, chosen, zero_division=np.nan),
        "recall": reference.recall_score(outcome, chosen, zero_division=np.nan),
        "f1": reference.f1_score(outcome, chosen, zero_division=np.nan),
        "specificity": reference.recall_score(outcome, chosen, pos_label=0, zero_division=np.nan),
        "negative_predictive_value": reference.precision_score(outcome, chosen, pos_label=0, zero_division=np.nan),
        "false_positive_rate": share(fp, fp + tn),
        "false_negative_rate": share(fn, fn + tp),
        "selection_rate": chosen.mean(),
        "base_rate": outcome.mean(),
    }


@pytest.mark.parametrize("n", [3, 200, 20_000])
def test_metrics_equal_scikit_learns_at_every_hundredth(n):
    rng = np.random.default_rng(n)
    outcome = rng.integers(0, 2, n)
    score = np.clip(rng.normal(0.4 + 0.2 * outcome, 0.2), 0, 1)
    tally = tally_scores(outcome, score)
    for threshold in np.arange(101) / 100 if n < 1000 else (0, 0.07, 0.29, 0.5, 1):
        ours = at_threshold(tally, float(threshold))
        assert set(ours) == set(THRESHOLD_METRICS)
        for name, value in expected(outcome, score >= threshold).items():
            assert ours[name].value == pytest.approx(value, abs=1e-12, nan_ok=True), (name, threshold)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=60), st.floats(0, 1))
def test_values_lie_within_their_intervals_and_both_within_zero_and_one(rows, threshold):
    outcome, score = zip(*rows, strict=True)
    for estimate in at_threshold(tally_scores(outcome, score), threshold).values():
        if estimate.known:
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
            assert 0 < estimate.n <= len(rows)
        else:
            assert estimate.n == 0
            assert math.isnan(estimate.low)


def test_what_nobody_decides_is_unknown_not_zero():
    nobody_selected = at_threshold(tally_scores([0, 1], [0.1, 0.2]), 0.9)
    assert math.isnan(nobody_selected["precision"].value)
    assert nobody_selected["recall"].value == 0
    one_class = at_threshold(tally_scores([0, 0], [0.1, 0.9]), 0.5)
    assert math.isnan(one_class["recall"].value)
    assert one_class["false_positive_rate"].value == 0.5
    nobody = at_threshold(tally_scores([], []), 0.5)
    assert all(math.isnan(estimate.value) for estimate in nobody.values())


def test_groups_are_judged_apart():
    tally = tally_scores([0, 1, 1, 0], [0.1, 0.8, 0.4, 0.6], [0, 0, 1, 1], ("f", "m", "nobody"))
    found = rates_by_group(tally, 0.5, ["accuracy", "recall"])
    assert [found["accuracy"][group].value for group in ("f", "m")] == [1.0, 0.0]
    assert math.isnan(found["recall"]["nobody"].value)
