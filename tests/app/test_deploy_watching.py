"""Deploy, "How is it doing?": weeks, alerts, outcomes, a file compared, and the form that remembers a batch."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from crm_ai.app import acts
from crm_ai.deployment.registry import (
    Answer,
    Item,
    RegistryStore,
    approve,
    open_registry,
    open_version,
    promote,
    register,
    remember,
    set_aside,
)
from crm_ai.modeling import propose_problem, train
from crm_ai.table import read_table
from crm_ai.words import day_in_words
from tests.app.driving import assert_sound, customers, go, upload, words

START = date.today() - timedelta(days=28)
TAB = "How is it doing?"


def batch(number, rows=300, *, newest=72):
    """Customers of a week: with at most so many months."""
    found = pd.read_csv(io.BytesIO(customers(rows * 8, seed=50 + number)))
    found = found[found["months"] <= newest].head(rows)
    return found.assign(customerID=[f"W{number}-{place}" for place in range(len(found))])


def table_of(frame, name="week.csv"):
    return read_table(frame.to_csv(index=False).encode(), name=name)


@pytest.fixture(scope="module")
def run():
    table = read_table(customers(1500), name="customers.csv")
    return train(table, propose_problem(table, target="Churn", segments=("gender",)).problem, ["logistic_regression"])


@pytest.fixture
def at_work(run, workspace, monkeypatch):
    """A champion in this test's own registry; remembers weeks."""
    for name in ("CRM_AI_REGISTRY_URL", "CRM_AI_REGISTRY_ARTIFACTS", "CRM_AI_FOUR_EYES"):
        monkeypatch.delenv(name, raising=False)
    workspace.mkdir(exist_ok=True)
    registry = open_registry()
    version = register(run, "logistic_regression", registry, name="churn", note="try")
    promote(registry, approve(registry, version, why="ok", checklist={i: Answer(True) for i in Item}), why="go")
    model = open_version(registry, version)

    def keep(number, *, key="customerID", **options):
        day = START + timedelta(weeks=number)
        return remember(
            registry, version, model, table_of(batch(number, **options)), name=f"week {number}", day=day,
            key=key, segments=["gender"],
        )  # fmt: skip

    keep.registry, keep.version, keep.model = registry, version, model
    return keep


@pytest.fixture
def look(visit):
    def come(view="", **address):
        at = visit(**address)
        at.session_state["deploy_tab"] = TAB
        go(at, "deploy")
        assert_sound(at)
        if view:
            chosen = next(one for one in at.segmented_control if "choose_weeks_" in one.key)
            chosen.set_value(view).run()
            assert_sound(at)
        return at

    return come


def test_without_batches_it_says_what_it_will_show_and_how_they_get_here(at_work, look):
    at = look()
    said = words(at)
    assert "No customers that it scored are remembered yet." in said
    assert "Score new customers" in said
    assert "drift --champion churn" in at.code[0].value
    assert [title.value for title in at.subheader] == ["Compare a file"]


def test_calm_weeks_are_said_calmly(at_work, look):
    for number in range(2):
        at_work(number)
    at = look()
    assert "2 batches in 2 weeks. Customers are like those of the training." in words(at).replace("\\", "")
    assert at.success[0].value == "Nothing to see: no alert."
    assert "**No.**" in words(at)
    assert not [button for button in at.button if button.key == "retrain"]


def test_a_planted_shift_is_named_and_outcomes_are_asked_for(at_work, look):
    at_work(0)
    at_work(1)
    at_work(2, newest=12)
    at = look()
    said = words(at).replace("\\", "")
    assert "Customers have changed in “months”" in said
    assert "**act** · “months” has moved" in said
    assert "New in the batch of" in said
    assert "Not before outcomes are known." in said
    at.button(key="retrain")


def test_two_batches_of_one_day_are_both_judged_and_the_alerts_are_one(at_work, look):
    at_work(0, newest=12)
    remember(
        at_work.registry, at_work.version, at_work.model, table_of(batch(1)), name="a calm one", day=START,
        key="customerID",
    )  # fmt: skip
    at = look()
    said = words(at).replace("\\", "")
    assert "Customers have changed in “months”" in said
    assert "like those of the training" not in said
    assert not at.success
    assert "Customers of “week 0” differ from those of the training" in said
    assert "Column by column" in [one.label for one in at.expander]


def test_a_wrong_batch_is_set_aside_with_a_reason_and_counted_again(at_work, look):
    at_work(0)
    at_work(1, newest=12)
    at = look()
    assert "Customers have changed in “months”" in words(at).replace("\\", "")
    assert at.selectbox(key=acts.draft("aside_batch_0", at_work.version)).value == "week 1"
    at.button(key="aside_now").click().run()
    assert "There is no reason given" in words(at)
    at.text_area(key=acts.draft("aside_why_0", at_work.version)).set_value("*Another* shop's file.").run()
    at.button(key="aside_now").click().run()
    assert_sound(at)
    said = words(at)
    assert "“week 1” counts no more." in [one.value.replace("\\", "") for one in at.success]
    assert "like those of the training" in said
    assert "Not counted: “week 1”, set aside by local user" in said
    assert "\\*Another\\* shop" in said
    manager = look(reader="manager")
    assert "Not counted: “week 1”" in words(manager)
    assert not [button for button in manager.button if button.key == "aside_now"]

    at.selectbox(key=acts.draft("aside_batch_1", at_work.version)).select("week 1").run()
    at.text_area(key=acts.draft("aside_why_1", at_work.version)).set_value("It was ours.").run()
    at.button(key="aside_now").click().run()
    assert "“week 1” counts again." in [one.value.replace("\\", "") for one in at.success]
    assert "Customers have changed in “months”" in words(at).replace("\\", "")


def test_when_all_batches_are_set_aside_one_can_still_be_counted_again(at_work, look):
    at_work(0)
    set_aside(at_work.registry, at_work.version, "week 0", why="twice")
    at = look()
    assert "No customers that it scored are remembered yet." in words(at)
    assert "Not counted: “week 0”" in words(at)
    at.text_area(key=acts.draft("aside_why_1", at_work.version)).set_value("It was ours.").run()
    at.button(key="aside_now").click().run()
    assert "“week 0” counts again." in [one.value.replace("\\", "") for one in at.success]


def test_a_manager_sees_answer_alerts_and_advice_only(at_work, look):
    at_work(0)
    at_work(1, newest=12)
    at = look(reader="manager")
    assert "Customers have changed" in words(at)
    assert not [one for one in at.segmented_control if "choose_weeks_" in one.key]
    assert "Retrain?" in [title.value for title in at.subheader]


def test_one_column_is_shown_then_and_now(at_work, look):
    at_work(0)
    at_work(1, newest=12)
    at = look("column")
    box = next(one for one in at.selectbox if "choose_moved_" in one.key)
    box.select("months").run()
    assert_sound(at)
    assert at.metric[0].label == "Stability index (PSI)"
    assert at.metric[0].delta == "act"
    assert "beyond chance, and large enough to matter" in words(at)
    next(one for one in at.selectbox if "choose_batch_" in one.key).select("week 0").run()
    assert_sound(at)
    assert at.metric[0].delta == "steady"


def words_of(elements):
    return "\n".join(one.value for one in elements).replace("\\", "")


def box(at, start):
    """The only field of choice whose key starts so."""
    (found,) = [one for one in at.selectbox if one.key.startswith(start)]
    return found


def bring(at, frame, *, name="outcomes.csv"):
    at.file_uploader[0].upload(name, frame.to_csv(index=False).encode(), "text/csv").run()
    assert_sound(at)
    return at


def test_columns_are_guessed_anew_for_each_file_and_never_the_identifier_twice(at_work, look):
    at_work(0)
    at = bring(look("outcomes"), batch(0)[["customerID", "months", "spend"]])
    assert box(at, "outcome_column_").value != "customerID"
    assert at.button(key="join_outcomes").disabled
    bring(at, batch(0)[["spend", "customerID", "Churn"]], name="right.csv")
    assert (box(at, "outcome_key_").value, box(at, "outcome_column_").value) == ("customerID", "Churn")
    assert (box(at, "outcome_when_").value, box(at, "outcome_batch_").value) == ("", "")
    at.button(key="join_outcomes").click().run()
    assert "300 of 300 customers" in words_of(at.success)


def test_labels_of_others_are_asked_about(at_work, look):
    at_work(0)
    answered = batch(0)[["customerID", "Churn"]]
    answered["fate"] = answered.pop("Churn").map({"Yes": "left", "No": "stayed"})
    at = bring(look("outcomes"), answered)
    assert box(at, "outcome_column_").value == "fate"
    assert "holds “stayed”, “left”; the answers that the model learned are “No”, “Yes”" in words(at)
    assert at.button(key="join_outcomes").disabled
    box(at, "outcome_means_").select("left").run()
    at.button(key="join_outcomes").click().run()
    assert_sound(at)
    (judged,) = RegistryStore(at_work.registry).outcomes("churn 1")
    assert judged.joined.matched == 300
    assert judged.figures["base_rate"].value == pytest.approx((batch(0)["Churn"] == "Yes").mean())


def test_fields_show_names_as_they_are(at_work, look):
    at_work(0)
    at = look("column")
    names = [option for one in at.selectbox if "choose_batch_" in one.key for option in one.options]
    assert names == [f"week 0 · {day_in_words(START)}"]


def join(at, frame, *, name="outcomes.csv"):
    at.file_uploader[0].upload(name, frame.to_csv(index=False).encode(), "text/csv").run()
    assert_sound(at)
    at.button(key="join_outcomes").click().run()
    assert_sound(at)
    return at


def test_outcomes_join_and_figures_appear(at_work, look):
    at_work(0)
    at_work(1, newest=12)
    at = look("outcomes")
    outcomes = pd.concat([batch(0).head(250), batch(1, newest=12)])[["Churn", "customerID"]]
    join(at, outcomes.sample(frac=1, random_state=0))
    said = words(at).replace("\\", "")
    assert "550 outcomes were joined, to 2 batches." in [one.value for one in at.success]
    assert "250 of 300 customers of the batch have an outcome" in said
    assert "Ranking (ROC AUC)" in [metric.label for metric in at.metric]
    assert "by gender" in said
    store = RegistryStore(at_work.registry)
    judged = store.outcomes("churn 1")
    assert [one.joined.matched for one in judged] == [250, 300]
    truth = (batch(1, newest=12)["Churn"] == "Yes").mean()
    assert judged[1].figures["base_rate"].value == pytest.approx(truth)


def test_what_does_not_match_is_said_and_what_was_chosen_stays(at_work, look):
    at_work(0)
    at = look("outcomes")
    join(at, batch(9)[["customerID", "Churn"]])
    assert "No outcome belongs to a customer of the batch" in at.error[0].value.replace("\\", "")
    assert box(at, "outcome_key_").value == "customerID"
    assert RegistryStore(at_work.registry).outcomes() == ()


def test_few_outcomes_are_said_to_be_few(at_work, look):
    at_work(0)
    at = join(look("outcomes"), batch(0).head(12)[["customerID", "Churn"]])
    assert "Figures need at least 30 outcomes." in at.info[0].value
    assert "12 of 300" in at.info[0].value.replace("\\", "")


def test_batches_without_codes_cannot_be_joined_and_it_says_why(at_work, look):
    at_work(0, key=None)
    at = look("outcomes")
    assert "only counts were kept" in words(at)
    assert not at.file_uploader


@pytest.mark.parametrize(
    ("newest", "said"), [(72, "like those of the training"), (12, "changed in the scores, “months”")]
)
def test_a_file_is_compared_and_not_kept(at_work, look, newest, said):
    at_work(0)
    at = look("compare")
    frame = batch(5, newest=newest).drop(columns="Churn")
    at.file_uploader[0].upload("april.csv", frame.to_csv(index=False).encode(), "text/csv").run()
    assert_sound(at)
    assert said in words(at).replace("\\", "")
    assert len(RegistryStore(at_work.registry).batches()) == 1


@pytest.mark.parametrize("content", [b"a,b\n1,2\n3,4\n", b"", b"\x00\x01\x02"])
def test_a_file_that_does_not_fit_ends_in_a_sentence(at_work, look, content):
    at_work(0)
    at = look("compare")
    at.file_uploader[0].upload("odd.csv", content, "text/csv").run()
    assert not at.exception
    assert at.error
    assert "1 batch in 1 week." in words(at).replace("\\", "")  # the answer stays


def test_three_customers_are_too_few(at_work, look):
    at_work(0, rows=3)
    at = look()
    assert "too few customers (3)" in words(at).replace("\\", "")
    assert "too few customers to tell" in at.success[0].value


def test_an_older_model_is_told_kindly(run, at_work, look):
    old = replace(run, models={"logistic_regression": replace(run.model("logistic_regression"), profile=None)})
    version = register(old, "logistic_regression", at_work.registry, name="churn", note="old")
    at = look(watched=str(version.number))
    assert "saved before models remembered" in at.info[0].value


def test_each_version_has_weeks_of_its_own(run, at_work, look):
    at_work(0)
    register(run, "logistic_regression", at_work.registry, name="churn", note="again")
    at = look()
    assert "1 batch in 1 week." in words(at).replace("\\", "")
    box = next(one for one in at.selectbox if "choose_watched_" in one.key)
    assert box.options[0] == "Version 1, at work"
    box.select("2").run()
    assert_sound(at)
    assert "No customers that it scored are remembered yet." in words(at)


def scoring(seed):
    """As the scoring tab will draw it."""
    from crm_ai.app import remembering
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import LOCAL_USER, find_version, open_registry, open_version
    from crm_ai.table import read_table
    from tests.app.driving import customers

    registry = open_registry()
    version = find_version(registry, "churn", 1)
    desk = Desk(registry=registry, person=LOCAL_USER, run=None, names=("churn",), name="churn")
    table = read_table(customers(200, seed=seed), name="new customers.csv")
    remembering.panel(desk, version, open_version(registry, version), table)


def test_a_batch_is_remembered_under_a_new_name(at_work):
    at = AppTest.from_function(scoring, args=(7,), default_timeout=60).run()
    assert_sound(at)
    assert at.text_input[0].value == f"new customers {date.today().isoformat()}"
    assert box(at, "remember_key_").value == "customerID"  # the only identifier: outcomes can join unless refused
    assert "Kept of each customer: a code" in words(at)
    assert not {"no: keep counts only", "yes, by customerID"} ^ set(box(at, "remember_key_").options)
    assert at.multiselect[0].value == ["gender"]
    at.button(key="remember_now").click().run()
    assert_sound(at)
    assert "is remembered: 200 customers" in at.success[0].value
    at.button(key="remembered_see").click().run()
    assert at.session_state["deploy_tab"] == TAB
    store = RegistryStore(at_work.registry)
    assert [one.customers for one in store.batches("churn 1")] == [200]
    assert len(store.joinable("churn 1")) == 1
    again = AppTest.from_function(scoring, args=(8,), default_timeout=60).run()
    assert again.text_input[0].value == f"new customers {date.today().isoformat()} (2)"


def test_counts_only_is_still_a_choice(at_work):
    at = AppTest.from_function(scoring, args=(7,), default_timeout=60).run()
    box(at, "remember_key_").select("").run()
    assert not at.multiselect  # who is compared is asked for with outcomes only
    at.button(key="remember_now").click().run()
    assert not RegistryStore(at_work.registry).joinable("churn 1")


def test_customers_who_were_remembered_before_are_recognised(at_work):
    for turn in range(2):
        at = AppTest.from_function(scoring, args=(7,), default_timeout=60).run()
        if turn:
            said = f"remembered as “new customers {date.today().isoformat()}”, scored on {day_in_words(date.today())}"
            assert said in at.warning[0].value.replace("\\", "")
            assert at.button(key="remember_now").disabled
            at.checkbox[0].check().run()
        at.button(key="remember_now").click().run()
        assert_sound(at)
    assert len(RegistryStore(at_work.registry).batches("churn 1")) == 2
    other = AppTest.from_function(scoring, args=(8,), default_timeout=60).run()
    assert not other.warning


def test_a_name_that_is_taken_is_refused_in_place(at_work):
    at_work(0)
    at = AppTest.from_function(scoring, args=(7,), default_timeout=60).run()
    at.text_input[0].input("week 0").run()
    at.button(key="remember_now").click().run()
    assert_sound(at)
    assert "already" in at.error[0].value
    assert at.text_input[0].value == "week 0"
    assert len(RegistryStore(at_work.registry).batches()) == 1


HOSTILE = "<b>months</b> [x](y) $a$ :smile: 客户在网的月数以及其他一切"


@pytest.mark.parametrize("target", ["Churn", "spend", "plan"])
def test_every_kind_of_question_and_hostile_names(visit, look, workspace, monkeypatch, target):
    for name in ("CRM_AI_REGISTRY_URL", "CRM_AI_REGISTRY_ARTIFACTS", "CRM_AI_FOUR_EYES"):
        monkeypatch.delenv(name, raising=False)
    workspace.mkdir(exist_ok=True)
    frame = pd.read_csv(io.BytesIO(customers(1500))).rename(columns={"months": HOSTILE})
    table = table_of(frame)
    run = train(table, propose_problem(table, target=target, segments=("gender",)).problem, ["decision_tree"])
    registry = open_registry()
    version = register(run, "decision_tree", registry, name="a `b` $c$", note="try")
    moved = batch(1, newest=12).rename(columns={"months": HOSTILE})
    model = open_version(registry, version)
    remember(
        registry, version, model, table_of(moved), name="*w* <i>1</i> $x$", day=START, key="customerID",
        segments=["gender"],
    )  # fmt: skip
    at = look()
    assert "<b>" not in words(at)
    assert "**act**" in words(at)
    at = look("column")
    next(one for one in at.selectbox if "choose_moved_" in one.key).select(HOSTILE).run()
    assert_sound(at)
    at = join(look("outcomes"), moved)
    assert "300 of 300 customers" in at.success[0].value
    assert len(at.metric) >= 3
    at = look("compare")
    at.file_uploader[0].upload("april.csv", moved.to_csv(index=False).encode(), "text/csv").run()
    assert_sound(at)
    assert "300 customers: changed in" in words(at)


def test_a_viewer_looks_and_cannot_add(at_work, look, monkeypatch):
    from crm_ai.app import signing_in
    from crm_ai.deployment.registry import Person, Role

    at_work(0)
    monkeypatch.setattr(signing_in, "person", lambda: Person("ann", Role.VIEWER))
    at = look("outcomes")
    at.file_uploader[0].upload("o.csv", batch(0).to_csv(index=False).encode(), "text/csv").run()
    assert at.button(key="join_outcomes").disabled


def test_whoever_is_a_viewer_by_now_does_not_remember(at_work, monkeypatch):
    from crm_ai.app import signing_in
    from crm_ai.deployment.registry import Person, Role

    at = AppTest.from_function(scoring, args=(7,), default_timeout=60).run()
    monkeypatch.setattr(signing_in, "person", lambda: Person("ann", Role.VIEWER))
    at.button(key="remember_now").click().run()
    assert "A viewer may look" in at.error[0].value
    assert not RegistryStore(at_work.registry).batches()


def joining():
    """As the tab draws it for somebody who could decide everything when the page was made."""
    from crm_ai.app import arriving, watched
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import LOCAL_USER, find_version, open_registry

    registry = open_registry()
    desk = Desk(registry=registry, person=LOCAL_USER, run=None, names=("churn",), name="churn")
    arriving.panel(desk, watched.look(registry, find_version(registry, "churn", 1)))


def test_whoever_is_a_viewer_by_now_does_not_join(at_work, monkeypatch):
    from crm_ai.app import signing_in
    from crm_ai.deployment.registry import Person, Role

    at_work(0)
    at = AppTest.from_function(joining, default_timeout=60).run()
    at.file_uploader[0].upload("o.csv", batch(0).to_csv(index=False).encode(), "text/csv").run()
    monkeypatch.setattr(signing_in, "person", lambda: Person("ann", Role.VIEWER))
    at.button(key="join_outcomes").click().run()
    assert "A viewer may look" in at.error[0].value
    assert not RegistryStore(at_work.registry).outcomes()


def test_without_a_registered_model_it_leads_to_the_first_tab(visit, workspace):
    at = go(upload(visit(), customers()), "deploy")
    at.button(key="invite_now").click().run()
    at.session_state["deploy_tab"] = TAB
    at.run()
    assert_sound(at)
    assert "Register a model and put it to work first" in words(at)
