import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ReadError
from crm_ai.table import Column, Kind, Role, Schema, coerce, coerce_counting


def as_kind(values, kind):
    frame, lost = coerce_counting(pd.DataFrame({"x": values}), Schema((Column("x", kind, Role.FEATURE),)))
    return frame["x"], lost.get("x", 0)


def test_numbers_are_whole_only_if_all_are_and_none_is_missing():
    assert as_kind(["1", "2"], Kind.NUMBER)[0].dtype == np.int64
    assert as_kind(["1", None], Kind.NUMBER)[0].dtype == np.float64
    assert as_kind([1.0, 2.0], Kind.NUMBER)[0].dtype == np.int64
    assert as_kind([1.5, 2.0], Kind.NUMBER)[0].dtype == np.float64


def test_what_cannot_be_a_number_is_missing_and_counted():
    column, lost = as_kind(["1", "many", "N/A", None, "-", "00017"], Kind.NUMBER)
    assert column.dropna().tolist() == [1, 17]
    assert lost == 1


def test_infinite_numbers_are_missing_and_counted():
    column, lost = as_kind([1.5, np.inf, -np.inf], Kind.NUMBER)
    assert (column.isna().sum(), lost) == (2, 2)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0, 1, 0], ["0", "1"]),
        ([0.0, 1.0, np.nan], ["0", "1"]),
        (["1.0", "0.0", "1"], ["0", "1"]),
        ([True, False, None], ["False", "True"]),
        ([10, 9, 100], ["9", "10", "100"]),
        ([1.5, 2.0], ["1.5", "2"]),
        (["b", "a", None], ["a", "b"]),
        (["2.0", "2.0.1", "v3", "v4"], ["2.0", "2.0.1", "v3", "v4"]),
        (["02", "10"], ["02", "10"]),
    ],
)
def test_labels_are_plain_texts_in_reading_order(values, labels):
    column, lost = as_kind(values, Kind.CATEGORY)
    assert column.cat.categories.tolist() == labels
    assert column.cat.categories.dtype == "str"
    assert column.isna().sum() == sum(pd.isna(value) for value in values)
    assert lost == 0


def test_dates_take_one_form():
    for values in (
        ["2024-03-01", None],
        ["3/1/2024", "3/20/2024"],
        [pd.Timestamp("2024-03-01"), None],
        [20240301, 20240302],
    ):
        column, lost = as_kind(values, Kind.DATE)
        assert column.dtype == "datetime64[us]"
        assert column.iloc[0] == pd.Timestamp("2024-03-01")
        assert lost == 0
    assert as_kind(["2024-03-01", "soon"], Kind.DATE)[1] == 1


def test_texts_are_strings():
    column, _lost = as_kind([1.0, None, 2.5], Kind.TEXT)
    assert column.dtype == "str"
    assert column.tolist()[::2] == ["1", "2.5"]
    assert column.isna().tolist() == [False, True, False]
    assert as_kind([13800138000.0, 13900139000.0], Kind.IDENTIFIER)[0].tolist() == ["13800138000", "13900139000"]


def test_columns_come_in_the_schemas_order_and_others_are_left_out():
    schema = Schema((Column("b", Kind.NUMBER, Role.FEATURE), Column("a", Kind.TEXT, Role.FEATURE)))
    frame = coerce(pd.DataFrame({"a": ["x"], "c": [1], "b": ["2"]}, index=[9]), schema)
    assert frame.columns.tolist() == ["b", "a"]
    assert frame.index.tolist() == [0]


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ReadError, match="“a” is missing"):
        coerce(pd.DataFrame({"b": [1]}), Schema((Column("a", Kind.TEXT, Role.FEATURE),)))


def test_a_label_that_no_row_has_any_more_is_dropped():
    values = pd.Categorical(["a", "a"], categories=["a", "b"])
    assert as_kind(values, Kind.CATEGORY)[0].cat.categories.tolist() == ["a"]


def test_the_frame_that_came_in_is_not_changed():
    frame = pd.DataFrame({"x": ["1", "many"]})
    coerce(frame, Schema((Column("x", Kind.NUMBER, Role.FEATURE),)))
    assert frame["x"].tolist() == ["1", "many"]
