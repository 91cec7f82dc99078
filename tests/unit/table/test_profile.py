import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ProblemError
from crm_ai.table import distribution, missing, table_from_frame, target_by

N = 2000


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(0)
    return table_from_frame(
        pd.DataFrame(
            {
                "spend": np.where(random.random(N) < 0.1, np.nan, random.gamma(2, 50, N)),
                "calls": random.poisson(3, N),
                "plan": random.choice(["a", "b", None], N),
                "shop": random.choice([f"s{i}" for i in range(60)], N),
                "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, N), unit="D"),
                "note": [f"customer number {i} had a long question" for i in range(N)],
                "Churn": random.choice(["Yes", "No"], N, p=[0.2, 0.8]),
            }
        )
    )


@pytest.mark.parametrize("column", ["spend", "calls", "plan", "shop", "since", "note", "Churn"])
def test_every_customer_is_counted_once(table, column):
    shown = distribution(table, column)
    assert shown["customers"].sum() == table.frame[column].notna().sum()
    assert len(shown) <= 30


def test_numbers_are_counted_as_numpy_counts_them(table):
    spend = table.frame["spend"].dropna()
    assert distribution(table, "spend")["customers"].tolist() == np.histogram(spend, bins=30)[0].tolist()


def test_small_whole_numbers_get_a_bin_each(table):
    shown = distribution(table, "calls")
    assert (shown["right"] - shown["left"] == 1).all()
    assert shown["customers"].tolist()[0] == (table.frame["calls"] == 0).sum()


def test_labels_past_twenty_share_one_bar(table):
    shown = distribution(table, "shop")
    assert len(shown) == 20
    assert shown["label"].iloc[-1] == "(other)"


def test_target_by_label_is_the_share_with_its_wilson_interval(table):
    from statsmodels.stats.proportion import proportion_confint

    row = target_by(table, "plan", "Churn", positive="Yes").set_index("label").loc["a"]
    chosen = table.frame[table.frame["plan"] == "a"]["Churn"] == "Yes"
    assert row["value"] == pytest.approx(chosen.mean())
    assert (row["low"], row["high"]) == pytest.approx(proportion_confint(chosen.sum(), len(chosen), method="wilson"))


def test_target_by_bins_holds_the_mean_of_a_numeric_target(table):
    shown = target_by(table, "calls", "spend")
    assert shown["customers"].sum() == table.frame["spend"].notna().sum()
    whole = (shown["value"] * shown["customers"]).sum() / shown["customers"].sum()
    assert whole == pytest.approx(table.frame["spend"].mean())


def test_dates_are_binned_as_dates(table):
    shown = target_by(table, "since", "Churn")
    assert shown["left"].dtype == "datetime64[us]"
    assert shown["left"].min() == table.frame["since"].min()


def test_what_cannot_be_shown_is_refused(table):
    with pytest.raises(ProblemError):
        target_by(table, "plan", "note")
    with pytest.raises(ProblemError, match="does not occur"):
        target_by(table, "plan", "Churn", positive="Maybe")


def test_missing_is_ranked(table):
    assert missing(table)["column"].tolist() == ["plan", "spend"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": [None, None], "y": [1, 2]}),
        pd.DataFrame({"x": [5, 5], "y": [1, 2]}),
        pd.DataFrame({"x": [5.5], "y": [1]}),
    ],
)
def test_odd_columns(frame):
    table = table_from_frame(frame)
    assert distribution(table, "x")["customers"].sum() == frame["x"].notna().sum()
    target_by(table, "x", "y")
