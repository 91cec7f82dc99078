"""Explanations of new customers by a model without its run."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import explain_table, find_rows, load_model, model_bytes, write_parts
from crm_ai.errors import CrmAiError, ScoringError
from crm_ai.explanation import explain_rows, shap_explainer
from crm_ai.modeling import propose_problem, train
from crm_ai.modeling.recalibration import raw_scores
from crm_ai.table import table_from_frame
from tests.unit.explanation.known_data import KNOWN_FEATURES, KNOWN_MODELS, make_known


def with_ids(n=900):
    frame = make_known(n)
    frame.insert(0, "customer", [f"K{place:04d}" for place in range(n)])
    return frame


@pytest.fixture(scope="module")
def table():
    return table_from_frame(with_ids())


def trained(table, target, models):
    problem = propose_problem(table, target=target, features=list(KNOWN_FEATURES)).problem
    run = train(table, problem, models)
    return run, {name: load_model(model_bytes(model)) for name, model in run.models.items()}


@pytest.fixture(scope="module")
def leaving(table):
    return trained(table, "left", [*KNOWN_MODELS, "linear_regression"])


def contributions(frame):
    return frame[[name for name in frame if name.startswith("contribution of ")]].to_numpy()


@pytest.mark.parametrize("model", [*KNOWN_MODELS, "linear_regression"])
@pytest.mark.parametrize("scale", [None, "probability"])
def test_contributions_add_up_to_the_prediction_on_the_stated_scale(leaving, table, model, scale):
    loaded = leaving[1][model]
    frame = explain_table(loaded, table, rows=np.arange(0, 900, 9), scale=scale).to_frame()
    assert frame["base"].nunique() == 1
    sums = frame["base"].to_numpy() + contributions(frame).sum(axis=1)
    assert sums == pytest.approx(frame["output"].to_numpy(), abs=1e-6)
    said = loaded.predict(table.frame.iloc[::9])
    assert frame["prediction"].to_numpy() == pytest.approx(said, abs=1e-12)
    if frame["scale"].iloc[0] == "log-odds":
        assert 1 / (1 + np.exp(-frame["output"].to_numpy())) == pytest.approx(said, abs=1e-6)
    elif model != "linear_regression":  # whose sums may leave 0 to 1, where scores are cut
        assert frame["output"].to_numpy() == pytest.approx(said, abs=1e-6)


@pytest.mark.parametrize("target", ["spent", "offer"])
def test_numbers_and_several_answers(table, target):
    _run, models = trained(table, target, ["linear_regression" if target == "spent" else "logistic_regression"])
    for model in models.values():
        frame = explain_table(model, table, label=None if target == "spent" else "mail").to_frame()
        sums = frame["base"].to_numpy() + contributions(frame).sum(axis=1)
        assert sums == pytest.approx(frame["output"].to_numpy(), abs=1e-6)
        if target == "spent":
            assert "answer" not in frame
            assert frame["prediction"].to_numpy() == pytest.approx(model.predict(table.frame))
        else:
            assert set(frame["answer"]) == {"mail"}
            place = model.problem.labels.index("mail")
            assert frame["prediction"].to_numpy() == pytest.approx(model.predict(table.frame)[:, place])


def test_a_linear_model_says_without_its_run_what_it_says_with_it(leaving, table):
    run, models = leaving
    here = explain_rows(run, shap_explainer(run, "logistic_regression"), np.arange(900))
    there = explain_table(models["logistic_regression"], table).to_frame()
    assert np.array_equal(contributions(there), here.values)


def test_parts_say_the_same_as_the_whole(leaving, table, monkeypatch):
    """Also where values are estimated: how many are explained in all decides how precisely, not each part."""
    for model in ("decision_tree", "neural_network"):
        rows = np.arange(120)
        whole = explain_table(leaving[1][model], table, rows=rows).to_frame()
        monkeypatch.setattr("crm_ai.deployment.explaining.MOST_AT_ONCE", 50)
        told = []
        explained = explain_table(leaving[1][model], table, rows=rows, progress=told.append)
        parts = list(explained.parts())
        assert [len(part) for part in parts] == [50, 50, 20]
        assert told == [50, 100, 120]
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole, rtol=1e-9)
        monkeypatch.undo()


def test_the_long_form_holds_the_same_numbers_with_values_and_errors(leaving, table):
    rows = np.array([5, 2, 700])
    for model in ("decision_tree", "neural_network"):
        explained = explain_table(leaving[1][model], table, rows=rows)
        long, wide = explained.to_long_frame(), explained.to_frame()
        assert long["column"].tolist() == list(KNOWN_FEATURES) * 3
        assert long["customer"].tolist()[:: len(KNOWN_FEATURES)] == ["K0005", "K0002", "K0700"]
        assert long["contribution"].to_numpy().reshape(3, -1) == pytest.approx(contributions(wide))
        assert (long["standard_error"] > 0).any() == (model == "neural_network")
        own = table.frame.iloc[5]
        assert long["value"].tolist()[:4] == [
            str(int(own["months"])),
            own["plan"],
            str(int(own["calls"])),
            own["region"],
        ]
        assert float(long["value"].iloc[4]) == own["noise"]


def test_reasons_in_words_are_the_strongest_contributions(leaving, table):
    frame = explain_table(leaving[1]["logistic_regression"], table).to_frame()
    values = contributions(frame)
    strongest = np.asarray(KNOWN_FEATURES)[np.abs(values).argmax(axis=1)]
    said = frame["reason 1"].str.split(" = ").str[0]
    assert said.tolist() == strongest.tolist()
    sign = frame["reason 1"].str.extract(r"\((.)")[0]
    assert (sign == "+").tolist() == (
        np.take_along_axis(values, np.abs(values).argmax(axis=1)[:, None], 1) > 0
    ).ravel().tolist()
    points = explain_table(leaving[1]["decision_tree"], table, rows=np.array([0])).to_frame()
    assert points["reason 1"].iloc[0].endswith(" points)")


def test_a_column_that_moves_nothing_is_no_reason(leaving, table):
    frame = explain_table(leaving[1]["decision_tree"], table).to_frame()
    few = (np.abs(contributions(frame)) > 0).sum(axis=1) < 3
    assert (frame.loc[few, "reason 3"] == "").all()
    assert (frame.loc[~few, "reason 3"] != "").all()


def test_compared_with_others(leaving, table):
    model = leaving[1]["decision_tree"]
    others = table_from_frame(with_ids().query("plan == 'yearly'"))
    frame = explain_table(model, table, compared_with=others).to_frame()
    assert frame["base"].iloc[0] == pytest.approx(model.predict(others.frame).mean())
    assert len(explain_table(replace(model, references=None), table, compared_with=others)) == len(table)


def test_what_does_not_fit_is_told_as_by_scoring(leaving):
    frame = with_ids(50)
    frame["plan"] = ["never seen"] * 5 + ["monthly"] * 45
    explained = explain_table(leaving[1]["decision_tree"], frame)
    assert (explained.mismatches[0].column, explained.mismatches[0].rows) == ("plan", 5)
    assert np.isfinite(contributions(explained.to_frame())).all()
    with pytest.raises(ScoringError, match="calls"):
        explain_table(leaving[1]["decision_tree"], frame.drop(columns="calls"))


def test_one_customer_with_nothing_known(leaving):
    frame = with_ids(3).head(1).astype(object)
    frame.loc[0, list(KNOWN_FEATURES)] = None
    for model in leaving[1].values():
        explained = explain_table(model, frame.assign(plan="monthly")).to_frame()
        assert len(explained) == 1
        assert np.isfinite(contributions(explained)).all()


def test_nobody_and_strangers(leaving, table):
    model = leaving[1]["logistic_regression"]
    with pytest.raises(CrmAiError, match="nobody to explain"):
        explain_table(model, table, rows=np.array([], dtype=int))
    with pytest.raises(CrmAiError, match="fame"):
        explain_table(model, table, scale="fame")
    with pytest.raises(CrmAiError, match="Perhaps"):
        explain_table(model, table, label="Perhaps")


def test_customers_are_found_by_name_or_row(table):
    assert find_rows(table, ("K0007", "#3", "K0007")).tolist() == [2, 7]
    with pytest.raises(CrmAiError, match="K9999, #901, #0"):
        find_rows(table, ("K0001", "K9999", "#901", "#0"))


def hostile():
    frame = with_ids(300).rename(columns={"plan": "=cmd()", "region": "prediction"})
    frame["customer"] = [f"=HYPERLINK({place})" for place in range(300)]
    return frame


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_written_files_hold_everything_and_no_formula(tmp_path, monkeypatch, ending):
    monkeypatch.setattr("crm_ai.deployment.explaining.MOST_AT_ONCE", 70)
    table = table_from_frame(hostile())
    problem = propose_problem(table, target="left", features=["months", "=cmd()", "prediction", "noise"]).problem
    model = train(table, problem, ["logistic_regression"]).models["logistic_regression"]
    explained = explain_table(model, table)
    path = tmp_path / f"out.{ending}"
    assert write_parts(explained.parts(), path) == 300
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel}[ending](path)
    assert list(read.columns) == list(explained.to_frame().columns)
    assert contributions(read) == pytest.approx(contributions(explained.to_frame()))
    assert read["row"].tolist() == list(range(1, 301))
    if ending != "parquet":
        texts = read.select_dtypes(exclude="number").to_numpy().ravel()
        assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in texts)
        assert (read["customer"].str[:2] == "'=").all()
    assert write_parts(explained.long_parts(), path) == 300 * 4
    long = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel}[ending](path)
    noise = long.loc[long["column"] == "noise", "value"].astype(float)
    assert noise.to_numpy() == pytest.approx(table.frame["noise"].to_numpy())


def test_a_name_that_the_file_has_already_stays_beside_ours(table):
    frame = with_ids(300).rename(columns={"customer": "base"})
    other = table_from_frame(frame)
    assert "base" in [column.name for column in other.schema if column.kind.value == "identifier"]
    problem = propose_problem(other, target="left", features=["months", "calls"]).problem
    out = explain_table(train(other, problem, ["decision_tree"]).models["decision_tree"], other).to_frame()
    assert out["base"].iloc[0] == "K0000"
    assert out["base (2)"].to_numpy() + contributions(out).sum(axis=1) == pytest.approx(out["output"].to_numpy())


def test_a_zero_has_no_minus_whichever_came_first():
    frame = pd.DataFrame({"months": np.tile([-0.0, 0.0, 3.0, 9.0], 50), "Churn": ["Yes", "Yes", "No", "No"] * 50})
    table = table_from_frame(frame)
    problem = propose_problem(table, target="Churn", features=["months"]).problem
    model = train(table, problem, ["decision_tree"]).model("decision_tree")
    for first in ([-0.0, 0.0], [0.0, -0.0]):
        said = explain_table(model, pd.DataFrame({"months": [*first, 3.0]})).to_frame()["reason 1"]
        assert said[:2].str.startswith("months = 0 (").all(), said.tolist()


@pytest.mark.parametrize("way", ["sigmoid", "isotonic"])
def test_probabilities_are_explained_as_they_are_said_after_a_correction(table, way):
    models = ["linear_regression", *KNOWN_MODELS]
    problem = propose_problem(table, target="left", features=list(KNOWN_FEATURES)).problem
    run = train(table, replace(problem, recalibration=way, balanced=True), models)
    rows = run.holdout_rows[:20]
    for name in models:
        model = run.model(name)
        said = model.predict(table.frame.iloc[rows])
        uncorrected = raw_scores(model.estimator, encoded(model, table, rows))
        assert np.abs(said - uncorrected).max() > 0.02
        here = explain_rows(run, shap_explainer(run, name, scale="probability"), rows)
        assert here.output == pytest.approx(said, abs=1e-9), name
        assert (here.error is None) == (name == "decision_tree")  # which stays a tree, with other leaves
        there = explain_table(load_model(model_bytes(model)), table, rows=rows, scale="probability").to_frame()
        assert there["output"].to_numpy() == pytest.approx(said, abs=1e-6), name


def test_a_corrected_tree_is_explained_by_its_definition(table):
    problem = propose_problem(table, target="left", features=["months", "calls", "noise"]).problem
    run = train(table, replace(problem, recalibration="sigmoid"), ["decision_tree"])
    model, rows = run.model("decision_tree"), run.holdout_rows[:3]
    background, customers = encoded(model, table, run.train_rows), encoded(model, table, rows)
    found = explain_rows(run, shap_explainer(run, "decision_tree"), rows)
    for values, customer in zip(found.values, customers, strict=True):
        assert values == pytest.approx(by_definition(model.predict_encoded, customer, background), abs=1e-9)


def encoded(model, table, rows):
    return model.encoder.transform(model.cleaned(table.frame[list(model.problem.features)].iloc[rows]))


def by_definition(predict, customer, background):
    """Mean gain of each column over all orders; here every column is encoded as one."""
    columns = range(len(customer))
    gains = np.zeros(len(customer))
    orders = list(permutations(columns))
    for order in orders:
        mixed = background.copy()
        before = predict(mixed).mean()
        for column in order:
            mixed[:, column] = customer[column]
            gains[column] += (after := predict(mixed).mean()) - before
            before = after
    return gains / len(orders)
