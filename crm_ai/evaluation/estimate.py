"""A number that carries its uncertainty and its sample size."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its 95 % interval.

    Parameters
    ----------
    name : str
        The field's term, for instance ``"roc_auc"``.
    value : float
        Point value; NaN where it is undefined (no customer to judge on).
    low, high : float
        Ends of the 95 % interval; NaN where there is none.
    n : int
        Customers that the value rests on.
    """

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return math.isfinite(self.value)

    def as_dict(self) -> dict[str, float | int | None]:
        """Value, low, high and n, with None for what is undefined."""
        numbers = {key: getattr(self, key) for key in ("value", "low", "high")}
        return {key: x if math.isfinite(x) else None for key, x in numbers.items()} | {"n": self.n}


def to_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Put estimates into a tidy table, one row a number.

    Parameters
    ----------
    estimates : iterable of Estimate
        Any estimates.

    Returns
    -------
    pandas.DataFrame
        Columns metric, value, low, high, n.
    """
    rows = [(e.name, e.value, e.low, e.high, e.n) for e in estimates]
    return pd.DataFrame(rows, columns=["metric", "value", "low", "high", "n"])
