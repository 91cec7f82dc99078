from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crm_ai.explanation import weak_spots, weak_spots_in_words
from crm_ai.modeling import Split, propose_problem, train
from crm_ai.table import table_from_frame


def customers(n=3000, seed=0, noisy=None, off=None):
    """Spending by months; in one city it is harder to tell, in another the model cannot know that it is more."""
    generator = np.random.default_rng(seed)
    city = generator.choice(["Bern", "北京", "Rome", "Oslo"], n)
    months = generator.integers(1, 60, n).astype(float)
    spread = np.where(city == noisy, 60.0, 15.0)
    value = 200 + 3 * months + generator.normal(0, 1, n) * spread + np.where(city == off, 40.0, 0.0)
    return pd.DataFrame({"months": months, "city": city, "value": value})


def asked(frame, target, features, segments=()):
    table = table_from_frame(frame)
    problem = replace(
        propose_problem(table, target=target, features=features).problem, segments=segments, split=Split()
    )
    return train(table, problem, ["linear_regression"])


def test_the_noisy_city_is_found_and_judged_on_the_holdout():
    run = asked(customers(noisy="北京"), "value", ["months", "city"])
    found = weak_spots(run, "linear_regression")
    worst = found.spots[0]
    assert worst.rule == "city is 北京"
    assert worst.is_worse
    inside = (run.holdout_frame["city"] == "北京").to_numpy()
    errors = np.abs(run.predictions["linear_regression"] - run.actual)
    assert worst.n == inside.sum()
    assert worst.error.value == pytest.approx(errors[inside].mean())
    assert worst.elsewhere == pytest.approx(errors[~inside].mean())
    said = weak_spots_in_words(found)
    assert "city is 北京" in said
    assert f"n = {inside.sum()}" in said
    assert not any(spot.is_worse for spot in found.spots[1:])


def test_a_segment_that_the_model_cannot_see_is_said_to_be_promised_too_little():
    run = asked(customers(off="Oslo"), "value", ["months"], segments=("city",))
    found = weak_spots(run, "linear_regression")
    worst = found.spots[0]
    assert "Oslo" in worst.rule
    assert worst.is_worse
    assert worst.is_leaning
    assert worst.predicted < worst.actual
    assert "promises too little" in weak_spots_in_words(found)


def test_every_customer_belongs_to_one_segment():
    run = asked(customers(noisy="Rome"), "value", ["months", "city"])
    found = weak_spots(run, "linear_regression")
    frame = found.to_frame()
    assert frame["n"].sum() == len(run.holdout_rows)
    assert frame["error"].is_monotonic_decreasing
    assert (frame["n"] * frame["error"]).sum() / frame["n"].sum() == pytest.approx(found.overall.value)


def test_where_nothing_differs_nothing_is_said_too_often():
    alarms, runs = 0, 40
    for seed in range(runs):
        run = asked(customers(700, seed=seed), "value", ["months", "city"])
        alarms += any(spot.is_worse for spot in weak_spots(run, "linear_regression").spots)
    # At most one run in twenty raises the alarm of itself: more than 6 of 40 would come about once in a hundred times.
    assert alarms <= stats.binom.ppf(0.99, runs, 0.05) + 1


@pytest.mark.parametrize("target", ["yes", "kind"])
def test_labels(target):
    generator = np.random.default_rng(3)
    frame = customers(4000, seed=3)
    odd = frame["city"] == "Bern"
    frame["yes"] = np.where(np.where(odd, generator.random(4000) < 0.5, frame["months"] > 30), "Yes", "No")
    kind = np.where(frame["months"] > 40, "gold", np.where(frame["months"] > 20, "silver", "plain"))
    frame["kind"] = np.where(odd, generator.permutation(kind), kind)
    table = table_from_frame(frame)
    problem = replace(propose_problem(table, target=target, features=["months", "city"]).problem, split=Split())
    run = train(table, problem, ["decision_tree"])
    found = weak_spots(run, "decision_tree")
    assert "city is Bern" in found.spots[0].rule
    assert found.spots[0].is_worse
    if target == "kind":
        actual = (run.predictions["decision_tree"].argmax(axis=1) != run.actual).mean()
        assert found.overall.value == pytest.approx(actual)
        assert "%" in weak_spots_in_words(found)


def test_three_customers_of_a_segment_prove_nothing():
    run = asked(customers(60, noisy="Rome"), "value", ["months", "city"])
    found = weak_spots(run, "linear_regression")
    assert not any(spot.is_worse for spot in found.spots)
    assert "No segment" in weak_spots_in_words(found)
