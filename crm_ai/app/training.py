"""Training in the background: it goes on when the reader moves to another page, or closes the tab."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import glossary, progress
from crm_ai.app.plain import plain
from crm_ai.words import _, language, use_language

if TYPE_CHECKING:
    from crm_ai.modeling import Plan, Progress, Run
    from crm_ai.table import Table

LOOKS_A_SECOND = 4


class Training:
    """A run that is being made in a thread of its own.

    Parameters
    ----------
    table : Table
        The customers.
    plan : Plan
        What is trained.
    keep : callable
        Called with the finished run, in that thread; it must not touch the page.
    """

    def __init__(self, table: Table, plan: Plan, keep: Callable[[Run], object]) -> None:
        self.plan, self.started = plan, monotonic()
        self.progress: Progress | None = None
        self.run: Run | None = None
        self._failure: BaseException | None = None
        self._table, self._keep, self._spoken = table, keep, language()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether there is neither a run nor an error yet."""
        return self._thread.is_alive()

    @property
    def was_cancelled(self) -> bool:
        """Whether somebody has ended it."""
        return self._ended.is_set()

    def cancel(self) -> None:
        """End it; models that are finished make up the run."""
        self._ended.set()

    def wait(self, seconds: float) -> None:
        """Wait for it to finish.

        Parameters
        ----------
        seconds : float
            At most.
        """
        self._thread.join(seconds)

    def result(self) -> Run:
        """The run that it has made.

        Returns
        -------
        Run
            Of all models, or of those that were finished when somebody ended it.

        Raises
        ------
        CrmAiError
            If there is none.
        """
        if self._failure is not None:
            raise self._failure
        assert self.run is not None
        return self.run

    def in_words(self) -> str:
        """How far it has come, and how long it will take."""
        if self.progress is None:
            return _("Getting ready …")
        if self.was_cancelled:
            return _("Ending …")
        share = self.progress.share
        return f"{plain(self.progress.message)} · {progress.time_left(share, monotonic() - self.started)}"

    def _work(self) -> None:
        from crm_ai.modeling import carry_out

        use_language(self._spoken)
        try:
            self.run = carry_out(self._table, self.plan, progress=self._told, cancelled=self._ended.is_set)
            self._keep(self.run)
        except BaseException as failure:  # shown on the page of whoever waits for it
            self._failure = failure

    def _told(self, said: Progress) -> None:
        self.progress = said


def watch(training: Training) -> None:
    """Show how far a training has come until it is finished, with a button that ends it.

    A click, or a step to another page, ends the watching; the training goes on.

    Parameters
    ----------
    training : Training
        What is watched.
    """
    place = st.empty()
    with place.container(border=True, key="training"):
        bar = st.progress(0.0, text=training.in_words())
        st.button(
            _("End training"),
            icon=":material/stop_circle:",
            key="end_training",
            on_click=training.cancel,
            disabled=training.was_cancelled,
            help=_("Models that are finished by then are kept."),
        )
        scores = st.empty()
    told = None
    while training.is_running:
        training.wait(1 / LOOKS_A_SECOND)
        said = training.progress
        if said is None:
            continue
        bar.progress(said.share, text=training.in_words())
        if said is not told and said.scores:
            with scores.container():
                _scores(training, said)
        told = said
    place.empty()


def _scores(training: Training, said: Progress) -> None:
    """What has come out so far, model by model."""
    from crm_ai.modeling import DECISIVE, MODEL_TYPES

    term = glossary.term(DECISIVE[training.plan.problem.task])
    folds = training.plan.problem.folds * training.plan.problem.repeats
    rows = [
        {
            _("Model"): MODEL_TYPES[name].name,
            term.label: term.show(sum(values) / len(values)),
            _("folds judged"): _("{done} of {all}").format(done=len(values), all=max(folds, len(values))),
        }
        for name, values in said.scores.items()
    ]
    st.dataframe(rows, hide_index=True, alt=_("What has come out so far"))
