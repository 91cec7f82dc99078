import pytest

from crm_ai.deployment.registry import (
    Act,
    Item,
    Role,
    alias_in_words,
    approve,
    promote,
    register,
    standing_in_words,
    state_in_words,
    withdraw,
)
from crm_ai.deployment.registry.tables import ALIASES, STATES
from tests.unit.deployment.registry.conftest import TICKED


@pytest.mark.parametrize("words", [Act, Item, Role])
def test_all_is_called_by_its_name_in_english(words):
    assert [one.in_words for one in words] == [one.value for one in words]


def test_states_and_places_have_words():
    assert [state_in_words(state) for state in STATES] == list(STATES)
    assert [alias_in_words(alias) for alias in ALIASES] == list(ALIASES)
    assert alias_in_words("emperor") == "emperor"


def test_where_a_version_stands(registry, run):
    version = register(run, "decision_tree", registry, name="churn", note="n")
    assert standing_in_words(version) == "waits to be decided"
    version = approve(registry, version, why="w", checklist=TICKED)
    assert standing_in_words(version) == "approved, not at work"
    version = promote(registry, version, why="w", alias="challenger")
    assert standing_in_words(version) == "on trial (challenger)"
    assert standing_in_words(promote(registry, version, why="w")) == "at work (champion)"
    other = withdraw(registry, register(run, "decision_tree", registry, name="churn", note="n"), why="w")
    assert standing_in_words(other) == "withdrawn"
