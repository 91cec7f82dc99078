"""Charts with the data they draw, by content: one call from a result to what a page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.app import explained, glossary, proposing, results
from crm_ai.app.keeping import kept
from crm_ai.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    import plotly.graph_objects as go

    from crm_ai.evaluation import Decision, Offer
    from crm_ai.explanation import Coefficients, Explanation, LimeExplanation
    from crm_ai.modeling import Run
    from crm_ai.table import Table

    Picture = tuple[go.Figure, pd.DataFrame]


@kept
def distribution(table: Table, column: str) -> Picture:
    """How many customers have which value of a column."""
    from crm_ai import charts
    from crm_ai.table import distribution

    frame = distribution(table, column)
    return charts.data.distribution(frame, column), frame.dropna(axis=1, how="all")


@kept
def against_target(table: Table, column: str, target: str) -> Picture:
    """How the target goes with a column."""
    from crm_ai import charts
    from crm_ai.modeling import label_counts
    from crm_ai.table import Kind, target_by

    if table.schema[target].kind is Kind.NUMBER and len(label_counts(table.frame[target])) > 2:
        frame = target_by(table, column, target)
        return charts.data.target_by(frame, column, target, share=False), frame.dropna(axis=1, how="all")
    positive = proposing.proposed_positive(table, target, None) or next(iter(label_counts(table.frame[target])))
    frame = target_by(table, column, target, positive=positive)
    picture = charts.data.target_by(frame, column, f"{target} = {positive}", share=True)
    return picture, frame.dropna(axis=1, how="all")


@kept
def missing(table: Table) -> Picture:
    """Which columns have missing cells."""
    from crm_ai import charts
    from crm_ai.table import missing

    frame = missing(table)
    return charts.data.missing(frame), frame


@kept
def models(run: Run, metric: str) -> Picture:
    """One metric of all models."""
    from crm_ai import charts
    from crm_ai.evaluation import to_frame
    from crm_ai.modeling import BASELINE, MODEL_TYPES

    known = {MODEL_TYPES[name].name: results.headline(run, name)[metric] for name in (*run.models, BASELINE)}
    frame = to_frame(known.values())
    frame.insert(0, "model", list(known))
    return charts.comparison.models(known, glossary.term(metric).label), frame


def learning(run: Run, model: str, tell: Callable[[float], object] | None = None) -> Picture:
    """How good a model gets with how many customers."""
    from crm_ai import charts
    from crm_ai.modeling import MODEL_TYPES, more_in_words

    curve = results.learning_curve(run, model, tell)
    title = glossary.term(curve.metric).label
    figure = charts.comparison.learning(curve.frame, title, more_in_words(curve), MODEL_TYPES[model].name)
    return figure, curve.frame


def profit(run: Run, model: str, label: str | None, offer: Offer, decision: Decision) -> Picture:
    """What contacting customers is worth, by how many are contacted."""
    from crm_ai import charts
    from crm_ai.evaluation import profit_curve

    frame = profit_curve(results.tally(run, model, label=label), offer, customers=decision.customers)
    return charts.money.profit(frame, decision), frame


def roc(run: Run, model: str, label: str | None, threshold: float) -> Picture:
    """Hits against false alarms, the threshold marked."""
    from crm_ai import charts
    from crm_ai.evaluation import roc_auc, roc_curve

    tally = results.tally(run, model, label=label)
    curve = roc_curve(tally)
    exact = results.headline(run, model).get("roc_auc") if label is None else None
    return charts.ranking.roc(curve, exact or roc_auc(tally), threshold=threshold), curve


def precision_recall(run: Run, model: str, label: str | None, threshold: float) -> Picture:
    """Precision against recall, the threshold marked."""
    from crm_ai import charts
    from crm_ai.evaluation import at_threshold, precision_recall_curve

    tally = results.tally(run, model, label=label)
    curve = precision_recall_curve(tally)
    base = at_threshold(tally, threshold)["base_rate"].value
    return charts.ranking.precision_recall(curve, base, threshold=threshold), curve


def gains(run: Run, model: str, label: str | None, selected: float) -> Picture:
    """How many are reached by contacting the highest scores first."""
    from crm_ai import charts
    from crm_ai.evaluation import gains_curve

    curve = gains_curve(results.tally(run, model, label=label))
    return charts.ranking.gains(curve, selected=selected), curve


def lift(run: Run, model: str, label: str | None, selected: float) -> Picture:
    """How many times better than at random."""
    from crm_ai import charts
    from crm_ai.evaluation import gains_curve

    curve = gains_curve(results.tally(run, model, label=label))
    return charts.ranking.lift(curve, selected=selected), curve


def calibration(run: Run, model: str, label: str | None) -> Picture:
    """Whether probabilities come true."""
    from crm_ai import charts
    from crm_ai.evaluation import calibration_curve

    curve = calibration_curve(results.tally(run, model, label=label))
    return charts.ranking.calibration(curve), curve


def confusion(run: Run, model: str, label: str | None, threshold: float) -> Picture:
    """Right and wrong at a threshold."""
    import pandas as pd

    from crm_ai import charts

    labels = run.problem.labels if label is None else (_("not {label}").format(label=label), label)
    cells = results.tally(run, model, label=label).cells(threshold).sum(axis=0)
    frame = pd.DataFrame(
        {
            "it was": [labels[0], labels[0], labels[1], labels[1]],
            "the model says": [labels[0], labels[1], labels[0], labels[1]],
            "customers": cells,
        }
    )
    return charts.confusion.yes_no(cells.tolist(), labels), frame


@kept
def confidence(run: Run, model: str) -> Picture:
    """Whether the answers given are right as often as they say."""
    from crm_ai import charts
    from crm_ai.evaluation import calibration_curve

    curve = calibration_curve(results.confidence(run, model))
    return charts.ranking.calibration(curve), curve


@kept
def ranges(run: Run, model: str) -> Picture:
    """How often ranges around predicted numbers hold."""
    import numpy as np

    from crm_ai import charts
    from crm_ai.evaluation import coverage_by_level

    known = run.out_of_fold[model]
    judged = np.isfinite(known)
    frame = coverage_by_level(run.train_actual[judged], known[judged], run.actual, run.predictions[model])
    return charts.regression.ranges(frame), frame


@kept
def weak_spots(run: Run, model: str) -> Picture:
    """Where a model errs most."""
    from crm_ai import charts
    from crm_ai.explanation.weak_spots import measure_in_words

    found = explained.weak_spots(run, model)
    frame = found.to_frame()
    return charts.failures.segments(
        frame, found.overall.value, found.measure, measure_in_words(found.measure)
    ), frame.dropna(axis=1, how="all")


@kept
def confusion_of_many(run: Run, model: str) -> Picture:
    """Right and wrong for several answers."""
    import pandas as pd

    from crm_ai import charts
    from crm_ai.modeling import confusion_tally

    counts, labels = confusion_tally(run, model).counts.sum(axis=0), list(run.problem.labels)
    frame = pd.DataFrame(counts, columns=labels)
    frame.insert(0, _("it was"), labels, allow_duplicates=True)
    return charts.confusion.many(counts, labels), frame


@kept
def classes(run: Run, model: str, metric: str) -> Picture:
    """One metric of each answer."""
    from crm_ai import charts
    from crm_ai.evaluation import class_metrics
    from crm_ai.modeling import confusion_tally

    frame = class_metrics(confusion_tally(run, model))
    return charts.confusion.classes(frame, metric, glossary.term(metric).label), frame[frame["metric"] == metric]


@kept
def predicted_against_actual(run: Run, model: str) -> Picture:
    """What came true where little and where much was predicted."""
    from crm_ai import charts
    from crm_ai.evaluation import residual_curve

    curve = residual_curve(run.actual, run.predictions[model])
    return charts.regression.predicted_against_actual(curve, run.problem.target), curve


@kept
def residuals(run: Run, model: str) -> Picture:
    """How far off predictions are, where little and where much is predicted."""
    from crm_ai import charts
    from crm_ai.evaluation import residual_curve

    curve = residual_curve(run.actual, run.predictions[model])
    return charts.regression.residuals(curve, run.problem.target), curve


@kept
def errors(run: Run, model: str) -> Picture:
    """How many customers are off by how much."""
    from crm_ai import charts
    from crm_ai.evaluation import error_histogram
    from crm_ai.modeling import error_tally

    frame = error_histogram(error_tally(run, model))
    return charts.regression.errors(frame), frame[frame["customers"] > 0]


def coefficients(found: Coefficients) -> Picture:
    """A regression's coefficients with their intervals."""
    from crm_ai import charts

    frame = found.comparable()
    return charts.coefficients.forest(frame, found.scale), frame


@kept
def tree(run: Run, model: str, label: str | None, depth: int) -> Picture:
    """A decision tree, so many questions deep."""
    from crm_ai import charts

    reading = explained.tree(run, model, label)
    return charts.trees.tree(reading, depth), reading.down_to(max(depth, 1)).to_frame()


def importance(reasons: Explanation) -> Picture:
    """Which columns move the model most."""
    from crm_ai import charts

    frame = reasons.importance()
    return charts.reasons.importance(frame, reasons.scale), frame


def dependence(reasons: Explanation, column: str) -> Picture:
    """How a column's contribution goes with its value."""
    from crm_ai import charts

    frame = reasons.dependence(column)
    return charts.reasons.dependence(frame, column, reasons.scale), frame


def swarm(reasons: Explanation) -> Picture:
    """How contributions are spread over the customers."""
    from crm_ai import charts
    from crm_ai.explanation.swarm import swarm

    frame = swarm(reasons)
    return charts.drivers.swarm(frame, reasons.scale), frame


def pairs(frame: pd.DataFrame, scale: str) -> Picture:
    """Which columns work together."""
    from crm_ai import charts

    return charts.drivers.pairs(frame, scale), frame


def dependence_by(reasons: Explanation, column: str, partner: str) -> Picture:
    """How a column's contribution goes with its value, apart for groups of another column."""
    from crm_ai import charts
    from crm_ai.explanation.dependence import dependence_by

    frame = dependence_by(reasons, column, partner)
    return charts.drivers.dependence_by(frame, column, partner, reasons.scale), frame


def importance_by(run: Run, reasons: Explanation, segment: str) -> Picture:
    """How much columns matter, segment by segment."""
    from crm_ai import charts
    from crm_ai.explanation.segments import importance_by, most_different

    frame = importance_by(run, reasons, segment)
    return charts.drivers.by_segment(frame, segment, reasons.scale, most_different(frame)), frame


def needed(frame: pd.DataFrame, metric: str) -> Picture:
    """What predicting needs."""
    from crm_ai import charts

    return charts.drivers.needed(frame, metric), frame


def profile(run: Run, model: str, customer: pd.DataFrame, column: str, label: str | None) -> Picture:
    """How a prediction goes with one column, for a customer and on average."""
    from crm_ai import charts
    from crm_ai.explanation.what_if import profile
    from crm_ai.modeling import Task, question_in_words

    frame = profile(run, model, customer, column, label=label)
    said = label or question_in_words(run.problem)
    share = run.problem.task is not Task.REGRESSION
    return charts.drivers.profile(frame, column, now=customer[column].iloc[0], share=share, said=said), frame


def waterfall(reasons: Explanation, place: int) -> Picture:
    """The way from the average to one customer's output."""
    from crm_ai import charts

    frame = reasons.customer(place)
    return charts.reasons.waterfall(frame, reasons.base, float(reasons.output[place]), reasons.scale), frame


def near(explanation: LimeExplanation) -> Picture:
    """What matters near one customer."""
    from crm_ai import charts

    frame = explanation.to_frame()
    return charts.reasons.lime(frame, explanation.local_fit, "probability" if explanation.label else "value"), frame
