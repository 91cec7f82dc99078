"""A model that several tests put to work."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame

FEATURES = ["months", "plan", "senior", "since", 'we"ird, $name\n']


def customers(n: int, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    months = generator.normal(20, 8, n).round(1)
    frame = pd.DataFrame(
        {
            "id": [f"K{i:05d}" for i in range(n)],
            "months": months,
            "plan": generator.choice(["monthly", "yearly", "两年"], n),
            "senior": generator.choice([0, 1], n),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 900, n), unit="D"),
            'we"ird, $name\n': generator.integers(0, 50, n),
            "Churn": np.where((months < 20) ^ (generator.random(n) < 0.2), "Yes", "No"),
            "offer": generator.choice(["a", "b", "c"], n),
        }
    )
    frame.loc[generator.random(n) < 0.05, "months"] = np.nan
    frame.loc[generator.random(n) < 0.05, "plan"] = None
    return frame


@pytest.fixture(scope="session")
def models():
    """By question: yes/no by two models, several answers, a number."""
    table = table_from_frame(customers(600))
    found = {}
    for target in ("Churn", "offer", "months"):
        features = [name for name in FEATURES if name != target]
        # The name's line break became a blank when the table was taken up.
        known = [column for column in table.schema.names if column.strip() in {name.strip() for name in features}]
        problem = propose_problem(table, target=target, features=known).problem
        run = train(table, problem)
        found |= {(target, name): run.model(name) for name in run.models}
    return found


@pytest.fixture(scope="session")
def churn(models):
    return models["Churn", "logistic_regression"]


@pytest.fixture
def new_customers():
    return customers
