from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from crm_ai.errors import CrmAiError
from crm_ai.fairness import Judgement, audit_data, flip_segment, proxies
from crm_ai.modeling import Segment, groups_from_labels, propose_problem, train
from crm_ai.table import table_from_frame


def make_frame(n=2000, seed=0):
    """A planted proxy: the district follows gender; income and calls do not."""
    rng = np.random.default_rng(seed)
    female = rng.random(n) < 0.5
    district = np.where(rng.random(n) < 0.85, np.where(female, "north", "south"), rng.choice(["north", "south"], n))
    age, income = rng.integers(18, 80, n).astype(float), rng.normal(30, 8, n)
    buys = rng.random(n) < np.where(female, 0.5, 0.25)
    frame = pd.DataFrame(
        {
            "gender": np.where(female, "f", "m"),
            "district": district,
            "age": age,
            "seniority": age - 18 + rng.normal(0, 5, n),
            "income": income,
            "calls": rng.poisson(2, n).astype(float),
            "buys": np.where(buys, "yes", "no"),
        }
    )
    frame.loc[rng.random(n) < 0.1, "buys"] = None
    return frame


@pytest.fixture(scope="module")
def table():
    return table_from_frame(make_frame())


def ask(table, features, target="buys"):
    return propose_problem(
        table, target=target, positive="yes" if target == "buys" else None, features=features
    ).problem


def test_base_rates_before_training(table):
    problem = ask(table, ["district", "income"])
    gender, clusters = audit_data(table, problem, ["gender", groups_from_labels("cluster", np.arange(len(table)) % 3)])
    frame = table.frame[table.frame["buys"].notna()]
    for group, part in frame.groupby("gender", observed=True):
        having = int((part["buys"] == "yes").sum())
        low, high = proportion_confint(having, len(part), method="wilson")
        estimate = gender.by_group[str(group)]
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx((having / len(part), low, high))
        missing = (table.frame["gender"] == group) & table.frame["buys"].isna()
        assert gender.unknown[str(group)].value == pytest.approx(missing.sum() / (table.frame["gender"] == group).sum())
    assert gender.judgement is Judgement.GAP
    assert gender.verdict.startswith("The data differ by gender before any model: buys = yes is ")
    assert clusters.judgement is Judgement.NO_EVIDENCE
    assert set(gender.to_frame()["kind"]) == {"group", "unknown", "overall", "difference", "ratio"}


def test_numbers_are_compared_by_their_means(table):
    problem = ask(table, ["district"], target="seniority")
    bands, gender = audit_data(table, problem, [Segment(("age",), {"age": (30, 60)}), "gender"])
    assert list(bands.by_group) == ["< 30", "30 – < 60", "≥ 60"]
    young = table.frame.loc[table.frame["age"] < 30, "seniority"]
    assert bands.by_group["< 30"].value == pytest.approx(young.mean())
    assert bands.judgement is Judgement.GAP
    assert gender.judgement is Judgement.NO_EVIDENCE


def test_the_planted_proxy_is_named_first(table):
    importance = pd.DataFrame({"column": ["income", "district"], "mean_absolute": [3.0, 1.0]})
    problem = ask(table, ["calls", "income", "district", "age", "gender"])
    found = proxies(table, problem, "gender", importance=importance)
    assert found.columns["column"].iloc[0] == "district"
    assert found.telling == ("district",)
    assert "gender" not in set(found.columns["column"])
    assert found.columns["value"].iloc[0] == pytest.approx(0.925, abs=0.02)  # 0.85 + 0.15 / 2
    assert found.together == pytest.approx(0.925, abs=0.02)
    assert found.columns["share"].iloc[0] == pytest.approx(0.25)
    assert found.verdict.startswith("“district” tells gender best (ROC AUC 0.9")
    assert found.verdict.endswith("Columns that tell it make up 25 % of the model's reasons.")


def test_a_proxy_of_a_number_is_measured_by_r2(table):
    found = proxies(table, ask(table, ["income", "seniority", "district"]), "age")
    assert found.metric == "r2"
    assert found.telling == ("seniority",)
    bands = proxies(table, ask(table, ["income", "seniority", "age"]), Segment(("age",), {"age": (30, 60)}))
    assert bands.metric == "roc_auc"
    assert bands.columns["column"].tolist()[0] == "seniority"
    assert "age" not in set(bands.columns["column"])


def test_without_proxies_nothing_is_named(table):
    found = proxies(table, ask(table, ["income", "calls"]), "gender")
    assert found.telling == ()
    assert found.together_low <= 0.5
    assert found.verdict.startswith("No column gives gender away, nor do all together: ROC AUC 0.5")
    assert found.verdict.endswith(", as by chance.")
    told = replace(found, together_low=0.51).verdict
    assert told.startswith("No single column gives gender away; all together tell it")


def test_what_cannot_be_looked_at_is_said(table):
    with pytest.raises(CrmAiError, match="No other column"):
        proxies(table, ask(table, ["gender"]), "gender")
    with pytest.raises(CrmAiError, match="two groups"):
        proxies(table, ask(table, ["income"]), groups_from_labels("one", ["a"] * len(table)))


def test_flipping_a_column_the_model_does_not_hold_changes_nothing(table):
    run = train(table, ask(table, ["district", "income"]), ["logistic_regression"])
    found = flip_segment(run, "logistic_regression", "gender")
    assert not found.looked_at
    assert found.changed.value == 0
    assert "does not look at “gender”" in found.verdict


def test_flipping_counts_decisions_that_change(table):
    run = train(table, ask(table, ["gender", "income"]), ["logistic_regression"])
    threshold = 0.35
    found = flip_segment(run, "logistic_regression", "gender", threshold=threshold)
    model, frame = run.model("logistic_regression"), run.holdout_frame
    before = model.predict(frame) >= threshold
    other = frame["gender"].astype(str).map({"f": "m", "m": "f"}).astype(frame["gender"].dtype)
    after = model.predict(frame.assign(gender=other)) >= threshold
    assert found.changed.value == pytest.approx((before != after).mean())
    assert found.changed.value > 0.5
    moves = found.moves.set_index("value")
    assert moves.loc["f", "mean_change"] > 0 > moves.loc["m", "mean_change"]
    assert moves.loc["f", "turned_off"] == 0
    numbers = flip_segment(run, "logistic_regression", "income", threshold=threshold)
    assert len(numbers.moves) == 6
