"""Fill missing cells from the column itself: its median, its most frequent value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.cleaning.step import Step
from crm_ai.table.new_columns import with_columns

FLAGS = ("no", "yes")


def flag_name(column: str) -> str:
    """Name of the column that tells where a cell was missing.

    Parameters
    ----------
    column : str
        The column that is filled.

    Returns
    -------
    str
        A name of its own.
    """
    return f"{column} was missing"


class Fill(Step):
    """What all steps that fill missing cells have in common.

    Parameters
    ----------
    columns : sequence of str
        Columns that are filled.
    indicator : bool, default False
        Whether a yes/no column beside each filled one tells where a cell was missing. It is there for the columns that
        had missing cells in training.

    Attributes
    ----------
    flagged_ : list of str
        Columns that have such a column beside them.
    """

    def __init__(self, columns: Sequence[str] = (), indicator: bool = False) -> None:
        super().__init__(columns)
        self.indicator = indicator

    def fit(self, X: pd.DataFrame, y: object = None) -> Fill:
        """Learn what to fill with.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        y : object, optional
            Ignored.

        Returns
        -------
        Fill
            This step.
        """
        self.flagged_ = [
            name
            for name in self.present(X)
            if self.indicator and X[name].isna().any() and flag_name(name) not in X.columns
        ]
        self.learn(X)
        return self

    def learn(self, X: pd.DataFrame) -> None:
        """Learn what to fill with.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        """
        raise NotImplementedError

    def filled(self, X: pd.DataFrame) -> dict[str, pd.Series]:
        """Fill the missing cells.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        dict of str to pandas.Series
            By column.
        """
        raise NotImplementedError

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Fill the missing cells, and flag them if that was asked.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            The same customers.
        """
        flags = {flag_name(name): _flags(X[name]) for name in self.flagged_ if name in X.columns}
        return with_columns(X, self.filled(X) | flags)


class FillMedian(Fill):
    """Fill missing numbers and dates with the median of the training customers.

    Parameters
    ----------
    columns : sequence of str
        Numbers or dates.
    indicator : bool, default False
        Whether a yes/no column tells where a cell was missing.

    Attributes
    ----------
    fills_ : dict of str to float or str
        By column, what missing cells take; dates as ISO texts.

    Examples
    --------
    >>> FillMedian(["calls"]).fit_transform(pd.DataFrame({"calls": [1.0, None, 5.0]}))["calls"].tolist()
    [1.0, 3.0, 5.0]
    """

    def learn(self, X: pd.DataFrame) -> None:
        """Learn the medians.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        """
        self.fills_ = {name: _plain(X[name].median()) for name in self.present(X) if X[name].notna().any()}

    def filled(self, X: pd.DataFrame) -> dict[str, pd.Series]:
        """Fill with the medians.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        dict of str to pandas.Series
            By column.
        """
        return {n: X[n].fillna(_as_cell(X[n], self.fills_[n])) for n in self.present(X) if n in self.fills_}


class FillMostFrequent(Fill):
    """Fill missing cells with the most frequent value of the training customers.

    Parameters
    ----------
    columns : sequence of str
        Columns of any kind.
    indicator : bool, default False
        Whether a yes/no column tells where a cell was missing.

    Attributes
    ----------
    fills_ : dict of str to float or str
        By column, what missing cells take; of values that are equally frequent, the first in order.

    Examples
    --------
    >>> FillMostFrequent(["plan"]).fit_transform(pd.DataFrame({"plan": ["b", "a", "b", None]}))["plan"].tolist()
    ['b', 'a', 'b', 'b']
    """

    def learn(self, X: pd.DataFrame) -> None:
        """Learn the most frequent values.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        """
        known = {name: X[name].value_counts() for name in self.present(X)}
        self.fills_ = {
            name: _plain(sorted(sizes.index[sizes == sizes.max()])[0])
            for name, sizes in known.items()
            if len(sizes) and sizes.max()
        }

    def filled(self, X: pd.DataFrame) -> dict[str, pd.Series]:
        """Fill with the most frequent values.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        dict of str to pandas.Series
            By column.
        """
        return {name: _with(X[name], self.fills_[name]) for name in self.present(X) if name in self.fills_}


def _with(column: pd.Series, value: Any) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype) and value not in column.cat.categories:
        column = column.cat.add_categories([value])
    return column.fillna(_as_cell(column, value))


def _flags(column: pd.Series) -> pd.Series:
    codes = column.isna().to_numpy().astype(np.int8)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(FLAGS, dtype="str")), index=column.index)


def _plain(value: Any) -> float | str:
    return value.isoformat() if isinstance(value, pd.Timestamp) else value if isinstance(value, str) else float(value)


def _as_cell(column: pd.Series, value: Any) -> Any:
    return pd.Timestamp(datetime.fromisoformat(value)) if column.dtype.kind == "M" else value
