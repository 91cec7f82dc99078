import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.table import bands_at, equal_bands


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=6, unique=True),
    st.lists(st.one_of(st.none(), st.integers(-60, 60)), max_size=40),
)
def test_given_edges_cut_as_pandas_does(edges, values):
    column = pd.Series(values, dtype=float)
    found = bands_at(edges).codes_of(column)
    theirs = pd.cut(column, [-np.inf, *sorted(edges), np.inf], right=False).cat.codes
    assert (found == theirs.to_numpy()).all()


def test_names_say_what_bands_hold():
    assert bands_at([65, 18]).names == ("< 18", "18 – < 65", "≥ 65")
    assert bands_at([0.5]).names == ("< 0.5", "≥ 0.5")
    assert len(set(bands_at([10_000, 10_001, 10_002]).names)) == 4


def test_dates_are_cut_by_day():
    column = pd.Series(pd.to_datetime(["2024-12-31 23:59", "2025-01-01 00:00", None, "2026-03-01 00:00"]))
    bands = bands_at(["2025-01-01", "2026-01-01"])
    assert bands.names == ("before 2025-01-01", "2025-01-01 – before 2026-01-01", "from 2026-01-01")
    assert bands.codes_of(column).tolist() == [0, 1, -1, 2]


@pytest.mark.parametrize("many", [2, 3, 4, 10])
def test_equal_bands_hold_about_equally_many(many):
    generator = np.random.default_rng(many)
    for column in (
        pd.Series(generator.gamma(2, 1000, 5000)),
        pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(generator.integers(0, 2000, 5000), unit="D")),
    ):
        bands = equal_bands(column, many)
        shares = np.bincount(bands.codes_of(column)) / 5000
        assert len(shares) == len(bands.names) == many
        assert shares.max() < 1.5 / many
        assert len(set(bands.names)) == many


def test_a_single_value_is_a_single_band():
    assert equal_bands(pd.Series([7.0, 7.0])).names == ("7",)
    day = pd.Series(pd.to_datetime(["2025-05-01", "2025-05-01"]))
    assert equal_bands(day).names == ("2025-05-01",)
    with pytest.raises(ProblemError, match="No customer has a value"):
        equal_bands(pd.Series([np.nan], name="age"))


@pytest.mark.parametrize(
    ("edges", "names", "message"),
    [
        ([], (), "between one and"),
        ([1, 1], (), "between one and"),
        ([float("nan")], (), "between one and"),
        (["soon"], (), "“soon” is no date"),
        ([None], (), "is no number"),
        ([1], ("a",), "make 2 bands"),
        ([1], ("a", "a"), "make 2 bands"),
    ],
)
def test_edges_that_cannot_be_end_in_a_sentence(edges, names, message):
    with pytest.raises(ProblemError, match=message):
        bands_at(edges, names=names)
