"""Score customers and keep what is watched of them, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from crm_ai.deployment.watching.batch import Batch
from crm_ai.deployment.watching.counting import Keyed, count_customers, profile_of
from crm_ai.deployment.watching.outcomes import Outcomes, judge_batch
from crm_ai.errors import ProblemError
from crm_ai.modeling import Model, Segment
from crm_ai.table import FrameStream, Stream, Table
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.deployment.watching.store import Store


def record(
    store: Store,
    model: Model,
    table: Table | Stream,
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
    """Score customers and keep what is watched of them.

    Parameters
    ----------
    store : Store
        Where it is kept.
    model : Model
        A fitted model.
    table : Table or Stream
        New customers; of a file that is gone through part by part only codes and groups are held, if codes are kept.
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
    stream = FrameStream(table) if isinstance(table, Table) else table
    if keep_keys and key not in stream.schema.names:
        raise ProblemError(
            _("There is no column “{name}”.").format(name=key),
            where=stream.source,
            next_step=_("Name the column that holds the customers' identifiers."),
        )
    profile = profile_of(model)
    watched = Keyed(key or "", secret, tuple(segments)) if keep_keys else None
    counts = count_customers(model, stream, threshold=threshold, keyed=watched)
    source = table.digest if isinstance(table, Table) else ""
    batch = replace(counts.batch(profile, name=name, day=day, model=version, threshold=threshold), source=source)
    keyed = counts.keyed_scores(profile)
    performance = None
    if outcomes is not None and keyed is not None:
        performance = judge_batch(batch, keyed, outcomes, profile=profile, known=known or day)
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
    counts = count_customers(model, FrameStream(table), threshold=threshold)
    return counts.batch(profile_of(model), name=name, day=day, model=version, threshold=threshold)
