"""Who is trained on and who is judged on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.modeling import Split, SplitKind, answers, propose_problem, train
from crm_ai.modeling.splitting import folds, split_holdout
from crm_ai.table import table_from_frame


def customers(n: int = 400, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    calls = draw.normal(size=n)
    return pd.DataFrame(
        {
            "calls": calls,
            "household": [f"h{home}" for home in draw.integers(0, n // 3, n)],
            "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 300, n), unit="D"),
            "Churn": np.where(draw.random(n) < 1 / (1 + np.exp(-calls)), "Yes", "No"),
            "value": calls + draw.normal(size=n),
        }
    )


def asked(frame, kind, column, target="Churn", **more):
    table = table_from_frame(frame)
    problem = propose_problem(table, target=target, features=["calls"]).problem
    return table, replace(problem, split=Split(kind, column), **more)


@pytest.mark.parametrize("target", ["Churn", "value"])
def test_a_household_is_never_on_both_sides(target):
    table, problem = asked(customers(), SplitKind.GROUP, "household", target)
    known = answers(table, problem)
    homes = table.frame["household"].to_numpy()
    train_rows, holdout = split_holdout(table, problem, known)
    assert not set(homes[train_rows]) & set(homes[holdout])
    assert len(holdout) == pytest.approx(0.2 * len(table), rel=0.3)
    parts = folds(table, problem, train_rows, known[train_rows])
    assert len(parts) == 5
    for fit, judge in parts:
        assert not set(homes[train_rows[fit]]) & set(homes[train_rows[judge]])


@pytest.mark.parametrize("target", ["Churn", "value"])
def test_the_past_is_trained_on_and_what_came_after_judged(target):
    table, problem = asked(customers(), SplitKind.TIME, "joined", target)
    known = answers(table, problem)
    when = table.frame["joined"].to_numpy()
    train_rows, holdout = split_holdout(table, problem, known)
    assert when[train_rows].max() < when[holdout].min()
    assert len(holdout) == pytest.approx(0.2 * len(table), rel=0.2)
    parts = folds(table, problem, train_rows, known[train_rows])
    assert len(parts) == 5
    for fit, judge in parts:
        assert when[train_rows[fit]].max() < when[train_rows[judge]].min()
    judged = np.concatenate([judge for _fit, judge in parts])
    assert len(set(judged)) == len(judged)


def test_a_customer_without_a_time_is_of_the_past():
    frame = customers()
    frame.loc[:9, "joined"] = pd.NaT
    table, problem = asked(frame, SplitKind.TIME, "joined")
    train_rows, _holdout = split_holdout(table, problem, answers(table, problem))
    assert set(range(10)) <= set(train_rows)


def test_a_customer_without_a_household_is_one_by_itself():
    frame = customers()
    frame.loc[:99, "household"] = None
    table, problem = asked(frame, SplitKind.GROUP, "household")
    known = answers(table, problem)
    train_rows, holdout = split_holdout(table, problem, known)
    alone = set(range(100))
    assert alone & set(train_rows)
    assert alone & set(holdout)


def test_one_moment_for_all_is_refused():
    frame = customers()
    frame["joined"] = pd.Timestamp("2024-01-01")
    table, problem = asked(frame, SplitKind.TIME, "joined")
    with pytest.raises(ProblemError, match="cannot be told apart"):
        split_holdout(table, problem, answers(table, problem))


def test_too_few_households_are_refused():
    frame = customers()
    frame["household"] = np.where(np.arange(len(frame)) % 2, "a", "b")
    table, problem = asked(frame, SplitKind.GROUP, "household")
    with pytest.raises(ProblemError, match="only 2 different groups"):
        split_holdout(table, problem, answers(table, problem))


def test_words_tell_no_time():
    table, problem = asked(customers(), SplitKind.TIME, "household")
    with pytest.raises(ProblemError, match="neither dates nor numbers"):
        split_holdout(table, problem, answers(table, problem))


def test_an_answer_that_came_up_only_lately_is_refused_kindly():
    frame = customers().sort_values("joined", ignore_index=True)
    frame["Churn"] = np.where(frame["joined"] > frame["joined"].quantile(0.9), "Yes", "No")
    table, problem = asked(frame, SplitKind.TIME, "joined")
    with pytest.raises(ProblemError, match="no customer with the answer “Yes” is left"):
        split_holdout(table, problem, answers(table, problem))


def test_repeats_draw_other_folds():
    table, problem = asked(customers(), SplitKind.RANDOM, "", repeats=3)
    known = answers(table, problem)
    rows, _holdout = split_holdout(table, problem, known)
    parts = folds(table, problem, rows, known[rows])
    assert len(parts) == 15
    first, second = parts[0][1], parts[5][1]
    assert not np.array_equal(first, second)
    for start in (0, 5, 10):
        judged = np.concatenate([judge for _fit, judge in parts[start : start + 5]])
        assert sorted(judged) == list(range(len(rows)))


@given(days=st.lists(st.integers(0, 30), min_size=60, max_size=120), share=st.sampled_from([0.1, 0.2, 0.4]))
def test_the_same_moment_is_never_torn_apart(days, share):
    frame = customers(len(days))
    frame["joined"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D")
    table, problem = asked(frame, SplitKind.TIME, "joined", "value", holdout=share)
    try:
        train_rows, holdout = split_holdout(table, problem, answers(table, problem))
    except ProblemError:
        return
    when = np.asarray(days)
    assert when[train_rows].max() < when[holdout].min()
    assert len(train_rows) + len(holdout) == len(days)


@pytest.mark.parametrize(("kind", "column"), [(SplitKind.GROUP, "household"), (SplitKind.TIME, "joined")])
@pytest.mark.parametrize("target", ["Churn", "value"])
def test_models_are_trained_and_judged_so(kind, column, target):
    table, problem = asked(customers(), kind, column, target)
    run = train(table, problem)
    assert run.models
    assert np.isfinite(run.predictions["decision_tree"]).all()
    judged = np.isfinite(run.out_of_fold["decision_tree"])
    assert judged.all() if kind is SplitKind.GROUP else 0.6 < judged.mean() < 1
