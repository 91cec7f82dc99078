"""Whether the prediction moves as its reasons promise when they are taken away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_ai.explanation.explainer import Explainer, drawn
from crm_ai.explanation.explanation import Explanation
from crm_ai.explanation.permutation_shapley import drawn_evenly
from crm_ai.explanation.scales import output_on
from crm_ai.modeling import Run, Task, label_place

REFERENCES = 100
TURNS = 20
TOP = 3
MOST_DRAWN = 5_000
LITTLE = 0.1  # standard deviations of the output


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """What happens to a prediction when its main reasons are taken away.

    Parameters
    ----------
    columns : int
        Main reasons taken away: the strongest columns, three at most, that move the prediction where it is.
    promised : float
        What they contribute together.
    moved : float
        By how much the output moves back when these columns are taken from reference customers.
    by_chance : numpy.ndarray of float64
        By how much it moves when as many columns drawn by chance are taken away.
    is_testable : bool
        Whether the prediction is far enough from the average for reasons to matter.
    """

    columns: int
    promised: float
    moved: float
    by_chance: np.ndarray
    is_testable: bool

    @property
    def kept(self) -> float:
        """Share of the promise that is kept; below 0 if the output moves the other way."""
        return self.moved / self.promised if self.promised else 1.0

    @property
    def beats(self) -> float:
        """Share of the draws by chance that move the output less in that direction."""
        ahead = np.sign(self.promised) * (self.moved - self.by_chance)
        return float((ahead >= 0).mean()) if len(self.by_chance) else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Replacements:
    """Customers whose values take the place of a customer's main reasons; the same for all customers of a model.

    Parameters
    ----------
    matrix : numpy.ndarray of shape (m, encoded columns)
        Training customers drawn evenly over what is said of them.
    spread : float
        Standard deviation of the output among those they were drawn from.
    """

    matrix: np.ndarray
    spread: float


def replacements(run: Run, ready: Explainer) -> Replacements:
    """Draw customers whose values take the place of main reasons.

    Parameters
    ----------
    run : Run
        The run.
    ready : Explainer
        Of the model.

    Returns
    -------
    Replacements
        Drawing them once serves all customers.
    """
    model, seed = ready.model, run.problem.seed
    rows = drawn(run.train_rows, MOST_DRAWN, seed)
    candidates = _encoded(run, ready, rows)
    outputs = output_on(model, _place(run, ready), ready.scale, candidates)
    others = candidates[drawn_evenly(outputs, min(REFERENCES, len(candidates)), seed)]
    return Replacements(others, float(outputs.std()))


def faithfulness(
    run: Run, ready: Explainer, row: int, reasons: Explanation, *, instead: Replacements | None = None
) -> Faithfulness:
    """Take a customer's main reasons away and see.

    Parameters
    ----------
    run : Run
        The run.
    ready : Explainer
        Of the model.
    row : int
        Position of the customer in the table.
    reasons : Explanation
        Of this customer alone, by `ready`.
    instead : Replacements, optional
        As made by ``replacements``; made anew if not given.

    Returns
    -------
    Faithfulness
        What was promised, and what happened.
    """
    model, seed, place = ready.model, run.problem.seed, _place(run, ready)
    instead = instead or replacements(run, ready)
    others = instead.matrix
    customer = _encoded(run, ready, np.array([row]))[0]
    values, away = reasons.values[0], float(reasons.values[0].sum())
    towards = np.flatnonzero(values * np.sign(away) > 0)
    main = towards[np.argsort(-np.abs(values[towards]), kind="stable")][:TOP]
    generator = np.random.default_rng(seed)
    rest = np.flatnonzero(~np.isin(np.arange(len(values)), main))
    turns = [main]
    turns += [generator.permutation(rest)[: len(main)] for _turn in range(TURNS if len(rest) else 0)]
    asked = np.repeat(customer[None], len(others) * len(turns), axis=0).reshape(len(turns), len(others), -1)
    for turn, columns in enumerate(turns):
        block = np.isin(model.source, columns)
        asked[turn][:, block] = others[:, block]
    said = output_on(model, place, ready.scale, asked.reshape(-1, asked.shape[2])).reshape(len(turns), -1).mean(axis=1)
    moved = float(output_on(model, place, ready.scale, customer[None])[0]) - said
    return Faithfulness(
        columns=len(main),
        promised=float(values[main].sum()),
        moved=float(moved[0]),
        by_chance=moved[1:],
        is_testable=bool(len(main)) and abs(away) > LITTLE * instead.spread,
    )


def _place(run: Run, ready: Explainer) -> int | None:
    return None if run.problem.task is Task.REGRESSION else label_place(run.problem, ready.label or None)


def _encoded(run: Run, ready: Explainer, rows: np.ndarray) -> np.ndarray:
    frame = run.table.frame[list(run.problem.features)].iloc[rows]
    return ready.model.encoder.transform(ready.model.cleaned(frame))
