"""LIME on original columns: a straight line around one customer, and how well it fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.explanation.explanation import MISSING
from crm_ai.explanation.local_line import local_line
from crm_ai.modeling import Model, Run, TableEncoder, Task, answer_of, label_place
from crm_ai.table import Kind
from crm_ai.words import _

REFERENCE_CUSTOMERS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class LimeExplanation:
    """A local linear stand-in for a model.

    Parameters
    ----------
    columns : tuple of str
        Original columns.
    weights : numpy.ndarray of shape (columns,)
        How much the model's output differs, near this customer, where the column's condition holds.
    conditions : tuple of str
        What is true of the customer, for instance ``tenure ≤ 9``.
    intercept : float
        The line's output where no condition holds.
    local_prediction, prediction : float
        What the line and what the model say of this customer.
    local_fit : float
        R² of the line among the perturbed customers, weighted by nearness.
    kernel_width : float
        How far "near" reaches.
    label : str
        The answer whose probability is explained; empty for a number.
    seed : int
        Decides the perturbations.
    """

    columns: tuple[str, ...]
    weights: np.ndarray
    conditions: tuple[str, ...]
    intercept: float
    local_prediction: float
    prediction: float
    local_fit: float
    kernel_width: float
    label: str
    seed: int

    def to_frame(self) -> pd.DataFrame:
        """Weights as a table.

        Returns
        -------
        pandas.DataFrame
            Columns column, condition, weight; the strongest first.
        """
        frame = pd.DataFrame({"column": self.columns, "condition": self.conditions, "weight": self.weights})
        order = np.argsort(-np.abs(self.weights), kind="stable")
        return frame.iloc[order].reset_index(drop=True)


@dataclass(frozen=True, slots=True, eq=False)
class LimeExplainer:
    """LIME made ready for one model; making it once serves all customers.

    Parameters
    ----------
    model : Model
        The model.
    quartiles : dict of int to numpy.ndarray
        Where numbers and dates are cut, by position of the column.
    surrogate : lime.lime_tabular.LimeTabularExplainer
        Works on codes, see ``TableEncoder.codes_of``.
    """

    model: Model
    quartiles: dict[int, np.ndarray]
    surrogate: Any


def lime_explainer(run: Run, model_type: str) -> LimeExplainer:
    """Make LIME ready for one of a run's models.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.

    Returns
    -------
    LimeExplainer
        Knows quartiles and label frequencies of up to 10,000 training customers.
    """
    from lime.lime_tabular import LimeTabularExplainer

    model = run.model(model_type)
    encoder = model.encoder
    rows = run.train_rows
    if len(rows) > REFERENCE_CUSTOMERS:
        rows = np.random.default_rng(run.problem.seed).choice(rows, REFERENCE_CUSTOMERS, replace=False)
    codes = _filled(encoder, encoder.codes_of(model.cleaned(run.table.frame.iloc[rows])))
    categories = [place for place, name in enumerate(encoder.columns_) if name in encoder.levels_]
    surrogate = LimeTabularExplainer(
        codes,
        mode="regression" if run.problem.task is Task.REGRESSION else "classification",
        feature_names=encoder.columns_,
        categorical_features=categories,
        categorical_names={place: encoder.levels_[encoder.columns_[place]] for place in categories},
        class_names=list(run.problem.labels) or None,
        feature_selection="none",
        discretize_continuous=True,
        random_state=run.problem.seed,
    )
    numbers = [place for place in range(len(encoder.columns_)) if place not in categories]
    quartiles = {place: np.unique(np.percentile(codes[:, place], [25, 50, 75])) for place in numbers}
    return LimeExplainer(model, quartiles, surrogate)


def explain_with_lime(
    run: Run,
    model_type: str,
    row: int,
    *,
    label: str | None = None,
    samples: int = 5_000,
    seed: int = 0,
    explainer: LimeExplainer | None = None,
) -> LimeExplanation:
    """Say why a model says what it says of one customer, by a straight line around that customer.

    Numbers and labels are perturbed in their original columns. A number that the customer lacks is held fixed.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    row : int
        Position of the customer in the table.
    label : str, optional
        The answer to explain; by default the positive one, or the first of several.
    samples : int, default 5000
        Perturbed customers.
    seed : int, default 0
        The same seed gives the same explanation.
    explainer : LimeExplainer, optional
        As made by ``lime_explainer``; made anew if not given.

    Returns
    -------
    LimeExplanation
        Weights of original columns and how well the line fits.

    References
    ----------
    Ribeiro, Singh, Guestrin (2016), KDD, "Why should I trust you? Explaining the predictions of any classifier".
    """
    ready = explainer or lime_explainer(run, model_type)
    model, encoder = ready.model, ready.model.encoder
    customer = encoder.codes_of(model.cleaned(run.table.frame[list(run.problem.features)].iloc[[row]]))
    original = np.asarray([name in model.columns for name in encoder.columns_])
    # A cell that was missing stays missing: neither it nor the column that tells so is perturbed.
    absent = np.isnan(customer[0])
    place = label_place(run.problem, label) if run.problem.task is not Task.REGRESSION else 1
    held = absent | ~original
    line = local_line(
        ready.surrogate,
        _filled(encoder, customer)[0],
        _predictor(model, encoder, customer[0], np.flatnonzero(held), place),
        samples=samples,
        seed=seed,
    )
    weights = np.where(held, 0.0, line.weights)[original]
    said = model.predict_encoded(encoder.encode_codes(customer))
    return LimeExplanation(
        columns=model.columns,
        weights=weights,
        conditions=tuple(
            _condition(model, ready.quartiles, column, customer[0, column])
            for column in np.flatnonzero(original).tolist()
        ),
        intercept=float(line.intercept + line.weights[held].sum()),  # what is held fixed is always so
        local_prediction=line.prediction,
        prediction=float((said if run.problem.task is Task.REGRESSION else answer_of(said, place))[0]),
        local_fit=line.fit,
        kernel_width=float(np.sqrt(len(encoder.columns_)) * 0.75),
        label="" if run.problem.task is Task.REGRESSION else run.problem.labels[place],
        seed=seed,
    )


def _filled(encoder: TableEncoder, codes: np.ndarray) -> np.ndarray:
    """Codes with medians where numbers are missing: LIME cannot take NaN."""
    return np.where(np.isnan(codes), encoder.medians_, codes)


def _predictor(
    model: Model, encoder: TableEncoder, customer: np.ndarray, held: np.ndarray, place: int
) -> Callable[[np.ndarray], np.ndarray]:
    def predict(codes: np.ndarray) -> np.ndarray:
        codes[:, held] = customer[held]
        said = model.predict_encoded(encoder.encode_codes(codes))
        return said if model.problem.task is Task.REGRESSION else answer_of(said, place)

    return predict


def _condition(model: Model, quartiles: dict[int, np.ndarray], column: int, code: float) -> str:
    encoder = model.encoder
    name = encoder.columns_[column]
    if name in encoder.levels_:
        return f"{name} = {encoder.levels_[name][int(code)]}"
    if np.isnan(code):
        return _("{name} is {missing}, held fixed").format(name=name, missing=MISSING)
    cuts = quartiles[column]
    dated = model.schema[name].kind is Kind.DATE
    words = [_day_in_words(cut, code) if dated else _cut_in_words(float(cut), code) for cut in cuts]
    bin_ = int(np.searchsorted(cuts, code))
    if bin_ == 0:
        return f"{name} ≤ {words[0]}"
    if bin_ == len(cuts):
        return f"{name} > {words[-1]}"
    return f"{words[bin_ - 1]} < {name} ≤ {words[bin_]}"


def _cut_in_words(cut: float, code: float) -> str:
    """A cut with as few digits as leave the condition true of the customer."""
    if cut.is_integer() and abs(cut) < 1e6:
        return f"{cut:,.0f}"
    digits = next((d for d in range(3, 17) if (code <= float(f"{cut:.{d}g}")) == (code <= cut)), 17)
    rounded = float(f"{cut:.{digits}g}")
    return f"{rounded:,.0f}" if 10**digits <= abs(rounded) < 1e15 else f"{rounded:,.{digits}g}"


def _day_in_words(cut: float, code: float) -> str:
    """A cut within a day as a day, so chosen that the condition is true of the customer's day."""
    same_day = code > cut and np.floor(code) == np.floor(cut)
    return str(np.datetime64(int(np.floor(cut)) - int(same_day), "D"))
