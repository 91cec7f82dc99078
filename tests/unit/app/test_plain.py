"""Whatever a stranger writes is read as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ai.app.plain import WORD_JOINER, plain
from crm_ai.words import one_line


@given(st.text())
def test_nothing_is_lost_but_what_steers(text):
    shown = plain(text).replace(WORD_JOINER, "").replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    assert shown == one_line(text)


@given(st.text())
def test_one_line(text):
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize("mark", "<>[]()*_`$|#~!\\")
def test_every_mark_of_markdown_is_escaped(mark):
    assert plain(f"a{mark}b") == f"a\\{mark}b"


@pytest.mark.parametrize(
    "name", [":smile:", ":material/home:", ":red[x]", "a@b.example", "https://x.example", "www.x.example"]
)
def test_what_is_replaced_after_parsing_is_broken_up(name):
    assert WORD_JOINER in plain(name)


def test_long_names_are_cut_in_the_middle():
    assert len(one_line(plain("x" * 100, 20))) <= 20 + 2


def test_text_that_turns_the_line_around_is_taken_out():
    assert one_line("abc\u202edef") == "abcdef"
