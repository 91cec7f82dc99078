"""How the customers of a segment differ from everybody else, column by column, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError, EmptySegmentError
from crm_ai.modeling.encoding import LARGEST_NUMBER
from crm_ai.modeling.labels import label_codes
from crm_ai.segmentation.differences import Difference, difference_of_means, difference_of_shares, holm
from crm_ai.segmentation.segmentation import Segmentation
from crm_ai.table import LABELLED, Kind, Table
from crm_ai.words import _, count

MOST_LABELS = 20
MICROSECONDS_A_DAY = 86_400_000_000
NUMERIC = (Kind.NUMBER, Kind.DATE)


@dataclass(frozen=True, slots=True)
class Profile:
    """A segment beside everybody else.

    Parameters
    ----------
    segment : str
        Its name.
    customers, others : int
        Customers inside and outside.
    differences : tuple of Difference
        Columns in the table's order, labels with the most customers first.
    """

    segment: str
    customers: int
    others: int
    differences: tuple[Difference, ...]

    def strongest(self) -> tuple[Difference, ...]:
        """Differences beyond chance, the largest first.

        Returns
        -------
        tuple of Difference
            By the size of their effect.
        """
        sure = [one for one in self.differences if one.is_sure and math.isfinite(one.effect)]
        return tuple(sorted(sure, key=lambda one: -abs(one.effect)))

    def to_frame(self) -> pd.DataFrame:
        """Put the figures into a tidy table.

        Returns
        -------
        pandas.DataFrame
            Columns segment, column, label, measure, inside, outside, difference, low, high, effect, p, adjusted,
            n_inside, n_outside.
        """
        names = [
            *(
                "column",
                "label",
                "measure",
                "inside",
                "outside",
                "difference",
                "low",
                "high",
                "effect",
                "p",
                "adjusted",
            ),
            *("n_inside", "n_outside"),
        ]
        rows = [[getattr(one, name) for name in names] for one in self.differences]
        frame = pd.DataFrame(rows, columns=names)
        frame.insert(0, "segment", self.segment)
        return frame


def profile(table: Table, inside: np.ndarray, *, name: str = "", columns: Sequence[str] | None = None) -> Profile:
    """Compare a segment with everybody else.

    Parameters
    ----------
    table : Table
        The customers.
    inside : numpy.ndarray of bool, shape (n,)
        True for customers of the segment.
    name : str, optional
        What the segment is called.
    columns : sequence of str, optional
        Columns to compare; by default all but text and identifiers. Of a column's labels the 20 most frequent are.

    Returns
    -------
    Profile
        One figure a number or date, one a label, and one a column with missing cells. Nothing that is tested here may
        have made the segment: clusters differ in the columns they were made of by construction, and p-values of these
        only tell which differences are large.

    Raises
    ------
    EmptySegmentError
        If no customer is inside.
    CrmAiError
        If the mask does not fit the table.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"calls": [1.5, 2.5, 8.5, 9.5, 7.5], "plan": list("aabbb")}))
    >>> calls = profile(table, np.array([True, True, False, False, False]), columns=["calls"]).differences[0]
    >>> calls.inside, calls.outside, calls.difference
    (2.0, 8.5, -6.5)
    """
    inside = np.asarray(inside)
    if inside.shape != (len(table),) or inside.dtype != bool:
        raise CrmAiError(
            _("A segment is told by true or false for each of the {n} customers.").format(n=count(len(table)))
        )
    if not inside.any():
        raise EmptySegmentError(
            _("No customer is in this segment."), where=name, next_step=_("Choose another segment, or widen it.")
        )
    found: list[Difference] = []
    for column in columns if columns is not None else comparable_columns(table):
        found += _compare_column(table, column, inside)
    customers = int(inside.sum())
    return Profile(name, customers, len(table) - customers, tuple(_corrected(found)))


def profiles(table: Table, segmentation: Segmentation, *, columns: Sequence[str] | None = None) -> dict[str, Profile]:
    """Compare each group of a segmentation with everybody else.

    Parameters
    ----------
    table : Table
        The customers.
    segmentation : Segmentation
        Of the same customers.
    columns : sequence of str, optional
        Columns to compare, see ``profile``.

    Returns
    -------
    dict of str to Profile
        By group; groups without customers are left out.
    """
    chosen = columns if columns is not None else comparable_columns(table)
    return {
        group: profile(table, segmentation.mask(group), name=group, columns=chosen)
        for group, n in segmentation.sizes.items()
        if n
    }


def comparable_columns(table: Table) -> tuple[str, ...]:
    """Columns in which customers can be compared.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    tuple of str
        Numbers, dates and labels.
    """
    return tuple(column.name for column in table.schema if column.kind in (*NUMERIC, *LABELLED))


def _compare_column(table: Table, column: str, inside: np.ndarray) -> list[Difference]:
    kind, cells = table.schema[column].kind, table.frame[column]
    missing = cells.isna().to_numpy()
    found: list[Difference] = []
    if kind in NUMERIC:
        values = numbers_of(cells)
        found.append(difference_of_means(values[inside], values[~inside], column=column))
    elif kind in LABELLED:
        found += _compare_labels(cells, column, inside)
    if missing.any() and not missing.all():
        hits = (int(missing[inside].sum()), int(missing[~inside].sum()))
        found.append(difference_of_shares(hits, _sizes(inside), column=column, measure="missing"))
    return found


def _compare_labels(cells: pd.Series, column: str, inside: np.ndarray) -> list[Difference]:
    """Shares of labels among customers who have one."""
    labels, codes = label_codes(cells)
    known = codes >= 0
    counts = np.bincount(codes[known] * 2 + inside[known], minlength=2 * len(labels)).reshape(-1, 2)
    n = (int(counts[:, 1].sum()), int(counts[:, 0].sum()))
    order = [place for place in np.argsort(-counts.sum(axis=1), kind="stable") if counts[place].any()]
    return [
        difference_of_shares((int(counts[place, 1]), int(counts[place, 0])), n, column=column, label=labels[place])
        for place in order[:MOST_LABELS]
    ]


def numbers_of(cells: pd.Series) -> np.ndarray:
    """Numbers as they are, dates in days since 1970.

    Parameters
    ----------
    cells : pandas.Series of length n
        Numbers or dates.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        NaN where missing, infinite or too large to be true.
    """
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        stamps = cells.to_numpy(dtype="datetime64[us]")
        return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / MICROSECONDS_A_DAY)
    values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(values) <= LARGEST_NUMBER, values, np.nan)


def _corrected(found: Iterable[Difference]) -> list[Difference]:
    """Holm over all comparisons; the two labels of a yes/no column say the same and count once."""
    found = list(found)
    shares: dict[str, list[int]] = {}
    for place, one in enumerate(found):
        if one.measure == "share":
            shares.setdefault(one.column, []).append(place)
    mirrored = {places[1]: places[0] for places in shares.values() if len(places) == 2}
    p = np.asarray([math.nan if place in mirrored else one.p for place, one in enumerate(found)])
    adjusted = holm(p)
    return [replace(one, adjusted=float(adjusted[mirrored.get(place, place)])) for place, one in enumerate(found)]


def _sizes(inside: np.ndarray) -> tuple[int, int]:
    members = int(inside.sum())
    return members, len(inside) - members
