"""A second table: whose rows they are, what is made of them, and never anything from after the cut-off."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.joining import Feature, Key, customers_of, join, match, possible_features, propose_cutoff, propose_keys
from crm_ai.table import read_table, table_from_frame
from tests.app.driving import ROOT

N = 60
CUTOFF = date(2024, 6, 30)


def people(n=N):
    return table_from_frame(
        pd.DataFrame({"customer_id": [f"K{i:04d}" for i in range(n)], "age": 20 + np.arange(n) % 50}), name="people.csv"
    )


def purchases(n=900, seed=0, last="2024-08-31"):
    random = np.random.default_rng(seed)
    first = pd.Timestamp("2024-01-01")
    days = random.integers(0, (pd.Timestamp(last) - first).days + 1, n)
    frame = pd.DataFrame({
        "CustomerID": [f"K{i:04d}" for i in random.integers(0, N + 10, n)],
        "when": first + pd.to_timedelta(days, "D"),
        "amount": random.gamma(2, 20, n).round(2),
        "shop": random.choice(["north", "south", "web"], n),
        "ticket": [f"T{i:06d}" for i in random.permutation(n)],
    })  # fmt: skip
    frame.loc[random.random(n) < 0.05, "amount"] = np.nan
    return frame


def joined(frame, **options):
    other = table_from_frame(frame, name="purchases.csv")
    return join(people(), other, key=propose_keys(people(), other)[0], **options)


def by_hand(frame, cutoff=CUTOFF):
    counted = frame[frame["when"] < pd.Timestamp(cutoff) + pd.Timedelta(days=1)]
    return counted.groupby("CustomerID"), [f"K{i:04d}" for i in range(N)]


def test_each_feature_equals_pandas():
    frame = purchases()
    found = joined(frame, cutoff=CUTOFF).table.frame
    groups, ids = by_hand(frame)
    since = (pd.Timestamp(CUTOFF) - groups["when"].max()).dt.days
    first = (pd.Timestamp(CUTOFF) - groups["when"].min()).dt.days
    n = groups.size()
    expected = {
        "number of rows": n.reindex(ids).fillna(0),
        "sum of amount": groups["amount"].sum().reindex(ids).fillna(0),
        "mean amount": groups["amount"].mean().reindex(ids),
        "largest amount": groups["amount"].max().reindex(ids),
        "days since the last": since.reindex(ids),
        "days since the first": first.reindex(ids),
        "rows a month": (n / first.clip(lower=30) * 30).reindex(ids).fillna(0),
        "different shop": groups["shop"].nunique().reindex(ids).fillna(0),
        "different ticket": groups["ticket"].nunique().reindex(ids).fillna(0),
        "most frequent shop": groups["shop"].agg(lambda shops: shops.mode()[0]).reindex(ids),
    }
    for name, values in expected.items():
        column = found[f"purchases: {name}"]
        if name.startswith("most"):
            assert column.astype("str").fillna("-").tolist() == values.fillna("-").tolist()
        else:
            np.testing.assert_allclose(column.to_numpy(float), values.to_numpy(float), err_msg=name)


def test_the_trend_compares_both_halves_of_the_time():
    frame = pd.DataFrame({
        "CustomerID": ["K0000"] * 4 + ["K0001"] * 2 + ["K0002"] * 2,
        "when": pd.to_datetime(["2024-01-01", "2024-05-01", "2024-06-01", "2024-06-20", "2024-01-02", "2024-01-03",
                                "2024-02-01", "2024-06-01"]),
        "amount": [10.0, 10, 10, 10, 5, 5, 1, 1],
    })  # fmt: skip
    found = joined(frame, cutoff=CUTOFF).table.frame["purchases: trend of the rows"]
    assert found[:3].tolist() == [pytest.approx(0.5), -1.0, 0.0]
    assert np.isnan(found[3])


def test_a_planted_row_after_the_cutoff_changes_nothing():
    frame = purchases(last="2024-06-30")
    planted = pd.concat([frame, pd.DataFrame({
        "CustomerID": ["K0003"] * 3, "when": pd.to_datetime(["2024-07-01", "2024-12-24", "2030-01-01"]),
        "amount": [1e9, 2e9, 3e9], "shop": ["future"] * 3, "ticket": ["T-x", "T-y", "T-z"],
    })])  # fmt: skip
    before, after = joined(frame, cutoff=CUTOFF), joined(planted, cutoff=CUTOFF)
    pd.testing.assert_frame_equal(before.table.frame, after.table.frame)
    assert "3 rows after 2024-06-30 were left out." in after.notes
    assert joined(planted, cutoff=date(2024, 7, 1)).table.frame["purchases: largest amount"].max() == 1e9


def test_sample_customers_with_sample_transactions_learn_nothing_of_the_future():
    customers = read_table(ROOT / "sample_data" / "telephone_customers.csv")
    transactions = read_table(ROOT / "sample_data" / "transactions.csv")
    (key, *_others) = propose_keys(customers, transactions)
    assert (key.left, key.right, key.matched_other) == ("customer_id", "customer_id", 1.0)
    day = date(2025, 12, 31)
    before = join(customers, transactions, key=key, cutoff=day).table
    paid = transactions.frame[transactions.frame["paid_on"] < "2026-01-01"].groupby("customer_id")["amount"].sum()
    np.testing.assert_allclose(
        before.frame["transactions: sum of amount"], paid.reindex(before.frame["customer_id"]).fillna(0), atol=1e-6
    )
    # A planted payment after the day, and every later one made enormous: nothing may change.
    planted = transactions.frame.head(1).assign(paid_on=pd.Timestamp("2026-03-01"), amount=1e12)
    changed = pd.concat([transactions.frame, planted], ignore_index=True)
    changed.loc[changed["paid_on"] > "2025-12-31", "amount"] = 1e12
    after = join(customers, transactions.with_frame(changed), key=key, cutoff=day).table
    pd.testing.assert_frame_equal(before.frame, after.frame)
    assert (
        join(customers, transactions.with_frame(changed), key=key).table.frame["transactions: largest amount"] == 1e12
    ).any()


@given(st.lists(st.tuples(st.integers(0, N + 5), st.integers(1, 400), st.floats(-1e6, 1e6)), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_no_row_after_the_cutoff_ever_counts(extra):
    frame = purchases(200, last="2024-06-30")
    added = pd.DataFrame({
        "CustomerID": [f"K{who:04d}" for who, _day, _amount in extra],
        "when": [pd.Timestamp(CUTOFF) + pd.Timedelta(days=day) for _who, day, _amount in extra],
        "amount": [amount for _who, _day, amount in extra], "shop": "web", "ticket": "T0",
    })  # fmt: skip
    key = Key("customer_id", "CustomerID", 1, 1, "exact", "")
    wanted = possible_features(table_from_frame(frame, name="purchases"), key, date_column="when")
    one, other = (
        join(people(), table_from_frame(part, name="purchases"), key=key, cutoff=CUTOFF, date_column="when",
             features=wanted).table.frame
        for part in (frame, pd.concat([frame, added]))
    )  # fmt: skip
    pd.testing.assert_frame_equal(one, other)


def test_customers_stay_as_they_were_and_in_order():
    found = joined(purchases(), cutoff=CUTOFF)
    pd.testing.assert_frame_equal(found.table.frame[["customer_id", "age"]], people().frame)
    assert found.table.source == "people.csv + purchases.csv"
    assert "up to 2024-06-30" in found.table.schema["purchases: sum of amount"].evidence


def test_a_day_counts_to_its_end_and_a_moment_does_not():
    frame = pd.DataFrame(
        {"CustomerID": ["K0001"] * 2, "when": pd.to_datetime(["2024-06-30 23:59", "2024-06-30 09:00"])}
    )
    assert joined(frame, cutoff=CUTOFF).table.frame["purchases: number of rows"][1] == 2
    assert joined(frame, cutoff=datetime(2024, 6, 30, 12)).table.frame["purchases: number of rows"][1] == 1


def test_rows_without_a_date_are_left_out_and_told():
    frame = purchases(300)
    frame.loc[:9, "when"] = pd.NaT
    found = joined(frame, cutoff=CUTOFF)
    assert any("without a date" in note for note in found.notes)


def test_the_numbers_before_anything_is_joined():
    frame = purchases()
    other = table_from_frame(frame)
    found = match(people(), other, propose_keys(people(), other)[0])
    known = frame["CustomerID"].isin(people().frame["customer_id"])
    assert found.rows_without_customer == (~known).sum()
    assert found.customers_with == frame.loc[known, "CustomerID"].nunique()
    assert found.most_rows == frame.loc[known, "CustomerID"].value_counts().max()
    assert found.one_to_many


@pytest.mark.parametrize(
    ("left", "right", "way"),
    [
        (["a1", "b2", "c3"], ["a1", "b2", "a1"], "exact"),
        (["a1 ", "B2", "c3"], ["A1", "b2", "a1"], "trimmed"),
        ([7, 8, 9], ["7", "8", "7"], "exact"),
        (["0007", "0008", "0009"], [7, 8, 7], "digits"),
        (["七", "八", "九"], ["七", "七", "九"], "exact"),
    ],
)
def test_keys_are_found_however_they_are_written(left, right, way):
    one = table_from_frame(pd.DataFrame({"客户ID": left, "x": [1, 2, 3]}))
    other = table_from_frame(pd.DataFrame({"客户 ID": right, "y": [1.5, 2.5, 3.5]}))
    (key, *_rest) = propose_keys(one, other)
    assert (key.left, key.right, key.way, key.matched_other) == ("客户ID", "客户 ID", way, 1.0)


def test_leading_zeros_tell_customers_apart_where_they_do():
    one = table_from_frame(pd.DataFrame({"id": ["00017", "17", "18"], "x": [1, 2, 3]}))
    other = table_from_frame(pd.DataFrame({"id": ["00017", "17", "17"], "y": [1, 2, 3]}))
    (key, *_rest) = propose_keys(one, other)
    assert key.way == "exact"
    assert match(one, other, key).most_rows == 2


def test_tables_that_have_nothing_to_do_with_each_other():
    other = table_from_frame(pd.DataFrame({"city": ["Rome", "Oslo"], "inhabitants": [3, 1]}))
    assert propose_keys(people(), other) == ()


def test_one_row_a_customer_is_taken_over():
    other = table_from_frame(
        pd.DataFrame({"id": ["K0002", "K0000", "zzz"], "age": [70, 71, 72], "城市": ["北京", None, "上海"]}),
        name="more.csv",
    )
    found = join(people(), other, key=propose_keys(people(), other)[0])
    assert found.features == ()
    assert found.table.frame["age (more)"][:3].tolist()[0::2] == [71, 70]
    assert found.table.frame["城市"].tolist()[:3] == [np.nan, np.nan, "北京"] or found.table.frame["城市"][2] == "北京"
    assert found.table.frame["城市"].isna().sum() == N - 1


def test_customers_of_a_table_of_purchases():
    frame = purchases()
    table = customers_of(table_from_frame(frame, name="purchases.csv"), "CustomerID", cutoff=CUTOFF)
    assert len(table) == frame["CustomerID"].nunique()
    assert table.frame["purchases: number of rows"].sum() == (frame["when"] <= pd.Timestamp(CUTOFF)).sum()


def test_a_cutoff_is_proposed_from_the_snapshot_or_the_latest_row():
    other = table_from_frame(purchases())
    assert propose_cutoff(people(), other, "when") == other.frame["when"].max().date()
    stamped = people().with_frame(people().frame.assign(snapshot_date=pd.Timestamp("2024-03-31")))
    assert propose_cutoff(stamped, other, "when") == date(2024, 3, 31)


def test_shared_keys_and_empty_matches():
    twice = table_from_frame(
        pd.DataFrame({"customer_id": ["K0001", "K0001", *[f"K{i:04d}" for i in range(2, 40)]], "x": 1})
    )
    other = table_from_frame(purchases())
    key = Key("customer_id", "CustomerID", 1, 1, "exact", "")
    found = join(twice, other, key=key, cutoff=CUTOFF)
    assert found.match.repeated_customers == 1
    assert found.table.frame.iloc[1, 2] == 0
    nobody = join(people(), other, key=key, cutoff=date(1990, 1, 1)).table
    assert (nobody.frame[f"{other.source}: number of rows"] == 0).all()


def test_mistakes_are_told_kindly():
    other = table_from_frame(purchases().drop(columns="when"))
    key = Key("customer_id", "CustomerID", 1, 1, "exact", "")
    with pytest.raises(ProblemError, match="Without dates"):
        join(people(), other, key=key, cutoff=CUTOFF)
    with pytest.raises(ProblemError, match="no column"):
        match(people(), other, Key("gone", "CustomerID", 1, 1, "exact", ""))
    with pytest.raises(ProblemError, match="holds no dates"):
        join(people(), other, key=key, date_column="amount")


def test_names_never_collide():
    table = people().with_frame(people().frame.assign(**{"purchases: number of rows": 1}))
    other = table_from_frame(purchases(), name="purchases.csv")
    key = Key("customer_id", "CustomerID", 1, 1, "exact", "")
    done = join(table, other, key=key, features=[Feature("purchases: number of rows", "", "count")]).table
    assert done.schema.names[-1] == "purchases: number of rows (purchases)"
