import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_ai.modeling.groups import table_groups
from crm_ai.table import table_from_frame


def groups_of(column, **kinds):
    table = table_from_frame(pd.DataFrame({"segment": column, "other": np.arange(len(column))}))
    for kind in kinds.values():
        table = table.with_schema(table.schema.corrected("segment", kind=kind))
    codes, names = table_groups(table, "segment")
    return [names[code] for code in codes], names


def test_labels_are_groups_and_missing_ones_come_last():
    found, names = groups_of(["女", "男", None, "女"] * 10)
    assert names == ("女", "男", "(missing)")
    assert found[:4] == ["女", "男", "(missing)", "女"]


def test_numbers_are_cut_into_bands_of_about_equal_size():
    ages = np.random.default_rng(0).integers(18, 90, 2000)
    found, names = groups_of(ages)
    assert len(names) == 4
    counts = pd.Series(found).value_counts()
    assert counts.min() > 350
    assert all(name[0] in "<≥0123456789" for name in names)


def test_bands_say_what_they_hold():
    values = np.concatenate([np.arange(100.0), [np.nan] * 5])
    found, names = groups_of(values)
    for value, name in zip(values[:100], found, strict=False):
        if name.startswith("<"):
            assert value < float(name[2:])
        elif name.startswith("≥"):
            assert value >= float(name[2:])
        else:
            low, high = name.split(" – < ")
            assert float(low) <= value < float(high)
    assert found[-1] == names[-1] == "(missing)"


def test_dates_are_grouped_by_year():
    found, names = groups_of(pd.date_range("2022-06-01", periods=60, freq="30D"))
    assert names == ("2022", "2023", "2024", "2025", "2026", "2027")
    assert found[0] == "2022"


def test_many_groups_share_the_last_place():
    labels = [f"city {i:02d}" for i in range(40) for _ in range(50 - i)]
    _found, names = groups_of(labels)
    assert len(names) == 20
    assert names[-1] == "(other)"
    assert "city 00" in names


@pytest.mark.parametrize("values", [[5.0] * 40, [1.0, 2.0] * 20, [None] * 39 + [1.0]])
def test_hardly_any_values_make_no_trouble(values):
    found, names = groups_of(values)
    assert set(found) == set(names)


@settings(max_examples=200, deadline=None)
@example([1e9, 999999999.9999999])
@example([10_000 + i / 7 for i in range(60)])
@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=80))
def test_every_customer_is_in_exactly_one_named_group(values):
    found, names = groups_of(pd.Series(values, dtype=float))
    assert len(found) == len(values)
    assert len(set(names)) == len(names)
    assert all(names)
