"""Equal to the package ``lifetimes`` (0.11.3) and to what is published of CDNOW, on the sample that it ships."""

import warnings

import pandas as pd
import pytest

from crm_ai.segmentation import fit_purchases, fit_spend, read_transactions, summarise
from crm_ai.table import Kind, table_from_frame

pytest.importorskip("lifetimes", reason="the package lifetimes, which only this test needs, is not installed")


@pytest.fixture(scope="module")
def sample():
    from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value

    return load_cdnow_summary_data_with_monetary_value()


@pytest.fixture(scope="module")
def theirs(sample):
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = sample[sample["frequency"] > 0]
        purchases = BetaGeoFitter(penalizer_coef=0.0).fit(sample["frequency"], sample["recency"], sample["T"])
        return purchases, GammaGammaFitter(penalizer_coef=0.0).fit(again["frequency"], again["monetary_value"])


@pytest.fixture(scope="module")
def ours(sample):
    return (
        fit_purchases(sample["frequency"], sample["recency"], sample["T"]),
        fit_spend(sample["frequency"], sample["monetary_value"]),
    )


def test_parameters_are_the_published_ones(ours):
    """Fader, Hardie, Lee (2005), table 2 (r 0.243, α 4.414, a 0.793, b 2.426), and Fader, Hardie (2013)."""
    purchases, spend = ours
    assert purchases.customers == 2357
    assert [purchases.r, purchases.alpha, purchases.a, purchases.b] == pytest.approx(
        [0.2426, 4.4136, 0.793, 2.426], abs=5e-4
    )
    assert [spend.p, spend.q, spend.v] == pytest.approx([6.249, 3.745, 15.448], abs=1e-3)
    assert purchases.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_parameters_and_their_errors_are_those_of_lifetimes(ours, theirs):
    for mine, other, names in zip(ours, theirs, (("r", "alpha", "a", "b"), ("p", "q", "v")), strict=True):
        summary = other.summary.loc[list(names)]
        assert [getattr(mine, name) for name in names] == pytest.approx(summary["coef"].tolist(), rel=1e-4)
        assert mine.standard_errors() == pytest.approx(summary["se(coef)"].to_numpy(), rel=1e-3)


def test_expectations_are_those_of_lifetimes(sample, ours, theirs):
    history = sample["frequency"], sample["recency"], sample["T"]
    expected = theirs[0].conditional_expected_number_of_purchases_up_to_time(39, *history)
    assert ours[0].purchases(39, *history).value == pytest.approx(expected.to_numpy(), rel=1e-3)
    alive = theirs[0].conditional_probability_alive(*history)
    assert ours[0].alive(*history).value == pytest.approx(alive, rel=1e-3)
    mean = theirs[1].conditional_expected_average_profit(sample["frequency"], sample["monetary_value"])
    assert ours[1].mean_value(sample["frequency"], sample["monetary_value"]).value == pytest.approx(mean, rel=1e-3)


def test_the_sample_is_reduced_as_published(sample):
    """From its 6,919 purchases to one row a customer, up to 1997-09-30; times in weeks."""
    from lifetimes.datasets import load_dataset

    rows = load_dataset("CDNOW_sample.txt", header=None, sep=r"\s+")
    frame = pd.DataFrame({"customer_id": rows[1].astype(str), "date": rows[2].astype(str), "amount": rows[4]})
    frame["date"] = pd.to_datetime(frame["date"])
    table = table_from_frame(frame)
    table = table.with_schema(table.schema.corrected("customer_id", kind=Kind.IDENTIFIER))
    found = summarise(read_transactions(table), as_of=pd.Timestamp("1997-09-30").date())
    assert found.frequency.tolist() == sample["frequency"].tolist()
    assert found.recency / 7 == pytest.approx(sample["recency"].to_numpy(), abs=0.006)
    assert found.age / 7 == pytest.approx(sample["T"].to_numpy(), abs=0.006)
    assert found.value == pytest.approx(sample["monetary_value"].to_numpy(), abs=0.006)


@pytest.mark.parametrize("freq", ["D", "W"])
def test_any_table_is_reduced_as_lifetimes_does(sample, freq):
    from lifetimes.datasets import load_dataset
    from lifetimes.utils import summary_data_from_transaction_data

    rows = load_dataset("CDNOW_sample.txt", header=None, sep=r"\s+")
    frame = pd.DataFrame({"customer_id": rows[1].astype(str), "date": rows[2].astype(str), "amount": rows[4]})
    frame["date"] = pd.to_datetime(frame["date"])
    expected = summary_data_from_transaction_data(frame, "customer_id", "date", "amount", freq=freq)
    table = table_from_frame(frame)
    table = table.with_schema(table.schema.corrected("customer_id", kind=Kind.IDENTIFIER))
    found = summarise(read_transactions(table), period={"D": "day", "W": "week"}[freq]).to_frame()
    found = found.set_index("customer_id").loc[expected.index]
    days = {"D": 1, "W": 7}[freq]
    assert found["frequency"].tolist() == expected["frequency"].tolist()
    assert found["recency"].tolist() == (days * expected["recency"]).tolist()
    assert found["age"].tolist() == (days * expected["T"]).tolist()
    assert found["value"].tolist() == pytest.approx(expected["monetary_value"].tolist())
