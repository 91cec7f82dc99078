"""Tell for whom it is worse: metrics of each group, how far groups lie apart, and whether that is more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import (
    ERROR_METRICS,
    RATES,
    ConfusionTally,
    ErrorTally,
    Estimate,
    Tally,
    rate_estimates,
)
from crm_ai.fairness.gaps import differences, large_enough, parities, rates_of_groups, ratios, some_groups
from crm_ai.fairness.pairs import Pair, corrected_together, detectable_rate, error_pairs, rate_pairs
from crm_ai.fairness.verdict import (
    ASKED,
    ASKED_OF_ERRORS,
    COARSE,
    COARSE_ERROR,
    FEWEST,
    FOUR_FIFTHS,
    Judgement,
    detectable_error,
    error_gaps,
    in_words,
    judged,
    rate_gaps,
)

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.modeling import Groups, Run, Segment

FAIRNESS_METRICS = (
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "precision",
    "accuracy",
)
WORSE_IF_HIGHER = frozenset({"false_positive_rate", "false_negative_rate", "rmse", "mae"})


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
        demographic_parity, equalized_odds, equal_opportunity (hits alone) and predictive_parity (precision), each as
        _difference and _ratio; empty for numeric predictions.
    sizes : mapping of str to int
        Customers by group.
    too_few : tuple of str
        Groups with fewer than 30 customers: shown, never ranked.
    pairs : tuple of Pair
        Every two groups in every question asked, corrected together.
    detectable : mapping of str to float
        By metric asked: difference that would have been found in four of five cases; NaN without two groups.
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
    pairs: tuple[Pair, ...]
    detectable: Mapping[str, float]
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

    def worst(self, metric: str, *, selected_is_good: bool = True) -> str | None:
        """Find the group that is treated worst.

        Parameters
        ----------
        metric : str
            Its name; a mean error is worst where it is farthest from 0.
        selected_is_good : bool, default True
            For the selection rate: whether customers are glad to be selected.

        Returns
        -------
        str or None
            The group; None if fewer than two can be compared.
        """
        extremes = self.extremes(metric)
        if extremes is None:
            return None
        if metric == "mean_error":
            return max(extremes, key=lambda group: abs(self.by_group[metric][group].value))
        higher = metric in WORSE_IF_HIGHER or (metric == "selection_rate" and not selected_is_good)
        return extremes[0] if higher else extremes[1]

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
    run: Run,
    model_type: str,
    segment: str | Segment | Groups,
    *,
    threshold: float = 0.5,
    label: str | None = None,
) -> Audit:
    """Compare what a model does to the groups of a segment, on customers it has not seen.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    segment : str, Segment or Groups
        A column of the run's table, bands or combinations of columns, or groups made elsewhere; no column need be one
        that predicts.
    threshold : float, default 0.5
        For labels: the score from which a customer is selected.
    label : str, optional
        For a question of several answers: the answer that is set against all others; by default the first.

    Returns
    -------
    Audit
        Metrics by group, differences, ratios and a verdict.
    """
    from crm_ai.modeling import Task, error_tally, segment_name, tally

    name = segment_name(segment)
    if run.problem.task is Task.REGRESSION:
        return audit_errors(error_tally(run, model_type, segment=segment), segment=name)
    return audit_tally(tally(run, model_type, segment=segment, label=label), threshold, segment=name)


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
    return audit_cells(tally.cells(threshold), tally.groups, segment=segment, threshold=threshold)


def audit_answers(tally: ConfusionTally, *, segment: str = "") -> dict[str, Audit]:
    """Compare groups in each of several answers, set against all others, as the model chooses the likeliest.

    Parameters
    ----------
    tally : ConfusionTally
        Counts by group.
    segment : str, optional
        What the groups are groups of.

    Returns
    -------
    dict of str to Audit
        By answer; their verdicts are corrected together.
    """
    cells = tally.cells()
    audits = [audit_cells(cells[:, place], tally.groups, segment=segment) for place in range(len(tally.labels))]
    return dict(zip(tally.labels, judged_together(audits), strict=True))


def audit_cells(cells: np.ndarray, groups: Sequence[str], *, segment: str = "", threshold: float = math.nan) -> Audit:
    """Compare groups in right and wrong decisions, however these were made.

    Parameters
    ----------
    cells : numpy.ndarray of int, shape (groups, 4)
        True negatives, false positives, false negatives, true positives.
    groups : sequence of str
        Names of the groups.
    segment : str, optional
        What the groups are groups of.
    threshold : float, optional
        Score from which customers were selected; NaN if there was none.

    Returns
    -------
    Audit
        Metrics by group, differences, ratios and a verdict.
    """
    customers = cells.sum(axis=1)
    sizes = dict(zip(groups, customers.tolist(), strict=True))
    everybody, n = cells.sum(axis=0, keepdims=True), _compared_customers(sizes)
    metrics = rates_of_groups(FAIRNESS_METRICS, cells)
    found = {name: rate_estimates(name, cells) for name in FAIRNESS_METRICS}
    enough = customers >= FEWEST
    compared = tuple(group for group, large in zip(groups, enough, strict=True) if large)
    pairs = rate_pairs(ASKED, cells[enough], compared)
    able = {name: detectable_rate(name, cells[enough], len(pairs)) for name in ASKED}
    gaps = rate_gaps(pairs)
    selected = int(RATES["selection_rate"].counts(everybody)[0][0])
    return Audit(
        segment=segment,
        threshold=threshold,
        by_group={name: dict(zip(groups, estimates, strict=True)) for name, estimates in found.items()},
        overall={name: rate_estimates(name, everybody)[0] for name in FAIRNESS_METRICS},
        difference=differences(metrics, n),
        ratio=ratios(metrics, n),
        parity=parities(metrics, n),
        sizes=sizes,
        too_few=_too_few(sizes),
        pairs=pairs,
        detectable=able,
        gaps=gaps,
        judgement=judged(len(compared) if selected else 0, gaps, blind=able["selection_rate"] > COARSE),
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
    enough = np.flatnonzero(customers >= FEWEST)
    asked = {name: some_groups(metrics[name], enough) for name in ASKED_OF_ERRORS}
    pairs = error_pairs(asked, [tally.groups[place] for place in enough])
    able = {name: detectable_error(metric, len(pairs)) for name, metric in asked.items()}
    typical = overall["mae"].value
    gaps = error_gaps(pairs, typical)
    return Audit(
        segment=segment,
        threshold=math.nan,
        by_group={name: tally.estimates(name) for name in ERROR_METRICS},
        overall=overall,
        difference=difference,
        ratio=ratio,
        parity={},
        sizes=sizes,
        too_few=_too_few(sizes),
        pairs=pairs,
        detectable=able,
        gaps=gaps,
        judgement=judged(len(enough), gaps, blind=able["mae"] > COARSE_ERROR * typical),
    )


def judged_together(audits: Sequence[Audit]) -> tuple[Audit, ...]:
    """Judge several audits anew, so that one false alarm among all of them stays as rare as one in twenty.

    Parameters
    ----------
    audits : sequence of Audit
        By several segments, of several models or answers.

    Returns
    -------
    tuple of Audit
        In their order; a gap of one may be none among many.
    """
    pairs = corrected_together([pair for audit in audits for pair in audit.pairs])
    found, start = [], 0
    for audit in audits:
        own = pairs[start : start + len(audit.pairs)]
        start += len(own)
        numeric = "mae" in audit.overall
        gaps = error_gaps(own, audit.overall["mae"].value) if numeric else rate_gaps(own)
        outcome = audit.judgement
        if outcome is Judgement.GAP and not gaps:
            outcome = Judgement.NO_EVIDENCE
        found.append(replace(audit, pairs=own, gaps=gaps, judgement=outcome))
    return tuple(found)


def _too_few(sizes: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(group for group, n in sizes.items() if n < FEWEST)


def _compared_customers(sizes: Mapping[str, int]) -> int:
    return sum(n for n in sizes.values() if n >= FEWEST)
