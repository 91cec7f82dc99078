"""Least squares and logistic regression, held to scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from crm_ai.modeling.least_squares import LeastSquares
from crm_ai.modeling.newton_logistic import NewtonLogistic


def drawn(n=900, width=6, seed=0):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, width)) * draw.uniform(0.1, 5, width)
    odds = X @ draw.normal(size=width) / 3 - 1
    return X, (draw.random(n) < 1 / (1 + np.exp(-odds))).astype(int), odds + draw.normal(size=n), draw.random(n) + 0.1


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.0, 3.0])
@pytest.mark.parametrize("n", [40, 20_000])
def test_least_squares_equal_scikit_learns(alpha, weighted, n):
    X, _yes, y, weight = drawn(n)
    weights = {"sample_weight": weight} if weighted else {}
    ours = LeastSquares(alpha=alpha).fit(X, y, **weights)
    theirs = (Ridge(alpha=alpha) if alpha else LinearRegression()).fit(X, y, **weights)
    assert ours.coef_ == pytest.approx(theirs.coef_, rel=1e-9)
    assert ours.predict(X) == pytest.approx(theirs.predict(X), rel=1e-9)


def test_repeated_columns_share_their_slope():
    X, _yes, y, _weight = drawn()
    doubled = np.column_stack([X, X[:, 0], np.ones(len(X))])
    ours = LeastSquares().fit(doubled, y)
    assert ours.coef_[0] == pytest.approx(ours.coef_[6])
    assert ours.coef_[7] == 0
    assert ours.predict(doubled) == pytest.approx(LinearRegression().fit(X, y).predict(X))


def test_nearly_equal_columns_keep_their_digits():
    X, _yes, y, _weight = drawn()
    X = np.column_stack([X, X[:, 0] + 1e-6 * X[:, 1] ** 2])
    assert LeastSquares().fit(X, y).predict(X) == pytest.approx(LinearRegression().fit(X, y).predict(X), rel=1e-7)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
def test_logistic_regression_equals_scikit_learns(alpha, weighted):
    X, yes, _y, weight = drawn()
    weights = {"sample_weight": weight} if weighted else {}
    ours = NewtonLogistic(alpha=alpha).fit(X, yes, **weights)
    theirs = LogisticRegression(C=1 / alpha, solver="newton-cholesky", tol=1e-10).fit(X, yes, **weights)
    assert ours.coef_ == pytest.approx(theirs.coef_, abs=1e-7)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, abs=1e-7)
    assert ours.predict_proba(X) == pytest.approx(theirs.predict_proba(X), abs=1e-8)
    assert (ours.predict(X) == theirs.predict(X)).all()


def test_very_many_customers_start_from_a_sample_and_end_at_the_same():
    X, yes, _y, _weight = drawn(220_000, 3)
    ours = NewtonLogistic().fit(X, yes)
    theirs = LogisticRegression(solver="newton-cholesky", tol=1e-10).fit(X, yes)
    assert ours.coef_ == pytest.approx(theirs.coef_, abs=1e-7)
    assert ours.n_iter_ < 6


def test_answers_that_a_column_tells_apart_come_to_an_end():
    X = np.arange(40.0)[:, None]
    yes = (X[:, 0] > 19).astype(int)
    for alpha in (0.0, 1.0):
        ours = NewtonLogistic(alpha=alpha).fit(X - 19.5, yes)
        assert np.isfinite(ours.coef_).all()
        assert (ours.predict(X - 19.5) == yes).all()


def test_without_a_penalty_repeated_columns_do_no_harm():
    X, yes, _y, _weight = drawn()
    plain = NewtonLogistic(alpha=0.0).fit(X, yes)
    doubled = NewtonLogistic(alpha=0.0).fit(np.column_stack([X, X[:, 0], np.zeros(len(X))]), yes)
    again = np.column_stack([X, X[:, 0], np.zeros(len(X))])
    assert doubled.predict_proba(again) == pytest.approx(plain.predict_proba(X), abs=1e-6)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0.05, 0.95), st.sampled_from([0.1, 1.0, 10.0]))
def test_the_gradient_vanishes_at_the_end(seed, share, alpha):
    draw = np.random.default_rng(seed)
    X, yes = draw.normal(size=(80, 4)) * 10, (draw.random(80) < share).astype(int)
    if len(set(yes)) < 2:
        return
    ours = NewtonLogistic(alpha=alpha).fit(X, yes)
    slope = X.T @ (ours.predict_proba(X)[:, 1] - yes) + alpha * ours.coef_[0]
    assert np.abs(slope).max() < 1e-5
