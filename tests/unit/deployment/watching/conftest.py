"""Customers with a known way of coming about, and a model of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment.watching import drift, make_batch, observe
from crm_ai.modeling import propose_problem, train
from crm_ai.table import coerce, table_from_frame

FEATURES = ["months", "spend", "calls", "plan", "城市", "senior"]


def customers(seed, n=400, *, later=0.0, missing=0.05, new=0.0):
    """Customers; `later` moves months by so many standard deviations, `new` gives a label that nobody had."""
    generator = np.random.default_rng(seed)
    months = generator.gamma(2, 12, n) + later * 17
    spend = generator.lognormal(3.5, 0.6, n)
    calls = generator.poisson(1.2, n).astype(float)
    plan = generator.choice(["basic", "plus", "gold"], n, p=[0.6, 0.3, 0.1]).astype(object)
    plan[generator.random(n) < new] = "platinum"
    chance = 1 / (1 + np.exp(0.08 * months - 0.5 * calls - 0.6 * (plan == "basic")))
    return pd.DataFrame(
        {
            "客户号": [f"客{seed}-{i:05d}" for i in range(n)],
            "months": months.round(1),
            "spend": np.where(generator.random(n) < missing, np.nan, spend.round(2)),
            "calls": calls,
            "plan": plan,
            "城市": generator.choice(["北京", "上海", "成都", "西安"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "senior": generator.choice(["yes", "no"], n, p=[0.2, 0.8]),
            "Churn": np.where(generator.random(n) < chance, "Yes", "No"),
            "amount": (spend * 3 + generator.normal(0, 20, n)).round(2),
        }
    )


@pytest.fixture(scope="session")
def run():
    table = table_from_frame(customers(0, 4000))
    return train(table, propose_problem(table, target="Churn", features=FEATURES).problem, ["logistic_regression"])


@pytest.fixture(scope="session")
def model(run):
    return run.models["logistic_regression"]


@pytest.fixture(scope="session")
def seen_by(model):
    """Counts of customers in a frame."""

    def see(frame, threshold=0.5):
        shaped = coerce(frame, model.schema)
        return observe(model.profile, shaped, model.predict(shaped), threshold=threshold)

    return see


@pytest.fixture(scope="session")
def batch_of(model, seen_by):
    """A batch made of a frame."""

    def make(frame, name="b", day=date(2026, 3, 2), version="m1", threshold=0.5, **options):
        seen = seen_by(frame, threshold)
        return make_batch(model.profile, seen, name=name, day=day, model=version, threshold=threshold, **options)

    return make


@pytest.fixture(scope="session")
def drifts_of(model, seen_by):
    """Drift of a frame by column."""

    def find(frame):
        return {one.column: one for one in drift(model.profile, seen_by(frame))}

    return find
