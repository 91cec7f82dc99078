"""What each metric is called, what it means, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

from crm_ai.words import NOTHING, _, number, percent

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate


@dataclass(frozen=True, slots=True)
class Term:
    """One metric for people.

    Parameters
    ----------
    label : str
        In the reader's words, the field's term in brackets.
    help : str
        What it means.
    show : callable
        Writes one of its numbers.
    """

    label: str
    help: str
    show: Callable[[float], str]


def term(metric: str) -> Term:
    """Look up a metric.

    Parameters
    ----------
    metric : str
        The field's term, for instance ``"roc_auc"``.

    Returns
    -------
    Term
        Words for it; an unknown metric is called by its own name.
    """
    known = _terms()
    return known.get(metric, Term(metric.replace("_", " "), "", number))


def value(estimate: Estimate) -> str:
    """Write an estimate's value.

    Parameters
    ----------
    estimate : Estimate
        Any estimate.

    Returns
    -------
    str
        Formatted as its metric asks for.
    """
    return term(estimate.name).show(estimate.value)


def interval(estimate: Estimate) -> str:
    """Write an estimate's interval.

    Parameters
    ----------
    estimate : Estimate
        Any estimate.

    Returns
    -------
    str
        For instance ``60–70 %``; a dash where there is none.
    """
    if not (isfinite(estimate.low) and isfinite(estimate.high)):
        return NOTHING
    show = term(estimate.name).show
    low, high = show(estimate.low), show(estimate.high)
    if low.endswith(" %") and high.endswith(" %"):
        low = low.removesuffix(" %")
    return f"{low} – {high}" if "-" in low + high or " " in low else f"{low}–{high}"


def in_words(estimate: Estimate) -> str:
    """Write an estimate with its interval.

    Parameters
    ----------
    estimate : Estimate
        Any estimate.

    Returns
    -------
    str
        For instance ``0.842 (0.820–0.862)``.
    """
    return f"{value(estimate)} ({interval(estimate)})" if estimate.known else NOTHING


def _terms() -> dict[str, Term]:
    share = percent
    score = partial(number, digits=3)
    return {
        "roc_auc": Term(
            _("Ranking (ROC AUC)"),
            _(
                "How often a customer with the answer in question is ranked above one without it. 0.5 is chance, 1 is perfect."
            ),
            score,
        ),
        "average_precision": Term(
            _("Average precision"),
            _(
                "Share of hits among the customers selected, averaged over all cut-offs. Compare with the share in all customers."
            ),
            score,
        ),
        "brier_score": Term(
            _("Error of the probabilities (Brier)"),
            _("Mean squared gap between the probability and what happened. 0 is perfect; smaller is better."),
            score,
        ),
        "log_loss": Term(
            _("Surprise (log loss)"), _("Penalty for being sure and wrong. 0 is perfect; smaller is better."), score
        ),
        "expected_calibration_error": Term(
            _("Gap of the probabilities (ECE)"),
            _("How far the predicted probabilities are from the observed shares, on average over customers."),
            share,
        ),
        "accuracy": Term(_("Right answers (accuracy)"), _("Share of customers for whom the answer is right."), share),
        "precision": Term(
            _("Hits among selected (precision)"), _("Of the customers selected, the share that has the answer."), share
        ),
        "recall": Term(
            _("Found of all (recall)"), _("Of all customers with the answer, the share that is selected."), share
        ),
        "true_positive_rate": Term(
            _("Found of all (true positive rate)"),
            _("Of all customers with the answer, the share that is selected."),
            share,
        ),
        "false_positive_rate": Term(
            _("False alarms (false positive rate)"),
            _("Of the customers without the answer, the share that is selected all the same."),
            share,
        ),
        "false_negative_rate": Term(
            _("Missed (false negative rate)"),
            _("Of the customers with the answer, the share that is not selected."),
            share,
        ),
        "selection_rate": Term(_("Selected (selection rate)"), _("Share of all customers that is selected."), share),
        "specificity": Term(
            _("Rightly left alone (specificity)"),
            _("Of the customers without the answer, the share that is not selected."),
            share,
        ),
        "f1": Term(_("Balance (F1)"), _("Harmonic mean of precision and recall."), score),
        "base_rate": Term(_("Have the answer (base rate)"), _("Share of all customers that has the answer."), share),
        "negative_predictive_value": Term(
            _("Right when left alone (NPV)"),
            _("Of the customers not selected, the share that really has not the answer."),
            share,
        ),
        "balanced_accuracy": Term(
            _("Right answers, each class alike (balanced accuracy)"),
            _("Mean over the answers of the share that is recognised; guessing gives 1 / number of answers."),
            share,
        ),
        "macro_f1": Term(_("Balance over classes (macro F1)"), _("Mean over the answers of their F1."), score),
        "macro_roc_auc": Term(
            _("Ranking (macro ROC AUC)"),
            _("How well each answer is ranked against all others, averaged. 0.5 is chance, 1 is perfect."),
            score,
        ),
        "r2": Term(
            _("Explained differences (R²)"),
            _("Share of the differences between customers that the model accounts for. 0 is no better than the mean."),
            score,
        ),
        "rmse": Term(
            _("Typical error, large ones weigh more (RMSE)"),
            _("Root of the mean squared error, in the target's own unit. Smaller is better."),
            number,
        ),
        "mae": Term(
            _("Typical error (MAE)"), _("Mean size of the error, in the target's own unit. Smaller is better."), number
        ),
        "mean_error": Term(
            _("Lean (mean error)"),
            _("Mean of predicted minus actual: above 0 the model promises too much. 0 is best."),
            number,
        ),
    }
