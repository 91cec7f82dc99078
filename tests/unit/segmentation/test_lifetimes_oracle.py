"""Equal to the package ``lifetimes`` (0.11.3) and to what is published of CDNOW, on the sample that it ships."""

import warnings
from datetime import date
from importlib.resources import files

import pandas as pd
import pytest

from crm_ai.segmentation import fit_purchases, fit_spend, read_transactions, summarise
from crm_ai.table import Kind, table_from_frame

pytest.importorskip("lifetimes", reason="the package lifetimes, which only this test needs, is not installed")


def shipped(name):
    """A file that the package ships; its own reader needs a setuptools that newer Pythons lack."""
    return files("lifetimes").joinpath("datasets", name)


@pytest.fixture(scope="module")
def sample():
    found = pd.read_csv(shipped("cdnow_customers_summary_with_transactions.csv"), index_col=0)
    found.columns = ["frequency", "recency", "T", "monetary_value"]
    return found


@pytest.fixture(scope="module")
def purchases():
    rows = pd.read_csv(shipped("CDNOW_sample.txt"), header=None, sep=r"\s+")
    dates = pd.to_datetime(rows[2].astype(str))
    return pd.DataFrame({"customer_id": rows[1].astype(str), "date": dates, "amount": rows[4]})


def read(frame):
    table = table_from_frame(frame)
    return read_transactions(table.with_schema(table.schema.corrected("customer_id", kind=Kind.IDENTIFIER)))


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


def test_the_sample_is_reduced_as_published(sample, purchases):
    """From its 6,919 purchases to one row a customer, up to 1997-09-30; times in weeks."""
    found = summarise(read(purchases), as_of=date(1997, 9, 30))
    assert len(purchases) == 6919
    assert found.frequency.tolist() == sample["frequency"].tolist()
    assert found.recency / 7 == pytest.approx(sample["recency"].to_numpy(), abs=0.006)
    assert found.age / 7 == pytest.approx(sample["T"].to_numpy(), abs=0.006)
    assert found.value == pytest.approx(sample["monetary_value"].to_numpy(), abs=0.006)


def test_the_published_parameters_come_out_of_the_purchases_too(purchases):
    found = summarise(read(purchases), as_of=date(1997, 9, 30))
    fitted = fit_purchases(found.frequency, found.recency / 7, found.age / 7)
    assert [fitted.r, fitted.alpha, fitted.a, fitted.b] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=1e-3)


@pytest.mark.parametrize(("freq", "period", "days"), [("D", "day", 1), ("W", "week", 7)])
def test_any_table_is_reduced_as_lifetimes_does(purchases, freq, period, days):
    from lifetimes.utils import summary_data_from_transaction_data

    expected = summary_data_from_transaction_data(purchases, "customer_id", "date", "amount", freq=freq)
    found = summarise(read(purchases), period=period).to_frame().set_index("customer_id").loc[expected.index]
    assert found["frequency"].tolist() == expected["frequency"].tolist()
    assert found["recency"].tolist() == (days * expected["recency"]).tolist()
    assert found["age"].tolist() == (days * expected["T"]).tolist()
    assert found["value"].tolist() == pytest.approx(expected["monetary_value"].tolist())
