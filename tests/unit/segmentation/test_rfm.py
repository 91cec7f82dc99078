"""Recency, frequency, money: scores by fifths, names for all of them, shares that hold."""

from collections import Counter
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.segmentation import read_transactions, rfm, rfm_of, segment_table, summarise
from crm_ai.segmentation.rfm_names import GRID, NAMES, meaning, name_of, title
from crm_ai.segmentation.scores import scores
from crm_ai.table import table_from_frame

NUMBERS = st.lists(st.integers(-5, 5), min_size=1, max_size=60)


def transactions(**columns):
    return read_transactions(table_from_frame(pd.DataFrame(columns), name="purchases.csv"))


def random_transactions(n=3000, customers=400, seed=0):
    random = np.random.default_rng(seed)
    weights = random.gamma(0.5, size=customers)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 500, n), "D")
    return pd.DataFrame(
        {
            "customer_id": [f"K{i:04d}" for i in random.choice(customers, n, p=weights / weights.sum())],
            "date": days,
            "amount": random.gamma(2, 20, n).round(2),
        }
    )


def test_a_small_table_by_hand():
    """Five customers who differ in everything: each makes up a fifth."""
    whole = {
        "a1": ["2024-06-30", "2024-06-01", "2024-05-01", "2024-04-01", "2024-03-01"],
        "b2": ["2024-05-30", "2024-05-01", "2024-04-01", "2024-03-01"],
        "c3": ["2024-04-30", "2024-04-01", "2024-03-01"],
        "d4": ["2024-03-30", "2024-03-01"],
        "e5": ["2024-02-28"],
    }
    worth = {"a1": 1.0, "b2": 2.0, "c3": 20.0, "d4": 5.0, "e5": 100.0}
    rows = [(who, day, worth[who]) for who, days in whole.items() for day in days]
    found = rfm(transactions(**pd.DataFrame(rows, columns=["customer_id", "date", "amount"]).to_dict("list")))
    frame = found.to_frame().set_index("customer_id")
    assert frame["recency"].to_dict() == {"a1": 0, "b2": 31, "c3": 61, "d4": 92, "e5": 123}
    assert frame["frequency"].to_dict() == {"a1": 5, "b2": 4, "c3": 3, "d4": 2, "e5": 1}
    assert frame["monetary"].to_dict() == {"a1": 5, "b2": 8, "c3": 60, "d4": 10, "e5": 100}
    assert frame["rfm"].to_dict() == {"a1": "551", "b2": "442", "c3": "334", "d4": "223", "e5": "115"}
    assert frame["worth"].to_dict() == {"a1": 3, "b2": 3, "c3": 4, "d4": 3, "e5": 3}
    assert frame["segment"].to_dict() == {
        "a1": "potential_loyalists", "b2": "potential_loyalists", "c3": "loyal", "d4": "at_risk", "e5": "at_risk",
    }  # fmt: skip
    assert found.table["loyal"].revenue_share.value == pytest.approx(60 / 183)


def test_scores_equal_pandas_ranks():
    frame = random_transactions()
    found = rfm(transactions(**frame.to_dict("series")), as_of=date(2025, 3, 1)).to_frame().set_index("customer_id")
    known = frame[frame["date"] <= "2025-03-01"]
    daily = known.groupby(["customer_id", "date"])["amount"].sum().reset_index()
    by = daily.groupby("customer_id")
    recency = (pd.Timestamp("2025-03-01") - by["date"].max()).dt.days
    n = len(recency)
    least = {name: np.floor(5 * (rank - 1) / n) + 1 for name, rank in {
        "frequency_score": by.size().rank(method="min"), "monetary_score": by["amount"].sum().rank(method="min"),
    }.items()}  # fmt: skip
    expected = pd.DataFrame(least | {"recency_score": np.ceil(5 * (-recency).rank(method="max") / n)})
    assert found["recency"].sort_index().tolist() == recency.tolist()
    pd.testing.assert_frame_equal(found[expected.columns].sort_index(), expected, check_dtype=False, check_names=False)


def test_many_customers_with_one_purchase_are_not_loyal():
    once = pd.DataFrame({"customer_id": [f"K{i}" for i in range(90)], "date": "2024-01-01", "amount": 10.0})
    often = pd.DataFrame({"customer_id": [f"L{i % 10}" for i in range(100)], "date": "2024-06-01", "amount": 10.0})
    often["date"] = [f"2024-{1 + i // 10:02d}-15" for i in range(100)]
    found = rfm(transactions(**pd.concat([once, often], ignore_index=True).to_dict("list")))
    scored = found.to_frame()
    assert set(scored.loc[scored["frequency"] == 1, "frequency_score"]) == {1}
    assert set(scored.loc[scored["frequency"] == 10, "frequency_score"]) == {5}
    assert set(scored.loc[scored["frequency"] == 10, "segment"]) == {"champions"}


def test_customers_who_are_all_alike():
    found = rfm(transactions(customer_id=["a1", "b2", "c3"], date=["2024-01-01"] * 3, amount=[5.0] * 3))
    assert set(found.to_frame()["rfm"]) == {"511"}
    assert any("brought the same" in note for note in found.notes)
    assert any("tell little" in note for note in found.notes)
    assert any("Nobody has come back" in note for note in found.notes)


def test_money_can_be_the_mean_of_a_purchase():
    columns = {"customer_id": ["a1", "a1", "b2"], "date": ["2024-01-01", "2024-01-02", "2024-01-02"]}
    summary = summarise(transactions(**columns, amount=[4.0, 6.0, 8.0]))
    assert rfm_of(summary, money="total").monetary.tolist() == [10, 8]
    assert rfm_of(summary, money="mean").monetary.tolist() == [5, 8]


def test_each_combination_of_scores_has_exactly_one_name():
    assert set(GRID) == set(range(1, 6))
    assert all(len(row) == 5 for row in GRID.values())
    names = Counter(name_of(r, (f + m + 1) // 2) for r, f, m in product(range(1, 6), repeat=3))
    assert names.total() == 125
    assert set(names) == set(NAMES)
    assert len({title(name) for name in NAMES}) == len({meaning(name) for name in NAMES}) == len(NAMES) == 11


def test_more_never_makes_the_name_worse():
    """A higher score of worth, all else equal, never names a less valuable segment; nor does a more recent purchase."""
    value = {"champions": 5, "loyal": 4, "potential_loyalists": 3, "new": 2, "promising": 2, "need_attention": 3}
    value |= {"about_to_sleep": 2, "cant_lose": 4, "at_risk": 3, "hibernating": 1, "lost": 0}
    for recency in range(1, 6):
        ranked = [value[name_of(recency, worth)] for worth in range(1, 6)]
        assert ranked == sorted(ranked)
    for worth in range(1, 6):
        ranked = [value[name_of(recency, worth)] for recency in range(1, 6)]
        assert ranked == sorted(ranked)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, st.sampled_from(["low", "middle", "high"]), st.randoms(use_true_random=False))
def test_scores_keep_the_order_and_do_not_split_ties(values, ties, random):
    found = scores(values, ties=ties)
    assert set(found.tolist()) <= {1, 2, 3, 4, 5}
    for (x, i), (y, j) in product(zip(values, found, strict=True), repeat=2):
        assert (x != y or i == j) and (x >= y or i <= j)  # noqa: PT018
    order = list(range(len(values)))
    random.shuffle(order)
    assert scores([values[place] for place in order], ties=ties).tolist() == found[order].tolist()
    assert scores([3 * x + 1 for x in values], ties=ties).tolist() == found.tolist()
    assert ties != "low" or found[np.argmin(values)] == 1
    assert ties != "high" or found[np.argmax(values)] == 5


@given(st.integers(1, 300), st.sampled_from(["low", "middle", "high"]))
def test_customers_who_differ_make_fifths(n, ties):
    sizes = np.bincount(scores(np.arange(n), ties=ties), minlength=6)[1:]
    assert sizes.sum() == n
    assert abs(sizes - n / 5).max() < 1


def test_sizes_and_revenue_add_up():
    frame = random_transactions(seed=3)
    frame.loc[::17, "amount"] *= -1
    found = rfm(transactions(**frame.to_dict("series")))
    told = found.table.to_frame()
    assert told["customers"].sum() == len(found)
    assert told["share"].sum() == pytest.approx(1)
    assert told["revenue_share"].sum() == pytest.approx(1)
    assert told["segment"].tolist() == [name for name in NAMES if name in set(found.labels)]
    for segment in found.table:
        own = found.monetary[found.labels == segment.name]
        assert segment.revenue == pytest.approx(own.sum())
        assert segment.mean.value == pytest.approx(own.mean())


def test_a_share_of_revenue_has_the_bootstraps_error():
    random = np.random.default_rng(5)
    labels, money = random.choice(["x", "y"], 800, p=[0.7, 0.3]), random.gamma(0.5, 30, 800)
    share = segment_table(labels, money, order=("x", "y"))["x"].revenue_share
    drawn = random.integers(0, 800, (4000, 800))
    replicates = (money[drawn] * (labels[drawn] == "x")).sum(axis=1) / money[drawn].sum(axis=1)
    assert [share.low, share.high] == pytest.approx(np.quantile(replicates, [0.025, 0.975]), abs=0.005)


@pytest.mark.parametrize(("n", "shape"), [(200, 1.5), (1000, 0.7)])
def test_intervals_of_shares_cover_the_truth(n, shape):
    """Segments differ in size and in money; customers are drawn anew 1,000 times."""
    random = np.random.default_rng(6)
    sizes, scale = np.array([0.2, 0.5, 0.3]), np.array([60.0, 20.0, 5.0])
    truth = dict(zip("xyz", sizes * scale / (sizes @ scale), strict=True))
    means = dict(zip("xyz", shape * scale, strict=True))
    held = Counter()
    for _draw in range(1000):
        group = random.choice(3, n, p=sizes)
        table = segment_table(np.array(list("xyz"))[group], random.gamma(shape, scale[group]), order=tuple("xyz"))
        for segment in table:
            held["share"] += segment.revenue_share.low <= truth[segment.name] <= segment.revenue_share.high
            held["mean"] += segment.mean.low <= means[segment.name] <= segment.mean.high
    assert 0.92 <= held["share"] / 3000 <= 0.98
    assert 0.92 <= held["mean"] / 3000 <= 0.98


def test_shares_where_money_is_not_above_zero():
    lost = segment_table(["x", "y"], [-5, 2], order=("x", "y"))
    assert not lost["x"].revenue_share.known
    assert rfm(transactions(customer_id=["a1"], date=["2024-01-01"], amount=[0.0])).verdict
