"""A candidate is compared with the champion only on customers that neither has seen."""

import numpy as np
import pandas as pd
import pytest

from crm_ai.deployment import load_model, model_bytes
from crm_ai.deployment.registry import (
    approve,
    check_record,
    compare_with_champion,
    find_faults,
    judge_elsewhere,
    promote,
    register,
    same_model,
)
from crm_ai.errors import RegistryError, ScoringError
from crm_ai.modeling import headline, propose_problem, run_record, train
from crm_ai.modeling.comparison import score_difference
from crm_ai.table import Kind, table_from_frame
from tests.unit.deployment.registry.conftest import TICKED, customers, trained


def crowned(registry, run, model="decision_tree"):
    version = register(run, model, registry, name="churn", note="try")
    return promote(registry, approve(registry, version, why="ok", checklist=TICKED), why="go")


def test_there_is_no_champion_yet(registry, run):
    found = compare_with_champion(registry, run, "decision_tree", name="churn")
    assert (found.champion, found.difference) == (None, None)
    assert "no champion" in found.in_words()


def test_on_the_same_holdout_it_is_the_paired_difference_of_the_run(registry, run):
    crowned(registry, run)
    found = compare_with_champion(registry, run, "logistic_regression", name="churn")
    said = run.predictions
    expected = score_difference(run.problem, run.actual, said["logistic_regression"], said["decision_tree"])
    assert found.difference == expected.estimate
    assert (found.p, found.left_out, found.champion) == (expected.p, 0, 1)
    told = register(run, "logistic_regression", registry, name="churn", note="next").facts["comparison"]
    assert told == found.as_json()


def test_customers_whom_the_champion_knows_have_no_say(registry, run):
    """Another split of the same customers: four fifths of its holdout were trained on."""
    frame = customers(1_200)
    first, other = trained(frame, "decision_tree"), trained(frame, "decision_tree", seed=7)
    crowned(registry, first)
    found = compare_with_champion(registry, other, "decision_tree", name="churn")
    known = np.isin(other.holdout_rows, first.train_rows)
    assert 0 < found.left_out == known.sum()
    assert found.difference.n == len(known) - known.sum() > 0
    said = first.model("decision_tree").predict(other.holdout_frame)[~known]
    better = score_difference(other.problem, other.actual[~known], other.predictions["decision_tree"][~known], said)
    assert found.difference == better.estimate


def test_next_months_table(registry, run):
    """Old customers come again among new ones, in another order, with an answer more and a column more."""
    crowned(registry, run)
    frame = pd.concat([customers(), customers(600, seed=9)]).sample(frac=1, random_state=3).reset_index(drop=True)
    frame["news"] = np.arange(len(frame)) % 7
    later = trained(frame, "logistic_regression")
    found = compare_with_champion(registry, later, "logistic_regression", name="churn")
    trained_on = run.train_frame.set_index(["months", "calls"]).index
    known = later.holdout_frame.set_index(["months", "calls"]).index.isin(trained_on)
    assert 0 < found.left_out == known.sum()
    assert found.difference.n == len(later.holdout_rows) - known.sum()


def test_customers_who_look_alike_to_the_champion_count_as_known(registry):
    few = customers()
    few["months"], few["calls"] = few["months"].round(-1), few["calls"].round(-1)
    crowned(registry, trained(few))
    other = trained(few, "decision_tree", seed=7)
    found = compare_with_champion(registry, other, "decision_tree", name="churn")
    assert found.difference is None
    assert "trained on all but" in found.why_not


def test_why_not(tmp_path, registry, run):
    version = crowned(registry, run)
    other = trained(customers().assign(Churn=lambda frame: frame["Churn"].map({"Yes": "gone", "No": "here"})))
    assert "another question" in compare_with_champion(registry, other, "decision_tree", name="churn").in_words()
    narrow = trained(customers().drop(columns="months"), "decision_tree")
    assert (
        "columns that are not there" in compare_with_champion(registry, narrow, "decision_tree", name="churn").why_not
    )
    (tmp_path / "files" / version.facts["files"]["trained_on"]).unlink()
    again = trained(customers(), "decision_tree", seed=7)
    assert "not there any more" in compare_with_champion(registry, again, "decision_tree", name="churn").why_not
    assert register(run, "decision_tree", registry, name="churn", note="next").number == 2


def test_a_better_candidate_is_said_to_be_better(registry):
    frame = customers(3_000)
    crowned(registry, trained(frame, "decision_tree", features=["calls", "plan"]))
    good = trained(frame, "decision_tree", features=["months", "calls", "plan"])
    found = compare_with_champion(registry, good, "decision_tree", name="churn")
    assert found.difference.low > 0
    assert found.in_words().startswith("Better than the champion, v1")


@pytest.fixture(scope="module")
def several():
    return trained(customers(), "decision_tree", "logistic_regression", "linear_regression", "gradient_boosting")


@pytest.fixture
def model(run):
    return load_model(model_bytes(run.model("logistic_regression")))


def test_a_model_file_is_judged_on_other_customers(registry, model):
    table = table_from_frame(customers(300, seed=5))
    run = judge_elsewhere(model, table)
    assert (len(run.train_rows), len(run.holdout_rows)) == (0, 300)
    version = register(run, model.model_type, registry, name="churn", note="from a colleague")
    said = model.predict(table.frame)
    from sklearn.metrics import roc_auc_score

    assert version.metrics["roc_auc"].value == pytest.approx(roc_auc_score(table.frame["Churn"] == "Yes", said))
    assert version.facts["fairness"]["gender"]["sizes"] == table.frame["gender"].astype(str).value_counts().to_dict()
    assert "came as a file" in version.card
    assert version.facts["data"]["trained_on"] == 0
    assert find_faults(registry) == ()


def test_a_champion_from_a_file_cannot_be_compared(registry, run, model):
    judged = judge_elsewhere(model, table_from_frame(customers(300, seed=5)))
    crowned(registry, judged, model.model_type)
    found = compare_with_champion(registry, run, "decision_tree", name="churn")
    assert "not known which of these customers the champion was trained on" in found.why_not


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("name", ["decision_tree", "logistic_regression", "linear_regression", "gradient_boosting"])
def test_every_kind_of_model_file_can_be_registered(registry, several, name, alone):
    model = several.model(name)
    model = load_model(model_bytes(model.alone() if alone else model))
    judged = judge_elsewhere(model, table_from_frame(customers(300, seed=5)))
    version = register(judged, name, registry, name="churn", note="try")
    assert version.facts["drivers"][0][0] == "months"


def test_two_files_judged_on_the_same_customers_are_compared(registry, run, model):
    other = load_model(model_bytes(run.model("decision_tree")))
    table = table_from_frame(customers(300, seed=5))
    crowned(registry, judge_elsewhere(other, table), "decision_tree")
    judged = judge_elsewhere(model, table)
    found = compare_with_champion(registry, judged, model.model_type, name="churn")
    said = model.predict(table.frame), other.predict(table.frame)
    assert found.difference == score_difference(run.problem, judged.actual, *said).estimate


def test_customers_without_an_outcome_are_left_out(model):
    frame = customers(300, seed=5)
    frame.loc[:99, "Churn"] = None
    assert len(judge_elsewhere(model, table_from_frame(frame)).actual) == 200


def test_columns_are_understood_as_in_training(registry):
    """In the new file zone and outcome look like numbers, and a segment is not there."""
    frame = customers()
    frame["zone"] = np.arange(len(frame)) % 3 + 10
    frame["Churn"] = (frame["Churn"] == "Yes").astype(int)
    table = table_from_frame(frame)
    table = table.with_schema(table.schema.corrected("zone", kind=Kind.CATEGORY).corrected("Churn", kind=Kind.CATEGORY))
    problem = propose_problem(table, target="Churn", segments=("zone", "gender"), features=["months", "zone"]).problem
    run = train(table, problem, ["logistic_regression"])
    model = load_model(model_bytes(run.model("logistic_regression")))
    new = customers(300, seed=5).drop(columns="gender")
    new["zone"] = np.arange(len(new)) % 3 + 10.0
    new["Churn"] = (new["Churn"] == "Yes").astype(float)
    judged = judge_elsewhere(model, table_from_frame(new))
    version = register(judged, model.model_type, registry, name="churn", note="try")
    assert version.facts["fairness"]["zone"]["sizes"] == {"10": 100, "11": 100, "12": 100}
    assert list(version.facts["fairness"]) == ["zone"]
    assert headline(judged, model.model_type)["roc_auc"].value > 0.6


def test_what_a_model_file_cannot_be_judged_on(run, model):
    frame = customers(300, seed=5)
    for changed, error, words in (
        (frame.drop(columns="Churn"), RegistryError, "does not say what came out"),
        (frame.head(12), RegistryError, "12 customers only"),
        (frame[frame["Churn"] == "Yes"], RegistryError, "same outcome"),
        (frame.drop(columns="months"), ScoringError, "months"),
        (frame.assign(Churn="perhaps"), RegistryError, "0 customers only"),
    ):
        with pytest.raises(error, match=words):
            judge_elsewhere(model, table_from_frame(changed.reset_index(drop=True)))


def test_the_table_of_its_training_is_refused(run):
    with pytest.raises(RegistryError, match="was trained on customers of this table"):
        check_record(run_record(run), run.table)
    check_record(run_record(run), table_from_frame(customers(300, seed=5)))
    network = trained(customers(), "neural_network")
    model = load_model(model_bytes(network.model("neural_network")))
    with pytest.raises(RegistryError, match="was trained on customers of this table"):
        judge_elsewhere(model, network.table)
    other = judge_elsewhere(model, table_from_frame(customers(300, seed=5)))
    assert headline(other, "neural_network")["roc_auc"].value > 0.6


def test_a_column_called_as_pythons_argument_is_judged():
    model = trained(customers().rename(columns={"months": "self"}), "logistic_regression").model("logistic_regression")
    judged = judge_elsewhere(model, table_from_frame(customers(300, seed=5).rename(columns={"months": "self"})))
    assert len(judged.holdout_rows) == 300


def test_the_same_model_is_known_at_another_threshold_and_another_one_is_not(registry, run):
    first = register(run, "decision_tree", registry, name="churn", note="n")
    lower = register(run, "decision_tree", registry, name="churn", note="n", threshold=0.3, references=False)
    other = register(run, "logistic_regression", registry, name="churn", note="n")
    again = register(trained(customers(seed=2), "decision_tree"), "decision_tree", registry, name="churn", note="n")
    assert same_model(first, lower)
    assert not same_model(first, other)
    assert not same_model(first, again)
