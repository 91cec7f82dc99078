"""Trainings that are ended, joined, and that fail."""

from __future__ import annotations

import threading

import pytest

from crm_ai.app.runs import RunShelf
from crm_ai.app.training import Training
from crm_ai.errors import CrmAiError
from crm_ai.modeling import make_plan, propose_problem, run_digest
from crm_ai.table import read_table
from crm_ai.words import use_language


@pytest.fixture(scope="module")
def table():
    return read_table("sample_data/telephone_customers.csv")


def plan(table, *models):
    return make_plan(propose_problem(table).problem, list(models))


def test_two_who_want_the_same_share_one_training(table):
    shelf, wanted, kept = RunShelf(3), plan(table, "decision_tree"), []
    digest = run_digest(table, wanted)
    first = shelf.begin(digest, lambda: Training(table, wanted, kept.append))
    second = shelf.begin(digest, lambda: pytest.fail("begun twice"))
    assert first is second
    first.wait(60)
    assert not first.is_running
    assert shelf.done(first) is kept[0]
    assert shelf.at_work(digest) is None


def test_who_has_ended_it_gets_what_was_finished_and_may_begin_anew(table):
    shelf, wanted = RunShelf(3), plan(table, "logistic_regression", "neural_network")
    digest = run_digest(table, wanted)
    training = shelf.begin(digest, lambda: Training(table, wanted, lambda run: run))
    for _turn in range(600):
        if training.progress and len(training.progress.scores.get("logistic_regression", ())) == 5:
            break
        training.wait(0.02)
    training.cancel()
    assert shelf.begin(digest, lambda: pytest.fail("begun anew")) is training
    training.wait(60)
    run = shelf.done(training)
    assert list(run.models) == ["logistic_regression"]
    training = shelf.begin(digest, lambda: Training(table, wanted, lambda run: run))
    training.cancel()
    shelf.forget_ended(digest)
    assert shelf.at_work(digest) is None


def test_what_fails_is_told_to_whoever_waits(table):
    shelf = RunShelf(3)
    training = shelf.begin("x", lambda: Training(table, plan(table, "decision_tree"), _fail))
    training.wait(60)
    with pytest.raises(CrmAiError, match="no room"):
        shelf.done(training)


def _fail(_run):
    assert threading.current_thread() is not threading.main_thread()
    raise CrmAiError("There is no room.")


def test_a_whole_run_on_the_shelf_leaves_no_training_behind(table):
    shelf, wanted = RunShelf(3), plan(table, "decision_tree")
    digest = run_digest(table, wanted)
    training = shelf.begin(digest, lambda: Training(table, wanted, shelf.put))
    training.wait(60)
    assert shelf.get(digest) is training.result()
    again = shelf.begin(digest, lambda: Training(table, wanted, shelf.put))
    assert again is not training
    again.wait(60)


def test_a_training_speaks_the_language_of_whoever_began_it(table):
    use_language("zh")
    try:
        training = Training(table, plan(table, "decision_tree"), lambda run: run)
    finally:
        use_language("en")
    training.wait(60)
    assert training.progress is not None
    assert training.progress.message == "完成。"
