"""One fact about the quality of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crm_ai.words import _, later


class Severity(StrEnum):
    """How much a finding matters, the gravest first."""

    MUST = "must"
    SHOULD = "should"
    KNOW = "know"


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to repair a table: what `crm_ai.cleaning` makes a step of, and what a recipe lists.

    Parameters
    ----------
    step : str
        Name of the step, for instance ``"unify_labels"``.
    columns : tuple of str, default ()
        Columns that it concerns; empty for the whole table.
    settings : mapping of str to object, optional
        How it is done; plain numbers, texts, lists and mappings only.
    """

    step: str
    columns: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about the quality of a table.

    Parameters
    ----------
    column : str
        Column concerned; two names joined by " · " for a pair, empty for the whole table.
    check : str
        Short name of the check that found it.
    severity : Severity
        How much it matters.
    rows : int
        Rows concerned.
    evidence : str
        What was seen, in words.
    proposal : str
        What can be done, in words.
    repair : Repair, optional
        The same for the machine; None where people must decide, or nothing need be done.
    certain : bool, default False
        Whether the repair can hardly be wrong, so that it is made unless somebody switches it off.
    """

    column: str
    check: str
    severity: Severity
    rows: int
    evidence: str
    proposal: str
    repair: Repair | None = None
    certain: bool = False


_CHECKS = {
    "constant": later("the same in all rows"),
    "correlated": later("two columns say nearly the same"),
    "dates": later("from when to when dates reach"),
    "drift": later("changes over time"),
    "duplicate_but_identifier": later("rows that differ only in the identifier"),
    "duplicate_rows": later("rows that are there twice"),
    "empty": later("nothing in it"),
    "identifier": later("tells customers apart, and is set aside"),
    "imbalance": later("few customers have one of the answers"),
    "impossible": later("numbers that cannot be"),
    "inconsistent_labels": later("labels spelled in several ways"),
    "leak": later("gives the answer away"),
    "many_labels": later("a great many labels"),
    "missing": later("missing cells"),
    "missing_few": later("a few missing cells"),
    "missing_tells": later("that it is missing goes with the answer"),
    "missing_together": later("missing together"),
    "mixed_types": later("words among numbers or dates"),
    "nearly_constant": later("the same in nearly all rows"),
    "one_answer": later("all customers have the same answer"),
    "outliers": later("numbers far from all others"),
    "rare_labels": later("labels of very few customers"),
    "same_labels": later("two columns say the same"),
    "skewed": later("a few customers have most of it"),
    "stand_in": later("a number that stands for a missing one"),
    "target_missing": later("customers whose answer is not known"),
    "text": later("free text, set aside"),
    "unreadable": later("cells that could not be read"),
}


def check_in_words(check: str) -> str:
    """Say what a check has found, without column and rows.

    Parameters
    ----------
    check : str
        Its short name, as ``Finding.check``.

    Returns
    -------
    str
        A few words; an unknown one, of another version, by its own name.

    Examples
    --------
    >>> check_in_words("leak"), check_in_words("of_tomorrow")
    ('gives the answer away', 'of tomorrow')
    """
    return _(_CHECKS[check]) if check in _CHECKS else check.replace("_", " ")
