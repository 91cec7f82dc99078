"""Data: can I trust this table?"""

from __future__ import annotations

import pytest

from crm_ai.app import store
from crm_ai.table import Role
from tests.app.driving import assert_sound, go, upload, words


@pytest.fixture
def shown(visit, churn_csv):
    return upload(visit(), churn_csv)


def _tab(at, number):
    labels = [tab.label for tab in at.tabs]
    at.session_state["data_tab"] = labels[number]
    return at.run()


def test_answers_first_then_four_cards(shown):
    assert_sound(shown)
    assert "Good to use" in words(shown)
    assert [metric.value for metric in shown.metric][:2] == ["600", "6"]


def test_every_column_can_be_drawn(shown):
    _tab(shown, 2)
    assert_sound(shown)
    for column in shown.selectbox[0].options:
        shown.selectbox[0].select(column).run()
        assert_sound(shown)
        assert shown.query_params["column"] == column


def test_a_link_shows_the_same_column(shown, visit):
    _tab(shown, 2)
    shown.selectbox[0].select("spend").run()
    other = visit("data", **{name: shown.query_params[name] for name in ("data", "column")})
    _tab(other, 2)
    assert other.selectbox[0].value == "spend"


def test_every_tab_is_sound(shown):
    for number in range(5):
        assert_sound(_tab(shown, number))


def test_a_correction_of_the_schema_is_followed_everywhere(shown):
    table = store.open_table(shown.query_params["data"])
    corrected = table.schema.corrected("Churn", role=Role.FEATURE).corrected("spend", role=Role.TARGET)
    reference = store.put_preparation(shown.query_params["data"], corrected, ())
    shown.query_params["data"] = reference
    shown.run()
    assert_sound(shown)
    go(shown, "train")
    assert shown.selectbox[0].value == "spend"


def test_a_stale_link_is_told_kindly_and_leads_on(visit):
    at = visit("data", data="x" * 22)
    assert not at.exception
    assert "invite_upload" in {button.key for button in at.button} or at.error
    go(at, "home")
    assert at.title[0].value == "What can I do here?"
    assert not at.error


def test_another_sample_is_one_click_away(visit):
    at = visit("data")
    assert_sound(at)
    at.button(key="invite_sample").click().run()
    assert_sound(at)
    assert at.query_params["data"] == "sample:telephone_customers"
    assert at.metric[0].value == "4,000"
