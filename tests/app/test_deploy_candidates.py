"""Deploy: versions are registered, decided, put to work, brought back; and the log tells."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from crm_ai.app import deployed, glossary, moments, signing_in
from crm_ai.app.entries import in_words
from crm_ai.app.plain import WORD_JOINER
from crm_ai.deployment.registry import (
    Answer,
    Entry,
    Item,
    Person,
    Published,
    Role,
    approve,
    current_version,
    find_version,
    list_versions,
    promote,
    read_log,
    register,
    withdraw,
)
from crm_ai.modeling import propose_problem, train
from crm_ai.table import read_table
from crm_ai.words import percent
from tests.app.driving import ROOT, assert_sound, customers, go, unequal_customers, upload, words

TICKED = {item: Answer(True) for item in Item}
TAB = "deploy_tab"
LOG = "What was decided?"


@pytest.fixture
def trained(visit, churn_csv):
    at = go(upload(visit(), churn_csv), "train")
    at.button(key="train").click().run()
    return go(at, "deploy")


def along(at):
    return next(one for one in at.checkbox if one.key.startswith("register_references_"))


def register_now(at, why="data of March"):
    next(one for one in at.text_area if one.key.startswith("register_why_")).set_value(why)
    return at.button(key="register_now").click().run()


def group(at, start):
    return next(one for one in at.button_group if one.key and one.key.startswith(start))


def answer_all(at, *, but=None, word=""):
    for item in Item:
        name = item.name.lower()
        group(at, f"answer_{name}_").set_value("no" if item is but else "yes").run()
        if item is but and word:
            next(one for one in at.text_input if one.key.startswith(f"word_{name}_")).set_value(word).run()
    return at


def decide(at, why="looked at it with sales"):
    next(one for one in at.text_area if one.key.startswith("decide_why_")).set_value(why)
    return at.button(key="decide").click().run()


def reason(at, chosen):
    return next(one for one in at.text_area if one.key.startswith(f"{chosen}_why_"))


def act(at, chosen, why="better than what we had"):
    group(at, "act_").set_value(chosen).run()
    reason(at, chosen).set_value(why)
    return at.button(key=f"{chosen}_now").click().run()


def told(at):
    """The error, as it is read."""
    return at.error[0].value.replace("\\", "").replace(WORD_JOINER, "")


def assert_sound_but_refused(at):
    assert not at.exception
    assert len(at.error) == 1


def heading(at):
    return next(head.value for head in at.subheader if head.value.startswith("Version"))


def show_log(at):
    at.session_state[TAB] = LOG
    return at.run()


def registered(name="churn", *, csv=None, by=None, model="logistic_regression", **asked):
    """A version in the workspace's registry, without a page."""
    table = read_table(csv or customers(), name="customers.csv")
    run = train(table, propose_problem(table, **asked).problem, [model])
    registry = deployed.registry()
    kept = {"by": by} if by else {}
    return registry, register(run, model, registry, name=name, note="data of March", **kept)


def test_a_model_goes_to_work_and_is_brought_back(trained):
    assert_sound(trained)
    assert "Nothing is registered yet" in words(trained)
    assert "Is every column known at the time when customers will be scored?" in words(trained)
    at = register_now(trained)
    assert_sound(at)
    assert at.success[0].value == "Version 1 of “Churn” is registered, and waits to be decided."
    assert at.query_params["registered"] == "Churn"
    answer_all(at)
    decide(at)
    assert "is approved" in at.success[0].value
    act(at, "crown")
    assert "is at work now" in at.success[0].value
    assert "Version 1 of “Churn” has been at work since" in words(at)

    at.segmented_control(key="choose_model_deploy").set_value("decision_tree").run()
    register_now(at, "a tree is easier to tell")
    assert "version 2 waits to be decided" in words(at)
    assert "v1" in words(at)
    assert decide(answer_all(at)).success
    act(at, "try", "to be tried")
    assert "on trial now" in at.success[0].value
    act(at, "crown", "as good, and easier")
    assert "Version 2 of “Churn” has been at work since" in words(at)
    group(at, "act_").set_value("back").run()
    assert "Version 1 comes back, which was at work from" in words(at)
    act(at, "back", "complaints")
    assert at.success[0].value == "Version 1 of “Churn” is back at work."
    assert at.query_params["version"] == "1"
    assert current_version(deployed.registry(), "Churn") == 1
    assert_sound(at)

    show_log(at)
    assert_sound(at)
    assert at.success[0].value == "The log is unbroken: 8 entries."
    said = words(at)
    assert said.index("was brought back, in the place of version 2") < said.index("Version 1 of “Churn” was registered")
    for why in ("data of March", "looked at it with sales", "complaints", "to be tried"):
        assert why in said


def test_what_is_refused_needs_a_word(trained):
    at = register_now(trained)
    answer_all(at, but=Item.FAIRNESS)
    assert at.button(key="decide").label == "Refuse version 1"
    decide(at)
    assert "Refused without a word: fairness (“Is it acceptable for every group" in told(at)
    assert list_versions(deployed.registry())[0].state == "registered"
    next(one for one in at.text_input if one.key.startswith("word_fairness_")).set_value("seniors").run()
    decide(at)
    assert "is refused" in at.success[0].value
    assert (
        "Not good enough: “Is it acceptable for every group, or is there a good reason for the gaps?” (seniors)"
        in words(at)
    )
    assert list_versions(deployed.registry())[0].state == "refused"


def test_a_refusal_made_meanwhile_is_not_overruled(visit):
    registry, version = registered()
    at = answer_all(go(visit(), "deploy"))
    approve(registry, version, why="leak", checklist=TICKED | {Item.LEAKAGE: Answer(False, "tenure")})
    decide(at)
    assert "Somebody has decided about churn v1 meanwhile: it is refused now" in told(at)
    assert [entry.act for entry in read_log(registry)] == ["register", "refuse"]


def test_no_other_version_goes_to_work_than_the_button_said(visit):
    registry, version = registered()
    for _turn in range(3):
        promote(registry, approve(registry, version, why="w", checklist=TICKED), why="w")
        _registry, version = registered()
    approve(registry, version, why="w", checklist=TICKED)

    at = go(visit(version="3", registered="churn"), "deploy")
    group(at, "act_").set_value("back").run()
    assert at.button(key="back_now").label == "Bring version 2 back"
    reason(at, "back").set_value("bad week")
    withdraw(registry, find_version(registry, "churn", 2), why="rotten")
    at.button(key="back_now").click().run()
    assert "Version 1 would come back now, and not version 2." in told(at)
    assert "Version 2 of “churn” was withdrawn, by local user, " in told(at)
    assert reason(at, "back").value == "bad week"
    assert current_version(registry, "churn") == 3

    at = go(visit(version="4", registered="churn"), "deploy")
    group(at, "act_").set_value("crown").run()
    assert "It takes the place of version 3" in words(at)
    reason(at, "crown").set_value("better")
    promote(registry, find_version(registry, "churn", 1), why="w")
    at.button(key="crown_now").click().run()
    assert "Meanwhile version 1 has become champion." in told(at)
    assert current_version(registry, "churn") == 1


def test_what_was_typed_is_kept_while_the_reader_looks_elsewhere(trained):
    at = register_now(trained)
    for item in list(Item)[:3]:
        group(at, f"answer_{item.name.lower()}_").set_value("yes" if item is not Item.REASONS else "no").run()
    next(one for one in at.text_input if one.key.startswith("word_reasons_")).set_value("odd").run()
    reason(at, "decide").set_value("looked at it with sales").run()
    reason(at, "register").set_value("data of April").run()
    at = go(go(show_log(at), "metrics"), "deploy")
    at.session_state[TAB] = "May it go to work?"
    at.run()
    assert_sound(at)
    answers = [group(at, f"answer_{item.name.lower()}_").value for item in Item]
    assert answers == ["yes", "no", "yes", None, None]
    assert next(one for one in at.text_input if one.key.startswith("word_reasons_")).value == "odd"
    assert reason(at, "decide").value == "looked at it with sales"
    assert reason(at, "register").value == "data of April"
    for item in list(Item)[3:]:
        group(at, f"answer_{item.name.lower()}_").set_value("yes").run()
    at.button(key="decide").click().run()
    assert "is refused" in at.success[0].value
    assert [group(at, f"answer_{item.name.lower()}_").value for item in Item] == [None] * len(Item)
    assert reason(at, "decide").value == ""
    assert reason(at, "register").value == "data of April"
    at.button(key="register_now").click().run()
    assert reason(at, "register").value == ""


def test_the_name_typed_for_a_model_and_what_it_takes_along_are_kept(trained):
    named = next(one for one in trained.text_input if one.key.startswith("register_name_"))
    named.set_value("Leavers of May").run()
    trained.segmented_control(key="choose_model_deploy").set_value("decision_tree").run()
    along(trained).uncheck().run()
    at = go(go(trained, "metrics"), "deploy")
    assert not along(at).value
    assert next(one for one in at.text_input if one.key.startswith("register_name_")).value == "Leavers of May"


def test_each_version_keeps_its_own_words(visit):
    registered()
    registered()
    at = go(visit(), "deploy")
    reason(at, "decide").set_value("of the second").run()
    at.selectbox(key="choose_version_deploy").set_value("1").run()
    assert reason(at, "decide").value == ""
    at.selectbox(key="choose_version_deploy").set_value("2").run()
    assert reason(at, "decide").value == "of the second"


def test_a_second_tab_reads_what_the_first_has_done(visit):
    registered()
    one, other = go(visit(), "deploy"), go(visit(), "deploy")
    answer_all(other)
    assert decide(answer_all(one), why="well").success
    decide(other, why="my own reasons")
    assert_sound_but_refused(other)
    assert "Version 1 of “churn” was approved, by local user, " in told(other)
    assert "my own reasons" in words(other)
    assert heading(other).startswith("Version 1: approved, not at work")
    assert [entry.act for entry in read_log(deployed.registry())] == ["register", "approve"]

    other.run()
    reason(other, "crown").set_value("mine")
    act(one, "crown")
    other.button(key="crown_now").click().run()
    assert "Version 1 of “churn” was put to work, by local user, " in told(other)
    assert "mine" in words(other)
    assert heading(other).startswith("Version 1: at work (champion)")
    assert [entry.act for entry in read_log(deployed.registry())] == ["register", "approve", "promote"]


def test_what_others_have_approved_is_not_withdrawn_unseen(visit):
    registry, version = registered()
    at = go(visit(), "deploy")
    group(at, "act_").set_value("out").run()
    reason(at, "out").set_value("nobody wants it")
    approve(registry, version, why="we want it", checklist=TICKED)
    at.button(key="out_now").click().run()
    assert_sound_but_refused(at)
    assert "was approved, by local user, " in told(at)
    assert "nobody wants it" in words(at)
    assert list_versions(registry)[0].state == "approved"


def test_nothing_is_done_without_a_reason(trained):
    at = register_now(trained, why="  ")
    assert "There is no reason given." in told(at)
    assert list_versions(deployed.registry()) == ()
    register_now(at)
    decide(answer_all(at), why="")
    assert "There is no reason given." in told(at)


def test_open_questions_are_told(trained):
    at = decide(register_now(trained))
    assert "The checklist is not complete" in told(at)


def test_a_viewer_may_look(visit, monkeypatch):
    registered()
    monkeypatch.setattr(signing_in, "person", lambda: Person("Vera", Role.VIEWER))
    at = go(visit(), "deploy")
    assert_sound(at)
    assert at.button(key="decide").disabled
    assert "A viewer may not do this: approve." in words(at)
    group(at, "act_").set_value("out").run()
    assert at.button(key="out_now").disabled


def test_an_analyst_may_register_and_no_more(trained, monkeypatch):
    monkeypatch.setattr(signing_in, "person", lambda: Person("Ann", Role.VIEWER))
    at = trained.run()
    assert at.button(key="register_now").disabled
    monkeypatch.setattr(signing_in, "person", lambda: Person("Ann", Role.ANALYST))
    at = register_now(at.run())
    assert "registered by Ann on" in words(at)
    assert at.button(key="decide").disabled
    assert "An analyst may not do this: approve." in words(at)


def test_who_has_registered_may_not_approve_where_four_eyes_are_wanted(visit, monkeypatch):
    monkeypatch.setenv("CRM_AI_FOUR_EYES", "1")
    ann = Person("Ann", Role.APPROVER)
    registered(by=ann)
    monkeypatch.setattr(signing_in, "person", lambda: ann)
    at = go(visit(), "deploy")
    assert at.button(key="decide").disabled
    assert "somebody else must approve it" in words(at)
    answer_all(at, but=Item.LEAKAGE, word="a column comes too late")
    decide(at)
    assert "is refused" in at.success[0].value


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "**bold** [x](http://y.z) $a$", "流失预测" * 25])
def test_strange_names_are_read_as_they_were_written(visit, name):
    registry, version = registered(name, csv=unequal_customers(), target="Churn", segments=("gender",))
    promote(registry, approve(registry, version, why="<b>well</b>", checklist=TICKED), why="=1+1")
    registered("another")
    at = go(visit(), "deploy")
    at.selectbox(key="choose_registered_deploy").set_value(name).run()
    assert_sound(at)
    said = words(at)
    assert "<script>" not in said
    assert "**bold**" not in said
    assert "<b>" not in said
    assert "1 of “" in said
    show_log(at)
    assert_sound(at)
    assert "<script>" not in words(at)


def test_two_models_keep_their_logs_apart(visit):
    registered("churn")
    registered("value")
    at = show_log(go(visit(), "deploy"))
    assert "of “value” was registered" not in words(at)
    group(at, "log_of").set_value(True).run()
    assert "of “value” was registered" in words(at)


def test_the_log_leaves_without_formulas(visit):
    from crm_ai.app import decided

    registry, version = registered("=churn")
    approve(registry, version, why="=HYPERLINK(1)", checklist=TICKED)
    written = decided.as_csv(read_log(registry)).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in written
    assert "'=churn" in written
    assert len(written.splitlines()) == 3


def test_a_log_that_was_changed_is_told(visit):
    from sqlalchemy import text

    registry, _version = registered()
    with registry.writing() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS registry_log_no_update"))
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE registry_log SET why = 'other'"))
    at = show_log(go(visit(), "deploy"))
    assert "The log was changed" in told(at)
    at.button(key="check").click().run()
    assert at.warning


def test_a_manager_sees_the_answer_and_the_decision(visit):
    registered()
    at = go(visit(reader="manager"), "deploy")
    assert_sound(at)
    assert not at.dataframe
    assert at.metric
    assert at.button(key="decide").label == "Approve version 1"
    assert words(at).count("ROC AUC") == 1


def test_the_first_line_says_what_speaks_for_and_against(visit):
    _registry, version = registered(csv=unequal_customers(), target="Churn", segments=("gender",))
    figure = glossary.term("roc_auc").show(version.metrics["roc_auc"].value)
    said = words(go(visit(), "deploy"))
    assert f"version 1 waits to be decided: Ranking (ROC AUC) {figure}; gaps by 1 of 1 segments; " in said
    registered(segments=())
    said = words(go(visit(), "deploy"))
    assert "2 versions wait to be decided, the newest is version 2: Ranking (ROC AUC) " in said
    assert "nobody has looked whether groups are treated alike; nothing found in the data" in said


def test_numbers_are_registered_without_a_threshold(visit):
    registered("value", target="spend", model="linear_regression")
    at = go(visit(), "deploy")
    assert_sound(at)
    assert "Threshold" not in words(at)
    assert "R²" in at.metric[0].label


def test_an_address_shows_a_version(visit):
    registered()
    registered()
    at = go(visit(registered="churn", version="1"), "deploy")
    assert heading(at).startswith("Version 1: waits to be decided")
    at = go(visit(registered="churn", version="77"), "deploy")
    assert_sound(at)
    assert heading(at).startswith("Version 2: waits to be decided")
    assert at.warning[0].value == "The link asks for version 77 of “churn”, which is not registered here."
    assert at.query_params.get("version") != "77"
    assert not at.run().warning


@pytest.mark.parametrize("others", [(), ("value",)])
def test_a_link_to_a_model_that_is_not_registered_is_told(visit, others):
    for name in ("churn", *others):
        registered(name)
    at = go(visit(registered="<b>Nope</b>", version="9"), "deploy")
    assert_sound(at)
    assert at.warning[0].value.startswith("The link asks for “")
    assert at.warning[0].value.endswith("”, which is not registered here.")
    assert "Nope" in at.warning[0].value
    assert "<b>" not in at.warning[0].value
    assert len(at.warning) == 1
    assert heading(at).startswith("Version 1: waits to be decided")
    assert at.query_params["registered"] in ("churn", *others)
    assert "9" not in at.query_params.get("version", "")
    assert not at.run().warning


def test_only_the_configured_server_is_published_to(visit, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://[x")
    monkeypatch.setattr("crm_ai.deployment.registry.mlflow_server.find_python", lambda *_args: "python")
    registry, version = registered()
    approve(registry, version, why="well", checklist=TICKED)
    at = go(visit(), "deploy")
    group(at, "act_").set_value("publish").run()
    assert_sound(at)
    assert "not the address" in at.info[0].value.replace("\\", "")
    assert at.button(key="publish_now").disabled
    assert "publish_to" not in [field.key for field in at.text_input]


@pytest.mark.parametrize("reader", ["analyst", "manager"])
def test_without_a_server_it_is_said_folded_how_to_publish(visit, monkeypatch, reader):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    registry, version = registered()
    approve(registry, version, why="well", checklist=TICKED)
    at = go(visit(reader=reader), "deploy")
    assert_sound(at)
    assert "publish" not in group(at, "act_").options
    assert ("Set MLFLOW_TRACKING_URI" in words(at).replace("\\", "").replace(WORD_JOINER, "")) == (reader == "analyst")


def test_publishing_is_no_managers_business(visit, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    registry, version = registered()
    approve(registry, version, why="well", checklist=TICKED)
    assert "Publish to MLflow" in str(group(go(visit(), "deploy"), "act_").options)
    assert "Publish to MLflow" not in str(group(go(visit(reader="manager"), "deploy"), "act_").options)


def test_a_version_is_withdrawn_for_good(visit):
    registered()
    at = act(go(visit(), "deploy"), "out", "a column came too late")
    assert "is withdrawn" in at.success[0].value
    assert_sound(at)
    assert not [one for one in at.button_group if one.key.startswith("act_")]


def test_what_is_at_work_is_stopped_and_the_trial_ended(visit):
    registry, version = registered()
    _registry, rival = registered()
    promote(registry, approve(registry, version, why="w", checklist=TICKED), why="w")
    promote(registry, approve(registry, rival, why="w", checklist=TICKED), why="w", alias="challenger")
    at = act(go(visit(version="2", registered="churn"), "deploy"), "stop", "tried long enough")
    assert at.success[0].value == "The trial of version 2 of “churn” is ended."
    at.selectbox(key="choose_version_deploy").set_value("1").run()
    act(at, "stop", "complaints")
    assert at.success[0].value == "Version 1 of “churn” is at work no more."
    assert current_version(registry, "churn") is None
    assert "No version of “churn” is at work; version" in words(at)
    assert "has been at work since" not in words(at)
    said = words(show_log(at))
    assert "Version 1 of “churn” was taken from work" in said
    assert "The trial of version 2 of “churn” was ended" in said
    assert_sound(at)


def test_what_is_chosen_from_is_called_the_same_after_each_act(visit):
    registry, version = registered()
    registered()
    at = go(visit(), "deploy")
    before = at.selectbox(key="choose_version_deploy").options
    promote(registry, approve(registry, version, why="well", checklist=TICKED), why="better")
    assert at.run().selectbox(key="choose_version_deploy").options == before


def test_a_name_that_meant_another_question_is_told(trained):
    registered("value", target="spend", model="linear_regression")
    at = trained.run()
    assert not at.warning
    next(one for one in at.selectbox if one.key.startswith("register_as_")).set_value("value").run()
    assert "Versions of this model have predicted" in at.warning[0].value


def test_a_later_champion_is_judged_anew_where_the_run_is_open(trained):
    register_now(trained, "first")
    trained.segmented_control(key="choose_model_deploy").set_value("decision_tree").run()
    at = register_now(trained, "second")
    assert "There is no champion to compare with yet" in words(at)
    registry = deployed.registry()
    first = find_version(registry, "Churn", 1)
    promote(registry, approve(registry, first, why="well", checklist=TICKED), why="better")
    at.run()
    assert "than the champion, v1" in words(at)
    elsewhere = go(AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run(), "deploy")
    assert "It was not compared with version 1, which was put to work later." in words(elsewhere)


@pytest.mark.parametrize(("target", "figure"), [("spend", "Explained differences"), ("plan", "accuracy")])
def test_numbers_and_several_answers_are_registered_from_the_page(visit, churn_csv, target, figure):
    at = go(upload(visit(), churn_csv), "train")
    at.selectbox[0].select(target).run()
    at.button(key="train").click().run()
    at = go(at, "deploy")
    assert "selected (threshold)" not in words(at)
    register_now(at)
    assert_sound(at)
    assert f"Version 1 of “{target}” is registered" in at.success[0].value
    assert figure in at.metric[0].label
    decide(answer_all(at))
    act(at, "crown")
    assert f"Version 1 of “{target}” has been at work since" in words(at)
    assert "Customers are selected" not in words(at)


def test_a_long_log_is_paged_and_filtered(visit):
    registry, version = registered()
    for place in range(25):
        wrong = TICKED | {Item.LEAKAGE: Answer(False, f"word {place}")}
        version = approve(registry, version, why=f"reason {place} of many", checklist=wrong)
    at = show_log(go(visit(), "deploy"))
    assert_sound(at)
    assert "reason 24 of many" in words(at)
    assert "time when customers will be scored?” (word 24)." in words(at)
    assert "reason 0 of many" not in words(at)
    at.pagination[0].set_value(2).run()
    assert "reason 0 of many" in words(at)
    at.selectbox(key="log_act").select("register").run()
    assert "reason" not in words(at)
    assert "data of March" in words(at)


def test_a_reason_of_another_act_passes_for_no_decision(visit):
    registry, version = registered()
    promote(
        registry,
        approve(registry, version, why="well", checklist=TICKED),
        why='go [metrics: ✗ "bad"; reasons: ✓; fairness: ✓; data quality: ✓; leakage: ✓]',
    )
    at = show_log(go(visit(), "deploy"))
    assert_sound(at)
    assert "Not good enough" not in words(at)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("begun https://h", "Publishing version 2 of “churn” was begun: https"),
        ("refused https://h", "Version 2 of “churn” was not published: https"),
        ("unknown https://h", "Whether version 2 of “churn” was published is not known: https"),
        ("https://h models:/churn/1", "Version 2 of “churn” was published: https"),
    ],
)
def test_publishing_is_told_step_by_step(after, said):
    unsaid = dict.fromkeys(("at", "by", "role", "why", "before", "former"), "")
    entry = Entry(number=1, act="publish", model="churn", version=2, after=after, **unsaid)
    assert in_words(entry).replace("\\", "").replace(WORD_JOINER, "").startswith(said)


def test_a_seal_that_was_noted_down_is_looked_for(visit):
    registry, _version = registered()
    at = show_log(go(visit(), "deploy"))
    at.text_input(key="log_noted").set_value(read_log(registry)[0].digest.upper()).run()
    assert "The log still holds this entry." in [one.value for one in at.success]
    at.text_input(key="log_noted").set_value("f" * 64).run()
    assert "does not hold the entry" in told(at)


def test_a_file_that_is_gone_is_told(visit, workspace):
    registry, version = registered()
    approve(registry, version, why="well", checklist=TICKED)
    for file in (workspace / "registry" / "artifacts").rglob("*"):
        if file.is_file():
            file.unlink()
    at = go(visit(), "deploy")
    assert_sound(at)
    assert "is not there any more" in at.warning[0].value
    assert at.download_button(key="download_version").disabled
    act(at, "crown")
    assert "not there any more" in told(at)
    assert current_version(registry, "churn") is None


def test_a_file_that_goes_while_it_scores_is_not_offered(visit, workspace):
    registry, version = registered()
    approve(registry, version, why="well", checklist=TICKED)
    at = go(visit(), "deploy")
    at.session_state[TAB] = "Score new customers"
    assert not at.run().download_button(key="download_model").disabled
    (workspace / "registry" / "artifacts" / version.artifact).unlink()
    assert at.run().download_button(key="download_model").disabled
    assert "is not there any more" in at.warning[0].value


def test_gaps_are_told_in_short_and_in_full(visit):
    registered(csv=unequal_customers(), target="Churn", segments=("gender",))
    at = go(visit(), "deploy")
    assert "There is a gap by gender." in words(at)
    assert "Gap found by gender" in words(at)
    registered("without", segments=())
    at = go(visit(registered="without"), "deploy")
    assert "No segments were chosen at training" in words(at)


def test_the_one_on_trial_stands_beside_the_champion(visit):
    registry, first = registered()
    promote(registry, approve(registry, first, why="well", checklist=TICKED), why="better")
    _registry, second = registered(model="decision_tree")
    promote(registry, approve(registry, second, why="well", checklist=TICKED), why="to try", alias="challenger")
    at = go(visit(registered="churn", version="1"), "deploy")
    assert_sound(at)
    assert "Version 2 is on trial beside it." in words(at)
    assert len(at.get("plotly_chart")) == 1
    promote(registry, second, why="better")
    assert "When version 2 was registered:" in words(at.run())


def at_two_thresholds(second="decision_tree"):
    """A champion at 0.50, and a candidate of the same run at 0.30."""
    table = read_table(customers(), name="customers.csv")
    run = train(table, propose_problem(table).problem, list({"logistic_regression": 0, second: 0}))
    registry = deployed.registry()
    first = register(run, "logistic_regression", registry, name="churn", note="n")
    promote(registry, approve(registry, first, why="w", checklist=TICKED), why="w")
    return first, register(run, second, registry, name="churn", note="n", threshold=0.3)


def test_the_champions_figures_stand_beneath_a_candidates(visit):
    first, second = at_two_thresholds()
    at = go(visit(version="2", registered="churn"), "deploy")
    assert_sound(at)
    assert heading(at) == "Version 2: waits to be decided; selects from a score of 0.30 on"
    assert len(at.metric) == 4
    for card, name in zip(at.metric, ("roc_auc", "precision", "recall", "selection_rate"), strict=True):
        assert card.delta.endswith(f"champion: {glossary.term(name).show(first.metrics[name].value)}")
    figures = [percent(one.metrics[name].value) for one in (second, first) for name in ("recall", "selection_rate")]
    assert (
        "From a score of 0.30 on, version 2 finds {} of the customers with the answer and selects {} of all; the "
        "champion, from 0.50 on, finds {} and selects {}."
    ).format(*figures) in words(at)
    at.selectbox(key="choose_version_deploy").set_value("1").run()
    assert "champion:" not in "".join(card.delta for card in at.metric)


def test_the_same_model_at_another_threshold_is_told_as_such(visit):
    at_two_thresholds("logistic_regression")
    at = go(visit(version="2", registered="churn"), "deploy")
    assert_sound(at)
    said = "It is the same model as the champion, version 1: only the threshold differs, 0.30 instead of 0.50."
    assert words(at).count(said) == 2
    assert "+0.000" not in words(at)
    assert "the champion, from 0.50 on, finds" in words(at)


def test_a_column_that_gives_the_answer_away_is_told_and_whether_it_is_looked_at(visit):
    at = visit()
    at.button(key="sample_telephone_customers").click().run()
    go(at, "train").button(key="train").click().run()
    at = register_now(go(at, "deploy"))
    assert_sound(at)
    said = words(at).replace("\\", "")
    assert "**retention_call_minutes** gives the answer away (4,000 rows); this version does not look at it" in said


def test_published_to_the_organisations_server(visit, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://ann:secret@mlflow.example.com/team")
    monkeypatch.setattr("crm_ai.deployment.registry.mlflow_server.find_python", lambda *_args: "python")
    asked = {}

    def publish(_registry, version, *, by, why):
        asked.update(number=version.number, by=by.name, why=why)
        return Published("churn", 4, "a1b2")

    monkeypatch.setattr("crm_ai.app.acting.publish", publish)
    registry, version = registered()
    approve(registry, version, why="well", checklist=TICKED)
    at = go(visit(), "deploy")
    group(at, "act_").set_value("publish").run()
    assert "mlflow" in words(at)
    assert "secret" not in words(at)
    act(at, "publish", "for the call centre")
    assert "is published as models" in at.success[0].value
    assert asked == {
        "number": 1,
        "by": "local user",
        "why": "for the call centre",
    }


def test_where_mlflow_is_missing_it_is_said_without_a_path(visit, monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    monkeypatch.setenv("CRM_AI_MLFLOW_PYTHON", str(tmp_path / "nowhere"))
    registry, version = registered()
    approve(registry, version, why="well", checklist=TICKED)
    at = go(visit(), "deploy")
    group(at, "act_").set_value("publish").run()
    assert "MLflow is not installed" in at.info[0].value
    assert "nowhere" not in words(at)
    assert at.button(key="publish_now").disabled


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Shanghai", "4 March 2026, 07:30"),
        ("Mars/Phobos", "3 March 2026, 23:30"),
        ("America", "3 March 2026, 23:30"),
        ("../../etc/passwd", "3 March 2026, 23:30"),
        (None, "3 March 2026, 23:30"),
    ],
)
def test_moments_are_told_by_the_readers_clock(monkeypatch, zone, said):
    monkeypatch.setattr(moments.st, "context", SimpleNamespace(timezone=zone))
    assert moments.moment("2026-03-03T23:30:00Z") == said
