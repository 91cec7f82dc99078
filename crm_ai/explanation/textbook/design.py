"""The training customers of a regression as numbers, block by block, so that a million of them need little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crm_ai.explanation.textbook.terms import regression_model
from crm_ai.modeling import Model, Run, Task

BLOCK = 65_536
MOST_KEPT = 32_000_000  # numbers: a quarter of a gigabyte


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The customers a regression was fitted on.

    Parameters
    ----------
    run : Run
        The run.
    model : Model
        Its model.
    outcome : numpy.ndarray of float64, shape (n,)
        The number that is predicted; 1 for the positive answer and 0 for the negative one.
    kept : tuple of numpy.ndarray
        The blocks, where they are few enough to be kept; else empty.
    """

    run: Run
    model: Model
    outcome: np.ndarray
    kept: tuple[np.ndarray, ...] = ()

    @property
    def n(self) -> int:
        """Training customers."""
        return len(self.outcome)

    @property
    def width(self) -> int:
        """Columns of a block: the intercept's ones, then the encoded columns."""
        return 1 + len(self.model.encoder.encoded_names_)

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Customers in order, some tens of thousands at a time.

        Yields
        ------
        matrix : numpy.ndarray of float64, shape (rows, width)
            A column of ones, then the encoded columns as the model sees them.
        outcome : numpy.ndarray of float64, shape (rows,)
            Their outcomes.
        """
        for place, start in enumerate(range(0, self.n, BLOCK)):
            rows = slice(start, start + BLOCK)
            yield self.kept[place] if self.kept else self._encoded(rows), self.outcome[rows]

    def _encoded(self, rows: slice) -> np.ndarray:
        frame = self.run.table.frame[list(self.run.problem.features)].iloc[self.run.train_rows[rows]]
        matrix = np.ones((len(frame), self.width))
        matrix[:, 1:] = self.model.encoder.transform(self.model.cleaned(frame))
        return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums over all training customers.

    Parameters
    ----------
    n : int
        Customers.
    gram : numpy.ndarray of shape (width, width)
        Sums of products of columns; the first one is the intercept's ones.
    with_outcome : numpy.ndarray of shape (width,)
        Sums of products with the outcome.
    """

    n: int
    gram: np.ndarray
    with_outcome: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """Mean of each column, shape (width,)."""
        return np.asarray(self.gram[0] / max(self.n, 1))

    @property
    def centred(self) -> np.ndarray:
        """Covariances of the encoded columns times n, shape (width − 1, width − 1)."""
        slopes = self.gram[0, 1:]
        return np.asarray(self.gram[1:, 1:] - np.outer(slopes, slopes) / max(self.n, 1))


def training_design(run: Run, model_type: str) -> Design:
    """Prepare the customers that a regression was fitted on.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        ``"linear_regression"`` or ``"logistic_regression"``.

    Returns
    -------
    Design
        Its training customers.

    Raises
    ------
    ProblemError
        If the model is no regression with one formula.
    """
    model = regression_model(run, model_type)
    outcome = run.train_actual.astype(np.float64)
    design = Design(run, model, outcome)
    if design.n * design.width > MOST_KEPT:
        return design
    return Design(run, model, outcome, tuple(matrix for matrix, _outcome in design.blocks()))


def moments(design: Design) -> Moments:
    """Add up the products of all columns.

    Parameters
    ----------
    design : Design
        The customers.

    Returns
    -------
    Moments
        Their sums.
    """
    gram = np.zeros((design.width, design.width))
    with_outcome = np.zeros(design.width)
    for matrix, outcome in design.blocks():
        gram += matrix.T @ matrix
        with_outcome += matrix.T @ outcome
    return Moments(design.n, gram, with_outcome)


def is_binary(design: Design) -> bool:
    """Whether the outcome is yes or no.

    Parameters
    ----------
    design : Design
        The customers.

    Returns
    -------
    bool
        False for a number.
    """
    return design.run.problem.task is Task.BINARY
