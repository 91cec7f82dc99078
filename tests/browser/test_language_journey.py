"""A Chinese reader's browser is answered in Chinese, on wide and narrow screens. Screenshots are kept."""

import re

import pytest

from tests.browser.driving import assert_sound, picture, settle
from tests.browser.test_journeys import go_to, main_text

SAMPLE = "data?data=sample%3Atelephone_customers"


def english_left(page):
    text = re.sub(
        r"“[^”]*”|\b(two years|one year|landline only|demographic parity|equalized odds)\b", "", main_text(page)
    )
    return re.findall(r"[A-Za-z]{3,} [a-z]{3,} [a-z]{2,}", text)


@pytest.mark.parametrize("width", [1440, 390])
def test_from_a_sample_to_reasons_in_chinese(visit, width):
    page = visit(SAMPLE, width=width, locale="zh-CN")
    assert "这张表可以信任吗？" in main_text(page)
    assert_sound(page)
    picture(page, f"zh_data_{width}")
    page.goto(re.sub(r"/data.*", "/explain?data=sample%3Atelephone_customers", page.url))
    settle(page)
    page.get_by_role("button", name="按建议训练").click()
    page.wait_for_url(re.compile("run="))
    settle(page)
    assert_sound(page)
    picture(page, f"zh_explain_model_{width}")
    page.get_by_role("tab", name="为什么是这位客户？").click()
    page.wait_for_timeout(800)
    settle(page)
    page.wait_for_selector("text=模型认为")
    assert_sound(page)
    assert english_left(page) == []
    picture(page, f"zh_explain_customer_{width}")
    if width == 1440:
        for name in ("效果", "公平性", "训练"):
            go_to(page, name)
            assert_sound(page)
            assert english_left(page) == []
            picture(page, f"zh_{name}_{width}")
        go_to(page, "解释")
    # A part of the page that runs by itself goes on in the same language.
    page.get_by_role("button", name="错得最多").click()
    page.wait_for_timeout(1500)
    settle(page)
    assert english_left(page) == []
    assert "模型认为" in main_text(page)


def test_the_choice_is_made_by_hand_and_stays(visit):
    page = visit(SAMPLE)
    assert "Can I trust this table?" in main_text(page)
    page.get_by_role("button", name=re.compile("English")).click()
    page.get_by_text("中文", exact=True).click()
    page.wait_for_url(re.compile("language=zh"))
    settle(page)
    assert "这张表可以信任吗？" in main_text(page)
    page.keyboard.press("Escape")
    go_to(page, "训练")
    assert "要预测什么" in main_text(page)
    assert "language=zh" in page.url
    page.reload()
    settle(page)
    assert "要预测什么" in main_text(page)
