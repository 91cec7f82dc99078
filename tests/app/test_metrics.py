"""Metrics: how good is each model, and how sure are we?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.app.driving import assert_sound, go, upload, words


def _trained(visit, content, target=None):
    at = go(upload(visit(), content), "train")
    if target:
        at.selectbox[0].select(target).run()
    at.button(key="train").click().run()
    return go(at, "metrics")


@pytest.fixture
def yes_no(visit, churn_csv):
    return _trained(visit, churn_csv)


def test_without_models_it_offers_a_sample(visit):
    at = visit("metrics")
    assert_sound(at)
    at.button(key="invite_sample").click().run()
    assert_sound(at)
    assert "Ranks a customer with churned \\= yes above one without it" in words(at)


def test_a_yes_no_question(yes_no):
    assert_sound(yes_no)
    assert "of the time" in words(yes_no)
    assert len(yes_no.metric) == 4
    assert len(yes_no.get("plotly_chart")) == 7


def test_the_threshold_moves_the_cards_and_the_address(yes_no):
    before = [metric.value for metric in yes_no.metric]
    yes_no.slider[0].set_value(0.2).run()
    assert_sound(yes_no)
    after = [metric.value for metric in yes_no.metric]
    assert after[0] == before[0]
    assert after[1:] != before[1:]
    assert yes_no.query_params["threshold"] == "0.20"


def test_threshold_and_model_go_along_to_the_next_pages(yes_no):
    yes_no.slider[0].set_value(0.3).run()
    yes_no.segmented_control[0].set_value("decision_tree").run()
    for page in ("fairness", "explain", "metrics"):
        go(yes_no, page)
        assert_sound(yes_no)
        assert yes_no.segmented_control[0].value == "decision_tree"
    assert yes_no.slider[0].value == 0.3


def test_nobody_selected_is_no_error(yes_no):
    for threshold in (1.0, 0.0):
        yes_no.slider[0].set_value(threshold).run()
        assert_sound(yes_no)


def test_a_number(visit, churn_csv):
    at = _trained(visit, churn_csv, "spend")
    assert_sound(at)
    assert "of the differences between customers" in words(at)
    assert not at.slider


def test_several_answers(visit, churn_csv):
    at = _trained(visit, churn_csv, "plan")
    assert_sound(at)
    assert "always guessing" in words(at)
    at.selectbox[0].select("yearly").run()
    assert_sound(at)
    assert at.query_params["label"] == "yearly"


def test_a_link_restores_model_and_threshold(yes_no, visit):
    yes_no.slider[0].set_value(0.3).run()
    address = {name: yes_no.query_params[name] for name in ("data", "run", "model", "threshold")}
    other = visit("metrics", **address | {"model": "linear_regression"})
    assert_sound(other)
    assert other.slider[0].value == 0.3
    assert other.segmented_control[0].value == "linear_regression"


def test_a_manager_reads_no_technical_terms_on_the_cards(yes_no):
    yes_no.session_state["view"]["reader"] = "manager"
    yes_no.run()
    assert_sound(yes_no)
    assert not any("(" in metric.label for metric in yes_no.metric)


def test_money_follows_what_a_contact_costs(yes_no):
    assert "Contact the" in words(yes_no)
    inputs = {field.key: field for field in yes_no.number_input}
    inputs["worth_value"].set_value(1.0).run()
    assert_sound(yes_no)
    assert "Contact nobody" in words(yes_no)


@pytest.mark.parametrize(("target", "tabs"), [(None, "judging_"), ("spend", "numbers"), ("plan", "answers")])
def test_it_says_where_the_model_fails(visit, churn_csv, target, tabs):
    at = _trained(visit, churn_csv, target)
    assert "Segments are found" not in words(at)
    at.session_state[tabs] = "Where does it fail?"
    at.run()
    assert_sound(at)
    assert "Segments are found" in words(at)
    assert "errs" in words(at)


def test_probabilities_and_what_correcting_them_would_do(yes_no):
    said = words(yes_no)
    assert "Kolmogorov" in said
    assert "the top 10 %" in said
    assert "The Brier score starts at" in said
    table = next(frame.value for frame in yes_no.dataframe if "probabilities" in frame.value.columns)
    assert len(table) == 3


def test_corrected_probabilities_are_asked_for_on_train(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    control = next(c for c in at.selectbox if "recalibration" in (c.key or ""))
    control.set_value("sigmoid").run()
    at.button(key="train").click().run()
    assert_sound(at)
    go(at, "metrics")
    assert_sound(at)
    assert "corrected already" in words(at)
    go(at, "explain")
    assert_sound(at)


def test_ranges_and_answers_are_held_to_their_promise(visit, churn_csv):
    assert "Typically a range is" in words(_trained(visit, churn_csv, "spend"))
    assert "likeliest answer" in words(_trained(visit, churn_csv, "plan"))


def test_whom_a_model_is_judged_on_is_told_where_they_are_the_latest(visit):
    random = np.random.default_rng(4)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.arange(600), "D")
    frame = pd.DataFrame({"joined": days, "calls": random.poisson(3, 600)})
    frame["churned"] = np.where(random.random(600) < np.linspace(0.05, 0.6, 600) + 0.03 * frame["calls"], "yes", "no")
    at = go(upload(visit(), frame.to_csv(index=False).encode()), "train")
    at.button(key="train").click().run()
    assert "judged on 120 customers that no model has seen: the latest by joined" in words(at)
    assert "Judged on 120 customers that no model has seen: the latest by joined." in words(go(at, "metrics"))
