"""Judge a model that came as a file, on customers that it was never trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.deployment.registry.acquaintance import encoded_fingerprints, fingerprints
from crm_ai.deployment.scoring import as_learned
from crm_ai.errors import RegistryError
from crm_ai.modeling import Model, Plan, Run, Task
from crm_ai.modeling.answers import answers, as_places
from crm_ai.modeling.plan import Choice
from crm_ai.modeling.training import package_versions, run_digest
from crm_ai.table import Column, Kind, Role, Schema, Table, coerce
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _, count

FEWEST = 30
MOST_KNOWN = 0.05
MOSTLY = 0.95


def judge_elsewhere(model: Model, table: Table) -> Run:
    """Judge a model on customers whose answers are known.

    Parameters
    ----------
    model : Model
        From a model file.
    table : Table
        Customers that it was never trained on, with the target.

    Returns
    -------
    Run
        With nobody in training and all customers in the holdout; figures, audits and cards are made of it as of any
        run.

    Raises
    ------
    RegistryError
        If the target is not there, too few answers are known, or the model was seen to know these customers.
    ScoringError
        If a column that the model needs is missing.
    """
    problem = replace(model.problem, segments=tuple(s for s in model.problem.segments if s in table.schema))
    if problem.target not in table.schema:
        raise RegistryError(
            _("The table does not say what came out: there is no column “{name}”.").format(name=problem.target),
            where=table.source,
            next_step=_("Choose a file of customers whose outcome is known."),
        )
    frame = as_learned(model, table)[0]
    table = _understood(model, table, frame)
    known = answers(table, problem)
    rows = np.flatnonzero(~np.isnan(known))
    _check_enough(problem.task, known[rows], table)
    _check_unknown(model, frame.iloc[rows], table)
    actual = as_places(problem, known[rows])
    plan = Plan(problem, (Choice(model.model_type),))
    nothing = np.empty(0, dtype=actual.dtype)
    return Run(
        table=table,
        problem=problem,
        models={model.model_type: model},
        train_rows=np.empty(0, dtype=np.intp),
        holdout_rows=rows,
        actual=actual,
        train_actual=nothing,
        predictions={model.model_type: model.predict(frame.iloc[rows])},
        cross_validation=pd.DataFrame(columns=["model", "fold", "metric", "value"]),
        seconds={},
        versions=package_versions(),
        digest=run_digest(table, plan),
        plan=plan,
        baseline=model,
        out_of_fold={},
        settings={model.model_type: {}},
        attempts=pd.DataFrame(),
        model_seconds={},
    )


def _understood(model: Model, table: Table, frame: pd.DataFrame) -> Table:
    """The same customers, with columns of the kinds that the model knows them as."""
    problem = model.problem
    as_number = problem.task is Task.REGRESSION or problem.above is not None
    target = Column(problem.target, Kind.NUMBER if as_number else Kind.CATEGORY, Role.TARGET)
    known = {column.name: column for column in (*model.schema, target)}
    outcome = coerce(table.frame[[problem.target]], Schema((target,)))
    cells = {name: one[name].array for one in (outcome, frame) for name in one.columns}
    schema = Schema(tuple(known.get(column.name, column) for column in table.schema))
    return replace(table, frame=with_columns(table.frame, cells), schema=schema)


def _check_enough(task: Task, known: np.ndarray, table: Table) -> None:
    few = len(known) < FEWEST
    if few or (task is not Task.REGRESSION and len(np.unique(known)) < 2):
        raise RegistryError(
            _("The outcome is known of {n} customers only.").format(n=count(len(known)))
            if few
            else _("All customers have the same outcome."),
            where=table.source,
            next_step=_("Choose a file of at least {n} customers with different outcomes.").format(n=count(FEWEST)),
        )


def check_record(record: Mapping[str, Any], table: Table) -> None:
    """Refuse the very table that a run was made of.

    Parameters
    ----------
    record : mapping
        From ``read_record``: the run that the model came out of.
    table : Table
        Customers to judge it on.

    Raises
    ------
    RegistryError
        If the run was made of this table.
    """
    if record["table"]["digest"] == table.digest:
        raise _was_trained_on(table)


def _check_unknown(model: Model, frame: pd.DataFrame, table: Table) -> None:
    """Refuse customers whom the model has taken along from its training, where customers can be told apart at all.

    Models that need nobody to compare with have taken nobody along, and trees only coarsened ones: of these it cannot
    be told.
    """
    if model.references is None:
        return
    mine, theirs = encoded_fingerprints(model.references), fingerprints(model, frame)
    if min(len(np.unique(marks)) / len(marks) for marks in (mine, theirs)) < MOSTLY:
        return
    if np.isin(mine, theirs).mean() > MOST_KNOWN:
        raise _was_trained_on(table)


def _was_trained_on(table: Table) -> RegistryError:
    return RegistryError(
        _("The model was trained on customers of this table: figures would be too good."),
        where=table.source,
        next_step=_("Choose customers that were not in training, or register with train --register."),
    )
