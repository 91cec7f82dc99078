"""Fill missing numbers from the customer's other numbers: nearest neighbours, chained regressions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crm_ai.cleaning.filling import Fill
from crm_ai.errors import ProblemError
from crm_ai.words import _

MOST_DONORS = 1_000
MOST_LEARNED = 50_000
MOST_USED = 30
BLOCK = 2_000
LARGEST_NUMBER = 1e100


class FillFromOthers(Fill):
    """What steps have in common that look at the customer's other numbers.

    Parameters
    ----------
    columns : sequence of str
        Numbers that are filled.
    indicator : bool, default False
        Whether a yes/no column tells where a cell was missing.
    using : sequence of str, optional
        Numbers that are looked at; by default all of the training frame, at most thirty. A frame that holds the answer
        must name them, or the answer would flow into what predicts it.
    seed : int, default 0
        Decides which training customers are learned from where there are very many.

    Attributes
    ----------
    used_ : list of str
        Numbers that are looked at, those that are filled first.
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        indicator: bool = False,
        using: Sequence[str] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(columns, indicator)
        self.using = using
        self.seed = seed

    def learn(self, X: pd.DataFrame) -> None:
        """Learn from training customers.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        """
        filled = [name for name in self.present(X) if X[name].notna().any()]
        for name in filled:
            if not pd.api.types.is_numeric_dtype(X[name].dtype):
                raise ProblemError(
                    _("“{column}” holds no numbers, so it cannot be filled from others.").format(column=name),
                    next_step=_("Fill it with its most frequent value."),
                )
        numbers = [str(name) for name in X.columns if pd.api.types.is_numeric_dtype(X[name].dtype)]
        wanted = numbers if self.using is None else [name for name in self.using if name in numbers]
        known = [name for name in wanted if X[name].notna().any()]
        self.used_ = list(dict.fromkeys([*filled, *known]))[:MOST_USED] if filled else []
        if filled:
            self.learn_numbers(_matrix(X, self.used_))

    def filled(self, X: pd.DataFrame) -> dict[str, pd.Series]:
        """Fill from the customer's other numbers.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers; numbers that are not there count as missing.

        Returns
        -------
        dict of str to pandas.Series
            By column.
        """
        known = self.present(X)
        rows = np.flatnonzero(X[known].isna().any(axis=1)) if known else np.zeros(0, dtype=np.intp)
        if not len(rows) or not self.used_:
            return {}
        matrix = _matrix(X.iloc[rows], self.used_)
        told = np.concatenate(
            [self.fill_numbers(matrix[start : start + BLOCK]) for start in range(0, len(rows), BLOCK)]
        )
        result = {}
        for name in known:
            if name in self.used_:
                values = X[name].to_numpy(dtype=np.float64, copy=True)
                values[rows] = np.where(np.isnan(values[rows]), told[:, self.used_.index(name)], values[rows])
                result[name] = pd.Series(values, index=X.index)
        return result

    @abstractmethod
    def learn_numbers(self, matrix: np.ndarray) -> None:
        """Learn from numbers.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, used)
            Training customers; NaN where missing.
        """

    @abstractmethod
    def fill_numbers(self, matrix: np.ndarray) -> np.ndarray:
        """Fill numbers.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, used)
            Any customers; NaN where missing.

        Returns
        -------
        numpy.ndarray of shape (n, used)
            Without NaN.
        """


class FillNeighbours(FillFromOthers):
    """Fill missing numbers with the mean of the most similar training customers.

    Numbers are compared on a common scale (standardised). Where there are more than a thousand training customers, a
    thousand of them, drawn at random, are the neighbours; a recipe holds their numbers.

    Parameters
    ----------
    columns : sequence of str
        Numbers that are filled.
    indicator : bool, default False
        Whether a yes/no column tells where a cell was missing.
    using : sequence of str, optional
        Numbers by which customers are compared.
    seed : int, default 0
        Decides which training customers are the neighbours.
    neighbours : int, default 5
        How many similar customers.

    Attributes
    ----------
    used_ : list of str
        Numbers by which customers are compared.
    centers_, scales_ : list of float
        Of these numbers.
    donors_ : list of list of float
        The neighbours' numbers; None where missing.

    References
    ----------
    Troyanskaya et al. (2001), Bioinformatics 17(6), "Missing value estimation methods for DNA microarrays".
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        indicator: bool = False,
        using: Sequence[str] | None = None,
        seed: int = 0,
        neighbours: int = 5,
    ) -> None:
        super().__init__(columns, indicator, using, seed)
        self.neighbours = neighbours

    def learn_numbers(self, matrix: np.ndarray) -> None:
        """Choose the neighbours.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, used)
            Training customers; NaN where missing.
        """
        spread = np.nanstd(matrix, axis=0)
        self.centers_ = np.nanmean(matrix, axis=0).tolist()
        self.scales_ = np.where(spread > 0, spread, 1.0).tolist()
        donors = _some(matrix, MOST_DONORS, self.seed)
        self.donors_ = [[None if np.isnan(cell) else float(cell) for cell in row] for row in donors]

    def fill_numbers(self, matrix: np.ndarray) -> np.ndarray:
        """Fill from the neighbours.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, used)
            Any customers; NaN where missing.

        Returns
        -------
        numpy.ndarray of shape (n, used)
            Without NaN.
        """
        from sklearn.impute import KNNImputer

        centers, scales = np.asarray(self.centers_), np.asarray(self.scales_)
        donors = (np.asarray(self.donors_, dtype=np.float64) - centers) / scales
        imputer = KNNImputer(n_neighbors=self.neighbours, keep_empty_features=True).fit(donors)
        told = imputer.transform((matrix - centers) / scales) * scales + centers
        return np.where(np.isnan(matrix), told, matrix)


class FillChained(FillFromOthers):
    """Fill missing numbers by regressions of each number on the others, in several rounds.

    Learned by scikit-learn's ``IterativeImputer`` with Bayesian ridge regressions, from at most 50,000 training
    customers; replayed from the regressions' weights. Filled numbers stay within the range that was seen in training.

    Parameters
    ----------
    columns : sequence of str
        Numbers that are filled.
    indicator : bool, default False
        Whether a yes/no column tells where a cell was missing.
    using : sequence of str, optional
        Numbers that the regressions may use.
    seed : int, default 0
        Decides which training customers are learned from where there are very many.
    rounds : int, default 5
        Rounds of regressions, at most.

    Attributes
    ----------
    used_ : list of str
        Numbers in the regressions.
    starts_, lows_, highs_ : list of float
        By number: what missing cells start with, and the range seen in training.
    regressions_ : list of (int, float, list of float)
        In order: the number that is told, the constant, and the weights of the other numbers in their order.

    References
    ----------
    van Buuren, Groothuis-Oudshoorn (2011), Journal of Statistical Software 45(3), "mice: Multivariate Imputation by
    Chained Equations in R".
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        indicator: bool = False,
        using: Sequence[str] | None = None,
        seed: int = 0,
        rounds: int = 5,
    ) -> None:
        super().__init__(columns, indicator, using, seed)
        self.rounds = rounds

    def learn_numbers(self, matrix: np.ndarray) -> None:
        """Learn the regressions.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, used)
            Training customers; NaN where missing.
        """
        import warnings

        from sklearn.experimental import enable_iterative_imputer  # noqa: F401
        from sklearn.impute import IterativeImputer

        self.starts_ = np.nanmean(matrix, axis=0).tolist()
        lows, highs = np.nanmin(matrix, axis=0), np.nanmax(matrix, axis=0)
        self.lows_, self.highs_ = lows.tolist(), highs.tolist()
        self.regressions_: list[tuple[int, float, list[float]]] = []
        if matrix.shape[1] < 2:
            return
        few = _some(matrix, MOST_LEARNED, self.seed)
        # The imputer wants room between the bounds; a constant number needs no bound at all.
        room = lows < highs
        imputer = IterativeImputer(
            max_iter=self.rounds,
            random_state=self.seed,
            min_value=np.where(room, lows, -np.inf),
            max_value=np.where(room, highs, np.inf),
            keep_empty_features=True,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that five rounds do not settle the last digit is known
            imputer.fit(few)
        self.starts_ = imputer.initial_imputer_.statistics_.tolist()
        for told, _others, model in (tuple(triplet) for triplet in imputer.imputation_sequence_):
            self.regressions_.append((int(told), float(model.intercept_), model.coef_.tolist()))

    def fill_numbers(self, matrix: np.ndarray) -> np.ndarray:
        """Fill by the regressions.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, used)
            Any customers; NaN where missing.

        Returns
        -------
        numpy.ndarray of shape (n, used)
            Without NaN.
        """
        absent = np.isnan(matrix)
        values = np.where(absent, np.asarray(self.starts_), matrix)
        for told, constant, weights in self.regressions_:
            rows = absent[:, told]
            if rows.any():
                guess = np.delete(values[rows], told, axis=1) @ np.asarray(weights) + constant
                values[rows, told] = np.clip(guess, self.lows_[told], self.highs_[told])
        return values


def _matrix(X: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    columns = [X[n].to_numpy(np.float64) if n in X.columns else np.full(len(X), np.nan) for n in names]
    matrix = np.column_stack(columns) if columns else np.zeros((len(X), 0))
    # Beyond that, squares overflow; such numbers are slips and neither fill nor are filled.
    return np.where(np.abs(matrix) < LARGEST_NUMBER, matrix, np.nan)


def _some(matrix: np.ndarray, most: int, seed: int) -> np.ndarray:
    if len(matrix) <= most:
        return matrix
    return matrix[np.sort(np.random.default_rng(seed).choice(len(matrix), most, replace=False))]
