"""Whether customers of late differ from earlier ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crm_ai.table.checks.missing import SURPRISING
from crm_ai.table.checks.subject import Outcome, Subject
from crm_ai.table.finding import Finding, Severity
from crm_ai.table.names import names_a_birthday
from crm_ai.table.schema import LABELLED, Kind
from crm_ai.words import _, number, percent

FEWEST = 300
FEWEST_DAYS = 14
MOSTLY_KNOWN = 0.9
LARGE_SHIFT = 0.25
BINS = 10
MOVES_ALONG = 0.8
DIFFERENT = 0.2


def drift(subject: Subject) -> Iterator[Finding]:
    """Compare the latest third of the customers with the earliest, by the first date that tells when they came."""
    for column, cells in subject.features(Kind.DATE):
        if not names_a_birthday(column.name) and cells.notna().mean() >= MOSTLY_KNOWN and subject.rows >= 3 * FEWEST:
            days = (cells - cells.min()).dt.total_seconds().to_numpy(dtype=np.float64) / 86_400
            if np.nanmax(days) >= FEWEST_DAYS:
                yield from _by(subject, column.name, days)
                return


def _by(subject: Subject, date: str, days: np.ndarray) -> Iterator[Finding]:
    first, last = np.nanquantile(days, [1 / 3, 2 / 3])
    early, late = days <= first, days > last
    if min(early.sum(), late.sum()) < FEWEST:
        return
    outcome = subject.outcome()
    if outcome is not None and subject.target is not None:
        yield from _outcome(subject.target, date, outcome, early, late)
    rows = subject.sample()
    for column, cells in subject.features(*LABELLED, Kind.NUMBER):
        if column.kind is Kind.NUMBER and _moves_along(cells.to_numpy(dtype=np.float64)[rows], days[rows]):
            continue  # a customer's age or tenure moves with the calendar by itself
        shift = population_stability(cells[early], cells[late])
        if shift >= LARGE_SHIFT:
            evidence = _(
                "The latest third of the customers (by {date}) differs from the earliest (stability index {n})."
            )
            proposal = _("What was learned from earlier customers may not hold; judge models on the latest ones.")
            yield Finding(
                column.name, "drift", Severity.SHOULD, int(late.sum()),
                evidence.format(date=date, n=number(shift)), proposal,
            )  # fmt: skip


def _outcome(target: str, date: str, outcome: Outcome, early: np.ndarray, late: np.ndarray) -> Iterator[Finding]:
    before, after = (outcome.said[part & np.isfinite(outcome.said)] for part in (early, late))
    if min(len(before), len(after)) < FEWEST:
        return
    error = np.sqrt(before.var() / len(before) + after.var() / len(after))
    gap = abs(after.mean() - before.mean())
    if gap < SURPRISING * error or gap < DIFFERENT * abs(np.append(before, after).mean()):
        return
    words = percent if outcome.label else number
    what = _("“{label}”").format(label=outcome.label) if outcome.label else _("the mean")
    evidence = _("By {date}, {what} went from {before} (earliest third) to {after} (latest third).").format(
        date=date, what=what, before=words(float(before.mean())), after=words(float(after.mean()))
    )
    proposal = _("Either times have changed, or the latest customers have not had the time to answer yet.")
    yield Finding(target, "drift", Severity.SHOULD, int(late.sum()), evidence, proposal)


def _moves_along(values: np.ndarray, days: np.ndarray) -> bool:
    known = np.isfinite(values) & np.isfinite(days)
    if known.sum() < FEWEST:
        return False
    ranks = pd.DataFrame({"value": values[known], "day": days[known]}).rank()
    return bool(abs(ranks["value"].corr(ranks["day"])) >= MOVES_ALONG)


def population_stability(before: pd.Series, after: pd.Series) -> float:
    """Population stability index between two groups of customers.

    Parameters
    ----------
    before, after : pandas.Series
        The same column of both; numbers are put into ten bins of equal size of the first group, labels beyond the ten
        most frequent are taken together.

    Returns
    -------
    float
        Sum of (p − q) · ln(p / q) over bins or labels, missing being one of them; half a customer is added to each, so
        that empty ones count. 0 for equal groups; 0.25 is commonly called a large shift.

    References
    ----------
    Siddiqi (2006), "Credit Risk Scorecards", chapter 8.

    Examples
    --------
    >>> same = pd.Series(["a", "b"] * 500)
    >>> population_stability(same, same)
    0.0
    """
    one, other = _binned(before, after)
    size = int(max(one.max(initial=0), other.max(initial=0))) + 1
    p = np.bincount(one, minlength=size) + 0.5
    q = np.bincount(other, minlength=size) + 0.5
    p, q = p / p.sum(), q / q.sum()
    return float(((p - q) * np.log(p / q)).sum())


def _binned(before: pd.Series, after: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Bins, from 1 on; 0 for missing cells."""
    if pd.api.types.is_numeric_dtype(before.dtype):
        one, other = before.to_numpy(dtype=np.float64), after.to_numpy(dtype=np.float64)
        known = one[np.isfinite(one)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.zeros(0)
        return tuple(  # type: ignore[return-value]
            np.where(np.isfinite(v), np.searchsorted(edges, v, side="right") + 1, 0) for v in (one, other)
        )
    codes, labels = pd.factorize(pd.concat([before, after]))
    sizes = np.bincount(codes[codes >= 0], minlength=len(labels))
    # Many small labels differ by chance alone: the most frequent stand for themselves, the others together.
    place = np.full(len(labels) + 1, BINS + 1)
    place[np.argsort(-sizes, kind="stable")[:BINS]] = np.arange(1, min(BINS, len(labels)) + 1)
    place[-1] = 0
    return place[codes[: len(before)]], place[codes[len(before) :]]
