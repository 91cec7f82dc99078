"""How far training has come, what came out so far, and what took how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    share : float, default 0.0
        Share of the work that is done, in [0, 1]; steps of slow models weigh more.
    scores : mapping of str to tuple of float, default {}
        The decisive metric on the folds judged so far, by model type.
    """

    done: int
    total: int
    message: str
    share: float = 0.0
    scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


class Journal:
    """Tells progress and keeps time while a run is made; workers share it.

    Parameters
    ----------
    steps : mapping of str to int
        Steps by model type.
    tell : callable, optional
        Called with each ``Progress``.
    cancelled : callable, optional
        Asked whether to end early.
    weights : mapping of str to float, optional
        How long a step of each model type takes, before one has been timed; in any unit.
    """

    def __init__(
        self,
        steps: Mapping[str, int],
        tell: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self._steps, self._tell, self._asked = dict(steps), tell, cancelled
        self._guesses = {name: (weights or {}).get(name, 1.0) for name in steps}
        self._took: dict[str, list[float]] = {name: [] for name in steps}
        self._scores: dict[str, list[float]] = {}
        self.seconds: dict[str, float] = {}
        self.model_seconds: dict[str, float] = {}
        self._lock = Lock()

    @property
    def cancelled(self) -> bool:
        """Whether to end early."""
        return self._asked is not None and self._asked()

    def step(self, model: str, took: float, message: str, score: float | None = None) -> None:
        """Tell that a step is finished.

        Parameters
        ----------
        model : str
            The model type.
        took : float
            Seconds.
        message : str
            What was done.
        score : float, optional
            The decisive metric, if a fold was judged.
        """
        self._took[model].append(took)
        if score is not None:
            self._scores.setdefault(model, []).append(score)
        self.say(message)

    def say(self, message: str) -> None:
        """Tell how far the work has come.

        Parameters
        ----------
        message : str
            What was done last.
        """
        if self._tell:
            done = sum(len(took) for took in self._took.values())
            scores = {model: tuple(values) for model, values in self._scores.items()}
            self._tell(Progress(done, sum(self._steps.values()), message, self._share(), scores))

    def _share(self) -> float:
        """Steps weigh what they took; those of models not yet timed, what they were guessed to take beside others."""
        timed = [model for model, took in self._took.items() if took]
        if not timed:
            return 0.0
        mean = {model: sum(self._took[model]) / len(self._took[model]) for model in timed}
        unit = sum(mean.values()) / sum(self._guesses[model] for model in timed)
        weight = {model: mean.get(model, unit * guess) for model, guess in self._guesses.items()}
        whole = sum(self._steps[model] * weight[model] for model in self._steps)
        done = sum(len(self._took[model]) * weight[model] for model in timed)
        return min(done / whole, 1.0) if whole > 0 else 0.0

    @contextmanager
    def timed(self, stage: str, model: str = "") -> Iterator[None]:
        """Time a stage; times of the same stage add up, over workers too.

        Parameters
        ----------
        stage : str
            Its name.
        model : str, default ""
            Whose time it is besides.

        Yields
        ------
        None
            While the stage runs.
        """
        start = perf_counter()
        yield
        took = perf_counter() - start
        with self._lock:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + took
            if model:
                self.model_seconds[model] = self.model_seconds.get(model, 0.0) + took
