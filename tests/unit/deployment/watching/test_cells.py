import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.modeling.cells import FEWEST, Cells, cells_from_json, learned_cells, without_small
from crm_ai.table import Kind


@given(st.lists(st.integers(0, 30), min_size=4, max_size=12), st.booleans())
@settings(max_examples=300, deadline=None)
def test_nobody_can_be_recognised_and_nobody_is_lost(counts, ordered):
    safe = without_small(np.array(counts), ordered=ordered)
    assert not ((safe > 0) & (safe < FEWEST)).any()
    assert safe.sum() == (sum(counts) if sum(counts) >= FEWEST else 0)


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_numbers_get_cells(values):
    column = pd.Series(values, dtype=np.float64, name="x")
    cells = learned_cells(column, Kind.NUMBER)
    counts = cells.count(column)
    assert counts.sum() == len(column)
    inside = [n for n in cells.counts if n]
    assert not inside or min(inside) >= FEWEST
    assert cells_from_json(cells.as_json()) == cells


def test_counts_of_training_customers_are_those_of_the_cells():
    generator = np.random.default_rng(0)
    column = pd.Series(np.where(generator.random(5000) < 0.1, np.nan, generator.gamma(2, 30, 5000)), name="spend")
    cells = learned_cells(column, Kind.NUMBER)
    assert cells.count(column).tolist() == list(cells.counts)
    assert len(cells.edges) == 9
    assert all(len(f"{edge:.10g}") <= 5 for edge in cells.edges), "edges give customers' own numbers away"


def test_many_zeros_have_a_cell_of_their_own():
    column = pd.Series([0.0] * 600 + [*range(1, 401)], name="calls")
    cells = learned_cells(column, Kind.NUMBER)
    assert cells.count(pd.Series([0.0]))[1] == 1
    assert cells.counts[1] < 660


def test_rare_labels_are_not_written_down_and_new_ones_are_told():
    column = pd.Series(["常客"] * 50 + ["新客"] * 20 + ["王小明", "李雷"] * 3 + [None] * 6, name="类别")
    cells = learned_cells(column, Kind.CATEGORY)
    assert cells.labels == ("常客", "新客")
    assert "王小明" not in str(cells.as_json())
    later = pd.Series(["王小明", "没见过", "常客", None], name="类别")
    assert cells.count(later).tolist() == [1, 1, 0, 1, 1]


def test_a_single_rare_label_takes_another_along():
    cells = learned_cells(pd.Series(["a"] * 50 + ["b"] * 20 + ["c"], name="x"), Kind.CATEGORY)
    assert cells.labels == ("a",)
    assert cells.counts == (0, 50, 21, 0)


@pytest.mark.parametrize("column", [[], [None, None], ["a"], [True, False, True] * 9])
def test_odd_columns_get_cells(column):
    cells = learned_cells(pd.Series(column, dtype=object, name="x"), Kind.CATEGORY)
    assert cells.count(pd.Series(column, dtype=object, name="x")).sum() == len(column)


def test_dates_are_counted_in_days():
    days = pd.Series(pd.date_range("2024-01-01", periods=100), name="since")
    cells = learned_cells(days, Kind.DATE)
    assert cells.count(pd.Series(pd.to_datetime(["2030-01-01", None]), name="since"))[[0, -1]].tolist() == [1, 1]


def test_cells_of_several_chunks_add_up():
    cells = Cells("x", Kind.NUMBER, edges=(1.0, 2.0))
    column = pd.Series([0.5, 1.0, 1.5, 2.0, None])
    assert (cells.count(column[:2]) + cells.count(column[2:])).tolist() == cells.count(column).tolist()
