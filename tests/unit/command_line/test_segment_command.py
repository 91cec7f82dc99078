"""``python -m crm_ai segment``."""

import json

import numpy as np
import pandas as pd
import pytest

from crm_ai.command_line.parser import run_command
from crm_ai.table import read_table

TRANSACTIONS = "sample_data/transactions.csv"


@pytest.fixture
def purchases(tmp_path):
    random = np.random.default_rng(0)
    rates = random.gamma(0.6, size=300)
    frame = pd.DataFrame(
        {
            "买家编号": [f"K{i:04d}" for i in random.choice(300, 2000, p=rates / rates.sum())],
            "付款时间": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 500, 2000), "D"),
            "实付金额": random.gamma(2, 20, 2000).round(2),
        }
    )
    frame["实付金额"] *= 1 + frame["买家编号"].str[-2:].astype(int) / 50
    path = tmp_path / "订单.csv"
    frame.to_csv(path, index=False)
    return path


def test_segments_are_told_and_written(purchases, tmp_path, capsys):
    out = tmp_path / "segments.csv"
    assert run_command(["segment", str(purchases), "-o", str(out)]) == 0
    told = capsys.readouterr().out
    assert "Customer: 买家编号. Its name says" in told
    assert "Champions" in told
    written = read_table(out)
    assert set(written.schema.names) >= {"买家编号", "recency", "frequency", "monetary", "rfm", "segment"}


def test_two_days_tell_who_moved(purchases, capsys):
    words = ["segment", str(purchases), "--as-of", "2024-12-31", "--and-as-of", "2025-03-31", "--json"]
    assert run_command(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["as_of"] == "2025-03-31"
    assert sum(row["customers"] for row in told["migration"]["moves"]) == sum(s["customers"] for s in told["segments"])
    assert "stayed where they were" in told["migration"]["verdict"]


def test_values_are_told_checked_and_written(purchases, tmp_path, capsys):
    out = tmp_path / "values.parquet"
    words = ["segment", str(purchases), "--by", "value", "--horizon", "90", "--discount", "0.1", "--margin", "0.4"]
    assert run_command([*words, "--as-of", "2025-01-31", "--and-as-of", "2025-04-30", "-o", str(out)]) == 0
    told = capsys.readouterr().out
    assert "In the 90 days after 2025-01-31" in told
    assert "Knowing purchases up to 2025-01-31 only" in told
    assert {"alive", "expected_purchases", "lifetime_value", "lifetime_value_low"} <= set(pd.read_parquet(out).columns)
    assert run_command([*words, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["holdout"] is None
    assert facts["total_value"]["low"] < facts["total_value"]["value"] < facts["total_value"]["high"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--customer", "gone"], "no column"),
        (["--date", "实付金额"], "holds no dates"),
        (["--and-as-of", "2025-01-01"], "no first one"),
        (["--as-of", "2025-02-01", "--and-as-of", "2025-01-01"], "is not before"),
        (["--as-of", "1999-01-01"], "Nobody had bought"),
        (["--by", "value", "--horizon", "0"], "at least a day"),
    ],
)
def test_mistakes_are_told_in_a_sentence(purchases, words, says, capsys):
    assert run_command(["segment", str(purchases), *words]) == 1
    assert says in capsys.readouterr().err


def test_a_table_of_customers_is_refused(capsys):
    assert run_command(["segment", "sample_data/telephone_customers.csv"]) == 1
    assert capsys.readouterr().err.startswith("error: telephone_customers.csv: No column")


def test_columns_can_be_named(capsys):
    words = ["segment", TRANSACTIONS, "--customer", "customer_id", "--date", "paid_on", "--amount", "amount", "--json"]
    assert run_command(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["reasons"] == {"customer": "Set by you.", "date": "Set by you.", "amount": "Set by you."}
    assert any("taken as returns" in note for note in told["notes"])


@pytest.fixture
def crowds(tmp_path):
    rng = np.random.default_rng(0)
    crowd = rng.choice(3, 300)
    frame = pd.DataFrame(
        {
            "months": np.array([5.0, 40.0, 70.0])[crowd] + rng.normal(size=300),
            "calls": np.array([9.0, 2.0, 5.0])[crowd] + 0.3 * rng.normal(size=300),
            "套餐": np.array(["基础", "标准", "=高级"])[crowd],
        }
    )
    path = tmp_path / "customers.csv"
    frame.to_csv(path, index=False)
    return path, crowd


def test_groups_are_found_named_and_written(crowds, tmp_path, capsys):
    path, crowd = crowds
    out = tmp_path / "groups.csv"
    assert run_command(["segment", str(path), "--by", "clusters", "-o", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("3 natural clusters")
    assert "← taken" in told
    groups = pd.read_csv(out)["Cluster"]
    assert pd.crosstab(crowd, groups).to_numpy().max(axis=1).sum() == 300
    words = ["segment", str(path), "--by", "clusters", "--columns", "months", "--k", "2", "--json"]
    assert run_command(words) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["columns"] == ["months"]
    assert len(facts["groups"]) == 2
    assert sum(group["customers"] for group in facts["groups"]) == 300
    assert run_command(["segment", str(path), "--by", "clusters", "--method", "density", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["method"] == "density"


def test_rules_are_read_from_a_file(crowds, tmp_path, capsys):
    path, crowd = crowds
    rules, out = tmp_path / "rules.json", tmp_path / "groups.csv"
    rules.write_text(
        json.dumps(
            {
                "新客户": {"column": "months", "operator": "<", "values": [20]},
                "heavy": {"all": [{"column": "套餐", "operator": "in", "values": ["=高级", "专业"]}]},
            }
        )
    )
    assert run_command(["segment", str(path), "--by", "rules", "--rules", str(rules), "-o", str(out)]) == 0
    told = capsys.readouterr().out
    assert "新客户: months below 20" in told
    assert "No customer has “专业”" in told
    written = pd.read_csv(out)
    assert written["Segments by hand"].value_counts().to_dict() == {
        "新客户": int((crowd == 0).sum()),
        "everybody else": int((crowd == 1).sum()),
        "heavy": int((crowd == 2).sum()),
    }
    assert set(written["套餐"]) == {"基础", "标准", "'=高级"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--by", "rules"], "no rules to group by"),
        (["--by", "rules", "--rules", "gone.json"], "cannot be read"),
        (["--by", "clusters", "--columns", "gone"], "no column"),
        (["--by", "clusters", "--k", "299"], "cannot be cut"),
    ],
)
def test_mistakes_about_customers_are_told_in_a_sentence(crowds, words, says, capsys):
    assert run_command(["segment", str(crowds[0]), *words]) == 1
    assert says in capsys.readouterr().err


def test_what_is_no_rule_is_refused(crowds, tmp_path, capsys):
    for content in ("[]", "{", '{"a": 1}', '{"rules": [{}]}', '{"a": {"column": "months", "operator": "~"}}'):
        (tmp_path / "rules.json").write_text(content)
        words = ["segment", str(crowds[0]), "--by", "rules", "--rules", str(tmp_path / "rules.json")]
        assert run_command(words) == 1
        assert capsys.readouterr().err.startswith("error: ")
