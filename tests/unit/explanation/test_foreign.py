"""Pipelines of other people: their reasons in original columns are held to exact Shapley values."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from crm_ai import audit_fairness, explain, explain_table, explain_with_lime, headline, judge_pipeline, report
from crm_ai.explanation.changes import Changeable
from crm_ai.explanation.counterfactuals import counterfactual_search, counterfactuals
from crm_ai.explanation.narrative import customer_in_words, model_in_words, told
from crm_ai.explanation.reliability import Light, examiner, reliability
from crm_ai.explanation.scales import scales_of
from crm_ai.explanation.what_if import changed, said_of
from crm_ai.modeling import Problem, Task
from crm_ai.table import table_from_frame

FEATURES = ("月份", "合同", "费用", "老人")
PROBLEM = Problem(target="流失", task=Task.BINARY, features=FEATURES, segments=("性别",), labels=("否", "是"))
SEEN = np.arange(700)
SOME = np.arange(700, 720)


def customers(n=1_000):
    draw = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "月份": draw.integers(0, 72, n),
            "合同": draw.choice(["月付", "年付", "两年"], n),
            "费用": np.where(draw.random(n) < 0.1, np.nan, draw.normal(60, 20, n)),
            "老人": draw.integers(0, 2, n),
            "性别": draw.choice(["男", "女"], n),
        }
    )
    odds = (
        1.5 * (frame["合同"] == "月付")
        - 0.05 * frame["月份"]
        + 0.02 * frame["费用"].fillna(60)
        + 0.4 * frame["老人"]
        - 1
    )
    frame["流失"] = np.where(draw.random(n) < 1 / (1 + np.exp(-odds)), "是", "否")
    frame["金额"] = np.exp(3 + 0.02 * frame["月份"] + (frame["合同"] == "两年") + draw.normal(0, 0.2, n))
    return frame


FRAME = customers()


def encoded(*, number):
    return ColumnTransformer(
        [("labels", OneHotEncoder(handle_unknown="ignore"), ["合同", "老人"]), ("numbers", number, ["月份", "费用"])]
    )


@pytest.fixture(scope="module")
def pipeline():
    made = make_pipeline(encoded(number=make_pipeline(SimpleImputer(), StandardScaler())), LogisticRegression())
    return made.fit(FRAME.loc[SEEN, list(FEATURES)], FRAME.loc[SEEN, "流失"])


@pytest.fixture(scope="module")
def run(pipeline):
    return judge_pipeline(pipeline, table_from_frame(FRAME), PROBLEM, like=FRAME, fitted_on=SEEN)


def exact_values(predict, frame, background):
    """Shapley values by all coalitions of columns, over all reference customers."""
    names = list(frame.columns)
    worth = {}
    for size in range(len(names) + 1):
        for own in combinations(range(len(names)), size):
            worth[own] = np.empty(len(frame))
            for place in range(len(frame)):
                mixed = background.copy()
                for column in own:
                    mixed[names[column]] = frame[names[column]].iloc[place]
                worth[own][place] = predict(mixed).mean()
    values = np.zeros((len(frame), len(names)))
    for column in range(len(names)):
        for own, output in worth.items():
            if column not in own:
                weight = factorial(len(own)) * factorial(len(names) - len(own) - 1) / factorial(len(names))
                values[:, column] += weight * (worth[tuple(sorted((*own, column)))] - output)
    return values, worth[()].mean()


def log_odds(pipeline):
    return pipeline.decision_function


def probabilities(pipeline):
    return lambda frame: pipeline.predict_proba(frame)[:, 1]


@pytest.mark.parametrize(("scale", "said_by"), [("log-odds", log_odds), ("probability", probabilities)])
def test_reasons_are_the_exact_ones_within_the_stated_error(run, pipeline, scale, said_by):
    predict, features = said_by(pipeline), list(FEATURES)
    reasons = explain(run, "foreign", rows=SOME, scale=scale)
    exact, base = exact_values(predict, FRAME.loc[SOME, features], FRAME.loc[SEEN, features])
    assert reasons.columns == FEATURES
    assert reasons.scale == scale
    spread = np.abs(exact).max()
    assert 0 < reasons.error.max() < 0.1 * spread
    assert (np.abs(reasons.values - exact) <= 4 * reasons.error + 0.005 * spread).all()
    assert np.abs(reasons.values - exact).max() < 0.1 * spread
    assert reasons.base == pytest.approx(base, abs=0.02 * spread)
    assert np.abs(reasons.output - predict(FRAME.loc[SOME, features])).max() < 1e-9


def test_log_odds_are_the_sums_of_the_slopes(run, pipeline):
    """A logistic regression adds up; what its encoded columns add belongs to the original ones."""
    encoder, model = pipeline[0], pipeline[1]
    features = list(FEATURES)
    matrix, background = (np.asarray(encoder.transform(FRAME.loc[rows, features])) for rows in (SOME, SEEN))
    single = model.coef_[0] * (matrix - background.mean(axis=0))
    owners = [name.split("__")[1].split("_")[0] for name in encoder.get_feature_names_out()]
    summed = np.column_stack([single[:, [owner == name for owner in owners]].sum(axis=1) for name in features])
    reasons = explain(run, "foreign", rows=SOME, scale="log-odds")
    assert (np.abs(reasons.values - summed) <= 4 * reasons.error + 1e-9).all()


def test_the_holdout_is_scored_as_the_pipeline_scores_it(run, pipeline):
    rows = np.arange(700, 1_000)
    assert run.holdout_rows.tolist() == rows.tolist()
    assert np.abs(run.predictions["foreign"] - pipeline.predict_proba(FRAME.loc[rows, list(FEATURES)])[:, 1]).max() == 0
    assert 0.7 < headline(run, "foreign")["roc_auc"].value < 0.95
    assert headline(run, "foreign")["roc_auc"].n == 300


def test_a_customer_is_explained_in_every_way(run):
    row = int(run.holdout_rows[run.predictions["foreign"].argmax()])
    near = explain_with_lime(run, "foreign", row)
    assert near.columns == FEATURES
    assert near.local_fit > 0.3
    trust = reliability(examiner(run, "foreign"), row, near=near)
    assert {check.name for check in trust.checks} == {
        "additivity", "stability", "agreement", "faithfulness", "inside", "twins"
    }  # fmt: skip
    assert trust.light in (Light.GOOD, Light.CAUTION)
    words = customer_in_words(told(run, "foreign", row), explain(run, "foreign", rows=np.array([row])), trust=trust)
    assert "合同 = 月付" in words
    ways = counterfactuals(counterfactual_search(run, "foreign"), row, [Changeable("合同"), Changeable("月份")])
    assert ways.found
    assert all(way.prediction < 0.5 <= ways.before for way in ways.found)


def test_the_model_is_told_in_words_and_judged_by_group(run):
    assert "Predictions differ most by 月份" in model_in_words(explain(run, "foreign"))
    audit = audit_fairness(run, "foreign", "性别")
    assert set(audit.sizes) == {"男", "女"}
    assert sum(audit.sizes.values()) == 300
    assert b"Pipeline of your own" in report(run, "foreign", format="html")


def test_what_if_asks_the_pipeline_itself(run, pipeline):
    row = 705
    other = FRAME.loc[[row], list(FEATURES)].assign(合同="两年", 月份=70)
    said = said_of(run.model("foreign"), changed(run, row, {"合同": "两年", "月份": 70}))
    assert said == pytest.approx(pipeline.predict_proba(other)[:, 1])


def test_reasons_can_be_given_without_a_run(run, pipeline):
    told_ = explain_table(run.model("foreign"), FRAME.loc[SOME]).to_frame()
    assert told_["prediction"].to_numpy() == pytest.approx(
        pipeline.predict_proba(FRAME.loc[SOME, list(FEATURES)])[:, 1], abs=1e-4
    )


def test_amounts_by_their_logarithm(run):
    problem = Problem(target="金额", task=Task.REGRESSION, features=("月份", "合同"))
    columns = ColumnTransformer([("labels", OrdinalEncoder(), ["合同"])], remainder="passthrough")
    inner = make_pipeline(columns, HistGradientBoostingRegressor(max_iter=40, random_state=0))
    made = TransformedTargetRegressor(inner, func=np.log1p, inverse_func=np.expm1)
    made.fit(FRAME.loc[SEEN, ["月份", "合同"]], FRAME.loc[SEEN, "金额"])
    run = judge_pipeline(made, run.table, problem, like=FRAME, fitted_on=SEEN)
    assert headline(run, "foreign")["r2"].value > 0.7
    features = ["月份", "合同"]
    reasons = explain(run, "foreign", rows=SOME)
    exact, _base = exact_values(made.predict, FRAME.loc[SOME, features], FRAME.loc[SEEN, features])
    assert reasons.scale == "value"
    assert scales_of(run.model("foreign")) == ("value",)
    assert (np.abs(reasons.values - exact) <= 4 * reasons.error + 0.005 * np.abs(exact).max()).all()
    assert np.abs(reasons.output - made.predict(FRAME.loc[SOME, features])).max() < 1e-8


def test_a_plain_function_of_a_frame(run):
    problem = Problem(target="流失", task=Task.BINARY, features=("月份", "费用"), labels=("否", "是"))
    run = judge_pipeline(
        lambda frame: np.clip(0.9 - frame["月份"] / 100 + frame["费用"].isna() * 0.05, 0, 1),
        run.table, problem, like=FRAME, fitted_on="elsewhere",
    )  # fmt: skip
    reasons = explain(run, "foreign")
    month, gap = reasons.data["月份"].to_numpy(), reasons.data["费用"].isna().to_numpy()
    assert np.ptp(reasons.values[:, 0] + month / 100) < 1e-9
    assert np.ptp(reasons.values[:, 1] - 0.05 * gap) < 1e-9
    trust = reliability(examiner(run, "foreign"), int(run.holdout_rows[0]))
    assert "The model has seen" not in " ".join(check.words for check in trust.checks)
