"""Where a model fails: segments of larger errors, found on some customers and judged on others."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import Z, quantile_for
from crm_ai.evaluation.moments import Moments
from crm_ai.explanation.tree.rules import read_tree
from crm_ai.modeling import Model, Run, Task
from crm_ai.words import _, count, number, percent, sentences

if TYPE_CHECKING:
    from crm_ai.explanation.tree.reading import TreeReading

MOST_SEGMENTS = 8
DEEPEST = 3
SMALLEST_SHARE = 0.04  # of the training customers: what is smaller cannot be judged on the holdout
FEWEST = 30  # holdout customers of a segment that anything is said of
BEYOND_CHANCE = 15.0
MEASURES = {Task.BINARY: "brier_score", Task.MULTICLASS: "error_rate", Task.REGRESSION: "mae"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One segment and how the model does there.

    Parameters
    ----------
    rule : str
        Who belongs to it, in words.
    error : Estimate
        Mean error of its holdout customers.
    elsewhere : float
        Mean error of all others.
    difference : Estimate
        `error` less `elsewhere`; its interval holds for all segments at once.
    predicted, actual : float
        Mean of what the model said and of what was true; NaN for several answers.
    lean : Estimate
        `predicted` less `actual`; its interval holds for all segments at once. Above 0 the model promises too much.
    """

    rule: str
    error: Estimate
    elsewhere: float
    difference: Estimate
    predicted: float
    actual: float
    lean: Estimate

    @property
    def n(self) -> int:
        """Holdout customers in the segment."""
        return self.error.n

    @property
    def is_worse(self) -> bool:
        """Whether the model surely errs more here than elsewhere."""
        return self.n >= FEWEST and self.difference.low > 0

    @property
    def is_leaning(self) -> bool:
        """Whether the model surely says too much or too little here."""
        return self.n >= FEWEST and (self.lean.low > 0 or self.lean.high < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakSpots:
    """How a model does in the segments between which its errors differ most.

    Parameters
    ----------
    measure : str
        What an error is: brier_score (squared gap between probability and outcome), error_rate or mae.
    overall : Estimate
        Mean error of the holdout.
    spots : tuple of Spot
        Segments, the largest error first; every customer belongs to one. A single one of everybody if no segments were
        found between which errors differ.
    """

    measure: str
    overall: Estimate
    spots: tuple[Spot, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a segment.

        Returns
        -------
        pandas.DataFrame
            Columns rule, n, error, low, high, elsewhere, difference, difference_low, difference_high, predicted,
            actual, lean, lean_low, lean_high, worse, leaning.
        """
        rows = [
            (
                *(spot.rule, spot.n, spot.error.value, spot.error.low, spot.error.high, spot.elsewhere),
                *(spot.difference.value, spot.difference.low, spot.difference.high),
                *(spot.predicted, spot.actual, spot.lean.value, spot.lean.low, spot.lean.high),
                *(spot.is_worse, spot.is_leaning),
            )
            for spot in self.spots
        ]
        names = "rule n error low high elsewhere difference difference_low difference_high predicted actual lean"
        return pd.DataFrame(rows, columns=[*names.split(), "lean_low", "lean_high", "worse", "leaning"])


def weak_spots(run: Run, model_type: str) -> WeakSpots:
    """Find the segments in which a model fails, and judge them on customers that had no part in finding them.

    A shallow tree is grown over the errors that were made of training customers out of fold; what holds in its leaves
    is told of the holdout.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.

    Returns
    -------
    WeakSpots
        The segments.

    References
    ----------
    Chung and others (2019), ICDE, "Slice Finder: automated data slicing for model validation" (the idea of a tree over
    losses; here the slices are judged on customers of their own).

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem, train
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": range(800), "Churn": ["Yes", "No"] * 200 + ["No"] * 400})
    >>> table = table_from_frame(frame)
    >>> run = train(table, propose_problem(table, target="Churn", features=["months"]).problem, ["decision_tree"])
    >>> found = weak_spots(run, "decision_tree")
    >>> worst = found.spots[0]
    >>> worst.rule, worst.is_worse, round(worst.actual, 1)
    ('months ≤ 398.5', True, 0.5)
    """
    said = run.out_of_fold[run.model(model_type).model_type]
    judged = np.isfinite(said if said.ndim == 1 else said[:, 0])
    known = _errors(run.problem.task, run.train_actual[judged], said[judged])
    segments = _tree_over(run, run.train_rows[judged], known)
    matrix = segments.encoder.transform(segments.cleaned(run.holdout_frame))
    leaf = np.asarray(segments.estimator.apply(matrix), dtype=np.intp)
    return _judged(run, model_type, read_tree(segments), leaf)


def weak_spots_in_words(found: WeakSpots) -> str:
    """Say where a model fails.

    Parameters
    ----------
    found : WeakSpots
        As made by ``weak_spots``.

    Returns
    -------
    str
        One or two sentences.
    """
    worse = [spot for spot in found.spots if spot.is_worse]
    if not worse:
        return _("No segment was found in which it surely errs more than elsewhere.")
    worst = worse[0]
    first = _("It errs most where {rule}: {measure} {error} ({low}–{high}), against {elsewhere} elsewhere, n = {n}.")
    words = first.format(
        rule=worst.rule,
        measure=measure_in_words(found.measure),
        error=amount(worst.error.value, found.measure),
        low=amount(worst.error.low, found.measure),
        high=amount(worst.error.high, found.measure),
        elsewhere=amount(worst.elsewhere, found.measure),
        n=count(worst.n),
    )
    if not worst.is_leaning:
        return words
    too = _("There it promises too much") if worst.lean.value > 0 else _("There it promises too little")
    shown = percent if found.measure == "brier_score" else number
    more = _("{too}: {predicted} on average, where {actual} was true.")
    return sentences([words, more.format(too=too, predicted=shown(worst.predicted), actual=shown(worst.actual))])


def measure_in_words(measure: str) -> str:
    """Name an error.

    Parameters
    ----------
    measure : str
        One of ``MEASURES``.

    Returns
    -------
    str
        In words.
    """
    return {
        "brier_score": _("squared gap of the probabilities (Brier)"),
        "error_rate": _("wrong answers"),
        "mae": _("mean size of the error"),
    }[measure]


def amount(error: float, measure: str) -> str:
    """Write an error.

    Parameters
    ----------
    error : float
        The error.
    measure : str
        One of ``MEASURES``.

    Returns
    -------
    str
        Per cent for wrong answers.
    """
    return percent(error) if measure == "error_rate" else number(error)


def _errors(task: Task, actual: np.ndarray, said: np.ndarray) -> np.ndarray:
    if task is Task.BINARY:
        return np.asarray((said - actual) ** 2)
    if task is Task.MULTICLASS:
        return np.asarray(said.argmax(axis=1) != actual, dtype=np.float64)
    return np.asarray(np.abs(said - actual))


def _tree_over(run: Run, rows: np.ndarray, errors: np.ndarray) -> Model:
    """A shallow tree that says how large an error to expect, as a model that can be read."""
    from sklearn.pipeline import Pipeline

    from crm_ai.cleaning import Cleaning
    from crm_ai.modeling import TableEncoder
    from crm_ai.modeling.model_types import MODEL_TYPES
    from crm_ai.modeling.sampled_tree import SampledTreeRegressor

    names = tuple(dict.fromkeys((*run.problem.features, *run.problem.segments)))
    cleaning = Cleaning(run.problem.repairs)
    cleaned = cleaning.fit_transform(run.table.frame[list(names)].iloc[rows])
    kinds = {name: run.table.schema[name].kind.value for name in names}
    encoder = TableEncoder(cleaning.kinds_after(kinds), **MODEL_TYPES["decision_tree"].encoding)
    tree = SampledTreeRegressor(
        max_leaf_nodes=MOST_SEGMENTS,
        max_depth=DEEPEST,
        min_samples_leaf=max(FEWEST, round(SMALLEST_SHARE * len(rows))),
        # The best of some hundred questions about mere noise explains about ten times the noise's variance.
        ccp_alpha=BEYOND_CHANCE * float(errors.var()) / len(errors),
        random_state=run.problem.seed,
    ).fit(encoder.fit_transform(cleaned), errors)
    problem = replace(run.problem, task=Task.REGRESSION, labels=(), above=None, features=names, recalibration="")
    pipeline = Pipeline([("cleaning", cleaning), ("encoding", encoder), ("estimator", tree)])
    return Model("decision_tree", problem, run.table.schema, pipeline)


def _judged(run: Run, model_type: str, reading: TreeReading, leaf: np.ndarray) -> WeakSpots:
    task, said, actual = run.problem.task, run.predictions[model_type], run.actual
    errors, measure = _errors(task, actual, said), MEASURES[task]
    z = quantile_for(len(reading.leaves))
    has_lean = task is not Task.MULTICLASS
    spots = []
    for node in reading.leaves:
        inside = leaf == node.place
        here, there = Moments.of(errors[inside]), Moments.of(errors[~inside])
        gaps = said[inside] - actual[inside] if has_lean else np.zeros(0)
        spots.append(
            Spot(
                rule=node.rule,
                error=Estimate(measure, here.mean, *_ends(here, measure, Z), int(inside.sum())),
                elsewhere=there.mean,
                difference=_difference(here, there, measure, z),
                predicted=float(said[inside].mean()) if len(gaps) else math.nan,
                actual=float(actual[inside].mean()) if len(gaps) else math.nan,
                lean=Estimate("mean_error", Moments.of(gaps).mean, *Moments.of(gaps).interval(z), len(gaps)),
            )
        )
    spots.sort(key=lambda spot: -spot.error.value if spot.n else math.inf)
    everybody = Moments.of(errors)
    overall = Estimate(measure, everybody.mean, *_ends(everybody, measure, Z), len(errors))
    return WeakSpots(measure=measure, overall=overall, spots=tuple(spots))


def _ends(moments: Moments, measure: str, z: float) -> tuple[float, float]:
    low, high = moments.interval(z)
    return max(low, 0.0), min(high, 1.0) if measure == "error_rate" else high


def _difference(here: Moments, there: Moments, measure: str, z: float) -> Estimate:
    """Square and add: each mean's own interval tells how far the difference may reach."""
    (low, high), (other_low, other_high) = _ends(here, measure, z), _ends(there, measure, z)
    value = here.mean - there.mean
    below = math.hypot(here.mean - low, other_high - there.mean)
    above = math.hypot(high - here.mean, there.mean - other_low)
    return Estimate(f"{measure}_difference", value, value - below, value + above, here.n)
