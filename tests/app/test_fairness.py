"""Fairness: for whom is it worse?"""

from __future__ import annotations

import pytest

from tests.app.driving import assert_sound, go, upload, words


@pytest.fixture
def audited(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    next(m for m in at.multiselect if "segments" in m.key).set_value(["gender", "plan", "months"]).run()
    at.button(key="train").click().run()
    return go(at, "fairness")


def test_says_for_whom_it_is_worse(audited):
    assert_sound(audited)
    assert "gap" in words(audited)
    assert len(audited.metric) == 4
    assert len(audited.get("plotly_chart")) == 2


def test_threshold_and_segment_move_everything(audited):
    before = [metric.value for metric in audited.metric]
    audited.slider[0].set_value(0.15).run()
    assert_sound(audited)
    assert [metric.value for metric in audited.metric] != before
    audited.selectbox[0].select("plan").run()
    assert_sound(audited)
    assert audited.query_params["segment"] == "plan"
    assert audited.query_params["threshold"] == "0.15"


def test_every_metric_is_drawn(audited):
    control = next(c for c in audited.segmented_control if c.key == "fairness_metric")
    for metric in control.options:
        next(c for c in audited.segmented_control if c.key == "fairness_metric").set_value(metric).run()
        assert_sound(audited)


def test_numbers_in_bands_can_be_segments(audited):
    audited.selectbox[0].select("months").run()
    assert_sound(audited)


def test_without_segments_it_leads_to_choosing_them(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    next(m for m in at.multiselect if "segments" in m.key).set_value([]).run()
    at.button(key="train").click().run()
    go(at, "fairness")
    assert_sound(at)
    at.button(key="choose_segments").click().run()
    assert at.title[0].value == "What shall we predict, and with what?"


@pytest.mark.parametrize("target", ["spend", "plan"])
def test_other_kinds_of_questions(visit, churn_csv, target):
    at = go(upload(visit(), churn_csv), "train")
    at.selectbox[0].select(target).run()
    at.button(key="train").click().run()
    go(at, "fairness")
    assert_sound(at)
    assert words(at).count("gap") >= 1
