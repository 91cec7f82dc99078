"""Logistic regression without penalty, by Newton's method over blocks of customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_ai.explanation.textbook.aliasing import Aliasing, find_aliases
from crm_ai.explanation.textbook.design import Design, Moments, moments
from crm_ai.explanation.textbook.fit import Fit, inverse
from crm_ai.explanation.textbook.terms import own_coefficients

MOST_STEPS = 60
MOST_HALVINGS = 30
NEAR = 1e-8  # standard errors that the last step may be long
FLAT = 1e-5  # a step that changes the likelihood so little …
STILL_MOVING = 0.3  # … and yet some customer's log-odds so much: a coefficient runs away
SHARE_OF_STEP = 1e-2
ALL_FITTED = -1e-4  # the likelihood where every customer's answer is separated, so that all coefficients are arbitrary


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """The likelihood's height, slope and curvature at some coefficients, and how far the last step reached."""

    coefficients: np.ndarray
    likelihood: float
    score: np.ndarray
    information: np.ndarray
    reach: float


def maximum_likelihood(design: Design) -> Fit:
    """Fit a logistic regression without the penalty that the model itself carries.

    Parameters
    ----------
    design : Design
        The training customers.

    Returns
    -------
    Fit
        Coefficients and the inverse of their information; the objective is the log-likelihood. Coefficients that
        separate the answers, and so have no finite value, are marked; the others are what they tend to meanwhile.

    References
    ----------
    Albert, Anderson (1984), Biometrika 71, "On the existence of maximum likelihood estimates in logistic regression
    models".
    """
    sums = moments(design)
    aliasing = find_aliases(sums)
    intercept, slopes = own_coefficients(design.model)
    start = aliasing.folded(np.append(intercept, slopes))
    point = _look(design, aliasing, start, np.zeros(len(start)))
    for _step in range(MOST_STEPS):
        covariance = inverse(point.information)
        step = covariance @ point.score
        if not np.isfinite(step).all():
            return _fit(sums, aliasing, point, covariance, np.sign(point.coefficients))
        length = float(np.sqrt(max(step @ point.score, 0.0)))
        following = _ascend(design, aliasing, point, step)
        if length <= FLAT and following.reach >= STILL_MOVING:
            runaway = np.where(np.abs(step) >= SHARE_OF_STEP * np.abs(step).max(), np.sign(step), 0.0)
            if point.likelihood > ALL_FITTED:
                return _fit(sums, aliasing, point, covariance * np.nan, runaway, converged=False)
            return _fit(sums, aliasing, point, covariance, runaway)
        if length <= NEAR:
            return _fit(sums, aliasing, following, covariance, np.zeros(len(start)))
        point = following
    return _fit(sums, aliasing, point, covariance * np.nan, np.zeros(len(start)), converged=False)


def _fit(
    sums: Moments,
    aliasing: Aliasing,
    point: _Point,
    covariance: np.ndarray,
    diverging: np.ndarray,
    *,
    converged: bool = True,
) -> Fit:
    return Fit(sums, aliasing, point.coefficients, covariance, diverging, point.likelihood, converged)


def _ascend(design: Design, aliasing: Aliasing, point: _Point, step: np.ndarray) -> _Point:
    """The point a step ahead, or less where a whole step would overshoot."""
    for _halving in range(MOST_HALVINGS):
        following = _look(design, aliasing, point.coefficients + step, step)
        if following.likelihood >= point.likelihood - 1e-10 * abs(point.likelihood):
            return following
        step = step / 2
    return point


def _look(design: Design, aliasing: Aliasing, coefficients: np.ndarray, step: np.ndarray) -> _Point:
    from scipy.special import expit

    width = len(coefficients)
    likelihood, reach, score, information = 0.0, 0.0, np.zeros(width), np.zeros((width, width))
    for matrix, outcome in design.blocks():
        columns = matrix[:, aliasing.kept] if width < matrix.shape[1] else matrix
        odds = columns @ coefficients
        probability = expit(odds)
        likelihood += float(outcome @ odds - np.logaddexp(0.0, odds).sum())
        reach = max(reach, float(np.abs(columns @ step).max(initial=0.0)))
        score += columns.T @ (outcome - probability)
        information += (columns * (probability * expit(-odds))[:, None]).T @ columns
    return _Point(coefficients, likelihood, score, information, reach)
