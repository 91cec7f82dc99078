"""What was found: ways to turn a decision, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_ai.explanation.explanation import value_in_words
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One way to turn a decision.

    Parameters
    ----------
    changes : tuple of (column, before, after)
        What would be different.
    prediction : float
        What the model says of the changed customer.
    distance : float
        How far the changes go: 1 for a label, a number's difference in spreads of the training customers.
    is_plausible : bool
        Whether the changed customer is as near to real ones as they are to each other, or as this customer was, with no
        pair of labels that nobody has.
    """

    changes: tuple[tuple[str, object, object], ...]
    prediction: float
    distance: float
    is_plausible: bool

    @property
    def columns(self) -> frozenset[str]:
        """Columns that would change."""
        return frozenset(column for column, _before, _after in self.changes)

    @property
    def told(self) -> tuple[tuple[str, str, str], ...]:
        """Column, value before and value after, as words that differ."""
        return tuple((column, *_apart(before, after)) for column, before, after in self.changes)

    @property
    def words(self) -> str:
        """The changes in words, such as ``Contract: Month-to-month → One year``."""
        return _("; ").join(f"{column}: {before} → {after}" for column, before, after in self.told)


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """Ways to turn a decision about one customer.

    Parameters
    ----------
    row : int
        Position of the customer in the table.
    before : float
        What the model says now.
    threshold : float
        From which score a customer is selected.
    found : tuple of Counterfactual
        The fewest and smallest changes first; plausible ones only, if there is any.
    """

    row: int
    before: float
    threshold: float
    found: tuple[Counterfactual, ...]

    @property
    def wants_less(self) -> bool:
        """Whether the prediction is to come below the threshold."""
        return self.before >= self.threshold

    def to_frame(self) -> pd.DataFrame:
        """One row a change.

        Returns
        -------
        pandas.DataFrame
            Columns way, column, before, after, prediction, distance, plausible.
        """
        rows = [
            (way, column, before, after, one.prediction, one.distance, one.is_plausible)
            for way, one in enumerate(self.found, start=1)
            for column, before, after in one.changes
        ]
        names = ["way", "column", "before", "after", "prediction", "distance", "plausible"]
        return pd.DataFrame(rows, columns=names)


def none_in_words(found: Counterfactuals) -> str:
    """Say that nothing turns the decision.

    Parameters
    ----------
    found : Counterfactuals
        Without any way.

    Returns
    -------
    str
        A sentence.
    """
    if found.wants_less:
        return _("No change of these columns brings the prediction below the threshold.")
    return _("No change of these columns brings the prediction up to the threshold.")


def _apart(before: object, after: object) -> tuple[str, str]:
    """Two values in words, with as many digits as tell them apart."""
    words = value_in_words(before), value_in_words(after)
    if words[0] != words[1] or isinstance(before, (str, bool, pd.Timestamp)):
        return words
    return f"{before:,.10g}", f"{after:,.10g}"
