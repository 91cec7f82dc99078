"""What the checks look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_ai.table.schema import LABELLED, Column, Kind, Role
from crm_ai.table.table import Table

SAMPLE = 20_000


@dataclass(frozen=True)
class Subject:
    """A table under inspection.

    Parameters
    ----------
    table : Table
        The customers.
    target : str or None
        Column to predict, if it is known.
    today : date
        Day after which nothing can have happened yet.
    """

    table: Table
    target: str | None
    today: date

    @property
    def rows(self) -> int:
        """Number of customers."""
        return len(self.table)

    def features(self, *kinds: Kind) -> Iterator[tuple[Column, pd.Series]]:
        """Columns that may predict, of some kinds.

        Parameters
        ----------
        *kinds : Kind
            Which kinds; all by default.

        Yields
        ------
        column : Column
            What it is.
        cells : pandas.Series
            Its cells.
        """
        for column in self.table.schema:
            if column.name != self.target and column.role is not Role.IGNORED and (not kinds or column.kind in kinds):
                yield column, self.table.frame[column.name]

    def labelled(self) -> Iterator[tuple[Column, pd.Series]]:
        """Columns with labels, the target among them.

        Yields
        ------
        column : Column
            What it is.
        sizes : pandas.Series
            Rows by label, the most first; only labels that occur.
        """
        for column in self.table.schema:
            if column.kind in LABELLED:
                sizes = self.table.frame[column.name].value_counts()
                yield column, sizes[sizes > 0]

    def sample(self) -> np.ndarray:
        """Positions of customers to look at where all would take too long.

        Returns
        -------
        numpy.ndarray of int
            At most 20,000, drawn at random, in order; the same each time.
        """
        if self.rows <= SAMPLE:
            return np.arange(self.rows)
        return np.sort(np.random.default_rng(0).choice(self.rows, SAMPLE, replace=False))

    def outcome(self) -> Outcome | None:
        """The target as numbers: 1 for the rarer of two answers, else the amount.

        Returns
        -------
        Outcome or None
            None if there is no target, or it has several labels.
        """
        if self.target is None:
            return None
        cells, kind = self.table.frame[self.target], self.table.schema[self.target].kind
        sizes = cells.value_counts()
        sizes = sizes[sizes > 0]
        if len(sizes) == 2:
            rarer = sizes.idxmin()
            said = np.where(cells.isna().to_numpy(), np.nan, (cells == rarer).to_numpy(dtype=np.float64))
            return Outcome(said, f"{rarer:g}" if isinstance(rarer, float) else str(rarer))
        if kind is Kind.NUMBER and len(sizes) > 2:
            return Outcome(cells.to_numpy(dtype=np.float64), "")
        return None


@dataclass(frozen=True)
class Outcome:
    """A target as numbers.

    Parameters
    ----------
    said : numpy.ndarray of float64, shape (n,)
        1 or 0, or the amount; NaN where it is not known.
    label : str
        The answer that is counted; empty for amounts.
    """

    said: np.ndarray
    label: str
