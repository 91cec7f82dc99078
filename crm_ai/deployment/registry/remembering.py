"""Remember what a registered version has scored, and join outcomes when they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from crm_ai.deployment.registry.roles import LOCAL_USER, Person, may_write
from crm_ai.deployment.registry.weeks import RegistryStore, batches_of
from crm_ai.deployment.watching.counting import profile_of
from crm_ai.deployment.watching.outcomes import judge_batch, read_outcomes
from crm_ai.deployment.watching.performance import Performance
from crm_ai.deployment.watching.recording import record
from crm_ai.deployment.watching.store import batch_twice, codes_of
from crm_ai.errors import ProblemError, RegistryError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.deployment.registry.registry import Registry
    from crm_ai.deployment.registry.versions import Version
    from crm_ai.deployment.watching.batch import Batch
    from crm_ai.modeling import Model, Segment
    from crm_ai.table import Stream, Table


def remember(
    registry: Registry,
    version: Version,
    model: Model,
    table: Table | Stream,
    *,
    name: str,
    day: date,
    key: str | None = None,
    segments: Sequence[str | Segment] = (),
    threshold: float | None = None,
    by: Person = LOCAL_USER,
    store: RegistryStore | None = None,
) -> Batch:
    """Score customers and keep, as counts, what is watched of them.

    Parameters
    ----------
    registry : Registry
        Where it is kept.
    version : Version
        Which version scores them.
    model : Model
        The version's model.
    table : Table or Stream
        The customers.
    name : str
        What the batch is called; new among the version's batches.
    day : date
        When it is scored.
    key : str, optional
        Column of the customers' identifiers: codes of them are kept, so that outcomes can join later. By default none
        are.
    segments : sequence of str or Segment, default ()
        What makes the groups that are compared once outcomes are there; only with `key`.
    threshold : float, optional
        Score from which customers are selected; by default the one that is registered.
    by : Person, default LOCAL_USER
        Who does it.
    store : RegistryStore, optional
        The registry's, with another secret than the workspace's.

    Returns
    -------
    Batch
        What was kept.

    Raises
    ------
    CrmAiError
        If there is a batch of this name already, a column is missing, or this person may not.
    """
    _require(by)
    place = store or RegistryStore(registry)
    if name.strip() in place.names(batches_of(version)):
        raise batch_twice(name.strip())
    return record(
        place,
        model,
        table,
        name=name,
        day=day,
        version=batches_of(version),
        threshold=version.threshold if threshold is None else threshold,
        keep_keys=key is not None,
        key=key,
        secret=b"" if key is None else place.secret(),
        segments=segments,
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of outcomes that were joined to several batches.

    Parameters
    ----------
    performances : tuple of Performance
        Of the batches that they joined, the earliest first.
    without : tuple of str
        Names of the batches of whose customers none is among them.
    """

    performances: tuple[Performance, ...]
    without: tuple[str, ...]


def join_arrived(
    store: RegistryStore,
    batches: Sequence[Batch],
    model: Model,
    table: Table,
    *,
    key: str,
    known: date,
    outcome: str | None = None,
    when: str | None = None,
    means: Mapping[str, str] | None = None,
    by: Person = LOCAL_USER,
    tell: Callable[[float], object] | None = None,
) -> Arrived:
    """Join outcomes to all batches whose customers they are of, and keep what they say.

    Parameters
    ----------
    store : RegistryStore
        Where the batches are kept.
    batches : sequence of Batch
        Those that they may join, of one version.
    model : Model
        The version's model.
    table : Table
        Customers whose outcome is known by now.
    key : str
        Column of the identifiers.
    known : date
        Today.
    outcome, when : str, optional
        Columns of the outcomes (default: named like the model's target) and of their days.
    means : mapping of str to str, optional
        By label that is none of the question's answers the answer that it stands for.
    by : Person, default LOCAL_USER
        Who does it.
    tell : callable, optional
        Is told after each batch which share of them is done.

    Returns
    -------
    Arrived
        What was joined.

    Raises
    ------
    CrmAiError
        If a column is missing, no codes were kept, nobody is found, or this person may not. Nothing is kept then.
    """
    _require(by)
    profile = profile_of(model)
    arrived = read_outcomes(
        table, key=key, profile=profile, secret=store.secret(), outcome=outcome, when=when, means=means
    )
    found: list[Performance] = []
    without: list[tuple[str, ProblemError]] = []
    for place, batch in enumerate(batches):
        keyed = codes_of(store, batch)
        try:
            found.append(judge_batch(batch, keyed, arrived, profile=profile, known=known))
        except ProblemError as error:
            without.append((batch.name, error))
        if tell is not None:
            tell((place + 1) / len(batches))
    if without and not found:
        raise without[0][1]
    store.add_all_outcomes(found)
    return Arrived(tuple(found), tuple(name for name, _error in without))


def _require(person: Person) -> None:
    if not may_write(person):
        raise RegistryError(
            _("A viewer may look at the weeks, but not add to them."),
            next_step=_("Ask somebody who is an analyst or an approver."),
        )
