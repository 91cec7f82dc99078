"""Files as customers really send them: a clear message or a sensible result, never a traceback or a wrong number."""

import json

import numpy as np
import pandas as pd
import pytest

from crm_ai import (
    audit_fairness,
    explain,
    explain_with_lime,
    headline,
    inspect,
    load_model,
    propose_problem,
    read_table,
    score,
    table_from_frame,
    train,
)
from crm_ai.deployment import model_bytes, model_card
from crm_ai.errors import CrmAiError, ProblemError, ReadError
from crm_ai.modeling import Task


def frame_of(n=200, **more):
    generator = np.random.default_rng(4)
    months = generator.normal(20, 8, n).round(1)
    columns = {
        "months": months,
        "plan": generator.choice(["a", "b", "c"], n),
        "group": generator.choice(["x", "y"], n),
        "goal": np.where((months < 18) ^ (generator.random(n) < 0.15), "Yes", "No"),
    }
    return pd.DataFrame(columns | more)


def whole_way(frame, target="goal", segments=("group",), **choices):
    """Everything a user can do with a table; returns the run."""
    table = table_from_frame(frame, name="customers.csv")
    inspect(table, target=target)
    run = train(table, propose_problem(table, target=target, segments=segments, **choices).problem)
    for model in run.models:
        for estimate in headline(run, model).values():
            assert not np.isnan(estimate.value)
        reasons = explain(run, model)
        assert np.isfinite(reasons.values).all()
        assert np.isfinite(explain_with_lime(run, model, int(run.holdout_rows[0]), samples=200).weights).all()
        audits = [audit_fairness(run, model, segment) for segment in run.problem.segments]
        assert model_card(run, model, audits=audits)
        again = load_model(model_bytes(run.model(model)))
        assert np.array_equal(score(again, table).frame.iloc[:, 0], score(run.model(model), table).frame.iloc[:, 0])
    return run


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n\n\n", ""),
        (b"name,age\n", ""),
        (bytes(range(256)) * 20, ""),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 400, ""),
        (b"PK\x03\x04" + b"\x00" * 400, ""),
    ],
)
def test_files_that_are_no_tables_are_refused_with_a_next_step(content, says, tmp_path):
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        read_table(path)
    assert says in str(caught.value).lower()
    assert "customers.csv" in str(caught.value)
    assert caught.value.next_step


def test_one_row_is_read_but_cannot_be_learned_from(tmp_path):
    (tmp_path / "one.csv").write_text("name,age,goal\nAnn,3,Yes\n")
    table = read_table(tmp_path / "one.csv")
    assert len(table) == 1
    inspect(table)
    with pytest.raises(ProblemError, match="Only 1 customer"):
        propose_problem(table, target="goal")


def test_three_rows_are_too_few(tmp_path):
    with pytest.raises(ProblemError, match="at least 30"):
        propose_problem(table_from_frame(frame_of(3)), target="goal")


def test_one_class_is_nothing_to_predict():
    with pytest.raises(ProblemError, match="nothing to predict"):
        propose_problem(table_from_frame(frame_of(goal="Yes")), target="goal")


def test_missing_targets_are_counted_and_scored_but_not_trained_on():
    frame = frame_of(300)
    frame.loc[:99, "goal"] = None
    run = whole_way(frame)
    assert run.unlabelled == 100
    assert len(run.train_rows) + len(run.holdout_rows) == 200
    assert len(score(run.models["decision_tree"], run.table).frame) == 300


def test_columns_that_never_vary_are_set_aside():
    frame = frame_of(country="CN", year=2026, empty=np.nan)
    run = whole_way(frame)
    assert not {"country", "year", "empty"} & set(run.problem.features)


def test_only_constant_columns_leave_nothing_to_predict_from():
    frame = pd.DataFrame({"country": ["CN"] * 100, "goal": ["Yes", "No"] * 50})
    with pytest.raises(ProblemError, match="No column is left"):
        propose_problem(table_from_frame(frame), target="goal")


def test_constant_columns_that_the_user_insists_on_do_no_harm():
    whole_way(frame_of(country="CN"), features=["months", "country"])


def test_three_hundred_columns():
    generator = np.random.default_rng(0)
    run = whole_way(frame_of(400, **{f"column {i}": generator.normal(size=400) for i in range(300)}))
    assert len(run.problem.features) > 300


def test_five_hundred_labels():
    generator = np.random.default_rng(0)
    shops = np.array([f"shop {i}" for i in range(500)])
    run = whole_way(frame_of(3000, shop=generator.choice(shops, 3000)), features=["months", "shop"], segments=["shop"])
    assert len(audit_fairness(run, "decision_tree", "shop").sizes) <= 20


def test_duplicate_names_are_told_apart(tmp_path):
    (tmp_path / "twice.csv").write_text("goal,age,age\n" + "Yes,1,2\nNo,3,4\n" * 60)
    table = read_table(tmp_path / "twice.csv")
    assert len(set(table.schema.names)) == 3
    assert any("age" in note for note in table.reading.notes)


@pytest.mark.parametrize(
    "name", ["<b onclick=alert(1)>x</b>", "😀", "123", "合同", "a,b\nc", "=cmd()", "{}%s", "score", " "]
)
def test_awkward_column_names_come_through(name):
    frame = frame_of().rename(columns={"months": name})
    run = whole_way(frame, features=[c for c in table_from_frame(frame).schema.names if c not in ("goal", "group")])
    assert "decision_tree" in run.models


@pytest.mark.parametrize("labels", [("<script>", "No"), ("是", "否"), ("1", "0"), ("😀", "😢"), ("True", "False")])
def test_awkward_answers_come_through(labels):
    frame = frame_of()
    frame["goal"] = frame["goal"].map({"Yes": labels[0], "No": labels[1]})
    run = whole_way(frame)
    assert set(run.problem.labels) == set(labels)


def test_dates_predict_and_group():
    frame = frame_of()
    frame["since"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(np.arange(200) * 5, unit="D")
    frame.loc[::7, "since"] = pd.NaT
    run = whole_way(frame, features=["since", "months"], segments=["since"])
    assert "since" in run.problem.features


def test_a_binary_target_in_every_spelling_of_zero_and_one():
    for ones in ([1, 0], [1.0, 0.0], [True, False], ["1", "0"]):
        frame = frame_of()
        frame["goal"] = frame["goal"].map(dict(zip(["Yes", "No"], ones, strict=True)))
        table = table_from_frame(frame)
        problem = propose_problem(table, target="goal").problem
        assert problem.task is Task.BINARY
        assert train(table, problem, ["decision_tree"]).actual.sum() == pytest.approx(
            0.2 * (frame["goal"].astype(str).isin(["1", "1.0", "True"])).sum(), abs=1
        )


def test_a_segment_with_one_lonely_group_is_no_gap():
    frame = frame_of(group="x")
    audit = audit_fairness(whole_way(frame, segments=["group"]), "decision_tree", "group")
    assert audit.four_fifths is None


def test_groups_of_three_are_shown_but_not_judged():
    frame = frame_of(400)
    frame["group"] = np.where(np.arange(400) < 12, "rare", "usual")
    audit = audit_fairness(whole_way(frame), "decision_tree", "group")
    assert "rare" in audit.too_few
    assert audit.four_fifths is None


def test_separable_answers_do_not_break_the_models():
    frame = frame_of(goal=["Yes"] * 100 + ["No"] * 100, months=np.arange(200.0))
    run = whole_way(frame, features=["months"])
    assert headline(run, "logistic_regression")["roc_auc"].value > 0.99


def test_infinite_and_huge_numbers_do_not_break_the_models():
    frame = frame_of()
    frame.loc[0, "months"], frame.loc[1, "months"], frame.loc[2, "months"] = np.inf, -np.inf, 1e300
    whole_way(frame)


def test_every_error_can_be_shown_as_it_is():
    error = CrmAiError("What.", where="<b>file</b>", next_step="Do.")
    assert json.dumps(str(error))
