"""From a frame of customers to one matrix of numbers; each encoded column knows the original one it came from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from crm_ai.modeling.labels import label_codes
from crm_ai.table import Kind

MISSING = "(missing)"
OTHER = "(other)"
MICROSECONDS_A_DAY = 86_400_000_000
ROWS_AT_ONCE = 4_096
LARGEST_NUMBER = 1e30  # larger ones are mistakes, and do not fit into 32 bits; they count as missing


class TableEncoder(TransformerMixin, BaseEstimator):
    """Encode numbers, dates and categories of a frame into one contiguous matrix.

    Categories become 0/1 columns, written straight from category codes; numbers and dates (in days) become one column
    each, with a 0/1 column "is missing" beside it where cells were missing in training. What was learned is replayed as
    it was: a missing number takes the training median; a label that was not seen, or too rare, counts as "(other)"
    where training had rare labels, else as the most frequent label.

    Parameters
    ----------
    kinds : mapping of str to str, optional
        Kind of each column; guessed from the dtypes if not given. Columns that are not named are not encoded.
    standardize : bool, default True
        Whether numbers are centred and divided by their standard deviation.
    drop_reference : bool, default True
        Whether the most frequent label of a column gets no 0/1 column of its own, as linear models like it.
    dtype : str, default "float64"
        Type of the matrix.
    max_levels : int, default 50
        Labels of a column that keep a column of their own, the most frequent first.
    min_customers : int, default 10
        Customers that a label needs to keep a column of its own.

    Attributes
    ----------
    columns_ : list of str
        Original columns that are encoded, in order.
    levels_ : dict of str to list of str
        Labels of each category, in the order of their codes.
    seen_ : dict of str to list of str
        All labels that training customers had, rare ones included.
    reference_ : dict of str to int
        Code of each category's most frequent level.
    medians_, centers_, scales_ : numpy.ndarray of shape (columns,)
        Of numbers and dates; NaN for categories.
    lows_, highs_ : numpy.ndarray of shape (columns,)
        Between which the training customers' numbers and dates lie, rounded outwards so that they are nobody's own;
        NaN for categories.
    encoded_names_ : list of str
        Names of the encoded columns.
    source_ : numpy.ndarray of shape (encoded columns,)
        Position in ``columns_`` of the column each encoded column came from.
    means_ : numpy.ndarray of shape (encoded columns,)
        Mean of the encoded training customers.

    Examples
    --------
    >>> frame = pd.DataFrame({"months": [1.0, 5.0, None], "contract": ["monthly", "yearly", "monthly"]})
    >>> encoder = TableEncoder(standardize=False, min_customers=1).fit(frame)
    >>> encoder.encoded_names_
    ['months', 'months is missing', 'contract = yearly']
    >>> encoder.transform(frame).tolist()
    [[1.0, 0.0, 0.0], [5.0, 0.0, 1.0], [3.0, 1.0, 0.0]]
    """

    def __init__(
        self,
        kinds: Mapping[str, str] | None = None,
        *,
        standardize: bool = True,
        drop_reference: bool = True,
        dtype: str = "float64",
        max_levels: int = 50,
        min_customers: int = 10,
    ) -> None:
        self.kinds = kinds
        self.standardize = standardize
        self.drop_reference = drop_reference
        self.dtype = dtype
        self.max_levels = max_levels
        self.min_customers = min_customers

    def fit(self, X: pd.DataFrame, y: object = None) -> TableEncoder:
        """Learn levels, medians and scales.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        y : object, optional
            Ignored.

        Returns
        -------
        TableEncoder
            This encoder.
        """
        self._learn(X)
        return self

    def fit_transform(self, X: pd.DataFrame, y: object = None, **_ignored: object) -> np.ndarray:
        """Learn from customers and encode them, looking at each cell once.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        y : object, optional
            Ignored.
        **_ignored : object
            For compatibility with pipelines.

        Returns
        -------
        numpy.ndarray of shape (n, encoded columns)
            As ``transform``.
        """
        return self.encode_codes(self._learn(X))

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Encode customers.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Holds the columns that were encoded in training; others are ignored.

        Returns
        -------
        numpy.ndarray of shape (n, encoded columns)
            C-contiguous, of the chosen type.
        """
        return self.encode_codes(self.codes_of(X))

    def codes_of(self, X: pd.DataFrame) -> np.ndarray:
        """Write customers as one number an original column.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Customers.

        Returns
        -------
        numpy.ndarray of float64, shape (n, columns)
            Numbers as they are, dates in days since 1970, NaN where missing; categories as positions in ``levels_``.
        """
        check_is_fitted(self)
        codes = np.empty((len(X), len(self.columns_)), order="F")
        for position, name in enumerate(self.columns_):
            if name in self.levels_:
                codes[:, position] = self._level_codes(X[name], name)
            else:
                codes[:, position] = as_number(X[name])
        return codes

    def encode_codes(self, codes: np.ndarray) -> np.ndarray:
        """Encode customers given as one number an original column.

        Parameters
        ----------
        codes : numpy.ndarray of shape (n, columns)
            As written by ``codes_of``.

        Returns
        -------
        numpy.ndarray of shape (n, encoded columns)
            As ``transform``.
        """
        matrix = np.zeros((len(codes), len(self.encoded_names_)), dtype=self.dtype)
        tables = {name: self._table_of(name) for name in self.levels_}
        first, flagged = self.first, self._indicator
        # A stretch of rows at a time, so that what is written to lies in the processor's cache.
        for start in range(0, len(codes), ROWS_AT_ONCE):
            stretch, out = codes[start : start + ROWS_AT_ONCE], matrix[start : start + ROWS_AT_ONCE]
            for position, name in enumerate(self.columns_):
                values, place = stretch[:, position], first[position]
                if name in tables:
                    table = tables[name]
                    out[:, place : place + table.shape[1]] = np.take(table, values.astype(np.intp), axis=0)
                    continue
                absent = np.isnan(values)
                if absent.any():
                    values = np.where(absent, self.medians_[position], values)
                    if flagged[position]:
                        out[:, place + 1] = absent
                out[:, place] = (values - self.centers_[position]) / self.scales_[position]
        return matrix

    def fallback(self, name: str) -> str:
        """Level that a label unseen in training is taken as.

        Parameters
        ----------
        name : str
            A category column.

        Returns
        -------
        str
            "(other)" if training had labels too rare to learn, else the most frequent label.
        """
        levels = self.levels_[name]
        return OTHER if OTHER in levels else levels[self.reference_[name]]

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """Names of the encoded columns.

        Parameters
        ----------
        input_features : object, optional
            Ignored.

        Returns
        -------
        numpy.ndarray of str
            One name an encoded column.
        """
        return np.asarray(self.encoded_names_, dtype=object)

    @property
    def first(self) -> np.ndarray:
        """Position of each original column's first encoded column, shape (columns,)."""
        return np.searchsorted(self.source_, np.arange(len(self.columns_)))

    @property
    def has_gaps(self) -> bool:
        """Whether a missing number is written as NaN instead of being filled."""
        return False

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Least and largest number of training customers by column, rounded outwards; empty in older model files."""
        lows, highs = getattr(self, "lows_", None), getattr(self, "highs_", None)
        if lows is None or highs is None:
            return {}
        bounds = zip(self.columns_, lows.tolist(), highs.tolist(), strict=True)
        return {name: (low, high) for name, low, high in bounds if low <= high}

    @property
    def _indicator(self) -> np.ndarray:
        """Whether each number or date has a column "is missing"."""
        return np.bincount(self.source_, minlength=len(self.columns_)) > 1

    def _learn(self, X: pd.DataFrame) -> np.ndarray:
        kinds = dict(self.kinds) if self.kinds is not None else _kinds_of(X)
        self.columns_ = list(kinds)
        self.n_features_in_ = len(self.columns_)
        self.levels_: dict[str, list[str]] = {}
        self.seen_: dict[str, list[str]] = {}
        self.reference_: dict[str, int] = {}
        self.medians_, self.centers_, self.scales_ = np.full((3, len(self.columns_)), np.nan)
        self.lows_, self.highs_ = np.full((2, len(self.columns_)), np.nan)
        codes = np.empty((len(X), len(self.columns_)), order="F")
        names: list[str] = []
        source: list[int] = []
        means: list[float] = []
        for position, name in enumerate(self.columns_):
            if kinds[name] in (Kind.NUMBER, Kind.DATE):
                codes[:, position] = as_number(X[name])
                encoded, average = self._learn_number(name, position, codes[:, position])
            else:
                self._learn_levels(name, X[name])
                codes[:, position] = self._level_codes(X[name], name)
                encoded, average = self._describe_levels(name, codes[:, position])
            names += encoded
            means += average
            source += [position] * len(encoded)
        self.encoded_names_ = names
        self.source_ = np.asarray(source, dtype=np.intp)
        self.means_ = np.asarray(means)
        return codes

    def _learn_number(self, name: str, position: int, values: np.ndarray) -> tuple[list[str], list[float]]:
        absent = np.isnan(values)
        share_absent = float(absent.mean()) if len(values) else 0.0
        present = values[~absent] if share_absent else values
        self.medians_[position] = np.median(present) if len(present) else 0.0
        if len(present):
            self.lows_[position], self.highs_[position] = _rounded_outwards(float(present.min()), float(present.max()))
        filled = np.where(absent, self.medians_[position], values) if share_absent else values
        mean = float(filled.mean()) if len(filled) else 0.0
        spread = float(filled.std()) if len(filled) else 0.0
        self.centers_[position] = mean if self.standardize else 0.0
        self.scales_[position] = spread if self.standardize and spread > 0 else 1.0
        average = (mean - self.centers_[position]) / self.scales_[position]
        if share_absent and len(present):
            return [name, f"{name} is missing"], [average, share_absent]
        return [name], [average]

    def _learn_levels(self, name: str, column: pd.Series) -> None:
        labels, codes = label_codes(column)
        counts = np.bincount(codes[codes >= 0], minlength=len(labels))
        order = [i for i in np.argsort(-counts, kind="stable") if counts[i] > 0]
        kept = [labels[i] for i in order[: self.max_levels] if counts[i] >= self.min_customers]
        kept = kept or [labels[i] for i in order[:1]]
        grouped = len(order) > len(kept)
        levels = sorted(kept) + [OTHER] * (grouped and OTHER not in kept)
        if (codes < 0).any() and MISSING not in levels:
            levels.append(MISSING)
        self.seen_[name] = [labels[i] for i in order]
        self.levels_[name] = levels or [MISSING]
        self.reference_[name] = self.levels_[name].index(kept[0]) if kept else 0

    def _describe_levels(self, name: str, codes: np.ndarray) -> tuple[list[str], list[float]]:
        levels = self.levels_[name]
        shares = np.bincount(codes.astype(np.intp), minlength=len(levels)) / max(len(codes), 1)
        kept = self.own_codes(name).astype(np.intp)  # a constant column still has its place in the matrix
        return [f"{name} = {levels[i]}" for i in kept], [float(shares[i]) for i in kept]

    def own_codes(self, name: str) -> np.ndarray:
        """Codes of the levels that have a 0/1 column of their own: all but the reference, if it is dropped.

        Parameters
        ----------
        name : str
            A category column.

        Returns
        -------
        numpy.ndarray of float64
            Positions in ``levels_``, in the order of the encoded columns.
        """
        codes = np.arange(len(self.levels_[name]), dtype=np.float64)
        dropped = self.drop_reference and len(codes) > 1
        return codes[codes != self.reference_[name]] if dropped else codes

    def _table_of(self, name: str) -> np.ndarray:
        """The 0/1 columns of each level, one row a level."""
        levels = np.arange(len(self.levels_[name]), dtype=np.float64)
        return (levels[:, None] == self.own_codes(name)).astype(self.dtype)

    def _level_codes(self, column: pd.Series, name: str) -> np.ndarray:
        levels = {level: code for code, level in enumerate(self.levels_[name])}
        usual = self.reference_[name]
        unseen = levels.get(OTHER, usual)
        labels, codes = label_codes(column)
        of_label = np.asarray([levels.get(label, unseen) for label in labels] + [levels.get(MISSING, usual)])
        return of_label[codes]  # a missing cell has code -1 and so takes the last entry


def _kinds_of(frame: pd.DataFrame) -> dict[str, str]:
    def kind(column: pd.Series) -> Kind:
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return Kind.DATE
        numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
        return Kind.NUMBER if numeric else Kind.CATEGORY

    return {str(name): kind(frame[name]) for name in frame.columns}


def as_number(column: pd.Series) -> np.ndarray:
    """Cells of a number or a date as numbers.

    Parameters
    ----------
    column : pandas.Series of length n
        Numbers, truth values or dates.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Dates in days since 1970; NaN where missing or beyond belief.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        stamps = column.to_numpy(dtype="datetime64[us]")
        days = stamps.astype(np.int64) / MICROSECONDS_A_DAY
        return np.where(np.isnat(stamps), np.nan, days)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        believable = np.abs(values) <= LARGEST_NUMBER
    return values if believable.all() else np.where(believable, values, np.nan)


def _rounded_outwards(low: float, high: float) -> tuple[float, float]:
    """Bounds with some air, in steps of 1 to 10 % of their distance: the exact ones would be some customer's own."""
    spread = high - low
    if not spread > 0:
        return low, high
    step = 10.0 ** (np.floor(np.log10(spread)) - 1)
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)
