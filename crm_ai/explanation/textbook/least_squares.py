"""Ordinary least squares over blocks of customers, with classical or robust standard errors."""

from __future__ import annotations

import numpy as np

from crm_ai.explanation.textbook.aliasing import find_aliases
from crm_ai.explanation.textbook.design import Design, is_binary, moments
from crm_ai.explanation.textbook.fit import Fit, inverse


def least_squares(design: Design) -> Fit:
    """Fit a linear regression and judge how sure its coefficients are.

    A yes/no outcome cannot scatter equally for everybody, so its standard errors are robust ones (HC1).

    Parameters
    ----------
    design : Design
        The training customers.

    Returns
    -------
    Fit
        Coefficients and their covariance; the objective is the residuals' sum of squares.

    References
    ----------
    MacKinnon, White (1985), Journal of Econometrics 29, "Some heteroskedasticity-consistent covariance matrix
    estimators with improved finite sample properties": HC1.
    """
    sums = moments(design)
    aliasing = find_aliases(sums)
    kept = aliasing.kept
    bread = inverse(sums.gram[np.ix_(kept, kept)])
    coefficients = bread @ sums.with_outcome[kept]
    score, squares, meat = _residual_sums(design, kept, coefficients, robust=is_binary(design))
    # The normal equations square rounding errors; what is left of them shows in the residuals and is taken back.
    coefficients = coefficients + bread @ score
    spare = sums.n - len(kept)
    with np.errstate(all="ignore"):
        if is_binary(design):
            covariance = bread @ meat @ bread * np.divide(sums.n, spare) if spare > 0 else bread * np.nan
        else:
            covariance = bread * (squares / spare) if spare > 0 else bread * np.nan
    return Fit(sums, aliasing, coefficients, covariance, np.zeros(len(kept)), squares)


def _residual_sums(
    design: Design, kept: np.ndarray, coefficients: np.ndarray, *, robust: bool
) -> tuple[np.ndarray, float, np.ndarray]:
    """Sums of the residuals times columns, of their squares, and of their squares times products of columns."""
    score, squares, meat = np.zeros(len(kept)), 0.0, np.zeros((len(kept), len(kept)))
    for matrix, outcome in design.blocks():
        columns = matrix[:, kept]
        residuals = outcome - columns @ coefficients
        score += columns.T @ residuals
        squares += float(residuals @ residuals)
        if robust:
            columns = columns * residuals[:, None]
            meat += columns.T @ columns
    return score, squares, meat
