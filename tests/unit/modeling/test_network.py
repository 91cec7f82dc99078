"""The neural network stops in time, also where an answer is rare."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss, roc_auc_score

from crm_ai.modeling.network import NetworkClassifier, NetworkRegressor


def drawn(n, rate, seed=0):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, 6))
    odds = 1.5 * X[:, 0] - X[:, 1] + np.log(rate / (1 - rate))
    return X, (draw.random(n) < 1 / (1 + np.exp(-odds))).astype(int), odds + draw.normal(size=n)


def test_a_rare_answer_is_learned():
    X, yes, _y = drawn(6000, 0.01)
    new, truth, _y = drawn(6000, 0.01, seed=1)
    network = NetworkClassifier((16,), random_state=0, max_iter=60).fit(X, yes)
    assert roc_auc_score(truth, network.predict_proba(new)[:, 1]) > 0.8


@pytest.mark.parametrize("n", [60, 300])
def test_few_customers_are_not_learned_by_heart(n):
    X, yes, _y = drawn(n, 0.4)
    new, truth, _y = drawn(4000, 0.4, seed=1)
    network = NetworkClassifier((32,), random_state=0, max_iter=100, batch_size=10).fit(X, yes)
    assert log_loss(truth, network.predict_proba(new)[:, 1]) < 0.69


def test_the_same_seed_gives_the_same_network_also_on_a_second_fit():
    X, yes, y = drawn(400, 0.3)
    for network, answers in (
        (NetworkClassifier(hidden_layer_sizes=(8,), random_state=3), yes),
        (NetworkRegressor(hidden_layer_sizes=(8,), random_state=3), y),
    ):
        first = network.fit(X, answers).predict(X)
        again = network.fit(X, answers).predict(X)
        other = clone(network).fit(X, answers).predict(X)
        assert np.array_equal(first, again)
        assert np.array_equal(first, other)


def test_numbers_and_weights():
    X, _yes, y = drawn(1500, 0.3)
    network = NetworkRegressor(hidden_layer_sizes=(16,), random_state=0, max_iter=60).fit(X, y)
    assert np.corrcoef(network.predict(X), y)[0, 1] > 0.8
    far = np.where(X[:, 0] > 0, 1.0, 1e-6)
    weighted = NetworkRegressor(hidden_layer_sizes=(16,), random_state=0, max_iter=60).fit(X, y, sample_weight=far)
    error = (weighted.predict(X) - y) ** 2
    assert error[X[:, 0] > 0].mean() < error[X[:, 0] <= 0].mean()
