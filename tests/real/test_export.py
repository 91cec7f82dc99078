"""Reasons for whole files of real customers, from the command line alone."""

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.deployment import load_model
from crm_ai.table import read_table

pytestmark = pytest.mark.real_data
MODELS = ("logistic_regression", "linear_regression", "decision_tree", "gradient_boosting")


def sums(frame):
    return frame["base"] + frame[[name for name in frame if name.startswith("contribution of ")]].sum(axis=1)


@pytest.mark.parametrize("name", MODELS)
def test_every_telephone_customer_adds_up(real_data, tmp_path, name):
    file, model = str(real_data("telco_churn.csv")), str(tmp_path / "model.crm")
    words = ["train", file, "--target", "Churn", "--models", name, "--save", model]
    assert run_command(words) == 0
    for ending in ("csv", "parquet"):
        assert run_command(["explain", model, file, "-o", str(tmp_path / f"reasons.{ending}")]) == 0
    csv, parquet = pd.read_csv(tmp_path / "reasons.csv"), pd.read_parquet(tmp_path / "reasons.parquet")
    said = load_model(model).predict(read_table(file).frame)
    assert csv["customerID"].tolist() == pd.read_csv(file)["customerID"].tolist()
    for frame in (csv, parquet):
        assert len(frame) == 7_043
        assert np.abs(sums(frame) - frame["output"]).max() < 1e-9
        assert frame["prediction"].to_numpy() == pytest.approx(said, abs=1e-12)
        on_scale = sums(frame).to_numpy()
        read = 1 / (1 + np.exp(-on_scale)) if frame["scale"].iloc[0] == "log-odds" else on_scale.clip(0, 1)
        assert read == pytest.approx(said, abs=1e-9)
    report = tmp_path / "report.html"
    assert run_command(["explain", model, file, "-o", str(report)]) == 0
    assert report.stat().st_size < 100_000
    assert "Churn = Yes" in report.read_text(encoding="utf-8")


def test_chinese_orders(real_data, tmp_path):
    file, model = str(real_data("superstore_zh.xls")), str(tmp_path / "model.crm")
    words = ["train", file, "--target", "利润", "--features", "折扣,数量,类别,地区,销售额", "--models", "decision_tree"]
    assert run_command([*words, "--save", model]) == 0
    out, report = tmp_path / "reasons.csv", tmp_path / "report.html"
    assert run_command(["explain", model, file, "-o", str(out), "--rows", "400"]) == 0
    frame = pd.read_csv(out)
    assert np.abs(sums(frame) - frame["prediction"]).max() < 1e-6
    assert "contribution of 折扣" in frame
    assert run_command(["explain", model, file, "-o", str(report)]) == 0
    assert "折扣" in report.read_text(encoding="utf-8")
