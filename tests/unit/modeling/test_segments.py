import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import CrmAiError
from crm_ai.modeling import Segment, groups_from_labels, groups_of, read_segments
from crm_ai.table import table_from_frame


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "性别": rng.choice(["女", "男"], 400),
            "age": rng.integers(18, 80, 400).astype(float),
            "a+b": rng.choice(["x", "y"], 400),
            "city": rng.choice([f"city {i}" for i in range(30)], 400),
        }
    )
    frame.loc[:9, "age"] = np.nan
    return table_from_frame(frame)


def test_bands_are_cut_where_asked(table):
    groups = groups_of(table, Segment(("age",), {"age": (25, 40, 60)}))
    assert groups.names == ("< 25", "25 – < 40", "40 – < 60", "≥ 60", "(missing)")
    age = table.frame["age"].to_numpy(dtype=float, na_value=np.nan)
    expected = pd.cut(age, [-np.inf, 25, 40, 60, np.inf], right=False).codes
    assert (groups.codes == np.where(expected < 0, 4, expected)).all()
    assert groups.name == "age (25, 40, 60)"


def test_empty_bands_are_left_out(table):
    assert groups_of(table, Segment(("age",), {"age": (-5, 50, 900)})).names == ("-5 – < 50", "50 – < 900", "(missing)")


def test_combinations_are_named_so_that_people_can_read_them(table):
    groups = groups_of(table, Segment(("性别", "age", "a+b"), {"age": (40,)}))
    assert "性别: 女 · age: < 40 · a+b: x" in groups.names
    assert len(groups.names) == 2 * 2 * 2 + len([name for name in groups.names if "(missing)" in name])
    place = groups.names.index("性别: 女 · age: < 40 · a+b: x")
    frame = table.frame
    expected = (frame["性别"] == "女") & (frame["age"] < 40) & (frame["a+b"] == "x")
    assert (groups.codes == place).tolist() == expected.tolist()


def test_too_many_combinations_share_the_last_group(table):
    groups = groups_of(table, Segment(("city", "age", "性别")))
    assert len(groups.names) == 60
    assert groups.names[-1] == "(other)"
    assert np.bincount(groups.codes).sum() == 400


def test_labels_from_elsewhere(table):
    groups = groups_from_labels("cluster", np.where(np.arange(400) % 2, "b", "a"))
    assert groups_of(table, groups).names == ("a", "b")
    codes, names = groups.of(np.arange(0, 400, 2))
    assert names == ("a",)
    assert set(codes) == {0}
    with pytest.raises(CrmAiError, match="3"):
        groups_of(table, groups_from_labels("cluster", [1, 2, 3]))


def test_a_label_that_reads_like_a_missing_one_is_no_second_group():
    table = table_from_frame(pd.DataFrame({"kind": ["(missing)", None, "a"] * 20, "x": range(60)}))
    groups = groups_of(table, "kind")
    assert sorted(groups.names) == ["(missing)", "a"]


def test_segments_are_read_as_they_are_typed(table):
    found = read_segments("性别, age=25,40.5 ,age=30+性别,a+b,a=b", {"性别", "age", "a+b", "a=b"})
    assert [segment.columns for segment in found] == [("性别",), ("age",), ("age", "性别"), ("a+b",), ("a=b",)]
    assert found[1].edges == {"age": (25.0, 40.5)}
    assert found[2].edges == {"age": (30.0,)}


@pytest.mark.parametrize("text", ["nothing", "age=", "age=old", "age=40,25", "age+age", "性别=1", "age=nan"])
def test_what_cannot_be_read_is_told(table, text):
    with pytest.raises(CrmAiError):
        [groups_of(table, segment) for segment in read_segments(text, table.schema.names)]


def test_segments_can_be_keys():
    one, same = (Segment(("age", "sex"), {"age": (25.0, 40.0)}) for _ in range(2))
    assert {one: 1}[same] == 1
    assert one != Segment(("age", "sex"), {"age": (25.0,)})


def test_each_group_is_compared_once_and_none_is_no_answer():
    names = [segment.name for segment in read_segments("a, b,a,a=1,a=1.0,b+a,b+a", {"a", "b"})]
    assert names == ["a", "b", "a (1)", "b × a"]
    for text in ("", " , "):
        with pytest.raises(CrmAiError, match="No column is named"):
            read_segments(text, {"a", "b"})
