"""What training leaves behind: fitted models, their honest predictions, and everything needed to check them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.cleaning.filling import flag_name
from crm_ai.errors import ProblemError
from crm_ai.evaluation import PredictionRanges
from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.log_target import LogTarget
from crm_ai.modeling.model_types import BASELINE
from crm_ai.modeling.plan import Plan
from crm_ai.modeling.problem import Problem, Task
from crm_ai.modeling.profile import Profile
from crm_ai.modeling.recalibration import Recalibrated
from crm_ai.table import Schema, Table
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model with what is needed to score customers elsewhere.

    Parameters
    ----------
    model_type : str
        Identifier of its entry in ``model_types``, for instance ``"logistic_regression"``.
    problem : Problem
        The question it answers.
    schema : Schema
        The features' columns, as they were at training.
    pipeline : sklearn.pipeline.Pipeline
        Steps ``cleaning`` (a ``Cleaning``), ``encoding`` (a ``TableEncoder``) and ``estimator``; takes a frame of the
        features in original columns.
    ranges : PredictionRanges, optional
        Of a regression: what to put around its predictions, learned out of fold.
    references : numpy.ndarray of float32, shape (m, encoded columns), optional
        Some training customers as the encoder writes them, whom others are compared with when they are explained
        elsewhere; None where the model's own means are all that is needed.
    profile : Profile, optional
        What training customers looked like, as counts that later customers are compared with.
    """

    model_type: str
    problem: Problem
    schema: Schema
    pipeline: Pipeline
    ranges: PredictionRanges | None = None
    references: np.ndarray | None = field(default=None, compare=False, repr=False)
    profile: Profile | None = field(default=None, compare=False, repr=False)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict customers.

        Parameters
        ----------
        frame : pandas.DataFrame of shape (n, …)
            Holds the features, each in the form its kind asks for; other columns are ignored.

        Returns
        -------
        numpy.ndarray of float64
            Shape (n,): the predicted number, or the probability of the positive answer, in [0, 1]. For a multiclass
            question shape (n, k): a probability for each of ``problem.labels``.
        """
        return self.predict_encoded(self.encoder.transform(self.cleaned(frame)))

    def alone(self) -> Model:
        """The model without the training customers it has taken along.

        Returns
        -------
        Model
            Says the same; explaining it elsewhere may need customers to compare with.
        """
        return replace(self, references=None)

    @property
    def encoder(self) -> TableEncoder:
        """The step that writes customers as numbers."""
        encoder: TableEncoder = self.pipeline.named_steps["encoding"]
        return encoder

    @property
    def estimator(self) -> BaseEstimator:
        """The fitted estimator itself, also where a logarithm or a correction is put around it."""
        last = self.pipeline[-1]
        return last.estimator if isinstance(last, LogTarget | Recalibrated) else last

    def cleaned(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Repair customers as it was learned in training.

        Parameters
        ----------
        frame : pandas.DataFrame of shape (n, …)
            Holds the features.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            What the encoder takes.
        """
        repaired: pd.DataFrame = self.pipeline.named_steps["cleaning"].transform(frame[list(self.problem.features)])
        return repaired

    @property
    def columns(self) -> tuple[str, ...]:
        """Original columns that the model looks at."""
        return tuple(name for name in self.encoder.columns_ if name in self.problem.features)

    @property
    def source(self) -> np.ndarray:
        """Position in ``columns`` of the original column that each encoded column came from."""
        places = {flag_name(name): place for place, name in enumerate(self.columns)}
        places |= {name: place for place, name in enumerate(self.columns)}
        return np.asarray([places[name] for name in self.encoder.columns_], dtype=np.intp)[self.encoder.source_]

    def predict_encoded(self, matrix: np.ndarray) -> np.ndarray:
        """Predict customers whose features are encoded already.

        Parameters
        ----------
        matrix : numpy.ndarray of shape (n, encoded columns)
            Written by the pipeline's encoder.

        Returns
        -------
        numpy.ndarray of float64
            As ``predict``.
        """
        estimator = self.pipeline[-1]
        if self.problem.task is Task.REGRESSION:
            return np.asarray(estimator.predict(matrix), dtype=np.float64)
        if not hasattr(estimator, "predict_proba"):  # the linear probability model
            return np.clip(np.asarray(estimator.predict(matrix), dtype=np.float64), 0.0, 1.0)
        probabilities = np.asarray(estimator.predict_proba(matrix), dtype=np.float64)
        if self.problem.task is Task.BINARY:
            return probabilities[:, 1]
        if probabilities.shape[1] == len(self.problem.labels):
            return probabilities
        everywhere = np.zeros((len(matrix), len(self.problem.labels)))  # a fold whose customers lack a rare answer
        everywhere[:, estimator.classes_] = probabilities
        return everywhere


@dataclass(frozen=True, slots=True)
class Run:
    """Models trained on the same customers and judged on the same others.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.
    models : mapping of str to Model
        Fitted models by model type, in the order they were asked for.
    train_rows, holdout_rows : numpy.ndarray of int
        Positions in ``table.frame``; customers without a target are in neither.
    actual : numpy.ndarray of shape (holdout,)
        What was true of the holdout: numbers for regression, else positions in ``problem.labels``.
    train_actual : numpy.ndarray of shape (training customers,)
        The same of the training customers, in the order of ``train_rows``.
    predictions : mapping of str to numpy.ndarray
        What each model said of the holdout, see ``Model.predict``.
    cross_validation : pandas.DataFrame
        Columns model, fold, metric, value: scores on folds of the training customers.
    seconds : mapping of str to float
        Time by stage.
    versions : mapping of str to str
        Versions of the packages the models were made with.
    digest : str
        Digest of table and plan: equal digests mean equal results.
    plan : Plan
        What was trained.
    baseline : Model
        Says the same of every customer: what the models must beat. Its predictions and scores stand beside theirs,
        under the name ``"baseline"``.
    out_of_fold : mapping of str to numpy.ndarray
        What each model said of training customers it was not fitted on, in the order of ``train_rows``; NaN for those
        who were in no fold. Of a repeated cross-validation, the first round.
    settings : mapping of str to mapping
        Parameters of each model, chosen or found.
    attempts : pandas.DataFrame
        Columns settings, customers, score, model, fold: what a search has tried; empty without one.
    model_seconds : mapping of str to float
        Time to search and fit each model on all training customers, and under ``"… predict"`` to score the holdout.
    is_fitted_elsewhere : bool, default False
        Whether the model was fitted on customers who are not in the table: those in ``train_rows`` are then only
        compared with.
    """

    table: Table
    problem: Problem
    models: Mapping[str, Model]
    train_rows: np.ndarray
    holdout_rows: np.ndarray
    actual: np.ndarray
    train_actual: np.ndarray
    predictions: Mapping[str, np.ndarray]
    cross_validation: pd.DataFrame
    seconds: Mapping[str, float]
    versions: Mapping[str, str]
    digest: str
    plan: Plan
    baseline: Model
    out_of_fold: Mapping[str, np.ndarray]
    settings: Mapping[str, Mapping[str, Any]]
    attempts: pd.DataFrame
    model_seconds: Mapping[str, float]
    is_fitted_elsewhere: bool = False

    def model(self, model_type: str) -> Model:
        """Return one of the run's models.

        Parameters
        ----------
        model_type : str
            Its model type.

        Returns
        -------
        Model
            The fitted model.

        Raises
        ------
        ProblemError
            If no model of this type was trained.
        """
        if model_type == BASELINE:
            return self.baseline
        if model_type not in self.models:
            raise ProblemError(
                _("No model “{name}” was trained.").format(name=model_type),
                next_step=_("Choose one of: {names}.").format(names=_(", ").join(self.models)),
            )
        return self.models[model_type]

    @property
    def unlabelled(self) -> int:
        """Customers without a target: kept for scoring, not for training."""
        return len(self.table) - len(self.train_rows) - len(self.holdout_rows)

    @property
    def holdout_frame(self) -> pd.DataFrame:
        """All columns of the holdout customers, in the order of ``actual``."""
        return self.table.frame.iloc[self.holdout_rows]

    @property
    def train_frame(self) -> pd.DataFrame:
        """All columns of the training customers."""
        return self.table.frame.iloc[self.train_rows]
