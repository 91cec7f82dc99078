import json

import numpy as np
import pandas as pd
import pytest

from crm_ai import charts
from crm_ai.charts.theme import distinct, safe
from crm_ai.evaluation import (
    Estimate,
    calibration_curve,
    class_metrics,
    coverage_by_level,
    error_histogram,
    gains_curve,
    precision_recall_curve,
    residual_curve,
    roc_auc,
    roc_curve,
    tally_confusion,
    tally_errors,
    tally_scores,
)
from crm_ai.fairness import across_thresholds
from crm_ai.words import use_language

EVIL = "<img src=x onerror=alert(1)>%{x}$a$"


def scored(n=400, seed=0):
    generator = np.random.default_rng(seed)
    outcome = (generator.random(n) < 0.3).astype(int)
    return outcome, np.clip(0.3 + 0.3 * outcome + generator.normal(0, 0.2, n), 0, 1)


def all_figures(name):
    """Every chart there is, of something called `name`."""
    outcome, score = scored()
    tally = tally_scores(outcome, score)
    groups = tally_scores(outcome, score, np.arange(400) % 3, (name, "b", "c"))
    actual = np.random.default_rng(1).normal(100, 20, 400)
    curve = residual_curve(actual, actual + 5)
    estimates = {group: Estimate("recall", 0.5, 0.4, 0.6, 100) for group in (name, "b")}
    labelled = pd.DataFrame(
        {
            "label": [name, "b"],
            "left": np.nan,
            "right": np.nan,
            "customers": [60, 40],
            "value": [0.2, 0.4],
            "low": 0.1,
            "high": 0.5,
        }
    )
    reasons = pd.DataFrame({"column": [name, "b"], "value": ["1", name], "contribution": [0.4, -0.1]})
    ranked = pd.DataFrame({"column": [name, "b"], "mean_absolute": [0.4, 0.1], "low": 0.05, "high": 0.5, "n": 100})
    failing = pd.DataFrame(
        {
            "rule": [f"{name} is {name}", f"{name} is not {name}"],
            "n": [60, 40],
            "error": [0.5, 0.1],
            "low": [0.4, 0.05],
            "high": [0.6, 0.2],
            "elsewhere": [0.1, 0.5],
            "worse": [True, False],
        }
    )
    confusion = tally_confusion(outcome, (score > 0.5).astype(int), (name, "b"))
    return [
        charts.data.distribution(labelled, name),
        charts.data.target_by(labelled, name, name, share=True),
        charts.data.missing(pd.DataFrame({"column": [name], "missing": [3], "share": [0.1]})),
        charts.comparison.models(estimates, name),
        charts.ranking.roc(roc_curve(tally), roc_auc(tally), threshold=0.5),
        charts.ranking.precision_recall(precision_recall_curve(tally), 0.3, threshold=0.5),
        charts.ranking.gains(gains_curve(tally), selected=0.2),
        charts.ranking.lift(gains_curve(tally)),
        charts.ranking.calibration(calibration_curve(tally)),
        charts.confusion.yes_no(tally.cells(0.5).sum(axis=0), ("No", name)),
        charts.confusion.many(confusion.counts.sum(axis=0), (name, "b")),
        charts.confusion.classes(class_metrics(confusion), "recall", name),
        charts.regression.predicted_against_actual(curve, name),
        charts.regression.residuals(curve, name),
        charts.regression.ranges(coverage_by_level(actual, actual + 5, actual, actual + 5)),
        charts.failures.segments(failing, 0.3, "error_rate", name),
        charts.regression.errors(error_histogram(tally_errors(actual, actual + 5))),
        charts.reasons.importance(ranked, "probability"),
        charts.reasons.dependence(
            pd.DataFrame({"level": [name, "b"], "mean": [0.4, -0.1], "low": 0.0, "high": 0.5, "n": 9}), name, "log-odds"
        ),
        charts.reasons.waterfall(reasons, 0.3, 0.6, "probability"),
        charts.reasons.lime(pd.DataFrame({"column": [name], "condition": [name], "weight": [0.3]}), 0.7),
        charts.fairness.by_group(estimates, estimates["b"], name, sizes={name: 20, "b": 100}, too_few=(name,)),
        charts.fairness.across_thresholds(across_thresholds(groups), "selection_rate", name, 0.5),
    ]


@pytest.mark.parametrize("name", ["Contract", "合同", "x" * 300, EVIL, "😀", "007", ""])
def test_every_chart_says_its_finding_and_shows_names_literally(name):
    for figure in all_figures(name):
        assert charts.describe(figure)
        written = json.dumps(figure.to_dict()["layout"], default=str) + json.dumps(
            [{k: trace.get(k) for k in ("x", "y", "text", "hovertext", "name")} for trace in figure.to_dict()["data"]],
            default=str,
        )
        finding = figure.layout.title.text
        assert "<img" not in finding
        assert "<img" not in written.replace(json.dumps(charts.describe(figure)), "")
        assert "nan" not in finding.split()


def test_titles_stay_narrow_enough_for_a_telephone():
    for figure in all_figures("Number of calls to the service desk in the last twelve months"):
        for line in figure.layout.title.text.replace("&lt;", "<").split("<br>"):
            assert len(line) <= 46


def test_long_names_that_look_alike_keep_their_own_place():
    names = distinct(["a" * 50 + "1" + "b" * 50, "a" * 50 + "2" + "b" * 50])
    assert len(set(names)) == 2


def test_where_there_is_nothing_to_draw_words_say_so():
    empty = pd.DataFrame(columns=["column", "missing", "share"])
    assert "No cell is missing" in charts.describe(charts.data.missing(empty))
    one_class = tally_scores(np.zeros(20), np.linspace(0, 1, 20))
    figure = charts.ranking.roc(roc_curve(one_class), roc_auc(one_class))
    assert "both answers" in charts.describe(figure)
    assert not figure.data


def test_findings_are_true_to_the_numbers():
    outcome, score = scored()
    tally = tally_scores(outcome, score)
    figure = charts.confusion.yes_no(tally.cells(0.5).sum(axis=0), ("No", "Yes"))
    chosen = score >= 0.5
    right, selected = int((chosen & (outcome == 1)).sum()), int(chosen.sum())
    assert charts.describe(figure).startswith(f"{right} of {selected} selected are right")
    waterfall = charts.reasons.waterfall(
        pd.DataFrame({"column": ["a", "b"], "value": ["1", "2"], "contribution": [0.4, -0.1]}), 0.3, 0.6, "probability"
    )
    bar = waterfall.data[0]
    assert np.asarray(bar.base)[-1] + np.asarray(bar.x)[-1] == pytest.approx(60)


def test_a_million_customers_send_few_points():
    outcome, score = scored(200_000)
    tally = tally_scores(outcome, score)
    for figure in (
        charts.ranking.roc(roc_curve(tally), roc_auc(tally)),
        charts.ranking.gains(gains_curve(tally)),
        charts.ranking.calibration(calibration_curve(tally)),
    ):
        assert len(figure.to_json()) < 100_000


def test_words_read_on_dark_pages():
    figure = all_figures("Contract")[0]
    assert charts.inked(figure, dark=True).layout.font.color != charts.inked(figure, dark=False).layout.font.color
    assert safe("$") != "$"


def test_dates_along_an_axis_are_written_in_the_readers_language():
    days = pd.date_range("2024-01-01", periods=12, freq="MS")
    level = {"level": days, "mean": range(12), "low": range(12), "high": range(12), "n": [40] * 12}
    figure = charts.reasons.dependence(pd.DataFrame(level), "since", "probability")
    assert not figure.layout.xaxis.tickformatstops
    use_language("zh")
    try:
        figure = charts.reasons.dependence(pd.DataFrame(level), "注册日期", "probability")
    finally:
        use_language("en")
    assert "%Y年%-m月" in [stop.value for stop in figure.layout.xaxis.tickformatstops]
    assert figure.layout.xaxis.type == "date"
