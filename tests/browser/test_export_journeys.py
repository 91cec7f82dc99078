"""Reasons that leave the app arrive as files that open elsewhere."""

import re

import pandas as pd

from tests.browser.driving import SCREENSHOTS, assert_sound, picture, settle
from tests.browser.test_journeys import go_to, main_text, train, upload


def download(page, label, folder):
    with page.expect_download() as coming:
        page.get_by_role("button", name=label).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def test_reasons_are_taken_away_and_the_report_is_read(visit, chromium, tmp_path):
    page = visit()
    upload(page, "sample_data/telephone_customers.csv")
    train(page, "3")
    go_to(page, "Explain")
    page.get_by_text("Export", exact=True).click()
    page.wait_for_timeout(600)
    picture(page, "export")
    csv = pd.read_csv(download(page, "Reasons as CSV", tmp_path))
    parquet = pd.read_parquet(download(page, "Reasons as Parquet", tmp_path))
    assert csv["row"].tolist() == parquet["row"].tolist()
    sums = csv["base"] + csv[[name for name in csv if name.startswith("contribution of ")]].sum(axis=1)
    assert (sums - csv["output"]).abs().max() < 1e-6
    report = download(page, "Report to read", tmp_path)
    page.get_by_role("tab", name="Why this customer?").click()
    page.wait_for_selector(".st-key-export_customer")
    settle(page)
    one = pd.read_csv(download(page, "Reasons of this customer", tmp_path))
    assert one["row"].nunique() == 1
    assert_sound(page)
    assert "Customer" in main_text(page)
    for width in (390, 1280):
        asked = []
        reader = chromium.new_context(viewport={"width": width, "height": 900}, offline=True).new_page()
        reader.on("request", lambda request, asked=asked: asked.append(request.url))
        reader.on("console", lambda message, asked=asked: asked.append(message.text))
        reader.goto(report.as_uri())
        assert asked == [report.as_uri()]
        assert reader.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert re.search(r"Ranking \(ROC AUC\)", reader.inner_text("main"))
        SCREENSHOTS.mkdir(exist_ok=True)
        reader.screenshot(path=SCREENSHOTS / f"export_report_{width}.png", full_page=True)
        reader.context.close()
