import contextvars
import math
import threading
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ai import words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.5, "0.500"),
        (12345, "12.3 k"),
        (9999, "9,999"),
        (1.5e6, "1.50 m"),
        (-2e9, "-2.00 bn"),
        (1e-9, "≈ 0"),
        (-0.25, "-0.250"),
    ],
)
def test_numbers_are_written_for_people(value, written):
    assert words.number(value) == written


@pytest.mark.parametrize("write", [words.number, words.percent, words.count])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_undefined_is_a_dash(write, value):
    assert write(value) == "–"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_is_written_in_scientific_notation(value):
    assert "e" not in words.number(value)
    assert "nan" not in words.number(value)


@given(st.text(max_size=200), st.integers(10, 60))
def test_shortened_names_fit(text, width):
    assert len(words.shorten(text, width)) <= max(width, 10)


@pytest.mark.parametrize("month", range(1, 13))
def test_days_are_written_in_the_readers_order(month):
    assert words.day_in_words(date(2026, month, 9)) == f"9 {date(2026, month, 9):%B} 2026"
    assert words.day_in_words(datetime(2026, month, 9, 23, 59)) == words.day_in_words(date(2026, month, 9))


def test_an_unknown_language_falls_back_to_english():
    words.use_language("xx")
    assert words._("Done.") == "Done."
    words.use_language("en")


@pytest.fixture
def chinese():
    words.use_language("zh")
    yield
    words.use_language("en")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.5, "0.500"),
        (9999, "9,999"),
        (12345, "1.23 万"),
        (-1234567, "-123 万"),
        (1.5e8, "1.50 亿"),
        (2.5e11, "2,500 亿"),
        (1e-9, "≈ 0"),
    ],
)
def test_chinese_counts_in_ten_thousands(chinese, value, written):
    assert words.number(value) == written


def test_chinese_needs_no_blanks_between_sentences(chinese):
    assert words.sentences(["好。", "", "快。"]) == "好。快。"
    assert words._(", ").join(["甲", "乙"]) == "甲、乙"
    assert words.ngettext("{n} hour ago", "{n} hours ago", 1) == words.ngettext("{n} hour ago", "{n} hours ago", 2)


def test_a_thread_begins_in_english_unless_it_is_told(chinese):
    heard = []
    for work in (lambda: heard.append(words.language()), contextvars.copy_context().run):
        arguments = () if heard == [] else (lambda: heard.append(words.language()),)
        thread = threading.Thread(target=work, args=arguments)
        thread.start()
        thread.join()
    assert heard == ["en", "zh"]


@pytest.mark.parametrize(
    ("tag", "known"),
    [("zh-CN", "zh"), ("zh_TW.UTF-8", "zh"), ("ZH", "zh"), ("en-US", "en"), ("fr", None), ("", None), ("zhuang", None)],
)
def test_a_browsers_language_is_understood(tag, known):
    assert words.known_language(tag) == known


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("(missing)", "（缺失）"),
        ("性别: (missing) · 年龄: < 30", "性别: （缺失） · 年龄: < 30"),
        ("城市 = (missing)", "城市 = （缺失）"),
        ("(missing) · (other)", "（缺失） · （其他）"),
        ("form (missing)", "form (missing)"),
        ("gone(missing) · ", "gone(missing) · "),
    ],
)
def test_what_stands_for_a_label_is_translated_within_the_name_of_a_group(name, said):
    words.use_language("zh")
    assert words.label_in_words(name) == said
    words.use_language("en")
    assert words.label_in_words(name) == name
