"""Reasons, their light, what if and what would have to change, on real customers and for every kind of question."""

from __future__ import annotations

import re

import pytest

from tests.browser.driving import assert_sound, picture, settle
from tests.browser.test_journeys import go_to, main_text, train, upload

VIEWS = {
    "Which columns most?": "In words",
    "For whom how much?": "Each dot stands for",
    "Which work together?": "Half-way between two customers",
    "The same in all segments?": "By a date, this is how reasons went over time",
    "What does predicting need?": "what their quality rests on",
}
PREDICTION = "() => document.querySelectorAll(\"[data-testid='stMetricValue']\")[1]?.innerText"


def open_tab(page, name, expected):
    page.get_by_role("tab", name=name).click()
    page.get_by_text(expected).first.wait_for()
    settle(page)


def choose_model(page, name):
    page.locator("[data-testid='stButtonGroup'] button", has_text=name).first.click()
    page.wait_for_timeout(500)
    settle(page)


def look_at_everything(page, name):
    """All views of the model, one customer, and what if; the same three things on a telephone."""
    for view, expected in VIEWS.items():
        page.locator("[data-testid='stButtonGroup'] button", has_text=view).click()
        page.get_by_text(expected).first.wait_for()
        settle(page)
        assert_sound(page)
        picture(page, f"explain_{name}_{re.sub('[^a-z]+', '_', view.lower())}")
    open_tab(page, "Why this customer?", "What was checked")
    assert_sound(page)
    picture(page, f"explain_{name}_customer")
    open_tab(page, "What if?", "What would have to change?")
    page.get_by_text(re.compile("the model would say|No change of these columns|Choose at least one")).first.wait_for()
    assert_sound(page)
    picture(page, f"explain_{name}_what_if")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(800)
    assert_sound(page)
    picture(page, f"explain_{name}_what_if_telephone")
    page.set_viewport_size({"width": 1440, "height": 900})


def move_to_the_end(page, column):
    """Move a slider as far as it goes, and wait until the prediction has followed."""
    before = page.evaluate(PREDICTION)
    slider = page.locator("[data-testid='stSlider']", has_text=column).first.get_by_role("slider")
    slider.focus()
    slider.press("End")
    page.wait_for_function(f"before => ({PREDICTION})() !== before", arg=before)
    settle(page)


@pytest.mark.real_data
def test_telco_is_explained(visit, real_data):
    page = visit()
    upload(page, real_data("telco_churn.csv"))
    train(page, 3)
    go_to(page, "Explain")
    choose_model(page, "Decision tree")
    look_at_everything(page, "telco")
    assert "From " in main_text(page)
    move_to_the_end(page, "tenure")
    page.get_by_role("button", name="Keep this scenario").click()
    page.get_by_role("button", name="Forget scenarios").wait_for()
    settle(page)
    assert_sound(page)
    page.get_by_text("The same for a segment").click()
    page.get_by_text("The cheapest change that is enough stands first").wait_for()
    settle(page)
    assert_sound(page)
    picture(page, "explain_telco_segment_changes")


@pytest.mark.real_data
def test_an_amount_is_explained(visit, real_data):
    page = visit()
    upload(page, real_data("customer_value.csv"))
    go_to(page, "Train")
    assert "Customer Lifetime Value" in main_text(page)
    page.get_by_role("button", name=re.compile("Train \\d model")).click()
    page.wait_for_url(re.compile("run="))
    settle(page)
    go_to(page, "Explain")
    choose_model(page, "Decision tree")
    look_at_everything(page, "value")


def test_several_answers_are_explained(visit):
    page = visit("train?data=sample:offer_choice")
    page.get_by_role("button", name=re.compile("Train \\d model")).click()
    page.wait_for_url(re.compile("run="))
    settle(page)
    go_to(page, "Explain")
    look_at_everything(page, "offers")
