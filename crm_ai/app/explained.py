"""Explanations, computed once for everybody who may see them, and kept by their run's digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.app.keeping import kept, kept_few

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.explanation import (
        Coefficients,
        Diagnostics,
        Explanation,
        LimeExplainer,
        LimeExplanation,
        TreeReading,
        WeakSpots,
    )
    from crm_ai.modeling import Run


@kept_few
def reasons(run: Run, model_type: str, label: str | None = None) -> Explanation:
    """Why a model says what it says of the holdout, see ``crm_ai.explain``."""
    from crm_ai.explanation import explain

    return explain(run, model_type, label=label)


@kept
def reasons_of(run: Run, model_type: str, row: int, label: str | None = None) -> Explanation:
    """Why a model says what it says of one customer, see ``crm_ai.explain``."""
    import numpy as np

    from crm_ai.explanation import explain

    return explain(run, model_type, rows=np.array([row]), label=label)


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
    for holding_customers in (reasons, reasons_of, _lime_ready, near, diagnostics):
        holding_customers.clear()
