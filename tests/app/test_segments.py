"""Segments: who are my customers?"""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pandas as pd
import pytest

from tests.app.driving import assert_sound, customers, go, upload, words
from tests.app.test_strange_tables import MARKS, strange_csv  # noqa: F401 - a fixture


def planted(rows: int = 400, seed: int = 0) -> bytes:
    """Three crowds of customers that no eye could miss."""
    rng = np.random.default_rng(seed)
    crowd = rng.choice(3, rows, p=[0.5, 0.3, 0.2])
    frame = pd.DataFrame(
        {
            "number": [f"C{i:04d}" for i in range(rows)],
            "months": np.array([5.0, 40.0, 70.0])[crowd] + rng.normal(size=rows),
            "calls": np.array([9.0, 2.0, 5.0])[crowd] + 0.3 * rng.normal(size=rows),
            "spend": np.array([10.0, 50.0, 200.0])[crowd] + 2 * rng.normal(size=rows),
        }
    )
    return frame.round(2).to_csv(index=False).encode()


def chosen(at, kind, name):
    """A control by what it chooses."""
    return next(control for control in getattr(at, kind) if f"choose_{name}_" in control.key)


def way(at, name):
    chosen(at, "segmented_control", "way").set_value(name).run()
    assert_sound(at)
    return at


def answer(at) -> str:
    return at.markdown[[block.value.startswith("**") for block in at.markdown].index(True)].value


def write_condition(at, column, operator, value=None, kind="number_input", line=-1):
    """Fill one line of the builder, the last by default."""
    boxes = [box for box in at.selectbox if box.key.startswith("rule_") and box.key.endswith("_column")]
    boxes[line].select(column).run()
    number = boxes[line].key.split("_")[1]
    next(b for b in at.selectbox if b.key.startswith(f"rule_{number}_") and b.key.endswith("_operator")).select(
        operator
    ).run()
    if value is not None:
        next(c for c in getattr(at, kind) if c.key.startswith(f"rule_{number}_")).set_value(value).run()
    assert_sound(at)


def save_segment(at, name):
    next(box for box in at.text_input if box.key.startswith("segment_name")).input(name).run()
    at.button(key="save_segment").click().run()
    assert_sound(at)


@pytest.fixture
def trained(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    return at


def test_natural_groups_are_found_and_named(visit):
    at = go(upload(visit(), planted()), "segments")
    assert_sound(at)
    assert answer(at).startswith("**3 groups; the largest is “")
    assert "natural clusters" in words(at)
    frames = [frame.value for frame in at.dataframe]
    table = next(frame for frame in frames if "share" in frame.columns and "Group" in frame.columns)
    assert len(table) == 3
    assert sum(int(n.replace(",", "")) for n in table["customers"]) == 400
    assert {at.query_params["way"], at.query_params["method"], at.query_params["k"]} == {"clusters", "k-means", "auto"}


def test_where_there_are_no_groups_the_page_says_so_and_cuts_all_the_same(visit):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=["a1", "b1", "c1"]).round(3)
    at = go(upload(visit(), frame.to_csv(index=False).encode()), "segments")
    assert_sound(at)
    assert "No natural groups" in answer(at)
    assert "groups; the largest" in answer(at)
    chosen(at, "selectbox", "k").select("5").run()
    assert_sound(at)
    assert "5 groups; the largest" in answer(at)
    assert "No natural groups" in answer(at)


def test_columns_number_and_method_are_chosen_and_told_in_the_address(visit):
    at = go(upload(visit(), planted()), "segments")
    chosen(at, "multiselect", "columns").set_value(["months"]).run()
    assert_sound(at)
    chosen(at, "selectbox", "k").select("4").run()
    assert "4 groups; the largest" in answer(at)
    address = {name: at.query_params[name] for name in ("data", "way", "columns", "k")}
    other = visit("segments", **address)
    assert chosen(other, "multiselect", "columns").value == ["months"]
    assert answer(other) == answer(at)
    chosen(at, "segmented_control", "method").set_value("density").run()
    assert_sound(at)


def test_by_labels_and_by_bands_cut_on_the_page(visit, churn_csv):
    at = way(go(upload(visit(), churn_csv), "segments"), "column")
    chosen(at, "selectbox", "column").select("plan").run()
    assert_sound(at)
    assert "By “plan”: 3 groups; the largest is “monthly”" in answer(at)
    chosen(at, "selectbox", "column").select("months").run()
    chosen(at, "text_input", "edges").input("25, 40; 60").run()
    assert_sound(at)
    table = next(frame.value for frame in at.dataframe if "Group" in frame.value.columns)
    assert table["Group"].tolist() == ["< 25", "25 – < 40", "40 – < 60", "≥ 60"]
    months = pd.read_csv(io.BytesIO(churn_csv))["months"]
    assert table["customers"].tolist()[0] == str(int((months < 25).sum()))
    assert at.query_params["edges"] == "25, 40; 60"
    chosen(at, "text_input", "edges").input("twenty").run()
    assert_sound(at)
    assert "no numbers" in answer(at)


def test_a_segment_is_written_counted_saved_changed_and_deleted(visit, churn_csv):
    table = pd.read_csv(io.BytesIO(churn_csv))
    at = way(go(upload(visit(), churn_csv), "segments"), "hand")
    assert "No segment is saved yet" in answer(at)
    write_condition(at, "months", "<", 12)
    few = table["months"] < 12
    assert f"{few.sum()} customers" in words(at)
    next(b for b in at.button if b.key.startswith("and_")).click().run()
    write_condition(at, "plan", "in", ["monthly", "yearly"], "multiselect")
    both = few & table["plan"].isin(["monthly", "yearly"])
    assert f"{both.sum()} customers" in words(at)
    at.button(key="or").click().run()
    write_condition(at, "spend", ">", 200.0)
    either = both | (table["spend"] > 200)
    assert f"{either.sum()} customers" in words(at)
    save_segment(at, "new or rich")
    assert f"“new or rich” holds {either.sum()} customers" in answer(at)
    write_condition(at, "gender", "in", ["Female"], "multiselect")
    save_segment(at, "women")
    assert "2 segments made by hand" in answer(at)
    assert at.query_params["rule"] == "women"

    next(b for b in at.button if b.key.startswith("edit_")).click().run()
    assert_sound(at)
    assert "months below 12 and plan is “monthly” or “yearly”" in words(at).replace("\\", "")
    next(n for n in at.number_input if n.key.startswith("rule_")).set_value(6).run()
    save_segment(at, "newest or rich")
    fewer = (table["months"] < 6) & table["plan"].isin(["monthly", "yearly"]) | (table["spend"] > 200)
    assert f"“newest or rich” holds {fewer.sum()} customers" in answer(at)
    assert "2 segments made by hand" in answer(at)
    assert sum(b.key.startswith("drop_") for b in at.button) == 2
    for _segment in range(2):
        next(b for b in at.button if b.key.startswith("delete_")).click().run()
        assert_sound(at)
    assert "No segment is saved yet" in answer(at)


def test_names_of_saved_segments_are_checked(visit, churn_csv):
    at = way(go(upload(visit(), churn_csv), "segments"), "hand")
    write_condition(at, "months", "<", 12)
    at.button(key="save_segment").click().run()
    assert "no name yet" in at.error[0].value
    save_segment(at, "plan")
    assert "column of the table is called so" in at.error[0].value
    save_segment(at, "new")
    assert not at.error
    write_condition(at, "months", ">", 12)
    save_segment(at, "new")
    assert "of this name already" in at.error[0].value


def test_a_draft_outlives_a_look_at_another_page(visit, churn_csv):
    at = way(go(upload(visit(), churn_csv), "segments"), "hand")
    write_condition(at, "months", "<", 7)
    said = next(block.value for block in at.markdown if "months below 7" in block.value)
    go(at, "data")
    go(at, "segments")
    assert_sound(at)
    assert said in [block.value for block in at.markdown]


@pytest.mark.parametrize(("page", "shown"), [("explain", "by_segment"), ("metrics", "by_group"), ("fairness", None)])
def test_saved_segments_are_used_on_other_pages(trained, page, shown):
    at = way(go(trained, "segments"), "hand")
    write_condition(at, "months", "<", 24)
    save_segment(at, "under two years")
    at.button(key=f"to_{page}").click().run()
    assert_sound(at)
    assert at.query_params["segment"] == "under two years" or page == "fairness"
    if shown:
        assert chosen(at, "selectbox", "segment").value == "under two years"
        assert at.get("plotly_chart")


def test_found_groups_are_saved_and_explain_reasons(trained):
    at = go(trained, "segments")
    assert "outcome and what it says" not in words(at)
    table = next(frame.value for frame in at.dataframe if "Group" in frame.value.columns)
    assert {"Churn = Yes", "the model says", "customers judged on"} <= set(table.columns)
    assert sum(int(n) for n in table["customers judged on"]) == 120
    at.button(key="to_explain").click().run()
    assert_sound(at)
    assert chosen(at, "selectbox", "segment").value.endswith("groups found")
    go(at, "segments")
    assert_sound(at)
    assert "Saved with the table as" in words(at)
    at.button(key="forget_groups").click().run()
    assert_sound(at)
    assert "Saved with the table as" not in words(at)


def test_a_saved_segment_that_does_not_fit_any_more_is_told(visit, churn_csv, workspace):
    at = way(go(upload(visit(), churn_csv), "segments"), "hand")
    write_condition(at, "months", "<", 24)
    save_segment(at, "new")
    path = next(workspace.glob("tables/*/segments/*.json"))
    said = json.loads(path.read_text())
    said["recipe"]["rules"][0]["rule"]["column"] = "gone"
    path.write_text(json.dumps(said))
    go(at, "data")
    go(at, "segments")
    assert_sound(at)
    assert "does not fit this table any more" in at.warning[0].value


def test_what_a_visitor_makes_of_a_sample_is_not_shown_to_others(visit):
    at = way(visit("segments", data="sample:telephone_customers"), "hand")
    write_condition(at, "months_with_us", "<", 12)
    save_segment(at, "mine")
    assert "“mine”" in answer(at)
    other = visit("segments", data="sample:telephone_customers", way="hand")
    assert "No segment is saved yet" in answer(other)


def test_purchases_are_recognised_and_grouped(visit):
    at = visit("segments", data="sample:transactions")
    assert_sound(at)
    assert at.query_params["way"] == "purchases"
    assert "the largest is “Champions”" in answer(at)
    at.session_state["purchases_tab"] = "Who moved?"
    at.run()
    assert_sound(at)
    assert "stayed where they were" in words(at)
    at.session_state["purchases_tab"] = "What will they be worth?"
    at.run()
    assert_sound(at)
    assert "are expected to buy" in words(at)
    assert len(at.metric) == 4
    before = at.metric[1].value
    at.number_input(key="worth_margin").set_value(50.0).run()
    assert_sound(at)
    assert at.metric[1].value != before
    chosen(at, "selectbox", "horizon").select("90").run()
    assert "In the 90 days after" in words(at)


def test_columns_of_purchases_are_overruled(visit):
    at = visit("segments", data="sample:transactions")
    at.selectbox(key="bought_customer").select("product").run()
    assert_sound(at)
    assert answer(at).startswith("**5 customers in")
    assert at.query_params["bought"] == "3-1-2"


def test_few_purchases_end_in_sentences(visit):
    content = b"customer_id,date,amount\na,2024-01-01,5\na,2024-02-01,7\nb,2024-01-15,\n"
    at = go(upload(visit(), content), "segments")
    chosen(at, "segmented_control", "way").set_value("purchases").run()
    for tab in ("What do they bring?", "Who moved?", "What will they be worth?"):
        at.session_state["purchases_tab"] = tab
        at.run()
        assert_sound(at)
        assert "our side" not in words(at)


def test_an_address_that_means_no_purchases_is_not_taken(visit):
    at = visit("segments", data="sample:transactions", bought="1-0-3", day="1900-01-01", horizon="7", value="99")
    assert_sound(at)
    assert "our side" not in words(at)
    assert "customers in" in answer(at)


def test_a_table_of_customers_is_not_taken_for_purchases(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "segments")
    assert "purchases" not in chosen(at, "segmented_control", "way").options


def test_each_group_can_be_looked_into_and_taken_along(visit):
    at = go(upload(visit(), planted()), "segments")
    box = chosen(at, "selectbox", "group")
    assert len(box.options) == 3
    for place in range(3):
        chosen(at, "selectbox", "group").select_index(place).run()
        assert_sound(at)
        assert "What sets these" in words(at)
    at.session_state["segment_tab"] = "Its customers"
    at.run()
    assert_sound(at)
    shown = next(frame.value for frame in at.dataframe if "number" in frame.value.columns)
    assert len(shown) <= 200
    assert len(at.get("download_button")) == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"age,plan\n1,a\n2,b\n3,a\n", "3 customers are too few"),
        (b"plan\n" + b"a\nb\n" * 40, "2 customers"),
        (b"customer_id\n" + b"".join(b"C%06d\n" % i for i in range(60)), "no column"),
        (b"x,y\n" + b"1,1\n" * 100, "no column in which customers differ"),
    ],
    ids=["three rows", "one column", "only identifiers", "constant"],
)
def test_odd_tables_end_in_a_sentence(visit, content, said):
    at = go(upload(visit(), content), "segments")
    assert_sound(at)
    assert "our side" not in words(at)
    if said != "2 customers":
        assert said in answer(at)
    for name in ("column", "hand"):
        way(at, name)
        assert "our side" not in words(at)


def test_three_customers_can_be_grouped_by_hand_and_by_a_column(visit):
    at = go(upload(visit(), b"age,plan\n1,a\n2,b\n3,a\n"), "segments")
    way(at, "column")
    assert "groups; the largest" in answer(at)
    way(at, "hand")
    write_condition(at, "plan", "in", ["a"], "multiselect")
    save_segment(at, "a few")
    assert "“a few” holds 2 customers" in answer(at)


def test_without_a_table_the_page_says_what_it_will_show(visit):
    at = visit("segments")
    assert_sound(at)
    assert "put your customers into groups" in words(at)


def test_chinese_customers_and_labels(visit):
    at = visit("segments", data="sample:offer_choice", way="column")
    chosen(at, "selectbox", "column").select("城市").run()
    assert_sound(at)
    assert "By “城市”" in answer(at)
    way(at, "hand")
    write_condition(at, "城市", "in", ["上海"], "multiselect")
    save_segment(at, "上海的客户")
    assert "“上海的客户” holds" in answer(at)


def test_hostile_names_are_shown_as_text(visit, strange_csv):  # noqa: F811
    at = go(upload(visit(), strange_csv, "<b>evil</b>.csv"), "segments")
    for name in ("clusters", "column", "hand"):
        way(at, name)
        if name == "hand":
            write_condition(at, "gender <script>", "in", ["<b>f</b>"], "multiselect")
            save_segment(at, "<img src=x> **bold** [x](http://y)")
        shown = "\n".join(e.value for kind in (at.markdown, at.caption, at.subheader, at.error) for e in kind)
        unescaped = re.sub(r"\\.", "", shown)
        for mark in (*MARKS, "<script>", "<b>f", ":red[x]"):
            assert mark not in unescaped, f"{mark} in {name}"


def test_the_manager_sees_answer_table_and_picture(visit):
    at = visit("segments", data="sample:telephone_customers", reader="manager")
    assert_sound(at)
    assert "groups; the largest" in answer(at)
    assert at.get("plotly_chart")
    assert not at.metric
    assert "See a model through these groups" not in words(at)
    assert "Are these groups more than chance?" not in [e.label for e in at.expander]


def test_customers_of_many_kinds_are_never_sent_whole(visit):
    at = way(go(upload(visit(), customers(3000)), "segments"), "column")
    at.session_state["segment_tab"] = "Its customers"
    at.run()
    assert_sound(at)
    assert max(len(frame.value) for frame in at.dataframe) <= 200
