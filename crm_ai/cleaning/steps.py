"""The steps that a recipe may name, and what each does in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_ai.cleaning.bounds import BlankImpossible, CapOutliers
from crm_ai.cleaning.columns import DropColumns, Retype
from crm_ai.cleaning.filling import FillMedian, FillMostFrequent
from crm_ai.cleaning.labels import UnifyLabels
from crm_ai.cleaning.modelled_filling import FillChained, FillNeighbours
from crm_ai.cleaning.step import Step
from crm_ai.errors import ProblemError
from crm_ai.table import LABELLED, Kind, Repair
from crm_ai.table.variants import describe_variants
from crm_ai.words import _, later, percent


@dataclass(frozen=True, slots=True)
class StepType:
    """One kind of repair.

    Parameters
    ----------
    make : callable, optional
        Makes the transformer; None for repairs of rows, which are made when a table is taken up and never at scoring.
    words : callable
        Says what is done, from the repair's settings.
    learns : bool
        Whether the repair learns from customers, so that it must see training customers only.
    kinds : frozenset of Kind
        Which columns it can repair.
    """

    make: Callable[..., Step] | None
    words: Callable[[Mapping[str, Any]], str]
    learns: bool = False
    kinds: frozenset[Kind] = frozenset(Kind)


NUMBERS = frozenset({Kind.NUMBER})
AMOUNTS = frozenset({Kind.NUMBER, Kind.DATE})


def _told_possible(settings: Mapping[str, Any]) -> str:
    low, high, values = (settings.get(name) for name in ("low", "high", "values"))
    said = []
    if low is not None:
        said.append((_("before {low}") if isinstance(low, str) else _("under {low}")).format(low=_bound(low)))
    if high is not None:
        said.append((_("after {high}") if isinstance(high, str) else _("over {high}")).format(high=_bound(high)))
    if values:
        said.append(_(", ").join(f"{value:g}" if isinstance(value, float) else str(value) for value in values))
    return _("count as missing what cannot be ({what})").format(what=_(" or ").join(said))


def _bound(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).partition("T")[0]


def _told_cap(settings: Mapping[str, Any]) -> str:
    share = settings.get("share")
    if share is None:
        return _("draw extreme values in to Tukey's outer fences")
    return _("draw in the {share} most extreme values on each side").format(share=percent(share, 1))


def _fill(words: str) -> Callable[[Mapping[str, Any]], str]:
    def tell(settings: Mapping[str, Any]) -> str:
        return _(words) + (_(", and tell the model where") if settings.get("indicator") else "")

    return tell


STEPS: Mapping[str, StepType] = {
    "drop_duplicates": StepType(None, lambda settings: _("keep the first of rows that are equal in every cell")),
    "retype": StepType(
        Retype, lambda settings: _("read as {kind}").format(kind=Kind(settings.get("kind", "number")).in_words)
    ),
    "unify_labels": StepType(
        UnifyLabels,
        lambda settings: _("one spelling: {variants}").format(variants=describe_variants(settings.get("labels", {}))),
        kinds=LABELLED,
    ),
    "blank_impossible": StepType(BlankImpossible, _told_possible, kinds=AMOUNTS),
    "drop_columns": StepType(DropColumns, lambda settings: _("leave out")),
    "cap_outliers": StepType(CapOutliers, _told_cap, learns=True, kinds=NUMBERS),
    "fill_median": StepType(FillMedian, _fill(later("fill with the median")), learns=True, kinds=AMOUNTS),
    "fill_most_frequent": StepType(
        FillMostFrequent, _fill(later("fill with the most frequent value")), learns=True, kinds=AMOUNTS | LABELLED
    ),
    "fill_neighbours": StepType(
        FillNeighbours, _fill(later("fill from the most similar customers")), learns=True, kinds=NUMBERS
    ),
    "fill_chained": StepType(
        FillChained, _fill(later("fill by regression on the other numbers")), learns=True, kinds=NUMBERS
    ),
}


def make_step(repair: Repair) -> Step:
    """Make the transformer of a repair.

    Parameters
    ----------
    repair : Repair
        Which step, on which columns, how.

    Returns
    -------
    Step
        Not fitted yet.

    Raises
    ------
    ProblemError
        If there is no such step, it has no such setting, or it repairs rows.

    Examples
    --------
    >>> make_step(Repair("fill_median", ("calls",), {"indicator": True}))
    FillMedian(columns=['calls'], indicator=True)
    """
    entry = STEPS.get(repair.step)
    if entry is None or entry.make is None:
        names = _(", ").join(name for name, known in STEPS.items() if known.make)
        raise ProblemError(
            _("There is no repair of columns called “{name}”.").format(name=repair.step),
            next_step=_("Choose one of: {names}.").format(names=names),
        )
    try:
        return entry.make(list(repair.columns), **repair.settings)
    except TypeError as error:
        raise ProblemError(
            _("The repair “{name}” does not know one of its settings: {settings}.").format(
                name=repair.step, settings=_(", ").join(map(str, repair.settings))
            ),
            next_step=_("Leave the setting out."),
        ) from error


def describe_repair(repair: Repair) -> str:
    """Say what a repair does.

    Parameters
    ----------
    repair : Repair
        A repair of a known kind.

    Returns
    -------
    str
        In words, without the columns' names.

    Examples
    --------
    >>> describe_repair(Repair("fill_median", ("calls",)))
    'fill with the median'
    """
    return STEPS[repair.step].words(repair.settings)


def can_repair(repair: Repair, kind: Kind) -> bool:
    """Whether a repair fits a kind of column.

    Parameters
    ----------
    repair : Repair
        Any repair.
    kind : Kind
        What the column is.

    Returns
    -------
    bool
        False for instance for the median of labels, or for days as bounds of numbers.
    """
    if repair.step not in STEPS or kind not in STEPS[repair.step].kinds:
        return False
    if repair.step != "blank_impossible":
        return True
    said = [repair.settings.get("low"), repair.settings.get("high"), *repair.settings.get("values", ())]
    days = [isinstance(bound, str) for bound in said if bound is not None]
    return all(day == (kind is Kind.DATE) for day in days)


def learns(repair: Repair) -> bool:
    """Whether a repair learns from customers.

    Parameters
    ----------
    repair : Repair
        Any repair.

    Returns
    -------
    bool
        True if it must see training customers only.
    """
    return repair.step in STEPS and STEPS[repair.step].learns


def repairs_rows(repair: Repair) -> bool:
    """Whether a repair takes rows away.

    Parameters
    ----------
    repair : Repair
        Any repair.

    Returns
    -------
    bool
        True if it is made once, when a table is taken up.
    """
    return repair.step in STEPS and STEPS[repair.step].make is None
