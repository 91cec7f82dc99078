"""Exact Shapley values of linear functions, in closed form."""

from __future__ import annotations

import numpy as np

from crm_ai.modeling import Model, Task


def is_linear(model: Model) -> bool:
    """Whether a model adds up its columns.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    bool
        True for linear, logistic and factor models.
    """
    return hasattr(model.estimator, "coef_")


def linear_shap(
    coefficients: np.ndarray, intercept: float, means: np.ndarray, matrix: np.ndarray, source: np.ndarray
) -> tuple[np.ndarray, float]:
    """Shapley values of a linear function, summed to original columns.

    Parameters
    ----------
    coefficients : numpy.ndarray of shape (encoded columns,)
        Slopes.
    intercept : float
        Output where all encoded columns are 0.
    means : numpy.ndarray of shape (encoded columns,)
        Means of the reference customers.
    matrix : numpy.ndarray of shape (n, encoded columns)
        Customers to explain.
    source : numpy.ndarray of int, shape (encoded columns,)
        Original column of each encoded one.

    Returns
    -------
    values : numpy.ndarray of shape (n, original columns)
        ``coefficient · (x − mean)``, summed by original column.
    base : float
        Output at the means.

    References
    ----------
    Štrumbelj, Kononenko (2014), Knowledge and Information Systems 41, "Explaining prediction models and individual
    predictions with feature contributions".

    Examples
    --------
    >>> slopes, means, customer = np.array([2.0, 1.0]), np.array([3.0, 0.5]), np.array([[4.0, 1.0]])
    >>> values, base = linear_shap(slopes, 1.0, means, customer, np.array([0, 0]))
    >>> values.tolist(), base
    ([[2.5]], 7.5)
    """
    slopes = np.zeros((len(source), int(source.max()) + 1))
    slopes[np.arange(len(source)), source] = coefficients
    return matrix @ slopes - means @ slopes, float(means @ coefficients + intercept)


def coefficients_of(model: Model, place: int | None) -> tuple[np.ndarray, float]:
    """Slopes and intercept of what is explained.

    Parameters
    ----------
    model : Model
        A linear model.
    place : int or None
        Position of the answer; None for a number.

    Returns
    -------
    slopes : numpy.ndarray of shape (encoded columns,)
        Of the output that speaks of this answer.
    intercept : float
        Its output where all encoded columns are 0.
    """
    estimator = model.estimator
    coefficients, intercepts = np.atleast_2d(estimator.coef_), np.atleast_1d(estimator.intercept_)
    if model.problem.task is Task.MULTICLASS and place is not None and len(coefficients) > 1:
        return coefficients[place], float(intercepts[place])
    slopes, intercept = coefficients[0], float(intercepts[0])
    if place != 0:
        return slopes, intercept
    # A yes/no model speaks of the positive answer; for the other, log-odds change sign and probabilities add up to 1.
    return -slopes, -intercept if hasattr(estimator, "predict_proba") else 1.0 - intercept
