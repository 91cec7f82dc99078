import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from crm_ai.errors import EmptySegmentError, ProblemError
from crm_ai.evaluation import (
    class_metrics,
    confusion_metrics,
    multiclass_metrics,
    one_against_rest,
    roc_auc,
    tally_confusion,
)

LABELS = ("card", "loan", "none", "fund")


def data(n=900, k=4, seed=0):
    rng = np.random.default_rng(seed)
    actual = rng.choice(k, n, p=np.arange(1, k + 1) / np.arange(1, k + 1).sum())
    odds = np.exp(rng.normal(size=(n, k)) + 1.2 * np.eye(k)[actual])
    return actual, odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_figures_equal_scikit_learns(k):
    actual, chances = data(k=k)
    said = chances.argmax(axis=1)
    ours = multiclass_metrics(actual, chances, LABELS[:k])
    expected = {
        "accuracy": reference.accuracy_score(actual, said),
        "balanced_accuracy": reference.balanced_accuracy_score(actual, said),
        "macro_f1": reference.f1_score(actual, said, average="macro"),
        "macro_roc_auc": reference.roc_auc_score(np.eye(k, dtype=int)[actual], chances, average="macro"),
    }
    for name, value in expected.items():
        assert ours[name].value == pytest.approx(value, abs=1e-9), name
        assert ours[name].low < value < ours[name].high
        assert ours[name].n == 900


def test_each_class_equals_scikit_learns():
    actual, chances = data()
    said = chances.argmax(axis=1)
    frame = class_metrics(tally_confusion(actual, said, LABELS))
    precision, recall, f1, _support = reference.precision_recall_fscore_support(actual, said)
    for name, values in (("precision", precision), ("recall", recall), ("f1", f1)):
        rows = frame[frame["metric"] == name]
        assert rows["label"].tolist() == list(LABELS)
        assert rows["value"].to_numpy() == pytest.approx(values, abs=1e-12)
        assert (rows["low"] < rows["value"]).all()
        assert (rows["value"] < rows["high"]).all()
    assert frame[frame["metric"] == "recall"]["n"].tolist() == np.bincount(actual).tolist()


def test_confusion_equals_scikit_learns_and_adds():
    actual, chances = data()
    said, group = chances.argmax(axis=1), np.arange(900) % 2
    tally = tally_confusion(actual, said, LABELS, group, ("f", "m"))
    assert (tally.total().counts[0] == reference.confusion_matrix(actual, said)).all()
    assert tally.select("m").n == 450
    halves = [tally_confusion(actual[part], said[part], LABELS) for part in (slice(0, 300), slice(300, None))]
    assert ((halves[0] + halves[1]).counts == tally.total().counts).all()
    with pytest.raises(EmptySegmentError, match="x"):
        tally.select("x")
    with pytest.raises(ProblemError, match="different answers"):
        tally + tally_confusion([0], [0], ("a",))


def test_one_answer_against_the_rest_is_a_yes_no_question():
    actual, chances = data()
    for k in range(4):
        tally = one_against_rest(actual, chances, k)
        expected = reference.roc_auc_score(actual == k, chances[:, k])
        assert roc_auc(tally).value == pytest.approx(expected, abs=1e-9)


def test_macro_ranking_of_two_answers_is_the_ranking_of_one():
    actual, chances = data(k=2)
    macro, single = (
        multiclass_metrics(actual, chances, LABELS[:2])["macro_roc_auc"],
        one_against_rest(actual, chances, 1),
    )
    assert macro.value == pytest.approx(roc_auc(single).value, abs=1e-9)
    assert macro.low == pytest.approx(roc_auc(single).low, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=50))
def test_values_lie_within_their_intervals(rows):
    actual, said = zip(*rows, strict=True)
    tally = tally_confusion(actual, said, LABELS)
    assert tally.n == len(rows)
    assert (tally.cells().sum(axis=2) == len(rows)).all()
    for estimate in confusion_metrics(tally).values():
        assert 0 <= estimate.low <= estimate.value + 1e-12
        assert estimate.value <= estimate.high + 1e-12


def test_answers_that_do_not_occur_are_left_out():
    chances = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]])
    found = multiclass_metrics([0, 1, 1], chances, ["a", "b", "c"])
    assert found["balanced_accuracy"].value == pytest.approx(0.75)
    assert found["macro_f1"].value == pytest.approx(reference.f1_score([0, 1, 1], [0, 1, 0], average="macro"))
    assert found["macro_roc_auc"].value == 1.0


def test_nobody_and_one_answer_are_unknown():
    nobody = multiclass_metrics([], np.zeros((0, 3)), ["a", "b", "c"])
    assert all(math.isnan(estimate.value) for estimate in nobody.values())
    same = multiclass_metrics([1, 1], [[0.2, 0.8], [0.4, 0.6]], ["a", "b"])
    assert math.isnan(same["macro_roc_auc"].value)
    assert same["accuracy"].value == 1


@pytest.mark.parametrize(("actual", "said"), [([0, 1], [0]), ([0, 9], [0, 1]), ([-1, 0], [0, 0])])
def test_what_does_not_fit_is_refused(actual, said):
    with pytest.raises(ProblemError):
        tally_confusion(actual, said, LABELS)
