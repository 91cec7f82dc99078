"""What each metric is called and what it means, for people who are no statisticians; the field's term in brackets."""

from __future__ import annotations

from crm_ai.words import _


def describe(metric: str) -> tuple[str, str]:
    """Name and explain a metric.

    Parameters
    ----------
    metric : str
        The field's term, for instance ``"recall"``.

    Returns
    -------
    title : str
        A name in plain words; an unknown metric is called by its own name.
    help : str
        What it means and which values are good; empty for an unknown metric.

    Examples
    --------
    >>> describe("recall")[0]
    'Found of all (recall)'
    """
    for words in (_ranking_words, _threshold_words, _class_words, _number_words, _fairness_words):
        known = words()
        if metric in known:
            return known[metric]
    return metric.replace("_", " "), ""


def _ranking_words() -> dict[str, tuple[str, str]]:
    return {
        "roc_auc": (
            _("Ranking (ROC AUC)"),
            _(
                "How often a customer with the answer in question is ranked above one without it. 0.5 is "
                "chance, 1 is perfect."
            ),
        ),
        "average_precision": (
            _("Average precision"),
            _(
                "Share of hits among the customers selected, averaged over all cut-offs. Compare with the share "
                "in all customers."
            ),
        ),
        "brier_score": (
            _("Error of the probabilities (Brier)"),
            _("Mean squared gap between the probability and what happened. 0 is perfect; smaller is better."),
        ),
        "log_loss": (
            _("Surprise (log loss)"),
            _("Penalty for being sure and wrong. 0 is perfect; smaller is better."),
        ),
        "expected_calibration_error": (
            _("Gap of the probabilities (ECE)"),
            _("How far the predicted probabilities are from the observed shares, on average over customers."),
        ),
        "kolmogorov_smirnov": (
            _("Largest separation (KS)"),
            _(
                "At the best cut-off: share selected of those with the answer, minus share selected of the others. "
                "0 is chance, 1 is perfect."
            ),
        ),
        "lift": (
            _("Better than chance (lift)"),
            _("How many times more customers with the answer are reached than by contacting as many at random."),
        ),
    }


def _threshold_words() -> dict[str, tuple[str, str]]:
    found = _("Of all customers with the answer, the share that is selected.")
    return {
        "accuracy": (_("Right answers (accuracy)"), _("Share of customers for whom the answer is right.")),
        "precision": (
            _("Hits among selected (precision)"),
            _("Of the customers selected, the share that has the answer."),
        ),
        "recall": (_("Found of all (recall)"), found),
        "true_positive_rate": (_("Found of all (true positive rate)"), found),
        "false_positive_rate": (
            _("False alarms (false positive rate)"),
            _("Of the customers without the answer, the share that is selected all the same."),
        ),
        "false_negative_rate": (
            _("Missed (false negative rate)"),
            _("Of the customers with the answer, the share that is not selected."),
        ),
        "selection_rate": (_("Selected (selection rate)"), _("Share of all customers that is selected.")),
        "specificity": (
            _("Rightly left alone (specificity)"),
            _("Of the customers without the answer, the share that is not selected."),
        ),
        "f1": (_("Balance (F1)"), _("Harmonic mean of precision and recall.")),
        "base_rate": (_("Have the answer (base rate)"), _("Share of all customers that has the answer.")),
        "negative_predictive_value": (
            _("Right when left alone (NPV)"),
            _("Of the customers not selected, the share that really has not the answer."),
        ),
    }


def _class_words() -> dict[str, tuple[str, str]]:
    return {
        "balanced_accuracy": (
            _("Right answers, each class alike (balanced accuracy)"),
            _("Mean over the answers of the share that is recognised; guessing gives 1 / number of answers."),
        ),
        "macro_f1": (_("Balance over classes (macro F1)"), _("Mean over the answers of their F1.")),
        "macro_roc_auc": (
            _("Ranking (macro ROC AUC)"),
            _("How well each answer is ranked against all others, averaged. 0.5 is chance, 1 is perfect."),
        ),
    }


def _number_words() -> dict[str, tuple[str, str]]:
    return {
        "r2": (
            _("Explained differences (R²)"),
            _("Share of the differences between customers that the model accounts for. 0 is no better than the mean."),
        ),
        "rmse": (
            _("Typical error, large ones weigh more (RMSE)"),
            _("Root of the mean squared error, in the target's own unit. Smaller is better."),
        ),
        "mae": (
            _("Typical error (MAE)"),
            _("Mean size of the error, in the target's own unit. Smaller is better."),
        ),
        "mape": (
            _("Typical error in per cent (MAPE)"),
            _("Mean size of the error as a share of what was true. Smaller is better."),
        ),
        "range_coverage": (
            _("Ranges that hold (coverage)"),
            _("Share of customers whose number lies in the range that was promised. Compare with the promise."),
        ),
        "mean_error": (
            _("Lean (mean error)"),
            _("Mean of predicted minus actual: above 0 the model promises too much. 0 is best."),
        ),
    }


def _fairness_words() -> dict[str, tuple[str, str]]:
    return {
        "demographic_parity_difference": (
            _("Gap in selection (demographic parity difference)"),
            _(
                "Share selected in the group selected most, minus the group selected least. 0 means that groups "
                "are alike."
            ),
        ),
        "demographic_parity_ratio": (
            _("Ratio of selection (demographic parity ratio)"),
            _(
                "Share selected in the group selected least, divided by the group selected most. 1 means alike; "
                "below 0.8 fails the "
                "four-fifths rule."
            ),
        ),
        "equalized_odds_difference": (
            _("Gap in mistakes (equalized odds difference)"),
            _(
                "The larger of two gaps between groups: in customers found, and in false alarms. 0 means that "
                "groups are alike."
            ),
        ),
        "equalized_odds_ratio": (
            _("Ratio of mistakes (equalized odds ratio)"),
            _("The smaller of two ratios between groups: of customers found, and of false alarms. 1 means alike."),
        ),
        "equal_opportunity_difference": (
            _("Gap in being found (equal opportunity difference)"),
            _(
                "Share found of those with the answer, in the group where it is highest minus the group where "
                "it is lowest."
            ),
        ),
        "equal_opportunity_ratio": (
            _("Ratio of being found (equal opportunity ratio)"),
            _("Share found of those with the answer: the lowest group divided by the highest. 1 means alike."),
        ),
        "predictive_parity_difference": (
            _("Gap in hits among selected (predictive parity difference)"),
            _("Precision of the group where it is highest minus the group where it is lowest. 0 means alike."),
        ),
        "predictive_parity_ratio": (
            _("Ratio of hits among selected (predictive parity ratio)"),
            _("Precision of the group where it is lowest divided by the group where it is highest. 1 means alike."),
        ),
        "calibration_gap": (
            _("Predicted minus observed (calibration gap)"),
            _("Mean probability minus the share that has the answer: above 0 the answer is expected too often."),
        ),
    }
