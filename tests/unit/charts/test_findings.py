"""Titles must be true of the data passed, also where the data are odd."""

import numpy as np
import pandas as pd
import pytest

from crm_ai import charts
from crm_ai.charts.lines import columns, cut, wrapped
from crm_ai.evaluation import (
    Estimate,
    class_metrics,
    error_histogram,
    precision_recall_curve,
    residual_curve,
    tally_confusion,
    tally_errors,
    tally_scores,
)

LONG = "客户在过去十二个月内致电客服中心的次数以及平均通话时长和满意度"


def estimate(value, low, high):
    return Estimate("recall", value, low, high, 100)


def reasons(contributions):
    names = [chr(97 + place) for place in range(len(contributions))]
    return pd.DataFrame({"column": names, "value": "1", "contribution": contributions})


def test_only_models_whose_intervals_overlap_are_said_to():
    best, near, far = estimate(0.9, 0.85, 0.95), estimate(0.88, 0.8, 0.9), estimate(0.5, 0.4, 0.6)
    some = charts.describe(charts.comparison.models({"A": best, "B": near, "C": far}, "AUC"))
    assert "interval of B" in some
    assert "overlap" not in charts.describe(charts.comparison.models({"A": best, "C": far}, "AUC"))
    assert "share the highest" in charts.describe(charts.comparison.models({"A": best, "B": best}, "AUC"))
    assert "highest" not in charts.describe(charts.comparison.models({"A": best}, "AUC"))


@pytest.mark.parametrize(
    ("contributions", "base", "output", "said"),
    [
        ([-0.4, 0.3, 0.2], 0.3, 0.4, "mostly by b"),
        ([0.4, -0.3, -0.2], 0.4, 0.3, "mostly by b"),
        ([0.0, 0.0], 0.3, 0.3, "as on average"),
        ([], 0.3, 0.3, "no reasons"),
    ],
)
def test_a_waterfall_names_what_moves_the_output_there(contributions, base, output, said):
    figure = charts.reasons.waterfall(reasons(contributions), base, output, "probability")
    assert said in charts.describe(figure)


def test_equal_groups_are_not_set_against_each_other():
    same = {"a": estimate(0.5, 0.4, 0.6), "b": estimate(0.5, 0.4, 0.6)}
    figure = charts.fairness.by_group(same, same["a"], "Selected", sizes={"a": 50, "b": 50})
    assert charts.describe(figure) == "Selected: 50 % in every group judged"
    answers = np.arange(40) % 2
    confusion = class_metrics(tally_confusion(answers, answers, ("a", "b")))
    assert charts.describe(charts.confusion.classes(confusion, "recall", "Recall")) == "Recall: 100 % for every answer"


def test_one_value_is_compared_with_nothing():
    one = pd.DataFrame(
        {"label": ["x"], "left": np.nan, "right": np.nan, "customers": 9, "value": 0.3, "low": 0.1, "high": 0.5}
    )
    assert "only value" in charts.describe(charts.data.target_by(one, "plan", "Churn", share=True))


def test_precision_is_told_at_the_recall_it_has():
    outcome = np.r_[np.ones(50), np.zeros(50)]
    tally = tally_scores(outcome, np.r_[np.full(45, 0.9), np.full(5, 0.2), np.zeros(50)])
    curve = precision_recall_curve(tally)
    assert "To find 90 %" in charts.describe(charts.ranking.precision_recall(curve, 0.5))
    nobody = charts.ranking.precision_recall(curve, 0.5, threshold=0.95)
    assert "at the threshold" not in [trace.name for trace in nobody.data]
    one_class = tally_scores(np.zeros(20), np.linspace(0, 1, 20))
    assert not charts.ranking.precision_recall(precision_recall_curve(one_class), 0.0).data


def test_perfect_predictions_are_not_called_too_high():
    actual = np.arange(1.0, 40.0)
    figure = charts.regression.errors(error_histogram(tally_errors(actual, actual)))
    assert "too high" not in charts.describe(figure)
    assert "right on average" in charts.describe(charts.regression.residuals(residual_curve(actual, actual), "value"))


def test_half_of_even_errors_are_too_high():
    errors = np.linspace(-10, 10, 4001)
    figure = charts.regression.errors(error_histogram(tally_errors(np.zeros(4001), errors)))
    assert charts.describe(figure).startswith("About 50 %")


@pytest.mark.parametrize("text", [LONG, "x" * 300, "a short one", "混合 mixed 文字 with words " * 6, ""])
def test_lines_fit_whatever_the_script_and_lose_nothing(text):
    lines = wrapped(text, 30)
    assert all(columns(line) <= 30 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert columns(cut(text, 12)) <= 12
