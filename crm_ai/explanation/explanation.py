"""The noun: why a model says what it says, in the customers' own columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crm_ai.words import label_in_words, number

if TYPE_CHECKING:
    import shap

MISSING = "(missing)"
Z = 1.959963984540054
MOST_BINS = 20
MOST_BLOCKS, REPLICATES = 2_000, 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Shapley values over original columns.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n, columns)
        Contribution of each column to each customer's output.
    base : float
        Mean output of the reference customers.
    columns : tuple of str
        Original columns.
    data : pandas.DataFrame of length n
        The customers' own values of these columns.
    rows : numpy.ndarray of int, shape (n,)
        Positions of the customers in the table.
    scale : str
        What the values are measured in: ``"log-odds"``, ``"log"``, ``"probability"`` or ``"value"``.
    model_type : str
        The model that is explained.
    label : str
        The answer whose output is explained; empty for a number.
    references : int
        Customers that are compared with; 0 stands for all training customers.
    error : numpy.ndarray of float64, shape (n, columns), optional
        Standard error of each value where they are estimated; None where they are exact.
    """

    values: np.ndarray
    base: float
    columns: tuple[str, ...]
    data: pd.DataFrame
    rows: np.ndarray
    scale: str
    model_type: str
    label: str = ""
    references: int = 0
    error: np.ndarray | None = None

    @property
    def output(self) -> np.ndarray:
        """The model's output for each customer, shape (n,): base value plus all contributions."""
        return self.base + self.values.sum(axis=1)

    def importance(self) -> pd.DataFrame:
        """How much each column moves the output, on average over the customers.

        Returns
        -------
        pandas.DataFrame
            Columns column, mean_absolute, low, high, rank_low, rank_high, n; the strongest first. Intervals are 95 %
            bootstrap intervals of the mean, and of the column's rank (1 for the strongest). They know of the customers
            explained, not of other models that other training customers would have made.
        """
        size = np.abs(self.values)
        n = len(size)
        again = _resampled_means(size)
        order = np.argsort(np.argsort(-again, axis=1, kind="stable"), axis=1) + 1
        ends = np.quantile(again, [0.025, 0.975], axis=0) if n > 1 else np.full((2, size.shape[1]), np.nan)
        ranks = np.quantile(order, [0.025, 0.975], axis=0, method="nearest")
        frame = pd.DataFrame(
            {
                "column": self.columns,
                "mean_absolute": size.mean(axis=0),
                "low": ends[0],
                "high": ends[1],
                "rank_low": ranks[0],
                "rank_high": ranks[1],
                "n": n,
            }
        )
        return frame.sort_values("mean_absolute", ascending=False, kind="stable", ignore_index=True)

    def customer(self, place: int) -> pd.DataFrame:
        """Why one customer gets this output.

        Parameters
        ----------
        place : int
            Position among the explained customers.

        Returns
        -------
        pandas.DataFrame
            Columns column, value (as text), contribution; the strongest first.
        """
        frame = pd.DataFrame(
            {
                "column": self.columns,
                "value": [value_in_words(self.data[name].iloc[place]) for name in self.columns],
                "contribution": self.values[place],
            }
        )
        order = np.argsort(-np.abs(self.values[place]), kind="stable")
        return frame.iloc[order].reset_index(drop=True)

    def dependence(self, column: str) -> pd.DataFrame:
        """How a column's contribution goes with its value.

        Parameters
        ----------
        column : str
            An original column.

        Returns
        -------
        pandas.DataFrame
            Columns level (a label, a number or a date), mean, low, high, n; numbers and dates in at most twenty bins of
            about equal size, at their mean value.
        """
        contribution = self.values[:, self.columns.index(column)]
        series = self.data[column]
        if pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_datetime64_any_dtype(series.dtype):
            return _dependence_on_number(series, contribution)
        labels = series.astype("str").where(series.notna(), MISSING).astype("category")
        frame = _means(labels.cat.codes.to_numpy(), contribution, len(labels.cat.categories))
        frame.insert(0, "level", list(labels.cat.categories))
        return frame.sort_values("n", ascending=False, kind="stable", ignore_index=True).head(MOST_BINS)

    def to_frame(self) -> pd.DataFrame:
        """Contributions as a table.

        Returns
        -------
        pandas.DataFrame
            Column row (position in the table), then one column for each original column, then output; an original
            column of one of these names stays beside it, so go by position where that can be.
        """
        frame = pd.DataFrame(self.values, columns=list(self.columns))
        frame.insert(0, "row", self.rows, allow_duplicates=True)
        frame.insert(frame.shape[1], "output", self.output, allow_duplicates=True)
        return frame

    def to_shap(self) -> shap.Explanation:
        """The same as the shap package's object, for its plots.

        Returns
        -------
        shap.Explanation
            Values, base value and data over original columns.
        """
        import shap

        return shap.Explanation(
            values=self.values,
            base_values=np.full(len(self.values), self.base),
            data=self.data.to_numpy(dtype=object),
            feature_names=list(self.columns),
        )

    def additivity_error(self, output: np.ndarray) -> float:
        """Largest gap between the model's output and base value plus contributions.

        Parameters
        ----------
        output : numpy.ndarray of shape (n,)
            What the model says, on this explanation's scale.

        Returns
        -------
        float
            0 but for rounding.
        """
        return float(np.abs(self.output - output).max()) if len(output) else 0.0


def value_in_words(cell: object) -> str:
    """Write a customer's value for people.

    Parameters
    ----------
    cell : object
        A number, a date, a label, or something missing.

    Returns
    -------
    str
        For instance ``29.9``, ``2024-03-01`` or ``Month-to-month``.

    Examples
    --------
    >>> value_in_words(12.0), value_in_words(29.853), value_in_words(None), value_in_words("女")
    ('12', '29.9', '(missing)', '女')
    """
    if pd.isna(cell):  # type: ignore[call-overload]
        return label_in_words(MISSING)
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, (bool, np.bool_, str)):
        return str(cell)
    if not isinstance(cell, (int, float, np.number)):
        return str(cell)
    size = float(cell)
    return f"{size:,.0f}" if size.is_integer() and abs(size) < 1e6 else number(size)


def _resampled_means(size: np.ndarray) -> np.ndarray:
    """Means over customers drawn with replacement, shape (replicates, columns); of many, means of blocks are drawn."""
    blocks = min(MOST_BLOCKS, len(size))
    block = np.arange(len(size)) % max(blocks, 1)
    n = np.bincount(block, minlength=blocks)
    sums = np.column_stack([np.bincount(block, weights=column, minlength=blocks) for column in size.T])
    drawn = np.random.default_rng(0).multinomial(blocks, np.full(blocks, 1 / blocks), size=REPLICATES)
    means: np.ndarray = (drawn @ sums) / (drawn @ n)[:, None]
    return means


def _dependence_on_number(series: pd.Series, contribution: np.ndarray) -> pd.DataFrame:
    dates = pd.api.types.is_datetime64_any_dtype(series.dtype)
    known = series.notna().to_numpy()
    numbers = (
        series[known].to_numpy(dtype="datetime64[us]").astype(np.int64) if dates else series[known].to_numpy(float)
    )
    if not len(numbers):
        return pd.DataFrame(columns=["level", "mean", "low", "high", "n"])
    distinct = np.unique(numbers)
    if len(distinct) > MOST_BINS:
        edges = np.unique(np.quantile(numbers, np.arange(1, MOST_BINS) / MOST_BINS))
        codes = np.searchsorted(edges, numbers, side="right")
    else:
        codes = np.searchsorted(distinct, numbers)
    size = int(codes.max()) + 1
    frame = _means(codes, contribution[known], size)
    center = np.bincount(codes, weights=numbers, minlength=size) / np.maximum(frame["n"].to_numpy(), 1)
    level = pd.to_datetime(center.round(), unit="us") if dates else center
    frame.insert(0, "level", level)
    return frame[frame["n"] > 0].reset_index(drop=True)


def _means(codes: np.ndarray, contribution: np.ndarray, size: int) -> pd.DataFrame:
    n = np.bincount(codes, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(codes, weights=contribution, minlength=size) / n
        squares = np.bincount(codes, weights=contribution**2, minlength=size) / n
        spread = np.sqrt(np.maximum(squares - mean**2, 0) * n / np.maximum(n - 1, 1) / n)
    margin = np.where(n > 1, Z * spread, np.nan)
    return pd.DataFrame({"mean": mean, "low": mean - margin, "high": mean + margin, "n": n})
