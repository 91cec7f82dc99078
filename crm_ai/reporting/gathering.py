"""What a report of reasons needs, from a run or from a saved model and a file of customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.explanation import case_in_words, customer_name, explain_rows, reference_in_words, telling_cases
from crm_ai.explanation.explainer import drawn
from crm_ai.explanation.narrative import Told, customer_in_words, told
from crm_ai.explanation.references import EVERYBODY, Reference
from crm_ai.modeling import Run, Task, answer_of, headline, label_place
from crm_ai.reporting.explanations import Case, Material
from crm_ai.words import _, number, sentences

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.deployment import Explained, ExplainedTable
    from crm_ai.explanation import Explainer, Explanation
    from crm_ai.explanation.reliability import Reliability
    from crm_ai.explanation.similar import SimilarCustomers
    from crm_ai.table import Table

FIGURES = {
    Task.BINARY: ("roc_auc", "average_precision", "brier_score", "accuracy"),
    Task.MULTICLASS: ("accuracy", "balanced_accuracy", "macro_f1"),
    Task.REGRESSION: ("r2", "rmse", "mae"),
}
MOST_CUSTOMERS = 2_000
FEW = 6
ENOUGH = 30  # customers whose mean may be called usual


def material_of_run(
    run: Run,
    model_type: str,
    ready: Explainer,
    *,
    reference: Reference = EVERYBODY,
    reasons: Explanation | None = None,
    pairs: pd.DataFrame | None = None,
    trust: Callable[[int], Reliability] | None = None,
    similar: Callable[[int], SimilarCustomers] | None = None,
) -> Material:
    """Gather what a report of a run's model needs.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    ready : Explainer
        As made by ``shap_explainer``.
    reference : Reference, default everybody
        Whom `ready` compares customers with.
    reasons : Explanation, optional
        Of the holdout; made anew if not given.
    pairs : pandas.DataFrame, optional
        As made by ``interactions``; not told of if not given.
    trust, similar : callable, optional
        Take a customer's position in the table; tell how far reasons may be trusted, and who is like the customer. Not
        told of if not given.

    Returns
    -------
    Material
        For ``explanation_report``.
    """
    label = ready.label or None
    other = "" if reference.row is None else customer_name(run, reference.row)
    compared_with = "" if reference == EVERYBODY else reference_in_words(reference, other)
    estimates = headline(run, model_type)
    cases = []
    for case, row in telling_cases(run, model_type).items():
        own = explain_rows(run, ready, np.array([row]))
        light = None if trust is None else trust(row)
        said = told(run, model_type, row, label)
        words = customer_in_words(
            said,
            own,
            compared_with=compared_with,
            trust=light,
            similar=None if similar is None else similar(row),
        )
        cases.append(
            Case(
                title=case_in_words(case),
                name=customer_name(run, row),
                words=sentences([words, _outcome(run, row)]),
                reasons=own,
                share=_share(said, own),
                trust=light,
            )
        )
    return Material(
        model=run.model(model_type),
        source=run.table.source,
        digest=run.table.digest,
        customers=len(run.holdout_rows),
        who=_("set aside before training"),
        reasons=explain_rows(run, ready) if reasons is None else reasons,
        cases=cases,
        compared_with=compared_with,
        quality={name: estimates[name] for name in FIGURES[run.problem.task] if name in estimates},
        pairs=pairs,
        run=run.digest,
    )


def material_of_table(explained: ExplainedTable, table: Table, *, compared_with: str = "") -> Material:
    """Gather what a report of a saved model needs.

    Parameters
    ----------
    explained : ExplainedTable
        As made by ``explain_table``.
    table : Table
        The customers that were explained, or more.
    compared_with : str, default ""
        Whom they are compared with, if not training customers.

    Returns
    -------
    Material
        For ``explanation_report``; of many customers some are drawn by chance. How good the model is, is not known.
    """
    model = explained.ready.model
    most = min(MOST_CUSTOMERS, max(explained.ready.most_customers, 1))
    some = explained.only(drawn(np.arange(len(explained)), most, model.problem.seed)).at_once()
    usual, spread = _usual(some, explained)
    if len(some.said) <= FEW:
        places = dict.fromkeys(range(len(some.said)), _("Customer"))
    else:
        places = {place: case_in_words(case) for case, place in reversed(_cases(some, model.problem.task).items())}
        places = dict(reversed(places.items()))
    cases = []
    for place, title in places.items():
        own = explained.ready.explain(some.reasons.data.iloc[[place]], some.reasons.rows[[place]])
        said = Told(float(some.said[place]), usual, some.reasons.label, spread)
        words = customer_in_words(said, own, compared_with=compared_with)
        cases.append(
            Case(title=title, name=_called(some.names, place), words=words, reasons=own, share=_share(said, own))
        )
    return Material(
        model=model,
        source=table.source,
        digest=table.digest,
        customers=len(explained),
        who=_("of the file"),
        reasons=some.reasons,
        cases=cases,
        compared_with=compared_with,
        mismatches=explained.mismatches,
    )


def _cases(some: Explained, task: Task) -> dict[str, int]:
    said = some.said
    places = {"highest": int(said.argmax()), "lowest": int(said.argmin())}
    return places if task is Task.REGRESSION else places | {"most_uncertain": int(np.abs(said - 0.5).argmin())}


def _usual(some: Explained, explained: ExplainedTable) -> tuple[float, float]:
    """Mean and spread of what is said, of the customers themselves or, if they are few, of those compared with."""
    if len(some.said) >= ENOUGH:
        return float(some.said.mean()), float(some.said.std())
    model, label = explained.ready.model, some.reasons.label
    if model.references is not None:
        said = model.predict_encoded(model.references)
        others = answer_of(said, label_place(model.problem, label)) if label else said
        return float(others.mean()), float(others.std())
    usual = some.reasons.base  # of models that take nobody along, on the scale of predictions
    return usual, float(np.abs(some.said - usual).max())


def _called(names: pd.DataFrame, place: int) -> str:
    import pandas as pd

    for name in names.columns[1:]:
        if not pd.isna(names[name].iloc[place]):
            return str(names[name].iloc[place])
    return f"#{names['row'].iloc[place]}"


def _share(said: Told, reasons: Explanation) -> str:
    return said.amount(said.said) if said.answer and reasons.scale != "probability" else ""


def _outcome(run: Run, row: int) -> str:
    actual = run.actual[int(np.flatnonzero(run.holdout_rows == row)[0])]
    said = number(float(actual)) if run.problem.task is Task.REGRESSION else f"“{run.problem.labels[int(actual)]}”"
    return _("It was {actual}.").format(actual=said)
