"""Repairs of whole columns: leave them out, or read them as another kind."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crm_ai.cleaning.step import Step
from crm_ai.table import Column, Kind, Role, Schema, coerce
from crm_ai.table.new_columns import with_columns


class DropColumns(Step):
    """Leave columns out.

    Parameters
    ----------
    columns : sequence of str
        Which.

    Examples
    --------
    >>> list(DropColumns(["b"]).fit_transform(pd.DataFrame({"a": [1], "b": [2]})))
    ['a']
    """

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Leave the columns out.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            The same customers.
        """
        return X.drop(columns=self.present(X))


class Retype(Step):
    """Read columns as another kind; cells that cannot be read so become missing.

    Parameters
    ----------
    columns : sequence of str
        Which.
    kind : str, default "number"
        The right kind, as in ``Kind``.

    Examples
    --------
    >>> Retype(["age"], "number").fit_transform(pd.DataFrame({"age": ["34", "old", "7"]}))["age"].tolist()
    [34.0, nan, 7.0]
    """

    def __init__(self, columns: Sequence[str] = (), kind: str = "number") -> None:
        super().__init__(columns)
        self.kind = kind

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Read the columns as the right kind.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            The same customers.
        """
        names = self.present(X)
        schema = Schema(tuple(Column(name, Kind(self.kind), Role.FEATURE) for name in names))
        read = coerce(X[names], schema).set_axis(X.index)
        return with_columns(X, {name: read[name] for name in names})
