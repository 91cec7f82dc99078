"""A hundred customers of telco whom models expect to leave: what would keep them?"""

import time

import numpy as np
import pytest

from crm_ai import propose_problem, read_table, train
from crm_ai.explanation.changes import Changeable
from crm_ai.explanation.counterfactuals import counterfactual_search, counterfactuals
from crm_ai.explanation.what_if import changed, said_of

CHANGEABLE = (
    Changeable("Contract"),
    Changeable("tenure", "up"),
    Changeable("MonthlyCharges"),
    Changeable("PaymentMethod"),
    Changeable("OnlineSecurity"),
    Changeable("TechSupport"),
    Changeable("InternetService"),
)


@pytest.fixture(scope="module")
def run(real_data):
    table = read_table(real_data("telco_churn.csv"))
    problem = propose_problem(table, target="Churn", positive="Yes").problem
    return train(table, problem, ["logistic_regression", "decision_tree", "gradient_boosting"])


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "gradient_boosting"])
def test_a_hundred_customers(run, name):
    search = counterfactual_search(run, name)
    rows = run.holdout_rows[run.predictions[name] >= 0.5][:100]
    started = time.perf_counter()
    found = [counterfactuals(search, int(row), CHANGEABLE) for row in rows]
    seconds = (time.perf_counter() - started) / len(rows)
    allowed = {one.column for one in CHANGEABLE}
    for one in found:
        for way in one.found:
            assert way.columns <= allowed
            other = changed(run, one.row, {column: after for column, _before, after in way.changes})
            assert said_of(run.model(name), other)[0] < 0.5
            assert all(after > before for column, before, after in way.changes if column == "tenure")
    plausible = np.mean([bool(one.found) and one.found[0].is_plausible for one in found])
    ways = np.mean([len(one.found) for one in found])
    print(f"\n{name}: {seconds:.2f} s a customer, {plausible:.0%} of {len(rows)} have a plausible way, {ways:.1f} ways")  # noqa: T201
    assert plausible >= 0.9
