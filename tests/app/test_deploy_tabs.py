"""The tab of the Deploy page is in its address."""

from __future__ import annotations

import pytest

from tests.app.driving import assert_sound, go, upload


@pytest.fixture
def deploy(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    return go(at, "deploy")


def test_the_first_tab_is_open_at_first(deploy):
    assert_sound(deploy)
    assert deploy.session_state["view"]["tab"] == "decide"


def test_a_tab_that_is_opened_goes_into_the_address(deploy):
    deploy.session_state["deploy_tab"] = "What was decided?"
    deploy.run()
    assert_sound(deploy)
    assert deploy.session_state["view"]["tab"] == "log"
    deploy.run()
    assert deploy.session_state["view"]["tab"] == "log"


def test_a_link_opens_its_tab(deploy):
    deploy.session_state["view"]["tab"] = "score"
    deploy.run()
    assert_sound(deploy)
    assert deploy.session_state["deploy_tab"] == "Score new customers"
    assert deploy.file_uploader


def test_another_language_keeps_the_tab(deploy):
    deploy.session_state["deploy_tab"] = "How is it doing?"
    deploy.run()
    deploy.session_state["view"]["language"] = "zh"
    deploy.run()
    assert_sound(deploy)
    assert deploy.session_state["view"]["tab"] == "watch"


def test_a_word_for_no_tab_opens_the_first(deploy):
    deploy.session_state["view"]["tab"] = "nowhere"
    deploy.run()
    assert_sound(deploy)
    assert deploy.session_state["view"]["tab"] == "decide"
