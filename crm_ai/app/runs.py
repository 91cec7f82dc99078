"""Training, and the shelf of runs that were used last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import progress, store
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Problem, Run
    from crm_ai.table import Table

RUNS_KEPT = 12


class RunShelf:
    """The runs used last, for all visitors; older ones are trained again when somebody asks.

    Not a cached function, because training shows its progress on the page of whoever asks.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str) -> Run | None:
        """Take a run from the shelf.

        Parameters
        ----------
        digest : str
            The run's digest.

        Returns
        -------
        Run or None
            None if it is not there.
        """
        with self._lock:
            if digest in self._runs:
                self._runs.move_to_end(digest)
            return self._runs.get(digest)

    def put(self, run: Run) -> Run:
        """Put a run on the shelf.

        Parameters
        ----------
        run : Run
            The run.

        Returns
        -------
        Run
            The same.
        """
        with self._lock:
            self._runs[run.digest] = run
            while len(self._runs) > self._most:
                self._runs.popitem(last=False)
        return run

    def drop(self, table: Table) -> None:
        """Take the runs of a table from the shelf.

        Parameters
        ----------
        table : Table
            The customers.
        """
        with self._lock:
            for digest in [digest for digest, run in self._runs.items() if run.table.digest == table.digest]:
                del self._runs[digest]


@st.cache_resource(show_spinner=False)
def shelf() -> RunShelf:
    """The shelf of this server."""
    return RunShelf(RUNS_KEPT)


def trained_run(table: Table, recipe: store.Recipe) -> Run:
    """Train, showing the progress in place.

    Parameters
    ----------
    table : Table
        The customers.
    recipe : Recipe
        The question and the model types.

    Returns
    -------
    Run
        The run; at once if it was trained before.
    """
    from crm_ai.modeling import run_digest, train

    known = shelf().get(run_digest(table, recipe.problem, recipe.model_types))
    if known is not None:
        return known
    with progress.shown() as tell:
        return shelf().put(train(table, recipe.problem, recipe.model_types, progress=tell))


def proposed_run(table: Table) -> Run:
    """Train what is proposed, for readers who want to see before they choose.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    Run
        The run.
    """
    return trained_run(table, _proposed_recipe(table))


def restored_run(table: Table, reference: str, digest: str) -> Run:
    """A run that the address speaks of; trained again if it is not at hand, which gives the same numbers.

    Parameters
    ----------
    table : Table
        The customers.
    reference : str
        Their reference.
    digest : str
        The run's digest.

    Returns
    -------
    Run
        The run.

    Raises
    ------
    CrmAiError
        If the run is not one of this table.
    """
    known = shelf().get(digest)
    if known is not None and known.table.digest == table.digest:
        return known
    found = trained_run(table, _known_recipe(table, reference, digest))
    if found.digest != digest:
        raise CrmAiError(
            _("This link leads to models that cannot be made again: the table or the app has changed since."),
            next_step=_("Train again on the Train page."),
        )
    store.put_recipe(reference, digest, store.Recipe(found.problem, tuple(found.models)))
    return found


def _known_recipe(table: Table, reference: str, digest: str) -> store.Recipe:
    try:
        return store.open_recipe(reference, digest)
    except CrmAiError:
        if not store.is_sample(reference):
            raise
        return _proposed_recipe(table)  # a sample's link also works on a machine that has never seen it


def _proposed_recipe(table: Table) -> store.Recipe:
    from crm_ai.modeling import model_types_for, propose_problem

    problem = propose_problem(table).problem
    return store.Recipe(problem, tuple(entry.id for entry in model_types_for(problem.task)))


def recipe(problem: Problem, model_types: Iterable[str]) -> store.Recipe:
    """What a run shall be made of.

    Parameters
    ----------
    problem : Problem
        The question.
    model_types : iterable of str
        Which models.

    Returns
    -------
    Recipe
        Both.
    """
    return store.Recipe(problem, tuple(model_types))
