"""Which model ``python -m crm_ai drift`` watches: a file's, or a registered version's."""

from __future__ import annotations

import argparse
import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crm_ai.deployment.watching import Batch, KeyedScores, Performance, Store
    from crm_ai.modeling import Model

DIGEST = 16


@dataclass(frozen=True, slots=True)
class Watched:
    """A model that is watched.

    Parameters
    ----------
    model : Model
        The model.
    version : str
        Under which name.
    store : Store
        Where its batches are.
    secret : callable
        Gives the secret of their codes.
    threshold : float, default 0.5
        Score from which customers are selected.
    trained : date, optional
        When it was registered.
    approved : mapping of str to mapping, optional
        By segment the audit that it was registered with.
    """

    model: Model
    version: str
    store: Store
    secret: Callable[[], bytes]
    threshold: float = 0.5
    trained: date | None = None
    approved: Mapping[str, Mapping[str, Any]] | None = None


def of_file(options: argparse.Namespace) -> Watched:
    """Watch a model file, in a folder or for this call only.

    Parameters
    ----------
    options : argparse.Namespace
        With model and store.

    Returns
    -------
    Watched
        Under its file's digest.
    """
    from crm_ai.deployment import load_model
    from crm_ai.deployment.watching import FolderStore, workspace_secret
    from crm_ai.personal_data.pseudonyms import new_key

    model = load_model(options.model)
    version = hashlib.sha256(Path(options.model).read_bytes()).hexdigest()[:DIGEST]
    if options.store:
        return Watched(model, version, FolderStore(options.store), lambda: workspace_secret(options.store))
    return Watched(model, version, _Memory(), functools.cache(new_key))


def registered(options: argparse.Namespace) -> Watched:
    """Watch a registered version, in the registry.

    Parameters
    ----------
    options : argparse.Namespace
        With champion and version.

    Returns
    -------
    Watched
        Under its name and number.
    """
    from crm_ai.deployment.registry import (
        RegistryStore,
        batches_of,
        find_version,
        open_registry,
        open_version,
        registered_on,
    )

    registry = open_registry()
    version = find_version(registry, options.champion, options.version or "champion")
    store = RegistryStore(registry)
    model = open_version(registry, version)
    return Watched(
        model,
        batches_of(version),
        store,
        store.secret,
        version.threshold,
        registered_on(version),
        version.facts.get("fairness"),
    )


class _Memory:
    """A store for one call."""

    def __init__(self) -> None:
        self._batches: list[Batch] = []
        self._outcomes: list[Performance] = []
        self._keyed: KeyedScores | None = None

    def add(self, batch: Batch, keyed: KeyedScores | None = None, performance: Performance | None = None) -> None:
        self._batches.append(batch)
        self._keyed = keyed
        if performance is not None:
            self._outcomes.append(performance)

    def batches(self, model: str | None = None) -> tuple[Batch, ...]:
        return tuple(self._batches)

    def keyed(self, batch: Batch) -> KeyedScores | None:
        return self._keyed

    def add_outcomes(self, performance: Performance) -> None:
        self._outcomes.append(performance)

    def add_all_outcomes(self, performances: Sequence[Performance]) -> None:
        self._outcomes.extend(performances)

    def outcomes(self, model: str | None = None) -> tuple[Performance, ...]:
        return tuple(self._outcomes)
