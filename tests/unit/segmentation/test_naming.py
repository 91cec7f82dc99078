import numpy as np
import pandas as pd
import pytest

from crm_ai.segmentation import Segmentation, name_groups, profile, traits_of
from crm_ai.table import table_from_frame
from tests.unit.segmentation.planted import planted


@pytest.fixture(scope="module")
def named():
    frame, kind = planted()
    groups = Segmentation("Cluster", kind, ("1", "2", "3"), "Planted.")
    return name_groups(table_from_frame(frame), groups)


def test_names_say_what_was_planted(named):
    assert "low months" in named.groups[0]
    assert "with complains" in named.groups[0]
    assert "high months" in named.groups[1]
    assert "high spent" in named.groups[2] or "contract: yearly" in named.groups[2]
    assert not any("noise" in name or "colour" in name for name in named.groups)


def test_names_hold_the_range_of_a_number(named):
    frame, kind = planted()
    low, high = np.quantile(frame["months"][kind == 1], [0.1, 0.9])
    assert f"high months ({low:.0f}–{high:.0f})" in named.groups[1]


def test_names_are_the_same_each_time_and_of_columns_only(named):
    frame, kind = planted()
    again = name_groups(table_from_frame(frame), Segmentation("Cluster", kind, ("a", "b", "c"), "Planted."))
    assert again.groups == named.groups
    assert not any(word in " ".join(named.groups) for word in (" = ", "_", "(missing)", "nan"))


def test_groups_alike_get_hedged_and_different_names():
    frame, _kind = planted()
    halves = Segmentation("Half", np.arange(600) % 3, ("1", "2", "3"), "By turns.")
    names = name_groups(table_from_frame(frame), halves).groups
    assert names == ("Much like all customers", "Much like all customers (2)", "Much like all customers (3)")


def test_small_differences_are_hedged():
    generator = np.random.default_rng(0)
    kind = np.repeat([0, 1], 2000)
    table = table_from_frame(pd.DataFrame({"months": generator.normal(size=4000) + 0.3 * kind}))
    names = name_groups(table, Segmentation("g", kind, ("1", "2"), "Planted.")).groups
    assert all(name.startswith("Slightly apart: ") for name in names)


def test_columns_that_say_the_same_name_a_group_once():
    frame, kind = planted()
    frame = frame.assign(weeks=frame["months"] * 4.3, status=np.where(frame["complains"] == "Yes", "angry", "calm"))
    table = table_from_frame(frame)
    columns = [trait.difference.column for trait in traits_of(table, profile(table, kind == 0))]
    assert not {"months", "weeks"} <= set(columns)
    assert not {"complains", "status"} <= set(columns)


def test_chinese_columns_and_labels_name_groups():
    frame, kind = planted()
    frame = frame.rename(columns={"months": "在网月数", "complains": "是否投诉", "contract": "合同"})
    frame["是否投诉"] = frame["是否投诉"].map({"Yes": "是", "No": "否"})
    names = name_groups(table_from_frame(frame), Segmentation("群", kind, ("1", "2", "3"), "Planted.")).groups
    assert "在网月数" in names[0]
    assert "是否投诉: 是" in names[0]


def test_yes_no_columns_read_as_people_say_them():
    inside = np.repeat([True, False], 100)
    frame = pd.DataFrame({"phone": np.where(inside, "No", "Yes"), "noise": np.arange(200) % 7 / 3})
    names = name_groups(
        table_from_frame(frame), Segmentation("g", (~inside).astype(int), ("1", "2"), "Planted.")
    ).groups
    assert names == ("no phone", "with phone")


def test_single_letters_are_no_answers_unless_both_are_there():
    inside = np.repeat([True, False], 100)
    frame = pd.DataFrame(
        {
            "line": np.where(inside, "y", np.tile(["x", "z"], 100)),
            "card": np.where(inside[::-1] ^ (np.arange(200) % 4 == 0), "Y", "N"),
        }
    )
    table = table_from_frame(frame)
    groups = Segmentation("g", (~inside).astype(int), ("1", "2"), "Planted.")
    names = name_groups(table, groups).groups
    assert names[0] == "line: y, no card"
    assert "with card" in names[1]


def test_dates_name_groups():
    kind = np.repeat([0, 1], 100)
    joined = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(200) * 3, unit="D")
    table = table_from_frame(pd.DataFrame({"joined": joined, "noise": np.arange(200) % 7 / 3}))
    names = name_groups(table, Segmentation("g", kind, ("1", "2"), "Planted.")).groups
    assert names == ("early joined (2024-01-30 to 2024-09-24)", "late joined (2024-11-25 to 2025-07-21)")


def test_three_rows_get_names():
    table = table_from_frame(pd.DataFrame({"a": [1.5, 2.5, 9.5], "b": ["x", "y", "x"]}))
    names = name_groups(table, Segmentation("g", np.array([0, 0, 1]), ("1", "2"), "By hand.")).groups
    assert names == ("Much like all customers", "Much like all customers (2)")


def test_long_names_are_cut():
    frame, kind = planted()
    table = table_from_frame(
        frame.rename(columns={"months": "months since the contract was signed for the first time " * 4})
    )
    names = name_groups(table, Segmentation("g", kind, ("1", "2", "3"), "Planted.")).groups
    assert max(map(len, names)) < 200
