"""A regression's formula as an expression of SQL, so that a database scores customers without this package."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.explanation.sql_text import quoted_name, quoted_text
from crm_ai.explanation.textbook.formula import Part, fitted_formula
from crm_ai.explanation.textbook.terms import regression_model
from crm_ai.modeling import Model, Run, Task
from crm_ai.modeling.encoding import MISSING
from crm_ai.words import _

Dialect = Literal["sqlite", "postgresql"]
DAYS = {
    "sqlite": "(julianday({name}) - 2440587.5)",
    "postgresql": "(CAST(EXTRACT(EPOCH FROM {name}) AS DOUBLE PRECISION) / 86400)",
}
BETWEEN_0_AND_1 = {"sqlite": "MIN(MAX({sum}, 0.0), 1.0)", "postgresql": "LEAST(GREATEST({sum}, 0.0), 1.0)"}


def formula_sql(run: Run, model_type: str, *, dialect: Dialect = "sqlite") -> str:
    """Write a regression as an expression that a database can compute.

    Names and labels are quoted, so that none of them can act as code. Missing cells and labels that training did not
    see count as they do for the model. Numbers beyond 1e30, which the model takes for mistakes, are taken as they are.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        ``"linear_regression"`` or ``"logistic_regression"``.
    dialect : {"sqlite", "postgresql"}, default "sqlite"
        The database; SQLite needs a function ``exp`` for a logistic regression, which most builds of it have.

    Returns
    -------
    str
        An expression over the table's columns as they were read: the predicted number, or the probability of the
        positive answer. Missing cells are NULL.

    Raises
    ------
    ProblemError
        If the model is no regression with one formula, or the question repairs columns by what it learned.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> months = [float(place % 40) for place in range(200)]
    >>> table = table_from_frame(pd.DataFrame({"months": months, "spent": [2 * month for month in months]}))
    >>> question = propose_problem(table, target="spent", features=["months"]).problem
    >>> said = formula_sql(train(table, question, ["linear_regression"]), "linear_regression")
    >>> 'COALESCE("months", ' in said
    True
    """
    model = regression_model(run, model_type)
    if model.pipeline.named_steps["cleaning"].steps_:
        raise ProblemError(
            _("A formula for a database cannot repair columns first, as this question does."),
            where=_(", ").join(dict.fromkeys(name for repair in run.problem.repairs for name in repair.columns)),
            next_step=_("Export the model as a file, or train without these repairs."),
        )
    if run.problem.recalibration:
        raise ProblemError(
            _("A formula for a database does not correct probabilities afterwards, as this question asks."),
            next_step=_("Export the model as a file, or train without recalibration."),
        )
    said = fitted_formula(model)
    labels = {name: _labels(model, run, name) for name in model.encoder.levels_}
    parts = [_measured(part, dialect) for part in said.parts if part.term.kind != "level"]
    cells: dict[str, list[Part]] = {}
    for part in said.parts:
        if part.term.kind == "level":
            cells.setdefault(part.term.cell, []).append(part)
    parts += [_choice(model, name, of_cell, labels[name]) for name, of_cell in cells.items()]
    added = "\n  + ".join([_number(said.intercept), *parts])
    if model_type == "logistic_regression":
        return f"1.0 / (1.0 + EXP(-(\n  {added}\n)))"
    return BETWEEN_0_AND_1[dialect].format(sum=f"\n  {added}\n") if run.problem.task is Task.BINARY else added


def _number(amount: float) -> str:
    return f"({amount!r})" if amount < 0 else repr(amount)


def _measured(part: Part, dialect: Dialect) -> str:
    term, name = part.term, quoted_name(part.term.cell)
    if term.kind == "missing":
        return f"CASE WHEN {name} IS NULL THEN {_number(part.slope)} ELSE 0.0 END"
    value = DAYS[dialect].format(name=name) if term.kind == "date" else name
    known = f"COALESCE({value}, {_number(term.median)})"
    return f"{_number(part.slope)} * " + (f"({known} - {_number(part.origin)})" if part.origin else known)


def _labels(model: Model, run: Run, name: str) -> dict[str, str]:
    """Each label as the database writes it; those of yes/no columns are its own words."""
    column, levels = run.table.frame[name], model.encoder.levels_[name]
    kind = column.dtype.categories.dtype if isinstance(column.dtype, pd.CategoricalDtype) else column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return {level: level.upper() for level in levels if level in ("True", "False")}
    return {level: quoted_text(level) for level in levels}


def _choice(model: Model, name: str, parts: list[Part], labels: dict[str, str]) -> str:
    """What a label adds; a missing one and an unseen one as the encoder takes them."""
    encoder = model.encoder
    adds = {part.term.level: part.slope for part in parts}
    reference = encoder.levels_[name][encoder.reference_[name]]
    missing = adds.get(MISSING if MISSING in encoder.levels_[name] else reference, 0.0)
    others = adds.get(encoder.fallback(name), 0.0)
    # The reference adds nothing, which must be said where unseen labels do add something.
    named = {level: adds.get(level, 0.0) for level in encoder.levels_[name] if level in labels}
    told = {level: amount for level, amount in named.items() if amount != others}
    column = quoted_name(name)
    cases = [f"WHEN {column} IS NULL THEN {_number(missing)}"]
    cases += [f"WHEN {column} = {labels[level]} THEN {_number(amount)}" for level, amount in told.items()]
    return f"CASE {' '.join(cases)} ELSE {_number(others)} END"
