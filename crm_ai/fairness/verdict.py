"""Decide whether there is a gap, and say it in words.

A gap is found where two things hold of two groups. It is beyond chance: of all comparisons that are made, corrected
together, at most one in twenty such sets raises a false alarm (``pairs``). And it matters, for with a million customers
any difference is beyond chance: either it is at least 5 points (one customer in twenty is treated otherwise for
belonging to another group), or the lower group gets less than four fifths of the higher, the rule of the US Uniform
Guidelines on Employee Selection Procedures (29 CFR 1607.4 D), which also catches rare events where 5 points cannot
happen. Only three questions are asked, so that chance has little opportunity: are groups selected alike (demographic
parity), and are they alike in hits and in false alarms (equalized odds). For numeric predictions the same fifth is the
measure: typical errors whose ratio is below 0.8, or predictions that lean apart by more than a fifth of the typical
error.

Where no gap is found there may still be one. If even a gap of 20 points (half of a typical error) would have been
missed more often than in one of five cases, there are too few customers to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import Estimate, GroupValues, difference_of_pair, wilson
from crm_ai.evaluation.intervals import Z
from crm_ai.fairness.pairs import Pair, detectable
from crm_ai.words import _, count, label_in_words, number, percent, sentences, shorten

if TYPE_CHECKING:
    from crm_ai.fairness.audit import Audit

FEWEST = 30
POINTS = 0.05
FOUR_FIFTHS = 0.8
COARSE, COARSE_ERROR = 0.2, 0.5
ASKED = ("selection_rate", "true_positive_rate", "false_positive_rate")
ASKED_OF_ERRORS = ("mae", "mean_error")


class Judgement(StrEnum):
    """Outcome of an audit."""

    GAP = "gap"
    NO_EVIDENCE = "no evidence of a gap"
    TOO_FEW = "too few to say"


def judged(groups: int, gaps: tuple[str, ...], *, blind: bool) -> Judgement:
    """Judge an audit.

    Parameters
    ----------
    groups : int
        Groups with enough customers to be compared.
    gaps : tuple of str
        Metrics in which a gap was found.
    blind : bool
        Whether even a large gap could well have been missed.

    Returns
    -------
    Judgement
        The outcome.
    """
    if groups < 2:
        return Judgement.TOO_FEW
    if gaps:
        return Judgement.GAP
    return Judgement.TOO_FEW if blind else Judgement.NO_EVIDENCE


def rate_gaps(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Find the shares in which groups differ.

    Parameters
    ----------
    pairs : sequence of Pair
        Corrected together.

    Returns
    -------
    tuple of str
        Some of selection_rate, true_positive_rate, false_positive_rate.
    """
    found = {pair.metric for pair in pairs if pair.beyond_chance and rate_matters(pair)}
    return tuple(name for name in ASKED if name in found)


def rate_matters(pair: Pair) -> bool:
    """Whether a difference of shares is large enough to matter.

    Parameters
    ----------
    pair : Pair
        Two groups in a rate.

    Returns
    -------
    bool
        True from 5 points on, and below four fifths.
    """
    return pair.difference >= POINTS - 1e-12 or pair.ratio < FOUR_FIFTHS


def error_gaps(pairs: Sequence[Pair], typical_error: float) -> tuple[str, ...]:
    """Find the ways in which errors of numeric predictions differ between groups.

    Parameters
    ----------
    pairs : sequence of Pair
        Corrected together.
    typical_error : float
        Mean absolute error of all customers.

    Returns
    -------
    tuple of str
        Some of mae, mean_error.
    """
    found = {pair.metric for pair in pairs if pair.beyond_chance and _error_matters(pair, typical_error)}
    return tuple(name for name in ASKED_OF_ERRORS if name in found)


def _error_matters(pair: Pair, typical_error: float) -> bool:
    if pair.metric == "mae":
        return pair.ratio < FOUR_FIFTHS
    return pair.difference > (1 - FOUR_FIFTHS) * typical_error


def detectable_error(metric: GroupValues, comparisons: int) -> float:
    """Difference of an error that would have been found in four of five cases, where it is easiest.

    Parameters
    ----------
    metric : GroupValues
        Of groups that may be compared.
    comparisons : int
        How many are made together.

    Returns
    -------
    float
        In the target's unit; NaN if fewer than two groups can be compared.
    """
    low, high = metric.limits(Z)
    errors = np.sort(((high - low) / (2 * Z))[np.isfinite(high - low)])
    return detectable(float(np.hypot(*errors[:2])), comparisons) if len(errors) > 1 else math.nan


def in_words(audit: Audit) -> str:
    """Say an audit's outcome in one or two sentences.

    Parameters
    ----------
    audit : Audit
        The audit.

    Returns
    -------
    str
        Words in the reader's language.
    """
    if audit.judgement is Judgement.TOO_FEW:
        said = _too_few(audit)
    elif audit.judgement is Judgement.GAP:
        gaps = _("; ").join(_GAP_WORDS[name](audit) for name in audit.gaps)
        said = _("Gap found by {segment}: {gaps}.").format(segment=audit.segment, gaps=gaps)
    else:
        said = _no_evidence(audit)
    return sentences([said, _left_out(audit)])


def segments_in_words(audits: Sequence[Audit], *, name: Callable[[str], str] = shorten) -> str:
    """Say by which segments there is a gap, and by which there is none.

    Parameters
    ----------
    audits : sequence of Audit
        Of one model.
    name : callable, default shorten
        Writes a segment's name.

    Returns
    -------
    str
        A sentence for each outcome; empty without audits.
    """
    return judgements_in_words([(audit.segment, audit.judgement) for audit in audits], name=name)


def judgements_in_words(judgements: Sequence[tuple[str, Judgement]], *, name: Callable[[str], str] = shorten) -> str:
    """Say by which segments there is a gap, and by which there is none, from outcomes alone.

    Parameters
    ----------
    judgements : sequence of (str, Judgement)
        Segments and their outcomes, for instance as they were written down.
    name : callable, default shorten
        Writes a segment's name.

    Returns
    -------
    str
        A sentence for each outcome; empty without segments.

    Examples
    --------
    >>> judgements_in_words([("age", Judgement.GAP), ("gender", Judgement.NO_EVIDENCE)])
    'There is a gap by age. No evidence of one that matters by gender.'
    """
    found: dict[Judgement, list[str]] = {outcome: [] for outcome in Judgement}
    for segment, outcome in judgements:
        found[outcome].append(name(segment))
    words = {
        Judgement.GAP: _("There is a gap by {segments}."),
        Judgement.NO_EVIDENCE: _("No evidence of one that matters by {segments}.")
        if found[Judgement.GAP]
        else _("No evidence of a gap that matters by {segments}."),
        Judgement.TOO_FEW: _("Too few customers to say by {segments}."),
    }
    return sentences(words[outcome].format(segments=_(", ").join(names)) for outcome, names in found.items() if names)


def _too_few(audit: Audit) -> str:
    if len(audit.sizes) < 2:
        return _("There is only one group by {segment}, so there is nothing to compare.").format(segment=audit.segment)
    if len(audit.compared) < 2:
        return _("Too few customers to say whether there is a gap by {segment}.").format(segment=audit.segment)
    if audit.pairs and audit.overall[audit.pairs[0].metric].value != 0:
        return _("Too few customers to say whether there is a gap by {segment}: {power}").format(
            segment=audit.segment,
            power=_power(audit, _("only one of {gap} or more would very likely have been found.")),
        )
    return _("Nobody is selected at this threshold, so groups by {segment} cannot be compared.").format(
        segment=audit.segment
    )


def _no_evidence(audit: Audit) -> str:
    if "selection_rate" in audit.difference:
        gap, told = audit.difference["selection_rate"], _points
        words = _("shares selected differ by {gap} points ({low} to {high})")
    else:
        gap, told = audit.difference["mae"], _plain
        words = _("typical errors differ by {gap} ({low} to {high})")
    certain = any(pair.beyond_chance for pair in audit.pairs if pair.metric == gap.name)
    frame = _("No gap that matters by {segment}: {gap}.") if certain else _("No evidence of a gap by {segment}: {gap}.")
    said = frame.format(segment=audit.segment, gap=words.format(**told(gap)))
    if certain:
        return said
    return f"{said} {_power(audit, _('One of {gap} or more would very likely have been found.'))}"


def _power(audit: Audit, words: str) -> str:
    """Which gap could have been found."""
    if "selection_rate" in audit.detectable:
        return words.format(gap=_("{n} points").format(n=number(100 * audit.detectable["selection_rate"], 2)))
    return words.format(gap=number(audit.detectable["mae"], 2))


def _left_out(audit: Audit) -> str:
    if not audit.too_few or len(audit.compared) < 2:
        return ""
    names = _(", ").join(
        _("“{group}” ({n})").format(group=shorten(label_in_words(name)), n=count(audit.sizes[name]))
        for name in audit.too_few[:4]
    )
    more = _(" and {n} more").format(n=len(audit.too_few) - 4) if len(audit.too_few) > 4 else ""
    return _("Too few customers to compare: {groups}.").format(groups=names + more)


def _selection_words(audit: Audit) -> str:
    ratio = audit.ratio["selection_rate"]
    words = _("{high_share} of “{high}” are selected, {low_share} of “{low}”").format(**_sides(audit, "selection_rate"))
    if ratio.low > 0 and _told_apart(audit, "selection_rate") == audit.extremes("selection_rate"):
        return words + _(", {times} × as often ({least}–{most})").format(
            times=number(1 / ratio.value, 2), least=number(1 / ratio.high, 2), most=number(1 / ratio.low, 2)
        )
    return words + _apart(audit, "selection_rate")


def _found_words(audit: Audit) -> str:
    return _("of those with the answer, {high_share} of “{high}” are found, {low_share} of “{low}”").format(
        **_sides(audit, "true_positive_rate")
    ) + _apart(audit, "true_positive_rate")


def _alarm_words(audit: Audit) -> str:
    return _("of those without it, {high_share} of “{high}” are selected by mistake, {low_share} of “{low}”").format(
        **_sides(audit, "false_positive_rate")
    ) + _apart(audit, "false_positive_rate")


def _error_words(audit: Audit) -> str:
    return _("the typical error is {high_share} for “{high}”, {low_share} for “{low}”").format(
        **_sides(audit, "mae", in_percent=False)
    )


def _lean_words(audit: Audit) -> str:
    return _("predictions are off by {high_share} on average for “{high}”, by {low_share} for “{low}”").format(
        **_sides(audit, "mean_error", in_percent=False)
    )


_GAP_WORDS = {
    "selection_rate": _selection_words,
    "true_positive_rate": _found_words,
    "false_positive_rate": _alarm_words,
    "mae": _error_words,
    "mean_error": _lean_words,
}


def _sides(audit: Audit, metric: str, *, in_percent: bool = True) -> dict[str, str]:
    high, low = _told_apart(audit, metric)
    write = percent if in_percent else number
    groups = audit.by_group[metric]
    return {
        "high": shorten(label_in_words(high)),
        "low": shorten(label_in_words(low)),
        "high_share": write(groups[high].value),
        "low_share": write(groups[low].value),
    }


def _told_apart(audit: Audit, metric: str) -> tuple[str, str]:
    """The groups that lie farthest apart, of those that do so beyond chance."""
    certain = [pair for pair in audit.pairs if pair.metric == metric and pair.beyond_chance]
    widest = max(certain, key=lambda pair: (pair.difference, -pair.p))
    return widest.high, widest.low


def _apart(audit: Audit, metric: str) -> str:
    groups = audit.by_group[metric]
    known = [name for name in audit.compared if groups[name].known]
    values, n = (np.array([getattr(groups[name], what) for name in known]) for what in ("value", "n"))
    high, low = _told_apart(audit, metric)
    found = difference_of_pair(
        GroupValues(values, lambda z: wilson(np.rint(values * n), n, z)), known.index(high), known.index(low)
    )
    return _(", {gap} points apart ({low}–{high})").format(**_points(Estimate(metric, *found)))


def _points(gap: Estimate) -> dict[str, str]:
    return {key: number(100 * end, 2) for key, end in (("gap", gap.value), ("low", gap.low), ("high", gap.high))}


def _plain(gap: Estimate) -> dict[str, str]:
    return {"gap": number(gap.value), "low": number(gap.low), "high": number(gap.high)}
