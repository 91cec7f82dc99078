"""Do the same to all partitions on the workers of a cluster; what a dead worker had under way, others do again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import uuid4

from crm_ai.deployment.cluster.carried import CarriedModel
from crm_ai.deployment.cluster.connection import Cluster, check_versions, versions
from crm_ai.errors import CrmAiError
from crm_ai.table.settlement import UnsettledError
from crm_ai.words import _, language, use_language

LOOK = 0.02  # seconds between two looks at what is done
PATIENCE = 60.0  # seconds without a worker

Made = TypeVar("Made")


def send(cluster: Cluster, packed: CarriedModel) -> Any:
    """Bring a model to the cluster, once.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    packed : CarriedModel
        The model.

    Returns
    -------
    distributed.Future
        To be given to tasks. If the worker that holds it dies, the scheduler brings it anew.
    """
    return cluster.client.submit(_taken, packed, key=f"crm_ai-model-{packed.digest[:16]}-{uuid4().hex[:8]}")


def start(cluster: Cluster, work: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Have workers do something several times.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    work : callable
        A function of a module of ours, so that nothing but its name is sent.
    calls : sequence of tuple
        Its arguments; futures stand for their results.

    Returns
    -------
    list of distributed.Future
        One a call.
    """
    said, here, turn = language(), versions(), uuid4().hex[:12]
    name = work.__name__.strip("_").replace("_", "-")
    return [
        cluster.client.submit(_done_alike, said, here, work, *call, key=f"crm_ai-{name}-{turn}-{place}")
        for place, call in enumerate(calls)
    ]


def collect(cluster: Cluster, futures: Sequence[Any], tell: Callable[[int], object] | None = None) -> list[Any]:
    """Wait for results.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    futures : sequence of distributed.Future
        From ``start``.
    tell : callable, optional
        Told the place of each one that is done, as soon as it is.

    Returns
    -------
    list
        Results, in the order of the futures.

    Raises
    ------
    UnsettledError
        If a partition contradicts what the first rows said.
    CrmAiError
        If a task fails on every worker that tries it, or nobody is left to work.
    """
    from distributed import as_completed

    place = {future.key: at for at, future in enumerate(futures)}
    results: list[Any] = [None] * len(futures)
    done, watch = as_completed(futures, loop=cluster.client.loop), _Watch(cluster)
    try:
        while not done.is_empty():
            for future in done.next_batch(block=False):
                results[place[future.key]] = _result(future, watch)
                if tell is not None:
                    tell(place[future.key])
            watch.look()
            time.sleep(LOOK)
    except BaseException:
        cluster.client.cancel(list(futures), force=True)
        raise
    return results


def do(
    cluster: Cluster,
    work: Callable[..., Made],
    calls: Sequence[tuple[Any, ...]],
    tell: Callable[[int], object] | None = None,
) -> list[Made]:
    """Have workers do something several times, and wait for the results.

    Parameters
    ----------
    cluster, work, calls, tell
        As for ``start`` and ``collect``.

    Returns
    -------
    list
        Results, in the order of the calls.

    Raises
    ------
    UnsettledError, CrmAiError
        As ``collect``.
    """
    return collect(cluster, start(cluster, work, calls), tell)


def _taken(packed: CarriedModel) -> CarriedModel:
    return packed


def _done_alike(said: str, here: dict[str, str], work: Callable[..., Made], *call: Any) -> Made:
    """Work in the language of whoever asked, as reasons are words, and with the same packages."""
    from distributed import get_worker
    from threadpoolctl import threadpool_limits

    use_language(said)
    check_versions(here, {"": versions()}, get_worker().address)
    with threadpool_limits(limits=1):
        return work(*call)


class _Watch:
    """Sees to it that somebody works."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._seen = self._looked = time.monotonic()

    def look(self) -> None:
        """End the waiting when there was nobody for a minute, or the scheduler is gone."""
        now = time.monotonic()
        if now - self._looked < 1.0:
            return
        self._looked = now
        try:
            there = bool(self.cluster.client.nthreads())
        except Exception as error:  # the connection is gone, in one of many ways
            raise self.lost() from error
        if there:
            self._seen = now
        elif now - self._seen > PATIENCE:
            raise CrmAiError(
                _("All workers of the cluster are gone."),
                where=self.cluster.address,
                next_step=_("Start workers and try again; nothing was written."),
            )

    def lost(self) -> CrmAiError:
        """Say that there is no connection any more."""
        return CrmAiError(
            _("The connection to the cluster was lost."),
            where=self.cluster.address,
            next_step=_("See whether its scheduler runs, and try again; nothing was written."),
        )


def _result(future: Any, watch: _Watch) -> Any:
    """Fetch a result; if its worker has died since it was made, it is made again."""
    from distributed import KilledWorker

    while True:
        try:
            return future.result(timeout=1.0)
        except (UnsettledError, CrmAiError):
            raise
        except KilledWorker as error:
            raise CrmAiError(
                _("Several workers died one after the other, all with the same part of the work."),
                where=watch.cluster.address,
                next_step=_("Give them more memory, or write the table with smaller row groups."),
            ) from error
        except Exception as error:  # whatever a worker stumbles over
            if future.status in ("pending", "finished") and isinstance(error, TimeoutError):
                watch.look()
                continue
            if future.cancelled() or watch.cluster.client.status != "running":
                raise watch.lost() from error
            raise CrmAiError(
                _("A worker failed: {reason}.").format(reason=f"{type(error).__name__}: {error}"),
                where=watch.cluster.address,
            ) from error
