"""Reports of reasons, from a run and from a saved model."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import explain_table, load_model, model_bytes
from crm_ai.explanation import Reference, explain, shap_explainer
from crm_ai.explanation.interactions import interactions
from crm_ai.explanation.reliability import Check, Light, Reliability
from crm_ai.modeling import headline, propose_problem, train
from crm_ai.reporting import explanation_report, material_of_run, material_of_table
from crm_ai.reporting.pictures import MOST_LEVELS, dependence, importance, waterfall
from crm_ai.table import table_from_frame
from crm_ai.words import number
from tests.unit.explanation.known_data import KNOWN_FEATURES, make_known
from tests.unit.reporting.test_html import EVIL, check

DAY = date(2026, 3, 1)
MODELS = ("logistic_regression", "decision_tree", "neural_network")


def run_of(frame, target, models, features=KNOWN_FEATURES):
    table = table_from_frame(frame, name="customers.csv")
    return train(table, propose_problem(table, target=target, features=list(features)).problem, models)


@pytest.fixture(scope="module")
def leaving():
    frame = make_known(900)
    frame.insert(0, "customer", [f"K{place:04d}" for place in range(900)])
    return run_of(frame, "left", list(MODELS))


def page_of_run(run, model, **options):
    material = material_of_run(run, model, shap_explainer(run, model), **options)
    page = explanation_report(material, day=DAY).to_html()
    return page, " ".join(" ".join(check(page).words).split())


@pytest.mark.parametrize("model", MODELS)
def test_a_run_is_told_with_how_good_it_is(leaving, model):
    page, words = page_of_run(leaving, model, pairs=interactions(leaving, model))
    auc = headline(leaving, model)["roc_auc"]
    for said in (
        "left = Yes", "customers.csv", leaving.table.digest, leaving.digest, "2026-03-01", "Worst mistake",
        f"{number(auc.low)} – {number(auc.high)}", "180 customers set aside before training", "It was “",
    ):  # fmt: skip
        assert said in words, said
    assert ("estimated" in words) == (model == "neural_network")
    assert len(page) < 200_000
    assert " nan" not in words
    assert "cause" not in words.lower()


@pytest.mark.parametrize("model", MODELS)
def test_a_saved_model_is_told_without_how_good_it_is(leaving, model):
    explained = explain_table(load_model(model_bytes(leaving.models[model])), leaving.table)
    page = explanation_report(material_of_table(explained, leaving.table), day=DAY).to_html()
    words = " ".join(" ".join(check(page).words).split())
    for said in ("Made from a model file.", "900 customers of the file", "Highest prediction: K0", "Lowest prediction"):
        assert said in words
    assert "ROC AUC" not in words
    assert leaving.digest not in page


@pytest.mark.parametrize(("target", "model"), [("spent", "linear_regression"), ("offer", "decision_tree")])
def test_numbers_and_several_answers(target, model):
    run = run_of(make_known(600), target, [model])
    _page, words = page_of_run(run, model)
    assert ("Explained differences" if target == "spent" else "accuracy") in words
    explained = explain_table(run.models[model], run.table)
    check(explanation_report(material_of_table(explained, run.table), day=DAY).to_html())


def test_odds_are_told_of_two_answers_only(leaving):
    """With several, the score of one may rise and its probability fall: others rise more."""
    assert "+0.7 doubles the odds" in page_of_run(leaving, "logistic_regression")[1]
    run = run_of(make_known(600), "offer", ["logistic_regression"])
    model = run.model("logistic_regression")
    frame = run.table.frame.iloc[run.holdout_rows]
    scores = explain(run, "logistic_regression", label="mail").output
    chances = model.predict(frame)[:, model.problem.labels.index("mail")]
    order = np.argsort(scores)
    assert (np.diff(chances[order]) < -0.1).any()
    words = page_of_run(run, "logistic_regression")[1]
    assert "doubles the odds" not in words
    assert "the answer’s own score" in words


def test_few_customers_are_all_told_of(leaving):
    explained = explain_table(leaving.models["logistic_regression"], leaving.table, rows=np.array([3, 7]))
    material = material_of_table(explained, leaving.table)
    assert [case.name for case in material.cases] == ["K0003", "K0007"]
    usual = leaving.models["logistic_regression"].predict_encoded(leaving.models["logistic_regression"].references)
    assert f"average prediction of {usual.mean():.0%}".replace("%", " %") in material.cases[0].words


def test_one_customer_of_a_model_that_takes_nobody_along():
    run = run_of(make_known(600), "spent", ["linear_regression"])
    explained = explain_table(run.models["linear_regression"], run.table, rows=np.array([3]))
    _words = explanation_report(material_of_table(explained, run.table), day=DAY).to_html()
    assert "average prediction of" in _words
    assert "nan" not in _words


def test_steps_of_a_waterfall_lead_from_the_base_to_the_output(leaving):
    ready = shap_explainer(leaving, "logistic_regression")
    own = ready.explain(leaving.holdout_frame.iloc[[0]])
    first, *steps, last = waterfall(own).bars
    assert first.end == own.base
    assert last.end == pytest.approx(own.output[0])
    assert [step.start for step in steps] == pytest.approx([first.end, *(step.end for step in steps[:-1])])
    assert steps[-1].end == pytest.approx(last.end)
    assert all((step.end > step.start) == step.amount.startswith("+") for step in steps)


def test_the_strongest_columns_come_first(leaving):
    reasons = shap_explainer(leaving, "decision_tree").explain(leaving.holdout_frame)
    sizes = [bar.end for bar in importance(reasons).bars]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == pytest.approx(100 * np.abs(reasons.values).mean(axis=0).max())  # points of probability


@pytest.mark.parametrize("column", ["plan", "months", "calls", "region"])
def test_bars_of_a_column_are_its_mean_contributions(leaving, column):
    reasons = shap_explainer(leaving, "logistic_regression").explain(leaving.holdout_frame)
    frame, bars = reasons.dependence(column), dependence(reasons, column).bars
    assert len(bars) == min(len(frame), MOST_LEVELS)
    assert {bar.end for bar in bars} <= set(frame["mean"])
    assert {bars[0].end, bars[-1].end} == {frame["mean"].iloc[0], frame["mean"].iloc[-1]}
    own = reasons.values[:, reasons.columns.index(column)]
    first = reasons.data[column].astype(str) == str(frame["level"].iloc[0])
    if column in ("plan", "region"):
        assert bars[0].end == pytest.approx(own[first].mean())
        assert bars[0].range_in_words == f"n = {first.sum()}"
    assert all(bar.low <= bar.end <= bar.high for bar in bars if np.isfinite(bar.low))


def test_unreliable_reasons_are_not_drawn(leaving):
    def trust(_row):
        return Reliability((Check("inside", 3.0, Light.POOR, "Nobody is like this one."),), 0.0, 0.0, 0.0)

    page, words = page_of_run(leaving, "logistic_regression", trust=trust)
    assert page.count('class="bars"') == 1 + 3  # what the model goes by, and no customer's way
    assert "Do not rely on reasons here: Nobody is like this one." in words


def test_another_reference_is_named(leaving):
    reference = Reference("plan", "yearly")
    ready = shap_explainer(leaving, "decision_tree", reference=reference)
    page = explanation_report(material_of_run(leaving, "decision_tree", ready, reference=reference), day=DAY).to_html()
    assert "customers with plan = yearly" in page


@pytest.mark.parametrize("evil", [EVIL, "合同 = 每月"])
def test_hostile_and_chinese_names(evil):
    evil = evil.replace("\ud800", "").replace("\x00", "")
    frame = make_known(400).rename(columns={"plan": evil})
    frame[evil] = frame[evil] + evil
    frame.insert(0, "customer", [f"{evil}{place}" for place in range(400)])
    run = run_of(frame, "left", ["decision_tree"], ("months", evil, "calls"))
    page, words = page_of_run(run, "decision_tree")
    assert "<script" not in page.lower()
    assert evil[:10] in words
    explained = explain_table(run.models["decision_tree"], run.table)
    check(explanation_report(material_of_table(explained, run.table), day=DAY).to_html())


def test_a_model_that_says_the_same_of_everybody():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"noise": generator.normal(size=60), "left": generator.choice(["Yes", "No"], 60)})
    run = run_of(frame, "left", ["decision_tree"], ("noise",))
    ready = shap_explainer(run, "baseline")
    page = explanation_report(material_of_run(run, "baseline", ready), day=DAY).to_html()
    assert "the same of everybody" in " ".join(check(page).words)
