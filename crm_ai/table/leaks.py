"""Columns that give the answer away: known only after the outcome, or the outcome itself in other words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from crm_ai.table.names import names_an_aftermath
from crm_ai.table.schema import LABELLED, Column, Kind, Role
from crm_ai.table.table import Table
from crm_ai.words import _, count, number, percent

NEAR_PERFECT = 0.98
STRONG = 0.9  # together with one value that half of the rows have and that rules the answer out
HALF = 0.5
EXPECTED = 20
SURE = 50  # rows of one value that all have an answer which most do not have
FEWEST_ROWS = 100
FEWEST_ANSWERS = 10
SAMPLE = 100_000
BINS = 64


@dataclass(frozen=True, slots=True)
class Leak:
    """A column that gives the answer away.

    Parameters
    ----------
    column : str
        The column.
    strength : float
        How well it alone tells the answer on rows that it did not learn from: ROC AUC, R² or accuracy gained; 1 is
        perfect.
    evidence : str
        The same in words.
    """

    column: str
    strength: float
    evidence: str


def leaks(table: Table, target: str) -> tuple[str, ...]:
    """Columns that give the answer away and should be off by default.

    Parameters
    ----------
    table : Table
        The customers.
    target : str
        Column to predict.

    Returns
    -------
    tuple of str
        Names, in the table's order.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"refund": [0.0, 0.0, 30.0] * 50, "calls": [1, 2, 3, 1, 5] * 30})
    >>> leaks(table_from_frame(frame.assign(left=["no", "no", "yes"] * 50)), "left")
    ('refund',)
    """
    return tuple(leak.column for leak in find_leaks(table, target))


def find_leaks(table: Table, target: str) -> tuple[Leak, ...]:
    """Columns that give the answer away, with the evidence.

    Each column alone is asked for the answer: it learns on half of the rows and is judged on the other half. Of more
    than 100,000 rows a random sample is used.

    Parameters
    ----------
    table : Table
        The customers.
    target : str
        Column to predict.

    Returns
    -------
    tuple of Leak
        In the table's order; empty where there are too few rows to tell.
    """
    known = np.flatnonzero(table.frame[target].notna().to_numpy())
    if len(known) < FEWEST_ROWS:
        return ()
    rows = np.random.default_rng(0).permutation(known)[:SAMPLE]
    judge = _judge(table.frame[target].iloc[rows], table.schema[target].kind)
    if judge is None:
        return ()
    found = []
    for column in _suspects(table, target):
        cells = table.frame[column.name].iloc[rows]
        leak = judge.of(column.name, cells)
        if leak is None and names_an_aftermath(column.name, target, table.schema.names):
            leak = _by_its_name(column.name, judge.strength(cells), judge.telling)
        found.append(leak)
    return tuple(leak for leak in found if leak is not None)


def _by_its_name(name: str, strength: float, telling: float) -> Leak | None:
    if strength < telling:
        return None
    evidence = _(
        "Its name says that it is written down with the outcome or after it, and it goes with it ({strength})."
    )
    return Leak(name, strength, evidence.format(strength=number(strength)))


def _suspects(table: Table, target: str) -> list[Column]:
    kinds = LABELLED | {Kind.NUMBER, Kind.DATE}
    return [c for c in table.schema if c.name != target and c.role is not Role.IGNORED and c.kind in kinds]


def _judge(answer: pd.Series, kind: Kind) -> _YesNo | _Amount | _Label | None:
    codes, labels = pd.factorize(answer)
    sizes = np.bincount(codes)
    if len(labels) == 2:
        rarer = int(np.argmin(sizes))
        return _YesNo(codes == rarer, str(labels[rarer])) if sizes[rarer] >= FEWEST_ANSWERS else None
    if kind is Kind.NUMBER and len(labels) > 2:
        return _Amount(answer.to_numpy(dtype=np.float64))
    if kind in LABELLED and len(labels) > 2:
        return _Label(codes)
    return None


@dataclass(frozen=True)
class _YesNo:
    """Judges columns by a yes/no answer."""

    answer: np.ndarray
    label: str
    telling: ClassVar[float] = 0.65

    def strength(self, column: pd.Series) -> float:
        """ROC AUC of the column alone."""
        auc = _auc(_learned(_groups(column), self.answer), self.answer[1::2])
        values = _as_numbers(column)
        if values is not None and np.isfinite(values).all():
            exact = _auc(values, self.answer)
            auc = max(auc, exact, 1 - exact)
        return auc

    def of(self, name: str, column: pd.Series) -> Leak | None:
        groups, auc = _groups(column), self.strength(column)
        if auc >= NEAR_PERFECT:
            evidence = _("Alone it tells “{label}” from the rest almost without fault (ROC AUC {auc}).")
            return Leak(name, auc, evidence.format(label=self.label, auc=number(auc)))
        rows = self._never(groups)
        expected = rows * float(self.answer.mean())
        if auc >= STRONG and rows >= HALF * len(groups) and expected >= EXPECTED:
            evidence = _(
                "{rows} rows have one same value, and “{label}” never occurs there, though {expected} would be"
                " expected: it looks like a step on the way to the outcome (ROC AUC {auc})."
            )
            words = {"rows": count(rows), "expected": count(expected), "auc": number(auc)}
            return Leak(name, auc, evidence.format(label=self.label, **words))
        rows = self._always(groups)
        if rows >= SURE and self.answer.mean() < HALF:
            evidence = _(
                "All {rows} rows with one value have “{label}”, though only {share} have it: it looks like a"
                " consequence of the outcome."
            )
            words = {"rows": count(rows), "share": percent(float(self.answer.mean()), 1)}
            return Leak(name, auc, evidence.format(label=self.label, **words))
        return None

    def _always(self, groups: np.ndarray) -> int:
        """Size of the largest group in which everybody has this answer."""
        sizes, answers = np.bincount(groups), np.bincount(groups, weights=self.answer)
        return int(sizes[(answers == sizes) & (sizes > 0)].max(initial=0))

    def _never(self, groups: np.ndarray) -> int:
        """Size of the largest group without a single such answer."""
        sizes, answers = np.bincount(groups), np.bincount(groups, weights=self.answer)
        return int(sizes[answers == 0].max(initial=0))


@dataclass(frozen=True)
class _Amount:
    """Judges columns by a number."""

    answer: np.ndarray
    telling: ClassVar[float] = 0.1

    def strength(self, column: pd.Series) -> float:
        """Share of the answer's variance that the column alone explains."""
        told, actual = _learned(_groups(column), self.answer), self.answer[1::2]
        with np.errstate(over="ignore", invalid="ignore"):  # absurdly large answers explain nothing
            spread = ((actual - actual.mean()) ** 2).sum()
            share = 1 - ((actual - told) ** 2).sum() / spread if spread else 0.0
        values = _as_numbers(column)
        if values is not None and np.isfinite(values).all() and np.ptp(values) > 0:
            share = max(share, float(np.corrcoef(_ranks(values), _ranks(self.answer))[0, 1] ** 2))
        return float(share)

    def of(self, name: str, column: pd.Series) -> Leak | None:
        share = self.strength(column)
        if share < NEAR_PERFECT:
            return None
        evidence = _("Alone it explains {share} of the differences in the target.")
        return Leak(name, share, evidence.format(share=percent(share, 1)))


@dataclass(frozen=True)
class _Label:
    """Judges columns by several answers."""

    answer: np.ndarray
    telling: ClassVar[float] = 0.1

    def strength(self, column: pd.Series) -> float:
        """Share of the usual mistakes that the column alone avoids."""
        return self._judged(column)[0]

    def of(self, name: str, column: pd.Series) -> Leak | None:
        gain, right = self._judged(column)
        if gain < NEAR_PERFECT:
            return None
        evidence = _("Alone it tells the right answer for {share} of the customers.")
        return Leak(name, gain, evidence.format(share=percent(right, 1)))

    def _judged(self, column: pd.Series) -> tuple[float, float]:
        groups, k = _groups(column), int(self.answer.max()) + 1
        counts = np.bincount(groups[::2] * k + self.answer[::2], minlength=(groups.max() + 1) * k).reshape(-1, k)
        usual = np.bincount(self.answer[::2], minlength=k).argmax()
        told = np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), usual)[groups[1::2]]
        right, base = (told == self.answer[1::2]).mean(), (usual == self.answer[1::2]).mean()
        return (float((right - base) / (1 - base)) if base < 1 else 0.0), float(right)


def _groups(column: pd.Series) -> np.ndarray:
    """Labels, or bins of about equal size, as codes; missing cells are a group of their own."""
    values = _as_numbers(column)
    if values is None:
        return pd.factorize(column)[0] + 1
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros(len(values), dtype=np.intp)
    edges = np.unique(np.quantile(values[finite], np.linspace(0, 1, BINS + 1)[1:-1]))
    # A value that is an edge, such as the zeros of those who bought nothing, is a group of its own.
    places = np.searchsorted(edges, values, side="left") + np.searchsorted(edges, values, side="right")
    return np.where(finite, places + 1, 0)


def _as_numbers(column: pd.Series) -> np.ndarray | None:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return None
    if column.dtype.kind == "M":
        days = column.to_numpy().astype("datetime64[us]").astype(np.float64)
        return np.where(column.isna().to_numpy(), np.nan, days)
    return column.to_numpy(dtype=np.float64)


def _learned(groups: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """Mean answer of each odd row's group among the even rows."""
    learn, values = groups[::2], answer[::2].astype(np.float64)
    sizes = np.bincount(learn, minlength=groups.max() + 1)
    sums = np.bincount(learn, weights=values, minlength=groups.max() + 1)
    return np.where(sizes > 0, sums / np.maximum(sizes, 1), values.mean())[groups[1::2]]


def _auc(score: np.ndarray, answer: np.ndarray) -> float:
    positives = int(answer.sum())
    negatives = len(answer) - positives
    if not positives or not negatives:
        return 0.5
    return float((_ranks(score)[answer].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _ranks(values: np.ndarray) -> np.ndarray:
    return pd.Series(values).rank().to_numpy()
