"""Permutation importance: what a model loses on customers it has not seen when a column tells it nothing any more."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from crm_ai.evaluation.intervals import Z
from crm_ai.explanation.explainer import drawn
from crm_ai.modeling import DECISIVE, Run, score_difference

PREDICTIONS = 300_000
MOST_CUSTOMERS = 20_000
FEWEST_REPEATS, MOST_REPEATS = 3, 10


def permutation_importance(run: Run, model_type: str) -> pd.DataFrame:
    """How much of a model's quality on the holdout rests on each column.

    A column's cells change places among the customers, and the model is judged again. That tells what predicting needs;
    SHAP values tell what moves a prediction. A column that another one repeats moves predictions and yet can be spared.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.

    Returns
    -------
    pandas.DataFrame
        Columns column, metric (roc_auc, balanced_accuracy or r2), drop, low, high, n; the largest drop first. Of a
        large holdout 20,000 customers drawn by chance are judged. Intervals are 95 % intervals that know of the
        customers judged and of the places drawn.

    References
    ----------
    Breiman (2001), Machine Learning 45, "Random forests"; Fisher, Rudin, Dominici (2019), JMLR 20, "All models are
    wrong, but many are useful: learning a variable's importance by studying an entire class of prediction models
    simultaneously".
    """
    model, seed = run.model(model_type), run.problem.seed
    places = drawn(np.arange(len(run.holdout_rows)), MOST_CUSTOMERS, seed)
    rows, actual = run.holdout_rows[places], run.actual[places]
    frame = run.table.frame[list(run.problem.features)].iloc[rows]
    matrix = model.encoder.transform(model.cleaned(frame))
    said, source = model.predict_encoded(matrix), model.source
    repeats = PREDICTIONS // max(len(rows) * len(model.columns), 1)
    repeats = min(MOST_REPEATS, max(FEWEST_REPEATS, repeats))
    generator = np.random.default_rng(seed)
    found = []
    for place, column in enumerate(model.columns):
        block = np.flatnonzero(source == place)
        drops = []
        for _repeat in range(repeats):
            mixed = matrix.copy()
            mixed[:, block] = matrix[np.ix_(generator.permutation(len(matrix)), block)]
            drops.append(score_difference(run.problem, actual, said, model.predict_encoded(mixed)).estimate)
        found.append((column, *_together([(drop.value, drop.low, drop.high) for drop in drops])))
    table = pd.DataFrame(found, columns=["column", "drop", "low", "high"])
    table.insert(1, "metric", DECISIVE[run.problem.task])
    table["n"] = len(rows)
    return table.sort_values("drop", ascending=False, kind="stable", ignore_index=True)


def _together(drops: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Mean of several drops; its error is that of the customers and that of the places drawn."""
    value, low, high = np.asarray(drops).T
    errors = (high - low) / (2 * Z)
    places = value.var(ddof=1) / len(value) if len(value) > 1 else 0.0
    mean, margin = float(value.mean()), Z * math.sqrt(float(np.mean(errors**2)) + places)
    return mean, mean - margin, mean + margin
