"""Models side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import cards, errors, frame, glossary, pictures, results, state, verdicts
from crm_ai.app.plain import plain
from crm_ai.modeling import BASELINE, MODEL_TYPES, SplitKind, Task, best_by_cross_validation, comparison_in_words
from crm_ai.words import NOTHING, _, count, number

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.evaluation.paired import Difference
    from crm_ai.modeling import Comparison, Run

# The first decides; all are in the table of details.
METRICS = {
    Task.BINARY: ("roc_auc", "average_precision", "brier_score", "accuracy", "precision", "recall"),
    Task.MULTICLASS: ("balanced_accuracy", "accuracy", "macro_f1", "macro_roc_auc"),
    Task.REGRESSION: ("r2", "rmse", "mae", "mean_error"),
}


def models_side_by_side(run: Run) -> None:
    """Draw the run's models beside each other, and say which one to take.

    Parameters
    ----------
    run : Run
        The run.
    """
    decisive = METRICS[run.problem.task][0]
    term = glossary.term(decisive)
    best = best_by_cross_validation(run)
    split = run.problem.split
    if split.kind is SplitKind.TIME:
        judged = _("**{metric}**, judged on {n} customers that no model has seen: the latest by {column}.")
    else:
        judged = _("**{metric}**, judged on {n} customers that no model has seen.")
    st.markdown(
        judged.format(metric=term.label, n=count(len(run.holdout_rows)), column=plain(split.column, 40)),
        help=term.help,
    )
    cards.show((_card(run, model, decisive, model == best) for model in run.models), most=12, side_by_side=3)
    compared = results.comparison(run)
    st.info(comparison_in_words(compared), icon=":material/balance:")
    if len(run.models) > 1:
        st.caption(
            _(
                "Best is who did best on folds of the training customers (cross-validation); the customers "
                "judged on have no say."
            )
        )
    frame.chart(*pictures.models(run, decisive), key="models")
    if not state.for_manager():
        _against_the_best(run, compared)
        _search(run)
        _learning(run)
    all_metrics(run)


def _against_the_best(run: Run, compared: Comparison) -> None:
    with st.expander(_("Against the best, and how long it takes"), icon=":material/compare_arrows:"):
        st.dataframe(_rivals(run, compared), hide_index=True, alt=_("Each model against the best"))
        st.caption(
            _(
                "Both models judge the same customers, so their difference is known better than either figure (paired "
                "test; p-values corrected for the number of models, by Holm). Differences over folds take into account "
                "that folds share customers (corrected resampled t-test)."
            )
        )


def _rivals(run: Run, compared: Comparison) -> pd.DataFrame:
    import pandas as pd

    scores = run.cross_validation[run.cross_validation["metric"] == compared.metric]
    means = scores.groupby("model")["value"].mean()
    term = glossary.term(compared.metric)
    gaps = {rival.model_type: rival for rival in compared.rivals}
    rows = []
    for name in (compared.best, *(name for name in (*run.models, BASELINE) if name != compared.best)):
        rival = gaps.get(name)
        rows.append(
            {
                _("Model"): MODEL_TYPES[name].name,
                _("on folds: {metric}").format(metric=term.label): term.show(float(means[name])),
                _("behind the best"): _behind(rival.on_holdout) if rival else _("the best"),
                "p": NOTHING if rival is None or rival.p != rival.p else f"{rival.p:.3f}",
                _("behind, over folds"): _behind(rival.on_folds) if rival else "",
                _("to train"): _seconds(run.model_seconds.get(name, 0.0)),
                _("to score {n} customers").format(n=count(len(run.holdout_rows))): _seconds(
                    run.model_seconds.get(f"{name} predict", 0.0)
                ),
            }
        )
    return pd.DataFrame(rows)


def _behind(difference: Difference) -> str:
    gap = difference.estimate
    return f"{gap.value:.3f} ({gap.low:.3f} … {gap.high:.3f})" if gap.known else NOTHING


def _seconds(took: float) -> str:
    return _("{n} s").format(n=number(took, 2)) if took >= 0.01 else _("under 0.01 s")


def _search(run: Run) -> None:
    if run.attempts.empty:
        return
    with st.expander(_("What the search has tried"), icon=":material/manage_search:"):
        tried = run.attempts[run.attempts["fold"] == -1]
        words = [", ".join(f"{key} {value}" for key, value in values.items()) for values in tried["settings"]]
        shown = {
            _("Model"): [MODEL_TYPES[name].name for name in tried["model"]],
            _("Settings"): words,
            _("Customers"): tried["customers"].tolist(),
            _("Score within"): [number(score) for score in tried["score"]],
        }
        st.dataframe(shown, hide_index=True, alt=_("Settings that were tried"))
        st.caption(
            _(
                "Tried on all training customers. Each fold has searched anew among its own, so the scores above are "
                "not flattered by the search."
            )
        )


@errors.fragment
def _learning(run: Run) -> None:
    with st.expander(_("Would more customers help?"), icon=":material/trending_up:"):
        # A model that was made fairer is made of these; fitted on fewer customers it would be another recipe's.
        names = {name: MODEL_TYPES[name].name for name in run.models if name in run.plan.model_types}
        looked_at = state.model(run).partition("+")[0]
        model = st.selectbox(
            _("Model"), list(names), format_func=names.__getitem__, key="learning_model",
            index=list(names).index(looked_at) if looked_at in names else 0,
        )  # fmt: skip
        place = st.empty()
        if not results.has_learning_curve(run, model):
            if not place.button(_("Draw the learning curve"), icon=":material/play_arrow:", key="learning"):
                return
            bar = place.progress(0.0, text=_("Fitting on ever more customers …"))
            results.learning_curve(run, model, bar.progress)
            place.empty()
        frame.chart(*pictures.learning(run, model), key="learning_curve")


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
