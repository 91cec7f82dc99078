"""Decide whether there is a gap, and say it in words.

A gap is found where two things hold. It is beyond chance: the 95 % interval of the difference excludes 0.
And it matters, for with a million customers any difference is beyond chance: either it is at least 5 points (one
customer in twenty is treated otherwise for belonging to another group), or the lower group gets less than four fifths
of the higher, the rule of the US Uniform Guidelines on Employee Selection Procedures (29 CFR 1607.4 D), which also
catches rare events where 5 points cannot happen. Only two questions are asked, so that chance has little opportunity:
are groups selected alike (demographic parity), and are they alike in hits and false alarms (equalized odds, whose
interval holds for both at once). For numeric predictions the same fifth is the measure: typical errors whose ratio is
below 0.8, or predictions that lean apart by more than a fifth of the typical error.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from crm_ai.evaluation import Estimate
from crm_ai.words import _, count, number, percent, shorten

if TYPE_CHECKING:
    from crm_ai.fairness.audit import Audit

FEWEST = 30
POINTS = 0.05
FOUR_FIFTHS = 0.8


class Judgement(StrEnum):
    """Outcome of an audit."""

    GAP = "gap"
    NO_EVIDENCE = "no evidence of a gap"
    TOO_FEW = "too few to say"


def judged(groups: int, gaps: tuple[str, ...]) -> Judgement:
    """Judge an audit.

    Parameters
    ----------
    groups : int
        Groups with enough customers to be compared.
    gaps : tuple of str
        Metrics in which a gap was found.

    Returns
    -------
    Judgement
        The outcome.
    """
    if groups < 2:
        return Judgement.TOO_FEW
    return Judgement.GAP if gaps else Judgement.NO_EVIDENCE


def rate_gaps(
    difference: Mapping[str, Estimate], ratio: Mapping[str, Estimate], parity: Mapping[str, Estimate]
) -> tuple[str, ...]:
    """Find the shares in which groups differ.

    Parameters
    ----------
    difference, ratio, parity : mapping of str to Estimate
        See ``Audit``.

    Returns
    -------
    tuple of str
        Some of selection_rate, true_positive_rate, false_positive_rate.
    """
    certain = {
        "selection_rate": difference["selection_rate"].low > 0,
        "true_positive_rate": _certain_odds("true_positive_rate", difference, parity),
        "false_positive_rate": _certain_odds("false_positive_rate", difference, parity),
    }
    return tuple(
        name
        for name, beyond_chance in certain.items()
        if beyond_chance and (difference[name].value >= POINTS or ratio[name].value < FOUR_FIFTHS)
    )


def _certain_odds(name: str, difference: Mapping[str, Estimate], parity: Mapping[str, Estimate]) -> bool:
    return parity["equalized_odds_difference"].low > 0 and difference[name].low > 0


def error_gaps(
    difference: Mapping[str, Estimate], ratio: Mapping[str, Estimate], typical_error: float
) -> tuple[str, ...]:
    """Find the ways in which errors of numeric predictions differ between groups.

    Parameters
    ----------
    difference, ratio : mapping of str to Estimate
        See ``Audit``.
    typical_error : float
        Mean absolute error of all customers.

    Returns
    -------
    tuple of str
        Some of mae, mean_error.
    """
    size = difference["mae"].low > 0 and ratio["mae"].value < FOUR_FIFTHS
    lean = difference["mean_error"].low > 0 and difference["mean_error"].value > (1 - FOUR_FIFTHS) * typical_error
    return ("mae",) * size + ("mean_error",) * lean


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
    return f"{said} {_left_out(audit)}".strip()


def _too_few(audit: Audit) -> str:
    if len(audit.sizes) < 2:
        return _("There is only one group by {segment}, so there is nothing to compare.").format(segment=audit.segment)
    if len(audit.compared) < 2:
        return _("Too few customers to say whether there is a gap by {segment}.").format(segment=audit.segment)
    return _("Nobody is selected at this threshold, so groups by {segment} cannot be compared.").format(
        segment=audit.segment
    )


def _no_evidence(audit: Audit) -> str:
    if "selection_rate" in audit.difference:
        gap = audit.difference["selection_rate"]
        numbers, words = _points(gap), _("shares selected differ by {gap} points ({low} to {high})")
    else:
        gap = audit.difference["mae"]
        numbers, words = _plain(gap), _("typical errors differ by {gap} ({low} to {high})")
    frame = (
        _("No gap that matters by {segment}: {gap}.") if gap.low > 0 else _("No evidence of a gap by {segment}: {gap}.")
    )
    return frame.format(segment=audit.segment, gap=words.format(**numbers))


def _left_out(audit: Audit) -> str:
    if not audit.too_few or len(audit.compared) < 2:
        return ""
    names = _(", ").join(
        _("“{group}” ({n})").format(group=shorten(name), n=count(audit.sizes[name])) for name in audit.too_few[:4]
    )
    more = _(" and {n} more").format(n=len(audit.too_few) - 4) if len(audit.too_few) > 4 else ""
    return _("Too few customers to compare: {groups}.").format(groups=names + more)


def _selection_words(audit: Audit) -> str:
    ratio = audit.ratio["selection_rate"]
    words = _("{high_share} of “{high}” are selected, {low_share} of “{low}”").format(**_sides(audit, "selection_rate"))
    if ratio.low > 0:
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
    pair = audit.extremes(metric)
    if pair is None:  # no gap is ever found without two groups
        return dict.fromkeys(("high", "low", "high_share", "low_share"), "")
    high, low = pair
    write = percent if in_percent else number
    groups = audit.by_group[metric]
    return {
        "high": shorten(high),
        "low": shorten(low),
        "high_share": write(groups[high].value),
        "low_share": write(groups[low].value),
    }


def _apart(audit: Audit, metric: str) -> str:
    return _(", {gap} points apart ({low}–{high})").format(**_points(audit.difference[metric]))


def _points(gap: Estimate) -> dict[str, str]:
    return {key: number(100 * end, 2) for key, end in (("gap", gap.value), ("low", gap.low), ("high", gap.high))}


def _plain(gap: Estimate) -> dict[str, str]:
    return {"gap": number(gap.value), "low": number(gap.low), "high": number(gap.high)}
