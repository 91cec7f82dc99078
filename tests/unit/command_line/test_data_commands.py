"""The commands that prepare data: clean, join, train with repairs, and reading from a database."""

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.table import read_table

N = 300


@pytest.fixture
def june(tmp_path):
    return write(tmp_path / "june.csv", seed=1)


@pytest.fixture
def july(tmp_path):
    return write(tmp_path / "july.csv", seed=2)


def write(path, seed):
    random = np.random.default_rng(seed)
    months = random.normal(20, 8, N).round(1)
    frame = pd.DataFrame(
        {
            "customer_id": [f"K{seed}{i:04d}" for i in range(N)],
            "months": np.where(random.random(N) < 0.1, np.nan, months),
            "gender": random.choice(["Male", "male ", "Female"], N, p=[0.45, 0.1, 0.45]),
            "age": np.where(np.arange(N) == 3, 190, random.integers(18, 80, N)),
            "note": ["=1+1"] * N,
            "Churn": np.where((months < 18) ^ (random.random(N) < 0.15), "Yes", "No"),
        }
    )
    frame.to_csv(path, index=False)
    return path


def test_clean_repairs_what_is_certain_and_keeps_the_recipe(june, july, tmp_path, capsys):
    words = ["clean", str(june), "-o", str(tmp_path / "clean.csv"), "--save-recipe", str(tmp_path / "recipe.yaml")]
    assert run_command(words) == 0
    told = capsys.readouterr()
    assert "gender: one spelling" in told.err
    assert "300 customers written" in told.out
    clean = read_table(tmp_path / "clean.csv")
    assert set(clean.frame["gender"].cat.categories) == {"Male", "Female"}
    assert clean.frame["age"].isna().sum() == 1
    words = ["clean", str(july), "--recipe", str(tmp_path / "recipe.yaml"), "-o", str(tmp_path / "july.parquet")]
    assert run_command(words) == 0
    assert set(pd.read_parquet(tmp_path / "july.parquet")["gender"].dropna().unique()) == {"Male", "Female"}


def test_clean_makes_all_proposed_repairs_on_request(june, tmp_path):
    out = tmp_path / "clean.parquet"
    assert run_command(["clean", str(june), "--repairs", "proposed", "-o", str(out)]) == 0
    done = pd.read_parquet(out)
    assert done["months"].notna().all()
    assert "months was missing" in done
    # What a spreadsheet would run is neutralised on the way to CSV only.
    assert run_command(["clean", str(june), "-o", str(tmp_path / "clean.csv")]) == 0
    assert "'=1+1" in (tmp_path / "clean.csv").read_text(encoding="utf-8-sig")


def test_a_recipe_learned_in_june_is_replayed_in_july(june, july, tmp_path):
    recipe = tmp_path / "recipe.yaml"
    assert run_command(["clean", str(june), "--repairs", "proposed", "--save-recipe", str(recipe)]) == 0
    assert run_command(["clean", str(july), "--recipe", str(recipe), "-o", str(tmp_path / "july.csv")]) == 0
    median = read_table(june).frame["months"].median()
    raw, done = read_table(july).frame["months"], read_table(tmp_path / "july.csv").frame["months"]
    assert (done[raw.isna()] == median).all()


def test_clean_without_an_output_only_tells(june, capsys):
    assert run_command(["clean", str(june)]) == 0
    assert "Nothing was written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["clean", "{june}", "--recipe", "{here}/none.yaml"], "recipe cannot be opened"),
        (["clean", "{june}", "--recipe", "{june}"], "not a recipe"),
        (["clean", "{june}", "-o", "{here}/out.doc"], "format of the output"),
        (["join", "{june}", "{here}/none.csv"], "no such file"),
    ],
)
def test_mistakes_are_told_without_a_traceback(words, said, june, tmp_path, capsys):
    assert run_command([word.format(june=june, here=tmp_path) for word in words]) == 1
    assert said in capsys.readouterr().err


def test_train_makes_the_certain_repairs_unless_told_not_to(june, capsys):
    assert run_command(["train", str(june), "--models", "logistic_regression", "--json"]) == 0
    repairs = json.loads(capsys.readouterr().out)["question"]["repairs"]
    assert [repair["step"] for repair in repairs] == ["unify_labels", "blank_impossible"]
    assert run_command(["train", str(june), "--models", "logistic_regression", "--json", "--no-repairs"]) == 0
    assert json.loads(capsys.readouterr().out)["question"]["repairs"] == []


def test_train_follows_a_recipe_and_the_model_replays_it(june, july, tmp_path, capsys):
    recipe, model = tmp_path / "recipe.yaml", tmp_path / "churn.crm"
    run_command(["clean", str(june), "--repairs", "proposed", "--save-recipe", str(recipe)])
    words = ["train", str(june), "--recipe", str(recipe), "--models", "logistic_regression", "--save", str(model)]
    assert run_command(words) == 0
    assert "repaired: months" in capsys.readouterr().out
    assert run_command(["score", str(model), str(july), "-o", str(tmp_path / "scored.csv")]) == 0
    assert read_table(tmp_path / "scored.csv").frame["score"].between(0, 1).all()


def test_join_tells_how_well_two_files_fit_and_writes_the_features(june, tmp_path, capsys):
    random = np.random.default_rng(4)
    bought = pd.DataFrame({
        "customer": [f"K1{i:04d}" for i in random.integers(0, N + 20, 2000)],
        "day": (pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 200, 2000), "D")).strftime("%Y-%m-%d"),
        "amount": random.gamma(2, 10, 2000).round(2),
    })  # fmt: skip
    bought.to_csv(tmp_path / "bought.csv", index=False)
    assert run_command(["join", str(june), str(tmp_path / "bought.csv")]) == 0
    told = capsys.readouterr().out
    assert "customer_id = customer" in told
    assert "Nothing was written" in told
    out = tmp_path / "joined.csv"
    words = ["join", str(june), str(tmp_path / "bought.csv"), "--cutoff", "2026-04-30", "-o", str(out), "--json"]
    assert run_command(words) == 0
    assert "2026-04-30" in " ".join(json.loads(capsys.readouterr().out)["notes"])
    early = bought[pd.to_datetime(bought["day"]) <= "2026-04-30"]
    known = early[early["customer"].isin([f"K1{i:04d}" for i in range(N)])]
    assert read_table(out).frame["bought: number of rows"].sum() == len(known)


def test_a_table_is_read_from_a_database_that_the_environment_names(tmp_path, monkeypatch, capsys):
    with sqlite3.connect(tmp_path / "crm.db") as database:
        pd.DataFrame({"id": range(40), "Churn": ["Yes", "No"] * 20}).to_sql("customers", database, index=False)
    monkeypatch.setenv("CRM_AI_DATABASE_SHOP", f"sqlite:///{tmp_path / 'crm.db'}")
    assert run_command(["inspect", "--sql", "customers", "--database", "shop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 40
    assert run_command(["inspect", "--sql", "SELECT id FROM customers LIMIT 3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 3
    assert run_command(["inspect", "--sql", "customers", "--database", "other"]) == 1
    assert "Known are: shop" in capsys.readouterr().err


def test_inspect_tells_of_personal_data_without_quoting_it(tmp_path, capsys):
    frame = pd.DataFrame({"e-mail": [f"person{i}@example.org" for i in range(50)], "calls": range(50)})
    frame.to_csv(tmp_path / "people.csv", index=False)
    assert run_command(["inspect", str(tmp_path / "people.csv"), "--json"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told)["personal_data"][0]["what"] == "email"
    assert "person7@" not in told
