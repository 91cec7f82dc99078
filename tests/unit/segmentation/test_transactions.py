"""Who bought, when and for how much: found in a table, overruled, and reduced to one row a customer."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.joining import Key, customers_of, join
from crm_ai.segmentation import propose_columns, read_transactions, rfm, summarise
from crm_ai.table import Kind, table_from_frame

ROWS = pd.DataFrame(
    {
        "customer_id": ["a1", "b2", "a1", "a1", "b2", "c3", None, "a1"],
        "date": [
            "2024-01-01",
            "2024-01-05",
            "2024-01-11",
            "2024-01-11",
            "2024-02-05",
            "2024-02-01",
            "2024-02-01",
            None,
        ],
        "amount": [5.5, 9.0, 2.0, 4.0, -3.0, 0.0, 7.0, 8.0],
    }
)


def table(frame, **kinds):
    read = table_from_frame(frame, name="purchases.csv")
    schema = read.schema
    for name, kind in kinds.items():
        schema = schema.corrected(name, kind=kind)
    return read.with_schema(schema)


def proposed(**columns):
    return propose_columns(table(pd.DataFrame(columns)))


N = 40
WHO = [f"K{i % 9:03d}" for i in range(N)]
ORDERS = [f"O{i // 2:04d}" for i in range(N)]
DAYS = [f"2024-03-{1 + i % 28:02d}" for i in range(N)]
MONEY = [1.25 * i + 0.5 for i in range(N)]
FEW = [1 + i % 5 for i in range(N)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {"order_id": ORDERS, "customer_id": WHO, "order_date": DAYS, "ship_date": DAYS, "sales": MONEY, "tax": FEW},
            ("customer_id", "order_date", "sales", "", False),
        ),
        (
            {"InvoiceNo": ORDERS, "Quantity": FEW, "InvoiceDate": DAYS, "UnitPrice": MONEY, "CustomerID": WHO},
            ("CustomerID", "InvoiceDate", "UnitPrice", "Quantity", True),
        ),
        (
            {"订单编号": ORDERS, "会员编号": WHO, "发货日期": DAYS, "下单日期": DAYS, "数量": FEW, "实付金额": MONEY},
            ("会员编号", "下单日期", "实付金额", "数量", False),
        ),
        (
            {"date": DAYS, "card_no": WHO, "x": MONEY},
            ("card_no", "date", "x", "", False),
        ),
        (
            {"customer type": FEW, "customer name": WHO, "customer id": WHO, "on": DAYS, "price": MONEY},
            ("customer id", "on", "price", "", False),
        ),
    ],
)  # fmt: skip
def test_columns_are_recognised_with_reasons(columns, expected):
    found = proposed(**columns)
    assert (found.customer, found.date, found.amount, found.quantity, found.per_piece) == expected
    wanted = {"customer", "date", "amount"} | ({"quantity"} if found.quantity else set())
    assert {what for what, reason in found.reasons.items() if reason} == wanted


def test_proposals_can_be_overruled():
    read = table(
        pd.DataFrame({"buyer": WHO, "payer_id": WHO, "a": DAYS, "b": DAYS, "net": MONEY, "total": MONEY, "n": FEW})
    )
    found = propose_columns(read, customer="payer_id", date="b", amount="net", quantity="n", per_piece=True)
    assert (found.customer, found.date, found.amount, found.quantity) == ("payer_id", "b", "net", "n")
    assert found.per_piece
    assert found.reasons["customer"] == "Set by you."
    assert read_transactions(read, found).amounts.sum() == pytest.approx(np.dot(MONEY, FEW))


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"customer": "gone"}, "no column"),
        ({"date": "amount"}, "holds no dates"),
        ({"amount": "customer_id"}, "holds no numbers"),
        ({"per_piece": True}, "how many pieces"),
    ],
)
def test_wrong_choices_are_told_kindly(choice, says):
    with pytest.raises(ProblemError, match=says) as caught:
        propose_columns(table(ROWS), **choice)
    assert caught.value.next_step


@pytest.mark.parametrize("missing", ["customer_id", "date", "amount"])
def test_a_table_without_purchases_is_refused_with_a_next_step(missing):
    with pytest.raises(ProblemError) as caught:
        propose_columns(table(ROWS.drop(columns=missing)))
    assert caught.value.next_step


def test_nothing_is_left_out_silently():
    found = read_transactions(table(ROWS))
    assert len(found) == 6
    assert found.notes == (
        "1 row without a customer was left out.",
        "1 row without a day was left out.",
        "1 row below zero is taken as a return: it lowers revenue by 3 (14.6 %), and is no purchase.",
        "1 row of zero is taken as a purchase that cost nothing.",
    )


def test_a_small_table_by_hand():
    found = summarise(read_transactions(table(ROWS)), as_of=date(2024, 1, 31)).to_frame()
    assert found["customer_id"].tolist() == ["a1", "b2"]
    assert found["purchases"].tolist() == [2, 1]
    assert found["frequency"].tolist() == [1, 0]
    assert found["recency"].tolist() == [10, 0]
    assert found["age"].tolist() == [30, 26]
    assert found["value"].tolist() == [6, 0]
    assert found["revenue"].tolist() == [11.5, 9]
    later = summarise(read_transactions(table(ROWS))).to_frame()
    assert later["revenue"].tolist() == [11.5, 6, 0]
    assert later["returned"].tolist() == [0, 3, 0]
    assert later["frequency"].tolist() == [1, 0, 0]
    assert later["last"].tolist() == [pd.Timestamp(day) for day in ("2024-01-11", "2024-01-05", "2024-02-01")]


def test_what_joining_knows_of_customers_is_the_same():
    rows = ROWS[ROWS["customer_id"].notna() & ROWS["date"].notna() & (ROWS["amount"] >= 0)].reset_index(drop=True)
    rows.loc[3:, "amount"] += 1.0
    read, day = table(rows, amount=Kind.NUMBER), date(2024, 1, 31)
    joined = customers_of(read, "customer_id", cutoff=day).frame.set_index("customer_id")
    found = summarise(read_transactions(read), as_of=day).to_frame().set_index("customer_id")
    joined = joined.loc[found.index]
    assert found["revenue"].tolist() == joined["purchases: sum of amount"].tolist()
    assert found["age"].tolist() == joined["purchases: days since the first"].tolist()
    assert (found["age"] - found["recency"]).tolist() == joined["purchases: days since the last"].tolist()


def test_segments_join_the_customers_they_belong_to():
    people = table(pd.DataFrame({"customer_id": ["a1", "b2", "c3", "d4"], "age": [20, 30, 40, 50]}))
    segments = table_from_frame(rfm(read_transactions(table(ROWS))).to_frame(), name="segments.csv")
    segments = segments.with_schema(segments.schema.corrected("customer_id", kind=Kind.IDENTIFIER))
    joined = join(people, segments, key=Key("customer_id", "customer_id", 1.0, 1.0, "exact", "")).table.frame
    assert joined["frequency"].tolist()[:3] == [2, 1, 1]
    assert joined["segment"].isna().tolist() == [False, False, False, True]


def test_what_is_after_the_day_counts_nowhere():
    short = ROWS[pd.to_datetime(ROWS["date"]) <= "2024-01-31"]
    day = date(2024, 1, 31)
    whole, part = (summarise(read_transactions(table(rows)), as_of=day) for rows in (ROWS, short))
    pd.testing.assert_frame_equal(whole.to_frame(), part.to_frame())
    assert "2 rows after 2024-01-31 count nowhere." in whole.notes


def test_purchases_of_a_week_count_as_one():
    days = ["2024-01-01", "2024-01-07", "2024-01-08", "2024-01-30"]  # Monday, Sunday, Monday, Tuesday
    rows = pd.DataFrame({"customer_id": ["a1"] * 4, "date": days, "amount": [1.0, 2.0, 4.0, 8.0]})
    found = summarise(read_transactions(table(rows)), period="week")
    assert (found.frequency[0], found.recency[0], found.age[0], found.value[0]) == (2, 28, 28, 6)


def test_days_before_the_first_purchase_and_after_the_last():
    transactions = read_transactions(table(ROWS))
    with pytest.raises(ProblemError, match="Nobody had bought anything by 2023-01-01"):
        summarise(transactions, as_of=date(2023, 1, 1))
    assert "assumption" in summarise(transactions, as_of=date(2025, 1, 1)).notes[-1]


def test_only_returns_are_no_customer():
    rows = pd.DataFrame({"customer_id": ["a1", "b2", "b2"], "date": ["2024-01-01"] * 3, "amount": [5.0, -1.0, -2.0]})
    found = summarise(read_transactions(table(rows)))
    assert found.customers.tolist() == ["a1"]
    assert any("nothing but returns" in note for note in found.notes)
    with pytest.raises(ProblemError, match="Nobody had bought"):
        summarise(read_transactions(table(rows[1:])))


def test_nothing_known_is_refused():
    rows = ROWS.assign(amount=np.nan)
    with pytest.raises(ProblemError, match="No row has"):
        read_transactions(table(rows, amount=Kind.NUMBER))


def test_customers_stored_as_numbers_keep_their_names():
    rows = pd.DataFrame({"CustomerID": [17850.0, 17850.0, None], "date": ["2024-01-01"] * 3, "amount": [1.0, 2.0, 3.0]})
    assert read_transactions(table(rows)).customers.tolist() == ["17850"]


HOSTILE = ["=1+1", "a" * 5000, "<b>", "nan", "None", "客户 ‮x", " ", "'; drop table"]


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_hostile_names_and_few_rows_end_in_a_sentence_or_a_result(size):
    rows = pd.DataFrame({"customer_id": HOSTILE[:size], "date": ["2024-01-01"] * size, "amount": [1.0] * size})
    found = rfm(read_transactions(table(rows, customer_id=Kind.IDENTIFIER, amount=Kind.NUMBER)))
    assert found.verdict
    assert 1 <= len(found.to_frame()) == len(found) <= size


def test_a_column_called_like_one_of_ours():
    rows = ROWS.rename(columns={"customer_id": "recency"})
    read = table(rows, recency=Kind.IDENTIFIER)
    found = rfm(read_transactions(read, propose_columns(read, customer="recency")))
    assert found.to_frame().columns.is_unique


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 40), st.integers(-50, 200)), min_size=1, max_size=60
    ).filter(lambda rows: any(amount >= 0 for _who, _day, amount in rows)),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_order_of_rows_does_not_matter_and_pandas_agrees(rows, random):
    frame = pd.DataFrame(
        {
            "customer_id": [f"K{who}" for who, _day, _amount in rows],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta([day for _who, day, _amount in rows], "D"),
            "amount": [amount / 4 for _who, _day, amount in rows],
        }
    )
    order = list(range(len(frame)))
    random.shuffle(order)
    kinds = {"customer_id": Kind.IDENTIFIER, "date": Kind.DATE, "amount": Kind.NUMBER}
    one, other = (
        summarise(read_transactions(table(rows, **kinds))).to_frame().sort_values("customer_id", ignore_index=True)
        for rows in (frame, frame.iloc[order].reset_index(drop=True))
    )
    pd.testing.assert_frame_equal(one, other)
    daily = frame[frame["amount"] >= 0].groupby(["customer_id", "date"])["amount"].sum().reset_index()
    repeats = daily[daily["customer_id"].duplicated()]
    by = daily.groupby("customer_id")["date"]
    expected = pd.DataFrame(
        {
            "frequency": by.size() - 1,
            "recency": (by.max() - by.min()).dt.days,
            "age": (frame["date"].max() - by.min()).dt.days,
            "value": repeats.groupby("customer_id")["amount"].mean(),
            "revenue": frame.groupby("customer_id")["amount"].sum(),
        }
    )
    expected = expected[expected["frequency"].notna()].fillna({"value": 0.0}).sort_index().reset_index(drop=True)
    pd.testing.assert_frame_equal(one[list(expected.columns)], expected, check_dtype=False)
