"""A model is registered, approved, put to work and brought back, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driving import assert_sound, picture, settle

TELCO = Path(__file__).parents[3] / "shared" / "data" / "telco_churn.csv"


def say(page, label, words):
    page.get_by_role("textbox", name=label, exact=True).fill(words)


def press(page, button, then):
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_test_id("stAlert").filter(has_text=then)).to_be_visible()
    settle(page)


def click_as_a_hand_does(link):
    """A field hands over its text when the button goes down; a program lets go in the same millisecond."""
    link.click(delay=200)


def answer_all(page):
    answers = page.get_by_role("radio", name="Good enough", exact=True)
    for place in range(5):
        answers.nth(place).click(force=True)
        expect(answers.nth(place)).to_be_checked()


def decide_and(page, version, act, button, then):
    answer_all(page)
    say(page, "Why is it decided so?", "Looked at it with sales.")
    press(page, f"Approve version {version}", f"Version {version} of “Churn” is approved")
    choose(page, act)
    say(page, "Why?", "Better than calling at random.")
    press(page, button, then)


def choose(page, act):
    """What is usual next is chosen already; another click would take it back."""
    chosen = page.get_by_role("radio", name=act, exact=True)
    if not chosen.is_checked():
        chosen.click()
        expect(chosen).to_be_checked()
    settle(page)
    expect(page.get_by_role("textbox", name="Why?", exact=True)).to_have_count(1)


@pytest.mark.real_data
@pytest.mark.skipif(not TELCO.exists(), reason="the public data sets are not here")
def test_a_model_goes_to_work_and_comes_back(visit_own):
    page = visit_own()
    page.set_input_files("input[type=file]", TELCO)
    page.wait_for_url("**/data**")
    settle(page)
    page.get_by_role("link", name="Deploy").click()
    page.get_by_role("button", name="Train what is proposed").click()
    say(page, "Why is it to be used?", "The call centre calls those who are about to leave.")
    press(page, "Register as a candidate", "Version 1 of “Churn” is registered")
    assert_sound(page)
    decide_and(page, 1, "Put to work", "Put version 1 to work", "Version 1 of “Churn” is at work now")

    page.get_by_text("Register a model as a candidate").click()
    page.get_by_role("radio", name="Decision tree").click(force=True)
    settle(page)
    say(page, "Why is it to be used?", "A tree is easier to tell.")
    press(page, "Register as a candidate", "Version 2 of “Churn” is registered")
    expect(page.get_by_text("Not shown to be better or worse than the champion")).to_have_count(2)
    decide_and(page, 2, "Put on trial", "Put version 2 on trial", "on trial now (challenger)")
    choose(page, "Put to work")
    say(page, "Why?", "As good, and easier to tell.")
    press(page, "Put version 2 to work", "Version 2 of “Churn” is at work now")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(900)
    choose(page, "Bring the one before back")
    assert_sound(page)
    say(page, "Why?", "Complaints.")
    press(page, "Bring version 1 back", "Version 1 of “Churn” is back at work")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("tab", name="What was decided?").click()
    expect(page.get_by_text("The log is unbroken: 8 entries.")).to_be_visible()
    expect(page.get_by_text("was brought back, in the place of version 2")).to_be_visible()
    assert_sound(page)
    picture(page, "deploy_log")


@pytest.mark.real_data
@pytest.mark.skipif(not TELCO.exists(), reason="the public data sets are not here")
def test_what_was_typed_outlives_another_tab_and_what_others_do(visit_own):
    page = visit_own()
    page.set_input_files("input[type=file]", TELCO)
    page.wait_for_url("**/data**")
    settle(page)
    page.get_by_role("link", name="Deploy").click()
    page.get_by_role("button", name="Train what is proposed").click()
    say(page, "Why is it to be used?", "A second thought.")
    page.get_by_role("tab", name="Score new customers").click()
    settle(page)
    page.get_by_role("tab", name="May it go to work?").click()
    expect(page.get_by_role("textbox", name="Why is it to be used?")).to_have_value("A second thought.")
    press(page, "Register as a candidate", "Version 1 of “Churn” is registered")
    answer_all(page)
    settle(page)
    say(page, "Why is it decided so?", "My own reasons.")
    click_as_a_hand_does(page.get_by_role("link", name="Look at Fairness"))
    page.wait_for_url("**/fairness**")
    settle(page)
    page.get_by_role("link", name="Deploy").first.click()
    page.wait_for_url("**/deploy**")
    expect(page.get_by_role("textbox", name="Why is it decided so?")).to_have_value("My own reasons.")
    for place in range(5):
        expect(page.get_by_role("radio", name="Good enough", exact=True).nth(place)).to_be_checked()

    other = page.context.new_page()
    other.set_default_timeout(60_000)
    other.goto(page.url)
    settle(other)
    answer_all(other)
    say(other, "Why is it decided so?", "Others came first.")
    press(other, "Approve version 1", "Version 1 of “Churn” is approved")
    press(page, "Approve version 1", "Version 1 of “Churn” was approved, by local user")
    expect(page.get_by_text("Your words are kept: “My own reasons.”")).to_be_visible()
    expect(page.get_by_role("heading", name="Version 1: approved, not at work")).to_be_visible()

    other.goto(page.url.replace("registered=Churn", "registered=Nope").replace("version=1", "version=9"))
    settle(other)
    expect(other.get_by_text("The link asks for “Nope”, which is not registered here.")).to_be_visible()
    assert "Nope" not in other.url
    picture(page, "deploy_meanwhile")
