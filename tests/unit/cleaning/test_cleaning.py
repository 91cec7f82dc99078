"""Repairs in order: nothing from the holdout, the same in a new process, undone by switching them off."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from crm_ai.cleaning import (
    Cleaning,
    accept,
    certain_repairs,
    changes,
    clean,
    fitting,
    learn_recipe,
    read_recipe,
    recipe_text,
)  # fmt: skip
from crm_ai.errors import CrmAiError, ProblemError, ReadError
from crm_ai.explanation import explain, explain_with_lime
from crm_ai.modeling import propose_problem, train
from crm_ai.table import Kind, Repair, inspect, table_from_frame

N = 400
LEARNED = (
    Repair("cap_outliers", ("spend",)),
    Repair("fill_median", ("calls",), {"indicator": True}),
    Repair("fill_most_frequent", ("city",)),
    Repair("fill_neighbours", ("age",)),
    Repair("fill_chained", ("income",), {"indicator": True}),
)
AGREED = (
    Repair("unify_labels", ("gender",), {"labels": {"male ": "Male", "M": "Male"}}),
    Repair("blank_impossible", ("age",), {"low": 0.0, "high": 120.0}),
    *LEARNED,
)


def customers(n=N, seed=0):
    random = np.random.default_rng(seed)
    base = random.normal(size=n)
    frame = pd.DataFrame({
        "customer_id": [f"c{seed}-{i:05d}" for i in range(n)],
        "age": (45 + 12 * base).round(),
        "income": 3000 + 800 * base + 100 * random.normal(size=n),
        "calls": random.poisson(4, n).astype(float),
        "spend": random.normal(100, 10, n),
        "city": random.choice(["北京", "上海", None], n, p=[0.6, 0.3, 0.1]),
        "gender": random.choice(["Male", "male ", "M", "Female"], n, p=[0.4, 0.05, 0.05, 0.5]),
        "Churn": np.where(base + random.normal(size=n) > 0.7, "Yes", "No"),
    })  # fmt: skip
    for name in ("age", "income", "calls"):
        frame.loc[random.random(n) < 0.15, name] = np.nan
    frame.loc[3, "spend"] = 1e5
    frame.loc[5, "age"] = 400
    return frame


def trained(frame, repairs=AGREED):
    table = accept(table_from_frame(frame), repairs)
    return train(table, propose_problem(table, target="Churn", features=trained_features(table)).problem)


FEATURES = ["age", "income", "calls", "spend", "city", "gender"]


def test_no_holdout_customer_influences_the_cleaning():
    frame = customers()
    run = trained(frame)
    spoiled = frame.copy()
    for name in ("age", "income", "calls", "spend"):
        spoiled.loc[run.holdout_rows, name] = 77.0 if name == "age" else 1e6
    spoiled.loc[run.holdout_rows, "city"] = "上海"
    again = trained(spoiled)
    assert again.holdout_rows.tolist() == run.holdout_rows.tolist()
    for name, model in run.models.items():
        other = again.models[name]
        assert model.pipeline.named_steps["cleaning"].learned == other.pipeline.named_steps["cleaning"].learned
        assert (model.predict(run.train_frame) == other.predict(run.train_frame)).all()
    pd.testing.assert_frame_equal(run.cross_validation, again.cross_validation)


def test_a_training_customer_does_influence_it():
    frame = customers()
    run = trained(frame)
    frame.loc[run.train_rows[:120], "calls"] = 50.0
    again = trained(frame)
    assert (
        run.models["logistic_regression"].pipeline.named_steps["cleaning"].learned
        != again.models["logistic_regression"].pipeline.named_steps["cleaning"].learned
    )


def test_folds_learn_their_own_cleaning():
    """A customer outside a fold's training part must not change what that fold was judged by."""
    frame = customers()
    capped = trained(frame, (Repair("cap_outliers", ("spend",), {"share": 0.4}),))
    plain = trained(frame, ())
    assert not np.allclose(capped.cross_validation["value"], plain.cross_validation["value"])


def test_reasons_stay_in_the_customers_own_columns():
    run = trained(customers())
    for name in run.models:
        explanation = explain(run, name)
        assert set(explanation.columns) == set(FEATURES)
        output = run.predictions[name]
        if name == "logistic_regression":
            output = np.log(output / (1 - output))
        if name != "linear_regression":  # its predictions are cut to shares, its reasons are not
            assert explanation.additivity_error(output) < 1e-6
        lime = explain_with_lime(run, name, int(run.holdout_rows[0]), samples=300)
        assert set(lime.columns) == set(FEATURES)
        assert len(lime.conditions) == len(lime.weights) == len(FEATURES)


def test_accepting_makes_at_once_what_learns_nothing():
    table = table_from_frame(customers())
    agreed = accept(table, AGREED)
    assert agreed.repairs == AGREED
    assert set(agreed.frame["gender"].cat.categories) == {"Male", "Female"}
    assert agreed.frame["age"].max() <= 120
    assert agreed.frame["calls"].isna().sum() == table.frame["calls"].isna().sum()
    assert agreed.digest != table.digest
    assert accept(agreed, AGREED) is agreed
    assert accept(table, ()).digest == table.digest


def test_certain_repairs_are_those_that_can_hardly_be_wrong():
    frame = pd.concat([customers(), customers()[:7]])
    repairs = certain_repairs(inspect(table_from_frame(frame)))
    assert [repair.step for repair in repairs] == ["unify_labels", "blank_impossible", "drop_duplicates"]
    assert len(accept(table_from_frame(frame), repairs)) == N


def test_rows_that_differ_in_spelling_only_are_repeats():
    frame = pd.DataFrame({"name": ["Ann", "Ann", "Bob"], "plan": ["basic", "basic ", "basic"]})
    repairs = [Repair("unify_labels", ("plan",), {"labels": {"basic ": "basic"}}), Repair("drop_duplicates")]
    assert len(accept(table_from_frame(frame), repairs)) == 2
    assert len(clean(table_from_frame(frame), learn_recipe(table_from_frame(frame), repairs))) == 2


def test_text_that_is_read_as_numbers_becomes_a_feature():
    frame = pd.DataFrame({"income": [*map(str, range(1000, 1090)), *["plenty", "none of it"] * 5]})
    table = accept(table_from_frame(frame), [Repair("retype", ("income",), {"kind": "number"})])
    assert table.schema["income"].kind is Kind.NUMBER
    assert table.frame["income"].isna().sum() == 10


def test_a_recipe_gives_the_same_transformation_in_a_new_process(tmp_path):
    june, july = table_from_frame(customers(), name="june"), customers(seed=1)
    recipe = learn_recipe(june, [*AGREED, Repair("drop_duplicates")])
    expected = clean(table_from_frame(july), recipe).frame
    july.to_parquet(tmp_path / "july.parquet")
    (tmp_path / "recipe.yaml").write_text(recipe_text(recipe), encoding="utf-8")
    code = (
        "import pandas as pd, pathlib, sys; from crm_ai.cleaning import clean, read_recipe;"
        "from crm_ai.table import table_from_frame; here = pathlib.Path(sys.argv[1]);"
        "recipe = read_recipe((here / 'recipe.yaml').read_text(encoding='utf-8'));"
        "table = table_from_frame(pd.read_parquet(here / 'july.parquet'));"
        "clean(table, recipe).frame.to_pickle(here / 'out.pickle')"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=120)
    pd.testing.assert_frame_equal(pd.read_pickle(tmp_path / "out.pickle"), expected)
    assert expected["age"].notna().all()
    assert expected["income"].notna().all()


def test_a_recipe_survives_its_text():
    recipe = learn_recipe(table_from_frame(customers()), [*AGREED, Repair("drop_duplicates")])
    again = read_recipe(recipe_text(recipe))
    assert again.repairs == recipe.repairs
    assert again.schema.names == recipe.schema.names
    assert again.cleaning.learned == recipe.cleaning.learned
    assert "one spelling: “male ”, “M” → “Male”" in recipe_text(recipe)


def test_the_answer_never_fills_what_predicts_it():
    frame = customers().assign(value=np.arange(N, dtype=float))
    table = table_from_frame(frame)
    schema = table.schema.corrected("value", role="target").corrected("Churn", role="ignored")
    recipe = learn_recipe(table.with_schema(schema), LEARNED)
    for step in recipe.cleaning.steps_:
        assert "value" not in getattr(step, "used_", [])


def test_a_file_without_a_repaired_column_is_refused():
    recipe = learn_recipe(table_from_frame(customers()), LEARNED)
    with pytest.raises(ProblemError, match="column that is not there: income"):
        clean(table_from_frame(customers().drop(columns="income")), recipe)


def test_what_was_done_is_told():
    table = table_from_frame(customers(seed=1))
    done = clean(table.with_frame(table.frame.assign(extra=1)), learn_recipe(table_from_frame(customers()), AGREED))
    notes = " ".join(done.reading.notes)
    assert "recipe does not know were kept: extra" in notes
    assert "gender: one spelling" in notes
    assert done.schema["calls was missing"].kind is Kind.BOOLEAN


@pytest.mark.parametrize(
    "text",
    ["", "format: something else", "- 1", "[", "format: crm_ai recipe\nversion: 1", "a: &a [*a]",
     "format: crm_ai recipe\nversion: 1\nmade_from: {file: x, customers: 1}\ncolumns: {}\nrepairs: [{step: polish}]",
     "!!python/object/apply:os.system ['true']"],
)  # fmt: skip
def test_what_is_no_recipe_is_refused(text):
    with pytest.raises(ReadError):
        read_recipe(text)


def test_changes_before_and_after():
    table = table_from_frame(customers())
    spelled, blanked, capped, filled, *_rest = changes(table, AGREED)
    assert spelled.cells == table.frame["gender"].isin(["male ", "M"]).sum()
    assert {("male ", "Male"), ("M", "Male")} == set(
        zip(spelled.examples["before"], spelled.examples["after"], strict=True)
    )
    assert (blanked.cells, blanked.examples["after"].tolist()) == (1, ["missing"])
    assert capped.cells == 1
    assert filled.cells == table.frame["calls"].isna().sum()


def test_repairs_of_columns_that_are_gone_are_refused_kindly():
    with pytest.raises(CrmAiError, match="not there"):
        accept(table_from_frame(customers()), [Repair("fill_median", ("gone",))])


def test_cleaning_is_fast_to_clone_and_ignores_rows():
    cleaning = Cleaning([Repair("drop_duplicates")]).fit(customers())
    assert cleaning.steps_ == []
    assert len(cleaning.transform(pd.concat([customers(), customers()]))) == 2 * N


@pytest.mark.parametrize(
    "repair",
    [
        Repair("fill_median", ("city",)),
        Repair("cap_outliers", ("gender",)),
        Repair("fill_neighbours", ("customer_id",)),
        Repair("unify_labels", ("age",), {"labels": {"a": "b"}}),
        Repair("blank_impossible", ("age",), {"low": "2020-01-01"}),
        Repair("blank_impossible", ("city",), {"values": [1]}),
    ],
)
def test_repairs_that_do_not_fit_their_column_are_refused_kindly(repair):
    table = table_from_frame(customers())
    for step in (
        lambda: accept(table, [repair]),
        lambda: learn_recipe(table, [repair]),
        lambda: changes(table, [repair]),
    ):
        with pytest.raises(ProblemError, match="cannot be repaired so"):
            step()
    assert fitting(table, [repair, LEARNED[0]]) == LEARNED[:1]


def test_a_repair_fits_what_the_one_before_has_made():
    frame = pd.DataFrame({"income": [*map(str, range(1000, 1090)), *["plenty", "none of it"] * 5]})
    repairs = [Repair("retype", ("income",), {"kind": "number"}), Repair("fill_median", ("income",))]
    table = table_from_frame(frame)
    assert fitting(table, repairs) == tuple(repairs)
    assert clean(table, learn_recipe(table, repairs)).frame["income"].notna().all()


def test_a_target_may_be_left_out():
    table = table_from_frame(customers())
    (change,) = changes(table, [Repair("drop_columns", ("Churn",))])
    assert change.cells == N


def test_models_are_trained_without_the_columns_that_were_left_out():
    run = trained(customers(), (Repair("drop_columns", ("city",)), Repair("drop_columns", ("spend",))))
    assert "city" not in run.table.schema


def trained_features(table):
    return [name for name in FEATURES if name in table.schema]
