"""Training goes on by itself: ended early, left for another page, its tab closed."""

from __future__ import annotations

import re

import pytest

from tests.browser.driving import assert_sound, picture, settle
from tests.browser.test_journeys import go_to, main_text

ALL = ("Random forest", "Gradient boosting", "Neural network")


@pytest.fixture
def asked(visit):
    """The Train page with all six models chosen."""
    page = visit("train?data=sample:telephone_customers")
    for name in ALL:
        page.locator("[data-testid='stCheckbox']", has_text=name).locator("label").click()
        settle(page)
    return page


def begin(page):
    page.get_by_role("button", name="Train 6 models").click()
    page.get_by_role("button", name="End training").wait_for()


def test_ending_early_keeps_what_is_finished(asked):
    begin(asked)
    asked.get_by_text(re.compile("Random forest:.*left")).first.wait_for()
    asked.get_by_role("button", name="End training").click()
    asked.wait_for_url(re.compile("run="))
    settle(asked)
    assert_sound(asked)
    text = main_text(asked)
    assert "did best on folds" in text
    assert "Neural network" not in text[text.index("What came out") :]
    picture(asked, "training_ended_early")
    go_to(asked, "Metrics")
    assert_sound(asked)
    assert "Ranks a customer" in main_text(asked)


def test_training_goes_on_while_other_pages_are_read(asked):
    page = asked
    page.get_by_text("How they are trained and judged").click()
    page.get_by_text("Rare answers count like frequent ones").click()  # what was trained before would be there at once
    settle(page)
    begin(page)
    page.locator("[data-testid='stSidebarNavLink']", has_text="Data").first.click()
    page.get_by_text("Can I trust this table?").wait_for()
    page.get_by_text(re.compile("Training:.*left")).wait_for()
    picture(page, "training_elsewhere", whole=False)
    page.get_by_text("Training has ended: look at the models").wait_for()
    page.get_by_text("Training has ended: look at the models").click()
    page.get_by_text("What came out").wait_for()
    settle(page)
    text = main_text(page)
    assert "Neural network" in text[text.index("What came out") :]
    page.get_by_text("Would more customers help?").click()
    page.get_by_role("button", name="Draw the learning curve").click()
    page.get_by_text(re.compile("More customers would")).first.wait_for()
    picture(page, "training_done")
    assert_sound(page)


def test_closing_the_tab_leaves_a_whole_run(asked):
    begin(asked)
    address, context = asked.url, asked.context
    asked.close()
    again = context.new_page()
    again.set_default_timeout(60_000)
    again.goto(address.split("/train")[0])
    settle(again)
    for _turn in range(60):
        if "predicts churned" in main_text(again):
            break
        again.wait_for_timeout(1000)
        again.reload()
        settle(again)
    again.get_by_role("button", name="Go on").first.click()
    again.get_by_text("Ranks a customer").first.wait_for()
    settle(again)
    assert_sound(again)
    assert "Neural network" in main_text(again)
