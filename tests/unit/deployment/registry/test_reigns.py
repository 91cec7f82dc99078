import pytest

from crm_ai.deployment.registry import (
    Answer,
    Item,
    approve,
    at_work_since,
    former_champion,
    promote,
    read_log,
    reason_and_answers,
    register,
    reigns,
    roll_back,
    withdraw,
)
from crm_ai.deployment.registry.checklist import in_short
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
