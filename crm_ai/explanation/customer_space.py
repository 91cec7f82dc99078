"""How far customers are from each other, in the columns that a model looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.explanation.explainer import drawn
from crm_ai.modeling import Model, Run

MOST_CUSTOMERS = 20_000
MOST_JUDGED = 500
NEIGHBOURS = 5
ALMOST_ALL = 0.99
FAR = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class CustomerSpace:
    """Training customers of a model, and a distance to them.

    Two customers differ in a label by 0 or 1, and in a number by its difference, measured in the spread of the middle
    nine tenths of the training customers. Their distance is the mean over the columns.

    Parameters
    ----------
    model : Model
        The model.
    rows : numpy.ndarray of int, shape (m,)
        Positions of the training customers in the table; of many, 20,000 drawn by chance.
    codes : numpy.ndarray of float64, shape (m, columns)
        Their numbers in spreads, and their labels' codes.
    spreads : numpy.ndarray of shape (columns,)
        Of each number; 1 for labels.
    is_label : numpy.ndarray of bool, shape (columns,)
        Which columns hold labels.
    usual : float
        Distance to the fifth nearest customer that 99 % of training customers do not exceed.

    References
    ----------
    Gower (1971), Biometrics 27, "A general coefficient of similarity and some of its properties"; ranges are replaced
    by the middle nine tenths, which an odd customer does not widen.
    """

    model: Model
    rows: np.ndarray
    codes: np.ndarray
    spreads: np.ndarray
    is_label: np.ndarray
    usual: float = np.nan

    def codes_of(self, frame: pd.DataFrame) -> np.ndarray:
        """Write customers as this space does.

        Parameters
        ----------
        frame : pandas.DataFrame of length n
            Holds the features.

        Returns
        -------
        numpy.ndarray of float64, shape (n, columns)
            Numbers in spreads, labels' codes; NaN where a number is missing.
        """
        return _codes(self.model, frame) / self.spreads

    def distances(self, customer: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """Distances of one customer to all.

        Parameters
        ----------
        customer : numpy.ndarray of shape (columns,)
            As written by ``codes_of``.
        weights : numpy.ndarray of shape (columns,), optional
            How much each column counts; by default all the same.

        Returns
        -------
        numpy.ndarray of shape (m,)
            Weighted means of the columns' differences.
        """
        apart = self.apart(customer)
        return apart.mean(axis=1) if weights is None else apart @ (weights / weights.sum())

    def apart(self, customer: np.ndarray) -> np.ndarray:
        """Difference of one customer to all, column by column.

        Parameters
        ----------
        customer : numpy.ndarray of shape (columns,)
            As written by ``codes_of``.

        Returns
        -------
        numpy.ndarray of shape (m, columns)
            0 or 1 for labels; where one of two numbers is missing 1, where both are 0.
        """
        gaps = np.abs(self.codes - customer)
        known = ~np.isnan(gaps)
        one_missing = np.isnan(self.codes) != np.isnan(customer)
        return np.where(self.is_label, self.codes != customer, np.where(known, gaps, one_missing)).astype(np.float64)

    def nearness(self, customer: np.ndarray, *, leave_out: int | None = None) -> float:
        """Distance to the fifth nearest customer.

        Parameters
        ----------
        customer : numpy.ndarray of shape (columns,)
            As written by ``codes_of``.
        leave_out : int, optional
            Place of a customer who does not count.

        Returns
        -------
        float
            Small where the model has seen such customers.
        """
        distances = self.distances(customer)
        if leave_out is not None:
            distances = np.delete(distances, leave_out)
        near = min(NEIGHBOURS, len(distances)) - 1
        return float(np.partition(distances, near)[near]) if near >= 0 else float("nan")


def customer_space(run: Run, model_type: str) -> CustomerSpace:
    """Measure distances between a run's training customers.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.

    Returns
    -------
    CustomerSpace
        Making it once serves all customers.
    """
    model, seed = run.model(model_type), run.problem.seed
    rows = drawn(run.train_rows, MOST_CUSTOMERS, seed)
    codes = _codes(model, run.table.frame[list(run.problem.features)].iloc[rows])
    is_label = np.asarray([name in model.encoder.levels_ for name in model.columns])
    spreads = np.ones(len(is_label))
    for column in np.flatnonzero(~is_label):
        known = codes[~np.isnan(codes[:, column]), column]
        if len(known):
            low, high = np.quantile(known, [0.05, 0.95])
            spreads[column] = (high - low) or known.std() or 1.0
    space = CustomerSpace(model, rows, codes / spreads, spreads, is_label)
    judged = drawn(np.arange(len(rows)), MOST_JUDGED, seed)
    usual = [space.nearness(space.codes[place], leave_out=int(place)) for place in judged]
    return CustomerSpace(
        model, rows, space.codes, spreads, is_label, float(np.quantile(usual, ALMOST_ALL)) if usual else float("nan")
    )


def _codes(model: Model, frame: pd.DataFrame) -> np.ndarray:
    """One number a column that the model looks at; columns that tell what was missing are left out."""
    encoder = model.encoder
    original = [encoder.columns_.index(name) for name in model.columns]
    return encoder.codes_of(model.cleaned(frame))[:, original]
