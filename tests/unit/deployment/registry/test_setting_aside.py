"""A batch that was remembered by mistake counts no more, and can be counted again."""

import pandas as pd
import pytest
from sqlalchemy import text

from crm_ai.deployment.registry import (
    Person,
    Role,
    batches_of,
    count_again,
    find_faults,
    join_arrived,
    list_set_aside,
    read_log,
    set_aside,
    verify_log,
)
from crm_ai.deployment.watching import Level, watch
from crm_ai.errors import CrmAiError, RegistryError
from crm_ai.table import table_from_frame
from tests.unit.deployment.registry.conftest import START, keep, week

ANALYST = Person("Ann", Role.ANALYST)


def names(store, version):
    return [batch.name for batch in store.batches(batches_of(version))]


def alarming(store, of):
    """Batches of the alerts that ask for action."""
    return {one.batch for one in watch(store.batches(of), store.outcomes(of)).alerts if one.level is Level.ACT}


def test_what_is_set_aside_raises_no_alarm_and_its_outcomes_count_no_more(registry, at_work):
    version, model, store = at_work
    for number in range(3):
        keep(registry, at_work, number, later=40.0 * (number == 2))
    of = batches_of(version)
    said = table_from_frame(pd.concat([week(0), week(2, later=40.0)])[["客户号", "Churn"]])
    join_arrived(store, [store.batches(of)[0], store.batches(of)[2]], model, said, key="客户号", known=START)
    assert alarming(store, of) == {"week 2"}
    set_aside(registry, version, "week 2", by=ANALYST, why="the file of another shop")
    assert names(store, version) == ["week 0", "week 1"]
    assert store.joinable(of) == {"week 0", "week 1"}
    assert [one.batch for one in store.outcomes(of)] == ["week 0"]
    assert not alarming(store, of)
    (one,) = list_set_aside(registry, version)
    assert (one.batch, one.by, one.why) == ("week 2", "Ann", "the file of another shop")

    count_again(registry, version, "week 2", by=ANALYST, why="it was ours after all")
    assert names(store, version) == ["week 0", "week 1", "week 2"]
    assert [one.batch for one in store.outcomes(of)] == ["week 0", "week 2"]
    assert list_set_aside(registry, version) == ()


def test_its_name_stays_taken(registry, at_work):
    version, _model, store = at_work
    keep(registry, at_work, 0)
    set_aside(registry, version, "week 0", why="twice")
    assert store.names(batches_of(version)) == {"week 0"}
    with pytest.raises(CrmAiError, match="There is a batch “week 0”"):
        keep(registry, at_work, 0)


def test_the_log_says_who_and_why_and_is_checked_against_the_tables(registry, at_work):
    version, _model, _store = at_work
    keep(registry, at_work, 0)
    set_aside(registry, version, "week 0", by=ANALYST, why="twice")
    entry = read_log(registry)[-1]
    assert (entry.by, entry.act, entry.after, entry.why) == ("Ann", "set aside", "week 0", "twice")
    verify_log(registry)
    assert find_faults(registry) == ()
    with registry.writing() as connection:
        connection.execute(text("DELETE FROM registry_batches_aside"))
    (fault,) = find_faults(registry)
    assert fault.startswith("“week 0” of churn v1 is set aside, or counts, otherwise")


@pytest.mark.parametrize(
    ("act", "batch", "by", "why", "message"),
    [
        (set_aside, "week 9", ANALYST, "x", "no batch “week 9”"),
        (set_aside, "'; DROP TABLE registry_batches; --", ANALYST, "x", "no batch"),
        (set_aside, "week 0", ANALYST, " ", "no reason given"),
        (set_aside, "week 0", Person("Vi", Role.VIEWER), "x", "viewer"),
        (set_aside, "week 1", ANALYST, "x", "set aside already"),
        (count_again, "week 0", ANALYST, "x", "it is not set aside"),
        (count_again, "week 1", Person("Vi", Role.VIEWER), "x", "viewer"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(registry, at_work, act, batch, by, why, message):
    version, _model, store = at_work
    keep(registry, at_work, 0)
    keep(registry, at_work, 1)
    set_aside(registry, version, "week 1", why="twice")
    entries = len(read_log(registry))
    with pytest.raises(RegistryError, match=message):
        act(registry, version, batch, by=by, why=why)
    assert names(store, version) == ["week 0"]
    assert len(read_log(registry)) == entries
