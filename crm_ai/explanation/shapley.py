"""SHAP values in original columns: exact for linear models and trees, with a stated error for others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.explanation.explainer import Explainer, drawn, explainer_of
from crm_ai.explanation.explanation import Explanation
from crm_ai.explanation.linear_shapley import is_linear
from crm_ai.explanation.references import EVERYBODY, Reference, reference_rows
from crm_ai.explanation.scales import check_scale, is_corrected, scale_of
from crm_ai.modeling import Model, Run


def explain(
    run: Run,
    model_type: str,
    *,
    rows: np.ndarray | None = None,
    label: str | None = None,
    reference: Reference = EVERYBODY,
    scale: str | None = None,
) -> Explanation:
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
    reference : Reference, default everybody
        Whom customers are compared with.
    scale : str, optional
        One of ``scales_of`` the model. By default the one the model adds up on, where values are exact: log-odds for
        logistic regression and boosting, the uncut prediction for linear regression, the logarithm for amounts by
        factors, probabilities or values for others.

    Returns
    -------
    Explanation
        Contributions of original columns.
    """
    ready = shap_explainer(run, model_type, label=label, reference=reference, scale=scale)
    return explain_rows(run, ready, rows)


def explain_rows(run: Run, ready: Explainer, rows: np.ndarray | None = None) -> Explanation:
    """Explain customers of a run's table.

    Parameters
    ----------
    run : Run
        The run.
    ready : Explainer
        As made by ``shap_explainer``.
    rows : numpy.ndarray of int, optional
        Positions in the table; by default as in ``explain``.

    Returns
    -------
    Explanation
        Contributions of original columns.
    """
    if rows is None:
        rows = drawn(run.holdout_rows, ready.most_customers, run.problem.seed)
    rows = np.asarray(rows, dtype=np.intp)
    return ready.explain(run.table.frame[list(run.problem.features)].iloc[rows], rows)


def shap_explainer(
    run: Run,
    model_type: str,
    *,
    label: str | None = None,
    reference: Reference = EVERYBODY,
    scale: str | None = None,
    customers: int | None = None,
) -> Explainer:
    """Make ready to explain one of a run's models.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    label, reference, scale : optional
        As in ``explain``.
    customers : int, optional
        As in ``explainer_of``.

    Returns
    -------
    Explainer
        Making it once serves all customers.
    """
    model = run.model(model_type)
    wanted = check_scale(model, scale)
    adds_up = is_linear(model) and wanted == scale_of(model) and not is_corrected(model, wanted)
    learned = adds_up and reference == EVERYBODY
    features = list(run.problem.features)
    background = None if learned else run.table.frame[features].iloc[reference_rows(run, reference)]
    return explainer_of(model, background, label=label, scale=scale, customers=customers)


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
        Reference customers; None as in ``explainer_of``.
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
    return explainer_of(model, background, label=label).explain(frame, rows)
