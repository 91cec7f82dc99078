"""Which groups are compared: those of a column, of bands with given edges, or of combinations of columns."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crm_ai.errors import ProblemError
from crm_ai.words import _, number

MOST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """A way to put customers into groups.

    Parameters
    ----------
    columns : tuple of str
        One to three columns; of several, each combination is a group.
    edges : mapping of str to tuple of float, default {}
        Where a column of numbers is cut; a customer at an edge belongs to the band above it. Numbers without edges are
        cut into bands of about equal size.

    Raises
    ------
    ProblemError
        If there are too many columns, one comes twice, or edges do not ascend.

    Examples
    --------
    >>> Segment(("age", "gender"), {"age": (25, 60)}).name
    'age (25, 60) × gender'
    """

    columns: tuple[str, ...]
    edges: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= len(self.columns) <= MOST_COLUMNS or len(set(self.columns)) < len(self.columns):
            raise ProblemError(
                _("Groups are made of one to {most} different columns.").format(most=MOST_COLUMNS),
                next_step=_("Name each column once."),
            )
        for column, edges in self.edges.items():
            rising = all(low < high for low, high in pairwise(edges))
            if column not in self.columns or not edges or not rising or not all(math.isfinite(e) for e in edges):
                raise ProblemError(
                    _("The edges of “{column}” are not numbers that ascend.").format(column=column),
                    next_step=_("Write them like age=25,40,60."),
                )

    def __hash__(self) -> int:
        return hash((self.columns, tuple(sorted(self.edges.items()))))

    @property
    def name(self) -> str:
        """What people call it."""
        words = []
        for column in self.columns:
            edges = ", ".join(number(edge, 15) for edge in self.edges.get(column, ()))
            words.append(f"{column} ({edges})" if edges else column)
        return " × ".join(words)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Customers of a table in groups, made anywhere: clusters, bands, combinations.

    Parameters
    ----------
    name : str
        What the groups are groups of.
    codes : numpy.ndarray of int, shape (n,)
        Position of each customer's group, for all customers of a table.
    names : tuple of str
        Names of the groups, each once.
    """

    name: str
    codes: np.ndarray
    names: tuple[str, ...]

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
        """Groups of some customers, without those that none of them is in.

        Parameters
        ----------
        rows : numpy.ndarray of int, shape (m,)
            Positions in the table.

        Returns
        -------
        codes : numpy.ndarray of int, shape (m,)
            Position of each one's group.
        names : tuple of str
            Names of the groups.
        """
        codes = self.codes[rows]
        present = np.bincount(codes, minlength=len(self.names)) > 0
        position = np.cumsum(present) - 1
        return position[codes], tuple(name for name, there in zip(self.names, present, strict=True) if there)


def groups_from_labels(name: str, labels: ArrayLike) -> Groups:
    """Make groups of labels that came from elsewhere, such as clusters.

    Parameters
    ----------
    name : str
        What the groups are groups of.
    labels : array of shape (n,)
        A label for each customer of a table; a missing one puts a customer into "(missing)".

    Returns
    -------
    Groups
        In the labels' order.

    Examples
    --------
    >>> groups_from_labels("cluster", [2, 1, None, 2]).names
    ('1', '2', '(missing)')
    """
    from crm_ai.modeling.encoding import MISSING
    from crm_ai.modeling.labels import label_codes

    names, codes = label_codes(pd.Series(np.asarray(labels, dtype=object)).infer_objects())
    return merged(name, np.where(codes < 0, len(names), codes), [*names, MISSING])


def merged(name: str, codes: np.ndarray, names: Sequence[str]) -> Groups:
    """Make groups, those of the same name into one, and drop empty ones.

    Parameters
    ----------
    name : str
        What the groups are groups of.
    codes : numpy.ndarray of int, shape (n,)
        Position of each customer's name.
    names : sequence of str
        Names; a hostile table may hold one twice.

    Returns
    -------
    Groups
        The groups.
    """
    distinct = list(dict.fromkeys(names))
    place = np.asarray([distinct.index(each) for each in names], dtype=np.intp)
    groups = Groups(name, place[codes], tuple(distinct))
    return Groups(name, *groups.of(np.arange(len(codes))))


def read_segments(text: str, columns: Collection[str]) -> tuple[Segment, ...]:
    """Read segments as they are typed.

    Parameters
    ----------
    text : str
        Segments separated by commas: a column, a column with edges (``age=25,40,60``), or columns joined by ``+``.
    columns : collection of str
        Columns that there are; names that hold one of these signs are understood if they stand alone.

    Returns
    -------
    tuple of Segment
        In their order, each once.

    Raises
    ------
    ProblemError
        If none is named, a column is not there, or edges are not numbers.

    Examples
    --------
    >>> found = read_segments("gender,age=25,40,60,gender+Senior", {"gender", "age", "Senior"})
    >>> [segment.name for segment in found]
    ['gender', 'age (25, 40, 60)', 'gender × Senior']
    """
    words: list[str] = []
    for piece in (part.strip() for part in text.split(",")):
        if words and "=" in words[-1].rsplit("+", 1)[-1] and _is_number(piece.split("+", 1)[0]):
            words[-1] += f",{piece}"
        elif piece:
            words.append(piece)
    if not words:
        raise ProblemError(
            _("No column is named to make groups of."),
            next_step=_("Choose among: {names}.").format(names=", ".join(list(columns)[:12])),
        )
    return tuple(dict.fromkeys(_read_one(word, columns) for word in words))


def _read_one(word: str, columns: Collection[str]) -> Segment:
    if word in columns:
        return Segment((word,))
    names: list[str] = []
    edges: dict[str, tuple[float, ...]] = {}
    for part in word.split("+"):
        name, sign, cuts = (
            (part, "", "") if part in columns else part.rpartition("=") if "=" in part else (part, "", "")
        )
        name = name.strip()
        if name not in columns:
            raise ProblemError(
                _("There is no column “{column}” to make groups of.").format(column=name),
                next_step=_("Choose among: {names}.").format(names=", ".join(list(columns)[:12])),
            )
        names.append(name)
        if sign:
            edges[name] = tuple(float(cut) if _is_number(cut) else math.nan for cut in cuts.split(","))
    return Segment(tuple(names), edges)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
