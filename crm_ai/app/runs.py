"""Training, and the shelf of runs that were used last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import searching, store, training, visitors
from crm_ai.app.training import Training
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.fairness import Adoption
    from crm_ai.modeling import Plan, Run
    from crm_ai.table import Table

RUNS_KEPT = 12


class RunShelf:
    """The runs used last, for all visitors; older ones are trained again when somebody asks.

    Not a cached function, because training shows its progress on the page of whoever asks.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._at_work: dict[str, Training] = {}
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
            self._at_work.pop(run.digest, None)  # whoever watches holds it; nobody else needs it any more
            self._runs[run.digest] = run
            while len(self._runs) > self._most:
                self._runs.popitem(last=False)
        return run

    def begin(self, digest: str, start: Callable[[], Training]) -> Training:
        """Begin a training, unless the same one is at work already, or has ended and nobody has taken its run yet.

        Parameters
        ----------
        digest : str
            Digest of the run that it is to make.
        start : callable
            Begins it.

        Returns
        -------
        Training
            At work.
        """
        with self._lock:
            known = self._at_work.get(digest)
            if known is None:
                known = self._at_work[digest] = start()
        return known

    def at_work(self, digest: str) -> Training | None:
        """Look for a training that is at work.

        Parameters
        ----------
        digest : str
            Digest of the run that it is to make.

        Returns
        -------
        Training or None
            None if it has ended, or never began.
        """
        with self._lock:
            known = self._at_work.get(digest)
        return known if known is not None and known.is_running else None

    def forget_ended(self, digest: str) -> None:
        """Forget a training that was ended early or has failed, so that it can begin anew.

        Parameters
        ----------
        digest : str
            Digest of the run that it was to make.
        """
        with self._lock:
            known = self._at_work.get(digest)
            if known is not None and (known.was_cancelled or not known.is_running):
                del self._at_work[digest]

    def done(self, training: Training) -> Run:
        """Take what a training has made, and forget the training.

        Parameters
        ----------
        training : Training
            One that has ended.

        Returns
        -------
        Run
            Its run.
        """
        with self._lock:
            self._at_work = {digest: other for digest, other in self._at_work.items() if other is not training}
        return training.result()

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


def trained_run(table: Table, plan: Plan, reference: str = "", *, ended: Callable[[], object] = lambda: None) -> Run:
    """Train in the background, showing here how far it has come.

    Parameters
    ----------
    table : Table
        The customers.
    plan : Plan
        What is trained.
    reference : str, default ""
        The table's reference: the plan of the finished run is kept beside it, even if nobody watches any more.
    ended : callable, optional
        Called when there is nothing more to watch, whether there is a run or an error. It is not called when a click
        or a step to another page ends the watching.

    Returns
    -------
    Run
        The run; at once if it was trained before.
    """
    from crm_ai.modeling import run_digest

    known = shelf().get(run_digest(table, plan))
    if known is not None:
        ended()
        return known
    at_work = begin_training(table, plan, reference)
    training.watch(at_work)
    ended()
    return shelf().done(at_work)


def begin_training(table: Table, plan: Plan, reference: str = "") -> Training:
    """Train in the background, or join a training of the same plan that is at work already.

    Parameters
    ----------
    table : Table
        The customers.
    plan : Plan
        What is trained.
    reference : str, default ""
        See ``trained_run``.

    Returns
    -------
    Training
        At work.
    """
    from crm_ai.modeling import run_digest

    runs, visitor = shelf(), visitors.visitor()

    def keep(run: Run) -> None:
        runs.put(run)
        if reference and store.exists(reference):
            store.put_plan(reference, run.digest, run.plan)
            visitors.remember_run(visitor, reference, run)

    return runs.begin(run_digest(table, plan), lambda: Training(table, plan, keep))


def proposed_run(table: Table, reference: str = "") -> Run:
    """Train what is proposed, for readers who want to see before they choose.

    Parameters
    ----------
    table : Table
        The customers.
    reference : str, default ""
        See ``trained_run``.

    Returns
    -------
    Run
        The run.
    """
    return trained_run(table, _proposed_plan(table), reference)


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
    adoptions = store.open_adoptions(reference, digest)
    found = trained_run(table, _known_plan(table, reference, digest), reference)
    for adoption in adoptions:
        found = shelf().put(readopt(found, adoption))
    if found.digest != digest:
        raise CrmAiError(
            _("This link leads to models that cannot be made again: the table or the app has changed since."),
            next_step=_("Train again on the Train page."),
        )
    store.put_plan(reference, digest, found.plan, adoptions)
    if adoptions:
        visitors.remember_run(visitors.visitor(), reference, found)
    return found


def readopt(run: Run, adoption: Adoption) -> Run:
    """Adopt once more what was adopted before, showing here how far it has come.

    Parameters
    ----------
    run : Run
        The run it was made from.
    adoption : Adoption
        The recipe.

    Returns
    -------
    Run
        With the fairer model.

    Raises
    ------
    CrmAiError
        If somebody ended it, or the model cannot be made any more.
    """
    from crm_ai.fairness import adopt

    wanted = searching.Wanted(
        model_type=adoption.model_type,
        segment=adoption.segment,
        constraint=adoption.constraint or "demographic_parity",
        threshold=adoption.threshold,
        methods=(adoption.method,),
    )
    search = searching.shelf().begin(run, wanted)
    searching.watch(search)
    search.check()
    if not search.found:
        raise CrmAiError(
            search.refused.get(adoption.method, _("The adopted model was not made again, as somebody ended it.")),
            next_step=_("Open the link once more, or train again on the Train page."),
        )
    return adopt(run, search.found[0])


def _known_plan(table: Table, reference: str, digest: str) -> Plan:
    try:
        return store.open_plan(reference, digest)
    except CrmAiError:
        if not store.is_sample(reference):
            raise
        return _proposed_plan(table)  # a sample's link also works on a machine that has never seen it


def _proposed_plan(table: Table) -> Plan:
    from crm_ai.modeling import make_plan, propose_problem

    return make_plan(propose_problem(table).problem)
