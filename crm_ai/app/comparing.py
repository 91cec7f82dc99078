"""Models side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import cards, frame, glossary, pictures, results, state, verdicts
from crm_ai.modeling import MODEL_TYPES, Task, best_by_cross_validation
from crm_ai.words import _, count

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.modeling import Run

# The first decides; all are in the table of details.
METRICS = {
    Task.BINARY: ("roc_auc", "average_precision", "brier_score", "accuracy", "precision", "recall"),
    Task.MULTICLASS: ("macro_roc_auc", "accuracy", "balanced_accuracy", "macro_f1"),
    Task.REGRESSION: ("r2", "rmse", "mae", "mean_error"),
}


def models_side_by_side(run: Run) -> None:
    """Draw the run's models beside each other.

    Parameters
    ----------
    run : Run
        The run.
    """
    decisive = METRICS[run.problem.task][0]
    term = glossary.term(decisive)
    best = best_by_cross_validation(run)
    st.markdown(
        _("**{metric}**, judged on {n} customers that no model has seen.").format(
            metric=term.label, n=count(len(run.holdout_rows))
        ),
        help=term.help,
    )
    cards.show(_card(run, model, decisive, model == best) for model in run.models)
    if len(run.models) > 1:
        st.caption(
            _(
                "Best is who did best on folds of the training customers (cross-validation); the customers "
                "judged on have no say."
            )
        )
    frame.chart(*pictures.models(run, decisive), key="models")
    all_metrics(run)


def say_whom(run: Run) -> None:
    """Say whom the models were judged on.

    Parameters
    ----------
    run : Run
        The run.
    """
    st.caption(verdicts.judged_on(run))


def all_metrics(run: Run) -> None:
    """Draw a folded table of all metrics of all models.

    Parameters
    ----------
    run : Run
        The run.
    """
    if state.for_manager():
        return
    with st.expander(_("All metrics of all models"), icon=":material/table_rows:"):
        st.dataframe(_table(run), hide_index=True, alt=_("All metrics of all models, with their intervals"))
        st.caption(
            _("In brackets the 95 % interval: with other customers of the same kind the number would mostly lie there.")
        )


def _card(run: Run, model: str, metric: str, best: bool) -> cards.Card:
    number = cards.of_estimate(results.headline(run, model)[metric])
    name = MODEL_TYPES[model].name
    label = _("{model} · best").format(model=name) if best and len(run.models) > 1 else name
    return cards.Card(label, number.value, number.note, MODEL_TYPES[model].sentence)


def _table(run: Run) -> pd.DataFrame:
    import pandas as pd

    metrics = METRICS[run.problem.task]
    columns: dict[str, list[str]] = {_("Metric"): [glossary.term(metric).label for metric in metrics]}
    for model in run.models:
        known = results.headline(run, model)
        columns[MODEL_TYPES[model].name] = [
            glossary.in_words(known[metric]) if metric in known else "" for metric in metrics
        ]
    return pd.DataFrame(columns)
