"""Repairs in order, as one scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from crm_ai.cleaning.filling import flag_name
from crm_ai.cleaning.step import Step
from crm_ai.cleaning.steps import make_step, repairs_rows
from crm_ai.table import Kind, Repair


class Cleaning(TransformerMixin, BaseEstimator):
    """Repair columns in order: learned on the customers of ``fit``, replayed on any others.

    Parameters
    ----------
    repairs : sequence of Repair
        In order. Repairs of rows are passed over: they are made when a table is taken up, by ``accept``.

    Attributes
    ----------
    steps_ : list of Step
        Fitted, one a repair of columns.

    Examples
    --------
    >>> frame = pd.DataFrame({"calls": [1.0, None, 5.0], "plan": ["A", "a ", "A"]})
    >>> repairs = [Repair("unify_labels", ("plan",), {"labels": {"a ": "A"}}), Repair("fill_median", ("calls",))]
    >>> cleaning = Cleaning(repairs).fit(frame)
    >>> cleaning.transform(pd.DataFrame({"calls": [None, 2.0], "plan": ["a", "B"]})).values.tolist()
    [[3.0, 'A'], [2.0, 'B']]
    """

    def __init__(self, repairs: Sequence[Repair] = ()) -> None:
        self.repairs = repairs

    def fit(self, X: pd.DataFrame, y: object = None) -> Cleaning:
        """Learn each repair on what the repairs before it have made.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        y : object, optional
            Ignored.

        Returns
        -------
        Cleaning
            This cleaning.
        """
        self.fit_transform(X)
        return self

    def fit_transform(self, X: pd.DataFrame, y: object = None, **_ignored: object) -> pd.DataFrame:
        """Learn the repairs and make them.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Training customers.
        y : object, optional
            Ignored.
        **_ignored : object
            For compatibility with pipelines.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            As ``transform``.
        """
        self.steps_: list[Step] = []
        for repair in self.repairs:
            if not repairs_rows(repair):
                step = make_step(repair).fit(X)
                X = step.transform(X)
                self.steps_.append(step)
        return X

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Replay the repairs.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers; columns that are not there are passed over.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            The same customers, repaired.
        """
        check_is_fitted(self, "steps_")
        for step in self.steps_:
            X = step.transform(X)
        return X

    def kinds_after(self, kinds: Mapping[str, str]) -> dict[str, str]:
        """Tell what columns are once they are repaired.

        Parameters
        ----------
        kinds : mapping of str to str
            Kind of each column before.

        Returns
        -------
        dict of str to str
            Kind of each column after; columns that were left out are gone, columns that tell where cells were missing
            are there.
        """
        after = dict(kinds)
        for step in self.steps_:
            names = [name for name in step.columns if name in after]
            if type(step).__name__ == "DropColumns":
                after = {name: kind for name, kind in after.items() if name not in names}
            elif hasattr(step, "kind"):
                after |= dict.fromkeys(names, str(step.kind))
            after |= {flag_name(name): Kind.BOOLEAN.value for name in getattr(step, "flagged_", []) if name in after}
        return after

    @property
    def learned(self) -> list[dict[str, Any]]:
        """What each step has learned, in order."""
        check_is_fitted(self, "steps_")
        return [step.learned for step in self.steps_]

    def remember(self, learned: Sequence[Mapping[str, Any]]) -> Cleaning:
        """Take over what was learned elsewhere.

        Parameters
        ----------
        learned : sequence of mapping
            From ``learned`` of a cleaning with the same repairs.

        Returns
        -------
        Cleaning
            This cleaning, as if it had been fitted there.
        """
        steps = [make_step(repair) for repair in self.repairs if not repairs_rows(repair)]
        self.steps_ = [step.remember(dict(known)) for step, known in zip(steps, learned, strict=True)]
        return self
