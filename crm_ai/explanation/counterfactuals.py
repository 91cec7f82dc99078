"""What would have to change: the nearest changes of a customer's values that turn a model's decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd

from crm_ai.explanation.changes import Changeable, allowed_values, check_changeable
from crm_ai.explanation.counterfactual_trial import Changes, Search, Trial
from crm_ai.explanation.counterfactual_ways import Counterfactual, Counterfactuals
from crm_ai.explanation.customer_space import CustomerSpace, customer_space
from crm_ai.explanation.what_if import said_of
from crm_ai.modeling import Run, Task

OF_EACH = 5  # values of a column that are combined with those of others
OF_EACH_IN_THREES = 3
UNLIKE = 200
MOST_JUDGED, MOST_OF_EACH = 30, 3
NARROWER = 24


def counterfactual_search(
    run: Run, model_type: str, *, label: str | None = None, space: CustomerSpace | None = None
) -> Search:
    """Make ready to look for changes.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    label : str, optional
        The answer in question; by default the positive one, or the first of several.
    space : CustomerSpace, optional
        As made by ``customer_space``; made anew if not given.

    Returns
    -------
    Search
        Making it once serves all customers.
    """
    model, space = run.model(model_type), space or customer_space(run, model_type)
    frame = run.table.frame[list(run.problem.features)].iloc[space.rows]
    return Search(run, model, label, space, said_of(model, frame, label))


def usual_threshold(ready: Search) -> float:
    """Where decisions turn if nobody says: at one half, or at the median prediction of a number.

    Parameters
    ----------
    ready : Search
        As made by ``counterfactual_search``.

    Returns
    -------
    float
        A prediction.
    """
    return float(np.median(ready.said)) if ready.run.problem.task is Task.REGRESSION else 0.5


def counterfactuals(
    ready: Search,
    row: int,
    changeable: Sequence[Changeable],
    *,
    threshold: float | None = None,
    most: int = 3,
    most_columns: int = 3,
) -> Counterfactuals:
    """Find the nearest changes that turn a decision.

    Values tried are those that training customers have: all labels, numbers spread as theirs are, and what unlike
    customers nearby have. One column is tried, then two, then three; numbers then go back towards the customer's own as
    far as the decision stays turned. Every change is checked by the model itself.

    Parameters
    ----------
    ready : Search
        As made by ``counterfactual_search``.
    row : int
        Position of the customer in the table.
    changeable : sequence of Changeable
        Columns that may change, and how.
    threshold : float, optional
        A decision is whether the prediction reaches it; by default see ``usual_threshold``.
    most : int, default 3
        Ways at most, each with other columns.
    most_columns : int, default 3
        Columns that may change at once.

    Returns
    -------
    Counterfactuals
        Nothing found means that no such change turns the decision.

    Raises
    ------
    CrmAiError
        If nothing may change, or a column cannot change so.

    References
    ----------
    Wachter, Mittelstadt, Russell (2018), Harvard Journal of Law & Technology 31, "Counterfactual explanations without
    opening the black box"; Mothilal, Sharma, Tan (2020), FAT*, "Explaining machine learning classifiers through diverse
    counterfactual explanations".
    """
    check_changeable(ready.run, ready.model, changeable)
    features = list(ready.run.problem.features)
    customer = ready.run.table.frame[features].iloc[[row]]
    limit = usual_threshold(ready) if threshold is None else threshold
    before = float(said_of(ready.model, customer, ready.label)[0])
    trial = Trial(ready, customer, before, limit)
    offered = {one.column: allowed_values(ready.run, one, customer[one.column].iloc[0]) for one in changeable}
    hits = _singles(trial, offered)
    if most_columns > 1:
        hits += _combined(trial, offered, hits, most, most_columns)
        hits += _like_others(trial, offered, most_columns)
    return Counterfactuals(row, before, limit, tuple(_chosen(trial, hits, most)))


def _singles(trial: Trial, offered: dict[str, list[object]]) -> list[Changes]:
    tries: list[Changes] = [{column: value} for column, values in offered.items() for value in values]
    said = trial.said(tries)
    for changes, score in zip(tries, said, strict=True):
        ((column, value),) = changes.items()
        trial.moved[column, value] = float(trial.threshold - score if trial.less else score - trial.threshold)
    return [changes for changes, turned in zip(tries, trial.turned(said), strict=True) if turned]


def _combined(
    trial: Trial, offered: dict[str, list[object]], hits: list[Changes], most: int, most_columns: int
) -> list[Changes]:
    """Two and three columns at once, of those that do not turn the decision alone."""
    alone = {column for changes in hits for column in changes}
    others = [column for column in offered if column not in alone and offered[column]]
    found: list[Changes] = []
    for size, each in zip(range(2, most_columns + 1), (OF_EACH, *[OF_EACH_IN_THREES] * most_columns), strict=False):
        if len({frozenset(changes) for changes in [*hits, *found]}) >= 2 * most:
            break
        tries = list(_together(trial, offered, others, size, each))
        said = trial.turned(trial.said(tries))
        found += [changes for changes, turned in zip(tries, said, strict=True) if turned]
    return found


def _together(
    trial: Trial, offered: dict[str, list[object]], columns: list[str], size: int, each: int
) -> Iterator[Changes]:
    kept = {column: _promising(trial, column, offered[column], each) for column in columns}
    for some in combinations(columns, size):
        for values in product(*(kept[column] for column in some)):
            yield dict(zip(some, values, strict=True))


def _promising(trial: Trial, column: str, values: list[object], each: int) -> list[object]:
    """Values that move the prediction most, and some on the way there."""
    ranked = sorted(values, key=lambda value: -trial.moved[column, value])
    if len(ranked) <= each:
        return ranked
    places = np.linspace(0, len(ranked) // 2, each).astype(int)
    return [ranked[place] for place in dict.fromkeys(places.tolist())]


def _like_others(trial: Trial, offered: dict[str, list[object]], most_columns: int) -> list[Changes]:
    """What the nearest customers on the other side have."""
    ready = trial.ready
    other_side = np.flatnonzero(trial.turned(ready.said))
    if not len(other_side):
        return []
    distances = ready.space.distances(trial.own)[other_side]
    nearest = other_side[np.argsort(distances, kind="stable")[:UNLIKE]]
    frame = ready.run.table.frame.iloc[ready.space.rows[nearest]]
    tries: list[Changes] = []
    own = trial.customer.iloc[0]
    for other in frame[list(offered)].to_dict("records"):
        changes = {
            column: other[column]
            for column in offered
            if not pd.isna(other[column]) and (pd.isna(own[column]) or other[column] != own[column])
        }
        possible = all(_is_offered(offered[column], value) for column, value in changes.items())
        if possible and 0 < len(changes) <= most_columns and changes not in tries:
            tries.append(changes)
    return [changes for changes, turned in zip(tries, trial.turned(trial.said(tries)), strict=True) if turned]


def _is_offered(values: list[object], value: object) -> bool:
    if isinstance(value, (str, bool)):
        return str(value) in {str(one) for one in values}
    return bool(values) and min(values) <= value <= max(values)  # type: ignore[type-var, operator]


def _narrowed(trial: Trial, changes: Changes) -> Changes:
    """Numbers and dates go back towards the customer's own as far as the decision stays turned."""
    for column in changes:
        own = trial.customer[column].iloc[0]
        if isinstance(changes[column], (str, bool)) or pd.isna(own):
            continue
        low, high = sorted((own, changes[column]))
        between = trial.ready.run.table.frame[column].iloc[trial.ready.run.train_rows].dropna().drop_duplicates()
        between = between[(between > low) & (between < high)]
        steps = between.iloc[np.argsort((between - own).abs().to_numpy(), kind="stable")].tolist()
        while steps:  # a decision that turns back and forth is narrowed to where it turns first among those tried
            places = np.unique(np.linspace(0, len(steps) - 1, NARROWER).astype(int))
            turned = trial.turned(trial.said([{**changes, column: steps[place]} for place in places]))
            if not turned.any():
                break
            first = int(np.argmax(turned))
            changes = {**changes, column: steps[places[first]]}
            before = int(places[first - 1]) if first else -1
            steps = steps[before + 1 : int(places[first])]
    return changes


def _needed(trial: Trial, changes: Changes) -> Changes:
    """Only those changes without which the decision would turn back."""
    for column in list(changes):
        without = {name: value for name, value in changes.items() if name != column}
        if without and trial.turned(trial.said([without]))[0]:
            changes = without
    return changes


def _chosen(trial: Trial, hits: list[Changes], most: int) -> list[Counterfactual]:
    """The nearest, each with other columns than those before, none with all of theirs and more."""
    chosen: list[Counterfactual] = []
    doubtful: list[Counterfactual] = []
    tried: dict[frozenset[str], int] = {}
    for changes in trial.ranked(hits):
        columns = frozenset(changes)
        if len(chosen) == most or sum(tried.values()) >= MOST_JUDGED:
            break
        if any(other.columns <= columns for other in chosen) or tried.get(columns, 0) >= MOST_OF_EACH:
            continue
        tried[columns] = tried.get(columns, 0) + 1
        one = trial.judged(_needed(trial, _narrowed(trial, changes)))
        if any(other.columns <= one.columns for other in chosen):
            continue
        (chosen if one.is_plausible else doubtful).append(one)
    return chosen or doubtful[:1]
