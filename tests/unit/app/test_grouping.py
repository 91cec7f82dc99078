"""Groups as the address tells them, and edges as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ai.app import links
from crm_ai.app.audited import brief
from crm_ai.app.grouping import from_address, in_address, offered, read_edges
from crm_ai.modeling import Problem, Segment, Task, groups_of
from crm_ai.table import read_table
from crm_ai.words import use_language

names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
edges = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=4, unique=True).map(lambda cuts: tuple(sorted(cuts)))


@given(st.lists(names, min_size=1, max_size=3, unique=True), st.data())
def test_what_an_address_tells_is_read_again(columns, data):
    cut = {column: data.draw(edges) for column in columns if data.draw(st.booleans())}
    cut = {column: tuple(float(f"{edge:.15g}") for edge in cuts) for column, cuts in cut.items()}
    cut = {column: tuple(sorted(set(cuts))) for column, cuts in cut.items()}
    segment = Segment(tuple(columns), cut)
    assert from_address(in_address(segment), set(columns)) in (segment, Segment((in_address(segment),)))


@pytest.mark.parametrize("text", ["", "+", "=", "a+a", "a=2,1+b+c+d", "other", "a=x+b+c+d", "%", "a+"])
def test_what_means_nothing_is_none(text):
    assert from_address(text, {"a", "b"}) is None


def test_edges_out_of_order_are_put_in_order_and_wrong_ones_left_out():
    assert from_address("a=2,1", {"a"}) == Segment(("a",), {"a": (1.0, 2.0)})
    for wrong in ("1, x", "nan", "1e999", "25-40"):
        assert read_edges(wrong) is None
    assert read_edges(" 25，40；60 ") == (25.0, 40.0, 60.0)
    assert read_edges("1,1,1") == (1.0,)


def test_columns_that_only_name_customers_make_no_groups():
    rows = "".join(f"C{i},{'f' if i % 2 else 'm'},{20 + i % 50},{'yes' if i % 3 else 'no'}\n" for i in range(80))
    table = read_table(f"customer_id,gender,age,Churn\n{rows}".encode())
    problem = Problem(target="Churn", task=Task.BINARY, features=("age",), segments=("age",), labels=("no", "yes"))
    assert offered(table, problem) == ["age", "gender"]
    segment = Segment(("gender", "age"), {"age": (30,)})
    assert {brief(segment, name) for name in groups_of(table, segment).names} == {
        "f · < 30", "f · ≥ 30", "m · < 30", "m · ≥ 30",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "fine"),
    [
        ("model", "logistic_regression+reweighing", True),
        ("model", "logistic_regression+exponentiated_gradient.equalized_odds.2", True),
        ("model", "logistic_regression+", False),
        ("model", "a+b.c.d", False),
        ("model", "../x", False),
        ("concern", "offer", True),
        ("concern", "<b>", False),
        ("segment", "age=25,40.5,60+gender+plan%2B", True),
    ],
)
def test_addresses_may_say(name, value, fine):
    assert links.valid(name, value) is fine


def test_a_group_without_a_label_is_named_in_the_readers_language():
    use_language("zh")
    try:
        named = [brief(Segment(("性别", "年龄")), f"性别: {sex} · 年龄: (missing)") for sex in ("女", "(missing)")]
        assert [*named, brief(Segment(("性别",)), "(missing)")] == ["女 · （缺失）", "（缺失） · （缺失）", "（缺失）"]
    finally:
        use_language("en")
