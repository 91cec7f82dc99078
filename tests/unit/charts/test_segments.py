"""Pictures of groups: titles that are true, names that fit, and nothing that breaks on odd groups."""

import numpy as np
import pandas as pd
import pytest

from crm_ai import charts
from crm_ai.segmentation import (
    Segmentation,
    customer_map,
    find_clusters,
    profile,
    segment_outcomes,
)
from crm_ai.table import table_from_frame

LONG = "客户在过去十二个月内致电客服中心的次数以及平均通话时长和满意度, low total_paid (115–828), <b>bold</b> $x$"


@pytest.fixture(scope="module")
def clustering():
    rng = np.random.default_rng(0)
    crowd = rng.choice(3, 200)
    frame = pd.DataFrame(
        {
            "months": np.array([5.0, 40.0, 70.0])[crowd] + rng.normal(size=200),
            "calls": np.array([9.0, 2.0, 5.0])[crowd] + 0.3 * rng.normal(size=200),
        }
    )
    table = table_from_frame(frame)
    return table, find_clusters(table)


def shares(money):
    return pd.DataFrame(
        {
            "group": ["few", LONG, LONG + "!"],
            "share": [0.2, 0.5, 0.3],
            "low": [0.15, 0.45, np.nan],
            "high": [0.25, 0.55, np.nan],
            "customers": [20, 50, 30],
            "money": money,
            "money_low": [0.5, 0.1, 0.1],
            "money_high": [0.7, 0.3, 0.3],
        }
    )


def test_the_largest_group_and_the_one_with_most_money_are_named():
    plain = charts.segments.sizes(shares([np.nan] * 3))
    assert charts.describe(plain).endswith("is the largest of 3 groups: 50 % of customers")
    rich = charts.segments.sizes(shares([0.6, 0.2, 0.2]), money="revenue")
    assert charts.describe(rich) == "“few”, 20 % of customers, has 60 % of revenue"
    assert len(rich.data) == 2
    assert list(rich.data[0].x) == [0.2, 0.2, 0.6]
    assert "<b>" not in str(rich.data[0].y)


def test_groups_of_like_names_stay_apart():
    names = list(charts.segments.sizes(shares([np.nan] * 3)).data[0].y)
    assert len(set(names)) == 3


def test_a_single_group_and_none_are_said():
    one = shares([np.nan] * 3).head(1)
    assert charts.describe(charts.segments.sizes(one)) == "One group: “few”"
    assert charts.describe(charts.segments.sizes(one.head(0))) == "There are no groups to show."


def test_outcomes_name_highest_and_lowest_and_leave_out_the_unknown():
    frame = pd.DataFrame(
        {
            "group": ["a", "b", "c", "a", "b"],
            "metric": ["outcome"] * 3 + ["prediction"] * 2,
            "value": [0.4, 0.1, np.nan, 0.35, 0.12],
            "low": [0.3, 0.05, np.nan, 0.3, 0.1],
            "high": [0.5, 0.2, np.nan, 0.4, 0.15],
            "n": [50, 50, 0, 50, 50],
        }
    )
    figure = charts.segments.outcomes(frame, "Churn = Yes", share=True)
    assert charts.describe(figure) == "Churn = Yes: 40 % of “a”, 10 % of “b”"
    assert [len(trace.x) for trace in figure.data] == [2, 2]
    nobody = charts.segments.outcomes(frame[frame["group"] == "c"], "Churn = Yes", share=True)
    assert "set aside for judging" in charts.describe(nobody)


def test_outcomes_are_those_that_were_computed():
    table = table_from_frame(pd.DataFrame({"spent": [10.5, 20.5, 30.5, 40.0, 50.0, 60.5]}))
    halves = Segmentation("Half", np.array([0, 0, 0, 1, 1, 1]), ("few", "much"), "By hand.")
    found = segment_outcomes(table, halves, value="spent")
    assert charts.describe(charts.segments.outcomes(found, "x", share=False)).startswith("No customer")


def test_evidence_marks_the_number_that_was_taken(clustering):
    _table, found = clustering
    figure = charts.segments.evidence(found.to_frame())
    assert charts.describe(figure).startswith("3 groups: silhouette 0.9")
    assert figure.layout.shapes[0].x0 == 3
    assert all(trace.y is not None for trace in figure.data)


def test_a_single_cut_is_evidence_too(clustering):
    found = find_clusters(clustering[0], method="density")
    assert charts.describe(charts.segments.evidence(found.to_frame())).startswith("3 groups")


def test_a_map_has_a_trace_for_each_group_and_for_those_of_none(clustering):
    table, found = clustering
    laid = customer_map(table, found)
    groups = found.segmentation().groups
    figure = charts.segments.customer_map(laid.points, groups, laid.axes, laid.kept, len(table))
    assert len(figure.data) == 3
    assert sum(len(trace.x) for trace in figure.data) == 200
    assert "100 % of what tells them apart" in charts.describe(figure)
    some = charts.segments.customer_map(laid.points, groups[:2], laid.axes, laid.kept, len(table))
    assert len(some.data) == 3
    assert some.data[-1].marker.color == charts.theme.REFERENCE


def test_differences_draw_chance_hollow():
    frame = pd.DataFrame(
        {
            "name": ["months", LONG],
            "value": [1.5, -0.1],
            "low": [1.2, -0.3],
            "high": [1.8, 0.1],
            "inside": ["40", "5"],
            "outside": ["10", "6"],
            "sure": [True, False],
        }
    )
    figure = charts.segments.differences(frame, shares=False)
    assert charts.describe(figure) == "months: 40 here, 10 elsewhere"
    assert list(figure.data[0].marker.symbol) == ["circle-open", "circle"]
    assert "may be chance" in figure.data[0].hovertext[0]
    chance = charts.segments.differences(frame.iloc[[1]], shares=True)
    assert "Nothing here differs" in charts.describe(chance)
    assert list(chance.data[0].x) == [-10.0]
    assert "nothing of this kind" in charts.describe(charts.segments.differences(frame.head(0), shares=True))


def test_a_difference_in_deviations_is_cohens_d():
    rng = np.random.default_rng(0)
    x = rng.normal(10, 3, 200)
    inside = np.arange(200) < 80
    one = profile(table_from_frame(pd.DataFrame({"x": x})), inside).differences[0]
    pooled = np.sqrt((79 * x[inside].var(ddof=1) + 119 * x[~inside].var(ddof=1)) / 198)
    value, low, high = one.in_deviations()
    assert value == pytest.approx((x[inside].mean() - x[~inside].mean()) / pooled)
    assert (low, high) == pytest.approx((one.low / pooled, one.high / pooled))


def test_moves_are_shares_of_those_who_were_there():
    counts = np.array([[8, 2, 0], [1, 9, 0], [0, 0, 0]])
    figure = charts.purchases.migration(counts, ["good", LONG, "nobody"], "then", "now")
    assert charts.describe(figure) == "85 % stayed in their group from then to now"
    assert np.asarray(figure.data[0].z).tolist() == [[0.8, 0.2], [0.1, 0.9]]
    empty = charts.purchases.migration(np.zeros((2, 2), dtype=int), ["a", "b"], "then", "now")
    assert "Nobody" in charts.describe(empty)


def test_best_customers_and_those_without_a_value():
    frame = pd.DataFrame(
        {"customer": ["<i>a</i>", "b"], "value": [100.0, np.nan], "low": [80.0, np.nan], "high": [130.0, np.nan],
         "purchases": [3.2, 1.0]}
    )  # fmt: skip
    figure = charts.purchases.best_customers(frame, 365)
    assert charts.describe(figure) == "“<i>a</i>” is expected to bring most: 100 (80–130)"
    assert "<i>" not in figure.layout.title.text
    assert len(figure.data[0].x) == 1
    assert "No value" in charts.describe(charts.purchases.best_customers(frame.iloc[[1]], 365))


def test_what_came_true_names_where_it_was_furthest_off():
    frame = pd.DataFrame(
        {
            "frequency": ["0", "1", "7 or more"], "customers": [9, 9, 9],
            "expected": [0.2, 0.5, 3.0], "expected_low": [0.1, 0.4, 2.5], "expected_high": [0.3, 0.6, 3.5],
            "actual": [0.2, 0.4, 4.0], "actual_low": [0.1, 0.3, 3.0], "actual_high": [0.3, 0.5, 5.0],
        }
    )  # fmt: skip
    figure = charts.purchases.came_true(frame)
    assert "7 or more times: 3 expected, 4 were" in charts.describe(figure)
    assert len(figure.data) == 3
