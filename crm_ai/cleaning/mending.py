"""Which findings the agreed repairs have mended."""

from __future__ import annotations

from collections.abc import Sequence

from crm_ai.table import Finding, Repair

# A proposed way to fill cells, and those that do as well.
INSTEAD = {
    "fill_median": ("fill_median", "fill_most_frequent", "fill_neighbours", "fill_chained"),
    "fill_most_frequent": ("fill_most_frequent",),
}


def mended_by(finding: Finding, repairs: Sequence[Repair]) -> Repair | None:
    """Find the repair that mends a finding.

    Parameters
    ----------
    finding : Finding
        What was found.
    repairs : sequence of Repair
        Those that were agreed upon.

    Returns
    -------
    Repair or None
        The proposed one, or another way to fill the same cells; None if there is none.
    """
    return next((repair for repair in repairs if mends(repair, finding)), None)


def mends(repair: Repair, finding: Finding) -> bool:
    """Whether a repair mends a finding.

    Parameters
    ----------
    repair : Repair
        A repair.
    finding : Finding
        What was found.

    Returns
    -------
    bool
        True of the proposed repair, and of another way to fill the same cells.
    """
    proposed = finding.repair
    if proposed is None or proposed.columns != repair.columns:
        return False
    if repair.step in INSTEAD.get(proposed.step, (proposed.step,)):
        return proposed.step.startswith("fill_") or proposed.settings == repair.settings
    return False


def unmended(findings: Sequence[Finding], repairs: Sequence[Repair]) -> tuple[Finding, ...]:
    """Find what no repair has mended.

    Parameters
    ----------
    findings : sequence of Finding
        From ``inspect``, before any repair.
    repairs : sequence of Repair
        Those that were agreed upon.

    Returns
    -------
    tuple of Finding
        In the same order.

    Examples
    --------
    >>> from crm_ai.table import Severity
    >>> fill = Repair("fill_median", ("fee",), {"indicator": True})
    >>> said = {"evidence": "", "proposal": ""}
    >>> gaps = Finding(column="fee", check="missing", severity=Severity.KNOW, rows=3, repair=fill, **said)
    >>> leak = Finding(column="end", check="leak", severity=Severity.MUST, rows=9, **said)
    >>> [finding.check for finding in unmended([gaps, leak], [Repair("fill_chained", ("fee",))])]
    ['leak']
    """
    return tuple(finding for finding in findings if mended_by(finding, repairs) is None)
