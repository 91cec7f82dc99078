"""Green where an explanation holds, red where it does not, and for the right reason."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ai.explanation.customer_space import customer_space
from crm_ai.explanation.faithfulness import faithfulness
from crm_ai.explanation.narrative import twins_in_words
from crm_ai.explanation.reliability import Light, _stability, agreement, examiner, reliability, stability
from crm_ai.explanation.shapley import explain, explain_rows, shap_explainer
from crm_ai.explanation.similar import similar_customers
from crm_ai.explanation.twins import twins, uncertainty_taken
from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame
from tests.unit.explanation.known_data import KNOWN_FEATURES, make_known


@pytest.mark.parametrize(("which", "name"), [("known", "logistic_regression"), ("spending", "linear_regression")])
def test_on_a_linear_model_agreement_is_near_perfect_and_green(request, which, name):
    run = request.getfixturevalue(which)
    ready = examiner(run, name)
    found = [reliability(ready, int(row)) for row in run.holdout_rows[:30]]
    assert np.mean([one.sign_agreement for one in found]) > 0.95
    assert np.mean([one.light is Light.GOOD for one in found]) >= 0.9
    assert not [one for one in found if one.light is Light.POOR]


@pytest.fixture(scope="module")
def planted():
    """Months twice, in months and in years, and one customer from nowhere."""
    frame = make_known(1500)
    frame["years"] = frame["months"] / 12
    frame.loc[0, ["calls", "noise"]] = [400.0, 900.0]
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=[*KNOWN_FEATURES, "years"]).problem
    return train(table, problem, {"gradient_boosting": {}, "logistic_regression": {}})


def test_two_columns_that_say_the_same_are_red_and_named(planted):
    ready = examiner(planted, "logistic_regression")
    found = reliability(ready, int(planted.holdout_rows[4]))
    assert found.light is Light.POOR
    (check,) = [one for one in found.checks if one.light is Light.POOR]
    assert check.name == "twins"
    assert "months" in check.words
    assert "years" in check.words
    assert found.reasons[0] == check.words
    assert set(twins(ready.space).loc[0, ["first", "second"]]) == {"months", "years"}
    assert twins(ready.space, among=["months"]).equals(twins(ready.space))
    assert twins(ready.space, among=[]).empty


def test_where_the_model_is_told_twins_are_named_too(planted):
    alike = twins(customer_space(planted, "logistic_regression"))
    assert twins_in_words(alike, ["years"]).startswith("“months” and “years” say nearly the same")
    assert twins_in_words(alike, ["calls"]) == ""


def test_a_customer_from_nowhere_is_red_for_being_outside(planted):
    ready = examiner(planted, "gradient_boosting")
    found = {one.name: one for one in reliability(ready, 0).checks}
    usual = {one.name: one for one in reliability(ready, int(planted.holdout_rows[9])).checks}
    assert found["inside"].value > 2 > 1 > usual["inside"].value
    assert found["inside"].light is Light.POOR
    assert usual["inside"].light is Light.GOOD


@pytest.mark.parametrize("name", ["logistic_regression", "random_forest", "neural_network", "decision_tree"])
def test_reasons_keep_what_they_promise_and_false_ones_do_not(known, name):
    ready = shap_explainer(known, name)
    kept, ahead, false = [], [], []
    for row in known.holdout_rows[:25]:
        reasons = explain_rows(known, ready, np.array([row]))
        found = faithfulness(known, ready, int(row), reasons)
        if not found.is_testable:
            continue
        kept.append(found.kept)
        ahead.append(found.beats)
        wrong = explain_rows(known, ready, np.array([row]))
        wrong.values[:] = np.roll(wrong.values, 3, axis=1)
        false.append(faithfulness(known, ready, int(row), wrong).kept)
    assert np.median(kept) > 0.7
    assert np.median(ahead) > 0.9
    assert np.median(false) < np.median(kept) - 0.2


def test_checks_are_the_same_each_time(known):
    ready = examiner(known, "decision_tree")
    row = int(known.holdout_rows[0])
    assert reliability(ready, row).to_frame().equals(reliability(ready, row).to_frame())


def test_several_answers_and_numbers_are_checked_too(offers, spending):
    for run, name, label in ((offers, "logistic_regression", "none"), (spending, "gradient_boosting", None)):
        found = reliability(examiner(run, name, label=label), int(run.holdout_rows[0]))
        assert len(found.checks) == 6
        assert found.checks[0].light is Light.GOOD


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=12))
def test_an_explanation_agrees_with_itself(values):
    own = np.asarray(values)
    _rank, sign, overlap = agreement(own, own)
    assert sign == 1
    assert overlap == 1
    assert stability([own, own, own]) == 1
    turned = agreement(own, -own)[1]
    assert turned == (0 if np.abs(own).sum() > 0 else 1)


def test_unstable_reasons_are_counted_by_hand():
    first, second = np.array([3.0, 2.0, 1.0, 0.0]), np.array([3.0, 0.0, 1.0, 2.0])
    assert stability([first, second]) == pytest.approx(2 / 3)


def test_a_share_that_is_the_limit_is_good():
    """Of twenty pairs twelve keep two of three: 80 %, though a sum of thirds is a little less."""
    first, second = np.array([3.0, 2.0, 1.0, 0.0]), np.array([3.0, 2.0, 0.0, 1.0])
    found = [SimpleNamespace(weights=weights.copy()) for weights in (first, first, first, second, second)]
    assert _stability(found).value < 0.8
    assert _stability(found).value == pytest.approx(0.8, abs=1e-12)
    assert _stability(found).light is Light.GOOD


def test_distance_by_hand(known):
    space = customer_space(known, "decision_tree")
    frame = known.table.frame[list(known.problem.features)].iloc[[5]]
    customer = space.codes_of(frame)[0]
    other = known.table.frame.iloc[int(space.rows[0])]
    own = known.table.frame.iloc[5]
    expected = []
    for place, name in enumerate(known.problem.features):
        if space.is_label[place]:
            expected.append(float(own[name] != other[name]))
        else:
            expected.append(abs(own[name] - other[name]) / space.spreads[place])
    assert space.distances(customer)[0] == pytest.approx(np.mean(expected))
    low, high = np.quantile(known.train_frame["months"], [0.05, 0.95])
    assert space.spreads[0] == pytest.approx(high - low)


def test_similar_customers_are_near_and_their_fate_is_counted(known):
    row = int(known.holdout_rows[0])
    weights = explain(known, "gradient_boosting").importance().set_index("column")["mean_absolute"]
    weights = weights.reindex(known.model("gradient_boosting").columns).to_numpy()
    found = similar_customers(known, "gradient_boosting", row, weights=weights)
    assert row not in found.rows
    assert (np.diff(found.distances) >= 0).all()
    frame = known.table.frame.iloc[found.rows]
    assert (frame["plan"] == known.table.frame["plan"].iloc[row]).all()
    assert found.outcome.value == pytest.approx((frame["left"] == "Yes").mean())
    assert set(found.rows) <= set(known.train_rows)


def test_similar_customers_bear_out_an_honest_model(known):
    found = [similar_customers(known, "gradient_boosting", int(row)) for row in known.holdout_rows[:60]]
    assert np.mean([one.bear_it_out for one in found]) > 0.6


def test_numbers_are_averaged(spending):
    found = similar_customers(spending, "decision_tree", int(spending.holdout_rows[0]))
    assert found.outcome.value == pytest.approx(spending.table.frame["spent"].iloc[found.rows].mean())


def test_uncertainty_is_that_of_entropies():
    known, asked = pd.Series(list("aabb")), np.array([0, 1, 2, 2])
    codes = known.astype("category").cat.codes.to_numpy()
    whole, left = np.log(4) * 0.5 + np.log(2) * 0.5, 0.5 * np.log(2)
    assert uncertainty_taken(codes, asked) == pytest.approx(1 - left / whole)
    assert uncertainty_taken(asked, codes) == pytest.approx(1.0)
