"""What is said in Chinese carries the numbers and the names of what is said in English, and no others."""

import re
from collections import Counter

import numpy as np
import pytest

from crm_ai.explanation import explain
from crm_ai.explanation.interactions import interactions
from crm_ai.explanation.narrative import customer_in_words, model_in_words, told
from crm_ai.explanation.permuted import permutation_importance
from crm_ai.explanation.segment_narrative import segment_in_words
from crm_ai.explanation.similar import similar_customers
from crm_ai.explanation.weak_spots import weak_spots, weak_spots_in_words
from crm_ai.modeling import propose_problem, train
from crm_ai.table import read_table
from crm_ai.words import number, use_language
from tests.unit.explanation.known_data import KNOWN_MODELS

SIZES = {" k": 1e3, " m": 1e6, " bn": 1e9, " 万": 1e4, " 亿": 1e8, " %": 0.01, "": 1.0}
FIGURE = re.compile(r"(?<![\w.])([-+]?\d[\d,]*(?:\.\d+)?)( (?:k|m|bn|万|亿|%)(?![A-Za-z]))?")


@pytest.fixture
def both():
    """Something in English and in Chinese."""

    def say(tell):
        use_language("en")
        english = tell()
        use_language("zh")
        try:
            return english, tell()
        finally:
            use_language("en")

    return say


def figures(words):
    """Its numbers, whatever they are counted in, to three digits."""
    found = [float(digits.replace(",", "")) * SIZES[unit] for digits, unit in FIGURE.findall(words)]
    return Counter(f"{value:.3g}" for value in found)


def assert_same(english, chinese, names=()):
    assert figures(english) == figures(chinese), f"{english}\n{chinese}"
    for name in names:
        assert (name in english) == (name in chinese), name
    left = re.findall(r"[A-Za-z]{2,} [a-z]{2,}", chinese)
    assert left == [], chinese
    assert re.search("[\u4e00-\u9fff]", chinese)


@pytest.mark.parametrize("name", KNOWN_MODELS)
def test_of_customers(known, name, both):
    for row in known.holdout_rows[:8]:
        reasons = explain(known, name, rows=[row])
        similar = similar_customers(known, name, int(row))
        english, chinese = both(
            lambda row=row, reasons=reasons, similar=similar: customer_in_words(
                told(known, name, int(row)), reasons, similar=similar
            )
        )
        assert_same(english, chinese, reasons.columns)


@pytest.mark.parametrize("name", KNOWN_MODELS)
def test_of_models_and_segments(known, name, both):
    reasons, pairs, needed = explain(known, name), interactions(known, name), permutation_importance(known, name)
    assert_same(*both(lambda: model_in_words(reasons, pairs=pairs, needed=needed)), reasons.columns)
    assert_same(*both(lambda: segment_in_words(known, name, reasons, "plan", "monthly")), reasons.columns)
    assert_same(*both(lambda: weak_spots_in_words(weak_spots(known, name))))


def test_amounts_are_counted_in_ten_thousands(both):
    table = read_table("sample_data/customer_value.csv")
    run = train(table, propose_problem(table).problem, ["linear_regression"])
    rows = run.holdout_rows[np.argsort(-run.predictions["linear_regression"])[:5]]
    for row in rows:
        reasons = explain(run, "linear_regression", rows=[row])
        english, chinese = both(
            lambda row=row, reasons=reasons: customer_in_words(told(run, "linear_regression", int(row)), reasons)
        )
        assert_same(english, chinese)


@pytest.mark.parametrize("value", [9999.0, 12345.0, 123456.0, 1.5e6, 9.9e7, 1.234e8, -2e9, 5e12])
def test_large_numbers_are_the_same_numbers(value, both):
    english, chinese = both(lambda: number(value))
    assert figures(english) == figures(chinese) != Counter()
