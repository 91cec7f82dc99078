"""Say of each column whether customers have changed: by how much, beyond chance, and whether it matters.

Two things must hold before anybody is alarmed. The change is beyond chance: all columns and the scores of a batch are
corrected together (Holm), so that at most one batch in twenty raises a false alarm. And it matters, for with a million
customers any change is beyond chance: the population stability index reaches the customary 0.1 (watch) or 0.25 (act),
or the share of missing cells or of new labels has grown by so much that scores can no longer be relied on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from crm_ai.deployment.watching.distances import (
    chance_of_difference,
    jensen_shannon,
    population_stability_index,
)
from crm_ai.deployment.watching.observing import Observation
from crm_ai.evaluation.paired import holm
from crm_ai.modeling.cells import FEWEST as SMALLEST_CELL
from crm_ai.modeling.cells import Cells
from crm_ai.modeling.profile import SCORE, Profile
from crm_ai.table import Kind
from crm_ai.words import _

ALPHA = 0.05
PSI_WATCH, PSI_ACT = 0.1, 0.25
MISSING_WATCH, MISSING_ACT = 0.05, 0.2
NEW_WATCH, NEW_ACT = 0.01, 0.05
FEWEST = 50


class Level(StrEnum):
    """What a change asks for."""

    TOO_FEW = "too few to say"
    STEADY = "steady"
    WATCH = "watch"
    ACT = "act"

    @property
    def alarms(self) -> bool:
        """Whether somebody should hear of it."""
        return self in (Level.WATCH, Level.ACT)

    @property
    def in_words(self) -> str:
        """The level in the reader's language."""
        words = {
            Level.ACT: _("act"),
            Level.WATCH: _("watch"),
            Level.STEADY: _("steady"),
            Level.TOO_FEW: _("too few to say"),
        }
        return words[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far one column, or what the model said, has moved away from the training customers.

    Parameters
    ----------
    column : str
        The column; ``"score"`` for what the model said.
    of_scores : bool
        Whether it is what the model said.
    customers : int
        Customers of the batch.
    psi : float
        Population stability index.
    jensen_shannon : float
        Jensen–Shannon distance to base 2, in [0, 1].
    test : str
        ``"kolmogorov_smirnov"`` or ``"chi_square"``.
    statistic, p, corrected : float
        Of the test; the last is corrected for all columns of the batch.
    missing_then, missing_now : float
        Share of missing cells.
    new : float
        Share of customers with a label that nobody had in training.
    level : Level
        What it asks for.
    """

    column: str
    of_scores: bool
    customers: int
    psi: float
    jensen_shannon: float
    test: str
    statistic: float
    p: float
    corrected: float
    missing_then: float
    missing_now: float
    new: float
    level: Level

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts.

        Returns
        -------
        dict
            What is undefined is None.
        """
        out: dict[str, Any] = {"column": self.column, "of_scores": self.of_scores, "customers": self.customers}
        out |= {name: _finite(getattr(self, name)) for name in _NUMBERS}
        return out | {"test": self.test, "level": self.level.value}


_NUMBERS = ("psi", "jensen_shannon", "statistic", "p", "corrected", "missing_then", "missing_now", "new")


def drift_from_json(said: Mapping[str, Any]) -> Drift:
    """Read what ``Drift.as_json`` wrote.

    Parameters
    ----------
    said : mapping
        The plain numbers.

    Returns
    -------
    Drift
        The same.
    """
    numbers = {name: math.nan if said[name] is None else float(said[name]) for name in _NUMBERS}
    return Drift(
        column=str(said["column"]),
        of_scores=bool(said["of_scores"]),
        customers=int(said["customers"]),
        test=str(said["test"]),
        level=Level(said["level"]),
        **numbers,
    )


def drift(profile: Profile, seen: Observation, *, seed: int = 0) -> tuple[Drift, ...]:
    """Compare the customers of a batch with those of the training.

    Parameters
    ----------
    profile : Profile
        What training customers looked like.
    seen : Observation
        The batch.
    seed : int, default 0
        Of the test.

    Returns
    -------
    tuple of Drift
        What the model said first, then the columns, the furthest moved first.
    """
    found = [_moved(profile.scores, seen.scores, seed, of_scores=True)]
    found += [
        _moved(cells, seen.inputs[cells.name], seed, of_scores=False)
        for cells in profile.inputs
        if cells.name in seen.inputs
    ]
    corrected = holm([one.p for one in found])
    kinds = {cells.name: cells.kind for cells in profile.inputs}
    judged = [
        _judged(replace(one, corrected=p), Kind.NUMBER if one.of_scores else kinds[one.column])
        for one, p in zip(found, corrected, strict=True)
    ]
    return (judged[0], *sorted(judged[1:], key=lambda one: -one.psi if math.isfinite(one.psi) else math.inf))


def _moved(cells: Cells, now: np.ndarray, seed: int, *, of_scores: bool) -> Drift:
    then = np.asarray(cells.counts)
    ordered = cells.numeric
    statistic, p = chance_of_difference(then, now, ordered=ordered, seed=seed)
    return Drift(
        column=SCORE if of_scores else cells.name,
        of_scores=of_scores,
        customers=int(now.sum()),
        psi=population_stability_index(then, now),
        jensen_shannon=jensen_shannon(then, now),
        test="kolmogorov_smirnov" if ordered else "chi_square",
        statistic=statistic,
        p=p,
        corrected=math.nan,
        missing_then=_share(then[0], then),
        missing_now=_share(now[0], now),
        new=0.0 if ordered else _share(now[-1], now),
        level=Level.STEADY,
    )


def _judged(one: Drift, kind: Kind) -> Drift:
    if one.customers < FEWEST or not math.isfinite(one.psi):
        return replace(one, level=Level.TOO_FEW)
    if not one.corrected < ALPHA:
        return one
    more_missing = one.missing_now - one.missing_then
    if one.psi >= PSI_ACT or more_missing >= MISSING_ACT or one.new >= NEW_ACT:
        # Dates move on by themselves: worth a look, no reason to act.
        return replace(one, level=Level.WATCH if kind is Kind.DATE else Level.ACT)
    if one.psi >= PSI_WATCH or more_missing >= MISSING_WATCH or one.new >= NEW_WATCH:
        return replace(one, level=Level.WATCH)
    return one


def _share(part: float, counts: np.ndarray) -> float:
    """Share of a cell; fewer than five customers count as none, so that nobody can be recognised by it."""
    total = float(counts.sum())
    if not total:
        return math.nan
    return float(part) / total if part >= SMALLEST_CELL else 0.0


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
