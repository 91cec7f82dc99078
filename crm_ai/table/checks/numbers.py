"""Whether numbers and dates are possible, and how far out they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pandas as pd

from crm_ai.table.checks.subject import Subject
from crm_ai.table.finding import Finding, Repair, Severity
from crm_ai.table.names import names_a_beginning, names_a_birthday, names_a_number_of, names_a_share, names_an_age
from crm_ai.table.schema import Column, Kind, Role
from crm_ai.words import _, count, ngettext, number, percent

OLDEST = 120
FEW = 0.05
CLOSE = 0.95
FEWEST = 100
FEWEST_VALUES = 20
FAR_OUT = 3.0
CHANCE = 0.025
QUARTILE = 0.6744897501960817  # of the normal distribution
SKEWED = 3.0
UNEQUAL = 0.1
FEW_OUT = 0.01
PAIRS_SHOWN = 20
STAND_INS = (-1, -9, -99, -999, -9999, 99, 999, 9999, 99999, 999999, 9999999)
STAND_IN_SHARE = 0.002
LONG_AGO = date(1900, 1, 1)
FAR_AHEAD = timedelta(days=50 * 365)


def impossible(subject: Subject) -> Iterator[Finding]:
    """Find values that cannot be: a negative age, a birthday in the future, a share over 100 %."""
    for column in subject.table.schema:
        cells = subject.table.frame[column.name]
        if column.kind is Kind.NUMBER:
            yield from _impossible_numbers(column, cells)
        elif column.kind is Kind.DATE:
            yield from _impossible_dates(column, cells, subject.today)


def _impossible_numbers(column: Column, cells: pd.Series) -> Iterator[Finding]:
    values = cells.to_numpy(dtype=np.float64)
    known = values[np.isfinite(values)]
    if not len(known):
        return
    low, high, words, certain = _possible_range(column.name, known)
    out = (known < low) | (known > high)
    rows = int(out.sum())
    if not rows or rows > FEW * len(known):
        return
    told = ngettext(
        "{n} cell cannot be: {words}, but here is {example}.",
        "{n} cells cannot be: {words}, but there are values such as {example}.",
        rows,
    )
    evidence = told.format(n=count(rows), words=words, example=number(float(known[out][0])))
    settings = {name: bound for name, bound in (("low", low), ("high", high)) if np.isfinite(bound)}
    repair = Repair("blank_impossible", (column.name,), settings)
    yield Finding(
        column.name, "impossible", Severity.SHOULD, rows, evidence, _("Count them as missing."), repair, certain
    )


def _possible_range(name: str, known: np.ndarray) -> tuple[float, float, str, bool]:
    if names_an_age(name) and not names_a_number_of(name):
        return 0.0, float(OLDEST), _("people are between 0 and 120 years old"), True
    if names_a_share(name):
        most = 1.0 if np.quantile(known, 0.9) <= 1 else 100.0
        words = _("shares lie between 0 and 1") if most == 1 else _("shares lie between 0 and 100 %")
        return 0.0, most, words, False
    if names_a_number_of(name):
        return 0.0, np.inf, _("a number of things is never negative"), False
    return -np.inf, np.inf, "", False


def _impossible_dates(column: Column, cells: pd.Series, today: date) -> Iterator[Finding]:
    born, begun = names_a_birthday(column.name), names_a_beginning(column.name)
    low = today - timedelta(days=OLDEST * 366) if born else LONG_AGO
    high = today if born or begun else today + FAR_AHEAD
    early = (cells <= pd.Timestamp(LONG_AGO)) if not born else cells < pd.Timestamp(low)
    out = (early | (cells >= pd.Timestamp(high) + pd.Timedelta(days=1))).to_numpy(dtype=bool)
    rows = int(out.sum())
    if not rows or out.all():
        return
    example = cells[out].iloc[0].strftime("%Y-%m-%d")
    if born:
        words = ngettext("{n} birthday cannot be: {date}.", "{n} birthdays cannot be, such as {date}.", rows)
    elif begun:
        words = _("{n} dates lie in the future or long ago, such as {date}, though the column tells what has been.")
    else:
        words = _("{n} dates look like stand-ins for “unknown” or “never”, such as {date}.")
    settings = {"low": (low + timedelta(days=0 if born else 1)).isoformat(), "high": f"{high.isoformat()}T23:59:59"}
    repair = Repair("blank_impossible", (column.name,), settings)
    evidence = words.format(n=count(rows), date=example)
    yield Finding(column.name, "impossible", Severity.SHOULD, rows, evidence, _("Count them as missing."), repair, born)


def stand_ins(subject: Subject) -> Iterator[Finding]:
    """Find numbers such as 999 or -1 that stand for "unknown" far away from all others."""
    for column, cells in subject.features(Kind.NUMBER):
        values = cells.to_numpy(dtype=np.float64)
        known = values[np.isfinite(values)]
        for value in STAND_INS if len(known) >= FEWEST else ():
            rows = int((known == value).sum())
            if rows < max(3, STAND_IN_SHARE * len(known)) or rows == len(known):
                continue
            others = known[known != value]
            if not _stands_alone(value, others, names_an_age(column.name)):
                continue
            evidence = _("{n} cells are {value}; all others lie between {low} and {high}.").format(
                n=count(rows), value=value, low=number(others.min()), high=number(others.max())
            )
            proposal = _("If it stands for “unknown”, count it as missing.")
            repair = Repair("blank_impossible", (column.name,), {"values": [value]})
            yield Finding(column.name, "stand_in", Severity.SHOULD, rows, evidence, proposal, repair)


def _stands_alone(value: int, others: np.ndarray, is_age: bool) -> bool:
    low, high = float(others.min()), float(others.max())
    if value < 0:
        return low >= 0 and not is_age  # negative ages are impossible, and found as such
    # Nines close behind the others may be the end of a scale.
    return high < value / 2 and value > high + (high - low)


def outliers(subject: Subject) -> Iterator[Finding]:
    """Find values far beyond the others, and columns in which a few customers have most of it."""
    for column, cells in subject.features(Kind.NUMBER):
        values = cells.to_numpy(dtype=np.float64)
        known = values[np.isfinite(values)]
        if len(known) < FEWEST or len(np.unique(known[:5000])) < FEWEST_VALUES:
            continue
        out = _far_out(known)
        # What lies far out on the scale of orders of magnitude too is far out whatever the shape.
        far = out & _far_out(np.log1p(known)) if known.min() >= 0 else out
        rows = int(far.sum())
        if 0 < rows <= FEW_OUT * len(known):
            middle = np.quantile(known, [0.01, 0.99])
            told = ngettext(
                "{n} value lies far beyond the others: {top}; 98 % lie between {low} and {high}.",
                "{n} values lie far beyond the others, up to {top}; 98 % lie between {low} and {high}.",
                rows,
            )
            evidence = told.format(
                n=count(rows), top=number(_furthest(known[far], middle)), low=number(middle[0]), high=number(middle[1])
            )
            proposal = _("Check them; if they are slips, draw them in to the outer fences.")
            repair = Repair("cap_outliers", (column.name,))
            yield Finding(column.name, "outliers", Severity.KNOW, rows, evidence, proposal, repair)
        elif known.min() >= 0 and _skewness(known) > SKEWED:
            yield from _skewed(column, known)


def _far_out(values: np.ndarray) -> np.ndarray:
    first, third = np.quantile(values, [0.25, 0.75])
    if first == third:
        return np.zeros(len(values), dtype=bool)
    # Among very many, some lie beyond the usual fences by chance: so far out nobody should be even then.
    nobody = (NormalDist().inv_cdf(1 - CHANCE / len(values)) - QUARTILE) / (2 * QUARTILE)
    reach = max(FAR_OUT, nobody) * (third - first)
    return (values < first - reach) | (values > third + reach)


def _furthest(values: np.ndarray, middle: np.ndarray) -> float:
    return float(values[np.abs(values - middle.mean()).argmax()])


def _skewness(values: np.ndarray) -> float:
    centred = values - values.mean()
    spread = np.sqrt((centred**2).mean())
    return float((centred**3).mean() / spread**3) if spread > 0 else 0.0


def _skewed(column: Column, known: np.ndarray) -> Iterator[Finding]:
    top = np.sort(known)[-max(1, len(known) // 100) :]
    share = float(top.sum() / known.sum())
    if share < UNEQUAL:
        return
    evidence = _("Very unequal: the highest 1 % of the customers have {share} of it.").format(share=percent(share))
    proposal = _("Trees do not mind; linear models are drawn to the few. Capping the highest 1 % helps them.")
    repair = Repair("cap_outliers", (column.name,), {"share": 0.01})
    yield Finding(column.name, "skewed", Severity.KNOW, len(top), evidence, proposal, repair)


def correlated(subject: Subject) -> Iterator[Finding]:
    """Find pairs of numbers or dates that say nearly the same, such as a day of registration and months since."""
    kinds = (Kind.NUMBER, Kind.DATE)
    names = [column.name for column, _cells in subject.features(*kinds) if column.role is not Role.IGNORED]
    rows = subject.sample()
    if len(names) < 2 or len(rows) < 10:
        return
    matrix = np.column_stack([_amounts(subject.table.frame[name])[rows] for name in names])
    together = _correlations(matrix)
    first, second = np.nonzero(np.triu(np.abs(together) >= CLOSE, k=1))
    strongest = np.argsort(-np.abs(together[first, second]), kind="stable")[:PAIRS_SHOWN]
    for one, other in zip(first[strongest], second[strongest], strict=True):
        if together[one, other] > 0:
            evidence = _("The two columns rise and fall together (correlation {r}).")
        else:
            evidence = _("As one of the two columns rises, the other falls (correlation {r}).")
        evidence = evidence.format(r=number(together[one, other]))
        proposal = _("Their separate effects cannot be told apart; keep one of them if you want to read the reasons.")
        repair = Repair("drop_columns", (names[other],))
        pair = f"{names[one]} · {names[other]}"
        yield Finding(pair, "correlated", Severity.KNOW, subject.rows, evidence, proposal, repair)


def _amounts(cells: pd.Series) -> np.ndarray:
    """Numbers as they are, dates as days."""
    if not pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells.to_numpy(dtype=np.float64)
    return ((cells - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)).to_numpy(dtype=np.float64)


def _correlations(matrix: np.ndarray) -> np.ndarray:
    """Correlations with the mean in place of missing cells; 0 for columns that do not vary."""
    known = np.isfinite(matrix)
    sums = np.where(known, matrix, 0).sum(axis=0)
    centred = np.where(known, matrix - sums / np.maximum(known.sum(axis=0), 1), 0)
    with np.errstate(over="ignore"):
        scale = np.sqrt((centred**2).sum(axis=0))
    centred = np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0)
    return centred.T @ centred
