"""A Dask cluster: whether it is there, somebody works in it, and all count with the same packages."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pkgutil import resolve_name
from typing import Any

from crm_ai.errors import CrmAiError
from crm_ai.words import _

ADDRESS = "CRM_AI_DASK"
SECONDS = 10.0
LIKE_AN_ADDRESS = r"(tcp|tls|ws|wss)://\S+:\d{1,5}"


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """A connection to a Dask cluster whose workers were there, with the same packages, when it was made.

    Parameters
    ----------
    client : distributed.Client
        The connection.
    address : str
        Of the scheduler.
    workers : int
        Worker processes at that time; some may come and go.
    """

    client: Any
    address: str
    workers: int


@contextmanager
def connected(address: str, *, seconds: float = SECONDS) -> Iterator[Cluster]:
    """Connect to a Dask cluster, and leave it in the end.

    Whoever can reach a Dask scheduler can run code on its workers: it belongs into a network that only you can reach,
    or behind TLS with certificates (``tls://``, see Dask's own settings).

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.5:8786``.
    seconds : float, default 10
        How long to wait for the scheduler, and for a first worker.

    Yields
    ------
    Cluster
        To work with.

    Raises
    ------
    CrmAiError
        If Dask is not installed here, there is no scheduler, nobody works for it, or the workers have no crm_ai or
        other versions of the packages that decide the numbers.
    """
    distributed = _distributed()
    if not re.fullmatch(LIKE_AN_ADDRESS, address):
        raise CrmAiError(
            _("This is no address of a Dask scheduler."),
            where=f"{ADDRESS}={address}",
            next_step=_("Write it as the scheduler prints it, for instance tcp://10.0.0.5:8786."),
        )
    with _quiet():
        try:
            client = distributed.Client(address, timeout=seconds, set_as_default=False, name="crm_ai")
        except (OSError, TimeoutError, ValueError) as error:
            raise CrmAiError(
                _("No Dask scheduler answers at this address."),
                where=address,
                next_step=_("Start one (dask scheduler), or correct {variable}.").format(variable=ADDRESS),
            ) from error
        try:
            workers = _first_workers(client, address, seconds)
            _check_packages(client, address)
            yield Cluster(client, address, workers)
        finally:
            client.close(timeout=seconds)


@cache
def versions() -> dict[str, str]:
    """Versions of whatever decides the numbers, and of what two processes speak to each other.

    Returns
    -------
    dict of str to str
        By package; of Python itself the first two numbers.
    """
    from crm_ai.modeling.training import package_versions

    others = {name: metadata.version(name) for name in ("dask", "distributed", "pyarrow", "scipy", "skops")}
    return {"Python": f"{sys.version_info.major}.{sys.version_info.minor}", **package_versions(), **others}


def check_versions(here: Mapping[str, str], there: Mapping[str, Mapping[str, str]], address: str) -> None:
    """Refuse workers that would count otherwise.

    Parameters
    ----------
    here : mapping of str to str
        Versions on this machine, see ``versions``.
    there : mapping of str to mapping
        The same of each worker, by its address.
    address : str
        Of the scheduler.

    Raises
    ------
    CrmAiError
        If a version differs.

    Examples
    --------
    >>> check_versions({"numpy": "2.4.6"}, {"tcp://10.0.0.6:40111": {"numpy": "2.3.1"}}, "tcp://10.0.0.5:8786")
    Traceback (most recent call last):
    ...
    crm_ai.errors.CrmAiError: tcp://10.0.0.5:8786: Workers of the cluster have other versions than this machine: ...
    """
    odd = {
        f"{name} {theirs.get(name, '–')} ≠ {version}"
        for theirs in there.values()
        for name, version in here.items()
        if theirs.get(name) != version
    }
    if odd:
        raise CrmAiError(
            _("Workers of the cluster have other versions than this machine: {versions}.").format(
                versions=_(", ").join(sorted(odd)[:12])
            ),
            where=address,
            next_step=_("Install the same requirements.txt and requirements-dask.txt everywhere."),
        )


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise CrmAiError(
            _("Dask is not installed here, so no cluster can be used."),
            where=ADDRESS,
            next_step=_("Install it (pip install -r requirements-dask.txt), or unset {variable}.").format(
                variable=ADDRESS
            ),
        ) from error
    return distributed


@contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is said in our own words; Dask would say it too, at length."""
    names = ("distributed", *(name for name in logging.root.manager.loggerDict if name.startswith("distributed.")))
    before = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in before:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="distributed")
            yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)


def _first_workers(client: Any, address: str, seconds: float) -> int:
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError as error:
        raise CrmAiError(
            _("Nobody works for this Dask scheduler."),
            where=address,
            next_step=_("Start workers: dask worker {address}").format(address=address),
        ) from error
    return len(client.nthreads())


def _check_packages(client: Any, address: str) -> None:
    """Ask for crm_ai first, by what every Python has: without it no question of ours is understood."""
    there = client.run(resolve_name, "crm_ai:__version__", on_error="return")
    if any(isinstance(found, Exception) for found in there.values()):
        raise CrmAiError(
            _("Workers of the cluster have no crm_ai."),
            where=address,
            next_step=_(
                "Install it there (pip install . in its folder, with requirements.txt and requirements-dask.txt), or "
                "start the workers in its folder: python -m dask worker {address}"
            ).format(address=address),
        )
    check_versions(versions(), client.run(versions), address)
