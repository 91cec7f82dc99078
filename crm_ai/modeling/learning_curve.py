"""Would more customers help? A model fitted on ever more of the training customers, and judged on the others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.evaluation.paired import corrected_resampled_t
from crm_ai.modeling.fitting import judge_parts
from crm_ai.modeling.problem import Task
from crm_ai.modeling.run import Run
from crm_ai.modeling.sampled_tree import sample_rows
from crm_ai.modeling.search import DECISIVE
from crm_ai.modeling.splitting import folds
from crm_ai.words import _, count

SHARES = (0.1, 0.2, 0.35, 0.6, 1.0)
FEWEST = 30
WORTH_IT = {"roc_auc": 0.005, "balanced_accuracy": 0.005, "r2": 0.01}


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """How good a model gets with how many customers.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns customers (fitted on), value, low, high (95 % interval of the mean over folds, corrected for their
        sharing customers), folds.
    metric : str
        The field's term of what is judged.
    gain : float
        What twice as many customers would add, going on as the last stretch of the curve bends; NaN if that cannot be
        told.
    """

    frame: pd.DataFrame
    metric: str
    gain: float


def learning_curve(
    run: Run,
    model_type: str,
    *,
    shares: Sequence[float] = SHARES,
    progress: Callable[[float], object] | None = None,
) -> LearningCurve:
    """Fit a model on ever more of the training customers of each fold, and judge it on the fold's others.

    Parameters
    ----------
    run : Run
        The run; its holdout is not touched.
    model_type : str
        One of its models, with the settings it has there.
    shares : sequence of float, default SHARES
        Shares of each fold's training customers, each answer in its share.
    progress : callable, optional
        Told the share of the work that is done.

    Returns
    -------
    LearningCurve
        The curve.
    """
    run.model(model_type)
    problem, target, metric = run.problem, run.train_actual, DECISIVE[run.problem.task]
    parts = folds(run.table, problem, run.train_rows, target)[: problem.folds]

    def some_of(fit: np.ndarray, share: float) -> np.ndarray:
        most = max(round(share * len(fit)), FEWEST)
        return fit[sample_rows(target[fit], most, problem.seed, in_shares=problem.task is not Task.REGRESSION)]

    smaller = [[(some_of(fit, share), judge) for fit, judge in parts] for share in shares]
    scores = []
    for judged in judge_parts(run, model_type, itertools.chain(*smaller)):
        scores.append(judged[metric])
        if progress:
            progress(len(scores) / (len(shares) * len(parts)))
    found = []
    for place, several in enumerate(smaller):
        of_folds = scores[place * len(parts) : (place + 1) * len(parts)]
        mean = corrected_resampled_t(metric, of_folds, 1 / max(len(parts) - 1, 1)).estimate
        customers = int(np.mean([len(fit) for fit, _judge in several]))
        found.append((customers, mean.value, mean.low, mean.high, len(parts)))
    frame = pd.DataFrame(found, columns=["customers", "value", "low", "high", "folds"])
    frame = frame.drop_duplicates("customers", ignore_index=True)
    return LearningCurve(frame, metric, _gain(frame))


def more_in_words(curve: LearningCurve) -> str:
    """Say whether more customers would help.

    Parameters
    ----------
    curve : LearningCurve
        The curve.

    Returns
    -------
    str
        One sentence.
    """
    if not math.isfinite(curve.gain):
        return _("Too few customers to tell whether more would help.")
    most = count(int(2 * curve.frame["customers"].iloc[-1]))
    if curve.gain < WORTH_IT[curve.metric]:
        return _("More customers would hardly help: twice as many ({n}) might add {gain}.").format(
            n=most, gain=f"{max(curve.gain, 0.0):.3f}"
        )
    return _("More customers would help: twice as many ({n}) might add about {gain}.").format(
        n=most, gain=f"{curve.gain:.3f}"
    )


def _gain(frame: pd.DataFrame) -> float:
    """What comes after the last doubling, if gains shrink as they did before it."""
    size, value = np.log2(frame["customers"].to_numpy()), frame["value"].to_numpy()
    if len(frame) < 3 or not np.isfinite(value).all() or size[-1] - size[0] < 2:
        return math.nan
    last = value[-1] - np.interp(size[-1] - 1, size, value)
    before = np.interp(size[-1] - 1, size, value) - np.interp(size[-1] - 2, size, value)
    shrinks = np.clip(last / before, 0.0, 1.0) if before > 0 else 1.0
    return float(last * shrinks)
