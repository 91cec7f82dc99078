"""What somebody else does in the same moment: no decision rests on what was true before it, and no alarm is false."""

import pytest
from sqlalchemy import event

from crm_ai.deployment.registry import (
    Answer,
    Item,
    approve,
    current_version,
    find_faults,
    find_version,
    promote,
    read_log,
    register,
    roll_back,
    withdraw,
)
from crm_ai.errors import RegistryError
from tests.unit.deployment.registry.conftest import TICKED

LEAKS = TICKED | {Item.LEAKAGE: Answer(False, "tenure leaks")}


def registered(registry, run):
    return register(run, "decision_tree", registry, name="churn", note="n")


def approved(registry, run):
    return approve(registry, registered(registry, run), why="w", checklist=TICKED)


def test_log_and_versions_are_read_in_one_transaction(registry, run):
    register(run, "decision_tree", registry, name="churn", note="n")
    begun = []
    event.listen(registry.engine, "begin", begun.append)
    assert find_faults(registry) == ()
    assert len(begun) == 1


def test_a_refusal_meanwhile_is_not_overruled(registry, run):
    shown = registered(registry, run)
    approve(registry, shown, why="leak", checklist=LEAKS)
    before = read_log(registry)
    with pytest.raises(RegistryError, match="Somebody has decided about churn v1 meanwhile: it is refused now"):
        approve(registry, shown, why="fine", checklist=TICKED)
    assert read_log(registry) == before
    assert approve(registry, find_version(registry, "churn", 1), why="fine", checklist=TICKED).state == "approved"


def test_a_second_refusal_meanwhile_is_read_first(registry, run):
    shown = approve(registry, registered(registry, run), why="leak", checklist=LEAKS)
    approve(registry, shown, why="another leak", checklist=LEAKS)
    with pytest.raises(RegistryError, match="meanwhile: it is refused now"):
        approve(registry, shown, why="fine", checklist=TICKED)


@pytest.mark.parametrize("alias", ["champion", "challenger"])
def test_another_one_in_the_place_is_not_replaced(registry, run, alias):
    first, second, third = (approved(registry, run) for _turn in range(3))
    promote(registry, first, why="w", alias=alias, instead_of=0)
    with pytest.raises(RegistryError, match=f"Meanwhile version 1 has become {alias}"):
        promote(registry, third, why="w", alias=alias, instead_of=0)
    promote(registry, second, why="w", alias=alias, instead_of=1)
    with pytest.raises(RegistryError, match=f"Meanwhile version 2 has become {alias}"):
        promote(registry, third, why="w", alias=alias, instead_of=1)
    assert current_version(registry, "churn", alias=alias) == 2
    assert promote(registry, third, why="w", alias=alias).aliases == (alias,)


def test_a_challenger_that_is_gone_is_not_replaced(registry, run):
    first, second = approved(registry, run), approved(registry, run)
    promote(registry, first, why="w", alias="challenger")
    withdraw(registry, first, why="w")
    with pytest.raises(RegistryError, match="There is no challenger any more"):
        promote(registry, second, why="w", alias="challenger", instead_of=1)


def test_what_was_decided_meanwhile_is_not_withdrawn_unseen(registry, run):
    shown = registered(registry, run)
    approve(registry, shown, why="w", checklist=TICKED)
    with pytest.raises(RegistryError, match="Somebody has decided about churn v1 meanwhile: it is approved now"):
        withdraw(registry, shown, why="w", expected_state=shown.state)
    assert find_version(registry, "churn", 1).state == "approved"
    assert withdraw(registry, shown, why="w", expected_state="approved").state == "withdrawn"


def test_only_the_expected_one_comes_back(registry, run):
    first, second, third = (approved(registry, run) for _turn in range(3))
    for version in (first, second, third):
        promote(registry, version, why="w")
    withdraw(registry, second, why="w")
    with pytest.raises(RegistryError, match="Version 1 would come back now, and not version 2"):
        roll_back(registry, "churn", why="w", expected_champion=3, expected_former=2)
    assert current_version(registry, "churn") == 3
    roll_back(registry, "churn", why="w", expected_champion=3, expected_former=1)
    promote(registry, third, why="w")
    promote(registry, approved(registry, run), why="w")
    with pytest.raises(RegistryError, match="Meanwhile version 4 has become champion"):
        roll_back(registry, "churn", why="w", expected_champion=3, expected_former=1)
