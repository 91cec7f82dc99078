"""Words that are true to the numbers."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from crm_ai.explanation import Reference, explain, reference_in_words
from crm_ai.explanation.interactions import interactions
from crm_ai.explanation.narrative import (
    customer_in_words,
    model_in_words,
    outcome_in_words,
    segment_in_words,
    told,
)
from crm_ai.explanation.permuted import permutation_importance
from crm_ai.explanation.reliability import Check, Light, Reliability
from crm_ai.explanation.similar import similar_customers
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
    assert f"they make up {percent(share)}" in words
    assert all(column in words.split(".")[0] for column in table["column"][:3])
    months = reasons.data["months"], reasons.values[:, reasons.columns.index("months")]
    falls = spearmanr(*months).statistic < -0.6
    assert ("Higher months goes with lower predictions" in words) == falls
    assert ("only add up" in words) == (name == "logistic_regression")
    assert ("calls" in words.split("two work together")[0].split(".")[-1]) == (name != "logistic_regression")
    assert not CAUSAL.search(words)


def test_a_segments_words_say_what_the_numbers_say(known):
    reasons = explain(known, "gradient_boosting")
    words = segment_in_words(known, "gradient_boosting", reasons, "plan", "monthly")
    members = (known.holdout_frame["plan"] == "monthly").to_numpy()
    said = known.predictions["gradient_boosting"]
    assert f"Of {members.sum()} customers with plan = monthly the model says {percent(said[members].mean())}" in words
    assert percent(said.mean()) in words
    assert "No" not in words
    difference = reasons.values[members].mean(axis=0) - reasons.values.mean(axis=0)
    for direction, sign in (("higher", 1), ("lower", -1)):
        for told_of in re.findall(rf"have in ([^.]*) goes with {direction}", words):
            named = [column for column in reasons.columns if re.search(rf"\b{column}\b", told_of)]
            assert named
            assert all(difference[reasons.columns.index(column)] * sign > 0 for column in named)
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
    assert f"Of the 50 most similar customers {percent(similar.outcome.value)} had this answer" in words


def test_what_hardly_matters_is_not_named_first(known):
    reasons = explain(known, "logistic_regression")
    values = reasons.values * np.where(np.asarray(reasons.columns) == "months", 1.0, 1e-4)
    words = model_in_words(replace(reasons, values=values))
    assert words.startswith("months is what predictions go with: it makes up 100 % of what moves them.")
    assert "hardly matter" in words


def test_a_column_that_turns_is_told_where_it_is_highest(known):
    reasons = explain(known, "decision_tree")
    months = reasons.data["months"].to_numpy(dtype=float)
    values = reasons.values.copy()
    values[:, reasons.columns.index("months")] = -np.abs(months - 40)
    turned = replace(reasons, values=values)
    words = model_in_words(turned, outcome="left = Yes")
    top, bottom = re.search(r"months does not .* highest around (\S+) and lowest around (\S+)\.", words).groups()
    assert float(top) == pytest.approx(40, abs=4)
    assert float(bottom) < 6 or float(bottom) > 66
    assert "predictions of left = Yes go with" in words


def test_what_predictions_are_of(known, offers, spending):
    assert outcome_in_words(known.problem) == "left = Yes"
    assert outcome_in_words(known.problem, "No") == "left = No"
    assert outcome_in_words(offers.problem, "none") == f"{offers.problem.target} = none"
    assert outcome_in_words(spending.problem) == "spent"
