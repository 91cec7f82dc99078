import json
import time

import pytest

from crm_ai.command_line.parser import make_parser, run_command
from tests.unit.deployment.registry.conftest import customers

ALL = "metrics,reasons,fairness,data quality,leakage"


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    for name in ("CRM_AI_REGISTRY_URL", "CRM_AI_REGISTRY_ARTIFACTS", "CRM_AI_FOUR_EYES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "workspace"))


@pytest.fixture
def file(tmp_path):
    customers().to_csv(tmp_path / "customers.csv", index=False)
    customers(300, seed=5).to_csv(tmp_path / "april.csv", index=False)
    return tmp_path / "customers.csv"


def registered(file, *more):
    words = ["train", str(file), "--target", "Churn", "--models", "logistic_regression", "--register", "churn"]
    return run_command([*words, "--why", "data of March", *more])


def said(capsys, *words):
    assert run_command(list(words)) == 0
    return capsys.readouterr().out


def told(capsys, *words):
    return json.loads(said(capsys, *words, "--json"))


def test_the_whole_way(file, capsys):
    for _turn in range(2):
        assert registered(file, "--segments", "gender", "--by", "ann") == 0
    printed = capsys.readouterr().out
    assert "registered as churn v1: Churn = Yes" in printed
    assert "no champion to compare with" in printed
    for number in ("1", "2"):
        said(capsys, "approve", "churn", number, "--why", "ok", "--tick", ALL)
        said(capsys, "promote", "churn", number, "--why", "go")
    assert "v2  approved, champion" in said(capsys, "versions", "churn")
    assert "v1  approved, champion" in said(capsys, "rollback", "churn", "--why", "worse")
    assert "challenger" in said(capsys, "promote", "churn", "2", "--why", "try", "--as", "challenger")
    assert "withdrawn" in said(capsys, "withdraw", "churn", "challenger", "--why", "no")
    log = told(capsys, "log", "churn")
    assert [entry["act"] for entry in log[-3:]] == ["roll back", "promote", "withdraw"]
    assert log[0]["by"] == "ann"
    assert log[-1]["by"] == "local user"
    assert "9 entries, unchanged" in said(capsys, "log", "--verify", "--last", log[4]["digest"])
    assert "hold together" in said(capsys, "check-registry", "--sweep")
    assert told(capsys, "check-registry") == {"faults": [], "swept": []}


def test_everything_is_there_as_json(file, capsys):
    assert registered(file, "--threshold", "0.3", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    version = result["registered"]
    assert (version["name"], version["version"], version["state"]) == ("churn", 1, "registered")
    assert version["facts"]["metrics"] == result["models"]["logistic_regression"]["metrics"]
    assert version["facts"]["threshold"] == 0.3
    (listed,) = told(capsys, "versions")
    assert listed == version
    assert told(capsys, "approve", "churn", "newest", "--why", "ok", "--tick", ALL)["state"] == "approved"


def test_a_saved_model_is_registered_with_other_customers(file, tmp_path, capsys):
    model, record = str(tmp_path / "churn.crm"), str(tmp_path / "run.json")
    words = ["--target", "Churn", "--models", "logistic_regression", "--save", model, "--record", record]
    assert run_command(["train", str(file), *words]) == 0
    same = ["register", model, str(file), "--name", "churn", "--why", "x", "--record", record]
    assert run_command(same) == 1
    assert "was trained on customers of this table" in capsys.readouterr().err
    version = told(capsys, "register", model, str(tmp_path / "april.csv"), "--name", "churn", "--why", "agency")
    assert version["facts"]["data"]["judged_on"] == 300
    assert version["facts"]["data"]["trained_on"] == 0
    assert "judged on 300 customers" in said(capsys, "versions")


def test_what_is_at_work_or_on_trial_is_stopped(file, capsys):
    for number in ("1", "2"):
        assert registered(file) == 0
        said(capsys, "approve", "churn", number, "--why", "ok", "--tick", ALL)
    said(capsys, "promote", "churn", "1", "--why", "go")
    said(capsys, "promote", "churn", "2", "--why", "try", "--as", "challenger")
    assert "champion" not in said(capsys, "stand-down", "churn", "--why", "complaints")
    assert "challenger" in said(capsys, "versions", "churn")
    assert "v2  approved" in said(capsys, "stand-down", "churn", "--challenger", "--why", "long enough")
    assert "challenger" not in said(capsys, "versions", "churn")
    assert told(capsys, "check-registry")["faults"] == []
    assert "v1  approved, champion" in said(capsys, "rollback", "churn", "--why", "sorry")


def test_a_batch_is_set_aside_and_counted_again(file, tmp_path, capsys):
    assert registered(file) == 0
    name = ["churn", "newest", "april"]
    drift = ["drift", "--champion", "churn", "--version", "newest", str(tmp_path / "april.csv"), "--batch"]
    said(capsys, *drift, "april")
    assert "“april”" in said(capsys, "set-aside", *name, "--why", "the file of another shop")
    one = told(capsys, "log")[-1]
    assert (one["act"], one["after"], one["why"]) == ("set aside", "april", "the file of another shop")
    assert [batch["name"] for batch in told(capsys, *drift, "may")["batches"]] == ["may"]
    assert "all batches count" in said(capsys, "set-aside", *name, "--undo", "--why", "it was ours")
    assert told(capsys, "check-registry")["faults"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["set-aside", "churn", "1", "april", "--why", "ok"], "no batch “april”"),
        (["approve", "churn", "1", "--why", "ok"], "still open: metrics, reasons"),
        (["approve", "churn", "1", "--why", "ok", "--tick", ALL, "--refuse", "metrics=bad"], "answered twice"),
        (["approve", "churn", "1", "--why", "ok", "--tick", "beauty"], "not on the checklist"),
        (["approve", "churn", "1", "--why", " ", "--tick", ALL], "no reason given"),
        (["approve", "churn", "7", "--why", "ok", "--tick", ALL], "no version “7”"),
        (["promote", "churn", "1", "--why", "ok"], "not approved"),
        (["rollback", "churn", "--why", "ok"], "no champion to go back to"),
        (["stand-down", "churn", "--why", "ok"], "champion"),
        (["versions", "'; DROP TABLE registry_versions; --"], "There is no"),
        (["log", "--verify", "--last", "abc"], "does not hold the entry"),
        (["log", "x" * 101], "cannot be called that"),
    ],
)
def test_what_cannot_be_done_is_said(file, capsys, words, message):
    assert registered(file) == 0
    assert run_command(words) == 1
    assert message in capsys.readouterr().err
    assert "v1  registered" in said(capsys, "versions")


@pytest.mark.parametrize("more", [["--why", ""], ["--register", "x" * 101], ["--by", "a\nb"]])
def test_a_name_or_reason_is_refused_before_training(file, capsys, monkeypatch, more):
    monkeypatch.setattr("crm_ai.modeling.train", None)
    assert registered(file, *more) == 1
    assert "error:" in capsys.readouterr().err


def test_four_eyes(file, capsys, monkeypatch):
    monkeypatch.setenv("CRM_AI_FOUR_EYES", "1")
    assert registered(file) == 0
    words = ["approve", "churn", "1", "--why", "ok", "--tick", ALL]
    assert run_command(words) == 1
    assert "two people" in capsys.readouterr().err
    assert run_command([*words, "--by", "ann"]) == 0


def test_faults_end_in_an_error(file, tmp_path, capsys):
    assert registered(file) == 0
    for path in (tmp_path / "workspace" / "registry" / "artifacts").iterdir():
        path.write_bytes(b"x")
    capsys.readouterr()
    assert run_command(["check-registry"]) == 1
    assert "was changed after it was registered" in capsys.readouterr().err


def test_an_empty_registry(capsys):
    assert "Nothing is registered yet" in said(capsys, "versions")
    assert "0 entries, unchanged" in said(capsys, "log", "--verify")


def test_the_service_follows_the_champion(file, capsys, monkeypatch):
    from fastapi.testclient import TestClient

    from crm_ai.command_line.serve import SETTINGS, api_of_environment
    from crm_ai.deployment import score
    from crm_ai.deployment.registry import champion, open_registry
    from crm_ai.table import table_from_frame

    assert run_command(["serve", "--champion", "churn"]) == 1
    assert "churn" in capsys.readouterr().err
    for number, more in (("1", ()), ("2", ("--balanced",))):
        assert registered(file, *more) == 0
        said(capsys, "approve", "churn", number, "--why", "ok", "--tick", ALL)
    said(capsys, "promote", "churn", "1", "--why", "go")
    options = make_parser().parse_args(["serve", "--champion", "churn", "--poll", "0.02"])
    monkeypatch.setenv(SETTINGS, json.dumps({k: v for k, v in vars(options).items() if k != "command"}))
    frame = customers(5, seed=9)
    records = json.loads(frame.drop(columns="Churn").to_json(orient="records"))
    with TestClient(api_of_environment(), client=("127.0.0.1", 50000)) as client:

        def answered():
            found = client.post("/v1/score", json={"records": records}).json()
            return found["model"]["version"], [one["score"] for one in found["scores"]]

        def expected():
            return score(champion(open_registry(), "churn").model, table_from_frame(frame)).frame["score"].tolist()

        assert answered() == ("1", pytest.approx(expected(), abs=1e-12))
        said(capsys, "promote", "churn", "2", "--why", "better")
        for _turn in range(500):
            if client.get("/ready").json()["version"] == "2":
                break
            time.sleep(0.02)
        assert answered() == ("2", pytest.approx(expected(), abs=1e-12))
        said(capsys, "stand-down", "churn", "--why", "complaints")
        for _turn in range(500):
            ready = client.get("/ready").json()
            if "trouble" in ready:
                break
            time.sleep(0.02)
        assert "“churn” has no champion" in ready["trouble"]
        assert ready["version"] == "2"
        assert answered()[0] == "2"
