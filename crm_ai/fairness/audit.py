"""Tell for whom it is worse: metrics of each group, how far groups lie apart, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import ERROR_METRICS, RATES, ErrorTally, Estimate, Tally, rate_estimates
from crm_ai.fairness.gaps import differences, large_enough, parities, rates_of_groups, ratios
from crm_ai.fairness.verdict import FEWEST, FOUR_FIFTHS, Judgement, error_gaps, in_words, judged, rate_gaps

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.modeling import Run

FAIRNESS_METRICS = (
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "precision",
    "accuracy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What a model does to the groups of one segment.

    Parameters
    ----------
    segment : str
        The column that makes the groups.
    threshold : float
        Score from which a customer is selected; NaN for numeric predictions.
    by_group : mapping of str to mapping of str to Estimate
        By metric and group.
    overall : mapping of str to Estimate
        By metric, for all customers.
    difference, ratio : mapping of str to Estimate
        By metric: the highest group minus the lowest, and the lowest divided by the highest. Groups with fewer than 30
        customers have no part in them.
    parity : mapping of str to Estimate
        demographic_parity_difference and _ratio, equalized_odds_difference and _ratio, equal_opportunity_difference;
        empty for numeric predictions.
    sizes : mapping of str to int
        Customers by group.
    too_few : tuple of str
        Groups with fewer than 30 customers: shown, never ranked.
    gaps : tuple of str
        Metrics in which groups differ beyond chance and beyond what may be tolerated.
    judgement : Judgement
        The outcome in one word, see ``verdict`` for the words.
    """

    segment: str
    threshold: float
    by_group: Mapping[str, Mapping[str, Estimate]]
    overall: Mapping[str, Estimate]
    difference: Mapping[str, Estimate]
    ratio: Mapping[str, Estimate]
    parity: Mapping[str, Estimate]
    sizes: Mapping[str, int]
    too_few: tuple[str, ...]
    gaps: tuple[str, ...]
    judgement: Judgement

    @property
    def compared(self) -> tuple[str, ...]:
        """Groups with enough customers."""
        return tuple(group for group in self.sizes if group not in self.too_few)

    @property
    def four_fifths(self) -> bool | None:
        """Whether each group is selected at least four fifths as often as any other; None if that cannot be said."""
        ratio = self.ratio.get("selection_rate")
        return ratio.value >= FOUR_FIFTHS if ratio is not None and ratio.known else None

    @property
    def verdict(self) -> str:
        """The outcome in words, in the reader's language."""
        return in_words(self)

    def extremes(self, metric: str) -> tuple[str, str] | None:
        """Find the groups that a metric tells apart most.

        Parameters
        ----------
        metric : str
            Its name.

        Returns
        -------
        tuple of str or None
            The groups with the highest and the lowest value; None if fewer than two can be compared.
        """
        values = {g: self.by_group[metric][g].value for g in self.compared if self.by_group[metric][g].known}
        if len(values) < 2:
            return None
        return max(values, key=lambda g: values[g]), min(values, key=lambda g: values[g])

    def to_frame(self) -> pd.DataFrame:
        """Put all numbers into a tidy table, one row a number.

        Returns
        -------
        pandas.DataFrame
            Columns segment, kind (group, overall, difference, ratio, parity), group (empty for kinds other than group),
            metric, value, low, high, n, too_few.
        """
        import pandas as pd

        rows = [("group", group, e) for groups in self.by_group.values() for group, e in groups.items()]
        for kind in ("overall", "difference", "ratio", "parity"):
            rows += [(kind, "", e) for e in getattr(self, kind).values()]
        return pd.DataFrame(
            [
                (self.segment, kind, group, e.name, e.value, e.low, e.high, e.n, group in self.too_few)
                for kind, group, e in rows
            ],
            columns=["segment", "kind", "group", "metric", "value", "low", "high", "n", "too_few"],
        )


def audit_fairness(
    run: Run, model_type: str, segment: str, *, threshold: float = 0.5, label: str | None = None
) -> Audit:
    """Compare what a model does to the groups of a segment, on customers it has not seen.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    segment : str
        A column of the run's table; it need not be one that predicts.
    threshold : float, default 0.5
        For labels: the score from which a customer is selected.
    label : str, optional
        For a question of several answers: the answer that is set against all others; by default the first.

    Returns
    -------
    Audit
        Metrics by group, differences, ratios and a verdict.
    """
    from crm_ai.modeling import Task, error_tally, tally

    if run.problem.task is Task.REGRESSION:
        return audit_errors(error_tally(run, model_type, segment=segment), segment=segment)
    return audit_tally(tally(run, model_type, segment=segment, label=label), threshold, segment=segment)


def audit_tally(tally: Tally, threshold: float, *, segment: str = "") -> Audit:
    """Compare groups at a threshold.

    Parameters
    ----------
    tally : Tally
        Counts by group.
    threshold : float
        Score from which a customer is selected.
    segment : str, optional
        What the groups are groups of.

    Returns
    -------
    Audit
        Metrics by group, differences, ratios and a verdict.

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> outcome, score, group = [0, 1] * 50, [0.3, 0.8] * 25 + [0.3, 0.4] * 25, [0] * 50 + [1] * 50
    >>> audit = audit_tally(tally_scores(outcome, score, group, ("old", "young")), 0.5, segment="age")
    >>> audit.by_group["selection_rate"]["old"].value, audit.difference["true_positive_rate"].value
    (0.5, 1.0)
    >>> audit.judgement.value
    'gap'
    """
    cells, sizes = tally.cells(threshold), tally.sizes
    everybody, n = cells.sum(axis=0, keepdims=True), _compared_customers(sizes)
    metrics = rates_of_groups(FAIRNESS_METRICS, cells)
    difference, ratio, parity = differences(metrics, n), ratios(metrics, n), parities(metrics, n)
    found = {name: rate_estimates(name, cells) for name in FAIRNESS_METRICS}
    gaps, too_few = rate_gaps(difference, ratio, parity), _too_few(sizes)
    selected = int(RATES["selection_rate"].counts(everybody)[0][0])
    return Audit(
        segment=segment,
        threshold=threshold,
        by_group={name: dict(zip(tally.groups, estimates, strict=True)) for name, estimates in found.items()},
        overall={name: rate_estimates(name, everybody)[0] for name in FAIRNESS_METRICS},
        difference=difference,
        ratio=ratio,
        parity=parity,
        sizes=sizes,
        too_few=too_few,
        gaps=gaps,
        judgement=judged(len(sizes) - len(too_few) if selected else 0, gaps),
    )


def audit_errors(tally: ErrorTally, *, segment: str = "") -> Audit:
    """Compare how far numeric predictions are off, by group.

    Parameters
    ----------
    tally : ErrorTally
        Counts and sums of errors by group.
    segment : str, optional
        What the groups are groups of.

    Returns
    -------
    Audit
        rmse, mae and mean_error (predicted minus actual) by group; ratios for the first two only, as the last has a
        sign.
    """
    sizes, overall = tally.sizes, {name: tally.total().estimates(name)["all"] for name in ERROR_METRICS}
    customers, n = np.array(list(sizes.values())), _compared_customers(sizes)
    metrics = {name: large_enough(tally.values(name), customers) for name in ERROR_METRICS}
    difference = differences(metrics, n)
    ratio = ratios({name: metrics[name] for name in ("rmse", "mae")}, n)
    gaps, too_few = error_gaps(difference, ratio, overall["mae"].value), _too_few(sizes)
    return Audit(
        segment=segment,
        threshold=math.nan,
        by_group={name: tally.estimates(name) for name in ERROR_METRICS},
        overall=overall,
        difference=difference,
        ratio=ratio,
        parity={},
        sizes=sizes,
        too_few=too_few,
        gaps=gaps,
        judgement=judged(len(sizes) - len(too_few), gaps),
    )


def _too_few(sizes: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(group for group, n in sizes.items() if n < FEWEST)


def _compared_customers(sizes: Mapping[str, int]) -> int:
    return sum(n for n in sizes.values() if n >= FEWEST)
