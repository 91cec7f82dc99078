"""Take up a fitted pipeline of other people as a model, so that it can be explained in the customers' own columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from crm_ai.cleaning import Cleaning
from crm_ai.errors import CrmAiError, ProblemError
from crm_ai.modeling.cell_forms import form_of
from crm_ai.modeling.encoding import MISSING
from crm_ai.modeling.foreign import ForeignPipeline, foreign_of
from crm_ai.modeling.foreign_answers import ROUNDING
from crm_ai.modeling.labels import label_codes
from crm_ai.modeling.model_types import FOREIGN
from crm_ai.modeling.own_cells import OwnCells
from crm_ai.modeling.problem import Problem
from crm_ai.modeling.references import drawn_references
from crm_ai.modeling.run import Model
from crm_ai.table import Kind, Schema, Table, coerce
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _

TRIED = 200
COLUMNS_SHOWN = 12


def adopt_pipeline(
    pipeline: Any, table: Table, problem: Problem, *, like: pd.DataFrame, compared_with: np.ndarray | None = None
) -> Model:
    """Take up a fitted pipeline of other people as a model; it is not judged.

    It is asked as it is, in frames of the question's features with the types and labels that it was fitted on. Before
    it is taken up it is tried on some customers of `like`: it must say the same of them twice, whoever else is asked
    about, and whether or not they have gone through the table.

    Parameters
    ----------
    pipeline : object
        Has ``predict_proba`` or ``predict`` of a frame of original columns, or is a function of such a frame that
        returns numbers, probabilities of the positive answer, or one column for each of ``problem.labels``. Classes 0
        and 1 (or False and True) of a yes/no question mean the negative and the positive answer.
    table : Table
        Customers.
    problem : Problem
        The question that the pipeline answers, and the columns it is asked with; they are put into the order that the
        pipeline knows.
    like : pandas.DataFrame
        Customers in the form that the pipeline was fitted on, such as the frame that was given to its ``fit``: types
        and labels are taken over from it. Other columns are ignored.
    compared_with : numpy.ndarray of int, optional
        Positions in the table of customers whom others are compared with when they are explained; by default all.

    Returns
    -------
    Model
        Can be explained, see ``crm_ai.explain_table``, and score. ``judge_pipeline`` makes a run of it.

    Raises
    ------
    CrmAiError
        If the pipeline cannot be asked so, raises, says nothing finite, something else each time, or something else of
        customers who have gone through the table.

    Examples
    --------
    >>> from crm_ai.modeling import Task
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"calls": range(100), "plan": ["small", "large"] * 50, "Churn": ["Yes", "No"] * 50})
    >>> problem = Problem(target="Churn", task=Task.BINARY, features=("calls", "plan"), labels=("No", "Yes"))
    >>> model = adopt_pipeline(lambda x: x["calls"] / 100, table_from_frame(frame), problem, like=frame)
    >>> model.predict(frame.head(3)).tolist()
    [0.0, 0.01, 0.02]
    """
    _check(table, problem, like)
    problem = _in_order(pipeline, problem)
    features = list(problem.features)
    own = like[features].reset_index(drop=True)
    schema = Schema(tuple(table.schema[name] for name in features))
    encoder = _encoder(table, schema, own, np.arange(len(table)) if compared_with is None else compared_with)
    read = coerce(own, schema)
    forms = [form_of(own[c.name], read[c.name], c.kind, encoder.levels_.get(c.name, [])) for c in schema]
    foreign = foreign_of(problem, pipeline, forms)
    _try(foreign, encoder, own, read)
    steps = [("cleaning", Cleaning(()).remember([])), ("encoding", encoder), ("estimator", foreign)]
    model = Model(FOREIGN, problem, schema, Pipeline(steps))
    rows = np.arange(len(table)) if compared_with is None else compared_with
    said = model.predict(table.frame[features].iloc[rows])
    return replace(model, references=drawn_references(model, table.frame, rows, said, problem.seed))


def _check(table: Table, problem: Problem, like: pd.DataFrame) -> None:
    for name in problem.features:
        table.schema[name]
    lacking = [name for name in problem.features if name not in like.columns]
    if lacking or not like.columns.is_unique or not len(like):
        raise ProblemError(
            _("`like` is to hold customers in the form that the pipeline was fitted on; it lacks: {names}.").format(
                names=_(", ").join(lacking) or _("customers, or columns with names of their own")
            ),
            next_step=_("Give the frame that the pipeline was fitted on."),
        )
    if problem.repairs:
        raise ProblemError(
            _("A pipeline that was fitted elsewhere takes customers as they are; the question asks for repairs."),
            next_step=_("Ask without repairs, and let the pipeline make its own."),
        )


def _in_order(pipeline: Any, problem: Problem) -> Problem:
    """The question with its features in the pipeline's order, if the pipeline knows them by name."""
    known = getattr(pipeline, "feature_names_in_", None)
    if known is None or callable(known):
        return problem
    names = tuple(str(name) for name in known)
    lacking = [name for name in names if name not in problem.features]
    strange = [name for name in problem.features if name not in names]
    if lacking or strange:
        raise ProblemError(
            _("The pipeline was fitted on other columns than the question asks with ({differing}).").format(
                differing=_(", ").join([f"+ {name}" for name in lacking] + [f"− {name}" for name in strange])
            ),
            next_step=_("Ask with the features that it was fitted on: {names}.").format(
                names=_(", ").join(names[:COLUMNS_SHOWN])
            ),
        )
    return replace(problem, features=names)


def _encoder(table: Table, schema: Schema, own: pd.DataFrame, rows: np.ndarray) -> OwnCells:
    """Knows the labels of all customers, and ranges and medians of those who are compared with."""
    kinds = {column.name: column.kind.value for column in schema}
    read = coerce(own, schema)
    labels = {
        name: list(dict.fromkeys([*_labels(table.frame[name]), *_labels(read[name])]))
        for name, kind in kinds.items()
        if kind not in (Kind.NUMBER, Kind.DATE)
    }
    return OwnCells(kinds, labels=labels).fit(table.frame[list(kinds)].iloc[rows])


def _labels(column: pd.Series) -> list[str]:
    texts, codes = label_codes(column)
    return [texts[code] for code in np.unique(codes[codes >= 0]) if texts[code] != MISSING]


def _try(foreign: ForeignPipeline, encoder: OwnCells, own: pd.DataFrame, read: pd.DataFrame) -> None:
    """Ask about some customers in several ways that must not make a difference."""
    some = _spread(np.arange(len(own)))
    said = foreign.asked(own.iloc[some].copy())
    if not _same(foreign.asked(own.iloc[some].copy()), said):
        raise CrmAiError(
            _("Asked twice about the same customers, the pipeline says different things."),
            next_step=_("Give a function that returns the probabilities by which it draws its answers."),
        )
    half = (len(some) + 1) // 2
    if not _same(foreign.asked(own.iloc[some[:half]].copy()), said[:half]):
        raise CrmAiError(
            _("What the pipeline says of a customer depends on who else is asked about."),
            next_step=_("Give a pipeline that learns in fit alone, and not again in predict."),
        )
    _try_through_table(foreign, own, foreign.frame_of(encoder.transform(read)), some)


def _try_through_table(foreign: ForeignPipeline, own: pd.DataFrame, through: pd.DataFrame, some: np.ndarray) -> None:
    """Whether cells that have gone through the table are the pipeline's own, or at least mean the same to it."""
    others = {name: np.flatnonzero(_differ(own[name], through[name])) for name in own.columns}
    for places in (some, *(_spread(rows) for rows in others.values() if len(rows))):
        before = own.iloc[places]
        said, now = foreign.asked(before.copy()), through.iloc[places]
        if _same(_asked_or_nothing(foreign, now.copy()), said):
            continue
        changed = {name: with_columns(before, {name: now[name]}) for name in own.columns}
        alone = [name for name, cells in changed.items() if not _same(_asked_or_nothing(foreign, cells), said)]
        raise CrmAiError(
            _(
                "Of customers who have gone through the table the pipeline says something else; look at: {names}."
            ).format(names=_(", ").join((alone or list(own.columns))[:COLUMNS_SHOWN])),
            next_step=_(
                "Correct the kinds of these columns in the table, or fit the pipeline on the table's own frame."
            ),
        )


def _spread(rows: np.ndarray) -> np.ndarray:
    """Some rows of many, from the first to the last."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, TRIED).astype(np.intp))]


def _differ(own: pd.Series, through: pd.Series) -> np.ndarray:
    mine, theirs = (cells.astype(object).where(cells.notna(), None).to_numpy() for cells in (own, through))
    return np.asarray(mine != theirs, dtype=bool)


def _asked_or_nothing(foreign: ForeignPipeline, frame: pd.DataFrame) -> np.ndarray:
    try:
        return foreign.asked(frame)
    except CrmAiError:
        return np.zeros(0)


def _same(said: np.ndarray, before: np.ndarray) -> bool:
    reach = ROUNDING * max(float(np.abs(before).max(initial=0.0)), 1.0)
    return said.shape == before.shape and bool(np.abs(said - before).max(initial=0.0) <= reach)
