"""What the cells are called in which customers are counted, and which one tells a change best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from crm_ai.errors import EmptySegmentError
from crm_ai.modeling.cells import NEW, Cells
from crm_ai.table import Kind
from crm_ai.words import _, label_in_words, number, percent


@dataclass(frozen=True, slots=True)
class Moved:
    """The cell whose share has changed most.

    Parameters
    ----------
    cell : str
        What it is called.
    then, now : float
        Share of the training customers and of the batch's.
    """

    cell: str
    then: float
    now: float

    @property
    def in_words(self) -> str:
        """The change in the reader's language."""
        return _("Most at {cell}: {now} of customers now, {then} in training.").format(
            cell=self.cell, now=percent(self.now), then=percent(self.then)
        )


def moved_most(cells: Cells, now: Sequence[int]) -> Moved:
    """Find the cell whose share has changed most.

    Parameters
    ----------
    cells : Cells
        Of a model's profile.
    now : sequence of int
        Customers of the batch by cell.

    Returns
    -------
    Moved
        The cell, then and now.

    Raises
    ------
    EmptySegmentError
        If nobody was counted on one side.

    Examples
    --------
    >>> cells = Cells("calls", Kind.NUMBER, edges=(2.0, 5.0), counts=(0, 60, 20, 20))
    >>> moved_most(cells, [0, 30, 20, 50]).in_words
    'Most at ≥ 5: 50 % of customers now, 20 % in training.'
    """
    before, after = np.asarray(cells.counts, dtype=np.float64), np.asarray(now, dtype=np.float64)
    if not (before.sum() and after.sum()):
        raise EmptySegmentError(_("Too few customers to show “{column}”.").format(column=cells.name))
    before, after = before / before.sum(), after / after.sum()
    most = int(np.abs(after - before).argmax())
    if after[most] < before[most] and (after - before).max() >= 0.9 * (before[most] - after[most]):
        most = int((after - before).argmax())  # people look for what has become more
    return Moved(cell_names(cells)[most], float(before[most]), float(after[most]))


def cell_names(cells: Cells) -> list[str]:
    """What a column's cells are called.

    Parameters
    ----------
    cells : Cells
        Of a model's profile.

    Returns
    -------
    list of str
        Labels, or the numbers and days between which a cell lies, in the reader's language.
    """
    if not cells.numeric:
        return [_("(new)") if name == NEW else label_in_words(name) for name in cells.names]

    def told(edge: float) -> str:
        if cells.kind is Kind.DATE:
            return str(pd.Timestamp(0) + pd.Timedelta(days=min(max(edge, -100_000), 100_000)))[:10]
        written = f"{edge:,.7g}"  # edges are round already
        return number(edge) if "e" in written else written

    edges = cells.edges
    if not edges:
        return [label_in_words("(missing)"), _("any")]
    between = [f"{told(low)} – {told(high)}" for low, high in pairwise(edges)]
    return [label_in_words("(missing)"), f"< {told(edges[0])}", *between, f"≥ {told(edges[-1])}"]
