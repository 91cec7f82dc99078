import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.options import wanted_language
from crm_ai.command_line.parser import run_command
from crm_ai.words import use_language


@pytest.fixture
def file(tmp_path):
    generator = np.random.default_rng(3)
    n = 300
    months = generator.normal(20, 8, n).round(1)
    frame = pd.DataFrame(
        {
            "customer": [f"K{i:04d}" for i in range(n)],
            "months": months,
            "plan": generator.choice(["monthly", "yearly"], n),
            "gender": generator.choice(["f", "m"], n),
            "Churn": np.where((months < 18) ^ (generator.random(n) < 0.15), "Yes", "No"),
        }
    )
    frame.to_csv(tmp_path / "customers.csv", index=False)
    return tmp_path / "customers.csv"


def test_train_prints_a_readable_summary(file, capsys):
    assert run_command(["train", str(file), "--target", "Churn", "--segments", "gender"]) == 0
    printed = capsys.readouterr().out
    for words in (
        "Logistic regression",
        "Decision tree",
        "roc_auc",
        "95 % interval",
        "driven most by",
        "gender",
        "customer",
    ):
        assert words in printed
    assert "nan" not in printed.lower().split()


def test_train_prints_everything_as_json(file, capsys):
    assert run_command(["train", str(file), "--target", "Churn", "--segments", "gender", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    auc = result["models"]["logistic_regression"]["metrics"]["roc_auc"]
    assert auc["low"] < auc["value"] < auc["high"]
    assert auc["n"] == 60
    group = result["models"]["decision_tree"]["fairness"]["gender"]["groups"]["f"]["selection_rate"]
    assert set(group) == {"value", "low", "high", "n"}
    assert result["question"]["positive"] == "Yes"
    assert "customer" in result["question"]["set_aside"]
    assert result["customers"] == {"all": 300, "trained_on": 240, "judged_on": 60, "without_target": 0}
    assert result["seconds"]["train"] > 0
    assert isinstance(result["findings"], list)


def test_save_and_score(file, tmp_path, capsys):
    model = tmp_path / "churn.crm"
    assert run_command(["train", str(file), "--target", "Churn", "--save", str(model)]) == 0
    for name in ("out.csv", "out.parquet", "out.xlsx"):
        assert run_command(["score", str(model), str(file), "-o", str(tmp_path / name)]) == 0
    csv = pd.read_csv(tmp_path / "out.csv")
    assert csv["score"].between(0, 1).all()
    assert pd.read_parquet(tmp_path / "out.parquet")["score"].to_numpy() == pytest.approx(csv["score"].to_numpy())
    assert pd.read_excel(tmp_path / "out.xlsx")["decision"].tolist() == csv["decision"].tolist()


def test_chosen_model_is_the_one_saved(file, tmp_path):
    from crm_ai.deployment import load_model

    words = [
        "train",
        str(file),
        "--target",
        "Churn",
        "--save",
        str(tmp_path / "m.crm"),
        "--save-model",
        "decision_tree",
    ]
    assert run_command(words) == 0
    assert load_model(tmp_path / "m.crm").model_type == "decision_tree"


def test_inspect_tells_what_each_column_is(file, capsys):
    assert run_command(["inspect", str(file)]) == 0
    assert "identifier" in capsys.readouterr().out
    assert run_command(["inspect", str(file), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [column["name"] for column in result["columns"]] == ["customer", "months", "plan", "gender", "Churn"]
    assert result["target"] == "Churn"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["train", "nowhere.csv"], "nowhere.csv"),
        (["train", "FILE", "--target", "Chrun"], "Chrun"),
        (["train", "FILE", "--target", "Churn", "--models", "magic"], "magic"),
        (["train", "FILE", "--target", "Churn", "--save", "no/such/folder/m.crm"], "cannot be written"),
        (["score", "FILE", "FILE", "-o", "out.csv"], "not a model file"),
        (["score", "FILE", "FILE", "-o", "out.docx"], "format"),
    ],
)
def test_failures_exit_with_one_and_a_message(file, words, says, capsys):
    assert run_command([str(file) if word == "FILE" else word for word in words]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert says in error
    assert "Traceback" not in error


@pytest.mark.parametrize("words", [[], ["train"], ["fly"], ["train", "x.csv", "--threshold", "7"], ["score", "m", "f"]])
def test_wrong_usage_exits_with_two(words, capsys):
    with pytest.raises(SystemExit) as caught:
        run_command(words)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "score", "explain", "inspect"])
def test_help_shows_examples(command, capsys):
    with pytest.raises(SystemExit) as caught:
        run_command([command, "--help"])
    assert caught.value.code == 0
    assert f"python -m crm_ai {command} " in capsys.readouterr().out


def test_a_reader_that_stops_early_is_no_error(file):
    root = Path(__file__).parents[3]
    done = subprocess.run(
        f"{sys.executable} -m crm_ai inspect {file} --json | head -1",
        shell=True, cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""


def test_importing_the_package_imports_nothing_heavy():
    heavy = "{'pandas', 'sklearn', 'shap', 'lime', 'streamlit', 'plotly', 'numpy'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, crm_ai; print({heavy} or 'nothing')"],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "nothing"


@pytest.mark.parametrize(
    ("typed", "environment", "spoken"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8", "CRM_AI_LANGUAGE": "en"}, "en"),
        (["--language", "zh"], {"CRM_AI_LANGUAGE": "en"}, "zh"),
        (["inspect", "x.csv", "--language=zh"], {}, "zh"),
        (["inspect", "--language"], {}, "en"),
        (["--language", "klingon"], {}, "en"),
    ],
)
def test_the_language_is_what_was_asked_for_last_of_all_by_the_system(typed, environment, spoken):
    assert wanted_language(typed, environment) == spoken


def test_it_speaks_chinese_to_whoever_asks_for_it(file, capsys):
    try:
        assert run_command(["--language", "zh", "train", str(file), "--target", "Churn"]) == 0
        printed = capsys.readouterr().out
        assert run_command(["inspect", "nothing.csv", "--language", "zh"]) == 1
        wrong = capsys.readouterr().err
        with pytest.raises(SystemExit):
            run_command(["--language", "zh", "--help"])
        helped = capsys.readouterr().out
    finally:
        use_language("en")
    assert "逻辑回归" in printed
    assert "决策树" in printed
    assert not re.search(r"[A-Za-z]{3,} [a-z]{3,} [a-z]{3,}", printed)
    assert wrong.startswith("错误：nothing.csv: 没有这个文件。")
    assert "训练模型" in helped
