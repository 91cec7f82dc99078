"""What all steps of a cleaning have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin


class Step(TransformerMixin, BaseEstimator):
    """One repair: learns from some customers, changes the same columns of any others.

    A step changes nothing but its columns, knows nothing of rows, and passes over columns that are not there. What it
    learns are plain numbers, texts, lists and mappings in attributes that end in an underscore, so that a recipe can
    tell them.

    Parameters
    ----------
    columns : sequence of str
        Columns that are changed.
    """

    def __init__(self, columns: Sequence[str] = ()) -> None:
        self.columns = columns

    def fit(self, X: pd.DataFrame, y: object = None) -> Step:
        """Learn what the repair needs to know; nothing unless a step says otherwise.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        y : object, optional
            Ignored.

        Returns
        -------
        Step
            This step.
        """
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Repair customers.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            A new frame; columns that the step does not concern are shared with the old one.
        """
        raise NotImplementedError

    @property
    def learned(self) -> dict[str, Any]:
        """What was learned, by attribute."""
        return {name: _plain(value) for name, value in vars(self).items() if name.endswith("_")}

    def remember(self, learned: dict[str, Any]) -> Step:
        """Take over what was learned elsewhere.

        Parameters
        ----------
        learned : dict
            From ``learned`` of a step of the same class and settings.

        Returns
        -------
        Step
            This step, as if it had been fitted there.
        """
        for name, value in learned.items():
            setattr(self, name, value)
        return self

    def present(self, X: pd.DataFrame) -> list[str]:
        """Columns of this step that a frame has.

        Parameters
        ----------
        X : pandas.DataFrame
            Any customers.

        Returns
        -------
        list of str
            In the step's order.
        """
        return [name for name in self.columns if name in X.columns]


def _plain(value: Any) -> Any:
    """Write tuples as lists, as a text file would give them back."""
    if isinstance(value, list | tuple):
        return [_plain(cell) for cell in value]
    return {name: _plain(cell) for name, cell in value.items()} if isinstance(value, dict) else value
