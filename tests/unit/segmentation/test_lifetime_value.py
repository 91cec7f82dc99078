"""Lifetime value: both models together, with the uncertainty of both, and judged on time they had not seen."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ProblemError
from crm_ai.segmentation import check_on_holdout, lifetime_values, read_transactions, summarise
from crm_ai.table import Kind, table_from_frame

TRUTH, MONEY = (0.8, 40.0, 0.6, 2.5), (4.0, 3.5, 20.0)
FIRST, DAYS = date(2023, 1, 1), 700
LAST = FIRST + timedelta(days=DAYS)


def shop(n=2500, seed=0, truth=TRUTH, money=MONEY, returns=0):
    """Purchases of customers who come in the first 200 days, leave as BG/NBD and spend as gamma-gamma says."""
    random = np.random.default_rng(seed)
    r, alpha, a, b = truth
    p, q, v = money
    rows = []
    for who in range(n):
        rate, leave, thrift = random.gamma(r, 1 / alpha), random.beta(a, b), random.gamma(q, 1 / v)
        day = random.uniform(0, 200)
        while day < DAYS:
            rows.append((f"K{who:05d}", int(day), random.gamma(p, 1 / thrift)))
            if len(rows) > 1 and rows[-2][0] == rows[-1][0] and random.random() < leave:
                break
            day += random.exponential(1 / rate)
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    frame["day"] = pd.Timestamp(FIRST) + pd.to_timedelta(frame["day"], "D")
    if returns:
        frame = pd.concat([frame, frame.iloc[::returns].assign(amount=-1.0)], ignore_index=True)
    read = table_from_frame(frame, name="shop.csv")
    return read_transactions(read.with_schema(read.schema.corrected("customer_id", kind=Kind.IDENTIFIER)))


@pytest.fixture(scope="module")
def transactions():
    return shop()


@pytest.fixture(scope="module")
def values(transactions):
    return lifetime_values(summarise(transactions, as_of=LAST), horizon=180)


def test_value_is_purchases_times_what_one_brings(values):
    frame = values.to_frame()
    product = frame["expected_purchases"] * frame["expected_mean_value"]
    assert frame["lifetime_value"].tolist() == pytest.approx(product.tolist())
    assert values.total_value.value == pytest.approx(product.sum())
    assert values.total_purchases.value == pytest.approx(frame["expected_purchases"].sum())
    assert frame["alive"].between(0, 1).all()
    for name in ("alive", "expected_purchases", "expected_mean_value", "lifetime_value"):
        assert (frame[f"{name}_low"] <= frame[name]).all()
        assert (frame[name] <= frame[f"{name}_high"]).all()


def test_the_delta_method_agrees_with_drawing_parameters(values):
    """The same total, from 500 draws of the parameters."""
    from crm_ai.segmentation.bg_nbd import log_purchases

    summary, random = values.summary, np.random.default_rng(0)
    history = (summary.frequency.astype(float), summary.recency, summary.age)
    bought = random.multivariate_normal(values.purchase_model.at, values.purchase_model.covariance, 500)
    value_at = values.spend_model.log_mean_value
    spent = random.multivariate_normal(values.spend_model.at, values.spend_model.covariance, 500)
    drawn = [
        np.exp(log_purchases(one, 180, history)[0] + value_at(other, history[0], summary.value)).sum()
        for one, other in zip(bought, spent, strict=True)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    width = values.total_value.high - values.total_value.low
    assert [values.total_value.low, values.total_value.high] == pytest.approx([low, high], abs=0.12 * width)


def test_both_models_make_the_uncertainty_of_a_value(values):
    """Errors of logarithms of independent factors add up in squares."""
    widths = {name: np.log(e.high / e.low) for name, e in (
        ("purchases", values.purchases), ("mean", values.mean_value), ("value", values.value),
    )}  # fmt: skip
    assert widths["value"] == pytest.approx(np.hypot(widths["purchases"], widths["mean"]), rel=1e-4)


def test_margin_and_discount(transactions, values):
    summary = values.summary
    third = lifetime_values(summary, horizon=180, margin=0.3)
    assert third.total_value.value == pytest.approx(0.3 * values.total_value.value)
    later = lifetime_values(summary, horizon=180, discount=0.1)
    assert 1.1 ** (-180 / 365.25) * values.total_value.value < later.total_value.value < values.total_value.value
    assert later.total_purchases.value == pytest.approx(values.total_purchases.value)


@pytest.mark.parametrize("setting", [{"horizon": 0}, {"discount": 1.0}, {"discount": -0.1}, {"margin": 0.0}])
def test_settings_out_of_range_are_refused(values, setting):
    with pytest.raises(ProblemError) as caught:
        lifetime_values(values.summary, **setting)
    assert caught.value.next_step


def test_in_words(values):
    assert f"In the 180 days after {LAST.isoformat()}, {len(values.summary):,} customers" in values.verdict
    assert 0.1 < values.best_tenth < 1
    assert list(values.parameters()["parameter"]) == ["r", "alpha", "a", "b", "p", "q", "v"]


def test_assumptions_are_said():
    returned = lifetime_values(summarise(shop(800, seed=1, returns=20)), horizon=2000)
    assert any("before returns" in note for note in returned.notes)
    assert any("longer than the" in note for note in returned.notes)


def test_too_few_customers_are_refused():
    with pytest.raises(ProblemError, match="too few"):
        lifetime_values(summarise(shop(8, seed=2)))


def test_customers_who_are_all_alike_get_the_same():
    """A fixed price, paid by everybody at the same rate."""
    random = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "customer_id": [f"K{i:04d}" for i in np.repeat(np.arange(300), 8)],
            "date": pd.Timestamp(FIRST) + pd.to_timedelta(random.integers(0, 400, 2400), "D"),
            "amount": 9.99,
        }
    )
    table = table_from_frame(frame)
    schema = table.schema.corrected("customer_id", kind=Kind.IDENTIFIER).corrected("amount", kind=Kind.NUMBER)
    found = lifetime_values(summarise(read_transactions(table.with_schema(schema))))
    assert list(found.parameters()["model"]) == ["Poisson", "gamma"]
    assert np.ptp(found.value.value) == pytest.approx(0, abs=1e-9)
    assert any("Poisson" in note for note in found.notes)
    assert any("same mean" in note for note in found.notes)


def test_the_future_is_met_where_the_model_is_true(transactions):
    found = check_on_holdout(transactions, until=FIRST + timedelta(days=450), through=LAST - timedelta(days=1))
    assert found.table["customers"].sum() == found.expected.n
    assert (found.table["actual"] * found.table["customers"]).sum() == pytest.approx(found.actual)
    assert (found.table["expected"] * found.table["customers"]).sum() == pytest.approx(found.expected.value)
    assert abs(found.error) < 0.1
    assert "can be relied on" in found.verdict
    apart = (found.table["expected_low"] > found.table["actual_high"]) | (
        found.table["actual_low"] > found.table["expected_high"]
    )
    assert apart.sum() <= 1


def test_the_future_is_not_met_where_habits_change(transactions):
    """Nobody comes in the last months."""
    until = FIRST + timedelta(days=450)
    frame = pd.DataFrame(
        {
            "customer_id": transactions.customers[transactions.owners],
            "date": transactions.days.astype("datetime64[D]").astype("datetime64[s]"),
            "amount": transactions.amounts,
        }
    )
    kept = frame["date"] <= pd.Timestamp(until)
    kept.iloc[-1] = True
    table = table_from_frame(frame[kept], name="shop.csv")
    read = read_transactions(table.with_schema(table.schema.corrected("customer_id", kind=Kind.IDENTIFIER)))
    found = check_on_holdout(read, until=until)
    assert found.error > 1
    assert "do not plan with it" in found.verdict
    nothing = found.table[found.table["actual"] == 0]
    assert len(nothing)
    # The largest mean of a Poisson count of which nothing at all is seen once in forty times.
    chance = np.exp(-nothing["actual_high"] * nothing["customers"])
    assert chance.to_numpy() == pytest.approx(0.025)


def test_the_holdout_knows_nothing_of_what_comes_after(transactions):
    until = FIRST + timedelta(days=450)
    alone = summarise(transactions, as_of=until)
    from crm_ai.segmentation import fit_purchases

    found = check_on_holdout(transactions, until=until)
    assert found.model.at.tolist() == fit_purchases(alone.frequency, alone.recency, alone.age).at.tolist()


def test_weeks_are_compared_with_weeks(transactions):
    until = FIRST + timedelta(days=450)
    days, weeks = (check_on_holdout(transactions, until=until, period=period) for period in ("day", "week"))
    assert weeks.actual < days.actual
    assert abs(weeks.error) < 0.12


def test_nothing_to_compare(transactions):
    with pytest.raises(ProblemError, match="nothing to compare"):
        check_on_holdout(transactions, until=transactions.last_day)
    with pytest.raises(ProblemError, match="nothing to compare"):
        check_on_holdout(transactions, until=FIRST, through=date(2030, 1, 1))
