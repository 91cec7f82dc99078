"""Customers as points in which every column counts about the same, so that no column makes the clusters by its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from crm_ai.modeling.encoding import TableEncoder
from crm_ai.table import Kind

SKEWED = 1.0
TAILS = (0.005, 0.995)
LEARNED = ("columns_", "levels_", "seen_", "reference_", "encoded_names_")
LEARNED_ARRAYS = ("medians_", "centers_", "scales_", "source_", "means_")


class BalancedEncoder(TransformerMixin, BaseEstimator):
    """Write customers as points whose distances treat columns alike.

    Numbers and dates are cut at their outermost half percent on either side, so that no odd customer is a cluster, and
    divided by their standard deviation. Amounts that are never negative and lean far to one side (skewness above 1)
    are taken by their logarithm if that at least halves the lean: between customers who spend 10, 100 and 1,000 lie
    equal steps. A column of labels gets a 0/1 column for each label: two customers with different labels are as far
    apart as two customers drawn by chance are in a number, so that ten labels weigh no more than one number and a label
    that hardly anybody has is not blown up.

    Parameters
    ----------
    kinds : mapping of str to str
        Kind of each column that counts.
    max_levels : int, default 20
        Labels of a column that are told apart, the most frequent first.

    Attributes
    ----------
    encoder_ : TableEncoder
        Writes the columns as numbers.
    limits_ : dict of str to (float, float)
        Where numbers are cut.
    shifts_ : dict of str to float
        Numbers taken by their logarithm, and what is added to them before.
    weights_ : numpy.ndarray of shape (encoded columns,)
        What each encoded column is multiplied by.

    References
    ----------
    Gower (1971), Biometrics 27, "A general coefficient of similarity and some of its properties", for mixed columns,
    whose labels count as much as the whole range of a number; here as much as two customers usually differ in it.

    Examples
    --------
    >>> frame = pd.DataFrame({"months": [1.0, 5.0, 9.0, 13.0], "plan": ["a", "b", "a", "b"]})
    >>> points = BalancedEncoder({"months": "number", "plan": "category"}).fit_transform(frame)
    >>> points.var(axis=0).round(2).tolist()
    [1.0, 0.25, 0.25]
    """

    def __init__(self, kinds: Mapping[str, str], *, max_levels: int = 20) -> None:
        self.kinds = kinds
        self.max_levels = max_levels

    def fit(self, X: pd.DataFrame, y: object = None) -> BalancedEncoder:
        """Learn limits, levels and weights.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Customers.
        y : object, optional
            Ignored.

        Returns
        -------
        BalancedEncoder
            This encoder.
        """
        self.limits_: dict[str, tuple[float, float]] = {}
        self.shifts_: dict[str, float] = {}
        numbers = self._plain(X)
        for name in self._numeric:
            self._learn_number(name, numbers[name].to_numpy())
        rarest = max(2, len(X) // 200) if len(X) > 20 else 1
        self.encoder_ = TableEncoder(
            self.kinds, drop_reference=False, dtype="float32", max_levels=self.max_levels, min_customers=rarest
        )
        self.encoder_.fit(self._tamed(numbers))
        self.weights_ = self._weights()
        self.n_features_in_ = len(self.kinds)
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Write customers as points.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Holds the columns that count.

        Returns
        -------
        numpy.ndarray of float32, shape (n, encoded columns)
            One row a customer.
        """
        return self.points_of(self.codes_of(X))

    def codes_of(self, X: pd.DataFrame) -> np.ndarray:
        """Write customers as one number an original column, as ``TableEncoder.codes_of`` does.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Customers.

        Returns
        -------
        numpy.ndarray of float64, shape (n, columns)
            Numbers within their limits, by the logarithm where that was learned; NaN where missing.
        """
        check_is_fitted(self)
        return self.encoder_.codes_of(self._tamed(self._plain(X)))

    def points_of(self, codes: np.ndarray) -> np.ndarray:
        """Turn customers as written by ``codes_of`` into points.

        Parameters
        ----------
        codes : numpy.ndarray of shape (n, columns)
            One number an original column.

        Returns
        -------
        numpy.ndarray of float32, shape (n, encoded columns)
            As ``transform``.
        """
        return self.encoder_.encode_codes(codes) * self.weights_.astype(np.float32)

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
        return self.encoder_.get_feature_names_out()

    def as_json(self) -> dict[str, Any]:
        """Write down what was learned, as JSON keeps it; no customer's data.

        Returns
        -------
        dict
            For ``encoder_from_json``.
        """
        learned = {name: getattr(self.encoder_, name) for name in LEARNED}
        arrays = {name: _listed(getattr(self.encoder_, name)) for name in LEARNED_ARRAYS}
        return {
            "kinds": {name: str(kind) for name, kind in self.kinds.items()},
            "max_levels": self.max_levels,
            "limits": {name: list(ends) for name, ends in self.limits_.items()},
            "shifts": dict(self.shifts_),
            "weights": _listed(self.weights_),
            "encoder": learned | arrays,
        }

    @property
    def _numeric(self) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind in (Kind.NUMBER, Kind.DATE)]

    def _plain(self, X: pd.DataFrame) -> pd.DataFrame:
        """Numbers and dates as numbers, dates in days; labels as they are."""
        names = self._numeric
        dates = TableEncoder({name: self.kinds[name] for name in names}).fit(X.iloc[:0]) if names else None
        numbers = dates.codes_of(X) if dates is not None else np.empty((len(X), 0))
        cells: dict[str, Any] = {name: numbers[:, place] for place, name in enumerate(names)}
        return pd.DataFrame(
            {name: cells.get(name, X[name].array if name not in cells else None) for name in self.kinds}
        )

    def _learn_number(self, name: str, values: np.ndarray) -> None:
        known = values[np.isfinite(values)]
        if not len(known):
            self.limits_[name] = (0.0, 0.0)
            return
        if self.kinds[name] == Kind.NUMBER and known.min() >= 0:
            shift = _shift_for(np.clip(known, *np.quantile(known, TAILS)))
            if shift is not None:
                self.shifts_[name] = shift
                known = np.log(known + shift)
        low, high = (float(end) for end in np.quantile(known, TAILS))
        if low == high:
            low, high = float(known.min()), float(known.max())
        self.limits_[name] = (low, high)

    def _tamed(self, numbers: pd.DataFrame) -> pd.DataFrame:
        tamed: dict[str, Any] = {}
        for name in self.kinds:
            if name not in self.limits_:
                tamed[name] = numbers[name].array
                continue
            values = numbers[name].to_numpy()
            if name in self.shifts_:
                values = np.log(np.maximum(values, 0.0 if self.shifts_[name] > 0 else 1e-300) + self.shifts_[name])
            tamed[name] = np.clip(values, *self.limits_[name])
        return pd.DataFrame(tamed)

    def _weights(self) -> np.ndarray:
        """Take a number and its column "is missing" together for one column: they vary by no more than 1."""
        encoder = self.encoder_
        first = np.zeros(len(encoder.source_), dtype=bool)
        first[encoder.first] = True
        numeric = np.isfinite(encoder.medians_)[encoder.source_]
        spread = np.where(numeric & first, 1.0, encoder.means_ * (1 - encoder.means_))
        whole = np.bincount(encoder.source_, weights=spread, minlength=len(encoder.columns_))
        return np.asarray(1 / np.sqrt(np.maximum(whole, 1.0))[encoder.source_])


def encoder_from_json(said: Mapping[str, Any]) -> BalancedEncoder:
    """Make a fitted encoder from what ``BalancedEncoder.as_json`` wrote.

    Parameters
    ----------
    said : mapping
        What was written.

    Returns
    -------
    BalancedEncoder
        Writes customers as the one it was made from.
    """
    made = BalancedEncoder(dict(said["kinds"]), max_levels=int(said["max_levels"]))
    made.limits_ = {str(name): (float(low), float(high)) for name, (low, high) in said["limits"].items()}
    made.shifts_ = {str(name): float(shift) for name, shift in said["shifts"].items()}
    made.weights_ = _array(said["weights"])
    made.n_features_in_ = len(made.kinds)
    made.encoder_ = TableEncoder(made.kinds, drop_reference=False, dtype="float32", max_levels=made.max_levels)
    made.encoder_.n_features_in_ = made.n_features_in_
    for name in LEARNED:
        setattr(made.encoder_, name, said["encoder"][name])
    for name in LEARNED_ARRAYS:
        setattr(made.encoder_, name, _array(said["encoder"][name]))
    made.encoder_.source_ = made.encoder_.source_.astype(np.intp)
    return made


def skewness(values: np.ndarray) -> float:
    """How far numbers lean to one side.

    Parameters
    ----------
    values : numpy.ndarray of shape (n,)
        Numbers.

    Returns
    -------
    float
        Third moment over the third power of the deviation; 0 for numbers that are all alike.
    """
    around = values - values.mean()
    deviation = float(np.sqrt((around**2).mean()))
    scale = max(abs(float(values.mean())), 1.0)
    return float(((around / deviation) ** 3).mean()) if deviation > 1e-12 * scale else 0.0


def _shift_for(known: np.ndarray) -> float | None:
    """What to add before taking the logarithm; None if numbers are better left as they are."""
    lean = skewness(known)
    if lean <= SKEWED:
        return None
    positive = known[known > 0]
    shifts = [float(np.median(positive))] + ([0.0] if known.min() > 0 else [])
    leans = {shift: abs(skewness(np.log(known + shift))) for shift in shifts}
    best = min(leans, key=lambda shift: leans[shift])
    return best if leans[best] <= lean / 2 else None


def _listed(values: np.ndarray) -> list[float | None]:
    return [float(x) if np.isfinite(x) else None for x in values]


def _array(values: list[float | None]) -> np.ndarray:
    return np.asarray([np.nan if x is None else x for x in values], dtype=np.float64)
