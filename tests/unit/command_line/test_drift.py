import json

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command


def customers(seed, n=600, *, later=0.0):
    generator = np.random.default_rng(seed)
    months = generator.gamma(2, 12, n) + later
    plan = generator.choice(["月付", "年付"], n)
    chance = 1 / (1 + np.exp(0.1 * months - 1 - (plan == "月付")))
    return pd.DataFrame(
        {
            "id": [f"客{seed}-{i}" for i in range(n)],
            "months": months.round(1),
            "plan": plan,
            "gender": generator.choice(["f", "m"], n),
            "Churn": np.where(generator.random(n) < chance, "Yes", "No"),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drift")
    customers(0, 2000).to_csv(folder / "train.csv", index=False)
    customers(1).to_csv(folder / "same.csv", index=False)
    customers(2, later=15).to_csv(folder / "moved.csv", index=False)
    words = ["train", str(folder / "train.csv"), "--target", "Churn", "--features", "months,plan"]
    assert run_command([*words, "--models", "logistic_regression", "--save", str(folder / "churn.crm")]) == 0
    return folder


def drift(folder, *words):
    return run_command(["drift", str(folder / "churn.crm"), *words])


def test_a_file_is_compared_and_nothing_is_kept(folder, capsys):
    before = sorted(folder.iterdir())
    assert drift(folder, str(folder / "same.csv")) == 0
    printed = capsys.readouterr().out
    assert "are like those of the training" in printed
    assert "Keep the model" in printed
    assert sorted(folder.iterdir()) == before


def test_a_long_file_is_never_read_as_a_whole(folder, monkeypatch):
    monkeypatch.setattr("crm_ai.table.read_table", None)
    assert drift(folder, str(folder / "same.csv")) == 0


def test_alerts_change_the_exit_code_only_if_asked(folder, capsys):
    moved = str(folder / "moved.csv")
    assert drift(folder, moved) == 0
    assert "act: " in capsys.readouterr().out
    assert drift(folder, moved, "--fail-on", "act") == 3
    assert drift(folder, moved, "--fail-on", "watch") == 3
    assert drift(folder, str(folder / "same.csv"), "--fail-on", "watch") == 0


def test_weeks_are_kept_and_outcomes_join_later(folder, tmp_path, capsys):
    store = ["--store", str(tmp_path / "store")]
    keys = ["--keep-keys", "--key", "id", "--segments", "gender"]
    assert drift(folder, str(folder / "same.csv"), *store, "--day", "2026-03-02", "--batch", "三月", *keys) == 0
    assert drift(folder, str(folder / "moved.csv"), *store, "--day", "2026-03-09") == 0
    capsys.readouterr()
    back = customers(1)[["id", "Churn"]].sample(frac=1, random_state=0).iloc[:500]
    back.to_csv(tmp_path / "back.csv", index=False)
    words = [*store, "--batch", "三月", "--outcomes", str(tmp_path / "back.csv"), "--key", "id", "--json"]
    assert drift(folder, *words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["outcomes"]["joined"]["matched"] == 500
    assert said["outcomes"]["figures"]["roc_auc"]["n"] == 500
    assert set(said["outcomes"]["segments"]) == {"gender"}
    assert [batch["name"] for batch in said["batches"]] == ["三月", "moved"]
    assert said["level"] == "act"
    assert {alert["since"] for alert in said["alerts"] if alert["concern"] == "input"} == {"2026-03-09"}
    assert drift(folder, *words[:-1]) == 0
    assert "500 of 600 customers" in capsys.readouterr().out


def test_outcomes_can_be_joined_at_once(folder, capsys):
    same = str(folder / "same.csv")
    assert drift(folder, same, "--outcomes", same, "--key", "id") == 0
    printed = capsys.readouterr().out
    assert "600 of 600" in printed
    assert "since approval" in printed


@pytest.mark.parametrize("place", ["folder", "registry"])
@pytest.mark.parametrize(
    ("back", "said"),
    [
        (None, "back.csv"),
        (customers(1)[["id"]], "no column “Churn”"),
        (customers(1)[["Churn"]], "no column “id”"),
        (customers(9)[["id", "Churn"]], "No outcome belongs"),
        (customers(1).assign(Churn="?")[["id", "Churn"]], "No outcome belongs"),
    ],
)
def test_outcomes_that_cannot_be_joined_leave_nothing_in_the_way(request, folder, tmp_path, capsys, place, back, said):
    same, file = str(folder / "same.csv"), tmp_path / "back.csv"
    if place == "registry":
        request.getfixturevalue("registered")
        command = ["drift", "--champion", "流失", same]
    else:
        command = ["drift", str(folder / "churn.crm"), same, "--store", str(tmp_path / "store")]
    command += ["--outcomes", str(file), "--key", "id"]
    if back is not None:
        back.to_csv(file, index=False)
    capsys.readouterr()
    assert run_command(command) == 1
    assert said in capsys.readouterr().err
    customers(1)[["id", "Churn"]].to_csv(file, index=False)
    assert run_command([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["outcomes"]["joined"]["matched"] == 600
    assert [batch["name"] for batch in told["batches"]] == ["same"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["same.csv", "--keep-keys"], "--key"),
        (["same.csv", "--keep-keys", "--key", "id"], "--store"),
        (["--outcomes", "same.csv", "--key", "id"], "whose outcomes"),
        (["--outcomes", "same.csv", "--key", "id", "--store", "S", "--batch", "b"], "no batch “b”"),
        (["same.csv", "--outcomes", "same.csv", "--key", "nobody"], "no column “nobody”"),
        (["nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_done_ends_in_a_sentence(folder, tmp_path, capsys, words, said):
    words = [str(folder / word) if word.endswith(".csv") else word for word in words]
    words = [str(tmp_path / "none") if word == "S" else word for word in words]
    assert drift(folder, *words) == 1
    assert said in capsys.readouterr().err


def test_the_same_batch_twice_and_a_batch_without_codes(folder, tmp_path, capsys):
    same, store = str(folder / "same.csv"), ["--store", str(tmp_path)]
    assert drift(folder, same, *store) == 0
    assert drift(folder, same, *store) == 1
    assert "already" in capsys.readouterr().err
    assert drift(folder, *store, "--batch", "same", "--outcomes", same, "--key", "id") == 1
    assert "No codes were kept" in capsys.readouterr().err


def test_a_file_is_needed_as_before(folder):
    with pytest.raises(SystemExit) as ended:
        drift(folder)
    assert ended.value.code == 2


def test_an_older_model_says_what_to_do(folder, tmp_path, capsys):
    from dataclasses import replace

    from crm_ai.deployment import load_model, save_model

    save_model(replace(load_model(folder / "churn.crm"), profile=None), tmp_path / "old.crm")
    assert run_command(["drift", str(tmp_path / "old.crm"), str(folder / "same.csv")]) == 1
    assert "Train and save it again" in capsys.readouterr().err


def test_three_customers_and_outcomes_of_one_kind_end_in_sentences(folder, tmp_path, capsys):
    customers(5, 3).to_csv(tmp_path / "three.csv", index=False)
    assert drift(folder, str(tmp_path / "three.csv"), "--fail-on", "watch") == 0
    assert "too few customers (3)" in capsys.readouterr().out
    alike = customers(6, 200).assign(Churn="No", months=lambda frame: frame["months"].where(frame.index > 9))
    alike.to_csv(tmp_path / "alike.csv", index=False)
    words = [str(tmp_path / "alike.csv"), "--outcomes", str(tmp_path / "alike.csv"), "--key", "id"]
    assert drift(folder, *words, "--segments", "gender", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["outcomes"]["figures"]["roc_auc"]["value"] is None
    assert said["outcomes"]["joined"]["matched"] == 200
    assert drift(folder, *words, "--language", "zh") == 0
    assert "200" in capsys.readouterr().out


def test_awkward_cells_are_counted(folder, tmp_path, capsys):
    frame = customers(7, 300).astype({"months": object})
    frame.loc[:99, "months"] = "unknown?"
    frame.loc[100:149, "plan"] = "周付 <b>"
    frame.to_csv(tmp_path / "odd.csv", index=False)
    assert drift(folder, str(tmp_path / "odd.csv"), "--json") == 0
    found = {one["column"]: one for one in json.loads(capsys.readouterr().out)["batches"][0]["drift"]}
    assert found["months"]["missing_now"] == pytest.approx(1 / 3)
    assert found["plan"]["new"] == pytest.approx(1 / 6)
    assert found["months"]["level"] == found["plan"]["level"] == "act"


@pytest.fixture
def registered(folder, tmp_path, monkeypatch):
    """A champion in a registry of its own."""
    for name in ("CRM_AI_REGISTRY_URL", "CRM_AI_REGISTRY_ARTIFACTS", "CRM_AI_FOUR_EYES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRM_AI_WORKSPACE", str(tmp_path / "workspace"))
    asked = ["--target", "Churn", "--features", "months,plan", "--models", "logistic_regression"]
    for _turn in range(2):
        assert run_command(["train", str(folder / "train.csv"), *asked, "--register", "流失", "--why", "try"]) == 0
    ticks = "metrics,reasons,fairness,data quality,leakage"
    assert run_command(["approve", "流失", "1", "--why", "ok", "--tick", ticks]) == 0
    assert run_command(["promote", "流失", "1", "--why", "go"]) == 0
    return tmp_path / "workspace"


def champion(*words):
    return run_command(["drift", "--champion", "流失", *words])


def test_the_champions_weeks_are_kept_in_the_registry(folder, registered, tmp_path, capsys):
    same, moved = str(folder / "same.csv"), str(folder / "moved.csv")
    keys = ["--keep-keys", "--key", "id", "--segments", "gender"]
    assert champion(same, "--day", "2026-03-02", "--batch", "三月", *keys) == 0
    assert run_command(["drift", moved, "--champion", "流失", "--day", "2026-03-09", "--fail-on", "act"]) == 3
    assert champion(moved, "--day", "2026-03-09") == 1  # the batch is there already
    capsys.readouterr()
    assert champion("--batch", "三月", "--outcomes", same, "--key", "id", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["model"] == "流失 1"
    assert said["outcomes"]["joined"]["matched"] == 600
    assert [batch["name"] for batch in said["batches"]] == ["三月", "moved"]
    assert champion(same, "--version", "2", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["model"], [batch["name"] for batch in said["batches"]]) == ("流失 2", ["same"])
    assert (registered / "watching" / "secret.key").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.csv", "b.csv"], "watched in the registry"),
        (["a.csv", "--store", "S"], "watched in the registry"),
        (["same.csv", "--version", "9"], "no version “9”"),
        (["same.csv", "--version", "challenger"], "no version"),
        (["--batch", "b", "--outcomes", "same.csv", "--key", "id"], "no batch “b”"),
        (["--outcomes", "same.csv", "--key", "id"], "whose outcomes"),
    ],
)
def test_what_cannot_be_done_with_a_registered_version(folder, registered, capsys, words, said):
    assert champion(*(str(folder / word) if word.endswith(".csv") else word for word in words)) == 1
    assert said in capsys.readouterr().err


def test_it_must_be_said_which_model(folder, capsys):
    assert run_command(["drift", str(folder / "churn.crm"), str(folder / "same.csv"), "--version", "2"]) == 1
    assert "--champion NAME" in capsys.readouterr().err
