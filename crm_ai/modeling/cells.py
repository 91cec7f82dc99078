"""The cells that a column's customers are counted in: few, and none so small that somebody could be recognised."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.modeling.encoding import MISSING, OTHER, as_number
from crm_ai.modeling.labels import label_codes
from crm_ai.table import Kind

FEWEST = 5
BINS = 10
MOST_LABELS = 30
MOST_RARE = 5_000
NEW = "(new)"
DIGITS = 3  # of an edge, measured by the distance to the next one


@dataclass(frozen=True, slots=True)
class Cells:
    """How one column's customers are counted, and how many of those in training fell into each cell.

    The first cell holds missing ones. Of numbers and dates (in days since 1970) the others are stretches between edges;
    of labels they are the frequent ones, then rare ones together, then those that nobody had in training.

    Parameters
    ----------
    name : str
        The column.
    kind : Kind
        What it holds.
    edges : tuple of float
        Rising; a number on an edge belongs above it. Of labels empty.
    labels : tuple of str
        Frequent labels; of numbers empty.
    rare : frozenset of str
        Digests of the labels too rare to be named, so that they can be told from new ones.
    crowded : bool
        Whether there are too many rare labels to remember; new ones then count as rare.
    counts : tuple of int
        Training customers by cell; none of 1 to 4.
    """

    name: str
    kind: Kind
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    rare: frozenset[str] = frozenset()
    crowded: bool = False
    counts: tuple[int, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether cells have an order."""
        return self.kind in (Kind.NUMBER, Kind.DATE)

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.edges) + 2 if self.numeric else len(self.labels) + 3

    @property
    def names(self) -> tuple[str, ...]:
        """What each label cell is called; of numbers only the first has a name, the others are between edges."""
        return (MISSING,) if self.numeric else (MISSING, *self.labels, OTHER, NEW)

    def count(self, column: pd.Series) -> np.ndarray:
        """Count customers.

        Parameters
        ----------
        column : pandas.Series of length n
            In the form that the column's kind asks for.

        Returns
        -------
        numpy.ndarray of int64, shape (cells,)
            Customers by cell.

        Examples
        --------
        >>> Cells("calls", Kind.NUMBER, edges=(2.0, 5.0)).count(pd.Series([0, 2, 9, None])).tolist()
        [1, 1, 1, 1]
        >>> Cells("plan", Kind.CATEGORY, labels=("basic",)).count(pd.Series(["basic", "gold", None])).tolist()
        [1, 1, 0, 1]
        """
        return np.bincount(self._places(column), minlength=self.size).astype(np.int64)

    def _places(self, column: pd.Series) -> np.ndarray:
        if self.numeric:
            values = as_number(column)
            places = np.searchsorted(np.asarray(self.edges), values, side="right") + 1
            return np.where(np.isnan(values), 0, places)
        texts, codes = label_codes(column)
        known = {label: place for place, label in enumerate(self.labels, start=1)}
        other, new = len(self.labels) + 1, len(self.labels) + 2
        strange = other if self.crowded else new
        of_text = [
            known.get(text) or (other if self.rare and digest_of(text) in self.rare else strange) for text in texts
        ]
        return np.asarray([*of_text, 0], dtype=np.intp)[codes]

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts.

        Returns
        -------
        dict
            For ``cells_from_json``.
        """
        return {
            "name": self.name,
            "kind": self.kind.value,
            "edges": list(self.edges),
            "labels": list(self.labels),
            "rare": sorted(self.rare),
            "crowded": self.crowded,
            "counts": list(self.counts),
        }


def cells_from_json(said: Mapping[str, Any]) -> Cells:
    """Read cells, trusting nothing.

    Parameters
    ----------
    said : mapping
        From ``Cells.as_json``, or anything else.

    Returns
    -------
    Cells
        The same.

    Raises
    ------
    ValueError
        If they are no cells.
    """
    edges = tuple(float(edge) for edge in said["edges"])
    counts = tuple(int(n) for n in said["counts"])
    cells = Cells(
        name=str(said["name"]),
        kind=Kind(said["kind"]),
        edges=edges,
        labels=tuple(str(label) for label in said["labels"]),
        rare=frozenset(str(digest) for digest in said["rare"]),
        crowded=bool(said["crowded"]),
        counts=counts,
    )
    rising = all(math.isfinite(edge) for edge in edges) and list(edges) == sorted(set(edges))
    if not rising or len(counts) != cells.size or min(counts) < 0 or len(set(cells.labels)) < len(cells.labels):
        raise ValueError("no cells")
    return cells


def learned_cells(column: pd.Series, kind: Kind) -> Cells:
    """Choose a column's cells by its training customers, and count them.

    Parameters
    ----------
    column : pandas.Series of length n
        In the form that the kind asks for.
    kind : Kind
        What it holds.

    Returns
    -------
    Cells
        About ten of equally many customers for numbers, at most thirty labels and the rest together; fewer than five
        customers never have a cell of their own.

    Examples
    --------
    >>> cells = learned_cells(pd.Series([*range(50)] * 4), Kind.NUMBER)
    >>> cells.edges[:3], cells.counts[:4]
    ((5.0, 10.0, 15.0), (0, 20, 20, 20))
    >>> learned_cells(pd.Series(["a"] * 6 + ["b"] * 7 + ["c"] * 5 + ["d"]), Kind.CATEGORY).labels
    ('b', 'a')
    """
    name = str(column.name)
    if kind in (Kind.NUMBER, Kind.DATE):
        return _of_numbers(Cells(name, kind), column)
    return _of_labels(Cells(name, kind), column)


def without_small(counts: np.ndarray, *, ordered: bool) -> np.ndarray:
    """Let nobody be recognised: customers of cells with fewer than five move into others.

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (cells,)
        Customers by cell, as ``Cells.count`` gives them.
    ordered : bool
        Whether cells have neighbours (numbers): small ones move there. Of labels they move to the rare ones.

    Returns
    -------
    numpy.ndarray of int64, shape (cells,)
        No cell holds 1 to 4. The sum is the same, or everything is 0 where fewer than five were counted.

    Examples
    --------
    >>> without_small(np.array([0, 2, 9, 3, 1, 8]), ordered=True).tolist()
    [0, 0, 11, 0, 0, 12]
    >>> without_small(np.array([0, 9, 7, 2, 1]), ordered=False).tolist()
    [0, 9, 0, 10, 0]
    """
    safe = np.asarray(counts, dtype=np.int64).copy()
    if safe.sum() < FEWEST:
        return np.zeros_like(safe)
    if ordered:
        return _carried_on(safe)
    other = len(safe) - 2
    while ((safe > 0) & (safe < FEWEST)).any():
        small = (safe > 0) & (safe < FEWEST)
        small[other] = False
        safe[other] += safe[small].sum()
        safe[small] = 0
        if 0 < safe[other] < FEWEST:
            rest = np.where((safe > 0) & (np.arange(len(safe)) != other), safe, np.iinfo(np.int64).max)
            least = int(rest.argmin())
            safe[other] += safe[least]
            safe[least] = 0
    return safe


def digest_of(label: str) -> str:
    """Digest of a label.

    Parameters
    ----------
    label : str
        As the customers have it.

    Returns
    -------
    str
        Ten hexadecimal digits.
    """
    return hashlib.blake2b(label.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def _carried_on(counts: np.ndarray) -> np.ndarray:
    carried, last = 0, 0
    for place, n in enumerate(counts.tolist()):
        carried += n
        counts[place] = 0
        if carried >= FEWEST:
            counts[place], last, carried = carried, place, 0
    counts[last] += carried
    return counts


def _of_numbers(cells: Cells, column: pd.Series) -> Cells:
    values = as_number(column)
    present = np.sort(values[np.isfinite(values)])
    edges: tuple[float, ...] = ()
    if len(present):
        places = (np.arange(1, BINS) * len(present)) // BINS
        edges = _round_edges(np.unique(present[places]))
    places = np.searchsorted(np.asarray(edges), present, side="right")
    inside = np.bincount(places, minlength=len(edges) + 1)
    while len(edges) and inside.min() < FEWEST:
        least = int(inside.argmin())
        gone = max(least - 1, 0)  # the edge below, or of the first stretch the one above
        inside[gone + 1] += inside[gone]
        inside = np.delete(inside, gone)
        edges = edges[:gone] + edges[gone + 1 :]
    missing = len(values) - len(present)
    counts = [_told(missing), *(_told(int(n)) for n in inside)]
    return replace(cells, edges=edges, counts=tuple(counts))


def _told(n: int) -> int:
    return n if n >= FEWEST else 0


def _round_edges(cuts: np.ndarray) -> tuple[float, ...]:
    """Cuts without the digits that would give a customer's own number away."""
    gaps = np.diff(cuts)
    spread = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf)) if len(gaps) else np.abs(cuts)
    rounded = [
        round(float(cut), max(-300, min(300, DIGITS - 1 - math.floor(math.log10(gap))))) if gap > 0 else float(cut)
        for cut, gap in zip(cuts, spread, strict=True)
    ]
    return tuple(sorted(set(rounded)))


def _of_labels(cells: Cells, column: pd.Series) -> Cells:
    texts, codes = label_codes(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    order = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
    kept = [i for i in order[:MOST_LABELS] if counts[i] >= FEWEST]
    rest = order[len(kept) :]
    if rest and kept and counts[rest].sum() < FEWEST:
        rest.insert(0, kept.pop())
    rare = int(counts[rest].sum())
    crowded = len(rest) > MOST_RARE
    return replace(
        cells,
        labels=tuple(texts[i] for i in kept),
        rare=frozenset() if crowded else frozenset(digest_of(texts[i]) for i in rest),
        crowded=crowded,
        counts=(_told(int((codes < 0).sum())), *(int(counts[i]) for i in kept), _told(rare), 0),
    )
