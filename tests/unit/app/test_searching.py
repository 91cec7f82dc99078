"""Searches for fairer models that are joined, ended, refused, and forgotten."""

from __future__ import annotations

import threading

import pytest

from crm_ai.app import store
from crm_ai.app.searching import Search, SearchShelf, Wanted
from crm_ai.errors import ProblemError
from crm_ai.fairness import METHODS, adopt, adoption_of
from crm_ai.modeling import Segment, propose_problem, train
from crm_ai.table import read_table
from crm_ai.words import use_language
from tests.app.driving import unequal_customers

MODEL = "logistic_regression"


@pytest.fixture(scope="module")
def run():
    table = read_table(unequal_customers())
    return train(table, propose_problem(table).problem, [MODEL])


def wanted(*methods, threshold=0.5, constraint="demographic_parity"):
    return Wanted(
        model_type=MODEL, segment=Segment(("gender",)), constraint=constraint, threshold=threshold, methods=methods
    )


def test_two_who_want_the_same_share_one_search_and_nothing_is_made_twice(run):
    shelf = SearchShelf(3, 10)
    first = shelf.begin(run, wanted("reweighing", "group_thresholds"))
    assert shelf.begin(run, wanted("reweighing", "group_thresholds")) is first
    first.wait(60)
    assert first.is_whole
    assert [candidate.method for candidate in first.found] == ["reweighing", "group_thresholds"]
    assert shelf.begin(run, wanted("reweighing", "group_thresholds")) is first
    other = shelf.candidate(run, wanted("reweighing", threshold=0.3, constraint="equalized_odds"), "reweighing")
    assert other.made is first.found[0].made, "weights know neither threshold nor constraint"
    assert other.threshold == 0.3
    adopted = adopt(run, first.found[0])
    assert shelf.get(adopted, wanted("reweighing", "group_thresholds")) is first, "adopting changes no candidate"
    assert shelf.candidate(adopted, wanted("group_thresholds"), "group_thresholds").made is first.found[1].made
    shelf.drop(run.table)
    assert shelf.get(run, wanted("reweighing", "group_thresholds")) is None
    assert shelf.candidate(run, wanted("group_thresholds"), "group_thresholds").made is not first.found[1].made


def test_who_ends_a_search_keeps_what_was_found():
    go_on, run = threading.Event(), type("Run", (), {"table": type("Table", (), {"digest": "x"})})

    def make(_run, _wanted, method):
        go_on.wait(60)
        return method

    search = Search(run, wanted("reweighing", "grid_search"), make)
    assert "1" in search.in_words()
    search.cancel()
    go_on.set()
    search.wait(60)
    assert search.found == ["reweighing"]
    assert search.was_cancelled
    assert not search.is_whole
    search.check()


def test_what_does_not_suit_is_said_and_what_fails_is_raised():
    run = type("Run", (), {"table": type("Table", (), {"digest": "x"})})

    def make(_run, _wanted, method):
        if method == "grid_search":
            raise ProblemError("It does not suit.")
        raise ValueError(method)

    search = Search(run, wanted("grid_search", "reweighing"), make)
    search.wait(60)
    assert search.refused == {"grid_search": "It does not suit."}
    with pytest.raises(ValueError, match="reweighing"):
        search.check()


def test_a_search_speaks_the_language_of_whoever_began_it(run):
    use_language("zh")
    try:
        linear = Wanted(
            model_type="decision_tree", segment=Segment(("gender",)), constraint="demographic_parity", threshold=0.5
        )
        search = SearchShelf(2, 2).begin(run, linear)
    finally:
        use_language("en")
    search.wait(60)
    assert set(search.refused) == set(METHODS)
    assert not any("model" in why for why in search.refused.values())


def test_a_plan_is_kept_with_what_was_adopted(run, tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "w"))
    reference = store.put_table(run.table)
    candidate = SearchShelf(2, 2).candidate(run, wanted("group_thresholds"), "group_thresholds")
    store.put_plan(reference, "f" * 24, run.plan, [adoption_of(candidate)])
    assert store.open_plan(reference, "f" * 24) == run.plan
    assert store.open_adoptions(reference, "f" * 24) == (adoption_of(candidate),)
    store.put_plan(reference, "e" * 24, run.plan)
    assert store.open_adoptions(reference, "e" * 24) == store.open_adoptions(reference, "0" * 24) == ()
