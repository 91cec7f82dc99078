"""Score a table and keep what is watched of it, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from crm_ai.deployment.watching.batch import Batch, make_batch
from crm_ai.deployment.watching.keys import keyed_scores
from crm_ai.deployment.watching.observing import observe
from crm_ai.deployment.watching.outcomes import Outcomes, judge_batch
from crm_ai.errors import ModelFileError, ProblemError
from crm_ai.modeling import Model, Segment, groups_of
from crm_ai.modeling.profile import Profile
from crm_ai.table import Table, coerce_counting
from crm_ai.words import _

if TYPE_CHECKING:
    import numpy as np

    from crm_ai.deployment.watching.store import Store


def profile_of(model: Model) -> Profile:
    """What a model remembers of its training customers.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    Profile
        Counts.

    Raises
    ------
    ModelFileError
        If its file was written before models remembered.
    """
    if model.profile is None:
        raise ModelFileError(
            _("The model does not remember what its training customers looked like, so nothing can be compared."),
            next_step=_("Train and save it again with this version."),
        )
    return model.profile


def record(
    store: Store,
    model: Model,
    table: Table,
    *,
    name: str,
    day: date,
    version: str,
    threshold: float = 0.5,
    keep_keys: bool = False,
    key: str | None = None,
    secret: bytes = b"",
    segments: Sequence[str | Segment] = (),
    outcomes: Outcomes | None = None,
    known: date | None = None,
) -> Batch:
    """Score a table and keep what is watched of it.

    Parameters
    ----------
    store : Store
        Where it is kept.
    model : Model
        A fitted model.
    table : Table
        New customers.
    name : str
        What the batch is called.
    day : date
        When it is scored.
    version : str
        The model's digest or version.
    threshold : float, default 0.5
        Score from which customers are selected.
    keep_keys : bool, default False
        Whether codes of the customers' identifiers are kept, so that outcomes can join later.
    key : str, optional
        Column of the identifiers; needed if codes are kept.
    secret : bytes, optional
        That codes are made with; needed if codes are kept.
    segments : sequence of str or Segment, default ()
        What makes the groups that are compared once outcomes are there; only with codes.
    outcomes : Outcomes, optional
        Some that are known already: what they say is kept along with the batch, and so are codes.
    known : date, optional
        When they were known (default: `day`).

    Returns
    -------
    Batch
        What was kept.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    ProblemError
        If the column of the identifiers is missing, or outcomes belong to nobody of the batch. Nothing is kept then.
    """
    keep_keys = keep_keys or outcomes is not None
    if keep_keys and key not in table.schema.names:
        raise ProblemError(
            _("There is no column “{name}”.").format(name=key),
            where=table.source,
            next_step=_("Name the column that holds the customers' identifiers."),
        )
    batch, predicted = _counted(model, table, name=name, day=day, version=version, threshold=threshold)
    keyed = performance = None
    if keep_keys and key is not None:
        groups = tuple(groups_of(table, segment) for segment in segments)
        keyed = keyed_scores(table.frame[key], predicted, profile_of(model), secret, groups)
    if outcomes is not None and keyed is not None:
        performance = judge_batch(batch, keyed, outcomes, profile=profile_of(model), known=known or day)
    store.add(batch, keyed, performance)
    return batch


def look_at(model: Model, table: Table, *, name: str, day: date, version: str = "", threshold: float = 0.5) -> Batch:
    """Score a table and count it, and keep nothing.

    Parameters
    ----------
    model : Model
        A fitted model.
    table : Table
        New customers.
    name : str
        What the batch is called.
    day : date
        When it is scored.
    version : str, default ""
        The model's digest or version.
    threshold : float, default 0.5
        Score from which customers are selected.

    Returns
    -------
    Batch
        What would be kept.

    Raises
    ------
    ScoringError
        If a column that the model needs is missing.
    """
    return _counted(model, table, name=name, day=day, version=version, threshold=threshold)[0]


def _counted(
    model: Model, table: Table, *, name: str, day: date, version: str, threshold: float
) -> tuple[Batch, np.ndarray]:
    from crm_ai.deployment.scoring import check_columns

    profile = profile_of(model)
    check_columns(model, table.schema, source=table.source)
    frame, unreadable = coerce_counting(table.frame, model.schema)
    predicted = model.predict(frame)
    seen = observe(profile, frame, predicted, threshold=threshold)
    batch = make_batch(
        profile, seen, name=name, day=day, model=version, threshold=threshold, unreadable=sum(unreadable.values())
    )
    return batch, predicted
