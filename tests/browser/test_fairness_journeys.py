"""From a gap to a fairer model that is adopted, and a manager who reads the verdict."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.browser.driving import assert_sound, picture, settle
from tests.browser.test_journeys import go_to, main_text, train, upload

TABS = {
    "Is there a gap?": "would be found in four of five cases",
    "Which fairness?": "What cannot hold together",
    "From the data or the model?": "Everything else of a customer stays as it is",
    "What can be done?": "What shall be equal?",
}


def open_tab(page, name):
    page.get_by_role("tab", name=name).click()
    page.get_by_text(TABS[name]).first.wait_for()
    settle(page)


def groups_by(page, column):
    box = page.get_by_role("combobox", name=re.compile("Groups by"))
    box.click()
    box.fill(column)
    page.get_by_role("option", name=column, exact=True).first.click()
    page.wait_for_timeout(500)
    settle(page)


def together_with(page, column):
    box = page.get_by_role("combobox", name=re.compile("Together with"))
    box.click()
    box.fill(column)
    page.get_by_role("option", name=column, exact=True).first.click()
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    settle(page)


def bands(page, edges):
    field = page.get_by_role("textbox", name=re.compile("begin at"))
    field.fill(edges)
    field.press("Enter")
    page.wait_for_timeout(500)
    settle(page)


def on_a_telephone(page, name):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(900)
    assert_sound(page)
    picture(page, name)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_timeout(600)


@pytest.mark.real_data
def test_an_analyst_closes_a_gap_and_a_manager_reads_the_verdict(visit, real_data):
    page = visit()
    upload(page, real_data("german_credit.csv"))
    go_to(page, "Fairness")
    page.get_by_text("What would be predicted?").wait_for()
    settle(page)
    assert_sound(page)
    picture(page, "fairness_german_before_training")
    train(page, 3)

    go_to(page, "Fairness")
    groups_by(page, "age")
    bands(page, "25, 40, 60")
    assert "age%3D25%2C40%2C60" in page.url
    bands(page, "35")
    assert "segment=age%3D35" in page.url
    assert "There is a gap by age (35)" in main_text(page)
    together_with(page, "personal_status")
    assert "There is a gap by age (35) × personal_status" in main_text(page)
    assert_sound(page)
    picture(page, "fairness_german_intersection")
    page.get_by_role("button", name="Clear all").click()
    page.wait_for_timeout(500)
    settle(page)
    assert "personal_status" not in page.url
    for name in TABS:
        open_tab(page, name)
        assert_sound(page)
        picture(page, f"fairness_german_{re.sub('[^a-z]+', '_', name.lower())}")
        on_a_telephone(page, f"fairness_german_{re.sub('[^a-z]+', '_', name.lower())}_telephone")
    page.get_by_role("button", name="Compare ways to close the gap").click()
    page.get_by_text("Adopt this model").first.wait_for(timeout=240_000)
    settle(page)
    assert_sound(page)
    picture(page, "fairness_german_ways")
    on_a_telephone(page, "fairness_german_ways_telephone")
    assert "The gap goes from" in main_text(page)

    before = page.url
    page.get_by_role("button", name="Adopt this model").click()
    page.wait_for_function("before => location.href !== before", arg=before)
    page.get_by_text("Adopted:").first.wait_for()
    settle(page)
    assert_sound(page)
    assert "model=" in page.url
    assert "%2B" in page.url
    open_tab(page, "Is there a gap?")
    picture(page, "fairness_german_adopted")

    for title in ("Metrics", "Explain", "Deploy", "Fairness"):
        go_to(page, title)
        assert_sound(page)
        assert "%2B" in page.url, f"{title} shows the adopted model"
        picture(page, f"fairness_adopted_{title.lower()}")

    together_with(page, "personal_status")
    assert "personal_status" in page.url
    assert_sound(page)
    page.get_by_text("Export").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Selected customers as CSV").click()
    chosen = pd.read_csv(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert {"group", "score", "decision"} <= set(chosen)
    assert len(chosen)
    with page.expect_download() as download:
        page.get_by_role("button", name="Audit as CSV").click()
    assert "judgement" in Path(download.value.path()).read_text("utf-8-sig")

    address = page.url.split("/", 3)[3]
    for theme, width, height in (("light", 1440, 900), ("dark", 1440, 900), ("dark", 390, 844)):
        manager = visit(f"{address}&reader=manager", theme=theme, width=width, height=height)
        manager.get_by_text("Adopted:").first.wait_for()
        settle(manager)
        assert_sound(manager)
        assert "by age (35) × personal_status" in main_text(manager)
        picture(manager, f"fairness_manager_{theme}_{width}")


def test_fairness_in_the_dark(visit):
    page = visit("train?data=sample:telephone_customers", theme="dark")
    page.get_by_role("button", name=re.compile("Train \\d model")).click()
    page.wait_for_url(re.compile("run="))
    settle(page)
    go_to(page, "Fairness")
    for name in TABS:
        open_tab(page, name)
        assert_sound(page)
        picture(page, f"fairness_dark_{re.sub('[^a-z]+', '_', name.lower())}")
    page.get_by_role("button", name="Compare ways to close the gap").click()
    page.get_by_role("button", name="End the search").click()
    page.get_by_text("Adopt this model").or_(page.get_by_text("Try the other ways too")).first.wait_for()
    settle(page)
    assert_sound(page)
    picture(page, "fairness_dark_ended")
