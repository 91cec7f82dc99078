"""A regression's formula in plain words: what a model adds up, in the table's own units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from crm_ai.explanation.textbook.terms import Term, own_coefficients, regression_model, terms
from crm_ai.modeling import Model, Run, question_in_words
from crm_ai.modeling.encoding import OTHER
from crm_ai.words import _

FAR = 1_000.0  # standard deviations from zero: so far away, sums would lose their last digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one term adds.

    Parameters
    ----------
    term : Term
        The encoded column.
    slope : float
        Added for each unit, or for customers with the label.
    origin : float
        Taken from a number first: 0 for most; for dates the day of the median, in days since 1970.
    """

    term: Term
    slope: float
    origin: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """The sum a regression makes of a customer.

    Parameters
    ----------
    intercept : float
        Added for everybody.
    parts : tuple of Part
        The other things added, in the encoder's order.
    """

    intercept: float
    parts: tuple[Part, ...]


def formula(run: Run, model_type: str, digits: int = 3) -> str:
    """Write out what a regression adds up.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        ``"linear_regression"`` or ``"logistic_regression"``.
    digits : int, default 3
        Significant digits of each number.

    Returns
    -------
    str
        Several lines: one for each thing added, with the model's own coefficients.

    Raises
    ------
    ProblemError
        If the model is no regression with one formula.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> months = np.arange(200.0) % 40
    >>> table = table_from_frame(pd.DataFrame({"months": months, "spent": 10 + 2.5 * months}))
    >>> question = propose_problem(table, target="spent", features=["months"]).problem
    >>> print(formula(train(table, question, ["linear_regression"]), "linear_regression"))
    spent =
      10.0
      + 2.50 × months
    """
    model = regression_model(run, model_type)
    said = fitted_formula(model)
    logistic = model_type == "logistic_regression"
    lines = [
        _told(model_type, model).format(question=question_in_words(run.problem)),
        f"  {_figure(said.intercept, digits)}",
        *(f"  {_line(part, digits)}" for part in said.parts),
    ]
    if logistic:
        lines.append(_("probability = 1 / (1 + exp(−log-odds))"))
    elif model.problem.labels:
        lines.append(_("cut to 0 below 0 and to 1 above 1"))
    if run.problem.recalibration:
        lines.append(_("The probability is then corrected by a rising curve (recalibration)."))
    if model.encoder.levels_:
        lines.append(_("A label that is not named adds nothing, or what “{other}” adds.").format(other=OTHER))
    if model.pipeline.named_steps["cleaning"].steps_:
        lines.append(_("Columns are taken as the repairs of the question leave them."))
    return "\n".join(lines)


def fitted_formula(model: Model) -> Formula:
    """A model's own coefficients in the table's units.

    Parameters
    ----------
    model : Model
        A regression with one formula.

    Returns
    -------
    Formula
        Adds up to the model's output: the number, or the log-odds.
    """
    intercept, slopes = own_coefficients(model)
    parts = []
    for term, slope in zip(terms(model), slopes.tolist(), strict=True):
        if term.kind == "level" and not term.reference:  # everybody has it, also those of other labels
            intercept += slope
            continue
        origin = _origin(term)
        intercept -= slope * (term.center - origin) / term.scale if term.measured else 0.0
        parts.append(Part(term=term, slope=slope / term.scale, origin=origin))
    return Formula(intercept=intercept, parts=tuple(parts))


def _origin(term: Term) -> float:
    if term.kind == "date":
        return float(np.floor(term.median))
    return term.center if term.kind == "number" and abs(term.center) > FAR * term.scale else 0.0


def _told(model_type: str, model: Model) -> str:
    """What is added up."""
    if model_type == "logistic_regression":
        return _("log-odds of {question} =")
    return _("probability of {question} =") if model.problem.labels else "{question} ="


def _line(part: Part, digits: int) -> str:
    term = part.term
    amount = f"{'−' if part.slope < 0 else '+'} {_figure(abs(part.slope), digits)}"
    if term.kind == "level":
        return _("{amount} if {column} = {level}").format(amount=amount, column=term.cell, level=_level(term))
    if term.kind == "missing":
        return _("{amount} if {column} is missing").format(amount=amount, column=term.cell)
    if term.kind == "date":
        day = pd.Timestamp(0) + pd.Timedelta(days=part.origin)
        return _("{amount} × days of {column} since {day:%Y-%m-%d} ({instead} if missing)").format(
            amount=amount, column=term.cell, day=day, instead=_figure(term.median - part.origin, digits)
        )
    name = term.cell if not part.origin else f"({term.cell} − {_figure(part.origin, 12)})"
    return f"{amount} × {name}"


def _level(term: Term) -> str:
    return _("{label} (any label not seen often)").format(label=OTHER) if term.level == OTHER else term.level


def _figure(amount: float, digits: int) -> str:
    """So many significant digits, never as a power of ten."""
    return f"{Decimal(f'{amount:#.{digits}g}'):,f}".rstrip(".").replace("-", "−")
