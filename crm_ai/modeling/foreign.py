"""A fitted pipeline of other people as the last step of a model: it is asked in frames of its own kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from crm_ai.errors import CrmAiError
from crm_ai.modeling.answers import is_one_against_rest
from crm_ai.modeling.cell_forms import CellForm
from crm_ai.modeling.foreign_answers import (
    ROUNDING,
    class_texts,
    finite_numbers,
    not_finite,
    places_of,
    said_of_each,
    unlike,
)
from crm_ai.modeling.labels import label_codes
from crm_ai.modeling.problem import Problem, Task
from crm_ai.words import _, number

AT_ONCE = 65_536


class ForeignPipeline(BaseEstimator):
    """What is common to foreign pipelines that predict numbers and to those that predict answers.

    Parameters
    ----------
    pipeline : object
        Fitted elsewhere; has ``predict_proba`` or ``predict``, or is a function of a frame.
    columns : sequence of str
        Columns of its frames.
    forms : sequence of CellForm
        How each column's cells are written.
    """

    def __init__(self, pipeline: Any, columns: Sequence[str], forms: Sequence[CellForm]) -> None:
        self.pipeline = pipeline
        self.columns = columns
        self.forms = forms

    def frame_of(self, matrix: np.ndarray) -> pd.DataFrame:
        """Write customers as the pipeline takes them.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, columns)
            As written by ``OwnCells``.

        Returns
        -------
        pandas.DataFrame of length n
            A new one, so that a pipeline may write into it.
        """
        index, columns = pd.RangeIndex(len(matrix)), {}
        for place, (name, form) in enumerate(zip(self.columns, self.forms, strict=True)):
            cells = form.cells(matrix[:, place])
            columns[name] = pd.Series(cells, index=index, dtype=cells.dtype, copy=False)  # objects stay objects
        return pd.DataFrame(columns, copy=False)

    def asked(self, frame: pd.DataFrame) -> np.ndarray:
        """Ask the pipeline, and check what it says.

        Parameters
        ----------
        frame : pandas.DataFrame of length n
            Customers as the pipeline takes them.

        Returns
        -------
        numpy.ndarray of float64, shape (n,) or (n, answers)
            Finite.

        Raises
        ------
        CrmAiError
            If it raises, or what it says is not what the question asks for.
        """
        raise NotImplementedError

    def _in_stretches(self, matrix: np.ndarray) -> np.ndarray:
        starts = range(0, max(len(matrix), 1), AT_ONCE)
        parts = [self.asked(self.frame_of(matrix[start : start + AT_ONCE])) for start in starts if len(matrix)]
        return np.concatenate(parts) if parts else np.zeros((0, *self._width))

    @property
    def _width(self) -> tuple[int, ...]:
        return ()


class ForeignRegressor(ForeignPipeline):
    """A foreign pipeline that predicts a number."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict customers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            As written by ``OwnCells``.

        Returns
        -------
        numpy.ndarray of float64, shape (n,)
            Finite numbers.
        """
        return self._in_stretches(X)

    def asked(self, frame: pd.DataFrame) -> np.ndarray:
        """Ask the pipeline, and check what it says.

        Parameters
        ----------
        frame : pandas.DataFrame of length n
            Customers as the pipeline takes them.

        Returns
        -------
        numpy.ndarray of float64, shape (n,)
            Finite numbers.
        """
        said = said_of_each(getattr(self.pipeline, "predict", self.pipeline), frame)
        said = finite_numbers(said.reshape(len(said), -1)[:, 0] if said.ndim == 2 and said.shape[1] == 1 else said)
        if said.ndim != 1:
            raise unlike(_("one number"), said)
        return said


class ForeignClassifier(ForeignPipeline):
    """A foreign pipeline that predicts an answer.

    Parameters
    ----------
    pipeline, columns, forms
        As of ``ForeignPipeline``.
    labels : sequence of str
        The question's answers, in order; of a yes/no question the negative one first.
    is_rest : bool, default False
        Whether the first of two answers stands for all but the second.
    """

    def __init__(
        self,
        pipeline: Any,
        columns: Sequence[str],
        forms: Sequence[CellForm],
        labels: Sequence[str] = (),
        is_rest: bool = False,
    ) -> None:
        super().__init__(pipeline, columns, forms)
        self.labels = labels
        self.is_rest = is_rest

    @property
    def classes_(self) -> np.ndarray:
        """Positions of the answers."""
        return np.arange(len(self.labels))

    @property
    def is_hard(self) -> bool:
        """Whether the pipeline only names an answer, and no probability."""
        return hasattr(self.pipeline, "predict") and not hasattr(self.pipeline, "predict_proba")

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Predict customers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            As written by ``OwnCells``.

        Returns
        -------
        numpy.ndarray of float64, shape (n, answers)
            A probability for each answer; 0 or 1 if the pipeline only names one.
        """
        return self._in_stretches(X)

    def asked(self, frame: pd.DataFrame) -> np.ndarray:
        """Ask the pipeline, and check what it says.

        Parameters
        ----------
        frame : pandas.DataFrame of length n
            Customers as the pipeline takes them.

        Returns
        -------
        numpy.ndarray of float64, shape (n, answers)
            In [0, 1].
        """
        if self.is_hard:
            return self._named(said_of_each(self.pipeline.predict, frame))
        said = finite_numbers(said_of_each(getattr(self.pipeline, "predict_proba", self.pipeline), frame))
        if said.min(initial=0.0) < -ROUNDING or said.max(initial=0.0) > 1 + ROUNDING:
            raise CrmAiError(
                _("What the pipeline says are no probabilities: they go from {low} to {high}.").format(
                    low=number(float(said.min())), high=number(float(said.max()))
                ),
                next_step=_("Give a pipeline or a function that predicts probabilities between 0 and 1."),
            )
        if said.ndim == 1 and len(self.labels) == 2:
            said = np.column_stack([1 - said, said])
        places = self._places()
        if said.ndim != 2 or said.shape[1] != len(places):
            raise unlike(_("a probability for each of {n} answers").format(n=len(self.labels)), said)
        told = np.zeros((len(said), len(self.labels)))
        for column, place in enumerate(places):
            told[:, place] += said[:, column]
        return np.clip(told, 0.0, 1.0)

    def _named(self, said: np.ndarray) -> np.ndarray:
        texts, codes = label_codes(pd.Series(said.ravel() if said.ndim == 2 and said.shape[1] == 1 else said))
        if (codes < 0).any():
            raise not_finite()
        places = places_of(texts, self.labels, is_rest=self.is_rest)
        told: np.ndarray = np.eye(len(self.labels))[np.asarray(places, dtype=np.intp)[codes]]
        return told

    def _places(self) -> list[int]:
        classes = getattr(self.pipeline, "classes_", None)
        if classes is None or callable(classes):  # a function, or a model that does not tell: in the question's order
            return list(range(len(self.labels)))
        return places_of(class_texts(classes), self.labels, is_rest=self.is_rest)

    @property
    def _width(self) -> tuple[int, ...]:
        return (len(self.labels),)


def foreign_of(problem: Problem, pipeline: Any, forms: Sequence[CellForm]) -> ForeignPipeline:
    """Make a pipeline the last step of a model.

    Parameters
    ----------
    problem : Problem
        The question that it answers.
    pipeline : object
        The pipeline.
    forms : sequence of CellForm
        How each feature's cells are written.

    Returns
    -------
    ForeignPipeline
        For numbers or for answers.

    Raises
    ------
    CrmAiError
        If the pipeline cannot be asked.
    """
    if isinstance(pipeline, type) or not (callable(pipeline) or hasattr(pipeline, "predict")):
        raise CrmAiError(
            _("A {kind} cannot be asked for predictions.").format(kind=type(pipeline).__name__),
            next_step=_("Give a fitted pipeline with predict_proba or predict, or a function of a frame."),
        )
    columns = list(problem.features)
    if problem.task is Task.REGRESSION:
        return ForeignRegressor(pipeline, columns, list(forms))
    return ForeignClassifier(pipeline, columns, list(forms), list(problem.labels), is_one_against_rest(problem))
