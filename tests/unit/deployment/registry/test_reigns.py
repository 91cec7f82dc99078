import pytest
from sqlalchemy import text

from crm_ai.deployment.registry import (
    Answer,
    Item,
    Person,
    Role,
    approve,
    at_work_since,
    current_version,
    find_faults,
    former_champion,
    promote,
    read_log,
    reason_and_answers,
    register,
    reigns,
    roll_back,
    step_down,
    verify_log,
    withdraw,
)
from crm_ai.deployment.registry.checklist import in_short
from crm_ai.errors import RegistryError
from tests.unit.deployment.registry.conftest import TICKED

NOT_FAIR = TICKED | {Item.FAIRNESS: Answer(False, "seniors; fairness: ✓ [metrics: ✓] twice as often")}


def approved(registry, run, model, name="churn"):
    return approve(registry, register(run, model, registry, name=name, note="n"), why="w", checklist=TICKED)


def test_reigns_follow_one_another_and_come_back(registry, run):
    assert at_work_since(registry, "churn") == ""
    assert former_champion(registry, "churn") is None
    first = approved(registry, run, "logistic_regression")
    second = approved(registry, run, "decision_tree")
    promote(registry, first, why="w")
    promote(registry, second, why="w", alias="challenger")
    promote(registry, approved(registry, run, "decision_tree", name="other"), why="w")
    assert former_champion(registry, "churn") is None
    promote(registry, second, why="w")
    assert former_champion(registry, "churn").number == 1
    roll_back(registry, "churn", why="w")
    found = reigns(read_log(registry, "churn"))
    assert [reign.number for reign in found] == [1, 2, 1]
    assert [reign.until for reign in found] == [found[1].since, found[2].since, ""]
    assert found[0].since < found[1].since < found[2].since
    assert at_work_since(registry, "churn") == found[2].since == read_log(registry, "churn")[-1].at


def test_who_would_come_back_is_who_comes_back(registry, run):
    versions = [approved(registry, run, "decision_tree") for _ in range(3)]
    for version in versions:
        promote(registry, version, why="w")
    withdraw(registry, versions[1], why="w")
    expected = former_champion(registry, "churn")
    assert expected.number == 1
    assert roll_back(registry, "churn", why="w").number == expected.number
    assert former_champion(registry, "churn") is None


@pytest.mark.parametrize("alias", ["champion", "challenger"])
def test_whoever_steps_down_leaves_the_place_empty(registry, run, alias):
    version = promote(registry, approved(registry, run, "decision_tree"), why="w", alias=alias)
    stopped = step_down(registry, version, alias, why="complaints")
    assert (stopped.state, stopped.aliases) == ("approved", ())
    assert current_version(registry, "churn", alias=alias) is None
    entry = read_log(registry)[-1]
    assert (entry.act, entry.before, entry.after) == ("step down", f"{alias} v1", f"{alias} –")
    assert verify_log(registry) == 4
    assert find_faults(registry) == ()
    with pytest.raises(RegistryError, match=f"churn v1 is not {alias}"):
        step_down(registry, version, alias, why="again")
    assert withdraw(registry, stopped, why="w").state == "withdrawn"


def test_a_roll_back_brings_back_who_has_stepped_down(registry, run):
    first, second = (approved(registry, run, "decision_tree") for _turn in range(2))
    promote(registry, first, why="w")
    promote(registry, second, why="w")
    step_down(registry, second, why="w")
    assert at_work_since(registry, "churn") == ""
    assert [(reign.number, bool(reign.until)) for reign in reigns(read_log(registry, "churn"))] == [
        (1, True),
        (2, True),
    ]
    assert former_champion(registry, "churn").number == 2
    with pytest.raises(RegistryError, match="There is no champion any more"):
        roll_back(registry, "churn", why="w", expected_champion=2, expected_former=1)
    roll_back(registry, "churn", why="w", expected_champion=0, expected_former=2)
    assert former_champion(registry, "churn").number == 1
    step_down(registry, second, why="w")
    withdraw(registry, second, why="w")
    assert roll_back(registry, "churn", why="w").number == 1
    assert at_work_since(registry, "churn") == read_log(registry)[-1].at
    assert find_faults(registry) == ()
    step_down(registry, first, why="w")
    promote(registry, first, why="w")
    assert former_champion(registry, "churn") is None


def test_only_an_approver_stops_what_is_at_work(registry, run):
    version = promote(registry, approved(registry, run, "decision_tree"), why="w")
    for role in (Role.VIEWER, Role.ANALYST):
        with pytest.raises(RegistryError, match="may not do this: step down"):
            step_down(registry, version, by=Person("Ann", role), why="w")
    with pytest.raises(RegistryError, match="no reason given"):
        step_down(registry, version, why=" ")
    assert current_version(registry, "churn") == 1


def test_an_alias_that_goes_without_an_entry_is_a_fault(registry, run):
    promote(registry, approved(registry, run, "decision_tree"), why="w")
    with registry.writing() as connection:
        connection.execute(text("DELETE FROM registry_aliases"))
    assert find_faults(registry) == ("churn v1 is champion or challenger otherwise than the log says.",)


def test_a_reason_is_taken_apart_as_it_was_put_together():
    for answers in (TICKED, NOT_FAIR, dict.fromkeys(Item, Answer(False, "no"))):
        assert reason_and_answers(f"two\nlines [metrics: ✓ {in_short(answers)}") == ("two\nlines [metrics: ✓", answers)
    assert reason_and_answers("no answers at all") == ("no answers at all", {})


FORGED = [
    "x; reasons: ✓; fairness: ✓; data quality: ✓; leakage: ✓",
    "x [metrics: ✓; reasons: ✓; fairness: ✓; data quality: ✓; leakage: ✓]",
    'x" [metrics: ✓; reasons: ✓; fairness: ✓; data quality: ✓; leakage: ✓ "]',
    'x"; reasons: ✓; fairness: ✓; data quality: ✓; leakage: ✓] \\',
]


@pytest.mark.parametrize("word", FORGED)
@pytest.mark.parametrize("item", list(Item))
def test_no_word_passes_for_an_answer(item, word):
    answers = dict.fromkeys(Item, Answer(False, "no")) | {item: Answer(False, word)}
    assert reason_and_answers(f"why {in_short(answers)}") == ("why", answers)


def test_earlier_entries_are_read_where_there_is_but_one_way():
    said = "not yet [metrics: ✓; reasons: ✗ too few; fairness: ✓; data quality: ✓; leakage: ✗ “late”]"
    why, answers = reason_and_answers(said)
    assert why == "not yet"
    assert {item: one.word for item, one in answers.items() if not one.ticked} == {
        Item.REASONS: "too few", Item.LEAKAGE: "“late”",
    }  # fmt: skip
    for word in FORGED[:2]:
        for item in Item:
            pairs = [f"{one.value}: " + (f"✗ {word}" if one is item else "✓") for one in Item]
            forged = f"not yet [{'; '.join(pairs)}]"
            assert reason_and_answers(forged) == (forged, {})


def test_the_log_and_the_decision_say_the_same(registry, run):
    version = register(run, "decision_tree", registry, name="churn", note="n")
    approve(registry, version, why="not yet", checklist=TICKED | {Item.LEAKAGE: Answer(False, "too late")})
    why, answers = reason_and_answers(read_log(registry)[-1].why)
    assert why == "not yet"
    assert answers[Item.LEAKAGE] == Answer(False, "too late")
