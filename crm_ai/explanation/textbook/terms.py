"""What the encoded columns of a regression mean, in the units of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.explanation.explanation import MISSING, value_in_words
from crm_ai.modeling import Model, Run, Scale, TableEncoder, Task
from crm_ai.table import Kind
from crm_ai.words import _

REGRESSIONS = ("linear_regression", "logistic_regression")
INTERCEPT = "(intercept)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One encoded column.

    Parameters
    ----------
    name : str
        Its name, for instance ``"Contract = One year"``.
    column : str
        The original column it tells of.
    cell : str
        The column it is read from; another one than `column` where a repair wrote down which cells were missing.
    kind : {"number", "date", "level", "missing"}
        A number as it is, a date in days since 1970, or 1 for customers with the label, or without a value, else 0.
    level : str
        The label that counts 1; ``(missing)`` for a column "is missing"; empty for numbers and dates.
    reference : str
        What the label is compared with: the column's most frequent label, or the median that stands for a missing cell.
    median : float
        What a missing number or date is taken as, in units of the column; NaN for labels.
    center, scale : float
        Taken from a number, and divided by, before the model sees it; 0 and 1 for labels.
    """

    name: str
    column: str
    cell: str
    kind: Literal["number", "date", "level", "missing"]
    level: str = ""
    reference: str = ""
    median: float = float("nan")
    center: float = 0.0
    scale: float = 1.0

    @property
    def measured(self) -> bool:
        """Whether it is a number or a date, so that its coefficient is one for each unit."""
        return self.kind in ("number", "date")


def has_formula(run: Run, model_type: str) -> bool:
    """Whether a model is a regression with one formula that adds up to its prediction or its log-odds.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.

    Returns
    -------
    bool
        True for linear and logistic regression of a number as it is, or of a yes/no question.
    """
    return (
        model_type in REGRESSIONS
        and run.problem.task is not Task.MULTICLASS
        and (run.problem.task is Task.BINARY or run.problem.scale is Scale.PLAIN)
    )


def regression_model(run: Run, model_type: str) -> Model:
    """One of a run's models, if it is a regression with one formula.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        ``"linear_regression"`` or ``"logistic_regression"``.

    Returns
    -------
    Model
        The fitted model.

    Raises
    ------
    ProblemError
        If no such model was trained, it has no coefficients, it has a formula for each of several answers, or it
        models an amount by factors.
    """
    model = run.model(model_type)
    if model_type not in REGRESSIONS:
        raise ProblemError(
            _("“{name}” has no coefficients.").format(name=model_type),
            next_step=_("Choose a linear or a logistic regression."),
        )
    if run.problem.task is Task.MULTICLASS:
        raise ProblemError(
            _("With {n} answers there is no single table of coefficients: each answer has its own.").format(
                n=len(run.problem.labels)
            ),
            where=run.problem.target,
            next_step=_("Ask about one of the answers against all others."),
        )
    if not has_formula(run, model_type):
        raise ProblemError(
            _("By factors the columns multiply “{target}”: there is no sum to write out.").format(
                target=run.problem.target
            ),
            next_step=_("Model it as it is."),
        )
    return model


def terms(model: Model) -> tuple[Term, ...]:
    """What each encoded column of a model is.

    Parameters
    ----------
    model : Model
        A model whose encoder leaves out reference labels.

    Returns
    -------
    tuple of Term
        In the order of the encoder's columns.
    """
    encoder = model.encoder
    kinds = encoder.kinds or {}
    made: list[Term] = []
    owner = dict(zip(encoder.source_.tolist(), model.source.tolist(), strict=True))
    for place, cell in enumerate(encoder.columns_):
        column = model.columns[owner[place]]
        if cell in encoder.levels_:
            made += _level_terms(encoder, cell, column)
        else:
            made += _measured_terms(encoder, place, column, dated=kinds.get(cell) == Kind.DATE)
    return tuple(made)


def own_coefficients(model: Model) -> tuple[float, np.ndarray]:
    """The coefficients a model predicts with, as it sees customers.

    Parameters
    ----------
    model : Model
        A linear or logistic regression with one formula.

    Returns
    -------
    intercept : float
        Of the centred and scaled columns.
    slopes : numpy.ndarray of float64, shape (encoded columns,)
        Of the same.
    """
    estimator = model.estimator
    return float(np.ravel(estimator.intercept_)[0]), np.ravel(estimator.coef_).astype(np.float64)


def in_original_units(terms: tuple[Term, ...]) -> np.ndarray:
    """How coefficients of centred and scaled columns become ones of the table's units.

    Parameters
    ----------
    terms : tuple of Term
        The encoded columns.

    Returns
    -------
    numpy.ndarray of float64, shape (1 + terms, 1 + terms)
        Multiply it with (intercept, slopes); a covariance from both sides.

    Examples
    --------
    >>> age = Term(name="age", column="age", cell="age", kind="number", center=40.0, scale=10.0)
    >>> (in_original_units((age,)) @ np.array([1.0, 5.0])).tolist()
    [-19.0, 0.5]
    """
    scales = np.asarray([1.0, *(term.scale for term in terms)])
    centers = np.asarray([0.0, *(term.center for term in terms)])
    change = np.diag(1.0 / scales)
    change[0, 1:] = -centers[1:] / scales[1:]
    return change


def _level_terms(encoder: TableEncoder, cell: str, column: str) -> list[Term]:
    levels, reference = encoder.levels_[cell], encoder.reference_[cell]
    others = [level for place, level in enumerate(levels) if place != reference]
    against = levels[reference] if others else ""
    return [
        Term(name=f"{cell} = {level}", column=column, cell=cell, kind="level", level=level, reference=against)
        for level in others or levels[:1]
    ]


def _measured_terms(encoder: TableEncoder, place: int, column: str, *, dated: bool) -> list[Term]:
    cell, median = encoder.columns_[place], float(encoder.medians_[place])
    number = Term(
        name=cell,
        column=column,
        cell=cell,
        kind="date" if dated else "number",
        median=median,
        center=float(encoder.centers_[place]),
        scale=float(encoder.scales_[place]),
    )
    if np.count_nonzero(encoder.source_ == place) == 1:
        return [number]
    instead = f"{np.datetime64(0, 's') + np.timedelta64(round(median * 86_400), 's')}"[:10] if dated else ""
    return [
        number,
        Term(
            name=_("{column} is missing").format(column=cell),
            column=column,
            cell=cell,
            kind="missing",
            level=MISSING,
            reference=instead or value_in_words(median),
        ),
    ]
