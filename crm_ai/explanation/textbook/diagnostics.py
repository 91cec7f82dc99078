"""Whether a regression's assumptions hold."""

from __future__ import annotations

from crm_ai.explanation.textbook.design import training_design
from crm_ai.explanation.textbook.diagnostic import Diagnostics
from crm_ai.modeling import Run


def diagnostics(run: Run, model_type: str) -> Diagnostics:
    """Test the assumptions of a linear or logistic regression on its training customers.

    As for ``coefficients``, it is the fit without penalty that is tested.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        ``"linear_regression"`` or ``"logistic_regression"``.

    Returns
    -------
    Diagnostics
        Tests, each with what it means; for linear regression also the customers that move the coefficients most.

    Raises
    ------
    ProblemError
        If the model is no regression with one formula.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> months, noise = np.arange(200.0) % 40, np.random.default_rng(0).normal(size=200)
    >>> table = table_from_frame(pd.DataFrame({"months": months, "spent": 10 + months + noise}))
    >>> question = propose_problem(table, target="spent", features=["months"]).problem
    >>> found = diagnostics(train(table, question, ["linear_regression"]), "linear_regression")
    >>> found["f_statistic"].meaning
    'Taken together, the columns tell something of the outcome (p < 0.001).'
    """
    from crm_ai.explanation.textbook.likelihood_tests import logistic_diagnostics
    from crm_ai.explanation.textbook.residuals import linear_diagnostics

    design = training_design(run, model_type)
    return logistic_diagnostics(design) if model_type == "logistic_regression" else linear_diagnostics(design)
