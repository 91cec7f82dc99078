"""Train: what shall we predict, and with what?"""

from __future__ import annotations

import pytest

from tests.app.driving import assert_sound, go, upload, words


@pytest.fixture
def asked(visit, churn_csv):
    return go(upload(visit(), churn_csv), "train")


def test_without_a_table_it_says_what_it_will_do(visit):
    at = visit("train")
    assert_sound(at)
    assert "This page will" in words(at)
    assert any(button.key == "invite_upload" for button in at.button)


def test_proposes_the_question_with_its_reason(asked):
    assert_sound(asked)
    assert asked.selectbox[0].value == "Churn"
    assert "is a yes/no question" in words(asked)
    features = next(m for m in asked.multiselect if "features" in m.key)
    assert set(features.value) == {"gender", "months", "plan", "spend"}
    assert "customerID" in words(asked)
    assert "Chosen by you" not in words(asked)
    segments = next(m for m in asked.multiselect if "segments" in m.key)
    assert segments.value == ["gender"]


def test_trains_and_shows_the_models_side_by_side(asked):
    asked.button(key="train").click().run()
    assert_sound(asked)
    assert [metric.label.removesuffix(" · best") for metric in asked.metric] == [
        "Linear regression",
        "Logistic regression",
        "Decision tree",
    ]
    assert asked.query_params["run"]
    assert sum(metric.label.endswith(" · best") for metric in asked.metric) == 1


def test_a_link_trains_the_same_again_for_somebody_else(asked, visit):
    asked.button(key="train").click().run()
    address = {name: asked.query_params[name] for name in ("data", "run", "model")}
    other = visit("train", **address)
    assert_sound(other)
    assert [m.value for m in other.metric] == [m.value for m in asked.metric]


def test_a_number_can_be_asked_as_a_yes_no_question(asked):
    asked.selectbox[0].select("spend").run()
    assert "is a number" in words(asked)
    asked.segmented_control[0].set_value("binary").run()
    assert_sound(asked)
    assert asked.number_input[0].value > 0
    asked.button(key="train").click().run()
    assert_sound(asked)
    assert len(asked.metric) == 3


def test_several_answers(asked):
    asked.selectbox[0].select("plan").run()
    assert "has 3 answers" in words(asked)
    asked.button(key="train").click().run()
    assert_sound(asked)
    assert len(asked.metric) == 2


def test_models_can_be_left_out(asked):
    asked.checkbox[0].uncheck().run()
    asked.button(key="train").click().run()
    assert len(asked.metric) == 2
    assert not asked.warning


def test_a_changed_question_is_said_to_need_training(asked):
    asked.button(key="train").click().run()
    asked.checkbox[0].uncheck().run()
    assert "changed the question" in asked.warning[0].value


def test_customers_without_an_answer_are_counted(visit, churn_csv):
    lines = churn_csv.decode().splitlines()
    blank = [line.rsplit(",", 1)[0] + "," if 0 < i <= 25 else line for i, line in enumerate(lines)]
    at = go(upload(visit(), "\n".join(blank).encode()), "train")
    assert_sound(at)
    assert "25 customers have no known" in at.info[0].value


def test_what_was_chosen_is_still_there_after_visiting_another_page(asked):
    asked.selectbox[0].select("spend").run()
    go(go(asked, "data"), "train")
    assert asked.selectbox[0].value == "spend"


def test_one_answer_only_is_explained(visit):
    at = go(upload(visit(), b"months,Churn\n" + b"".join(b"%d,Yes\n" % i for i in range(100))), "train")
    assert not at.exception
