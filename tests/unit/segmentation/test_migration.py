"""Who moved where between two days."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ProblemError
from crm_ai.segmentation import migration, read_transactions, rfm, rfm_migration
from crm_ai.segmentation.rfm_names import NAMES
from crm_ai.table import table_from_frame

BEFORE = pd.Series({"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"})
AFTER = pd.Series({"a": "x", "b": "y", "c": "y", "d": "y", "f": "x", "g": "z"})


def test_a_small_matrix_by_hand():
    moved = migration(BEFORE, AFTER)
    assert moved.counts.tolist() == [[1, 2, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 1, 0]]
    frame = moved.to_frame()
    first = frame[(frame["from"] == "x") & (frame["to"] == "y")].iloc[0]
    assert (first["customers"], first["n"], first["share"]) == (2, 3, pytest.approx(2 / 3))
    assert (first["low"], first["high"]) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))
    assert (moved.stayed, moved.newcomers, moved.gone) == (2, 2, 1)
    flows = moved.flows().set_index("segment")
    assert flows.loc["x"].to_dict() == {
        "before": 3, "came": 0, "left": 2, "newcomers": 1, "gone": 0, "after": 2, "net": -1,
    }  # fmt: skip
    assert flows.loc["y"].to_dict() == {
        "before": 2, "came": 2, "left": 0, "newcomers": 0, "gone": 1, "after": 3, "net": 1,
    }  # fmt: skip


def test_in_words():
    said = migration(BEFORE, AFTER, names=("March", "June"), order=("x", "y", "z")).verdict
    assert "Of 4 customers who were there on March and on June, 50 %" in said
    assert ", 0 % moved up and 50 % down" in said
    assert "2 came new. 1 is gone. 2 went from “x” to “y”, 67 % (21 %–94 %)" in said


def test_nobody_in_common_and_nobody_at_all():
    assert "Nobody was there both" in migration(BEFORE, pd.Series({"q": "x"})).verdict
    empty = migration(pd.Series(dtype="str"), pd.Series(dtype="str"))
    assert empty.to_frame().empty
    assert empty.flows().empty
    assert "Nobody" in empty.verdict


def test_mistakes_are_told():
    with pytest.raises(ProblemError, match="twice"):
        migration(pd.concat([BEFORE, BEFORE]), AFTER)
    with pytest.raises(ProblemError, match="not in the given order: z"):
        migration(BEFORE, AFTER, order=("x", "y"))


@pytest.fixture(scope="module")
def transactions():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "customer_id": [f"K{i:03d}" for i in random.integers(0, 300, 2000)],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 400, 2000), "D"),
            "amount": random.gamma(2, 20, 2000),
        }
    )
    return read_transactions(table_from_frame(frame))


def test_movement_between_two_days_is_that_of_the_two_tables(transactions):
    days = date(2024, 4, 1), date(2024, 12, 1)
    moved = rfm_migration(transactions, *days)
    before, after = (rfm(transactions, as_of=day) for day in days)
    flows = moved.flows().set_index("segment")
    assert flows["before"].to_dict() == {name: Counter(before.labels)[name] for name in NAMES}
    assert flows["after"].to_dict() == {name: Counter(after.labels)[name] for name in NAMES}
    assert moved.gone == 0
    assert moved.newcomers == len(after) - len(before)
    crossed = pd.crosstab(before.by_customer(), after.by_customer().reindex(before.customers))
    told = moved.to_frame().set_index(["from", "to"])["customers"]
    assert all(told.get((old, new), 0) == crossed.loc[old, new] for old in crossed.index for new in crossed.columns)


def test_the_earlier_day_comes_first(transactions):
    with pytest.raises(ProblemError, match="is not before"):
        rfm_migration(transactions, date(2024, 12, 1), date(2024, 4, 1))
