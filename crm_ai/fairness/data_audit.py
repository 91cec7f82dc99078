"""Whether groups differ before any model is made: who has the answer, and of whom too little is known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import RATES, Estimate, GroupValues, largest_difference, rate_estimates, smallest_ratio, wilson
from crm_ai.evaluation.moments import Moments
from crm_ai.fairness.gaps import group_estimates, large_enough, some_groups
from crm_ai.fairness.pairs import Pair, corrected_together, error_pairs, rate_pairs
from crm_ai.fairness.verdict import FEWEST, FOUR_FIFTHS, Judgement, rate_matters
from crm_ai.words import _, label_in_words, number, percent, shorten

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.modeling import Groups, Problem, Segment
    from crm_ai.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAudit:
    """How the groups of a segment differ in what shall be predicted, before any model is made.

    Parameters
    ----------
    segment : str
        What the groups are groups of.
    target : str
        What is compared: an answer, or a number.
    by_group : mapping of str to Estimate
        Share that has the answer (base_rate), or mean of the number (mean).
    overall : Estimate
        Of all customers.
    difference, ratio : Estimate
        Highest group minus lowest, and lowest divided by highest; a mean has no ratio (NaN).
    unknown : mapping of str to Estimate
        By group: share of customers whose answer is not known, so that nothing can be learned from them.
    sizes : mapping of str to int
        Customers with a known answer, by group.
    too_few : tuple of str
        Groups with fewer than 30 of them: shown, never ranked.
    pairs : tuple of Pair
        Every two groups, corrected together with those of all segments asked for.
    judgement : Judgement
        Whether groups differ.
    """

    segment: str
    target: str
    by_group: Mapping[str, Estimate]
    overall: Estimate
    difference: Estimate
    ratio: Estimate
    unknown: Mapping[str, Estimate]
    sizes: Mapping[str, int]
    too_few: tuple[str, ...]
    pairs: tuple[Pair, ...]
    judgement: Judgement

    @property
    def verdict(self) -> str:
        """The outcome in words, in the reader's language."""
        if self.judgement is Judgement.TOO_FEW:
            return _("Too few customers to say whether {target} differs by {segment}.").format(
                target=self.target, segment=self.segment
            )
        write = percent if self.overall.name == "base_rate" else number
        if self.judgement is Judgement.NO_EVIDENCE:
            return _("No evidence in the data that {target} differs by {segment} by much.").format(
                target=self.target, segment=self.segment
            )
        widest = max((pair for pair in self.pairs if pair.beyond_chance), key=lambda pair: pair.difference)
        return _(
            "The data differ by {segment} before any model: {target} is {high_share} for “{high}”, {low_share} for "
            "“{low}”."
        ).format(
            segment=self.segment,
            target=self.target,
            high=shorten(label_in_words(widest.high)),
            low=shorten(label_in_words(widest.low)),
            high_share=write(self.by_group[widest.high].value),
            low_share=write(self.by_group[widest.low].value),
        )

    def to_frame(self) -> pd.DataFrame:
        """Put all numbers into a tidy table, one row a number.

        Returns
        -------
        pandas.DataFrame
            Columns segment, kind (group, unknown, overall, difference, ratio), group, metric, value, low, high, n,
            too_few.
        """
        import pandas as pd

        rows = [("group", group, e) for group, e in self.by_group.items()]
        rows += [("unknown", group, e) for group, e in self.unknown.items()]
        rows += [("overall", "", self.overall), ("difference", "", self.difference), ("ratio", "", self.ratio)]
        return pd.DataFrame(
            [
                (self.segment, kind, group, e.name, e.value, e.low, e.high, e.n, group in self.too_few)
                for kind, group, e in rows
            ],
            columns=["segment", "kind", "group", "metric", "value", "low", "high", "n", "too_few"],
        )


def audit_data(
    table: Table, problem: Problem, segments: Sequence[str | Segment | Groups], *, label: str | None = None
) -> tuple[DataAudit, ...]:
    """Compare groups before any training.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.
    segments : sequence of str, Segment or Groups
        What makes the groups.
    label : str, optional
        The answer that is compared; by default the positive one, or the first of several.

    Returns
    -------
    tuple of DataAudit
        One a segment, corrected together.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.modeling import propose_problem
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"sex": ["f", "m"] * 100, "age": range(200), "buys": ["yes", "yes", "no", "yes"] * 50})
    >>> table = table_from_frame(frame)
    >>> audit_data(table, propose_problem(table, target="buys", positive="yes").problem, ["sex"])[0].verdict
    'The data differ by sex before any model: buys = yes is 100 % for “m”, 50 % for “f”.'
    """
    from crm_ai.modeling import Task, groups_of, label_place
    from crm_ai.modeling.answers import answers

    known = answers(table, problem)
    place = None if problem.task is Task.REGRESSION else label_place(problem, label)
    target = problem.target if place is None else f"{problem.target} = {problem.labels[place]}"
    audits = []
    for segment in segments:
        groups = groups_of(table, segment)
        audit = _audit(target, known, place, groups.codes, groups.names)
        audits.append(replace(audit, segment=groups.name))
    pairs = corrected_together([pair for audit in audits for pair in audit.pairs])
    found, start = [], 0
    for audit in audits:
        own = pairs[start : start + len(audit.pairs)]
        start += len(own)
        found.append(replace(audit, pairs=own, judgement=_judged(own, audit)))
    return tuple(found)


def _audit(target: str, known: np.ndarray, place: int | None, codes: np.ndarray, names: tuple[str, ...]) -> DataAudit:
    labelled, k = ~np.isnan(known), len(names)
    n = np.bincount(codes[labelled], minlength=k)
    enough = np.flatnonzero(n >= FEWEST)
    compared = [names[i] for i in enough]
    nothing = Estimate("ratio", math.nan)
    if place is None:
        name, metric = "mean", _means(known[labelled], codes[labelled], k)
        overall = group_estimates(name, _means(known[labelled], 0 * codes[labelled], 1), n.sum(keepdims=True))[0]
        pairs = error_pairs({name: some_groups(metric, enough)}, compared)
        ratio = nothing
    else:
        having = np.bincount(codes[labelled], weights=known[labelled] == place, minlength=k).astype(np.int64)
        cells = np.stack([n - having, 0 * n, having, 0 * n], axis=1)
        name, base = "base_rate", RATES["base_rate"]
        metric = GroupValues(base.value(cells), lambda z: base.limits(cells, z))
        overall = rate_estimates(name, cells.sum(axis=0, keepdims=True))[0]
        pairs = rate_pairs([name], cells[enough], compared)
        ratio = Estimate(name, *smallest_ratio([large_enough(metric, n)]), int(n[enough].sum()))
    return DataAudit(
        segment="",
        target=target,
        by_group=dict(zip(names, group_estimates(name, metric, n), strict=True)),
        overall=overall,
        difference=Estimate(name, *largest_difference([large_enough(metric, n)]), int(n[enough].sum())),
        ratio=ratio,
        unknown=_unknown(names, n, np.bincount(codes[~labelled], minlength=k)),
        sizes=dict(zip(names, n.tolist(), strict=True)),
        too_few=tuple(group for group, size in zip(names, n, strict=True) if size < FEWEST),
        pairs=pairs,
        judgement=Judgement.TOO_FEW,
    )


def _unknown(names: Sequence[str], known: np.ndarray, unknown: np.ndarray) -> dict[str, Estimate]:
    n = known + unknown
    metric = GroupValues(unknown / np.maximum(n, 1), lambda z: wilson(unknown, n, z))
    return dict(zip(names, group_estimates("unknown", metric, n), strict=True))


def _judged(pairs: Sequence[Pair], audit: DataAudit) -> Judgement:
    if len(audit.sizes) - len(audit.too_few) < 2:
        return Judgement.TOO_FEW
    shares = audit.overall.name == "base_rate"
    fifth = (1 - FOUR_FIFTHS) * abs(audit.overall.value)
    differ = any(pair.beyond_chance and (rate_matters(pair) if shares else pair.difference > fifth) for pair in pairs)
    return Judgement.GAP if differ else Judgement.NO_EVIDENCE


def _means(values: np.ndarray, codes: np.ndarray, groups: int) -> GroupValues:
    moments = [Moments.of(values[codes == group]) for group in range(groups)]

    def limits(z: float) -> tuple[np.ndarray, np.ndarray]:
        ends = np.array([own.interval(z) for own in moments])
        return ends[:, 0], ends[:, 1]

    return GroupValues(np.array([own.mean for own in moments]), limits)
