"""Columns that give the answer away: known only after the outcome, or the outcome itself in other words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.table.schema import LABELLED, Column, Kind, Role
from crm_ai.table.table import Table
from crm_ai.words import _, count, number, percent

NEAR_PERFECT = 0.98
STRONG = 0.9  # together with one value that half of the rows have and that rules the answer out
HALF = 0.5
EXPECTED = 20
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
    found = (judge.of(column.name, table.frame[column.name].iloc[rows]) for column in _suspects(table, target))
    return tuple(leak for leak in found if leak is not None)


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

    def of(self, name: str, column: pd.Series) -> Leak | None:
        groups = _groups(column)
        auc = _auc(_learned(groups, self.answer), self.answer[1::2])
        values = _as_numbers(column)
        if values is not None and np.isfinite(values).all():
            exact = _auc(values, self.answer)
            auc = max(auc, exact, 1 - exact)
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
        return None

    def _never(self, groups: np.ndarray) -> int:
        """Size of the largest group without a single such answer."""
        sizes, answers = np.bincount(groups), np.bincount(groups, weights=self.answer)
        return int(sizes[answers == 0].max(initial=0))


@dataclass(frozen=True)
class _Amount:
    """Judges columns by a number."""

    answer: np.ndarray

    def of(self, name: str, column: pd.Series) -> Leak | None:
        told, actual = _learned(_groups(column), self.answer), self.answer[1::2]
        spread = ((actual - actual.mean()) ** 2).sum()
        share = 1 - ((actual - told) ** 2).sum() / spread if spread else 0.0
        values = _as_numbers(column)
        if values is not None and np.isfinite(values).all() and np.ptp(values) > 0:
            share = max(share, float(np.corrcoef(_ranks(values), _ranks(self.answer))[0, 1] ** 2))
        if share < NEAR_PERFECT:
            return None
        evidence = _("Alone it explains {share} of the differences in the target.")
        return Leak(name, share, evidence.format(share=percent(share, 1)))


@dataclass(frozen=True)
class _Label:
    """Judges columns by several answers."""

    answer: np.ndarray

    def of(self, name: str, column: pd.Series) -> Leak | None:
        groups, k = _groups(column), int(self.answer.max()) + 1
        counts = np.bincount(groups[::2] * k + self.answer[::2], minlength=(groups.max() + 1) * k).reshape(-1, k)
        usual = np.bincount(self.answer[::2], minlength=k).argmax()
        told = np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), usual)[groups[1::2]]
        right, base = (told == self.answer[1::2]).mean(), (usual == self.answer[1::2]).mean()
        gain = float((right - base) / (1 - base)) if base < 1 else 0.0
        if gain < NEAR_PERFECT:
            return None
        evidence = _("Alone it tells the right answer for {share} of the customers.")
        return Leak(name, gain, evidence.format(share=percent(right, 1)))


def _groups(column: pd.Series) -> np.ndarray:
    """Labels, or bins of about equal size, as codes; missing cells are a group of their own."""
    values = _as_numbers(column)
    if values is None:
        return pd.factorize(column)[0] + 1
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros(len(values), dtype=np.intp)
    edges = np.unique(np.quantile(values[finite], np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.where(finite, np.searchsorted(edges, values, side="right") + 1, 0)


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
