import json

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.deployment import load_model


def customers(seed, n=1500):
    rng = np.random.default_rng(seed)
    age, female = rng.integers(18, 80, n), rng.random(n) < 0.5
    chance = 1 / (1 + np.exp(-(0.05 * (age - 45) + 1.2 * female - 0.5)))
    return pd.DataFrame(
        {
            "age": age,
            "gender": np.where(female, "f", "m"),
            "loyal": rng.choice(["yes", "no"], n),
            "spend": (age * 3 + rng.normal(0, 10 + 20 * female, n)).round(2),
            "Churn": np.where(rng.random(n) < chance, "Yes", "No"),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    customers(0).to_csv(folder / "train.csv", index=False)
    later = customers(1)
    later.loc[:9, "Churn"] = None
    later.to_csv(folder / "later.csv", index=False)
    for target, name in (("Churn", "churn.crm"), ("spend", "spend.crm")):
        words = ["train", str(folder / "train.csv"), "--target", target, "--features", "age,gender,loyal"]
        assert run_command([*words, "--save", str(folder / name)]) == 0
    return folder


def audit(folder, *words, model="churn.crm", file="later.csv"):
    return run_command(["audit", str(folder / model), str(folder / file), *words])


def test_bands_and_combinations_are_audited_in_words(folder, capsys):
    assert audit(folder, "--segments", "gender,age=25,40,60,gender+loyal") == 0
    out, err = capsys.readouterr()
    assert "1,490 customers judged, 10 without a known outcome" in out
    assert "gender: Gap found by gender" in out
    assert "age (25, 40, 60): Gap found by age (25, 40, 60)" in out
    assert "gender: f · loyal: no" in out
    assert "25 – < 40" in out
    assert "cannot hold together" in out
    assert "customers that the model was trained on must not be among these" in err
    assert "nan" not in out.lower().split()


def test_json_holds_the_same_numbers(folder, capsys):
    assert audit(folder, "--segments", "gender", "--threshold", "0.4", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    model, later = load_model(folder / "churn.crm"), pd.read_csv(folder / "later.csv").dropna(subset="Churn")
    chosen = model.predict(later) >= 0.4
    segment = result["segments"]["gender"]
    for group in ("f", "m"):
        mine = (later["gender"] == group).to_numpy()
        found = segment["groups"][group]
        assert found["selection_rate"]["value"] == pytest.approx(chosen[mine].mean())
        having = mine & (later["Churn"] == "Yes").to_numpy()
        assert found["true_positive_rate"]["value"] == pytest.approx(chosen[having].mean())
    assert segment["judgement"] == "gap"
    assert segment["calibration"]["gap"]["f"]["n"] == (later["gender"] == "f").sum()
    assert result["threshold"] == 0.4
    assert result["customers"] == {"judged_on": 1490, "without_outcome": 10}


def test_errors_of_numbers_are_audited(folder, capsys):
    assert audit(folder, "--segments", "gender,loyal", model="spend.crm") == 0
    out = capsys.readouterr().out
    assert "the typical error is" in out
    assert "mean_error" in out
    assert audit(folder, "--segments", "gender", "--json", model="spend.crm") == 0
    assert json.loads(capsys.readouterr().out)["segments"]["gender"]["gaps"] == ["mae"]


def test_what_is_missing_is_told(folder, capsys):
    customers(2).drop(columns="Churn").to_csv(folder / "open.csv", index=False)
    customers(2).assign(Churn=None).to_csv(folder / "unknown.csv", index=False)
    customers(2).drop(columns="age").to_csv(folder / "ageless.csv", index=False)
    customers(2, 3).to_csv(folder / "three.csv", index=False)
    for file, segments, told in (
        ("open.csv", "gender", "needs to know what came out"),
        ("unknown.csv", "gender", "Churn"),
        ("ageless.csv", "gender", "age"),
        ("later.csv", "shoes", "shoes"),
        ("later.csv", "gender=3", "gender"),
    ):
        assert audit(folder, "--segments", segments, file=file) == 1
        assert told in capsys.readouterr().err
    assert audit(folder, "--segments", "gender", file="three.csv") == 0
    assert "Too few customers to say" in capsys.readouterr().out


def test_what_does_not_fit_is_told_beside_the_audit(folder, capsys):
    strange = customers(2, 300)
    strange.loc[:40, "gender"] = "diverse"
    strange.to_csv(folder / "strange.csv", index=False)
    assert audit(folder, "--segments", "gender", file="strange.csv") == 0
    out, err = capsys.readouterr()
    assert "diverse" in out
    assert "gender: 41 customers have a label that was not there in training (diverse)" in err
