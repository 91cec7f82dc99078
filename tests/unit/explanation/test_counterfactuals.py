"""Changes that turn a decision: valid, within bounds, near, plausible, diverse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_ai.errors import CrmAiError
from crm_ai.explanation.changes import Changeable, allowed_values
from crm_ai.explanation.cheapest import cheapest_changes
from crm_ai.explanation.counterfactual_ways import Counterfactual, none_in_words
from crm_ai.explanation.counterfactuals import counterfactual_search, counterfactuals
from crm_ai.explanation.explainer import drawn
from crm_ai.explanation.what_if import changed, said_of
from crm_ai.modeling import propose_problem, train
from crm_ai.table import table_from_frame
from tests.unit.explanation.known_data import KNOWN_FEATURES, KNOWN_MODELS

ALL = tuple(Changeable(name) for name in KNOWN_FEATURES)


@pytest.fixture(scope="module")
def searches(known):
    return {name: counterfactual_search(known, name) for name in KNOWN_MODELS}


def flagged(run, name, n=15):
    return run.holdout_rows[run.predictions[name] >= 0.5][:n]


@pytest.mark.parametrize("name", KNOWN_MODELS)
def test_every_way_turns_the_models_own_decision(known, searches, name):
    for row in flagged(known, name):
        found = counterfactuals(searches[name], int(row), ALL)
        assert found.found
        assert found.wants_less
        for way in found.found:
            other = changed(known, int(row), {column: after for column, _before, after in way.changes})
            said = said_of(known.model(name), other)[0]
            assert said == pytest.approx(way.prediction, abs=1e-9)
            assert said < 0.5 <= found.before
            for column, _before, _after in way.changes:
                others = {name: after for name, _own, after in way.changes if name != column}
                assert said_of(known.model(name), changed(known, int(row), others))[0] >= 0.5, "a change too many"
            assert all(before != after for _column, before, after in way.told)
        columns = [way.columns for way in found.found]
        assert not any(one < other or one == other for k, one in enumerate(columns) for other in columns[k + 1 :])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    columns=st.sets(st.sampled_from(KNOWN_FEATURES), min_size=1),
    upwards=st.booleans(),
    place=st.integers(0, 50),
    threshold=st.floats(0.1, 0.9),
)
def test_nothing_locked_is_touched_and_directions_are_kept(known, searches, columns, upwards, place, threshold):
    direction = "up" if upwards else "down"
    numbers = {"months", "calls", "noise"}
    asked = [Changeable(name, direction if name in numbers else "any") for name in sorted(columns)]
    found = counterfactuals(searches["decision_tree"], int(known.holdout_rows[place]), asked, threshold=threshold)
    for way in found.found:
        assert way.columns <= columns
        assert (way.prediction < threshold) == found.wants_less
        for column, before, after in way.changes:
            if column in numbers:
                assert after > before if upwards else after < before
                assert known.train_frame[column].min() <= after <= known.train_frame[column].max()
            else:
                assert after in set(known.train_frame[column])


def test_the_nearest_change_of_a_line_is_the_one_reckoned_by_hand(spending, known):
    """Of a logistic regression one column alone: the first whole month beyond the threshold."""
    model, search = known.model("logistic_regression"), counterfactual_search(known, "logistic_regression")
    row = int(flagged(known, "logistic_regression")[0])
    (way,) = counterfactuals(search, row, [Changeable("months", "up")]).found
    own = known.table.frame["months"].iloc[row]
    months = [m for m in sorted(known.train_frame["months"].unique()) if m > own]
    said = [said_of(model, changed(known, row, {"months": m}))[0] for m in months]
    expected = months[int(np.argmax(np.asarray(said) < 0.5))]
    assert way.changes == (("months", own, expected),)
    low, high = np.quantile(known.train_frame["months"], [0.05, 0.95])
    assert way.distance == pytest.approx((expected - own) / (high - low))


def test_values_that_look_alike_are_told_apart():
    way = Counterfactual((("charge", 102.449, 102.451), ("plan", "a", "b")), 0.4, 0.1, True)
    assert way.words == "charge: 102.449 → 102.451; plan: a → b"


def test_where_nothing_helps_nothing_is_found(known, searches):
    row = int(flagged(known, "logistic_regression")[0])
    found = counterfactuals(searches["logistic_regression"], row, [Changeable("months", "down")])
    assert found.found == ()
    assert found.to_frame().empty
    assert "below the threshold" in none_in_words(found)


def test_numbers_and_several_answers(spending, offers):
    search = counterfactual_search(spending, "decision_tree")
    row = int(spending.holdout_rows[0])
    found = counterfactuals(search, row, ALL, threshold=110.0)
    assert found.found
    assert all((way.prediction < 110) == found.wants_less for way in found.found)
    search = counterfactual_search(offers, "decision_tree", label="none")
    row = int(
        offers.holdout_rows[(offers.predictions["decision_tree"][:, offers.problem.labels.index("none")] < 0.5)][0]
    )
    found = counterfactuals(search, row, ALL)
    assert not found.wants_less
    assert all(way.prediction >= 0.5 for way in found.found)


def test_what_nobody_has_together_is_not_plausible():
    generator = np.random.default_rng(0)
    n = 1200
    internet = generator.choice(["fibre", "dsl", "none"], n)
    frame = pd.DataFrame(
        {
            "internet": internet,
            "television": np.where(internet == "none", "no internet", generator.choice(["yes", "no"], n)),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 700, n), unit="D"),
            "price": np.round(30.0 + 40 * (internet != "none") + generator.normal(0, 3, n), 2),
        }
    )
    leaves = generator.random(n) < np.where(internet == "fibre", 0.8, np.where(internet == "dsl", 0.6, 0.05))
    frame["left"] = np.where(leaves, "Yes", "No")
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=["internet", "television", "since", "price"]).problem
    run = train(table, problem, {"logistic_regression": {}})
    search = counterfactual_search(run, "logistic_regression")
    rows = run.holdout_rows[(run.holdout_frame["television"] == "yes").to_numpy()][:5]
    for row in rows:
        alone = counterfactuals(search, int(row), [Changeable("internet")])
        assert all(not way.is_plausible for way in alone.found if ("none" in way.words))
    (said,) = said_of(run.model("logistic_regression"), changed(run, int(rows[0]), {}))
    dated = counterfactuals(search, int(rows[0]), [Changeable("since")], threshold=float(said) - 0.001)
    for way in dated.found:
        assert isinstance(way.changes[0][2], pd.Timestamp)
        assert way.prediction < said


def test_whole_numbers_stay_whole_and_gaps_can_be_filled(known_table):
    frame = known_table.frame.copy()
    generator = np.random.default_rng(1)
    frame["calls"] = frame["calls"].where(generator.random(len(frame)) > 0.2)
    table = table_from_frame(frame)
    problem = propose_problem(table, target="left", features=list(KNOWN_FEATURES)).problem
    run = train(table, problem, {"decision_tree": {}})
    search = counterfactual_search(run, "decision_tree")
    for row in flagged(run, "decision_tree", 20):
        for way in counterfactuals(search, int(row), [Changeable("calls"), Changeable("months")]).found:
            assert all(float(after).is_integer() for _column, _before, after in way.changes)
    gap = int(run.holdout_rows[run.holdout_frame["calls"].isna().to_numpy()][0])
    assert counterfactuals(search, gap, [Changeable("calls", "up")]).found == ()
    assert len(allowed_values(run, Changeable("calls"), np.nan)) > 3


def test_what_cannot_change_is_refused(searches):
    for wrong in ([], [Changeable("joined")], [Changeable("plan", "up")], [Changeable("months", "sideways")]):
        with pytest.raises(CrmAiError):
            counterfactuals(searches["decision_tree"], 0, wrong)


def test_the_change_of_a_segment_is_that_of_its_customers(known, searches):
    rows = known.holdout_rows[(known.holdout_frame["plan"] == "monthly").to_numpy()]
    table = cheapest_changes(searches["gradient_boosting"], rows, [Changeable("plan"), Changeable("calls", "down")])
    assert {"plan → yearly", "calls → 1"} <= set(table["change"])
    model = known.model("gradient_boosting")
    frame = known.table.frame[list(known.problem.features)].iloc[drawn(rows, 400, known.problem.seed)]
    wrong = frame[model.predict(frame) >= 0.5]
    by_hand = wrong.assign(plan="yearly")
    line = table.set_index("change").loc["plan → yearly"]
    assert line["n"] == len(wrong)
    assert line["turned"] == pytest.approx((model.predict(by_hand) < 0.5).mean())
    assert line["touched"] == len(wrong)
    calls = table.set_index("change").loc["calls → 1"]
    fewer = wrong.assign(calls=np.minimum(wrong["calls"], 1.0))
    assert calls["turned"] == pytest.approx((model.predict(fewer) < 0.5).mean())
    assert calls["touched"] == (wrong["calls"] > 1).sum()
    enough = table[table["enough"]]
    assert (enough.index == np.arange(len(enough))).all()
    assert cheapest_changes(searches["gradient_boosting"], rows, ALL, threshold=2.0).empty
