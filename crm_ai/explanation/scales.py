"""What reasons are measured in: the scale a model adds up on, or the one its prediction is read on."""

from __future__ import annotations

import numpy as np

from crm_ai.errors import CrmAiError
from crm_ai.explanation.linear_shapley import coefficients_of
from crm_ai.modeling import ForeignClassifier, LogTarget, Model, Task, answer_of
from crm_ai.modeling.recalibration import Recalibrated, log_odds
from crm_ai.words import _

SCALES = ("log-odds", "probability", "log", "value")
SMALLEST = 1e-6  # probability whose log-odds are told apart from those of 0


def scale_of(model: Model) -> str:
    """What a model's reasons are measured in.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    str
        ``"log-odds"``, ``"probability"``, ``"value"``, or ``"log"`` where traits multiply an amount.
    """
    if model.problem.task is Task.REGRESSION:
        loss = getattr(model.estimator, "loss", "")
        by_factors = isinstance(model.pipeline[-1], LogTarget) or hasattr(model.pipeline[-1], "link")
        by_factors |= hasattr(model.estimator, "_predictors") and loss in ("poisson", "gamma")
        return "log" if by_factors else "value"
    estimator = model.estimator
    adds_log_odds = hasattr(estimator, "coef_") or hasattr(estimator, "_predictors")
    return "log-odds" if adds_log_odds and hasattr(estimator, "predict_proba") else "probability"


def scales_of(model: Model) -> tuple[str, ...]:
    """The scales a model can be explained on.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    tuple of str
        The one it adds up on first; then, if it is another, the one of its predictions. Of a pipeline that was fitted
        elsewhere nobody knows what it adds up on: probabilities first, then their log-odds.
    """
    read_on = "value" if model.problem.task is Task.REGRESSION else "probability"
    also = ("log-odds",) if isinstance(model.estimator, ForeignClassifier) and not model.estimator.is_hard else ()
    return tuple(dict.fromkeys((scale_of(model), read_on, *also)))


def is_corrected(model: Model, scale: str) -> bool:
    """Whether a scale is that of probabilities that are corrected after the model has added up.

    Parameters
    ----------
    model : Model
        A fitted model.
    scale : str
        One of ``scales_of(model)``.

    Returns
    -------
    bool
        True for the probabilities of a recalibrated model, which are no sum of what its estimator adds up.
    """
    return scale == "probability" and isinstance(model.pipeline[-1], Recalibrated)


def check_scale(model: Model, scale: str | None) -> str:
    """Choose the scale that was asked for.

    Parameters
    ----------
    model : Model
        A fitted model.
    scale : str or None
        None for the one the model adds up on.

    Returns
    -------
    str
        The scale.

    Raises
    ------
    CrmAiError
        If the model cannot be explained on it.
    """
    possible = scales_of(model)
    if scale is not None and scale not in possible:
        raise CrmAiError(
            _("This model is not explained on the scale “{scale}”.").format(scale=scale),
            next_step=_("Choose one of: {scales}.").format(scales=_(", ").join(possible)),
        )
    return scale or possible[0]


def output_on(model: Model, place: int | None, scale: str, matrix: np.ndarray) -> np.ndarray:
    """What a model says on a scale.

    Parameters
    ----------
    model : Model
        A fitted model.
    place : int or None
        Position of the answer; None for a number.
    scale : str
        One of ``scales_of(model)``. On the scale the model adds up on it is what the estimator says, unless that is
        corrected; on the other it is the prediction itself, with any correction, or its log-odds (probabilities within
        1e-6 of 0 or 1 count as these).
    matrix : numpy.ndarray of shape (n, encoded columns)
        Encoded customers.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The outputs.
    """
    if scale != scale_of(model) or is_corrected(model, scale):
        predicted = model.predict_encoded(matrix)
        said = predicted if place is None else answer_of(predicted, place)
        return log_odds(said, SMALLEST) if scale == "log-odds" else said
    said = _raw(model, place, matrix)
    return said + float(np.log(model.pipeline[-1].factor_)) if isinstance(model.pipeline[-1], LogTarget) else said


def _raw(model: Model, place: int | None, matrix: np.ndarray) -> np.ndarray:
    """What the estimator itself says."""
    estimator = model.estimator
    if hasattr(estimator, "coef_"):
        slopes, intercept = coefficients_of(model, place)
        return np.asarray(matrix @ slopes + intercept, dtype=np.float64)
    if hasattr(estimator, "_raw_predict"):
        raw = np.asarray(estimator._raw_predict(matrix), dtype=np.float64)
        return raw[:, place or 0] if raw.shape[1] > 1 else raw[:, 0] * (-1 if place == 0 else 1)
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(matrix)[:, place or 0], dtype=np.float64)
    return np.asarray(estimator.predict(matrix), dtype=np.float64)
