"""Report: what do I tell the others?"""

from __future__ import annotations

import io

import pytest
from pptx import Presentation

from crm_ai.app import results, telling
from crm_ai.evaluation import Offer
from crm_ai.evaluation.glossary import interval, value
from crm_ai.modeling import HEADLINE, Task, propose_problem, train
from crm_ai.table import read_table
from crm_ai.words import use_language
from tests.app.driving import assert_sound, customers, go, upload, words

KEYS = ["report_pptx", "report_pdf", "report_html", "report_md"]


@pytest.fixture
def trained(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    return go(at, "report")


def test_without_models_it_offers_to_train(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "report")
    assert_sound(at)
    assert {"invite_train", "invite_now"} <= {button.key for button in at.button}


def test_it_shows_in_short_what_the_files_say(trained):
    assert_sound(trained)
    assert [button.key for button in trained.download_button] == KEYS
    assert "What are the limits" in words(trained)
    assert "Ranks a customer with" in words(trained)
    assert "nobody has told what a contact costs" not in words(trained)  # details are for the files


def test_money_is_told_when_it_is_asked_for(trained):
    trained.toggle(key="report_money").set_value(True).run()
    assert_sound(trained)
    assert "expected gain" in words(trained)


def test_another_threshold_is_another_report(trained):
    before = words(trained)
    trained.slider[0].set_value(0.3).run()
    assert_sound(trained)
    assert "from a score of 0\\.30 on" in words(trained)
    assert words(trained) != before


def test_without_a_font_it_says_which(trained, monkeypatch):
    monkeypatch.setattr("crm_ai.reporting.fonts.find_chinese", lambda *_known: None)
    trained.segmented_control(key="report_language").set_value("zh").run()
    assert_sound(trained)
    assert "Noto Sans CJK" in words(trained)
    assert trained.download_button(key="report_pdf").disabled
    assert not trained.download_button(key="report_pptx").disabled


@pytest.fixture(scope="module")
def run():
    table = read_table(customers(), name="customers.csv")
    return train(table, propose_problem(table, segments=["gender"]).problem, ["logistic_regression"])


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_files_are_in_the_language_that_was_chosen(run, spoken):
    money = (Offer(value=300, cost=20, chance=0.3), None, 600)

    def make():
        return results.findings_of_run(run, "logistic_regression", None, 0.5, money)

    try:
        content = telling._made(make(), make, "pptx", spoken)()
        deck = Presentation(io.BytesIO(content))
        told = "\n".join(
            shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame
        )
        assert ("逻辑回归" in told) == (spoken == "zh")
        assert ("Logistic regression" in told) == (spoken == "en")
    finally:
        use_language("en")


def test_figures_are_those_of_the_pages(run):
    findings = results.findings_of_run(run, "logistic_regression", None, 0.5, None)
    page = results.headline(run, "logistic_regression")
    content = telling._made(findings, lambda: findings, "html", "en")().decode()
    for name in HEADLINE[Task.BINARY]:
        assert value(page[name]) in content
        assert interval(page[name]) in content
    assert results.audit(run, "logistic_regression", "gender", 0.5).verdict.split(":")[0] in content
