"""Who are my customers? Groups found, made by hand, and by purchases; put to use on other pages."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.browser.driving import assert_sound, picture, settle
from tests.browser.test_journeys import go_to, main_text, train, upload

ROOT = Path(__file__).parents[2]
WAYS = ("clusters", "column", "hand")


def choose_way(page, name, expected):
    page.locator("[data-testid='stButtonGroup'] button", has_text=name).first.click()
    page.get_by_text(expected).first.wait_for()
    settle(page)


def open_tab(page, name, expected):
    page.get_by_role("tab", name=name).click()
    page.get_by_text(expected).first.wait_for()
    settle(page)


def pick(page, label, option):
    """Choose an entry of a select box."""
    box = page.locator("[data-testid='stSelectbox']", has_text=label).last
    box.locator("input").first.click()
    page.get_by_role("option", name=option, exact=True).first.click()
    page.wait_for_timeout(500)
    settle(page)


def download(page, name):
    with page.expect_download() as file:
        page.get_by_role("button", name=name).click()
    return Path(file.value.path())


def look(page, name):
    """On a desk and on a telephone."""
    assert_sound(page)
    picture(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(800)
    assert_sound(page)
    picture(page, f"{name}_telephone")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_timeout(400)


@pytest.mark.real_data
def test_telco_groups_are_found_looked_into_and_used(visit, real_data):
    page = visit()
    upload(page, real_data("telco_churn.csv"))
    train(page, 3)
    go_to(page, "Segments")
    page.get_by_text("See a model through these groups").wait_for()
    settle(page)
    assert "4 groups; the largest" in main_text(page)
    assert "natural clusters" in main_text(page)
    assert re.search(r"Churn = Yes: \d+ % \(\d+ %–\d+ %\) of “", main_text(page))
    look(page, "segments_telco_found")
    page.get_by_text("Are these groups more than chance?").click()
    page.get_by_text("Found again (stability)").wait_for()
    settle(page)
    assert_sound(page)
    picture(page, "segments_telco_evidence")

    open_tab(page, "Its customers", "the files hold all")
    assert_sound(page)
    members = pd.read_csv(download(page, "These customers (CSV)"))
    everybody = pd.read_csv(download(page, "Everybody, with their group (CSV)"))
    assert len(everybody) == 7043
    assert len(members) == everybody["Cluster"].value_counts().iloc[0]
    assert f"with {len(members):,} customers" in main_text(page)
    assert len(pd.read_parquet(download(page, "Parquet"))) == len(members)

    choose_way(page, "By hand", "No segment is saved yet")
    pick(page, "Column", "tenure")
    pick(page, "What of it", "below")
    page.get_by_label("Value").fill("12")
    page.get_by_label("Value").press("Enter")
    page.get_by_text("tenure below 12").wait_for()
    few = int((everybody["tenure"] < 12).sum())
    assert f"{few:,} customers" in main_text(page)
    picture(page, "segments_telco_builder")
    page.get_by_label("Name of the segment").fill("first year")
    page.get_by_label("Name of the segment").press("Enter")
    settle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("1 segment made by hand").wait_for()
    settle(page)
    assert f"“first year” holds {few:,} customers" in main_text(page)
    look(page, "segments_telco_hand")

    page.get_by_role("button", name="Reasons by group").click()
    page.get_by_text("The size of a column's contributions").wait_for()
    settle(page)
    assert_sound(page)
    assert "segment=first" in page.url
    picture(page, "segments_telco_reasons")
    go_to(page, "Segments")
    page.get_by_text("See a model through these groups").wait_for()
    settle(page)
    page.get_by_role("button", name="Metrics by group").click()
    page.get_by_text("Of customers that no model has seen; bars").wait_for()
    settle(page)
    assert_sound(page)
    assert "first year" in main_text(page)
    picture(page, "segments_telco_metrics")


def test_a_control_that_was_hidden_comes_back_as_it_was(visit):
    """The browser once showed the first option, which then overwrote what the reader had chosen."""
    page = visit("segments?data=sample:telephone_customers&way=column")
    worth = "[data-testid='stSelectbox']:has-text('Worth by') input"
    page.locator(worth).first.wait_for()
    settle(page)
    assert page.locator(worth).first.input_value() == "total_paid"
    choose_way(page, "By hand", "No segment is saved yet")
    choose_way(page, "By a column", "Worth by")
    assert page.locator(worth).first.input_value() == "total_paid"


def test_purchases_become_segments_and_values(visit):
    page = visit("segments?data=sample:transactions", theme="dark")
    page.get_by_text("Look into a group").wait_for()
    settle(page)
    assert "the largest is “Champions”" in main_text(page)
    look(page, "segments_purchases")
    open_tab(page, "Who moved?", "stayed where they were")
    look(page, "segments_purchases_moved")
    open_tab(page, "What will they be worth?", "are expected to buy")
    page.get_by_text("Would it have come true?").click()
    page.get_by_text("The models are fitted on purchases until").wait_for()
    settle(page)
    look(page, "segments_purchases_worth")
    values = pd.read_csv(download(page, "All customers with their value (CSV)"))
    assert {"lifetime_value", "lifetime_value_low", "lifetime_value_high"} <= set(values.columns)


@pytest.mark.real_data
def test_chinese_orders_are_purchases(visit, real_data):
    page = visit()
    page.locator("input[type=file]").first.set_input_files(str(real_data("superstore_zh.xls")))
    page.get_by_role("button", name="Protect and go on").click()
    page.wait_for_url("**/data?*")
    settle(page)
    go_to(page, "Segments")
    page.get_by_text("Look into a group").wait_for()
    settle(page)
    assert re.search(r"\d+ customers in \d+ segments as of", main_text(page))
    assert_sound(page)
    picture(page, "segments_chinese_orders")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_way_fits_a_telephone(visit, theme):
    for way in WAYS:
        page = visit(f"segments?data=sample:offer_choice&way={way}", width=390, height=844, theme=theme)
        page.get_by_text(re.compile("Look into a group|Name of the segment")).first.wait_for()
        settle(page)
        assert_sound(page)
        picture(page, f"segments_{way}_{theme}_telephone")
