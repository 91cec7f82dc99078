"""Against whom, and on which scale."""

import numpy as np
import pytest

from crm_ai.errors import CrmAiError, EmptySegmentError
from crm_ai.explanation import EVERYBODY, Reference, explain, reference_in_words, reference_rows, scales_of
from crm_ai.explanation.scales import output_on
from tests.unit.explanation.known_data import KNOWN_MODELS


@pytest.mark.parametrize("name", KNOWN_MODELS)
@pytest.mark.parametrize("reference", [EVERYBODY, Reference("plan", "monthly"), Reference(row=7)])
def test_the_base_is_what_is_said_of_the_reference_customers(known, name, reference):
    model, features = known.model(name), list(known.problem.features)
    found = explain(known, name, rows=known.holdout_rows[:40], reference=reference)
    background = known.table.frame[features].iloc[reference_rows(known, reference)]
    matrix = model.encoder.transform(model.cleaned(background))
    said = output_on(model, 1, found.scale, matrix)
    linear_base = abs(found.base - said.mean()) < 1e-6
    estimated = abs(found.base - said.mean()) < 0.02 + 0.1 * said.std()
    assert estimated if name in ("neural_network", "random_forest") else linear_base


def test_compared_with_oneself_nothing_matters(known):
    row = int(known.holdout_rows[3])
    for name in KNOWN_MODELS:
        found = explain(known, name, rows=[row], reference=Reference(row=row))
        assert np.abs(found.values).max() < 1e-9


def test_within_a_segment_the_segment_is_no_reason(known):
    monthly = known.holdout_rows[known.holdout_frame["plan"] == "monthly"][:30]
    found = explain(known, "decision_tree", rows=monthly, reference=Reference("plan", "monthly"))
    assert np.abs(found.values[:, found.columns.index("plan")]).max() < 1e-12


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting"])
def test_on_the_scale_of_probabilities_reasons_add_up_to_the_probability(known, name):
    assert scales_of(known.model(name)) == ("log-odds", "probability")
    found = explain(known, name, rows=known.holdout_rows[:50], scale="probability")
    assert found.scale == "probability"
    assert found.output == pytest.approx(known.predictions[name][:50], abs=1e-9)
    assert found.error is not None
    assert found.base == pytest.approx(known.model(name).predict(known.train_frame).mean(), abs=0.02)


def test_estimated_probabilities_lie_within_their_stated_error(known):
    """Few columns, so that all coalitions can be tried against the same customers."""
    from itertools import combinations
    from math import factorial

    model, rows = known.model("logistic_regression"), known.holdout_rows[:15]
    found = explain(known, "logistic_regression", rows=rows, scale="probability")
    features = list(known.problem.features)
    encoded = lambda r: model.encoder.transform(model.cleaned(known.table.frame[features].iloc[r]))  # noqa: E731
    matrix, background, source = encoded(rows), encoded(known.train_rows), model.source
    worth = {}
    for size in range(6):
        for coalition in combinations(range(5), size):
            block = np.isin(source, coalition)
            worth[coalition] = np.array(
                [model.predict_encoded(np.where(block, customer, background)).mean() for customer in matrix]
            )
    truth = np.zeros((len(rows), 5))
    for column in range(5):
        for coalition, value in worth.items():
            if column not in coalition:
                weight = factorial(len(coalition)) * factorial(4 - len(coalition)) / factorial(5)
                truth[:, column] += weight * (worth[tuple(sorted((*coalition, column)))] - value)
    inside = np.abs(found.values - truth) <= 1.96 * found.error + 1e-9
    assert inside.mean() > 0.9


def test_what_cannot_be_is_said(known):
    with pytest.raises(CrmAiError, match="scale"):
        explain(known, "decision_tree", scale="log-odds")
    with pytest.raises(EmptySegmentError, match="plan"):
        explain(known, "decision_tree", reference=Reference("plan", "weekly"))
    assert reference_in_words(Reference(row=3)) == "customer #4"
