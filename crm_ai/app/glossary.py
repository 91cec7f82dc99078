"""What each metric is called, what it means, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from crm_ai.words import NOTHING, _, number, percent

if TYPE_CHECKING:
    from crm_ai.evaluation import Estimate


# Written as percentages; everything else as a number.
SHARES = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "base_rate",
        "expected_calibration_error",
        "false_negative_rate",
        "false_positive_rate",
        "kolmogorov_smirnov",
        "mape",
        "negative_predictive_value",
        "precision",
        "range_coverage",
        "recall",
        "selection_rate",
        "specificity",
        "true_positive_rate",
    }
)
# Differences of shares.
GAPS = frozenset(
    {
        "calibration_gap",
        "demographic_parity_difference",
        "equal_opportunity_difference",
        "equalized_odds_difference",
        "predictive_parity_difference",
    }
)


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
    from crm_ai.evaluation import describe

    label, meaning = describe(metric)
    if metric in GAPS:
        return Term(label, meaning, points)
    return Term(label, meaning, percent if metric in SHARES else number)


def points(difference: float) -> str:
    """Write a difference of two shares.

    Parameters
    ----------
    difference : float
        For instance 0.021.

    Returns
    -------
    str
        For instance ``2.1 points``: percentage points, so that nobody takes it for a share of a share.
    """
    return _("{n} points").format(n=f"{100 * difference:.1f}") if isfinite(difference) else NOTHING


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
    unit = high[high.rfind(" ") :] if " " in high else ""
    if unit and low.endswith(unit):
        low = low.removesuffix(unit)
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
