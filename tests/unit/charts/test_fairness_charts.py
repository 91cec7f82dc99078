"""Charts of fairness say what is true of the data passed, also where the data are odd."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_ai import charts
from crm_ai.evaluation import tally_scores
from crm_ai.fairness import calibration_by_group, score_density, score_quantiles

WAYS = {"": "as trained", "m+a": "<b>one</b> way"}


def two_sides(**columns):
    """A frontier of the model as trained and one candidate, on both sides."""
    held = pd.DataFrame({"name": ["", "m+a"], "on": "holdout", **columns})
    return pd.concat([held.assign(on="out of fold", gap=0.99), held], ignore_index=True)


def a_frontier(gap=(0.24, 0.02)):
    gap, auc = np.array(gap), np.array([0.84, 0.83])
    return two_sides(
        gap=gap, gap_low=gap - 0.01, gap_high=gap + 0.05, roc_auc=auc, roc_auc_low=auc - 0.03, roc_auc_high=auc + 0.02
    )


def test_a_frontier_is_drawn_as_the_holdout_judges_with_intervals_both_ways():
    figure = charts.closing.frontier(a_frontier(), WAYS, "m+a", "roc_auc", "Ranking")
    assert charts.describe(figure) == (
        "With “<b>one</b> way” the gap is 2 points instead of 24; Ranking: 0.830 instead of 0.840"
    )
    assert len(figure.data) == 2
    assert figure.data[1].x[0] == pytest.approx(2)
    assert figure.data[1].error_x.array[0] == pytest.approx(5)
    assert figure.data[1].error_x.arrayminus[0] == pytest.approx(1)
    assert figure.data[1].error_y.arrayminus[0] == pytest.approx(0.03)
    assert figure.data[1].marker.size > figure.data[0].marker.size
    assert "<b>one" not in figure.data[1].name
    assert "As trained the gap is 24" in charts.describe(
        charts.closing.frontier(a_frontier(), WAYS, "", "roc_auc", "Ranking")
    )


def test_a_frontier_without_groups_says_so():
    figure = charts.closing.frontier(a_frontier((np.nan, np.nan)), WAYS, "m+a", "roc_auc", "Ranking")
    assert "Too few" in charts.describe(figure)
    assert not figure.data


def test_changes_go_to_both_sides():
    frame = pd.DataFrame({"group": ["f", "m"], "newly": [8, 0], "no_longer": [0, 5]})
    figure = charts.closing.changes(frame, "13 change.")
    left, right = figure.data
    assert (list(left.x), list(right.x)) == ([-5, 0], [0, 8])
    assert list(figure.layout.xaxis.ticktext) == ["5", "0", "8"]
    assert charts.describe(charts.closing.changes(frame.assign(newly=0, no_longer=0), "x")) == (
        "No customer's decision changes."
    )


def test_proxies_say_their_share_and_stay_apart():
    frame = pd.DataFrame(
        {"column": ["a" * 60, "a" * 59 + "b"], "value": [0.9, 0.55], "low": [0.8, 0.4], "high": [1.0, 0.7],
         "share": [0.25, np.nan]}
    )  # fmt: skip
    figure = charts.closing.proxies(frame, "“a” tells it best.", "ROC AUC", 0.5)
    names = list(figure.data[0].y)
    assert len(set(names)) == 2
    assert "25 % of the reasons" in names[1]
    assert "reasons" not in names[0]
    colors = figure.data[0].marker.color
    assert colors[0] != colors[1], "only what is beyond chance is marked"
    assert not charts.closing.proxies(frame.iloc[:0], "nothing", "ROC AUC", 0.5).data


@pytest.fixture
def tally():
    rng = np.random.default_rng(0)
    score, group = rng.random(400), np.r_[np.zeros(250, int), np.ones(140, int), np.full(10, 2)]
    return tally_scores((rng.random(400) < score).astype(int), score, group, ("甲", "乙", "few"))


def test_small_groups_are_hollow_and_not_drawn_as_lines(tally):
    frame = calibration_by_group(tally, segment="组").to_frame()
    own = frame[(frame["metric"] == "calibration_gap") & (frame["kind"] == "group")]
    figure = charts.group_scores.calibration(own, "finding", "Predicted minus observed")
    assert list(figure.data[0].marker.symbol) == ["circle-open", "circle", "circle"]
    assert figure.data[0].x[1] == pytest.approx(100 * own["value"].iloc[1])
    lines = charts.group_scores.density(score_density(tally), score_quantiles(tally), 0.5)
    assert [trace.name for trace in lines.data] == ["甲", "乙"]
    assert "甲" in charts.describe(lines) or "Half of each group" in charts.describe(lines)
    assert sum(lines.data[0].y) == pytest.approx(1)


def test_one_group_or_none(tally):
    one = tally.select("甲")
    assert "Half of each group" in charts.describe(
        charts.group_scores.density(score_density(one), score_quantiles(one), 0.5)
    )
    few = tally.select("few")
    assert "Too few" in charts.describe(charts.group_scores.density(score_density(few), score_quantiles(few), 0.5))
