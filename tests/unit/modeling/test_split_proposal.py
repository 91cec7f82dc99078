"""What the data say about how customers are to be divided, and how a number is to be modelled."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_ai.modeling import (
    Scale,
    SplitKind,
    groups_possible,
    propose_problem,
    propose_scale,
    propose_split,
    times_possible,
)
from crm_ai.table import table_from_frame


def customers(n=900, seed=0):
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": draw.integers(18, 90, n),
            "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 400, n), unit="D"),
            "left": draw.choice(["Yes", "No"], n, p=[0.3, 0.7]),
            "spent": draw.normal(100, 10, n),
        }
    )


def proposed(frame, target="left"):
    table = table_from_frame(frame)
    problem = propose_problem(table, target=target).problem
    assert problem.split == propose_split(table, problem)[0]
    return propose_split(table, problem)


def test_without_ties_chance_decides():
    split, why = proposed(customers())
    assert split.kind is SplitKind.RANDOM
    assert "chance decides" in why


@pytest.mark.parametrize("name", ["household_id", "家庭编号", "Account No"])
def test_rows_of_one_household_stay_together(name):
    frame = customers()
    frame[name] = [f"h{place // 3}" for place in range(len(frame))]
    split, why = proposed(frame)
    assert (split.kind, split.column) == (SplitKind.GROUP, name)
    assert "900 of 900 rows share" in why


def test_an_account_type_is_a_trait_and_no_group():
    frame = customers()
    frame["account_type"] = np.random.default_rng(1).choice(["basic", "plus", "gold"], len(frame))
    assert proposed(frame)[0].kind is SplitKind.RANDOM


@pytest.mark.parametrize("target", ["left", "spent"])
def test_answers_that_change_with_the_calendar_are_judged_on_the_latest(target):
    frame = customers()
    late = (frame["joined"] - frame["joined"].min()).dt.days / 400
    frame["left"] = np.where(np.random.default_rng(2).random(len(frame)) < 0.1 + 0.6 * late, "Yes", "No")
    frame["spent"] += 30 * late
    split, why = proposed(frame, target)
    assert (split.kind, split.column) == (SplitKind.TIME, "joined")
    assert "judged on later ones" in why


def test_what_may_be_chosen_is_offered():
    frame = customers()
    frame["household"] = [f"h{place // 3}" for place in range(len(frame))]
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left").problem
    assert "household" in groups_possible(table, problem)
    assert times_possible(table, problem) == ("joined",)


def test_skewed_amounts_want_factors():
    frame = customers()
    frame["spent"] = np.exp(np.random.default_rng(3).normal(3, 1, len(frame)))
    table = table_from_frame(frame)
    scale, why = propose_scale(table, propose_problem(table, target="spent").problem)
    assert scale is Scale.LOG
    assert "half are below" in why
    for other in (frame.assign(spent=frame["spent"] - 5), customers()):
        table = table_from_frame(other)
        assert propose_scale(table, propose_problem(table, target="spent").problem)[0] is Scale.PLAIN
