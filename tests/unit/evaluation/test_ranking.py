import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from crm_ai.evaluation import average_precision, brier_score, exact_ranking, roc_auc, tally_scores

KINDS = {
    "smooth": lambda rng, y: 1 / (1 + np.exp(-(rng.normal(size=len(y)) + y - 1))),
    "tree": lambda rng, y: np.round(np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1), 1),
    "sure": lambda rng, y: np.where(rng.random(len(y)) < 0.9, y, 1 - y).astype(float),
    "constant": lambda rng, y: np.full(len(y), 0.3),
    "near zero": lambda rng, y: rng.beta(0.1 + 0.1 * y, 30),
}


def data(kind, n, base, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < base).astype(int)
    y[:2] = 0, 1
    return y, KINDS[kind](rng, y)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "base"), [(5, 0.5), (300, 0.3), (20_000, 0.02), (20_000, 0.6)])
def test_exact_figures_equal_scikit_learns(kind, n, base):
    outcome, score = data(kind, n, base)
    ours = exact_ranking(outcome, score)
    assert ours["roc_auc"].value == pytest.approx(reference.roc_auc_score(outcome, score), abs=1e-9)
    assert ours["average_precision"].value == pytest.approx(reference.average_precision_score(outcome, score), abs=1e-9)
    assert ours["brier_score"].value == pytest.approx(reference.brier_score_loss(outcome, score), abs=1e-9)
    assert ours["log_loss"].value == pytest.approx(reference.log_loss(outcome, score), abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "base"), [(5, 0.5), (300, 0.3), (50_000, 0.02), (50_000, 0.6)])
def test_figures_of_a_tally_are_close(kind, n, base):
    outcome, score = data(kind, n, base)
    exact, tally = exact_ranking(outcome, score), tally_scores(outcome, score)
    assert roc_auc(tally).value == pytest.approx(exact["roc_auc"].value, abs=1e-3)
    assert average_precision(tally).value == pytest.approx(exact["average_precision"].value, abs=2e-3)
    assert brier_score(tally).value == pytest.approx(exact["brier_score"].value, abs=1e-4)
    assert roc_auc(tally).low == pytest.approx(exact["roc_auc"].low, abs=2e-3)


def test_interval_is_delongs():
    outcome, score = data("smooth", 400, 0.3)
    positive, negative = score[outcome == 1], score[outcome == 0]
    wins = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    error = math.sqrt(wins.mean(axis=1).var(ddof=1) / len(positive) + wins.mean(axis=0).var(ddof=1) / len(negative))
    found = exact_ranking(outcome, score)["roc_auc"]
    logit = math.log(found.high / (1 - found.high)) - math.log(found.low / (1 - found.low))
    assert logit == pytest.approx(2 * 1.959963984540054 * error / (found.value * (1 - found.value)), rel=1e-9)
    assert found.n == 400


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_values_lie_within_their_intervals(rows):
    outcome, score = zip(*rows, strict=True)
    for estimate in exact_ranking(outcome, score).values():
        assert estimate.n == len(rows)
        if math.isfinite(estimate.low):
            assert estimate.low - 1e-12 <= estimate.value <= estimate.high + 1e-12


@pytest.mark.parametrize("outcome", [[0, 0, 0], [1, 1, 1]])
def test_one_answer_cannot_be_ranked(outcome):
    found = exact_ranking(outcome, [0.1, 0.5, 0.9])
    assert math.isnan(found["roc_auc"].value)
    assert math.isnan(found["average_precision"].value) == (sum(outcome) == 0)
    assert found["brier_score"].known


def test_perfect_ranking_of_few_customers_proves_little():
    few = exact_ranking([0] * 5 + [1] * 5, np.arange(10) / 10)["roc_auc"]
    many = exact_ranking([0] * 500 + [1] * 500, np.arange(1000) / 1000)["roc_auc"]
    assert few.value == many.value == few.high == 1.0
    assert few.low < 0.6
    assert many.low > 0.99


def test_constant_scores_are_chance():
    found = exact_ranking([0, 1] * 50, np.full(100, 0.5))
    assert found["roc_auc"].value == 0.5
    assert found["average_precision"].value == 0.5


def test_nobody_gives_nothing():
    assert all(math.isnan(estimate.value) for estimate in exact_ranking([], []).values())


def test_log_loss_needs_probabilities():
    found = exact_ranking([0, 1, 1], [-0.2, 0.5, 1.3])
    assert math.isnan(found["log_loss"].value)
    assert found["roc_auc"].value == 1.0
