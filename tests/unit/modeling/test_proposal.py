import numpy as np
import pandas as pd
import pytest

from crm_ai.errors import ProblemError
from crm_ai.modeling import Task, answers, propose_problem
from crm_ai.table import table_from_frame


def make(target, n=120, **more):
    generator = np.random.default_rng(0)
    columns = {"months": generator.normal(20, 5, n), "plan": generator.choice(["a", "b", "c"], n)}
    return table_from_frame(pd.DataFrame(columns | more | {"goal": target}), name="test.csv")


def test_two_labels_make_a_yes_no_question_about_the_yes():
    proposal = propose_problem(make(["No", "Yes"] * 60), target="goal")
    assert proposal.problem.task is Task.BINARY
    assert proposal.problem.labels == ("No", "Yes")
    assert "50.0 %" in proposal.reasons["positive"]


def test_without_a_telling_word_the_rarer_answer_is_the_positive_one():
    assert propose_problem(make(["red"] * 90 + ["blue"] * 30), target="goal").problem.positive == "blue"


def test_chinese_answers_are_understood():
    assert propose_problem(make(["是"] * 70 + ["否"] * 50), target="goal").problem.positive == "是"


def test_numbers_one_and_two_are_labels():
    problem = propose_problem(make([1] * 80 + [2] * 40), target="goal").problem
    assert (problem.task, problem.labels) == (Task.BINARY, ("1", "2"))


def test_a_number_is_a_regression():
    assert propose_problem(make(np.linspace(0, 500, 120)), target="goal").problem.task is Task.REGRESSION


def test_a_number_can_be_asked_as_a_yes_no_question():
    table = make(np.linspace(0, 500, 120))
    problem = propose_problem(table, target="goal", above=100).problem
    assert problem.labels == ("≤ 100", "> 100")
    assert answers(table, problem).sum() == (table.frame["goal"] > 100).sum()


def test_one_label_can_be_set_against_all_others():
    table = make(["gold", "silver", "bronze"] * 40)
    problem = propose_problem(table, target="goal", positive="gold").problem
    assert problem.labels == ("not gold", "gold")
    assert answers(table, problem).tolist() == [1, 0, 0] * 40


def test_rare_answers_are_kept_for_scoring_only():
    table = make(["a"] * 60 + ["b"] * 57 + ["c"] * 3)
    proposal = propose_problem(table, target="goal", task="multiclass")
    assert proposal.problem.labels == ("a", "b")
    assert "3" in proposal.reasons["labels"]
    assert np.isnan(answers(table, proposal.problem)).sum() == 3


def test_identifiers_are_never_features():
    table = make(["No", "Yes"] * 60, customer_id=[f"C-{i:05d}" for i in range(120)])
    proposal = propose_problem(table, target="goal")
    assert "customer_id" not in proposal.problem.features
    assert "customer_id" in proposal.set_aside


def test_a_column_that_gives_the_answer_away_is_off_by_default():
    goal = ["No", "Yes"] * 60
    table = make(goal, cancelled=[{"No": 0, "Yes": 1}[g] for g in goal])
    proposal = propose_problem(table, target="goal")
    assert "cancelled" not in proposal.problem.features
    assert "cancelled" in proposal.set_aside
    assert "cancelled" in propose_problem(table, target="goal", features=["cancelled"]).problem.features


@pytest.mark.parametrize(
    ("target", "choices", "says"),
    [
        (["Yes"] * 120, {}, "same value"),
        (["Yes"] * 20 + [None] * 100, {}, "Only 20 customers"),
        (["Yes"] * 3 + ["No"] * 117, {}, "Only 3"),
        (["No", "Yes"] * 60, {"positive": "Maybe"}, "does not occur"),
        (["No", "Yes"] * 60, {"features": ["goal"]}, "predict itself"),
        (["No", "Yes"] * 60, {"features": ["nothing like it"]}, "no column"),
        (["No", "Yes"] * 60, {"segments": ["goal"]}, "cannot be a segment"),
        (["No", "Yes"] * 60, {"above": 3}, "no numbers"),
        (["No", "Yes"] * 60, {"task": "regression"}, "labels, not numbers"),
        ([f"answer {i}" for i in range(120)], {"task": "multiclass"}, "can be predicted"),
    ],
)
def test_questions_that_cannot_be_asked_say_so(target, choices, says):
    with pytest.raises(ProblemError) as caught:
        propose_problem(make(target), target="goal", **choices)
    assert says in str(caught.value)


def test_without_a_target_it_asks_for_one():
    with pytest.raises(ProblemError, match="No column looks like"):
        propose_problem(table_from_frame(pd.DataFrame({"a": range(50), "b": range(50)})))
