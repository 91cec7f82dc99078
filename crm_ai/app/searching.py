"""Looking for fairer models in the background: one way after the other, each kept as soon as it is found."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import _, language, use_language

if TYPE_CHECKING:
    from crm_ai.fairness import Candidate
    from crm_ai.modeling import Run, Segment
    from crm_ai.table import Table

LOOKS_A_SECOND = 4
SEARCHES_KEPT, CANDIDATES_KEPT = 8, 40


def _methods() -> tuple[str, ...]:
    from crm_ai.fairness import METHODS

    return METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for.

    Parameters
    ----------
    model_type : str
        A model that was trained.
    segment : Segment
        What makes the groups.
    constraint : str
        What is held equal.
    threshold : float
        Score from which customers are selected.
    methods : tuple of str, default all
        Ways to try.
    """

    model_type: str
    segment: Segment
    constraint: str
    threshold: float
    methods: tuple[str, ...] = field(default_factory=_methods)


Make = Callable[["Run", Wanted, str], "Candidate"]


class Search:
    """A search in a thread of its own.

    Parameters
    ----------
    run : Run
        The run.
    wanted : Wanted
        What is looked for.
    make : callable
        Makes the candidate of a run, for what is wanted, by a method.
    """

    def __init__(self, run: Run, wanted: Wanted, make: Make) -> None:
        self.wanted, self.table_digest = wanted, run.table.digest
        self.found: list[Candidate] = []
        self.refused: dict[str, str] = {}
        self._at = 0
        self._make, self._spoken, self._ended = make, language(), threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, args=(run,), name="fairer", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether some way is still being tried."""
        return self._thread.is_alive()

    @property
    def was_cancelled(self) -> bool:
        """Whether somebody has ended it."""
        return self._ended.is_set()

    @property
    def is_whole(self) -> bool:
        """Whether every way was tried."""
        return not self.is_running and len(self.found) + len(self.refused) == len(self.wanted.methods)

    @property
    def share(self) -> float:
        """Share of the ways that were tried, in [0, 1]."""
        return self._at / max(len(self.wanted.methods), 1)

    def cancel(self) -> None:
        """End it after the way that is being tried; what was found stays."""
        self._ended.set()

    def wait(self, seconds: float) -> None:
        """Wait for it to finish.

        Parameters
        ----------
        seconds : float
            At most.
        """
        self._thread.join(seconds)

    def check(self) -> None:
        """Raise whatever has gone wrong."""
        if self._failure is not None:
            raise self._failure

    def in_words(self) -> str:
        """What is being tried."""
        if self.was_cancelled:
            return _("Ending after this one …")
        place = min(self._at, len(self.wanted.methods) - 1)
        return _("Trying {way} ({n} of {all}) …").format(
            way=way_in_words(self.wanted.methods[place]), n=place + 1, all=len(self.wanted.methods)
        )

    def _work(self, run: Run) -> None:
        use_language(self._spoken)
        try:
            for place, method in enumerate(self.wanted.methods):
                self._at = place
                if self._ended.is_set():
                    return
                try:
                    self.found.append(self._make(run, self.wanted, method))
                except CrmAiError as refusal:
                    self.refused[method] = refusal.what
        except BaseException as failure:  # shown on the page of whoever waits for it
            self._failure = failure


class SearchShelf:
    """Searches and what they have found, for all visitors; older ones are made again when somebody asks."""

    def __init__(self, searches: int, candidates: int) -> None:
        self._most_searches, self._most_candidates = searches, candidates
        self._searches: OrderedDict[tuple[str, Wanted, str], Search] = OrderedDict()
        self._candidates: OrderedDict[tuple[object, ...], tuple[str, Candidate]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, run: Run, wanted: Wanted) -> Search | None:
        """Look for a search.

        Parameters
        ----------
        run : Run
            The run.
        wanted : Wanted
            What is looked for.

        Returns
        -------
        Search or None
            At work, or ended; None if it never began.
        """
        with self._lock:
            return self._searches.get((_origin(run), wanted, language()))

    def begin(self, run: Run, wanted: Wanted) -> Search:
        """Begin a search, or join the one that is at work or has tried everything.

        Parameters
        ----------
        run : Run
            The run.
        wanted : Wanted
            What is looked for.

        Returns
        -------
        Search
            What an ended one has found already is found again at once.
        """
        key = (_origin(run), wanted, language())
        with self._lock:
            known = self._searches.get(key)
            if known is None or not (known.is_running or known.is_whole):
                known = self._searches[key] = Search(run, wanted, self.candidate)
            self._searches.move_to_end(key)
            while len(self._searches) > self._most_searches:
                self._searches.popitem(last=False)
        return known

    def candidate(self, run: Run, wanted: Wanted, method: str) -> Candidate:
        """Make a candidate, or take the one that was made before.

        Parameters
        ----------
        run : Run
            The run.
        wanted : Wanted
            What is looked for.
        method : str
            One of ``METHODS``.

        Returns
        -------
        Candidate
            The fairer model.
        """
        from crm_ai.fairness import UNCONSTRAINED, mitigate

        constrained = (wanted.constraint, wanted.threshold) if method not in UNCONSTRAINED else ()
        key = (_origin(run), wanted.model_type, wanted.segment, method, constrained)
        with self._lock:
            if key in self._candidates:
                self._candidates.move_to_end(key)
                return replace(self._candidates[key][1], threshold=wanted.threshold)
        made = mitigate(
            run, wanted.model_type, wanted.segment, method, constraint=wanted.constraint, threshold=wanted.threshold
        )
        with self._lock:
            self._candidates[key] = (run.table.digest, made)
            while len(self._candidates) > self._most_candidates:
                self._candidates.popitem(last=False)
        return made

    def drop(self, table: Table) -> None:
        """Forget all that was found for a table's customers.

        Parameters
        ----------
        table : Table
            The customers.
        """
        with self._lock:
            for key in [key for key, search in self._searches.items() if search.table_digest == table.digest]:
                del self._searches[key]
            for made in [key for key, (digest, _made) in self._candidates.items() if digest == table.digest]:
                del self._candidates[made]


def _origin(run: Run) -> str:
    """Digest of the run as it was trained: what was adopted since changes nothing of what can be found."""
    from crm_ai.modeling import run_digest

    return run_digest(run.table, run.plan)


@st.cache_resource(show_spinner=False)
def shelf() -> SearchShelf:
    """The shelf of this server."""
    return SearchShelf(SEARCHES_KEPT, CANDIDATES_KEPT)


def watch(search: Search) -> None:
    """Show how far a search has come until it has ended, with a button that ends it.

    Parameters
    ----------
    search : Search
        What is watched; a step to another page ends the watching, and the search goes on.
    """
    place = st.empty()
    with place.container(border=True, key="search"):
        bar = st.progress(search.share, text=plain(search.in_words()))
        st.button(
            _("End the search"),
            icon=":material/stop_circle:",
            key="end_search",
            on_click=search.cancel,
            disabled=search.was_cancelled,
            help=_("What is found by then is kept."),
        )
    while search.is_running:
        search.wait(1 / LOOKS_A_SECOND)
        bar.progress(search.share, text=plain(search.in_words()))
    place.empty()


def way_in_words(method: str) -> str:
    """What a way to make a model fairer is called.

    Parameters
    ----------
    method : str
        One of ``METHODS``; empty for the model as it was trained.

    Returns
    -------
    str
        In the reader's words, the field's term in brackets.
    """
    return {
        "": _("as trained"),
        "reweighing": _("other weights (reweighing)"),
        "decorrelation": _("taking the trait out (decorrelation)"),
        "exponentiated_gradient": _("a mixture of models (exponentiated gradient)"),
        "grid_search": _("one of many models (grid search)"),
        "group_thresholds": _("a threshold for each group"),
    }[method]
