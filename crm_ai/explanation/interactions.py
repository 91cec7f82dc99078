"""Which columns work together: where the effect of one depends on another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from crm_ai.evaluation.intervals import Z
from crm_ai.explanation.explainer import drawn
from crm_ai.explanation.permutation_shapley import drawn_evenly
from crm_ai.explanation.scales import check_scale, output_on
from crm_ai.modeling import Run, Task, label_place

PREDICTIONS = 300_000
FEWEST_CUSTOMERS, MOST_CUSTOMERS = 50, 1_000
CELLS_AT_ONCE = 1 << 22
ROUNDING = 1e-6  # of a model in 32 bits


def interactions(run: Run, model_type: str, *, label: str | None = None, scale: str | None = None) -> pd.DataFrame:
    """How strongly columns work together, pair by pair.

    Half-way between a holdout customer and a training customer, the model is asked four times: with either's value of
    one column, and either's value of another. If the columns only add up, the first makes the same difference with
    both values of the second. What the difference differs by, on average, is the pair's strength; a model without
    interactions has exactly 0.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    label : str, optional
        The answer to explain; by default the positive one, or the first of several.
    scale : str, optional
        One of ``scales_of`` the model; by default the one it adds up on.

    Returns
    -------
    pandas.DataFrame
        Columns first, second, strength, low, high, n; the strongest pair first. Strength is measured as the output is.
        Intervals are 95 % intervals of the mean.

    References
    ----------
    Grabisch and Roubens (1999), International Journal of Game Theory 28, "An axiomatic approach to the concept of
    interaction among players in cooperative games": the second difference, here over coalitions that hold each other
    column with probability ½.
    """
    model, seed = run.model(model_type), run.problem.seed
    place = None if run.problem.task is Task.REGRESSION else label_place(run.problem, label)
    wanted, source = check_scale(model, scale), model.source
    pairs = list(combinations(range(len(model.columns)), 2))
    asked = 1 + len(model.columns) + len(pairs)
    most = min(MOST_CUSTOMERS, max(FEWEST_CUSTOMERS, PREDICTIONS // asked))
    customers = _encoded(run, model_type, drawn(run.holdout_rows, most, seed))
    others = _encoded(run, model_type, drawn(run.train_rows, 10 * MOST_CUSTOMERS, seed))
    others = others[drawn_evenly(output_on(model, place, wanted, others), len(customers), seed)]
    own = np.random.default_rng(seed).random((len(customers), len(model.columns))) < 0.5
    strength = np.zeros((len(customers), len(pairs)))
    size = max(1, CELLS_AT_ONCE // max(asked * customers.shape[1], 1))
    for start in range(0, len(customers), size):
        part = slice(start, start + size)
        mixed, flipped = _halfway(customers[part], others[part], own[part][:, source])
        told = output_on(model, place, wanted, _asked(mixed, flipped, source, pairs).reshape(-1, mixed.shape[1]))
        told = told.reshape(asked, -1)
        plain, single, double = told[0], told[1 : 1 + len(model.columns)], told[1 + len(model.columns) :]
        for number, (first, second) in enumerate(pairs):
            strength[part, number] = np.abs(double[number] - single[first] - single[second] + plain)
    strength[:, strength.max(axis=0, initial=0.0) < ROUNDING] = 0.0
    n = len(strength)
    mean = strength.mean(axis=0) if n else np.full(len(pairs), np.nan)
    margin = Z * strength.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(len(pairs), np.nan)
    names = model.columns
    table = pd.DataFrame(
        {
            "first": [names[first] for first, _second in pairs],
            "second": [names[second] for _first, second in pairs],
            "strength": mean,
            "low": np.maximum(mean - margin, 0.0),
            "high": mean + margin,
            "n": n,
        }
    )
    return table.sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def partner_of(pairs: pd.DataFrame, column: str) -> str | None:
    """The column that another one works together with most.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As made by ``interactions``.
    column : str
        The column.

    Returns
    -------
    str or None
        None if the column only adds up.
    """
    its = pairs[((pairs["first"] == column) | (pairs["second"] == column)) & (pairs["low"] > 0)]
    if its.empty:
        return None
    strongest = its.iloc[0]
    return str(strongest["second"] if strongest["first"] == column else strongest["first"])


def _encoded(run: Run, model_type: str, rows: np.ndarray) -> np.ndarray:
    model = run.model(model_type)
    return model.encoder.transform(model.cleaned(run.table.frame[list(run.problem.features)].iloc[rows]))


def _halfway(customers: np.ndarray, others: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mixtures of two customers each, and the same with everything taken from the other one."""
    return np.where(own, customers, others), np.where(own, others, customers)


def _asked(mixed: np.ndarray, flipped: np.ndarray, source: np.ndarray, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Every mixture as it is, with each column flipped, and with each pair flipped; shape (asked, n, encoded)."""
    columns = int(source.max()) + 1 if len(source) else 0
    asked = np.repeat(mixed[None], 1 + columns + len(pairs), axis=0)
    blocks = [np.flatnonzero(source == column) for column in range(columns)]
    for column, block in enumerate(blocks):
        asked[1 + column][:, block] = flipped[:, block]
    for number, both in enumerate(pairs, start=1 + columns):
        for column in both:
            asked[number][:, blocks[column]] = flipped[:, blocks[column]]
    return asked
