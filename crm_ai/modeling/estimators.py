"""Unfitted estimators, made to measure: of the question, of the customers, and of what the user has set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from crm_ai.modeling.problem import Scale, Task

# A Newton step solves a system of as many unknowns as there are encoded columns; past this many, and with an unknown
# for each column and answer, lbfgs is the faster road.
NEWTON_COLUMNS = 2_000
TREES_SEE_AT_MOST = 100_000
BATCHES_AN_EPOCH = 250
BATCHES_AT_LEAST = 40  # with fewer steps an epoch a network stops before it has learned anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an estimator's factory may adapt to.

    Parameters
    ----------
    task : Task
        The kind of question.
    customers : int
        Training customers.
    width : int
        Encoded columns.
    answers : int
        Labels of the target; 0 for regression.
    seed : int
        For estimators that draw random numbers.
    spread : float, default 1.0
        Standard deviation of the target as it is modelled: what penalties in the target's unit are measured by.
    scale : Scale, default Scale.PLAIN
        How a numeric target is modelled; the logarithm is taken outside the estimator.
    monotonic : numpy.ndarray of int, shape (width,), optional
        1, -1 or 0 for each encoded column.
    values : mapping of str to object, default {}
        Value of each of the model type's parameters.
    """

    task: Task
    customers: int
    width: int
    answers: int
    seed: int
    spread: float = 1.0
    scale: Scale = Scale.PLAIN
    monotonic: np.ndarray | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_regression(self) -> bool:
        """Whether a number is predicted."""
        return self.task is Task.REGRESSION

    @property
    def by_factors(self) -> bool:
        """Whether the estimator itself models a positive amount by factors."""
        return self.is_regression and self.scale is Scale.TWEEDIE


def linear(setting: Setting) -> BaseEstimator:
    """Least squares, with or without a penalty; a Tweedie model with log link where amounts go by factors.

    Parameters
    ----------
    setting : Setting
        Values: penalty, strength.

    Returns
    -------
    estimator
        Unfitted.
    """
    from sklearn.linear_model import ElasticNet, Lasso, TweedieRegressor

    from crm_ai.modeling.least_squares import LeastSquares

    penalty, strength = setting.values["penalty"], float(setting.values["strength"])
    if setting.by_factors:
        alpha = strength if penalty != "none" else 0.0
        return TweedieRegressor(power=1.5, link="log", alpha=alpha, max_iter=1_000)
    if penalty == "lasso":
        return Lasso(alpha=strength * setting.spread, max_iter=5_000)
    if penalty == "elastic_net":
        return ElasticNet(alpha=strength * setting.spread, l1_ratio=0.5, max_iter=5_000)
    return LeastSquares(alpha=strength * setting.customers if penalty == "ridge" else 0.0)


def logistic(setting: Setting) -> BaseEstimator:
    """Logistic regression with a ridge, lasso or elastic net penalty, or none.

    Parameters
    ----------
    setting : Setting
        Values: penalty, strength.

    Returns
    -------
    estimator
        Unfitted.
    """
    from sklearn.linear_model import LogisticRegression

    from crm_ai.modeling.newton_logistic import NewtonLogistic

    penalty = setting.values["penalty"]
    strength = 0.0 if penalty == "none" else float(setting.values["strength"])
    freedom = 1 / strength if strength else np.inf
    if penalty in ("lasso", "elastic_net"):
        share = 1.0 if penalty == "lasso" else 0.5
        quick = share == 1.0 and setting.task is Task.BINARY
        return LogisticRegression(
            C=freedom,
            l1_ratio=share,
            solver="liblinear" if quick else "saga",
            intercept_scaling=100 if quick else 1,  # liblinear penalises the intercept too, unless it is made cheap
            max_iter=1_000,
            tol=1e-4 if quick else 1e-3,
            random_state=setting.seed,
        )
    if setting.task is Task.BINARY and setting.width <= NEWTON_COLUMNS:
        return NewtonLogistic(alpha=strength)
    return LogisticRegression(C=freedom, max_iter=1_000)


def tree(setting: Setting) -> BaseEstimator:
    """One decision tree; on very many customers its questions are chosen on a sample.

    Parameters
    ----------
    setting : Setting
        Values: depth, leaf, pruning.

    Returns
    -------
    estimator
        Unfitted.
    """
    from crm_ai.modeling.sampled_tree import SampledTreeClassifier, SampledTreeRegressor

    leaf = setting.values["leaf"] or max(1, min(50, setting.customers // 20))
    kind = SampledTreeRegressor if setting.is_regression else SampledTreeClassifier
    return kind(
        max_depth=int(setting.values["depth"]),
        min_samples_leaf=int(leaf),
        ccp_alpha=float(setting.values["pruning"]) * (setting.spread**2 if setting.is_regression else 1.0),
        random_state=setting.seed,
        monotonic_cst=setting.monotonic,
        **({"criterion": "poisson"} if setting.by_factors else {}),
    )


def forest(setting: Setting) -> BaseEstimator:
    """Many trees, each on its own draw of customers and columns.

    Parameters
    ----------
    setting : Setting
        Values: trees, leaf, columns.

    Returns
    -------
    estimator
        Unfitted.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    columns = setting.values["columns"]
    kind = RandomForestRegressor if setting.is_regression else RandomForestClassifier
    return kind(
        n_estimators=int(setting.values["trees"]),
        min_samples_leaf=int(setting.values["leaf"]),
        max_features=columns if columns == "sqrt" else float(columns),
        max_samples=TREES_SEE_AT_MOST if setting.customers > TREES_SEE_AT_MOST else None,
        random_state=setting.seed,
        **({"criterion": "poisson"} if setting.by_factors else {}),
    )


def boosting(setting: Setting) -> BaseEstimator:
    """Many small trees, each correcting those before it, stopped when customers held back gain no more.

    Parameters
    ----------
    setting : Setting
        Values: rate, leaves, leaf.

    Returns
    -------
    estimator
        Unfitted.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if setting.is_regression else HistGradientBoostingClassifier
    return kind(
        learning_rate=float(setting.values["rate"]),
        max_leaf_nodes=int(setting.values["leaves"]),
        min_samples_leaf=int(setting.values["leaf"]),
        max_iter=400 if setting.answers <= 2 else 100,  # each round grows one tree for each answer
        early_stopping=setting.customers >= 200,
        random_state=setting.seed,
        monotonic_cst=setting.monotonic,
        **({"loss": "poisson"} if setting.by_factors else {}),
    )


def network(setting: Setting) -> BaseEstimator:
    """A small neural network, stopped when customers held back gain no more.

    Parameters
    ----------
    setting : Setting
        Values: layers, decay.

    Returns
    -------
    estimator
        Unfitted.
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    from crm_ai.modeling.network import NetworkClassifier, NetworkRegressor

    kind = NetworkRegressor if setting.is_regression else NetworkClassifier
    made = kind(
        hidden_layer_sizes=tuple(int(width) for width in str(setting.values["layers"]).split("-")),
        alpha=float(setting.values["decay"]),
        batch_size=max(min(200, setting.customers // BATCHES_AT_LEAST), 1, setting.customers // BATCHES_AN_EPOCH),
        max_iter=100,
        random_state=setting.seed,
    )
    return TransformedTargetRegressor(made, transformer=StandardScaler()) if setting.is_regression else made


def guess(setting: Setting) -> BaseEstimator:
    """Say the same of every customer: how often each answer occurs, or the mean.

    Parameters
    ----------
    setting : Setting
        Without values.

    Returns
    -------
    estimator
        Unfitted.
    """
    from sklearn.dummy import DummyClassifier, DummyRegressor

    return DummyRegressor() if setting.is_regression else DummyClassifier(strategy="prior")
