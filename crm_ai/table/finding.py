"""One fact about the quality of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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
