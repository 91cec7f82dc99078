"""Values outside their bounds: impossible ones become missing, extreme ones are drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.cleaning.step import Step
from crm_ai.errors import ProblemError
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _

FAR_OUT = 3.0


class BlankImpossible(Step):
    """Make missing what cannot be: a negative age, a birthday in the future, a stand-in such as 999.

    Parameters
    ----------
    columns : sequence of str
        Numbers or dates.
    low, high : float or str, optional
        The least and the largest possible value; dates as ISO texts.
    values : sequence of float or str, optional
        Values that stand for "unknown".

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [34, -1, 210]})
    >>> BlankImpossible(["age"], low=0, high=120).fit_transform(frame)["age"].tolist()
    [34.0, nan, nan]
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        low: float | str | None = None,
        high: float | str | None = None,
        values: Sequence[float | str] = (),
    ) -> None:
        super().__init__(columns)
        self.low = low
        self.high = high
        self.values = values

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Blank impossible cells.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            The same customers.
        """
        return with_columns(X, {name: X[name].mask(self.impossible(X[name])) for name in self.present(X)})

    def impossible(self, column: pd.Series) -> np.ndarray:
        """Tell which cells cannot be.

        Parameters
        ----------
        column : pandas.Series of length n
            Numbers or dates.

        Returns
        -------
        numpy.ndarray of bool, shape (n,)
            False where the cell is missing.
        """
        wrong = np.zeros(len(column), dtype=bool)
        if self.low is not None:
            wrong |= (column < _like(column, self.low)).to_numpy(dtype=bool)
        if self.high is not None:
            wrong |= (column > _like(column, self.high)).to_numpy(dtype=bool)
        if len(self.values):
            wrong |= column.isin([_like(column, value) for value in self.values]).to_numpy(dtype=bool)
        return wrong


class CapOutliers(Step):
    """Draw extreme numbers in to a bound that is learned from training customers.

    By default the bounds are Tukey's outer fences: three times the distance of the quartiles beyond each quartile.

    Parameters
    ----------
    columns : sequence of str
        Numbers.
    share : float, optional
        Instead of the fences, the share of customers on each side whose values are drawn in, for instance 0.01.

    Attributes
    ----------
    bounds_ : dict of str to list of float
        By column, the least and the largest value that stay as they are.

    References
    ----------
    Tukey (1977), "Exploratory Data Analysis", chapter 2.

    Examples
    --------
    >>> frame = pd.DataFrame({"spend": [*range(1, 101), 9000]})
    >>> CapOutliers(["spend"]).fit(frame).bounds_
    {'spend': [-124.0, 226.0]}
    """

    def __init__(self, columns: Sequence[str] = (), share: float | None = None) -> None:
        super().__init__(columns)
        self.share = share

    def fit(self, X: pd.DataFrame, y: object = None) -> CapOutliers:
        """Learn the bounds.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        y : object, optional
            Ignored.

        Returns
        -------
        CapOutliers
            This step.
        """
        if self.share is not None and not 0 < self.share < 0.5:
            raise ProblemError(_("The share to cap must lie between 0 and 0.5."))
        self.bounds_ = {name: outer_fences(X[name].to_numpy(float), self.share) for name in self.present(X)}
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Draw numbers in.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            The same customers.
        """
        return with_columns(X, {n: X[n].clip(*self.bounds_[n]) for n in self.present(X) if n in self.bounds_})


def outer_fences(values: np.ndarray, share: float | None = None) -> list[float]:
    """Bounds beyond which numbers are extreme.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n,)
        Numbers; NaN where missing.
    share : float, optional
        Share of the numbers beyond each bound; by default Tukey's outer fences.

    Returns
    -------
    list of float
        Low and high; infinite where nothing is known.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return [-np.inf, np.inf]
    if share is not None:
        return [float(bound) for bound in np.quantile(known, [share, 1 - share])]
    first, third = np.quantile(known, [0.25, 0.75])
    return [float(first - FAR_OUT * (third - first)), float(third + FAR_OUT * (third - first))]


def _like(column: pd.Series, value: Any) -> Any:
    return pd.Timestamp(datetime.fromisoformat(str(value))) if column.dtype.kind == "M" else float(value)
