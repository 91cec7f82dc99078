"""Words that are true to the numbers."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from crm_ai.evaluation import Estimate
from crm_ai.explanation import Reference, explain, reference_in_words, value_in_words
from crm_ai.explanation.interactions import interactions
from crm_ai.explanation.narrative import (
    Told,
    customer_in_words,
    model_in_words,
    outcome_in_words,
    told,
)
from crm_ai.explanation.permuted import permutation_importance
from crm_ai.explanation.reliability import Check, Light, Reliability
from crm_ai.explanation.segment_narrative import segment_in_words
from crm_ai.explanation.similar import similar_customers
from crm_ai.modeling import table_groups
from crm_ai.words import number, percent
from tests.unit.explanation.known_data import KNOWN_MODELS

CAUSAL = re.compile(r"\b(because|causes?|due to|leads? to|drives?|effect|reason why|therefore)\b", re.IGNORECASE)


@pytest.mark.parametrize("name", KNOWN_MODELS)
def test_a_customers_words_say_what_the_numbers_say(known, name):
    for row in known.holdout_rows[:12]:
        said, reasons = told(known, name, int(row)), explain(known, name, rows=[row])
        words = customer_in_words(said, reasons)
        place = int(np.flatnonzero(known.holdout_rows == row)[0])
        assert f"says {percent(known.predictions[name][place])} for “Yes”" in words
        assert percent(known.predictions[name].mean()) in words
        assert not CAUSAL.search(words)
        contribution = dict(zip(reasons.columns, reasons.values[0], strict=True))
        for direction, sign in (("higher", 1), ("lower", -1)):
            part = re.search(rf"Associated with a {direction} prediction: (.*?\))\.", words)
            named = re.findall(r"(\w+) = [^()]+ \((?:strongly|clearly|slightly)\)", part.group(1)) if part else []
            assert all(contribution[column] * sign > 0 for column in named)
        strongest = max(contribution, key=lambda column: abs(contribution[column]))
        assert f"{strongest} = " in words


@pytest.mark.parametrize("name", KNOWN_MODELS)
def test_a_models_words_say_what_the_numbers_say(known, name):
    reasons, pairs = explain(known, name), interactions(known, name)
    words = model_in_words(reasons, pairs=pairs, needed=permutation_importance(known, name))
    table = reasons.importance()
    share = table["mean_absolute"][:3].sum() / table["mean_absolute"].sum()
    assert f"they make up {percent(share)} of what sets them apart" in words
    assert all(column in words.split(".")[0] for column in table["column"][:3])
    months = reasons.data["months"], reasons.values[:, reasons.columns.index("months")]
    falls = spearmanr(*months).statistic < -0.6
    assert ("Higher months goes with lower predictions" in words) == falls
    assert ("only add up" in words) == (name == "logistic_regression")
    assert bool(re.search(r"How much (calls|plan) counts depends on (calls|plan)\.", words)) == (
        name != "logistic_regression"
    )
    assert not CAUSAL.search(words)


def test_a_segments_words_say_what_the_numbers_say(known):
    reasons = explain(known, "gradient_boosting")
    words = segment_in_words(known, "gradient_boosting", reasons, "plan", "monthly")
    members = (known.holdout_frame["plan"] == "monthly").to_numpy()
    said = known.predictions["gradient_boosting"]
    assert f"Of {members.sum()} customers with plan = monthly the model says {percent(said[members].mean())}" in words
    assert percent(said.mean()) in words
    assert "No" not in words
    codes, names = table_groups(known.table, "months")
    words = segment_in_words(known, "gradient_boosting", reasons, "months", names[0])
    members = codes[reasons.rows] == 0
    difference = reasons.values[members].mean(axis=0) - reasons.values.mean(axis=0)
    months = known.holdout_frame["months"]
    inside, overall = (value_in_words(part.mean()) for part in (months[members], months))
    assert f"months ({inside} on average, of all customers {overall})" in words
    for direction, sign in (("higher", 1), ("lower", -1)):
        for told_of in re.findall(rf"Going with {direction} predictions: (.*?)\.(?: |$)", words):
            named = [column for column in reasons.columns if re.search(rf"\b{column}\b", told_of)]
            assert named
            assert all(difference[reasons.columns.index(column)] * sign > 0 for column in named)
    assert not CAUSAL.search(words)
    assert "Too few" in segment_in_words(known, "gradient_boosting", reasons, "plan", "weekly")
    assert "no clear difference" in segment_in_words(known, "logistic_regression", reasons, "region", "north")


def test_numbers_are_written_as_numbers(spending):
    row = int(spending.holdout_rows[0])
    words = customer_in_words(
        told(spending, "linear_regression", row), explain(spending, "linear_regression", rows=[row])
    )
    assert f"The model says {number(spending.predictions['linear_regression'][0])}, " in words


def test_of_several_answers_the_one_asked_about_is_told(offers):
    row = int(offers.holdout_rows[0])
    said = told(offers, "decision_tree", row, "none")
    assert said.said == pytest.approx(offers.predictions["decision_tree"][0, offers.problem.labels.index("none")])
    words = customer_in_words(said, explain(offers, "decision_tree", rows=[row], label="none"))
    assert "for “none”" in words


def make_trust(light):
    return Reliability((Check("inside", 3.0, light, "The model has seen no customer like this one."),), 0.9, 0.93, 1.0)


def test_words_are_hedged_by_what_was_checked(known):
    row = int(known.holdout_rows[0])
    said, reasons = told(known, "decision_tree", row), explain(known, "decision_tree", rows=[row])
    good, caution, poor = (customer_in_words(said, reasons, trust=make_trust(light)) for light in Light)
    assert "passed every check" in good
    assert "93 %" in good
    assert "with caution: The model has seen no customer" in caution
    assert "Do not rely" in poor
    assert "Associated" in caution
    assert "Associated" not in poor


def test_whom_one_is_compared_with_is_said(known):
    row, reference = int(known.holdout_rows[0]), Reference("plan", "yearly")
    reasons = explain(known, "decision_tree", rows=[row], reference=reference)
    words = customer_in_words(told(known, "decision_tree", row), reasons, compared_with=reference_in_words(reference))
    assert "than of customers with plan = yearly" in words


def test_what_happened_to_similar_customers_is_told(known):
    row = int(known.holdout_rows[0])
    similar = similar_customers(known, "decision_tree", row)
    words = customer_in_words(
        told(known, "decision_tree", row), explain(known, "decision_tree", rows=[row]), similar=similar
    )
    assert f"Of the 50 most similar customers {percent(similar.outcome.value)} really were “Yes”" in words


@pytest.mark.parametrize(
    ("said", "low", "value", "high", "expected"),
    [
        (0.8, 0.7, 0.78, 0.85, "bears it out"),
        (0.9, 0.6, 0.7, 0.8, "closer to the average: take the figure with caution"),
        (0.9, 0.2, 0.4, 0.5, "not clearly different from the average"),
        (0.9, 0.1, 0.15, 0.2, "does not bear it out"),
        (0.5, 0.7, 0.8, 0.9, "and further"),
        (0.1, 0.2, 0.25, 0.28, "closer to the average"),
    ],
)
def test_what_similar_customers_say_of_the_prediction(known, said, low, value, high, expected):
    row = int(known.holdout_rows[0])
    similar = similar_customers(known, "decision_tree", row)
    similar = replace(similar, prediction=said, outcome=Estimate("share", value, low, high, 50))
    words = customer_in_words(Told(said, 0.3, "Yes", 0.2), explain(known, "decision_tree", rows=[row]), similar=similar)
    assert expected in words


def test_what_hardly_matters_is_not_named_first(known):
    reasons = explain(known, "logistic_regression")
    values = reasons.values * np.where(np.asarray(reasons.columns) == "months", 1.0, 1e-4)
    words = model_in_words(replace(reasons, values=values))
    assert words.startswith("Predictions differ most by months: it makes up 100 % of what sets them apart.")
    assert "hardly matter" in words


def test_a_column_that_turns_is_told_where_it_is_highest(known):
    reasons = explain(known, "decision_tree")
    months = reasons.data["months"].to_numpy(dtype=float)
    values = reasons.values.copy()
    values[:, reasons.columns.index("months")] = -np.abs(months - 40)
    turned = replace(reasons, values=values)
    words = model_in_words(turned, outcome="left = Yes")
    top, bottom = re.search(
        r"By months, predictions are highest around (\S+) and lowest around (\S+)\.", words
    ).groups()
    assert float(top) == pytest.approx(40, abs=4)
    assert float(bottom) < 6 or float(bottom) > 66
    assert words.startswith("Predictions of left = Yes differ most by ")


def test_what_predictions_are_of(known, offers, spending):
    assert outcome_in_words(known.problem) == "left = Yes"
    assert outcome_in_words(known.problem, "No") == "left = No"
    assert outcome_in_words(offers.problem, "none") == f"{offers.problem.target} = none"
    assert outcome_in_words(spending.problem) == "spent"
