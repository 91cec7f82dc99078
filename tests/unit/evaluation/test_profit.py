"""Money: hand-worked cases, properties, coverage, and the sample with known values."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ai.errors import ProblemError
from crm_ai.evaluation import tally_scores
from crm_ai.evaluation.profit import Offer, best_threshold, decide, decision_in_words, profit_curve

OFFER = Offer(value=100, cost=10, chance=0.5)  # +40 for a hit, -10 for a miss


def test_a_curve_by_hand():
    curve = profit_curve(tally_scores([1, 0, 1, 0], [0.9, 0.7, 0.5, 0.1]), OFFER)
    assert curve["profit"].tolist() == [0, 40, 30, 70, 60]
    assert curve["threshold"].tolist()[:4] == [math.inf, 0.9, 0.7, 0.5]
    assert curve["share"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert best_threshold(tally_scores([1, 0, 1, 0], [0.9, 0.7, 0.5, 0.1]), OFFER) == 0.5


def test_of_equals_the_fewest_contacts():
    even = Offer(value=40, cost=10, chance=0.5)  # +10, -10
    assert best_threshold(tally_scores([1, 0, 1], [0.9, 0.7, 0.5]), even) == 0.9


def test_an_incentive_is_paid_to_those_who_would_have_stayed_too():
    offer = Offer(value=100, cost=5, chance=0.4, incentive=20)
    assert offer.gain_with == pytest.approx(0.4 * 80 - 5)
    assert offer.gain_without == -25
    assert offer.break_even == pytest.approx(25 / (27 + 25))


@pytest.mark.parametrize("wrong", [{"value": -1}, {"cost": math.nan}, {"chance": 1.2}, {"incentive": -5}])
def test_impossible_amounts_are_refused(wrong):
    with pytest.raises(ProblemError, match="must be amounts of 0 and more"):
        Offer(**{"value": 1, "cost": 1} | wrong)


def drawn(n, seed, sharp=1.5):
    draw = np.random.default_rng(seed)
    odds = draw.normal(-1, sharp, n)
    chance = 1 / (1 + np.exp(-odds))
    return (draw.random(n) < chance).astype(int), chance


@given(st.integers(0, 1000), st.floats(0, 500), st.floats(0, 50), st.floats(0, 1))
def test_the_end_of_the_curve_is_everybody_and_no_threshold_beats_the_best(seed, value, cost, chance):
    offer = Offer(value=value, cost=cost, chance=chance)
    yes, score = drawn(120, seed)
    tally = tally_scores(yes, score)
    curve = profit_curve(tally, offer)
    everybody = offer.gain_with * yes.sum() + offer.gain_without * (1 - yes).sum()
    assert curve["profit"].iloc[-1] == pytest.approx(everybody, abs=1e-6)
    assert (curve["low"] <= curve["profit"] + 1e-9).all()
    assert (curve["profit"] <= curve["high"] + 1e-9).all()
    best = best_threshold(tally, offer)
    chosen = score >= best
    gain = offer.gain_with * yes[chosen].sum() + offer.gain_without * (1 - yes[chosen]).sum()
    assert gain == pytest.approx(curve["profit"].max(), abs=1e-6)


@given(st.integers(0, 1000), st.floats(0.1, 20))
def test_scaled_amounts_scale_the_gain(seed, factor):
    yes, score = drawn(100, seed)
    tally = tally_scores(yes, score)
    scaled = Offer(value=100 * factor, cost=10 * factor, chance=0.5)
    assert profit_curve(tally, scaled)["profit"].to_numpy() == pytest.approx(
        factor * profit_curve(tally, OFFER)["profit"].to_numpy()
    )
    whole = profit_curve(tally, OFFER, customers=1000)
    assert whole["profit"].to_numpy() == pytest.approx(10 * profit_curve(tally, OFFER)["profit"].to_numpy())


def test_a_budget_limits_the_contacts():
    yes, score = drawn(2000, 0)
    tally = tally_scores(yes, score)
    free = decide(tally, tally, OFFER)
    tight = decide(tally, tally, OFFER, budget=1000)
    assert tight.contacted <= 100 < free.contacted
    assert tight.within_budget
    assert not free.within_budget
    assert "the budget ends here" in decision_in_words(tight)


def test_what_is_said_is_true_to_the_figures():
    yes, score = drawn(3000, 1)
    other, said = drawn(1500, 2)
    decision = decide(tally_scores(yes, score), tally_scores(other, said), OFFER, customers=7043)
    words = decision_in_words(decision)
    contacted, of, gain, low, high = (
        float(digits.replace(",", "")) * (1000 if thousands else 1)
        for digits, thousands in re.findall(r"([\d,]*\d(?:\.\d+)?)( k)?", words)[:5]
    )
    assert (contacted, of) == (decision.contacted, 7043)
    assert gain == pytest.approx(decision.gain.value, rel=0.006)
    assert low == pytest.approx(decision.gain.low, rel=0.006)
    assert high == pytest.approx(decision.gain.high, rel=0.006)
    assert low < gain < high
    chosen = said >= decision.threshold
    by_hand = (40 * other[chosen].sum() - 10 * (1 - other[chosen]).sum()) * 7043 / 1500
    assert decision.gain.value == pytest.approx(by_hand)


def test_nobody_and_everybody_and_doubt_are_said():
    yes, score = drawn(400, 3)
    tally = tally_scores(yes, score)
    assert decision_in_words(decide(tally, tally, Offer(value=1, cost=10))).startswith("Contact nobody")
    assert decision_in_words(decide(tally, tally, Offer(value=100, cost=0))).startswith("Contact the")
    ones = tally_scores([1] * 40, np.linspace(0.1, 0.9, 40))
    assert decision_in_words(decide(ones, ones, OFFER)).startswith("Contact everybody (40)")
    few = tally_scores([1, 0, 0, 0, 0, 1], [0.9, 0.8, 0.3, 0.2, 0.1, 0.85])
    assert "this is uncertain" in decision_in_words(decide(few, few, OFFER))
    rare = tally_scores([0] * 400, score)
    assert "would lose money" in decision_in_words(decide(tally, rare, OFFER))


def test_the_break_even_probability_is_the_best_threshold_of_true_probabilities():
    yes, chance = drawn(400_000, 4)
    assert best_threshold(tally_scores(yes, chance), OFFER) == pytest.approx(OFFER.break_even, abs=0.02)


def test_intervals_cover():
    covered = []
    offer = Offer(value=100, cost=10, chance=0.5)
    big_yes, big = drawn(400_000, 99)
    truth = big_yes[big >= 0.4].mean()
    for seed in range(500):
        yes, score = drawn(500, seed)
        chosen = score >= 0.4
        curve = profit_curve(tally_scores(yes, score), offer)
        row = curve[curve["threshold"] >= 0.4].iloc[-1]
        expected = chosen.sum() * (offer.gain_without + (offer.gain_with - offer.gain_without) * truth)
        covered.append(row["low"] <= expected <= row["high"])
    assert 0.925 <= np.mean(covered) <= 0.975


def test_on_the_sample_the_choice_comes_near_the_best_possible():
    import crm_ai
    from crm_ai.modeling import out_of_fold_tally

    table = crm_ai.read_table("sample_data/telephone_customers.csv")
    run = crm_ai.train(table, crm_ai.propose_problem(table).problem)
    for name in run.models:
        decision = decide(out_of_fold_tally(run, name), crm_ai.tally(run, name), Offer(value=300, cost=20, chance=0.3))
        assert decision.gain.low <= decision.best_possible <= decision.gain.high
        assert decision.gain.value > max(decision.everybody, decision.at_random)
