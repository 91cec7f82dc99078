"""``python -m crm_ai explain``."""

import json

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.words import use_language


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A file of customers, and models that were trained on it."""
    folder = tmp_path_factory.mktemp("explain")
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
    frame.to_csv(folder / "customers.csv", index=False)
    for name in ("logistic_regression", "decision_tree"):
        words = ["train", str(folder / "customers.csv"), "--target", "Churn", "--models", name]
        assert run_command([*words, "--save", str(folder / f"{name}.crm")]) == 0
    return folder


def explain(folder, *words, model="logistic_regression", file="customers.csv"):
    return run_command(["explain", str(folder / f"{model}.crm"), str(folder / file), *map(str, words)])


def sums(frame):
    return frame["base"] + frame[[name for name in frame if name.startswith("contribution of ")]].sum(axis=1)


@pytest.mark.parametrize("model", ["logistic_regression", "decision_tree"])
@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_reasons_of_all_customers_in_a_table(folder, tmp_path, capsys, model, ending):
    out = tmp_path / f"reasons.{ending}"
    assert explain(folder, "-o", out, model=model) == 0
    printed = capsys.readouterr().out
    assert "300 customers explained" in printed
    assert "driven most by: months" in printed
    frame = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel}[ending](out)
    assert frame["customer"].tolist() == [f"K{i:04d}" for i in range(300)]
    assert sums(frame).to_numpy() == pytest.approx(frame["output"].to_numpy(), abs=1e-9)
    assert run_command(["score", str(folder / f"{model}.crm"), str(folder / "customers.csv"), "-o", str(out)]) == 0
    scored = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel}[ending](out)
    assert frame["prediction"].to_numpy() == pytest.approx(scored["score"].to_numpy(), abs=1e-9)


def test_long_form_other_scale_and_other_answer(folder, tmp_path):
    out = tmp_path / "reasons.csv"
    assert explain(folder, "-o", out, "--long", "--scale", "probability", "--answer", "No", "--rows", 20) == 0
    long = pd.read_csv(out)
    assert len(long) == 20 * 3
    assert set(long["scale"]) == {"probability"}
    assert set(long["answer"]) == {"No"}
    assert (long["standard_error"] > 0).any()
    assert explain(folder, "-o", out, "--scale", "probability", "--answer", "No", "--rows", 20) == 0
    wide = pd.read_csv(out)
    assert wide["row"].is_monotonic_increasing
    assert sums(wide).to_numpy() == pytest.approx(wide["prediction"].to_numpy(), abs=1e-6)


def test_some_customers_by_name(folder, tmp_path, capsys):
    out = tmp_path / "two.csv"
    assert explain(folder, "-o", out, "--ids", "K0007, #3") == 0
    assert pd.read_csv(out)["customer"].tolist() == ["K0002", "K0007"]
    assert explain(folder, "-o", out, "--ids", "K7") == 1
    assert "K7" in capsys.readouterr().err


def test_compared_with_a_file(folder, tmp_path):
    frame = pd.read_csv(folder / "customers.csv")
    frame[frame["plan"] == "yearly"].to_csv(tmp_path / "yearly.csv", index=False)
    out = tmp_path / "out.parquet"
    assert explain(folder, "-o", out, "--compared-with", tmp_path / "yearly.csv", model="decision_tree") == 0
    said = pd.read_parquet(out)
    assert said["base"].iloc[0] == pytest.approx(said["prediction"][frame["plan"] == "yearly"].mean())
    report = tmp_path / "out.html"
    assert explain(folder, "-o", report, "--compared-with", tmp_path / "yearly.csv", model="decision_tree") == 0
    assert "the customers of yearly.csv" in report.read_text(encoding="utf-8")


def test_a_file_without_customers_says_how_it_can_be_explained(folder, tmp_path, capsys):
    model, file = tmp_path / "alone.crm", str(folder / "customers.csv")
    words = ["train", file, "--target", "Churn", "--models", "decision_tree", "--save", str(model), "--no-references"]
    assert run_command(words) == 0
    explaining = ["explain", str(model), file, "-o", str(tmp_path / "out.csv")]
    assert run_command(explaining) == 1
    assert "--compared-with FILE" in capsys.readouterr().err
    assert run_command([*explaining, "--compared-with", file]) == 0


def test_a_report_opens_without_a_network(folder, tmp_path, capsys):
    out = tmp_path / "report.html"
    assert explain(folder, "-o", out) == 0
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "Churn = Yes" in page
    assert "https://" not in page
    assert "300 customers explained" in capsys.readouterr().out


def test_json_says_what_was_done(folder, tmp_path, capsys):
    out = tmp_path / "reasons.csv"
    assert explain(folder, "-o", out, "--json", model="decision_tree") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["customers"] == said["explained"] == 300
    assert said["model"] == "decision_tree"
    assert said["scale"] == "probability"
    assert said["answer"] == "Yes"
    assert said["compared_with"] == 240
    assert said["drivers"][0]["column"] == "months"
    frame = pd.read_csv(out)
    assert said["drivers"][0]["mean_absolute"] == pytest.approx(frame["contribution of months"].abs().mean())


def test_what_does_not_fit_is_told_on_the_side(folder, tmp_path, capsys):
    frame = pd.read_csv(folder / "customers.csv").assign(plan="never seen")
    frame.to_csv(tmp_path / "strange.csv", index=False)
    words = ["explain", folder / "decision_tree.crm", tmp_path / "strange.csv", "-o", tmp_path / "out.csv"]
    assert run_command([str(word) for word in words]) == 0
    assert "never seen" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "out.docx"], "format"),
        (["-o", "out.html", "--long"], "no long form"),
        (["-o", "out.csv", "--answer", "Perhaps"], "Perhaps"),
        (["-o", "out.csv", "--scale", "value"], "value"),
        (["-o", "out.csv", "--compared-with", "nowhere.csv"], "nowhere.csv"),
        (["-o", "no/such/folder/out.csv"], "cannot be written"),
        (["-o", "no/such/folder/out.html"], "cannot be written"),
    ],
)
def test_failures_exit_with_one_and_a_message(folder, words, says, capsys):
    assert explain(folder, *words) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.startswith("error: ")


def test_a_missing_column_is_named(folder, tmp_path, capsys):
    pd.read_csv(folder / "customers.csv").drop(columns="plan").to_csv(tmp_path / "less.csv", index=False)
    words = ["explain", folder / "decision_tree.crm", tmp_path / "less.csv", "-o", tmp_path / "out.csv"]
    assert run_command([str(word) for word in words]) == 1
    assert "plan" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "words",
    [[], ["-o", "x.csv", "--rows", "0"], ["-o", "x.csv", "--rows", "3", "--ids", "a"], ["-o", "x", "--scale", "y"]],
)
def test_wrong_usage_exits_with_two(folder, words):
    with pytest.raises(SystemExit) as caught:
        explain(folder, *words)
    assert caught.value.code == 2


def test_scales_have_names_in_chinese_too(folder, tmp_path, capsys):
    words = ["explain", str(folder / "logistic_regression.crm"), str(folder / "customers.csv")]
    try:
        assert run_command(["--language", "zh", *words, "-o", str(tmp_path / "reasons.csv")]) == 0
    finally:
        use_language("en")
    printed = capsys.readouterr().out
    assert "单位：对数几率" in printed
    assert "log-odds" not in printed
