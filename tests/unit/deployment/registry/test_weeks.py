"""What a registered version scores is remembered as counts, and outcomes join weeks later."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from crm_ai.deployment.registry import (
    Person,
    Role,
    batches_of,
    join_arrived,
    remember,
)
from crm_ai.deployment.watching import Step, in_short, watch
from crm_ai.errors import CrmAiError, DatabaseError, ProblemError, RegistryError
from crm_ai.table import table_from_frame
from tests.unit.deployment.registry.conftest import START, keep, week


def test_a_batch_is_that_of_its_version_at_its_threshold(registry, at_work):
    version, model, store = at_work
    batch = keep(registry, at_work, 0)
    frame = week(0)
    assert (batch.model, batch.threshold) == (batches_of(version), 0.4)
    assert batch.selected == int((model.predict(frame) >= 0.4).sum())
    assert store.batches(batches_of(version)) == (batch,)
    assert store.joinable(batch.model) == {"week 0"}
    keep(registry, at_work, 1, key=None)
    assert store.joinable(batch.model) == {"week 0"}


def test_a_name_that_is_taken_is_refused_before_anybody_is_scored(registry, at_work, monkeypatch):
    keep(registry, at_work, 0)
    monkeypatch.setattr("crm_ai.deployment.registry.remembering.record", None)
    with pytest.raises(CrmAiError, match="already"):
        keep(registry, at_work, 0)


def test_outcomes_of_several_weeks_come_in_one_file(registry, at_work):
    version, model, store = at_work
    batches = [keep(registry, at_work, number) for number in range(3)]
    frames = [week(0).head(200), week(1)]
    arrived = pd.concat(frames)[["客户号", "Churn"]].sample(frac=1, random_state=0).reset_index(drop=True)
    found = join_arrived(store, batches, model, table_from_frame(arrived), key="客户号", known=date(2026, 6, 1))
    assert [one.joined.matched for one in found.performances] == [200, 300]
    assert [one.joined.unmatched for one in found.performances] == [300, 200]
    assert found.without == ("week 2",)
    assert store.outcomes(batches_of(version)) == found.performances
    truth = (week(1)["Churn"] == "Yes").mean()
    assert found.performances[1].figures["base_rate"].value == pytest.approx(truth)
    assert set(found.performances[1].segments) == {"gender"}


@pytest.mark.parametrize(
    ("frame", "key", "said"),
    [
        (week(7), "客户号", "No outcome belongs"),
        (week(0), "nobody", "no column “nobody”"),
        (week(0).drop(columns="Churn"), "客户号", "no column “Churn”"),
        (week(0).assign(Churn=None), "客户号", "No outcome belongs"),
    ],
)
def test_outcomes_that_join_nothing_say_so_and_nothing_is_kept(registry, at_work, frame, key, said):
    _version, model, store = at_work
    batch = keep(registry, at_work, 0)
    with pytest.raises(ProblemError, match=said):
        join_arrived(store, [batch], model, table_from_frame(frame), key=key, known=START)
    assert store.outcomes() == ()


def test_outcomes_of_several_weeks_are_kept_together_or_not_at_all(registry, at_work):
    _version, model, store = at_work
    batches = [keep(registry, at_work, number) for number in range(2)]
    with registry.writing() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON registry_outcomes WHEN EXISTS (SELECT * FROM registry_outcomes) "
                "BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        )
    arrived = table_from_frame(pd.concat([week(0), week(1)], ignore_index=True))
    with pytest.raises(DatabaseError):
        join_arrived(store, batches, model, arrived, key="客户号", known=START)
    assert store.outcomes() == ()


def test_without_codes_outcomes_cannot_join(registry, at_work):
    _version, model, store = at_work
    batch = keep(registry, at_work, 0, key=None)
    with pytest.raises(CrmAiError, match="No codes were kept"):
        join_arrived(store, [batch], model, table_from_frame(week(0)), key="客户号", known=START)


def test_a_viewer_only_looks(registry, at_work):
    version, model, store = at_work
    batch, viewer = keep(registry, at_work, 0), Person("ann", Role.VIEWER)
    table = table_from_frame(week(0))
    with pytest.raises(RegistryError, match="viewer"):
        remember(registry, version, model, table, name="x", day=START, by=viewer, store=store)
    with pytest.raises(RegistryError, match="viewer"):
        join_arrived(store, [batch], model, table, key="客户号", known=START, by=viewer)
    assert len(store.batches()) == 1


def test_a_shift_is_told_in_short_and_outcomes_decide(registry, at_work):
    version, model, store = at_work
    assert in_short(watch([])) == "Nothing has been scored yet."
    batches = [keep(registry, at_work, 0), keep(registry, at_work, 1), keep(registry, at_work, 2, later=12.0)]
    calm = in_short(watch(batches[:2]))
    assert calm.startswith("2 batches in 2 weeks. Customers are like those of the training. No outcomes are known yet.")
    found = watch(batches)
    assert "3 batches in 3 weeks. Customers have changed in “months”." in in_short(found)
    assert found.advice.step is Step.OUTCOMES
    assert found.advice.headline in in_short(found)
    said = table_from_frame(week(2, later=12.0))
    join_arrived(store, batches[2:], model, said, key="客户号", known=date(2026, 6, 1))
    judged = watch(batches, store.outcomes())
    assert "By its outcomes it has become worse" in in_short(judged)
    assert judged.advice.step is Step.RETRAIN
    assert np.isfinite(judged.to_frame().query("measure == 'selection_rate' and kind == 'score'")["value"]).all()
    few = remember(registry, version, model, table_from_frame(week(4, 20)), name="few", day=START, store=store)
    assert "too few customers (20)" in in_short(watch([few]))


def test_gaps_that_were_registered_are_no_news(registry, at_work):
    version, model, store = at_work
    batch = keep(registry, at_work, 0)
    (one,) = join_arrived(store, [batch], model, table_from_frame(week(0)), key="客户号", known=START).performances
    audit = version.facts["fairness"]["gender"]
    said = {**one.segments["gender"], "gaps": ["selection_rate"], "judgement": "gap"}
    gap = replace(one, segments={"gender": said})
    known = {"gender": {**audit, "gaps": ["selection_rate"]}}
    assert set(audit["by_group"]["selection_rate"]) == set(said["groups"])
    assert watch([batch], [gap], approved=known).known_gaps == ("gender",)
    assert "gender" in [alert.subject for alert in watch([batch], [gap], approved={"gender": audit}).alerts]


@pytest.mark.parametrize(
    ("frame", "when", "said"),
    [
        (week(7), None, "same identifiers"),
        (week(0).assign(Churn="left"), None, "none of the question's answers"),
        (week(0).assign(day="2020-01-01"), "day", "dated before"),
    ],
)
def test_it_is_said_why_nobody_can_be_judged(registry, at_work, frame, when, said):
    _version, model, store = at_work
    batch = keep(registry, at_work, 0)
    with pytest.raises(ProblemError) as found:
        join_arrived(store, [batch], model, table_from_frame(frame), key="客户号", known=START, when=when)
    assert said in found.value.next_step
