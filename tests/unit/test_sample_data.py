"""The samples are what their script makes, and models find the mechanism that made them."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from crm_ai import explain, headline, propose_problem, read_table, train
from crm_ai.modeling import Task

FOLDER = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_sample_data", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    __import__("sys").modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tables():
    return {
        name: read_table(FOLDER / f"{name}.csv") for name in ("telephone_customers", "customer_value", "offer_choice")
    }


@pytest.fixture(scope="module")
def runs(tables):
    return {name: train(table, propose_problem(table).problem) for name, table in tables.items()}


def test_files_are_what_the_script_makes(make):
    for name, content in make.files().items():
        assert (FOLDER / name).read_bytes() == content, name
        assert len(content) < 700_000


@pytest.mark.parametrize(
    ("name", "task", "positive"),
    [
        ("telephone_customers", Task.BINARY, "yes"),
        ("customer_value", Task.REGRESSION, ""),
        ("offer_choice", Task.MULTICLASS, ""),
    ],
)
def test_the_right_question_is_proposed(make, tables, name, task, positive):
    proposal = propose_problem(tables[name])
    mechanism = make.MECHANISMS[name]
    assert proposal.problem.target == mechanism.target
    assert proposal.problem.task is task
    assert proposal.problem.positive == positive
    assert set(mechanism.drivers) <= set(proposal.problem.features)
    assert "gender" in proposal.problem.segments


def test_the_leak_is_set_aside_and_would_be_nearly_perfect(make, tables):
    table = tables["telephone_customers"]
    leak = make.MECHANISMS["telephone_customers"].leak
    assert leak in propose_problem(table).set_aside
    assert roc_auc_score(table.frame["churned"] == "yes", table.frame[leak]) > 0.98


def test_models_are_good_but_not_too_good(runs):
    assert 0.78 < headline(runs["telephone_customers"], "logistic_regression")["roc_auc"].value < 0.90
    assert headline(runs["customer_value"], "linear_regression")["r2"].value > 0.8
    assert headline(runs["offer_choice"], "logistic_regression")["accuracy"].value > 0.55


@pytest.mark.parametrize("name", ["telephone_customers", "customer_value"])
def test_the_strongest_driver_ranks_first_and_idle_columns_last(make, runs, name):
    mechanism = make.MECHANISMS[name]
    for model in runs[name].models:
        ranked = explain(runs[name], model).importance()["column"].tolist()
        drivers = list(mechanism.drivers)
        assert set(ranked[:2]) <= {*drivers[:3], "total_paid"}, model
        for idle in mechanism.idle:
            assert ranked.index(idle) > ranked.index(drivers[0])
            assert ranked.index(idle) >= len(drivers) - 1


def test_drivers_of_each_offer_rank_first(runs):
    for offer, driver in {
        "more data": "data_gb",
        "family plan": "household_size",
        "new device": "device_age_months",
        "discount": "price_sensitivity",
    }.items():
        for model in runs["offer_choice"].models:
            assert explain(runs["offer_choice"], model, label=offer).importance()["column"][0] == driver


def test_reasons_point_the_true_way(runs):
    reasons = explain(runs["telephone_customers"], "logistic_regression")
    contract = reasons.dependence("contract").set_index("level")["mean"]
    assert contract["monthly"] > contract["one year"] > contract["two years"]
    assert reasons.dependence("months_with_us")["mean"].is_monotonic_decreasing
    assert reasons.dependence("complaints")["mean"].is_monotonic_increasing


def test_the_proxy_tells_gender(tables):
    frame = tables["telephone_customers"].frame
    shares = pd.crosstab(frame["plan_family"], frame["gender"], normalize="index")["female"]
    assert shares["Lotus"] > 0.75
    assert shares["Turbo"] < 0.25


def test_satisfaction_is_missing_where_there_were_complaints(tables):
    frame = tables["telephone_customers"].frame
    silent = frame["satisfaction"].isna()
    assert silent[frame["complaints"] > 1].mean() > 2 * silent[frame["complaints"] <= 1].mean()


def test_transactions_belong_to_the_customers(tables):
    payments = read_table(FOLDER / "transactions.csv").frame
    assert set(payments["customer_id"].astype(str)) <= set(
        tables["telephone_customers"].frame["customer_id"].astype(str)
    )
    assert np.issubdtype(payments["paid_on"].dtype, np.datetime64)
    assert (payments["amount"] < 0).mean() == pytest.approx(0.02, abs=0.01)
