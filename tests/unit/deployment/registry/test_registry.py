"""From a candidate to a champion and back, and what is refused on the way."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from crm_ai.cleaning import accept, certain_repairs
from crm_ai.deployment.registry import (
    LOCAL_USER,
    Act,
    Answer,
    Item,
    Person,
    Role,
    approve,
    champion,
    current_version,
    decisions,
    find_faults,
    find_version,
    list_versions,
    may,
    open_registry,
    open_version,
    promote,
    read_log,
    register,
    roll_back,
    verify_log,
    withdraw,
)
from crm_ai.deployment.registry.tables import aliases, versions
from crm_ai.errors import ModelFileError, RegistryError
from crm_ai.fairness import audit_fairness
from crm_ai.modeling import Segment, headline, propose_problem, train
from crm_ai.table import inspect, table_from_frame
from tests.unit.deployment.registry.conftest import TICKED, customers, trained

ANN, BOB, CAT = Person("ann", Role.ANALYST), Person("bob", Role.APPROVER), Person("cat", Role.VIEWER)


def approved(registry, run, model="logistic_regression"):
    version = register(run, model, registry, name="churn", note="try")
    return approve(registry, version, why="looked at it", checklist=TICKED)


def test_what_is_registered_is_what_was_measured(registry, run):
    version = register(run, "logistic_regression", registry, name="churn", by=ANN, note="first", threshold=0.4)
    assert (version.number, version.state, version.registered_by) == (1, "registered", "ann")
    assert version.threshold == 0.4
    assert version.metrics == headline(run, "logistic_regression", threshold=0.4)
    audit = audit_fairness(run, "logistic_regression", "gender", threshold=0.4)
    told = version.facts["fairness"]["gender"]
    assert told["verdict"] == audit.verdict
    assert told["by_group"]["selection_rate"]["f"] == audit.by_group["selection_rate"]["f"].as_dict()
    assert version.facts["data"]["digest"] == run.table.digest
    assert version.facts["signature"][0] == {"name": "months", "kind": "number"}
    assert {"crm_ai", "scikit-learn", "skops"} <= set(version.facts["packages"])
    assert "Model card" in version.card
    assert list(told["by_group"]["selection_rate"]) == list(audit.by_group["selection_rate"])
    assert list(version.metrics) == list(headline(run, "logistic_regression"))
    assert f"{audit.overall['selection_rate'].n}" in version.card


def test_the_model_comes_back_the_same(registry, run):
    version = register(run, "decision_tree", registry, name="churn", note="first")
    said = open_version(registry, version).predict(run.holdout_frame)
    assert np.array_equal(said, run.predictions["decision_tree"])


def test_the_input_example_is_nobody(registry, run):
    version = register(run, "logistic_regression", registry, name="churn", note="first")
    example = version.facts["example"]
    assert example["months"] == float(f"{run.train_frame['months'].median():.3g}")
    assert example["plan"] == run.train_frame["plan"].astype(str).value_counts().index[0]
    rare = customers()
    rare["plan"] = [f"plan {i // 4}" for i in range(len(rare))]
    alone = register(trained(rare), "logistic_regression", registry, name="rare", note="first")
    assert alone.facts["example"].get("plan") is None


def test_no_customer_is_in_the_database(tmp_path, registry):
    frame = customers()
    frame["note"] = [f"secret-{i}" for i in range(len(frame))]
    run = trained(frame)
    register(run, "logistic_regression", registry, name="churn", note="first")
    content = (tmp_path / "registry.db").read_bytes()
    assert b"secret-" not in content


def test_a_champion_is_registered_approved_and_promoted(registry, run):
    version = approved(registry, run)
    assert current_version(registry, "churn") is None
    with pytest.raises(RegistryError, match="has no champion"):
        champion(registry, "churn")
    promote(registry, version, why="good")
    found = champion(registry, "churn")
    assert (found.version.number, found.threshold, current_version(registry, "churn")) == (1, 0.5, 1)
    assert np.array_equal(found.model.predict(run.holdout_frame), run.predictions["logistic_regression"])


@pytest.mark.parametrize("alias", ["champion", "challenger"])
def test_only_approved_versions_are_promoted(registry, run, alias):
    version = register(run, "logistic_regression", registry, name="churn", note="try")
    with pytest.raises(RegistryError, match="is registered, not approved"):
        promote(registry, version, why="go", alias=alias)
    refused = approve(registry, version, why="no", checklist=TICKED | {Item.FAIRNESS: Answer(False, "seniors")})
    assert refused.state == "refused"
    with pytest.raises(RegistryError, match="is refused, not approved"):
        promote(registry, version, why="go", alias=alias)
    assert approve(registry, refused, why="mended", checklist=TICKED).state == "approved"
    assert [entry["granted"] for entry in decisions(registry, version)] == [False, True]
    assert decisions(registry, version)[0]["checklist"]["fairness"] == [False, "seniors"]


@pytest.mark.parametrize("item", Item)
def test_every_item_must_be_answered(registry, run, item):
    version = register(run, "logistic_regression", registry, name="churn", note="try")
    with pytest.raises(RegistryError, match=f"still open: {item.value}"):
        approve(registry, version, why="ok", checklist={key: answer for key, answer in TICKED.items() if key != item})
    with pytest.raises(RegistryError, match=f"Refused without a word: {item.value} .“"):
        approve(registry, version, why="ok", checklist=TICKED | {item: Answer(False, "  ")})
    assert find_version(registry, "churn", 1).state == "registered"
    assert len(read_log(registry)) == 1


def test_rolling_back_goes_through_earlier_champions(registry, run):
    for _turn in range(4):
        approved(registry, run)
    for number in (1, 2, 3, 4):
        promote(registry, find_version(registry, "churn", number), why="newer")
    withdraw(registry, find_version(registry, "churn", 3), why="wrong data")
    assert roll_back(registry, "churn", why="worse").number == 2
    assert current_version(registry, "churn") == 2
    assert roll_back(registry, "churn", why="still worse").number == 1
    with pytest.raises(RegistryError, match="no champion to go back to"):
        roll_back(registry, "churn", why="again")
    promote(registry, find_version(registry, "churn", 4), why="mended")
    assert roll_back(registry, "churn", why="no").number == 1
    assert find_faults(registry) == ()


def test_rolling_back_a_champion_that_came_twice(registry, run):
    for _turn in range(2):
        approved(registry, run)
    for number in (1, 2, 1):
        promote(registry, find_version(registry, "churn", number), why="go")
    assert roll_back(registry, "churn", why="no").number == 2
    assert roll_back(registry, "churn", why="no").number == 1


def test_a_challenger_becomes_champion(registry, run):
    one, two = approved(registry, run), approved(registry, run, "decision_tree")
    promote(registry, one, why="go")
    promote(registry, two, why="try", alias="challenger")
    assert current_version(registry, "churn", alias="challenger") == 2
    with pytest.raises(RegistryError, match="is challenger already"):
        promote(registry, two, why="try", alias="challenger")
    assert promote(registry, two, why="won").aliases == ("champion",)
    assert current_version(registry, "churn", alias="challenger") is None
    assert find_version(registry, "churn", 1).aliases == ()
    assert find_faults(registry) == ()


def test_withdrawing(registry, run):
    one, two = approved(registry, run), approved(registry, run)
    promote(registry, one, why="go")
    promote(registry, two, why="try", alias="challenger")
    with pytest.raises(RegistryError, match="is at work"):
        withdraw(registry, one, why="no")
    assert withdraw(registry, two, why="no").aliases == ()
    for act in (withdraw, promote):
        with pytest.raises(RegistryError, match="withdrawn"):
            act(registry, two, why="again")
    with pytest.raises(RegistryError, match="withdrawn"):
        approve(registry, two, why="again", checklist=TICKED)
    with pytest.raises(RegistryError, match="is champion"):
        approve(registry, one, why="no", checklist=TICKED | {Item.LEAKAGE: Answer(False, "late column")})
    assert find_faults(registry) == ()


def test_every_act_is_in_the_log(registry, run):
    one, two = approved(registry, run), approved(registry, run)
    promote(registry, one, why="go")
    promote(registry, two, why="better")
    roll_back(registry, "churn", why="was not")
    withdraw(registry, two, why="bad")
    told = [(e.act, e.version, e.before, e.after) for e in read_log(registry, "churn")][2:]
    assert told == [
        ("register", 2, "", two.digest),
        ("approve", 2, "registered", "approved"),
        ("promote", 1, "champion –", "champion v1"),
        ("promote", 2, "champion v1", "champion v2"),
        ("roll back", 1, "champion v2", "champion v1"),
        ("withdraw", 2, "approved", "withdrawn"),
    ]
    assert {entry.by for entry in read_log(registry)} == {"local user"}
    assert [entry.at for entry in read_log(registry)] == sorted(entry.at for entry in read_log(registry))
    assert verify_log(registry) == 8


@pytest.mark.parametrize("person", [ANN, CAT])
def test_roles(registry, run, person):
    version = approved(registry, run)
    before = len(read_log(registry))
    acts = [
        lambda: approve(registry, version, by=person, why="ok", checklist=TICKED),
        lambda: promote(registry, version, by=person, why="ok"),
        lambda: roll_back(registry, "churn", by=person, why="ok"),
        lambda: withdraw(registry, version, by=person, why="ok"),
    ]
    if person is CAT:
        acts.append(lambda: register(run, "decision_tree", registry, name="churn", by=person, note="ok"))
    for act in acts:
        with pytest.raises(RegistryError, match="may not do this"):
            act()
    assert len(read_log(registry)) == before


def test_four_eyes(registry, run):
    strict = replace(registry, four_eyes=True)
    version = register(run, "logistic_regression", strict, name="churn", by=BOB, note="mine")
    for same in ("bob", "BOB ", "ｂｏｂ"):
        with pytest.raises(RegistryError, match="two people"):
            approve(strict, version, by=Person(same, Role.APPROVER), why="ok", checklist=TICKED)
    refusal = TICKED | {Item.METRICS: Answer(False, "weak")}
    refused = approve(strict, version, by=BOB, why="changed my mind", checklist=refusal)
    assert refused.state == "refused"
    assert approve(strict, refused, by=LOCAL_USER, why="ok", checklist=TICKED).state == "approved"


def test_four_eyes_come_from_the_environment(tmp_path, monkeypatch):
    for said, demanded in (("1", True), ("0", False), ("", False)):
        monkeypatch.setenv("CRM_AI_FOUR_EYES", said)
        assert open_registry(tmp_path / "r.db", tmp_path / "files").four_eyes is demanded


def test_the_workspace_is_the_default(tmp_path, monkeypatch, run):
    for name in ("CRM_AI_REGISTRY_URL", "CRM_AI_REGISTRY_ARTIFACTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "a folder, 100% 中文?"))
    register(run, "decision_tree", open_registry(), name="churn", note="try")
    folder = tmp_path / "a folder, 100% 中文?" / "registry"
    assert (folder / "registry.db").is_file()
    assert len(list((folder / "artifacts").iterdir())) == 2
    assert len(list_versions(open_registry())) == 1


def test_files_may_lie_elsewhere(run, registry):
    from crm_ai.deployment.registry.artifacts import open_artifacts

    elsewhere = replace(registry, artifacts=open_artifacts("memory://registry-test"))
    version = register(run, "decision_tree", elsewhere, name="churn", note="try")
    assert np.array_equal(open_version(elsewhere, version).predict(run.holdout_frame), run.predictions["decision_tree"])
    assert find_faults(elsewhere) == ()
    with pytest.raises(RegistryError, match="no place"):
        open_artifacts("nowhere://bucket")


def test_versions_are_found_as_people_call_them(registry, run):
    one, two = approved(registry, run), approved(registry, run)
    promote(registry, one, why="go")
    for said in ("1", 1, "v1", "champion", one.digest[:8]):
        assert find_version(registry, "churn", said).number == 1
    assert find_version(registry, "churn", "newest").number == two.number
    for said in ("3", "challenger", "", one.digest[:3], "'; DROP TABLE registry_versions; --"):
        with pytest.raises(RegistryError, match="has no version"):
            find_version(registry, "churn", said)
    with pytest.raises(RegistryError, match="There is no"):
        find_version(registry, "chrun", "1")


@pytest.mark.parametrize("task", ["regression", "multiclass"])
def test_other_questions(registry, task):
    frame = customers()
    frame["Churn"] = (
        frame["months"] * 2 + frame["calls"]
        if task == "regression"
        else np.where(frame["months"] < 15, "soon", np.where(frame["months"] < 25, "later", "never"))
    )
    run = trained(frame, "decision_tree", task=task)
    version = approve(
        registry, register(run, "decision_tree", registry, name="x", note="n"), why="ok", checklist=TICKED
    )
    promote(registry, version, why="go")
    again = register(run, "decision_tree", registry, name="x", note="n")
    assert again.facts["comparison"]["difference"]["value"] == 0
    assert np.array_equal(champion(registry, "x").model.predict(run.holdout_frame), run.predictions["decision_tree"])
    json.dumps(version.facts, allow_nan=False)


def test_the_baseline_and_unknown_models_are_refused(registry, run):
    with pytest.raises(RegistryError, match="baseline"):
        register(run, "baseline", registry, name="churn", note="try")
    with pytest.raises(Exception, match="No model"):
        register(run, "random_forest", registry, name="churn", note="try")
    assert list_versions(registry) == ()


def test_faults_are_found(tmp_path, registry, run):
    one, two = approved(registry, run), approved(registry, run)
    promote(registry, one, why="go")
    assert find_faults(registry) == ()
    with registry.writing() as connection:
        connection.execute(versions.update().where(versions.c.number == 2).values(state="registered"))
        number_two = connection.execute(select(versions.c.id).where(versions.c.number == 2)).scalar_one()
        connection.execute(aliases.update().values(version_id=number_two))
        facts = connection.execute(select(versions.c.facts).where(versions.c.number == 1)).scalar_one()
        better = json.loads(facts)
        better["metrics"]["roc_auc"]["value"] = 0.99
        connection.execute(versions.update().where(versions.c.number == 1).values(facts=json.dumps(better)))
    (tmp_path / "files" / two.artifact).unlink()
    said = " ".join(find_faults(registry))
    for words in (
        "v1 is not what was registered",
        "v2 is registered, which the log",
        "otherwise",
        "not there any more",
    ):
        assert words in said


def test_a_tampered_file_is_refused_wherever_it_is_opened(tmp_path, registry, run):
    version = approved(registry, run)
    promote(registry, version, why="go")
    second = approved(registry, run)
    for one in (version, second):
        path = tmp_path / "files" / one.artifact
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content))
    for act in (
        lambda: champion(registry, "churn"),
        lambda: open_version(registry, version),
        lambda: promote(registry, second, why="go"),
    ):
        with pytest.raises(ModelFileError, match="was changed after it was registered"):
            act()
    assert current_version(registry, "churn") == 1
    candidate = register(run, "decision_tree", registry, name="churn", note="next")
    assert "was changed" in candidate.facts["comparison"]["why_not"]


def test_a_version_of_another_registry_is_not_acted_upon(tmp_path, registry, run):
    version = register(run, "logistic_regression", registry, name="churn", note="try")
    other = open_registry(tmp_path / "other.db", tmp_path / "other")
    register(run, "decision_tree", other, name="churn", note="try")
    with pytest.raises(RegistryError, match="There is no"):
        approve(other, version, why="ok", checklist=TICKED)


def test_a_reason_is_needed(registry, run):
    for note in ("", "  ", "x" * 2001):
        with pytest.raises(RegistryError, match="reason"):
            register(run, "decision_tree", registry, name="churn", note=note)
    assert list_versions(registry) == ()


def test_it_is_judged_for_those_it_was_made_fairer_for(registry, run):
    groups = ("gender", Segment(("gender", "months"), {"months": (20.0,)}))
    version = register(run, "decision_tree", registry, name="churn", note="try", segments=groups)
    assert list(version.facts["fairness"]) == ["gender", groups[1].name]
    assert groups[1].name in version.card
    registered = version.facts["fairness"][groups[1].name]["sizes"]
    assert registered == dict(audit_fairness(run, "decision_tree", groups[1]).sizes)


def test_what_repairs_have_mended_is_no_finding_any_more(registry):
    frame = customers()
    frame["plan"] = frame["plan"].where(np.arange(len(frame)) % 9 > 0, "Monthly ")
    table = table_from_frame(frame)
    findings = inspect(table, target="Churn")
    assert "inconsistent_labels" in [finding.check for finding in findings]
    kept = {}
    for name, repaired in (("as found", table), ("repaired", accept(table, certain_repairs(findings)))):
        run = train(repaired, propose_problem(repaired, target="Churn").problem, ["decision_tree"])
        version = register(run, "decision_tree", registry, name=name, note="try", findings=findings)
        kept[name] = [check for _severity, check, *_rest in version.facts["findings"]]
    assert "inconsistent_labels" in kept["as found"]
    assert [check for check in kept["as found"] if check != "inconsistent_labels"] == kept["repaired"]


def test_what_a_page_may_offer():
    offered = {person.name: {act for act in Act if may(person, act)} for person in (CAT, ANN, BOB, LOCAL_USER)}
    of_an_analyst = {Act.REGISTER, Act.SET_ASIDE, Act.COUNT_AGAIN}
    assert offered == {"cat": set(), "ann": of_an_analyst, "bob": set(Act), "local user": set(Act)}


def test_acts_are_all_covered():
    assert {act.value for act in Act} == {
        "register", "approve", "refuse", "promote", "roll back", "step down", "withdraw", "publish",
        "set aside", "count again",
    }  # fmt: skip


def test_missing_cells_and_dates_in_the_example(registry):
    frame = customers()
    frame["since"] = pd.date_range("2019-01-01", periods=len(frame), freq="2D").astype(str)
    frame.loc[::3, "calls"] = np.nan
    version = register(trained(frame), "decision_tree", registry, name="churn", note="try")
    json.dumps(version.facts, allow_nan=False)
    assert version.facts["example"].get("since") in (None, "2020-01-01")
