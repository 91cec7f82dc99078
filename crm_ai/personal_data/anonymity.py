"""Who could be picked out by what others may know: k-anonymity and l-diversity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.table import Kind, Table
from crm_ai.table.names import names_a_segment, words_of
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _

SHOWN = 20
KNOWN_TO_OTHERS = re.compile(
    r"\b(city|town|village|suburb|birth|born|dob|year of birth|birthday|occupation|profession|job|employer)\b"
    r"|\b(income band|ip|zip|post ?code|postal)\b|城市|城区|区县|市县|^市$|^县$|^区$|邮编|邮政编码"
    r"|出生|生日|职业|省|国家"
)
NOT_KNOWN = frozenset({"newbie", "loyalty"})


@dataclass(frozen=True, slots=True)
class Anonymity:
    """How well customers hide among each other.

    Parameters
    ----------
    k : int
        Customers in the smallest group of those who agree in all quasi-identifiers; 0 if there are no customers.
    l : int or None
        Different sensitive values in the group that has the fewest; None if no sensitive column was named.
    groups : int
        Number of groups.
    rows_at_risk : numpy.ndarray of int
        Positions of the rows in groups that are smaller than was asked for, or less diverse.
    smallest : pandas.DataFrame
        The groups that are most at risk, at most 20.
    """

    k: int
    l: int | None  # noqa: E741 - the name of the measure
    groups: int
    rows_at_risk: np.ndarray
    smallest: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """List the groups most at risk.

        Returns
        -------
        pandas.DataFrame
            One row a group, the smallest first: its quasi-identifiers, ``rows``, and ``different`` sensitive values if
            a sensitive column was named.
        """
        return self.smallest.copy()


def quasi_identifiers(table: Table) -> tuple[str, ...]:
    """Propose the columns by which somebody who knows a customer could pick that customer out.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    tuple of str
        Columns such as age, gender, postcode, city and date of birth, in the table's order; free texts, identifiers
        and columns that are the same in all rows are left out.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"gender": ["f", "m", "f"], "age": [33, 41, 29], "calls": [1, 5, 2]})
    >>> quasi_identifiers(table_from_frame(frame))
    ('gender', 'age')
    """
    return tuple(
        column.name
        for column in table.schema
        if column.kind not in (Kind.TEXT, Kind.IDENTIFIER)
        and _is_known_to_others(column.name)
        and len(table.frame[column.name].drop_duplicates().dropna()) > 1
    )


def _is_known_to_others(name: str) -> bool:
    words = words_of(name)
    if set(words) & NOT_KNOWN:
        return False
    return names_a_segment(name) or bool(KNOWN_TO_OTHERS.search(" ".join(words)))


def anonymity(
    table: Table,
    quasi_identifiers: Sequence[str],
    *,
    sensitive: str | None = None,
    k: int = 5,
    l: int = 2,  # noqa: E741 - the name of the measure
) -> Anonymity:
    """Count how many customers share each combination of what others may know.

    Parameters
    ----------
    table : Table
        The customers.
    quasi_identifiers : sequence of str
        Columns that others may know. Missing is a value like any other.
    sensitive : str, optional
        Column that others must not learn. Missing is no value there.
    k : int, default 5
        Customers that each group should have.
    l : int, default 2
        Different sensitive values that each group should have.

    Returns
    -------
    Anonymity
        The smallest group, the least diverse one, and the rows at risk.

    Raises
    ------
    ProblemError
        If no column is named, or one that the table does not have.

    References
    ----------
    Sweeney (2002), "k-anonymity: a model for protecting privacy". Machanavajjhala, Kifer, Gehrke,
    Venkitasubramaniam (2007), "l-diversity: privacy beyond k-anonymity".

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"city": ["Ulm", "Ulm", "Ulm", "Bonn"], "ill": ["no", "yes", "no", "yes"]})
    >>> result = anonymity(table_from_frame(frame), ["city"], sensitive="ill", k=2)
    >>> result.k, result.l, result.groups, result.rows_at_risk.tolist()
    (1, 1, 2, [3])
    """
    names = list(dict.fromkeys(quasi_identifiers))
    if not names:
        raise ProblemError(
            _("No column was named that others may know."), next_step=_("Name some, such as age, gender or postcode.")
        )
    for name in (*names, *([sensitive] if sensitive is not None else [])):
        table.schema[name]
    groups = _groups(table.frame, names)
    n = int(groups.max()) + 1 if len(groups) else 0
    sizes = np.bincount(groups, minlength=n)
    different = None if sensitive is None else _different(groups, table.frame[sensitive], n)
    risky = sizes < k if different is None else (sizes < k) | (different < l)
    return Anonymity(
        k=int(sizes.min(initial=len(groups))),
        l=None if different is None else int(different.min(initial=len(groups))),
        groups=n,
        rows_at_risk=np.flatnonzero(risky[groups]),
        smallest=_smallest(table.frame, names, groups, sizes, different),
    )


def _codes(series: pd.Series) -> tuple[np.ndarray, int]:
    """Number the different values of a column; missing is 0."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.cat.codes.to_numpy().astype(np.int64) + 1, len(series.cat.categories) + 1
    codes, distinct = pd.factorize(series)
    return codes.astype(np.int64) + 1, len(distinct) + 1


def _groups(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Number the different combinations, densely from 0."""
    groups, n = np.zeros(len(frame), dtype=np.int64), 1
    for name in names:
        codes, k = _codes(frame[name])
        groups, n = _dense(groups * k + codes, n * k)
    return groups


def _dense(keys: np.ndarray, n: int) -> tuple[np.ndarray, int]:
    """Number again without gaps, so that the next column cannot overflow."""
    if n <= 4 * len(keys) + 1024:
        occurs = np.zeros(n, dtype=bool)
        occurs[keys] = True
        return (np.cumsum(occurs) - 1)[keys], int(occurs.sum())
    codes, distinct = pd.factorize(keys)
    return codes.astype(np.int64), len(distinct)


def _different(groups: np.ndarray, sensitive: pd.Series, n: int) -> np.ndarray:
    codes, k = _codes(sensitive)
    pairs = pd.unique(groups[codes > 0] * k + codes[codes > 0])
    return np.bincount(pairs // k, minlength=n)


def _smallest(
    frame: pd.DataFrame, names: list[str], groups: np.ndarray, sizes: np.ndarray, different: np.ndarray | None
) -> pd.DataFrame:
    keys = (sizes,) if different is None else (different, sizes)
    worst = np.lexsort(keys)[:SHOWN]
    first = np.full(len(sizes), len(groups), dtype=np.int64)
    np.minimum.at(first, groups, np.arange(len(groups)))
    listed = frame[names].iloc[first[worst]].reset_index(drop=True)
    measures = {"rows": sizes[worst]} if different is None else {"rows": sizes[worst], "different": different[worst]}
    free = {name if name not in names else f"{name} (group)": values for name, values in measures.items()}
    return with_columns(listed, free)
