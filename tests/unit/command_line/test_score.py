"""``score``: with a file or with the registry's champion, checked first, columns renamed."""

import json

import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from tests.unit.command_line.test_registry_commands import ALL, registered, said, workspace
from tests.unit.deployment.registry.conftest import customers

assert workspace  # the fixture


@pytest.fixture
def file(tmp_path):
    customers().to_csv(tmp_path / "customers.csv", index=False)
    return tmp_path / "customers.csv"


@pytest.fixture
def new(tmp_path):
    customers(200, seed=5).drop(columns="Churn").to_csv(tmp_path / "new.csv", index=False)
    return tmp_path / "new.csv"


@pytest.fixture
def champion(file, capsys):
    """Version 1 at threshold 0.3 is at work, version 2 waits."""
    for more in (("--threshold", "0.3"), ("--balanced",)):
        assert registered(file, *more, "--save", str(file.with_name("churn.crm"))) == 0
    assert registered(file, "--save", str(file.with_name("churn.crm"))) == 0
    said(capsys, "approve", "churn", "1", "--why", "ok", "--tick", ALL)
    said(capsys, "promote", "churn", "1", "--why", "go")
    return "churn"


def failed(capsys, *words, code=1):
    assert run_command(list(words)) == code
    return capsys.readouterr().err


def test_the_champion_at_its_approved_threshold(champion, new, tmp_path, capsys):
    out = tmp_path / "out.csv"
    printed = said(capsys, "score", "--champion", champion, str(new), "-o", str(out), "--reasons", "3", "--priority")
    assert "churn v1, at the approved threshold 0.3" in printed
    assert "200 customers scored" in printed
    scored = pd.read_csv(out)
    assert ((scored["score"] >= 0.3) == (scored["decision"] == "Yes")).all()
    assert ((scored["score"] > 0.3) & (scored["score"] < 0.5)).any()
    assert sorted(scored["priority"]) == list(range(1, 201))
    assert scored["reason 1"].notna().all()
    # The same model as a file says the same.
    said(capsys, "score", str(tmp_path / "churn.crm"), str(new), "-o", str(tmp_path / "file.csv"), "--threshold", "0.3")
    of_file = pd.read_csv(tmp_path / "file.csv")
    assert of_file["score"].tolist() == scored["score"].tolist()
    assert of_file["decision"].tolist() == scored["decision"].tolist()


def test_another_threshold_or_version_than_was_approved_is_refused(champion, new, tmp_path, capsys):
    words = ["score", "--champion", champion, str(new), "-o", str(tmp_path / "out.csv")]
    assert "approved" in failed(capsys, *words, "--threshold", "0.5")
    assert "churn v2 is not approved" in failed(capsys, *words, "--version", "2")
    assert "no version" in failed(capsys, *words, "--version", "9")
    assert "no version" in failed(capsys, *words, "--version", "challenger")
    assert not (tmp_path / "out.csv").exists()
    said(capsys, "approve", "churn", "2", "--why", "ok", "--tick", ALL)
    assert "churn v2, at the approved threshold 0.5" in said(capsys, *words, "--version", "v2")
    said(capsys, "promote", "churn", "2", "--why", "try", "--as", "challenger")
    assert "churn v2" in said(capsys, *words, "--version", "challenger")
    assert "has no champion" in failed(capsys, "score", "--champion", "nobody", str(new), "-o", str(tmp_path / "x.csv"))


@pytest.mark.parametrize(
    "words",
    [
        ["score", "new.csv", "-o", "out.csv"],
        ["score", "-o", "out.csv"],
        ["score", "--champion", "churn", "-o", "out.csv"],
        ["score", "--champion", "churn", "model.crm", "new.csv", "-o", "out.csv"],
        ["score", "model.crm", "new.csv", "-o", "out.csv", "--version", "2"],
        ["score", "model.crm", "new.csv", "-o", "out.csv", "--check"],
        ["score", "model.crm", "new.csv", "-o", "out.csv", "--rename", "Contract"],
    ],
)
def test_wrong_usage(words):
    with pytest.raises(SystemExit) as ended:
        run_command(words)
    assert ended.value.code == 2


def test_check_scores_nothing(champion, new, capsys):
    frame = pd.read_csv(new)
    frame.loc[:2, "plan"] = "weekly"
    frame.rename(columns={"城市": "所在城市"}).to_csv(new, index=False)
    assert run_command(["score", "--champion", champion, str(new), "--check"]) == 3
    printed = capsys.readouterr().out
    assert "Cannot be scored: 1 of the 5 columns" in printed
    assert "城市" in printed
    assert "3 customers have a label" in printed
    assert "Not looked at: 所在城市" in printed
    printed = said(capsys, "score", "--champion", champion, str(new), "--check", "--rename", "所在城市=城市")
    assert "200 customers looked at, nobody scored." in printed
    assert "All 5 columns" in printed
    assert sorted(path.name for path in new.parent.glob("*.csv")) == ["customers.csv", "new.csv"]


def test_renamed_columns_score_the_same(champion, new, tmp_path, capsys):
    words = ["--reasons", "3", "--priority"]
    said(capsys, "score", "--champion", champion, str(new), "-o", str(tmp_path / "one.csv"), *words)
    assert "no column" in failed(
        capsys, "score", "--champion", champion, str(new), "-o", str(tmp_path / "x.csv"), "--rename", "city=城市"
    )
    pd.read_csv(new).rename(columns={"plan": "tariff", "城市": "city"}).to_csv(tmp_path / "other.csv", index=False)
    said(
        capsys, "score", "--champion", champion, str(tmp_path / "other.csv"), "-o", str(tmp_path / "two.csv"),
        "--rename", "tariff=plan", "--rename", "city=城市", *words,
    )  # fmt: skip
    one, two = (pd.read_csv(tmp_path / name) for name in ("one.csv", "two.csv"))
    pd.testing.assert_frame_equal(one, two)


def test_a_query_with_the_champion(champion, new, tmp_path, monkeypatch, capsys):
    import sqlite3

    with sqlite3.connect(tmp_path / "crm.db") as connection:
        pd.read_csv(new).to_sql("customers", connection, index=False)
    monkeypatch.setenv("CRM_AI_DATABASE_CRM", f"sqlite:///{tmp_path}/crm.db")
    printed = said(
        capsys, "score", "--champion", champion, "--sql", "customers", "--to-table", "scores", "--to-database", "crm"
    )
    assert "written to scores" in printed
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        assert connection.execute("SELECT count(*) FROM scores").fetchone() == (200,)


def test_what_is_to_be_said_of_a_table_that_was_written_is_said(champion, new, tmp_path, monkeypatch, capsys):
    from crm_ai.deployment.database_sink import DatabaseSink

    write = DatabaseSink.write
    monkeypatch.setattr(DatabaseSink, "write", lambda sink, *given: [write(sink, *given), sink.notes.append("Left: x")])
    monkeypatch.setenv("CRM_AI_DATABASE_CRM", f"sqlite:///{tmp_path}/crm.db")
    assert run_command(["score", "--champion", champion, str(new), "--to-table", "scores", "--to-database", "crm"]) == 0
    assert "Left: x" in capsys.readouterr().err


def test_the_log_is_not_touched(champion, new, tmp_path, capsys):
    before = json.loads(said(capsys, "log", champion, "--json"))
    said(capsys, "score", "--champion", champion, str(new), "-o", str(tmp_path / "out.csv"))
    assert json.loads(said(capsys, "log", champion, "--json")) == before
