"""Threads that work side by side, and that nobody has to wait for when the program ends."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any


class Workers:
    """A pool of threads like ``ThreadPoolExecutor``, but of daemons.

    A server that is told to stop must not wait for a forest to be grown to its end, as the standard library's pool
    makes it do.

    Parameters
    ----------
    many : int
        How many threads.

    Examples
    --------
    >>> workers = Workers(2)
    >>> [job.result() for job in [workers.submit(pow, 2, power) for power in range(4)]]
    [1, 2, 4, 8]
    >>> workers.end()
    """

    def __init__(self, many: int) -> None:
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._many, self._ended = many, threading.Event()
        for number in range(many):
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True).start()

    def submit(self, do: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have something done as soon as a thread is free; first come, first served.

        Parameters
        ----------
        do : callable
            What is to be done.
        *arguments : object
            What it is given.

        Returns
        -------
        Future
            Of its result.
        """
        job: Future[Any] = Future()
        spoken = copy_context()  # the thread shall speak the language of whoever submits
        self._jobs.put((job, lambda: spoken.run(do, *arguments)))
        return job

    def end(self) -> None:
        """Begin nothing more; what is being done is done to its end, but nobody waits for it."""
        self._ended.set()
        for _number in range(self._many):
            self._jobs.put(None)

    def _work(self) -> None:
        while (task := self._jobs.get()) is not None:
            job, do = task
            if self._ended.is_set():
                job.cancel()
            if not job.set_running_or_notify_cancel():
                continue
            try:
                job.set_result(do())
            except BaseException as failure:  # told to whoever waits for the result
                job.set_exception(failure)
