"""Cut a number or a date into bands that can be said aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.words import _, number

EDGES_MOST = 100
MICROSECONDS_A_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Bands:
    """Neighbouring stretches of a number or a date.

    Parameters
    ----------
    edges : tuple of float
        Where one band ends and the next begins, rising; a value on an edge is in the upper band. Dates in days since
        1970.
    names : tuple of str
        One a band, one more than edges.
    dates : bool, default False
        Whether they are bands of a date.

    Examples
    --------
    >>> ages = bands_at([30, 50])
    >>> ages.names
    ('< 30', '30 – < 50', '≥ 50')
    >>> ages.codes_of(pd.Series([18, 30, 77, None])).tolist()
    [0, 1, 2, -1]
    """

    edges: tuple[float, ...]
    names: tuple[str, ...]
    dates: bool = False

    def codes_of(self, column: pd.Series) -> np.ndarray:
        """Band of each customer.

        Parameters
        ----------
        column : pandas.Series of length n
            Numbers, or dates.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Positions in ``names``; -1 where missing.
        """
        values = _as_numbers(column)
        codes = np.searchsorted(np.asarray(self.edges), values, side="right")
        return np.where(np.isfinite(values), codes, -1).astype(np.intp)


def bands_at(edges: Sequence[float | str | pd.Timestamp], *, names: Sequence[str] = ()) -> Bands:
    """Make bands of given edges.

    Parameters
    ----------
    edges : sequence of float, or of dates
        At least one; in any order. Dates may be texts such as ``"2026-01-31"``.
    names : sequence of str, optional
        What to call the bands, one more than edges; made from the edges by default.

    Returns
    -------
    Bands
        The bands.

    Raises
    ------
    ProblemError
        If there are no edges, two are equal, one is no number or date, or there are not as many names as bands.

    Examples
    --------
    >>> bands_at(["2025-01-01"]).names
    ('before 2025-01-01', 'from 2025-01-01')
    >>> bands_at([25], names=["young", "older"]).names
    ('young', 'older')
    """
    dates = any(isinstance(edge, str | pd.Timestamp) for edge in edges)
    found = sorted(_edge(edge) for edge in edges)
    if not found or len(found) > EDGES_MOST or len(set(found)) < len(found) or not np.isfinite(found).all():
        raise ProblemError(
            _("Bands need between one and {most} different edges.").format(most=EDGES_MOST),
            next_step=_("Write the values at which a new band begins, such as 30, 50."),
        )
    exact = [f"{edge:,.15g}" for edge in found]
    own = tuple(str(name).strip() for name in names)
    if own and (len(own) != len(found) + 1 or len(set(own)) < len(own) or not all(own)):
        raise ProblemError(
            _("{edges} edges make {bands} bands; each needs a name of its own.").format(
                edges=len(found), bands=len(found) + 1
            ),
            next_step=_("Give as many different names as there are bands."),
        )
    return Bands(tuple(found), own or (_date_names(found) if dates else _number_names(exact)), dates)


def equal_bands(column: pd.Series, many: int = 4) -> Bands:
    """Make bands that hold about equally many customers, with edges a person would say.

    Parameters
    ----------
    column : pandas.Series of length n
        Numbers, or dates.
    many : int, default 4
        How many bands; there are fewer where many customers share a value.

    Returns
    -------
    Bands
        The bands; a single one if all customers have the same value.

    Raises
    ------
    ProblemError
        If no customer has a value.

    Examples
    --------
    >>> equal_bands(pd.Series(range(100))).names
    ('< 25', '25 – < 50', '50 – < 74', '≥ 74')
    """
    dates = pd.api.types.is_datetime64_any_dtype(column.dtype)
    values = _as_numbers(column)
    known = values[np.isfinite(values)]
    if not len(known):
        raise ProblemError(_("No customer has a value that bands could be made of."), where=str(column.name or ""))
    inner = np.quantile(known, np.arange(1, many) / many)
    edges = np.unique([round(edge) if dates else _round_edge(edge, float(np.ptp(known))) for edge in inner])
    edges = edges[(edges > known.min()) & (edges <= known.max())]
    if not len(edges):
        return Bands((), (_day(float(known[0])) if dates else number(float(known[0])),), dates)
    found = [float(edge) for edge in edges]
    return Bands(tuple(found), _date_names(found) if dates else _number_names(_told_apart(found)), dates)


def _edge(edge: float | str | pd.Timestamp) -> float:
    if isinstance(edge, str | pd.Timestamp):
        try:
            stamp = pd.Timestamp(edge)
            if stamp is pd.NaT:
                raise ValueError
            return float(stamp.tz_localize(None).value / 1000 / MICROSECONDS_A_DAY)
        except ValueError as error:
            raise ProblemError(
                _("“{edge}” is no date.").format(edge=edge), next_step=_("Write dates like 2026-01-31.")
            ) from error
    try:
        return float(edge)
    except (TypeError, ValueError) as error:
        raise ProblemError(_("“{edge}” is no number.").format(edge=edge)) from error


def _as_numbers(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        stamps = column.to_numpy(dtype="datetime64[us]")
        return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / MICROSECONDS_A_DAY)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _number_names(words: Sequence[str]) -> tuple[str, ...]:
    return (f"< {words[0]}", *(f"{low} – < {high}" for low, high in pairwise(words)), f"≥ {words[-1]}")


def _date_names(edges: Sequence[float]) -> tuple[str, ...]:
    words = [_day(edge) for edge in edges]
    between = [_("{first} – before {last}").format(first=first, last=last) for first, last in pairwise(words)]
    return (_("before {day}").format(day=words[0]), *between, _("from {day}").format(day=words[-1]))


def _day(days: float) -> str:
    stamp = np.datetime64(0, "us") + np.timedelta64(round(days * MICROSECONDS_A_DAY), "us")
    return str(stamp.astype("datetime64[D]" if float(days).is_integer() else "datetime64[m]")).replace("T", " ")


def _told_apart(edges: Sequence[float]) -> list[str]:
    """Write edges with as few digits as tell them apart."""
    for digits in range(3, 16):
        words = [number(edge, digits) for edge in edges]
        if len(set(words)) == len(words):
            return words
    return [repr(float(edge)) for edge in edges]


def _round_edge(edge: float, spread: float) -> float:
    """Round an edge to what a person would say, within a fiftieth of the spread."""
    step = 10.0 ** math.floor(math.log10(spread / 20)) if spread > 0 else 1.0
    return float(round(edge / step) * step)
