"""One customer, whom changes are tried on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.explanation.counterfactual_ways import Counterfactual
from crm_ai.explanation.customer_space import CustomerSpace
from crm_ai.explanation.what_if import cells, said_of
from crm_ai.modeling import Model, Run

ALIKE = 40

Changes = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What is needed to look for changes with one model, made ready once.

    Parameters
    ----------
    run : Run
        The run.
    model : Model
        The model.
    label : str or None
        The answer in question.
    space : CustomerSpace
        Training customers.
    said : numpy.ndarray of shape (m,)
        What the model says of them.
    """

    run: Run
    model: Model
    label: str | None
    space: CustomerSpace
    said: np.ndarray


class Trial:
    """One customer, whom values are tried on."""

    def __init__(self, ready: Search, customer: pd.DataFrame, before: float, threshold: float) -> None:
        self.ready, self.customer = ready, customer
        self.before, self.less, self.threshold = before, before >= threshold, threshold
        self.own = ready.space.codes_of(customer)[0]
        self.usual = max(ready.space.usual, ready.space.nearness(self.own))
        self.moved: dict[tuple[str, object], float] = {}

    def said(self, tries: Sequence[Changes]) -> np.ndarray:
        """What the model says of the customer with each of several changes."""
        if not tries:
            return np.zeros(0)
        return said_of(self.ready.model, self.frame(tries), self.ready.label)

    def frame(self, tries: Sequence[Changes]) -> pd.DataFrame:
        """The customer with each of several changes, typed as the table is."""
        frame = self.customer.iloc[np.zeros(len(tries), dtype=np.intp)].reset_index(drop=True)
        for column in dict.fromkeys(name for changes in tries for name in changes):
            own = self.customer[column].iloc[0]
            own = None if pd.isna(own) else own
            frame[column] = cells(self.customer[column], [changes.get(column, own) for changes in tries])
        return frame

    def turned(self, said: np.ndarray) -> np.ndarray:
        """Whether the decision is the other one."""
        return said < self.threshold if self.less else said >= self.threshold

    def distances(self, tries: Sequence[Changes]) -> np.ndarray:
        """How far each of several changes goes."""
        if not tries:
            return np.zeros(0)
        space = self.ready.space
        gaps = np.abs(space.codes_of(self.frame(tries)) - self.own)
        gaps = np.where(np.isnan(gaps), 1.0, np.where(space.is_label, gaps > 0, gaps))
        touched = np.asarray([[name in changes for name in space.model.columns] for changes in tries])
        far: np.ndarray = (gaps * touched).sum(axis=1)
        return far

    def ranked(self, hits: list[Changes]) -> list[Changes]:
        """What turns the decision, the fewest and smallest changes first; of like ones what moves it less."""
        moved = np.abs(self.said(hits) - self.before)
        far = self.distances(hits)
        order = sorted(
            range(len(hits)), key=lambda place: (len(hits[place]), round(float(far[place]), 3), moved[place])
        )
        return [hits[place] for place in order]

    def judged(self, changes: Changes) -> Counterfactual:
        """Ask the model and the data once more about what was found."""
        frame = self.frame([changes])
        told = tuple((column, self.customer[column].iloc[0], frame[column].iloc[0]) for column in changes)
        codes = self.ready.space.codes_of(frame)[0]
        plausible = (
            self.ready.space.nearness(codes) <= self.usual
            and self._seen_together(codes, changes)
            and self._within_alike(codes, changes)
        )
        said, far = self.said([changes]), self.distances([changes])
        return Counterfactual(told, float(said[0]), float(far[0]), bool(plausible))

    def _within_alike(self, codes: np.ndarray, changes: Changes) -> bool:
        """Whether customers who are alike in all that does not change have such numbers."""
        space = self.ready.space
        changed = np.isin(space.model.columns, list(changes))
        numbers = changed & ~space.is_label
        if not numbers.any() or changed.all():
            return True
        alike = np.argsort(space.distances(codes, (~changed).astype(float)), kind="stable")[:ALIKE]
        theirs = space.codes[alike][:, numbers]
        low, high = np.fmin.reduce(theirs), np.fmax.reduce(theirs)  # NaN where none of them has a number
        with np.errstate(invalid="ignore"):
            inside = (codes[numbers] >= low) & (codes[numbers] <= high)
        return bool(inside.all())

    def _seen_together(self, codes: np.ndarray, changes: Changes) -> bool:
        """Whether each changed label was seen with each other label of the customer."""
        space = self.ready.space
        for column in changes:
            place = space.model.columns.index(column)
            if not space.is_label[place]:
                continue
            having = space.codes[space.codes[:, place] == codes[place]][:, space.is_label]
            if not (having == codes[space.is_label]).any(axis=0).all():
                return False
        return True
