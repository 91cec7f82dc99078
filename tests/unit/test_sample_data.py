"""The samples are what their script makes, and models find the mechanism that made them."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from crm_ai import audit_fairness, explain, headline, propose_problem, read_table, train
from crm_ai.modeling import Task

FOLDER = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_sample_data", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
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
        assert len(content) < 500_000


def test_check_fails_if_a_file_differs(tmp_path):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    check = [sys.executable, str(tmp_path / "make.py"), "--check"]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    with (tmp_path / "offer_choice.csv").open("ab") as file:
        file.write(b"\n")
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "offer_choice.csv" in done.stdout


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


@pytest.mark.parametrize("name", ["telephone_customers", "customer_value"])
def test_drivers_are_listed_in_their_true_order(make, tables, name):
    mechanism = make.MECHANISMS[name]
    frame = tables[name].frame.dropna(subset=list(mechanism.drivers))
    sizes = [np.abs(part - part.mean()).mean() for part in make.contributions(mechanism, frame).values()]
    assert sizes == sorted(sizes, reverse=True)


@pytest.fixture(scope="module")
def without_total(tables):
    """``total_paid`` is fee times months: left out, so that what is theirs is counted as theirs."""
    table = tables["telephone_customers"]
    features = [name for name in propose_problem(table).problem.features if name != "total_paid"]
    return train(table, propose_problem(table, features=features).problem)


def test_shap_ranks_the_drivers_first_and_in_order(make, without_total, runs):
    telephone, value = (list(make.MECHANISMS[name].drivers) for name in ("telephone_customers", "customer_value"))
    assert explain(without_total, "logistic_regression").importance()["column"].tolist()[:5] == telephone
    assert set(explain(without_total, "decision_tree").importance()["column"][:4]) == set(telephone[:4])
    for model in runs["customer_value"].models:
        assert explain(runs["customer_value"], model).importance()["column"].tolist()[:4] == value


def test_shap_finds_the_true_sizes(make, without_total, tables):
    mechanism = make.MECHANISMS["telephone_customers"]
    said = explain(without_total, "logistic_regression").importance().set_index("column")["mean_absolute"]
    for name, part in make.contributions(mechanism, tables["telephone_customers"].frame).items():
        assert said[name] == pytest.approx(np.abs(part - part.mean()).mean(), rel=0.25), name


def test_linear_models_find_the_true_signs(make, without_total, runs):
    for run, model, name in [
        (without_total, "logistic_regression", "telephone_customers"),
        (runs["customer_value"], "linear_regression", "customer_value"),
    ]:
        reasons = explain(run, model)
        for column, weight in make.MECHANISMS[name].drivers.items():
            if isinstance(weight, float):
                said = np.corrcoef(
                    reasons.data[column].astype(float).fillna(reasons.data[column].astype(float).median()),
                    reasons.values[:, list(reasons.columns).index(column)],
                )[0, 1]
                assert np.sign(said) == np.sign(weight), column
            else:
                found = reasons.dependence(column).set_index("level")["mean"]
                assert sorted(weight, key=lambda label: found[label]) == sorted(weight, key=weight.get), column


def test_the_true_gaps_are_what_the_mechanism_says(make):
    mechanism = make.MECHANISMS["telephone_customers"]
    many = make.telephone_customers(400_000, seed=7)
    male = many["gender"] == "male"
    chosen = make.probability(make.expectation(mechanism, many)) >= 0.5
    left = many["churned"] == "yes"
    assert chosen[male].mean() - chosen[~male].mean() == pytest.approx(mechanism.selection_gap, abs=0.005)
    assert left[male].mean() - left[~male].mean() == pytest.approx(mechanism.outcome_gap, abs=0.006)


@pytest.mark.parametrize("model", ["logistic_regression", "decision_tree"])
def test_the_audit_finds_the_true_gap(make, runs, model):
    truth = make.MECHANISMS["telephone_customers"].selection_gap
    gap = audit_fairness(runs["telephone_customers"], model, "gender").difference["selection_rate"]
    assert 0 < gap.low < truth < gap.high


def test_gender_works_through_the_proxy_only(make, runs):
    """Within a family of plans, men and women are equally likely to leave."""
    many = make.telephone_customers(400_000, seed=8)
    proxy = make.MECHANISMS["telephone_customers"].proxy
    rates = many.assign(left=many["churned"] == "yes").pivot_table("left", proxy, "gender")
    assert (rates["male"] - rates["female"]).abs().max() < 0.015
    ranked = explain(runs["telephone_customers"], "logistic_regression").importance()["column"].tolist()
    assert ranked.index("gender") > 4


def test_drivers_of_each_offer_rank_first(make, runs):
    for offer, driver in make.MECHANISMS["offer_choice"].wishes.items():
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
