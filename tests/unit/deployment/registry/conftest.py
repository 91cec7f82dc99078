from datetime import UTC, date, datetime, timedelta
from itertools import count

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment.registry import Answer, Item, RegistryStore, open_registry, open_version, register, remember
from crm_ai.deployment.registry.registry import Registry
from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame

TICKED = {item: Answer(True) for item in Item}


def customers(n=400, seed=1, *, strength=0.15):
    draw = np.random.default_rng(seed)
    months, calls = draw.normal(20, 8, n).round(2), draw.normal(5, 2, n).round(2)
    left = (months < 18) ^ (draw.random(n) < strength)
    return pd.DataFrame(
        {
            "months": months,
            "calls": calls,
            "plan": draw.choice(["monthly", "yearly"], n),
            "城市": draw.choice(["北京", "上海"], n),
            "gender": draw.choice(["f", "m"], n),
            "Churn": np.where(left, "Yes", "No"),
        }
    )


def trained(frame, *models, **asked):
    table = table_from_frame(frame)
    problem = propose_problem(table, target="Churn", segments=("gender",), **asked).problem
    return train(table, problem, models or ["logistic_regression", "decision_tree"])


@pytest.fixture(scope="session")
def run():
    return trained(customers())


def ticking():
    turns = count()
    return lambda: datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(minutes=next(turns))


@pytest.fixture
def registry(tmp_path):
    opened = open_registry(tmp_path / "registry.db", tmp_path / "files", four_eyes=False)
    return Registry(opened.engine, opened.address, opened.artifacts, clock=ticking())


START = date(2026, 3, 2)


def week(number, n=300, *, later=0.0):
    frame = customers(n, seed=100 + number)
    frame["months"] += later
    return frame.assign(客户号=[f"客{number}-{place}" for place in range(n)])


@pytest.fixture
def at_work(registry, run, tmp_path):
    version = register(run, "logistic_regression", registry, name="churn", note="try", threshold=0.4)
    return version, open_version(registry, version), RegistryStore(registry, tmp_path / "secret")


def keep(registry, at_work, number, *, key="客户号", **options):
    version, model, store = at_work
    table = table_from_frame(week(number, **options))
    return remember(
        registry,
        version,
        model,
        table,
        name=f"week {number}",
        day=START + timedelta(weeks=number),
        key=key,
        segments=["gender"],
        store=store,
    )
