"""The command, as the parser will offer it."""

import argparse
import json

import pandas as pd
import pytest

from crm_ai.command_line.mask import KEY_VARIABLE, add_mask
from crm_ai.errors import CrmAiError

SECRETS = ["张三丰", "李四光", "王五一", "13800138000", "zsf@example.com"]
KEY = "a secret that nobody prints 4711"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "客户.csv"
    path.write_text(
        "姓名,手机号,email,消费\n张三丰,13800138000,zsf@example.com,12\n"
        "李四光,13900139001,lsg@example.com,30\n王五一,13900139002,wwy@example.com,31\n",
        encoding="utf-8",
    )
    return path


def run(*words):
    parser = argparse.ArgumentParser()
    add_mask(parser.add_subparsers())
    options = parser.parse_args(["mask", *map(str, words)])
    options.command(options)


def test_without_an_output_it_lists_and_prints_no_cell(file, capsys):
    run(file)
    printed = capsys.readouterr().out
    for words in ("姓名: names of people", "手机号: telephone numbers", "email: e-mail addresses", "Proposal: mask"):
        assert words in printed
    assert not any(secret in printed for secret in SECRETS)


def test_everything_masked(file, tmp_path, capsys):
    run(file, "-o", tmp_path / "safe.csv", "--all", "mask")
    written = (tmp_path / "safe.csv").read_text("utf-8-sig")
    assert not any(secret in written for secret in SECRETS)
    frame = pd.read_csv(tmp_path / "safe.csv")
    assert frame["姓名"].tolist() == ["张**", "李**", "王**"]
    assert frame["消费"].tolist() == [12, 30, 31]
    assert not any(secret in capsys.readouterr().out for secret in SECRETS)


def test_columns_are_treated_as_named_and_the_key_is_never_shown(file, tmp_path, capsys, monkeypatch):
    (tmp_path / "secret.key").write_text(KEY + "\n")
    run(
        file,
        "-o",
        tmp_path / "a.csv",
        "--column",
        "姓名=drop",
        "--column",
        "手机号=keep",
        "--key-file",
        tmp_path / "secret.key",
        "--json",
    )
    told = capsys.readouterr().out
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    run(file, "-o", tmp_path / "b.csv")
    told += capsys.readouterr().out
    one, two = pd.read_csv(tmp_path / "a.csv", dtype=str), pd.read_csv(tmp_path / "b.csv", dtype=str)
    assert list(one.columns) == ["手机号", "email", "消费"]
    assert one["email"].tolist() == two["email"].tolist()
    assert one["email"].str.fullmatch("p[0-9a-f]{24}").all()
    for text in (told, (tmp_path / "a.csv").read_text(), (tmp_path / "b.csv").read_text()):
        assert KEY not in text


def test_json(file, capsys):
    run(file, "--json")
    result = json.loads(capsys.readouterr().out)
    assert [(f["column"], f["what"]) for f in result["found"]] == [
        ("姓名", "name"),
        ("手机号", "telephone"),
        ("email", "email"),
    ]
    assert result["output"] is None
    assert result["protected"] == {}


def test_a_missing_key_is_an_error_and_nothing_is_written(file, tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(CrmAiError, match="key"):
        run(file, "-o", tmp_path / "safe.csv")
    with pytest.raises(CrmAiError, match="key"):
        run(file, "-o", tmp_path / "safe.csv", "--key-file", tmp_path / "absent.key")
    assert not (tmp_path / "safe.csv").exists()


def test_the_key_is_not_overwritten(file, tmp_path):
    (tmp_path / "key.csv").write_text(KEY)
    with pytest.raises(CrmAiError, match="overwrite"):
        run(file, "-o", tmp_path / "key.csv", "--key-file", tmp_path / "key.csv")


@pytest.mark.parametrize("words", ["email", "email=hide", "=mask"])
def test_odd_choices_are_wrong_usage(file, words):
    with pytest.raises(SystemExit):
        run(file, "--column", words)


def test_unknown_columns_are_refused(file, tmp_path):
    with pytest.raises(CrmAiError, match="nobody"):
        run(file, "-o", tmp_path / "safe.csv", "--all", "mask", "--column", "nobody=drop")
