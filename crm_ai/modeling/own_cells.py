"""Customers as one number an original column, from which their own cells can be written again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crm_ai.modeling.encoding import MISSING, TableEncoder
from crm_ai.modeling.labels import label_codes


class OwnCells(TableEncoder):
    """Write each column as one number and lose nothing: for pipelines that encode customers themselves.

    Numbers and dates (in days) stay as they are, NaN where missing; a label becomes its position among all labels that
    are known, a missing one the last position.

    Parameters
    ----------
    kinds : mapping of str to str, optional
        As of ``TableEncoder``.
    labels : mapping of str to sequence of str, optional
        All labels of each category, also those that no customer has whom the encoder learns from; by default these
        customers' labels.

    Attributes
    ----------
    columns_, levels_, seen_, reference_, medians_, lows_, highs_, source_
        As of ``TableEncoder``.

    Examples
    --------
    >>> frame = pd.DataFrame({"months": [1.0, None], "contract": ["monthly", "yearly"]})
    >>> OwnCells().fit(frame).transform(frame).tolist()
    [[1.0, 0.0], [nan, 1.0]]
    """

    def __init__(
        self, kinds: Mapping[str, str] | None = None, *, labels: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(kinds, standardize=False, drop_reference=False)
        self.labels = labels

    @property
    def has_gaps(self) -> bool:
        """Whether a missing number is written as NaN instead of being filled."""
        return True

    def encode_codes(self, codes: np.ndarray) -> np.ndarray:
        """Encode customers given as one number an original column.

        Parameters
        ----------
        codes : numpy.ndarray of shape (n, columns)
            As written by ``codes_of``.

        Returns
        -------
        numpy.ndarray of float64, shape (n, columns)
            The same, on its own.
        """
        return np.array(codes, dtype=np.float64, order="C")

    def _learn_number(self, name: str, position: int, values: np.ndarray) -> tuple[list[str], list[float]]:
        _names, averages = super()._learn_number(name, position, values)
        return [name], averages[:1]

    def _learn_levels(self, name: str, column: pd.Series) -> None:
        own, codes = label_codes(column)
        labels = list(dict.fromkeys([*(self.labels or {}).get(name, own), *own]))
        counts = np.bincount(codes[codes >= 0], minlength=len(own))
        known = [label for label in labels if label != MISSING]
        self.seen_[name] = known
        self.levels_[name] = [*known, MISSING]
        self.reference_[name] = self.levels_[name].index(own[int(counts.argmax())]) if counts.sum() else len(known)

    def _describe_levels(self, name: str, codes: np.ndarray) -> tuple[list[str], list[float]]:
        return [name], [float(codes.mean()) if len(codes) else 0.0]
