"""Give labels that mean the same one spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crm_ai.cleaning.step import Step
from crm_ai.table.new_columns import with_columns
from crm_ai.table.variants import normal_form


class UnifyLabels(Step):
    """Give labels that mean the same one spelling.

    The spellings are agreed upon beforehand. A spelling that nobody has seen yet is taken for the one that it differs
    from in nothing but letter case, blanks, dashes or width.

    Parameters
    ----------
    columns : sequence of str
        Columns of labels.
    labels : mapping of str to str
        By spelling, the right one.

    Examples
    --------
    >>> frame = pd.DataFrame({"gender": ["Male", "male ", "M", "Female", "MALE"]})
    >>> UnifyLabels(["gender"], {"male ": "Male", "M": "Male"}).fit_transform(frame)["gender"].tolist()
    ['Male', 'Male', 'Male', 'Female', 'Male']
    """

    def __init__(self, columns: Sequence[str] = (), labels: Mapping[str, str] | None = None) -> None:
        super().__init__(columns)
        self.labels = labels

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Spell labels as agreed.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n, …)
            Any customers.

        Returns
        -------
        pandas.DataFrame of shape (n, …)
            The same customers; categories hold no label that nobody has.
        """
        forms = {normal_form(right): right for right in (self.labels or {}).values()}
        forms |= {normal_form(label): right for label, right in (self.labels or {}).items()}
        return with_columns(X, {name: _respelled(X[name], self.labels or {}, forms) for name in self.present(X)})


def _respelled(column: pd.Series, labels: Mapping[str, str], forms: Mapping[str, str]) -> pd.Series:
    codes, found = pd.factorize(column.astype("category").cat.remove_unused_categories(), sort=True)
    right = [labels.get(str(label), forms.get(normal_form(str(label)), str(label))) for label in found]
    places = {label: place for place, label in enumerate(dict.fromkeys(right))}
    position = pd.Series([places[label] for label in right] + [-1], dtype="int32").to_numpy()
    unified = pd.Categorical.from_codes(position[codes], categories=pd.Index(list(places), dtype="str"))
    return pd.Series(unified, index=column.index, name=column.name)
