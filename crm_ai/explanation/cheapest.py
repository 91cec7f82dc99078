"""The cheapest change that turns the decision about a part of a segment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from crm_ai.evaluation.intervals import wilson
from crm_ai.explanation.changes import DIRECTIONS, Changeable, check_changeable
from crm_ai.explanation.counterfactual_trial import Search
from crm_ai.explanation.counterfactuals import usual_threshold
from crm_ai.explanation.explainer import drawn
from crm_ai.explanation.explanation import value_in_words
from crm_ai.explanation.what_if import cells, said_of, values_of
from crm_ai.modeling import Run
from crm_ai.table import Kind
from crm_ai.words import _

MOST_CUSTOMERS = 400
VALUES = 8
COMBINED = 5


def cheapest_changes(
    ready: Search,
    rows: np.ndarray,
    changeable: Sequence[Changeable],
    *,
    threshold: float | None = None,
    share: float = 0.2,
    wants_less: bool = True,
) -> pd.DataFrame:
    """Find changes that, made to all customers of a segment, turn the decision about a part of them.

    Parameters
    ----------
    ready : Search
        As made by ``counterfactual_search``.
    rows : numpy.ndarray of int, shape (n,)
        Positions of the segment's customers in the table; of many, 400 drawn by chance are tried.
    changeable : sequence of Changeable
        Columns that may change, and how.
    threshold : float, optional
        A decision is whether the prediction reaches it; by default see ``usual_threshold``.
    share : float, default 0.2
        Part of the customers on the wrong side whose decision is to turn, in [0, 1].
    wants_less : bool, default True
        Whether predictions are to come below the threshold; else up to it.

    Returns
    -------
    pandas.DataFrame
        Columns change (in words), columns (how many change), turned, low, high (share of the customers on the wrong
        side, with its 95 % interval), touched (customers whose values really change), distance (mean over those
        touched, see ``Counterfactual``), enough (whether `share` is reached), n (customers on the wrong side). What is
        enough comes first, the smallest total change first. Empty if nobody is on the wrong side.

    Raises
    ------
    CrmAiError
        As ``counterfactuals``.
    """
    check_changeable(ready.run, ready.model, changeable)
    limit = usual_threshold(ready) if threshold is None else threshold
    frame = ready.run.table.frame[list(ready.run.problem.features)]
    frame = frame.iloc[drawn(np.asarray(rows), MOST_CUSTOMERS, ready.run.problem.seed)]
    said = said_of(ready.model, frame, ready.label)
    wrong = said >= limit if wants_less else said < limit
    frame = frame[wrong].reset_index(drop=True)
    if frame.empty:
        return _table([], share)
    singles = [(one, value) for one in changeable for value in _values(ready.run, one)]
    found = [_tried(ready, frame, [single], limit, wants_less=wants_less) for single in singles]
    best = sorted(range(len(found)), key=lambda place: -found[place][2])[: COMBINED * 2]
    pairs = [(singles[a], singles[b]) for a, b in combinations(best, 2) if singles[a][0].column != singles[b][0].column]
    found += [_tried(ready, frame, list(pair), limit, wants_less=wants_less) for pair in pairs[: COMBINED**2]]
    return _table(found, share)


Tried = tuple[str, int, float, float, float, int, float, int]


def _tried(
    ready: Search, frame: pd.DataFrame, changes: list[tuple[Changeable, object]], limit: float, *, wants_less: bool
) -> Tried:
    after, touched = frame.copy(), np.zeros(len(frame), dtype=bool)
    for one, value in changes:
        moves = _moves(frame[one.column], one, value)
        own = [None if pd.isna(cell) else cell for cell in frame[one.column]]
        after[one.column] = cells(
            frame[one.column], [value if move else cell for move, cell in zip(moves, own, strict=True)]
        )
        touched |= moves
    said = said_of(ready.model, after, ready.label)
    turned = (said < limit) if wants_less else (said >= limit)
    gaps = np.abs(ready.space.codes_of(after) - ready.space.codes_of(frame))
    gaps = np.where(np.isnan(gaps), 1.0, np.where(ready.space.is_label, gaps > 0, gaps))
    places = [ready.space.model.columns.index(one.column) for one, _value in changes]
    far = float(gaps[touched][:, places].sum(axis=1).mean()) if touched.any() else 0.0
    low, high = (float(end) for end in wilson(int(turned.sum()), len(turned)))
    words = _("; ").join(f"{one.column} → {value_in_words(value)}" for one, value in changes)
    return words, len(changes), float(turned.mean()), low, high, int(touched.sum()), far, len(frame)


def _moves(column: pd.Series, one: Changeable, value: object) -> np.ndarray:
    """Whose value changes: not who has it already, nor whom it would move against the direction."""
    if one.direction == "any":
        return (
            (column.astype("str") != str(value)).to_numpy() if isinstance(value, str) else (column != value).to_numpy()
        )
    assert one.direction in DIRECTIONS
    further = column < value if one.direction == "up" else column > value
    return further.to_numpy(dtype=bool, na_value=False)


def _values(run: Run, one: Changeable) -> list[object]:
    values = values_of(run, one.column)
    if values.kind not in (Kind.NUMBER, Kind.DATE):
        labels: list[object] = [label for label in values.labels if not one.labels or label in one.labels]
        return labels[: 2 * VALUES]
    series = run.table.frame[one.column].iloc[run.train_rows].dropna()
    return list(series.quantile(np.linspace(0.05, 0.95, VALUES), interpolation="nearest").drop_duplicates())


def _table(found: list[Tried], share: float) -> pd.DataFrame:
    names = ["change", "columns", "turned", "low", "high", "touched", "distance", "n"]
    table = pd.DataFrame(found, columns=names)
    table["enough"] = table["turned"] >= share
    table["cost"] = table["distance"] * table["touched"]
    order = ["enough", "cost", "turned"]
    enough = table[table["enough"]].sort_values(order, ascending=[False, True, False], kind="stable")
    others = table[~table["enough"]].sort_values("turned", ascending=False, kind="stable")
    return pd.concat([enough, others], ignore_index=True).drop(columns="cost")
