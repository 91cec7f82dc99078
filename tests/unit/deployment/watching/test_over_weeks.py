"""What pictures of the weeks show is what batches and outcomes hold."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crm_ai.deployment.watching import groups_over_weeks, measured, stability, watch

from .conftest import customers
from .test_watch import performance

START = date(2026, 1, 5)


@pytest.fixture(scope="module")
def batches(batch_of):
    return [
        batch_of(customers(100 + number, 300), name=f"week {number}", day=START + timedelta(weeks=number))
        for number in range(3)
    ]


def judged(number, groups, gaps=()):
    one = performance(START + timedelta(weeks=number), 0.8)
    return replace(one, segments={"plan": {"judgement": "gap found", "gaps": list(gaps), "groups": groups}})


def figure(value, n=100):
    return {"value": value, "low": value - 0.1, "high": value + 0.1, "n": n}


def test_one_measure_of_each_batch(batches):
    numbers = watch(batches, [performance(START, 0.8)]).to_frame()
    found = measured(numbers, "selection_rate", kind="score")
    assert found["value"].tolist() == [batch.selected / 300 for batch in batches]
    assert found["day"].tolist() == [batch.day for batch in batches]
    assert (found["low"] < found["value"]).all()
    scores = [next(one.psi for one in batch.drifts if one.of_scores) for batch in batches]
    assert measured(numbers, "psi", kind="score")["value"].tolist() == scores
    assert measured(numbers, "roc_auc", kind="performance")["value"].tolist() == [0.8]
    assert measured(watch([]).to_frame(), "psi", kind="score").empty


def test_columns_and_the_score_by_name(batches):
    found = stability(watch(batches).to_frame())
    want = [("the score" if one.of_scores else one.column, one.psi) for batch in batches for one in batch.drifts]
    assert list(zip(found["column"], found["value"], strict=True)) == want
    assert stability(watch([]).to_frame()).empty


def test_groups_are_followed_by_the_metric_of_the_latest_gap():
    early = judged(0, {"basic": {"recall": figure(0.5), "precision": figure(0.7)}})
    late = judged(1, {"basic": {"recall": figure(0.4), "precision": figure(0.6)}, "plus": {"precision": figure(0.9)}})
    assert groups_over_weeks([early, late], "plan").metric == "recall"
    late = replace(late, segments={"plan": late.segments["plan"] | {"gaps": ["precision"]}})
    found = groups_over_weeks([early, performance(START, 0.8), late], "plan")
    assert found.metric == "precision"
    assert found.frame[["day", "group", "value", "n"]].to_numpy().tolist() == [
        [early.day, "basic", 0.7, 100], [late.day, "basic", 0.6, 100], [late.day, "plus", 0.9, 100]
    ]  # fmt: skip


@pytest.mark.parametrize("performances", [[], [performance(START, 0.8)], [judged(0, {})], [judged(0, {}, ["recall"])]])
def test_groups_that_are_too_small_have_no_metric(performances):
    found = groups_over_weeks(performances, "plan")
    assert found.metric == ""
    assert found.frame.empty
