import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.personal_data import anonymity, quasi_identifiers
from crm_ai.table import table_from_frame

# Four groups: (Ulm, f) of 3 with 2 diseases, (Ulm, m) of 2 with 1, (Bonn, f) of 1, (Bonn, missing) of 2 with 2.
HAND = pd.DataFrame(
    {
        "city": ["Ulm", "Ulm", "Ulm", "Ulm", "Ulm", "Bonn", "Bonn", "Bonn"],
        "gender": ["f", "f", "m", "m", "f", "f", None, None],
        "disease": ["flu", "flu", "cold", "cold", "cold", "flu", "flu", "cold"],
    }
)


def test_a_case_worked_by_hand():
    table = table_from_frame(HAND)
    result = anonymity(table, ["city", "gender"], k=2)
    assert (result.k, result.l, result.groups) == (1, None, 4)
    assert result.rows_at_risk.tolist() == [5]
    assert anonymity(table, ["city", "gender"], k=3).rows_at_risk.tolist() == [2, 3, 5, 6, 7]
    diverse = anonymity(table, ["city", "gender"], sensitive="disease", k=2, l=2)
    assert diverse.l == 1
    assert diverse.rows_at_risk.tolist() == [2, 3, 5]
    listed = diverse.to_frame()
    assert listed["rows"].tolist() == [1, 2, 2, 3]
    assert listed["different"].tolist() == [1, 1, 2, 2]
    assert listed[["city", "gender"]].astype(str).iloc[0].tolist() == ["Bonn", "f"]


cell = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(cell, cell, st.integers(0, 3), cell), min_size=1, max_size=40),
    st.integers(1, 5),
    st.integers(1, 3),
)
def test_the_same_as_grouping_by_brute_force(rows, k, least):
    frame = pd.DataFrame(rows, columns=["p", "q", "r", "s"])
    table = table_from_frame(frame)
    names = ["p", "q", "r"]
    result = anonymity(table, names, sensitive="s", k=k, l=least)
    keys = [tuple(str(table.frame[name].astype(object)[i]) for name in names) for i in range(len(frame))]
    sizes = {key: keys.count(key) for key in keys}
    held = {
        key: {v for i, v in enumerate(table.frame["s"].astype(object)) if keys[i] == key and isinstance(v, str)}
        for key in sizes
    }
    assert result.k == min(sizes.values())
    assert result.l == min(map(len, held.values()))
    assert result.groups == len(sizes)
    assert result.rows_at_risk.tolist() == [i for i, key in enumerate(keys) if sizes[key] < k or len(held[key]) < least]


def test_many_columns_of_many_values_do_not_overflow():
    generator = np.random.default_rng(2)
    n = 5000
    frame = pd.DataFrame({f"c{j}": generator.integers(0, n, n) + 0.5 for j in range(12)})
    result = anonymity(table_from_frame(frame), list(frame.columns))
    assert result.groups == len(frame.drop_duplicates())
    assert len(result.rows_at_risk) == n


def test_columns_must_be_named_and_exist():
    table = table_from_frame(HAND)
    with pytest.raises(ProblemError, match="others may know"):
        anonymity(table, [])
    with pytest.raises(ProblemError, match="nobody"):
        anonymity(table, ["city"], sensitive="nobody")


def test_a_column_called_rows_is_kept():
    frame = HAND.rename(columns={"city": "rows"})
    assert list(anonymity(table_from_frame(frame), ["rows"]).to_frame().columns) == ["rows", "rows (group)"]


def test_proposed_quasi_identifiers():
    frame = pd.DataFrame(
        {
            "customer_id": [f"k{i}" for i in range(40)],
            "Gender": ["f", "m"] * 20,
            "age": range(20, 60),
            "邮政编码": ["100084", "200030"] * 20,
            "城市": ["北京", "上海"] * 20,
            "birth_year": range(1960, 2000),
            "country": ["DE"] * 40,
            "orders": range(40),
            "account_age": range(40),
            "出生日期": pd.to_datetime("1980-01-01") + pd.to_timedelta(range(40), unit="D"),
        }
    )
    assert quasi_identifiers(table_from_frame(frame)) == ("Gender", "age", "邮政编码", "城市", "birth_year", "出生日期")
