"""Explanations, computed once for everybody who may see them, and kept by their run's digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.app.keeping import kept, kept_few

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.explanation import (
        Coefficients,
        Diagnostics,
        Explainer,
        Explanation,
        LimeExplainer,
        LimeExplanation,
        Reference,
        TreeReading,
        WeakSpots,
    )
    from crm_ai.explanation.counterfactual_trial import Search
    from crm_ai.explanation.customer_space import CustomerSpace
    from crm_ai.explanation.reliability import Examiner, Reliability
    from crm_ai.explanation.similar import SimilarCustomers
    from crm_ai.explanation.what_if import Values
    from crm_ai.modeling import Run


@kept_few
def ready(run: Run, model_type: str, label: str | None, reference: Reference | None, scale: str | None) -> Explainer:
    """What is needed to explain customers, see ``crm_ai.explanation.shap_explainer``."""
    from crm_ai.explanation import EVERYBODY, shap_explainer

    return shap_explainer(run, model_type, label=label, reference=reference or EVERYBODY, scale=scale)


@kept_few
def reasons(
    run: Run,
    model_type: str,
    label: str | None = None,
    reference: Reference | None = None,
    scale: str | None = None,
) -> Explanation:
    """Why a model says what it says of the holdout, see ``crm_ai.explain``."""
    from crm_ai.explanation import explain_rows

    return explain_rows(run, ready(run, model_type, label, reference, scale))


@kept
def reasons_of(
    run: Run,
    model_type: str,
    row: int,
    label: str | None = None,
    reference: Reference | None = None,
    scale: str | None = None,
) -> Explanation:
    """Why a model says what it says of one customer, see ``crm_ai.explain``."""
    import numpy as np

    from crm_ai.explanation import explain_rows

    return explain_rows(run, ready(run, model_type, label, reference, scale), np.array([row]))


def reasons_if(
    run: Run,
    model_type: str,
    frame: pd.DataFrame,
    label: str | None = None,
    reference: Reference | None = None,
    scale: str | None = None,
) -> Explanation:
    """Why a model would say what it would say of a customer with other values.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    frame : DataFrame of length 1
        The customer.
    label : str, optional
        The answer that is explained.
    reference : Reference, optional
        Whom the customer is compared with; everybody by default.
    scale : str, optional
        What contributions are measured in.

    Returns
    -------
    Explanation
        Never kept: there are too many such customers.
    """
    return ready(run, model_type, label, reference, scale).explain(frame)


@kept
def interactions(run: Run, model_type: str, label: str | None = None, scale: str | None = None) -> pd.DataFrame:
    """Which columns work together, see ``crm_ai.explanation.interactions``."""
    from crm_ai.explanation.interactions import interactions

    return interactions(run, model_type, label=label, scale=scale)


@kept
def needed(run: Run, model_type: str) -> pd.DataFrame:
    """What predicting needs, see ``crm_ai.explanation.permuted``."""
    from crm_ai.explanation.permuted import permutation_importance

    return permutation_importance(run, model_type)


@kept_few
def _space(run: Run, model_type: str) -> CustomerSpace:
    from crm_ai.explanation.customer_space import customer_space

    return customer_space(run, model_type)


@kept
def alike(run: Run, model_type: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Which columns say the same as one of these, see ``crm_ai.explanation.twins``."""
    from crm_ai.explanation.twins import twins

    return twins(_space(run, model_type), among=columns)


@kept_few
def _examiner(run: Run, model_type: str, label: str | None) -> Examiner:
    from crm_ai.explanation.reliability import examiner_of

    explainer = ready(run, model_type, label, None, None)
    return examiner_of(run, explainer, _lime_ready(run, model_type), _space(run, model_type))


@kept
def trust(run: Run, model_type: str, row: int, label: str | None = None) -> Reliability:
    """How far the reasons of one customer may be trusted, see ``crm_ai.explanation.reliability``."""
    from crm_ai.explanation.reliability import reliability

    return reliability(
        _examiner(run, model_type, label),
        row,
        reasons=reasons_of(run, model_type, row, label),
        near=near(run, model_type, row, label),
    )


@kept
def values(run: Run, column: str) -> Values:
    """What a column may be set to, see ``crm_ai.explanation.what_if``."""
    from crm_ai.explanation.what_if import values_of

    return values_of(run, column)


@kept_few
def search(run: Run, model_type: str, label: str | None = None) -> Search:
    """What is needed to look for changes, see ``crm_ai.explanation.counterfactuals``."""
    from crm_ai.explanation.counterfactuals import counterfactual_search

    return counterfactual_search(run, model_type, label=label, space=_space(run, model_type))


@kept
def similar(run: Run, model_type: str, row: int, label: str | None = None) -> SimilarCustomers:
    """Who is like a customer in what matters to a model, see ``crm_ai.explanation.similar``."""
    from crm_ai.explanation.similar import similar_customers

    of_all = reasons(run, model_type, label)
    weights = of_all.importance().set_index("column")["mean_absolute"].reindex(list(of_all.columns)).to_numpy()
    return similar_customers(run, model_type, row, label=label, weights=weights, space=_space(run, model_type))


@kept_few
def _lime_ready(run: Run, model_type: str) -> LimeExplainer:
    from crm_ai.explanation import lime_explainer

    return lime_explainer(run, model_type)


@kept
def near(run: Run, model_type: str, row: int, label: str | None = None) -> LimeExplanation:
    """LIME of one customer, see ``crm_ai.explain_with_lime``."""
    from crm_ai.explanation import explain_with_lime

    return explain_with_lime(run, model_type, row, label=label, explainer=_lime_ready(run, model_type))


@kept
def telling_cases(run: Run, model_type: str) -> dict[str, int]:
    """Customers worth looking at, see ``crm_ai.explanation.telling_cases``."""
    from crm_ai.explanation import telling_cases

    return telling_cases(run, model_type)


@kept_few
def coefficients(run: Run, model_type: str) -> Coefficients:
    """A regression's coefficients, see ``crm_ai.explanation.textbook.coefficients``."""
    from crm_ai.explanation import coefficients

    return coefficients(run, model_type)


@kept_few
def collinearity(run: Run, model_type: str) -> pd.DataFrame:
    """Which columns say the same, see ``crm_ai.explanation.textbook.collinearity``."""
    from crm_ai.explanation import collinearity

    return collinearity(run, model_type)


@kept_few
def diagnostics(run: Run, model_type: str) -> Diagnostics:
    """Whether a regression's assumptions hold, see ``crm_ai.explanation.textbook.diagnostics``."""
    from crm_ai.explanation import diagnostics

    return diagnostics(run, model_type)


@kept_few
def tree(run: Run, model_type: str, label: str | None = None) -> TreeReading:
    """A decision tree in words and numbers, see ``crm_ai.explanation.read_tree``."""
    from crm_ai.explanation import read_tree

    return read_tree(run.model(model_type), label)


@kept_few
def rules(run: Run, model_type: str, label: str | None = None) -> pd.DataFrame:
    """A decision tree's rules beside the holdout, see ``crm_ai.explanation.rules_of_run``."""
    from crm_ai.explanation import rules_of_run

    return rules_of_run(run, model_type, label)


@kept
def weak_spots(run: Run, model_type: str) -> WeakSpots:
    """Segments in which a model errs most, see ``crm_ai.explanation.weak_spots``."""
    from crm_ai.explanation import weak_spots

    return weak_spots(run, model_type)


def forget() -> None:
    """Keep nothing in memory that holds customers; it is computed again when it is asked for."""
    for holding_customers in (
        reasons,
        reasons_of,
        ready,
        _space,
        _examiner,
        search,
        trust,
        similar,
        _lime_ready,
        near,
        diagnostics,
    ):
        holding_customers.clear()
