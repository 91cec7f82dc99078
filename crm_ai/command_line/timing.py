"""How far a command has come, and what its time went to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from crm_ai.words import percent

if TYPE_CHECKING:
    from crm_ai.modeling import Progress


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time a stage.

        Parameters
        ----------
        stage : str
            Its name; time spent in a stage of the same name adds up.

        Yields
        ------
        None
            While the stage runs.
        """
        start = perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start


class ProgressLine:
    """Shows progress as one line on the terminal that rewrites itself; says nothing where nobody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        """Show how far training has come.

        Parameters
        ----------
        progress : Progress
            Steps done, and what is being done.
        """
        if not self._watched:
            return
        share = progress.done / progress.total
        bar = "█" * round(20 * share) + "·" * (20 - round(20 * share))
        end = "\n" if progress.done == progress.total else ""
        print(f"\r\033[K{bar} {percent(share)}  {progress.message}", end=end, file=sys.stderr, flush=True)
