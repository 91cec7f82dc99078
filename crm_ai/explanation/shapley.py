"""SHAP values in original columns: exact for linear models and trees, with a stated error for others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.explanation.explanation import Explanation
from crm_ai.explanation.flat_trees import FlatTree, flat_trees, is_ensemble
from crm_ai.explanation.permutation_shapley import PAIRS, permutation_shap
from crm_ai.explanation.tree_shapley import tree_shap
from crm_ai.modeling import MODEL_TYPES, LogTarget, Model, Run, Task, label_place
from crm_ai.words import _

STEPS = 600_000_000  # customers times conditions of an ensemble: some seconds
PREDICTIONS = 3_000_000
FEWEST, FEWEST_REFERENCES = 100, 200
MOST_CONDITIONS = 60  # see ``ensemble_shapley``, which is imported only where it is needed


def explain(run: Run, model_type: str, *, rows: np.ndarray | None = None, label: str | None = None) -> Explanation:
    """Say why a model says what it says, compared with training customers.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    rows : numpy.ndarray of int, optional
        Positions in the table of the customers to explain; by default the holdout, or as many of it, drawn by chance,
        as the model can be explained for in some seconds.
    label : str, optional
        The answer to explain; by default the positive one, or the first of several.

    Returns
    -------
    Explanation
        Contributions of original columns. Models are explained on the scale they add up on: log-odds for logistic
        regression and boosting, the uncut prediction for linear regression, the logarithm for amounts by factors;
        others in probabilities or values.
    """
    model = run.model(model_type)
    if rows is None:
        rows = _drawn(run.holdout_rows, most_customers(model, label), run.problem.seed)
    rows = np.asarray(rows, dtype=np.intp)
    features = list(run.problem.features)
    customers = run.table.frame[features].iloc[rows]
    background = None if _is_linear(model) else run.train_frame[features]
    return explain_model(model, customers, background, label=label, rows=rows)


def most_customers(model: Model, label: str | None = None) -> int:
    """How many customers can be explained in some seconds.

    Parameters
    ----------
    model : Model
        A fitted model.
    label : str, optional
        The answer to explain.

    Returns
    -------
    int
        At least a hundred.
    """
    if _is_linear(model) or hasattr(model.estimator, "tree_"):
        return np.iinfo(np.int64).max
    trees = _trees(model, _place(model, label))
    if trees is None:
        return max(FEWEST, PREDICTIONS // (2 * PAIRS * max(len(model.columns), 1)))
    from crm_ai.explanation.ensemble_shapley import conditions

    return max(FEWEST, STEPS // max(conditions(trees[0]), 1))


def explain_model(
    model: Model,
    frame: pd.DataFrame,
    background: pd.DataFrame | None,
    *,
    label: str | None = None,
    rows: np.ndarray | None = None,
) -> Explanation:
    """Say why a model says what it says of some customers, compared with others.

    Parameters
    ----------
    model : Model
        A fitted model.
    frame : pandas.DataFrame of length n
        Customers to explain; holds the features.
    background : pandas.DataFrame of length m, or None
        Reference customers; None, for linear models only, means all training customers.
    label : str, optional
        The answer to explain; by default the positive one, or the first of several.
    rows : numpy.ndarray of int, shape (n,), optional
        The customers' positions in their table; by default 0 … n-1.

    Returns
    -------
    Explanation
        Contributions of original columns.

    Raises
    ------
    CrmAiError
        If the answer is none of the question's.
    """
    features = list(model.problem.features)
    data = frame[features]
    encoder, source = model.encoder, model.source
    matrix = encoder.transform(model.cleaned(data))
    reference = None if background is None else encoder.transform(model.cleaned(background))
    place, error, references = _place(model, label), None, 0 if reference is None else len(reference)
    if _is_linear(model):
        means = encoder.means_ if reference is None else reference.mean(axis=0, dtype=np.float64)
        coefficients, intercept = _coefficients(model, place)
        values, base = linear_shap(coefficients, intercept, means, matrix, source)
    elif reference is not None and hasattr(model.estimator, "tree_"):
        values, base = tree_shap(model.estimator.tree_, matrix, reference, source, place or 0)
    elif reference is not None:
        values, base, error, references = _of_many(model, place, matrix, reference, source)
    else:
        raise CrmAiError(
            _("This kind of model is explained against customers: {kind}.").format(
                kind=MODEL_TYPES[model.model_type].name
            ),
            next_step=_("Give some to compare with."),
        )
    if isinstance(model.pipeline[-1], LogTarget):
        base += float(np.log(model.pipeline[-1].factor_))
    return Explanation(
        values=values,
        base=base,
        columns=model.columns,
        data=data.reset_index(drop=True),
        rows=np.arange(len(data)) if rows is None else rows,
        scale=scale_of(model),
        model_type=model.model_type,
        label="" if place is None else model.problem.labels[place],
        references=references,
        error=error,
    )


def _of_many(
    model: Model, place: int | None, matrix: np.ndarray, reference: np.ndarray, source: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray | None, int]:
    """Values, base, errors and reference customers of an ensemble, or of a model that cannot be taken apart."""
    trees = _trees(model, place)
    if trees is None:
        values, base, error = permutation_shap(
            lambda customers: _output(model, place, customers), matrix, reference, source, seed=model.problem.seed
        )
        return values, base, error, min(PAIRS, len(reference))
    from crm_ai.explanation.ensemble_shapley import conditions, ensemble_shap

    flat, offset = trees
    most = max(FEWEST_REFERENCES, STEPS // max(conditions(flat), 1))
    drawn = reference[_drawn(np.arange(len(reference)), most, model.problem.seed)]
    values, base = ensemble_shap(flat, matrix, drawn, source)
    return values, base + offset, None, len(drawn)


def _trees(model: Model, place: int | None) -> tuple[list[FlatTree], float] | None:
    """An ensemble's trees, unless they ask too much for patterns to be written as bits."""
    if not is_ensemble(model.estimator):
        return None
    found = flat_trees(model.estimator, model.problem.task, place or 0)
    return found if max((tree.widest for tree in found[0]), default=0) <= MOST_CONDITIONS else None


def _output(model: Model, place: int | None, matrix: np.ndarray) -> np.ndarray:
    """What the estimator says, on the scale that it is explained on."""
    estimator = model.estimator
    if hasattr(estimator, "_raw_predict"):
        raw = np.asarray(estimator._raw_predict(matrix), dtype=np.float64)
        return raw[:, place or 0] if raw.shape[1] > 1 else raw[:, 0] * (-1 if place == 0 else 1)
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(matrix)[:, place or 0], dtype=np.float64)
    return np.asarray(estimator.predict(matrix), dtype=np.float64)


def _drawn(places: np.ndarray, most: int, seed: int) -> np.ndarray:
    if len(places) <= most:
        return places
    return np.sort(np.random.default_rng(seed).choice(places, most, replace=False))


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


def _is_linear(model: Model) -> bool:
    return hasattr(model.estimator, "coef_")


def _coefficients(model: Model, place: int | None) -> tuple[np.ndarray, float]:
    estimator = model.estimator
    coefficients, intercepts = np.atleast_2d(estimator.coef_), np.atleast_1d(estimator.intercept_)
    if model.problem.task is Task.MULTICLASS and place is not None and len(coefficients) > 1:
        return coefficients[place], float(intercepts[place])
    slopes, intercept = coefficients[0], float(intercepts[0])
    if place != 0:
        return slopes, intercept
    # A yes/no model speaks of the positive answer; for the other, log-odds change sign and probabilities add up to 1.
    return -slopes, -intercept if hasattr(estimator, "predict_proba") else 1.0 - intercept


def _place(model: Model, label: str | None) -> int | None:
    return None if model.problem.task is Task.REGRESSION else label_place(model.problem, label)
