"""Reasons on real customers: equal to the shap package's, adding up, and hardly ever doubted for nothing."""

from collections import Counter
from math import factorial

import numpy as np
import pytest
import shap

from crm_ai import propose_problem, read_table, train
from crm_ai.explanation import explain, explain_model
from crm_ai.explanation.ensemble_shapley import ensemble_shap
from crm_ai.explanation.flat_trees import flat_trees
from crm_ai.explanation.reliability import Light, examiner, reliability
from crm_ai.explanation.scales import output_on, scale_of
from crm_ai.modeling import Task

pytestmark = pytest.mark.real_data

MODELS = {
    "linear_regression": {},
    "logistic_regression": {},
    "decision_tree": {},
    "random_forest": {"trees": 100},
    "gradient_boosting": {},
    "neural_network": {},
}
CUSTOMERS, REFERENCES = 40, 60
MOST_COLUMNS = 18  # of which all coalitions are asked


@pytest.fixture(scope="module")
def runs(real_data):
    telco = read_table(real_data("telco_churn.csv"))
    value = read_table(real_data("customer_value.csv"))
    numbers = {name: settings for name, settings in MODELS.items() if name != "logistic_regression"}
    return {
        "telco": train(telco, propose_problem(telco, target="Churn", positive="Yes").problem, MODELS),
        "value": train(value, propose_problem(value, target="Customer Lifetime Value").problem, numbers),
    }


CASES = [
    (data, name) for data in ("telco", "value") for name in MODELS if (data, name) != ("value", "logistic_regression")
]


def place_of(run):
    return None if run.problem.task is Task.REGRESSION else run.problem.labels.index(run.problem.positive)


@pytest.mark.parametrize(("data", "name"), CASES)
def test_contributions_add_up_on_every_row(runs, data, name):
    run = runs[data]
    model, reasons = run.model(name), explain(run, name)
    customers = run.table.frame.iloc[reasons.rows]
    said = output_on(model, place_of(run), scale_of(model), model.encoder.transform(model.cleaned(customers)))
    assert len(reasons.rows) >= min(len(run.holdout_rows), 300)
    assert np.abs(reasons.output - said).max() <= 1e-6 * max(1.0, np.abs(said).max())


@pytest.mark.parametrize(
    ("data", "name"), [case for case in CASES if case[1] not in ("neural_network", "random_forest")]
)
def test_contributions_equal_the_shap_package(runs, data, name):
    run, model = runs[data], runs[data].model(name)
    features = list(run.problem.features)
    customers = run.holdout_frame[features].iloc[:CUSTOMERS]
    references = run.train_frame[features].iloc[:REFERENCES]
    ours = explain_model(model, customers, references).values
    matrix, background = (
        model.encoder.transform(model.cleaned(frame)).astype(np.float64) for frame in (customers, references)
    )
    theirs = np.asarray(shap_values(model, matrix, background, place_of(run)))
    summed = np.zeros(ours.shape)
    np.add.at(summed.T, model.source, theirs.T)
    assert np.abs(ours - summed).max() <= 1e-6 * max(1.0, np.abs(summed).max())


def shap_values(model, matrix, background, place):
    estimator = model.pipeline[-1]
    if hasattr(estimator, "coef_"):
        masker = shap.maskers.Independent(background, max_samples=len(background))
        return shap.LinearExplainer(estimator, masker).shap_values(matrix)
    return of_tree(estimator, matrix, background, place)


def of_tree(estimator, matrix, background, place):
    found = np.asarray(shap.TreeExplainer(estimator, background).shap_values(matrix, check_additivity=False))
    return found[:, :, place] if found.ndim == 3 else found


@pytest.fixture(scope="module")
def encoded(runs):
    """Encoded customers, references, and the outcome, of the forest's encoding."""
    found = {}
    for data, run in runs.items():
        model, features = run.model("random_forest"), list(run.problem.features)
        frames = (run.holdout_frame[features].iloc[:CUSTOMERS], run.train_frame[features].iloc[:REFERENCES])
        found[data] = [model.encoder.transform(model.cleaned(frame)).astype(np.float64) for frame in frames]
    return found


@pytest.mark.parametrize("data", ["telco", "value"])
def test_a_forest_equals_the_shap_package_or_else_the_definition(runs, encoded, data):
    """Tree by tree, one reference at a time. Where shap 0.51 leaves the definition, all coalitions decide."""
    (customers, references), model = encoded[data], runs[data].model("random_forest")
    trees, _offset = flat_trees(model.estimator, model.problem.task, int(data == "telco"))
    compared = same = decided = 0
    for tree, estimator in list(zip(trees, model.estimator.estimators_, strict=True))[:50]:
        for reference in references[:3]:
            ours = ensemble_shap([tree], customers, reference[None], np.arange(len(reference)))[0] * len(trees)
            theirs = of_tree(estimator, customers, reference[None], 1)
            size = max(1.0, np.abs(theirs).max())
            differs = np.flatnonzero(np.abs(ours - theirs).max(axis=1) > 1e-6 * size)
            compared, same = compared + len(ours), same + len(ours) - len(differs)
            for place in differs:
                asked = np.unique(estimator.tree_.feature[estimator.tree_.feature >= 0])
                apart = asked[customers[place][asked] != reference[asked]]
                if len(apart) <= MOST_COLUMNS:
                    truth = by_definition(estimator, customers[place], reference, apart)
                    assert ours[place] == pytest.approx(truth, abs=1e-9 * size)
                    decided += 1
    print(f"\n{data}: {same} of {compared} as shap, {decided} of the others as the definition")  # noqa: T201
    assert same >= 0.98 * compared
    assert decided > 0 or compared - same < 5


def by_definition(tree, customer, reference, columns):
    n = len(columns)
    coalitions = np.arange(2**n)
    inside = coalitions[:, None] >> np.arange(n) & 1 == 1
    rows = np.repeat(reference[None], 2**n, axis=0)
    rows[:, columns] = np.where(inside, customer[columns], reference[columns])
    worth = tree.predict_proba(rows)[:, 1] if hasattr(tree, "predict_proba") else tree.predict(rows)
    weights = np.array([factorial(k) * factorial(n - k - 1) / factorial(n) for k in range(n)])
    values = np.zeros(len(customer))
    for place, column in enumerate(columns):
        without = coalitions[~inside[:, place]]
        gain = worth[without | 1 << place] - worth[without]
        values[column] = (weights[inside[without].sum(axis=1)] * gain).sum()
    return values


def test_a_networks_values_are_as_sure_as_they_say(runs):
    """Two independent estimates differ as their standard errors promise."""
    from crm_ai.explanation.permutation_shapley import permutation_shap

    run, model = runs["telco"], runs["telco"].model("neural_network")
    matrix = model.encoder.transform(model.cleaned(run.holdout_frame.iloc[:20]))
    background = model.encoder.transform(model.cleaned(run.train_frame.iloc[:400]))
    one, two = (
        permutation_shap(
            lambda rows: output_on(model, 1, scale_of(model), rows),
            matrix,
            background,
            model.source,
            pairs=40,
            seed=seed,
        )
        for seed in (1, 2)
    )
    apart = np.abs(one[0] - two[0])
    inside = apart <= 1.96 * np.hypot(one[2], two[2]) + 1e-12
    assert inside.mean() >= 0.9


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "gradient_boosting"])
def test_exact_reasons_of_usual_customers_raise_no_alarm(runs, name):
    """Telco's columns repeat none of each other and its holdout is drawn by chance: red is a false alarm."""
    run = runs["telco"]
    ready = examiner(run, name)
    lights = Counter(reliability(ready, int(row)).light for row in run.holdout_rows[:100])
    print(f"\n{name}: " + ", ".join(f"{light.value} {lights[light]}" for light in Light))  # noqa: T201
    assert lights[Light.POOR] <= 2
    assert lights[Light.CAUTION] <= 15
