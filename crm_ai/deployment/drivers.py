"""What moves a model, added up while customers pass by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from crm_ai.explanation import Explanation


@dataclass(slots=True)
class Drivers:
    """Sizes of contributions by column, added up; those of several parts add up too.

    Parameters
    ----------
    customers : int
        How many were counted.
    columns : tuple of str
        Original columns.
    sizes : numpy.ndarray of float64, shape (columns,)
        Sum of the sizes of their contributions.
    """

    customers: int = 0
    columns: tuple[str, ...] = ()
    sizes: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def add(self, reasons: Explanation) -> None:
        """Count some more customers.

        Parameters
        ----------
        reasons : Explanation
            Of the customers.
        """
        self.merge(Drivers(len(reasons.values), reasons.columns, np.abs(reasons.values).sum(axis=0)))

    def merge(self, other: Drivers) -> None:
        """Count another part.

        Parameters
        ----------
        other : Drivers
            Of the same model.
        """
        if not other.customers:
            return
        self.sizes = self.sizes + other.sizes if self.customers else other.sizes
        self.columns, self.customers = other.columns, self.customers + other.customers

    def strongest(self) -> list[tuple[str, float]]:
        """Columns by how much they move the output on average.

        Returns
        -------
        list of (column, mean size)
            The strongest first.

        Examples
        --------
        >>> Drivers(4, ("plan", "calls"), np.array([1.0, 6.0])).strongest()
        [('calls', 1.5), ('plan', 0.25)]
        """
        means = (self.sizes / max(self.customers, 1)).tolist()
        return sorted(zip(self.columns, means, strict=True), key=lambda pair: -pair[1])
