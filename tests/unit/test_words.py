import math

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


def test_an_unknown_language_falls_back_to_english():
    words.use_language("xx")
    assert words._("Done.") == "Done."
    words.use_language("en")
