"""Pipelines of other people are taken up as they are, or refused in a sentence."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from crm_ai import adopt_pipeline, headline, judge_pipeline, mitigate, tally
from crm_ai.errors import CrmAiError, ProblemError
from crm_ai.modeling import Problem, Task, best_by_cross_validation, learning_curve, out_of_fold_tally
from crm_ai.modeling.foreign_answers import places_of
from crm_ai.table import Kind, table_from_frame

N = 120
FRAME = pd.DataFrame(
    {
        "calls": np.arange(N),
        "套餐": ["大", "小", "中"] * (N // 3),
        "Churn": ["No", "No", "Yes", "No"] * (N // 4),
        "level": ["low", "mid", "high"] * (N // 3),
    }
)
TABLE = table_from_frame(FRAME)
PROBLEM = Problem(target="Churn", task=Task.BINARY, features=("calls", "套餐"), labels=("No", "Yes"))
LEVELS = Problem(target="level", task=Task.MULTICLASS, features=("calls",), labels=("low", "mid", "high"))
SEEN = np.arange(60)


def shares(frame):
    return frame["calls"].to_numpy() / N


class Named:
    """Names an answer, and no probability."""

    def __init__(self, *answers):
        self.answers = answers

    def predict(self, frame):
        return np.asarray([self.answers[int(calls) % len(self.answers)] for calls in frame["calls"]])


class WithClasses:
    def __init__(self, classes, shares=None):
        self.classes_ = np.asarray(classes)
        self.shares = shares

    def predict_proba(self, frame):
        rising = frame["calls"].to_numpy() / N
        return np.column_stack([1 - rising, rising]) if self.shares is None else np.tile(self.shares, (len(frame), 1))

    def predict(self, frame):
        return self.classes_[self.predict_proba(frame).argmax(axis=1)]


def refused(pipeline, problem=PROBLEM, *, like=FRAME, table=TABLE, fitted_on=SEEN):
    with pytest.raises(CrmAiError) as told:
        judge_pipeline(pipeline, table, problem, like=like, fitted_on=fitted_on)
    return str(told.value)


def test_it_must_be_said_who_was_fitted_on():
    for unsaid in (None, "all", [], [1.5], [N], [-1], np.ones(3, dtype=bool)):
        assert "It is not said which of the 120 customers" in refused(shares, fitted_on=unsaid)
    with pytest.raises(TypeError):
        judge_pipeline(shares, TABLE, PROBLEM, like=FRAME)


def test_nobody_fitted_on_is_judged_on():
    for seen in (SEEN, SEEN.tolist(), np.arange(N) < 60):
        run = judge_pipeline(shares, TABLE, PROBLEM, like=FRAME, fitted_on=seen)
        assert run.train_rows.tolist() == list(range(60))
        assert run.holdout_rows.tolist() == list(range(60, N))
        assert not run.is_fitted_elsewhere
    assert "115 customers whose answer is known, and 5 others" in refused(shares, fitted_on=np.arange(115))
    assert "5 customers whose answer is known" in refused(shares, fitted_on=np.arange(5))
    table = table_from_frame(FRAME.assign(Churn=["No", "Yes"] * 40 + ["No"] * 40))
    assert "have the same answer" in refused(shares, table=table, fitted_on=np.arange(80))


def test_a_table_that_is_all_unseen_is_divided():
    run = judge_pipeline(shares, TABLE, PROBLEM, like=FRAME, fitted_on="elsewhere")
    assert run.is_fitted_elsewhere
    assert len(run.train_rows) + len(run.holdout_rows) == N
    assert run.out_of_fold["foreign"] == pytest.approx(run.train_rows / N)
    assert out_of_fold_tally(run, "foreign").counts.sum() == len(run.train_rows)


def test_without_predictions_out_of_fold_what_needs_them_says_so():
    run = judge_pipeline(shares, TABLE, PROBLEM, like=FRAME, fitted_on=SEEN)
    with pytest.raises(ProblemError, match="if it had not seen them"):
        out_of_fold_tally(run, "foreign")
    given = np.where(np.arange(N) < 50, 0.25, np.nan)
    run = judge_pipeline(shares, TABLE, PROBLEM, like=FRAME, fitted_on=SEEN, out_of_fold=given)
    assert out_of_fold_tally(run, "foreign").counts.sum() == 50
    with pytest.raises(ProblemError, match="one row for each"):
        judge_pipeline(shares, TABLE, PROBLEM, like=FRAME, fitted_on=SEEN, out_of_fold=given[:5])


def test_it_is_not_fitted_again():
    run = judge_pipeline(shares, TABLE, replace(PROBLEM, segments=("level",)), like=FRAME, fitted_on="elsewhere")
    assert best_by_cross_validation(run) == "foreign"
    with pytest.raises(ProblemError, match="Only a model that was trained"):
        mitigate(run, "foreign", "level", "reweighing")
    with pytest.raises(ProblemError, match="cannot be fitted again"):
        learning_curve(run, "foreign")


def test_classes_are_found_whatever_they_are_called():
    assert places_of(["Yes", "No"], ["No", "Yes"]) == [1, 0]
    assert places_of(["0", "1"], ["1", "0"]) == [1, 0]
    assert places_of(["0", "1"], ["1", "2"]) == [0, 1]
    assert places_of(["A", "Gold", "B"], ["not Gold", "Gold"], is_rest=True) == [0, 1, 0]
    for classes in (["No", "Yes"], [0, 1], [False, True], [0.0, 1.0]):
        said = adopt_pipeline(WithClasses(classes), TABLE, PROBLEM, like=FRAME).predict(FRAME)
        assert said == pytest.approx(FRAME["calls"] / N)
    said = adopt_pipeline(WithClasses(["Yes", "No"]), TABLE, PROBLEM, like=FRAME).predict(FRAME)
    assert said == pytest.approx(1 - FRAME["calls"] / N)
    many = WithClasses(["mid", "high", "low"], [0.2, 0.3, 0.5])
    assert adopt_pipeline(many, TABLE, LEVELS, like=FRAME).predict(FRAME)[0].tolist() == [0.5, 0.2, 0.3]


def test_answers_without_probabilities_count_as_sure():
    run = judge_pipeline(Named("No", "Yes"), TABLE, PROBLEM, like=FRAME, fitted_on=SEEN)
    assert run.predictions["foreign"].tolist() == [0.0, 1.0] * 30
    assert tally(run, "foreign").counts.sum() == 60


@pytest.mark.parametrize(
    ("pipeline", "sentence"),
    [
        (lambda frame: frame["no such column"], "The pipeline could not predict (KeyError: 'no such column')."),
        (lambda frame: np.full(len(frame), np.nan), "missing or infinite"),
        (lambda frame: np.where(frame["calls"] > 50, np.inf, 0.5), "missing or infinite"),
        (lambda frame: frame["套餐"], "says texts where numbers"),
        (lambda frame: frame["calls"], "no probabilities: they go from 0 to 119"),
        (lambda frame: [0.5], "one prediction for each"),
        (lambda _frame: 0.5, "one prediction for each"),
        (lambda frame: np.zeros((len(frame), 3)), "a probability for each of 2 answers"),
        (lambda frame: np.random.default_rng().random(len(frame)), "says different things"),
        (lambda frame: frame["calls"] / (frame["calls"].max() + 1), "depends on who else is asked about"),
        (WithClasses(["A", "B"]), "The pipeline's answers (A, B) are not those of the question (No, Yes)."),
        (WithClasses(["No", "Maybe", "Yes"], [0.2, 0.3, 0.5]), "are not those of the question"),
        (Named("No", "Perhaps"), "are not those of the question"),
        (LogisticRegression(), "The pipeline could not predict"),
        (LogisticRegression, "cannot be asked for predictions"),
        (3, "A int cannot be asked for predictions."),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(pipeline, sentence):
    assert sentence in refused(pipeline)


def test_numbers_are_asked_of_what_says_numbers():
    problem = Problem(target="calls", task=Task.REGRESSION, features=("套餐",))
    assert "says texts where numbers" in refused(Named("a"), replace(problem, features=("calls", "套餐")))
    run = judge_pipeline(
        lambda frame: (frame["套餐"] == "大") * 10.0, TABLE, problem, like=FRAME, fitted_on="elsewhere"
    )
    assert headline(run, "foreign")["mae"].n == len(run.holdout_rows)
    assert run.model("foreign").ranges is not None


def test_a_question_that_does_not_fit_is_refused():
    assert "it lacks: 套餐" in refused(shares, like=FRAME[["calls"]])
    assert "it lacks: customers" in refused(shares, like=FRAME.head(0))
    assert "shown" not in refused(shares, replace(PROBLEM, features=("calls", "nobody")))


def test_columns_come_in_the_pipelines_order():
    own = FRAME.assign(套餐=FRAME["套餐"].map({"大": 0, "中": 1, "小": 2}))
    tree = DecisionTreeClassifier(max_depth=3).fit(own[["套餐", "calls"]], own["Churn"])
    table = table_from_frame(own)
    run = judge_pipeline(tree, table, PROBLEM, like=own, fitted_on="elsewhere")
    assert run.problem.features == run.model("foreign").columns == ("套餐", "calls")
    said = tree.predict_proba(own[["套餐", "calls"]].iloc[run.holdout_rows])[:, 1]
    assert run.predictions["foreign"] == pytest.approx(said)
    told = refused(tree, replace(PROBLEM, features=("calls", "level")), like=own, table=table)
    assert "(+ 套餐, − level)" in told


def test_three_rows_are_too_few():
    table = table_from_frame(FRAME.head(3))
    assert "customers" in refused(shares, table=table, fitted_on=[0])
    assert "customers" in refused(shares, table=table, fitted_on="elsewhere")


def odd_frame():
    draw = np.random.default_rng(0)
    stamps = pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 400, N), unit="D")
    frame = pd.DataFrame(
        {
            "whole": draw.integers(0, 90, N).astype("int16"),
            "nullable": pd.array([None, *draw.integers(0, 90, N - 1)], dtype="Int64"),
            "decimal": np.where(draw.random(N) < 0.2, np.nan, draw.normal(size=N)).astype("float32"),
            "flag": draw.random(N) < 0.5,
            "code": draw.choice([1, 2, 7], N),
            "level": pd.Categorical(draw.choice(["low", "mid"], N), categories=["low", "mid", "high"], ordered=True),
            "told": np.where(draw.random(N) < 0.2, " ", draw.choice(["a ", "b"], N)),
            "object": pd.Series(np.where(draw.random(N) < 0.2, None, draw.choice(["x", "y"], N)), dtype=object),
            "day": stamps,
            "day as text": pd.Series(stamps).dt.strftime("%d.%m.%Y"),
            "amount as text": [f"{x:.2f}" for x in draw.normal(50, 9, N)],
        }
    )
    return frame.assign(Churn=["No", "Yes"] * (N // 2))


def test_cells_come_to_the_pipeline_as_it_knows_them():
    frame = odd_frame()
    table = table_from_frame(frame)
    table = table.with_schema(table.schema.corrected("code", kind=Kind.CATEGORY))
    features = tuple(name for name in frame.columns if name != "Churn")
    seen = []

    def pipeline(customers):
        seen.append(customers)
        return np.full(len(customers), 0.5)

    model = adopt_pipeline(pipeline, table, replace(PROBLEM, features=features), like=frame)
    model.predict(table.frame)
    told, own = seen[-1], frame[list(features)]
    assert told.dtypes.drop(["flag"]).equals(own.dtypes.drop(["flag"]))
    exact = own.drop(columns=["amount as text"])
    pd.testing.assert_frame_equal(told[exact.columns], exact, check_dtype=False)
    assert [float(cell) for cell in told["amount as text"]] == [float(cell) for cell in own["amount as text"]]


def test_what_the_table_has_changed_is_named():
    """A code with zeros before it is a number to the table, but a label to the pipeline."""
    frame = FRAME.assign(code=[f"{place % 7:04d}" for place in range(N)])
    table = table_from_frame(frame)
    table = table.with_schema(table.schema.corrected("code", kind=Kind.NUMBER))
    problem = replace(PROBLEM, features=("calls", "code"))
    sentence = refused(lambda x: (x["code"] == "0003") * 0.5, problem, like=frame, table=table)
    assert "look at: code." in sentence


def test_a_cell_that_few_have_and_the_table_has_changed_is_found():
    """One of a thousand customers has a label that the table takes for a missing cell, as another really has."""
    missing, rare = 1, 503
    frame = pd.DataFrame({"calls": range(1_000), "told": ["a", "b"] * 500, "Churn": ["No", "Yes"] * 500})
    frame.loc[[missing, rare], "told"] = [None, "(missing)"]
    problem = replace(PROBLEM, features=("calls", "told"))
    sentence = refused(lambda x: (x["told"] == "(missing)") * 0.5, problem, like=frame, table=table_from_frame(frame))
    assert "look at: told." in sentence


def test_labels_that_only_the_judged_have_reach_the_pipeline():
    frame = FRAME.assign(套餐=["大", "小"] * 30 + ["新"] * 60)
    pipeline = make_pipeline(
        OneHotEncoder(handle_unknown="ignore"), StandardScaler(with_mean=False), LogisticRegression()
    )
    pipeline.fit(frame.loc[SEEN, ["套餐"]], frame.loc[SEEN, "Churn"])
    problem = replace(PROBLEM, features=("套餐",))
    run = judge_pipeline(pipeline, table_from_frame(frame), problem, like=frame.loc[SEEN], fitted_on=SEEN)
    assert run.predictions["foreign"] == pytest.approx(pipeline.predict_proba(frame.loc[60:, ["套餐"]])[:, 1])


def test_a_pipeline_may_write_into_its_frames():
    def pipeline(frame):
        frame["calls"] = frame["calls"] / N
        return frame.pop("calls")

    before = FRAME.copy()
    said = adopt_pipeline(pipeline, TABLE, PROBLEM, like=FRAME).predict(TABLE.frame)
    assert said == pytest.approx(FRAME["calls"] / N)
    pd.testing.assert_frame_equal(FRAME, before)
