"""How far training has come, and what took how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training has come.

    Parameters
    ----------
    done, total : int
        Steps finished, and steps in all; a step is one model fitted on one set of customers.
    message : str
        What was done last, in words.
    """

    done: int
    total: int
    message: str


class Journal:
    """Tells progress and keeps time while a run is made; workers share it.

    Parameters
    ----------
    total : int
        Steps in all.
    tell : callable, optional
        Called with each ``Progress``.
    """

    def __init__(self, total: int, tell: Callable[[Progress], None] | None) -> None:
        self.total, self._tell, self.done = total, tell, 0
        self.seconds: dict[str, float] = {}
        self._lock = Lock()

    def say(self, message: str) -> None:
        """Tell how far the work has come.

        Parameters
        ----------
        message : str
            What was done last.
        """
        if self._tell:
            self._tell(Progress(self.done, self.total, message))

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Time a stage; times of the same stage add up, over workers too.

        Parameters
        ----------
        stage : str
            Its name.

        Yields
        ------
        None
            While the stage runs.
        """
        start = perf_counter()
        yield
        with self._lock:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start
