"""Count the customers of a batch in the cells of the training customers, a chunk at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import ScoringError
from crm_ai.modeling.problem import Task
from crm_ai.modeling.profile import THRESHOLD, Profile
from crm_ai.words import _


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Customers who were scored, as counts. Those of chunks add up.

    Parameters
    ----------
    customers : int
        How many.
    inputs : mapping of str to numpy.ndarray of int64
        By feature: customers by cell of the profile.
    scores : numpy.ndarray of int64
        Customers by cell of what the model said.
    selected : int, optional
        Customers whose score reaches the threshold; None unless the question is a yes/no one.
    threshold : float, default 0.5
        Score from which they are selected.
    """

    customers: int
    inputs: Mapping[str, np.ndarray]
    scores: np.ndarray
    selected: int | None = None
    threshold: float = THRESHOLD

    def __add__(self, other: Observation) -> Observation:
        alike = list(self.inputs) == list(other.inputs) and len(self.scores) == len(other.scores)
        if not alike or any(len(other.inputs[name]) != len(counts) for name, counts in self.inputs.items()):
            raise ScoringError(_("Counts by different profiles cannot be added."))
        if self.threshold != other.threshold:
            raise ScoringError(_("Customers selected at different thresholds cannot be added."))
        return Observation(
            self.customers + other.customers,
            {name: counts + other.inputs[name] for name, counts in self.inputs.items()},
            self.scores + other.scores,
            None if self.selected is None or other.selected is None else self.selected + other.selected,
            self.threshold,
        )


def observe(
    profile: Profile, frame: pd.DataFrame, predicted: np.ndarray, *, threshold: float = THRESHOLD
) -> Observation:
    """Count customers who were scored.

    Parameters
    ----------
    profile : Profile
        Of the model that scored them.
    frame : pandas.DataFrame of shape (n, …)
        The model's features in the form that their kinds ask for, as ``as_learned`` gives them, before any repair.
    predicted : numpy.ndarray of shape (n,) or (n, k)
        What ``Model.predict`` said of them.
    threshold : float, default 0.5
        For a yes/no question: the score from which a customer is selected.

    Returns
    -------
    Observation
        The counts; ``+`` adds those of the next chunk.

    Raises
    ------
    ScoringError
        If there are more or fewer scores than customers.
    """
    if len(frame) != len(predicted):
        raise ScoringError(_("Customers and scores differ in number."))
    repaired = profile.repaired(frame)
    inputs = {
        cells.name: cells.count(repaired[cells.name]) for cells in profile.inputs if cells.name in repaired.columns
    }
    yes_no = predicted.ndim == 1 and (profile.problem is None or profile.problem.task is Task.BINARY)
    selected = int((predicted >= threshold).sum()) if yes_no else None
    return Observation(
        len(frame), inputs, profile.scores.count(profile.said(predicted)), selected, threshold if yes_no else THRESHOLD
    )
