import numpy as np
import pytest

from crm_ai.deployment.watching import Level, observe
from crm_ai.deployment.watching.drift import drift, drift_from_json
from crm_ai.errors import ScoringError
from crm_ai.modeling import propose_problem, train
from crm_ai.table import coerce, table_from_frame

from .conftest import FEATURES, customers


@pytest.mark.parametrize("size", [100, 400, 3000])
def test_unchanged_customers_raise_at_most_one_false_alarm_in_twenty_batches(drifts_of, size):
    """200 batches, any column or the score: by chance alone, and by chance and size together, as people hear it."""
    alarmed = significant = 0
    for seed in range(1000, 1200):
        found = drifts_of(customers(seed, size)).values()
        significant += any(one.corrected < 0.05 for one in found)
        alarmed += any(one.level.alarms for one in found)
    print(f"\n{size} customers: {alarmed} of 200 unchanged batches alarm, {significant} are beyond chance")  # noqa: T201
    assert alarmed <= 10
    # One in twenty, and what chance adds to it in 200 batches (three standard errors).
    assert significant <= 10 + 3 * np.sqrt(200 * 0.05 * 0.95)


@pytest.mark.parametrize(("size", "least"), [(200, 0.5), (400, 0.9), (3000, 1.0)])
def test_a_shift_in_one_column_is_found(drifts_of, size, least):
    for moved in (0.25, 0.5):
        found = [drifts_of(customers(seed, size, later=moved))["months"] for seed in range(2000, 2040)]
        power = np.mean([one.level.alarms for one in found])
        psi = np.median([one.psi for one in found])
        print(f"\n{size} customers, moved by {moved} SD: found in {power:.0%}, median stability index {psi:.2f}")  # noqa: T201
    assert power >= least


def test_only_the_column_that_moved_is_named(drifts_of):
    found = drifts_of(customers(5, 3000, later=0.5))
    assert {name for name, one in found.items() if one.level.alarms} <= {"months", "score"}
    assert found["months"].level is Level.ACT


def test_a_change_too_small_to_matter_alarms_nobody_however_large_the_batch(drifts_of):
    found = drifts_of(customers(6, 60_000, later=0.1))["months"]
    assert found.corrected < 0.01
    assert found.level is Level.STEADY


def test_missing_cells_and_new_labels_are_seen(drifts_of):
    found = drifts_of(customers(7, 2000, missing=0.3, new=0.08))
    assert found["spend"].level is Level.ACT
    assert found["spend"].missing_now == pytest.approx(0.3, abs=0.03)
    assert found["spend"].missing_then == pytest.approx(0.05, abs=0.01)
    assert found["plan"].new == pytest.approx(0.08, abs=0.02)
    assert found["plan"].level is Level.ACT
    assert found["城市"].level is Level.STEADY


@pytest.mark.parametrize("n", [1, 3, 49])
def test_few_customers_are_said_to_be_few(drifts_of, n):
    assert {one.level for one in drifts_of(customers(8, n)).values()} == {Level.TOO_FEW}


def test_chunks_add_up_to_the_whole(model, seen_by):
    frame = customers(9, 1000)
    parts = [seen_by(frame.iloc[start : start + 300]) for start in range(0, 1000, 300)]
    together, whole = parts[0] + parts[1] + parts[2] + parts[3], seen_by(frame)
    assert together.customers == 1000
    assert (together.scores == whole.scores).all()
    assert all((together.inputs[name] == whole.inputs[name]).all() for name in FEATURES)
    assert drift(model.profile, together) == drift(model.profile, whole)


def test_counts_of_different_profiles_do_not_add_up(seen_by):
    from dataclasses import replace

    seen = seen_by(customers(9, 100))
    with pytest.raises(ScoringError, match="different profiles"):
        seen + replace(seen, inputs={})
    with pytest.raises(ScoringError, match="different profiles"):
        seen + replace(seen, scores=np.zeros(3, dtype=np.int64))


def test_scores_and_customers_must_be_as_many(model):
    frame = coerce(customers(9, 10), model.schema)
    with pytest.raises(ScoringError, match="differ in number"):
        observe(model.profile, frame, np.zeros(9))


def test_drift_survives_being_written(drifts_of):
    import json

    for one in drifts_of(customers(10, 30)).values():
        assert drift_from_json(json.loads(json.dumps(one.as_json()))) == one


def test_repairs_that_learn_nothing_are_made_before_counting():
    """A spelling that training has unified is no new label afterwards."""
    from crm_ai.cleaning import accept
    from crm_ai.table import Repair

    frame = customers(11, 600)
    frame.loc[::7, "plan"] = frame.loc[::7, "plan"] + " "
    frame["plan"] = frame["plan"].str.replace("basic ", "BASIC")
    repair = Repair("unify_labels", ("plan",), {"labels": {"BASIC": "basic"}})
    table = accept(table_from_frame(frame), [repair])
    run = train(table, propose_problem(table, target="Churn", features=["months", "plan"]).problem, ["decision_tree"])
    model = run.models["decision_tree"]
    again = coerce(frame, model.schema)
    counted = {one.column: one for one in drift(model.profile, observe(model.profile, again, model.predict(again)))}
    assert counted["plan"].new == 0
    assert counted["plan"].level is Level.STEADY


@pytest.mark.parametrize("target", ["amount", "城市"])
def test_numbers_and_several_answers_are_watched_too(target):
    table = table_from_frame(customers(12, 1500))
    problem = propose_problem(table, target=target, features=["months", "spend", "plan", "calls"]).problem
    model = next(iter(train(table, problem, ["decision_tree"]).models.values()))

    def score_drift(frame):
        shaped = coerce(frame, model.schema)
        return drift(model.profile, observe(model.profile, shaped, model.predict(shaped)))[0]

    assert not score_drift(customers(13, 1500)).level.alarms
    moved = customers(14, 1500)
    moved["spend"] *= 3
    if target == "amount":
        assert score_drift(moved).level is Level.ACT


def test_no_single_customer_stands_in_a_profile(model):
    said = str(model.profile.as_json())
    assert "客0" not in said
    assert not any(0 < n < 5 for cells in (*model.profile.inputs, model.profile.scores) for n in cells.counts)
