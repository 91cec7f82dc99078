"""Whole journeys, as an analyst makes them. Screenshots are kept in tests/browser/screenshots, to be looked at."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.browser.driving import SCREENSHOTS, assert_sound, picture, settle

ROOT = Path(__file__).parents[2]
PAGES = ("data", "train", "metrics", "explain", "fairness", "deploy", "report")


def go_to(page, name):
    """Click a page in the sidebar."""
    page.locator("[data-testid='stSidebarNavLink']", has_text=name).first.click()
    page.wait_for_timeout(400)
    settle(page)


def upload(page, path):
    page.locator("[data-testid='stFileUploaderDropzoneInput'], input[type=file]").first.set_input_files(str(path))
    page.wait_for_url("**/data?*")
    settle(page)


def move_slider(page, key, times):
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(times):
        slider.press(key)
        page.wait_for_timeout(60)
    page.wait_for_timeout(600)
    settle(page)


def main_text(page):
    return page.inner_text("[data-testid='stMain']")


def train(page, models):
    go_to(page, "Train")
    page.get_by_role("button", name=re.compile(f"Train {models} model")).click()
    page.wait_for_url(re.compile("run="))
    settle(page)


def walk_all_pages(page, name):
    for title in ("Data", "Train", "Metrics", "Explain", "Fairness", "Deploy"):
        go_to(page, title)
        assert_sound(page)
        picture(page, f"{name}_{title.lower()}")


@pytest.mark.real_data
def test_telco_from_upload_to_scores(visit, real_data, tmp_path):
    page = visit()
    picture(page, "telco_home")
    upload(page, real_data("telco_churn.csv"))
    assert "7,043" in main_text(page)
    assert "TotalCharges" in main_text(page)
    assert "11" in main_text(page)
    go_to(page, "Train")
    text = main_text(page)
    assert "Churn is a yes/no question; 26.5 %" in text
    assert "customerID" in text
    segments = page.locator("[data-testid='stMultiSelect']").nth(1).inner_text()
    assert "gender" in segments
    assert "SeniorCitizen" in segments
    assert "customerID" not in page.locator("[data-testid='stMultiSelect']").nth(0).inner_text()
    train(page, 3)
    assert "0.842" in main_text(page)
    walk_all_pages(page, "telco")

    go_to(page, "Metrics")
    assert re.search(
        r"Ranks a customer with Churn = Yes above one without it 84 % of the time \(82–86 %\)", main_text(page)
    )
    for tab in ("How well does it rank?", "Whom to contact?", "Are probabilities true?"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(500)
        assert_sound(page)
    before = main_text(page)
    move_slider(page, "ArrowLeft", 10)
    assert main_text(page) != before
    assert "threshold=0.40" in page.url

    go_to(page, "Explain")
    assert "tenure moves the prediction most" in main_text(page)
    page.get_by_role("tab", name="Why this customer?").click()
    page.wait_for_selector("text=What was checked")
    settle(page)
    page.get_by_role("button", name="Worst mistake").click()
    page.wait_for_timeout(1500)
    settle(page)
    assert_sound(page)
    picture(page, "telco_explain_customer")
    page.get_by_label("Search a customer").fill("7590")
    page.get_by_label("Search a customer").press("Enter")
    page.wait_for_timeout(800)
    settle(page)
    assert_sound(page)

    go_to(page, "Fairness")
    assert "No evidence of a gap by gender" in main_text(page)
    assert "0.40" in main_text(page), "the threshold is the same as on the Metrics page"

    go_to(page, "Deploy")
    page.get_by_role("tab", name="Score new customers").click()
    page.get_by_text("Take the model along").click()
    page.wait_for_timeout(600)
    with page.expect_download() as model:
        page.get_by_role("button", name="Download the model").click()
    assert Path(model.value.path()).stat().st_size > 1000
    with page.expect_download() as card:
        page.get_by_role("button", name="Download its card").click()
    assert "0.842" in Path(card.value.path()).read_text()
    page.locator("input[type=file]").first.set_input_files(str(real_data("telco_churn.csv")))
    page.get_by_role("button", name="Score 7,043 customers").click()
    page.wait_for_selector("text=Customers scored")
    settle(page)
    assert_sound(page)
    picture(page, "telco_scored")
    with page.expect_download() as scores:
        page.get_by_role("button", name="All as CSV").click()
    assert len(Path(scores.value.path()).read_text(encoding="utf-8-sig").splitlines()) == 7044
    _keep_for_readme()


def _keep_for_readme():
    """The README's pictures are this journey's; refreshed on request, so that a test run leaves no changes behind."""
    if os.environ.get("CRM_AI_README_PICTURES"):
        target = ROOT / "docs" / "screenshots"
        target.mkdir(exist_ok=True)
        for name in ("data", "train", "metrics", "fairness"):
            shutil.copy(SCREENSHOTS / f"telco_{name}.png", target / f"{name}.png")
        shutil.copy(SCREENSHOTS / "telco_explain_customer.png", target / "explain.png")


@pytest.mark.real_data
def test_customer_value_is_a_regression(visit, real_data):
    page = visit()
    upload(page, real_data("customer_value.csv"))
    go_to(page, "Train")
    assert "Customer Lifetime Value" in main_text(page)
    assert "4 customers" in main_text(page), "those without a known value are counted on screen"
    train(page, 2)
    walk_all_pages(page, "value")
    go_to(page, "Metrics")
    assert "typically wrong by" in main_text(page)


def test_the_multiclass_sample(visit):
    page = visit()
    page.get_by_role("button", name="Open this sample").nth(2).click()
    page.wait_for_url("**/data?*")
    settle(page)
    train(page, 2)
    walk_all_pages(page, "offers")
    go_to(page, "Explain")
    page.get_by_role("tab", name="Why this customer?").click()
    page.wait_for_selector("text=What was checked")
    settle(page)
    assert_sound(page)
    picture(page, "offers_explain_customer")


def test_a_link_brings_back_what_it_showed(visit):
    page = visit()
    page.get_by_role("button", name="Open this sample").first.click()
    page.wait_for_url("**/data?*")
    settle(page)
    train(page, 3)
    go_to(page, "Fairness")
    move_slider(page, "ArrowRight", 5)
    shown = page.inner_text("[data-testid='stMarkdown'] strong >> nth=0"), page.url
    other = visit(page.url.split("/", 3)[3])
    other.wait_for_selector("text=Four-fifths rule")
    settle(other)
    assert "0.55" in main_text(other)
    assert other.url == shown[1]


def test_every_page_can_be_the_first_one_visited(visit):
    for name in PAGES:
        page = visit(f"{name}?data=sample:telephone_customers")
        assert_sound(page)
        assert page.locator("h1").count() == 1


def test_one_visitor_never_sees_anothers_data(visit, tmp_path):
    (tmp_path / "secret.csv").write_text("name,age,churned\n" + "\n".join(f"n{i},{i},{i % 2}" for i in range(60)))
    mine = visit()
    upload(mine, tmp_path / "secret.csv")
    go_to(mine, "Home")
    assert "secret.csv" in main_text(mine)
    stranger = visit()
    assert "secret.csv" not in main_text(stranger)
    token = re.search(r"data=([\w-]{22})", mine.url)
    guess = visit("data?data=AAAAAAAAAAAAAAAAAAAAAA")
    assert_sound(guess)
    assert "secret.csv" not in main_text(guess)
    assert token is None or token.group(1) not in stranger.url


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"name,age\n"),
        ("binary.csv", bytes(range(256)) * 40),
        ("broken.xlsx", b"PK\x03\x04 no workbook"),
    ],
)
def test_files_that_are_no_tables_get_a_kind_word(visit, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    page = visit()
    page.locator("input[type=file]").first.set_input_files(str(tmp_path / name))
    page.wait_for_selector("[data-testid='stAlert']")
    settle(page)
    assert name in page.inner_text("[data-testid='stAlert']")
    assert_sound(page)
    picture(page, f"refused_{name.split('.')[0]}", whole=False)


def test_awkward_names_are_shown_as_they_are(visit, tmp_path):
    names = ["<img src=x onerror=alert(1)>", "**bold** [x](http://y)", ":smile: $a$", "123", "😀", "合同"]
    rows = "\n".join(
        ",".join([str(i % 7), str(i), "ab"[i % 2], str(i % 5), str(i % 3), "甲乙"[i % 2], "yes" if i % 3 else "no"])
        for i in range(200)
    )
    (tmp_path / "awkward.csv").write_text(",".join([*names, "churned"]) + "\n" + rows, encoding="utf-8")
    page = visit()
    page.on("dialog", lambda dialog: pytest.fail("a column's name was run as a script"))
    upload(page, tmp_path / "awkward.csv")
    train(page, 3)
    walk_all_pages(page, "awkward")
    assert not page.query_selector("[data-testid='stMain'] img[src='x']")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_fits_a_telephone(visit, server, theme):
    page = visit("train?data=sample:telephone_customers", width=390, height=844, theme=theme)
    page.get_by_role("button", name=re.compile("Train 3 models")).click()
    page.wait_for_url(re.compile("run="))
    settle(page)
    query = page.url.split("?")[1]
    for name in ("", *PAGES):
        page.goto(f"{server}/{name}?{query}")
        settle(page)
        assert_sound(page)
        picture(page, f"telephone_{theme}_{name or 'home'}")
