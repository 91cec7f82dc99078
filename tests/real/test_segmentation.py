"""Segments and lifetime values of real purchases, English and Chinese."""

from datetime import date

import numpy as np
import pytest

from crm_ai import read_table
from crm_ai.segmentation import (
    check_on_holdout,
    fit_purchases,
    fit_spend,
    lifetime_values,
    propose_columns,
    read_transactions,
    rfm,
    rfm_migration,
    summarise,
)
from crm_ai.segmentation.rfm_names import NAMES

pytestmark = pytest.mark.real_data

# What lifetimes 0.11.3 (pandas 3.1, scipy 1.17, no penalty) finds on all 23,570 customers of cdnow_master, to whose
# summaries by summary_data_from_transaction_data it was fitted: times in days; the last column is the sum of purchases
# that it expects of all customers in 365 days (52 weeks by week).
LIFETIMES = {
    ("day", None): (0.2671278, 41.905448, 0.4835169, 2.1116081, 5.086044, 3.995121, 21.252238, 21353.705),
    ("week", None): (0.2867628, 53.154419, 0.4686592, 2.1783766, 4.920990, 3.851086, 21.833746, 20298.267),
    ("day", date(1997, 9, 30)): (0.2516240, 33.522616, 0.7234330, 2.1610870, 6.275359, 3.624450, 14.983689, 21425.928),
}


@pytest.fixture(scope="module")
def cdnow(real_data):
    return read_transactions(read_table(real_data("cdnow_master.zip")))


@pytest.fixture(scope="module")
def superstore(real_data):
    return read_table(real_data("superstore_zh.xls"))


@pytest.mark.parametrize(("period", "day"), LIFETIMES)
def test_cdnow_equals_lifetimes(cdnow, period, day):
    summary = summarise(cdnow, as_of=day, period=period)
    assert len(summary) == 23570
    history = summary.frequency, summary.recency, summary.age
    bought, spent = fit_purchases(*history), fit_spend(summary.frequency, summary.value)
    total = bought.purchases(365 if period == "day" else 364, *history).value.sum()
    found = [bought.r, bought.alpha, bought.a, bought.b, spent.p, spent.q, spent.v, total]
    assert found == pytest.approx(LIFETIMES[period, day], rel=1e-5)


def test_cdnow_has_errors_like_those_of_lifetimes(cdnow):
    summary = summarise(cdnow)
    found = fit_purchases(summary.frequency, summary.recency, summary.age)
    assert found.standard_errors() == pytest.approx([0.00366005, 0.96012752, 0.02679280, 0.15437006], rel=1e-4)


def test_cdnow_is_expected_as_well_as_known(cdnow):
    """Fader, Hardie and Lee found the model a little too low on the last 39 weeks of this cohort, as it is here."""
    found = check_on_holdout(cdnow, until=date(1997, 9, 30))
    assert found.actual == 19684
    assert -0.16 < found.error < -0.12
    assert np.corrcoef(found.table["expected"], found.table["actual"])[0, 1] > 0.99


def test_cdnow_values(cdnow):
    found = lifetime_values(summarise(cdnow), horizon=365, discount=0.1)
    assert "80 rows of zero" in found.notes[0]
    assert found.independence.holds
    assert found.value.value.shape == (23570,)
    assert np.isfinite(found.value.value).all()
    assert found.total_value.low < found.total_value.value < found.total_value.high


def test_superstore_is_understood(superstore):
    found = propose_columns(superstore)
    assert (found.customer, found.date, found.amount, found.quantity) == ("客户 ID", "订单日期", "销售额", "数量")
    assert not found.per_piece


def test_superstore_equals_pandas(superstore):
    found = rfm(read_transactions(superstore)).to_frame().set_index("客户 ID").sort_index()
    frame = superstore.frame
    by = frame.groupby(frame["客户 ID"].astype("str"))
    assert len(found) == 790
    assert found["recency"].tolist() == (frame["订单日期"].max() - by["订单日期"].max()).dt.days.tolist()
    assert found["frequency"].tolist() == by["订单日期"].nunique().tolist()
    assert found["monetary"].tolist() == pytest.approx(by["销售额"].sum().tolist())
    fifths = np.ceil(5 * (-found["recency"]).rank(method="max") / 790)
    assert found["recency_score"].tolist() == fifths.tolist()


def test_superstore_segments_make_sense(superstore):
    found = rfm(read_transactions(superstore))
    table = found.table.to_frame().set_index("segment")
    assert set(table.index) == set(NAMES)
    assert table.loc["champions", "mean"] > 2 * table.loc["lost", "mean"]
    assert table["customers"].between(5, 250).all()
    moved = rfm_migration(read_transactions(superstore), date(2017, 6, 30), date(2017, 12, 30))
    assert moved.newcomers == len(found) - len(rfm(read_transactions(superstore), as_of=date(2017, 6, 30)))


def test_superstore_was_made_up_by_chance(superstore):
    """Its customers' orders vary less than by chance: of all the same is to be expected."""
    summary = summarise(read_transactions(superstore))
    found = lifetime_values(summary)
    assert found.purchase_model.name == "Poisson"
    assert found.purchases.value == pytest.approx(365 * summary.frequency.sum() / summary.age.sum())
    assert any("no more than by chance" in note for note in found.notes)
