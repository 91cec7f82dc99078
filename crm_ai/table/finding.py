"""One fact about the quality of a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, the gravest first."""

    MUST = "must"
    SHOULD = "should"
    KNOW = "know"


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
    """

    column: str
    check: str
    severity: Severity
    rows: int
    evidence: str
    proposal: str
