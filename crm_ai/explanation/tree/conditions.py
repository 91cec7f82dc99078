"""What a rule asks of one column: numbers or dates between limits, or some of the labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from crm_ai.modeling.encoding import MICROSECONDS_A_DAY, MISSING, OTHER
from crm_ai.words import _, ngettext, number

MOST_RARE_NAMED = 3
DIGITS = 6
LARGEST_WRITTEN_OUT = 1e15


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers or dates of a column between two limits.

    Parameters
    ----------
    column : str
        The column.
    low, high : float
        Above `low` and up to `high`, in the column's unit, dates in days since 1970. Compared in 32 bits, as the tree
        does. No value fits where `low` is not below `high`.
    missing : bool
        Whether a customer without a value fits.
    gaps : bool
        Whether training customers lacked values; only then words speak of missing ones.
    is_date : bool
        Whether the limits are dates.

    Examples
    --------
    >>> Span("tenure", high=12.0).fits(np.array([12.0, 12.5, np.nan])).tolist()
    [True, False, True]
    """

    column: str
    low: float = -math.inf
    high: float = math.inf
    missing: bool = True
    gaps: bool = False
    is_date: bool = False

    @property
    def known(self) -> bool:
        """Whether any customer with a value can fit."""
        return self.low < self.high

    def fits(self, cells: np.ndarray) -> np.ndarray:
        """Which cells fulfil it.

        Parameters
        ----------
        cells : numpy.ndarray of float64, shape (n,)
            As written by ``TableEncoder.codes_of``: numbers, days since 1970, NaN where missing.

        Returns
        -------
        numpy.ndarray of bool, shape (n,)
            True where it holds.
        """
        short = cells.astype(np.float32).astype(np.float64)
        return np.where(np.isnan(cells), self.missing, (short > self.low) & (short <= self.high))

    def narrowed(self, other: Span) -> Span:
        """Both conditions in one.

        Parameters
        ----------
        other : Span
            Of the same column.

        Returns
        -------
        Span
            Fits what fits both.
        """
        low, high = max(self.low, other.low), min(self.high, other.high)
        return replace(self, low=low, high=high, missing=self.missing and other.missing)

    @property
    def words(self) -> str:
        """The condition for people, such as ``tenure ≤ 12``; empty if it asks nothing."""
        if not self.known:
            return _("{column} is missing").format(column=self.column)
        bounded = [limit for limit in (self.low, self.high) if math.isfinite(limit)]
        if not bounded:
            return "" if self.missing else _("{column} is known").format(column=self.column)
        limits = limits_in_words(bounded, is_date=self.is_date)
        if len(limits) == 2:
            said = _("{low} < {column} ≤ {high}").format(column=self.column, low=limits[0], high=limits[1])
        elif math.isfinite(self.high):
            said = _("{column} ≤ {high}").format(column=self.column, high=limits[0])
        else:
            said = _("{column} > {low}").format(column=self.column, low=limits[0])
        return _("{condition} (or missing)").format(condition=said) if self.missing and self.gaps else said


@dataclass(frozen=True, slots=True)
class Choice:
    """Some of a column's labels.

    Parameters
    ----------
    column : str
        The column.
    levels : tuple of str
        All labels that the encoder tells apart, in its order; "(other)" stands for rare ones, "(missing)" for none.
    chosen : frozenset of str
        Those that fit.
    rare : tuple of str
        Labels that "(other)" stands for.

    Examples
    --------
    >>> Choice("plan", ("A", "B", "C", "D"), frozenset("CD")).words
    'plan is C or D'
    >>> Choice("plan", ("A", "B", "C", "D"), frozenset("BCD")).words
    'plan is not A'
    """

    column: str
    levels: tuple[str, ...]
    chosen: frozenset[str]
    rare: tuple[str, ...] = ()

    def fits(self, cells: np.ndarray) -> np.ndarray:
        """Which cells fulfil it.

        Parameters
        ----------
        cells : numpy.ndarray of float64, shape (n,)
            As written by ``TableEncoder.codes_of``: positions in `levels`.

        Returns
        -------
        numpy.ndarray of bool, shape (n,)
            True where it holds.
        """
        fitting = np.array([level in self.chosen for level in self.levels])
        return fitting[cells.astype(np.intp)]

    def narrowed(self, other: Choice) -> Choice:
        """Both conditions in one.

        Parameters
        ----------
        other : Choice
            Of the same column.

        Returns
        -------
        Choice
            Fits what fits both.
        """
        return replace(self, chosen=self.chosen & other.chosen)

    @property
    def words(self) -> str:
        """The condition for people, such as ``contract is monthly``; empty if it asks nothing."""
        inside = [level for level in self.levels if level in self.chosen]
        outside = [level for level in self.levels if level not in self.chosen]
        if not outside:
            return ""
        if inside and len(inside) <= len(outside):
            return _("{column} is {labels}").format(column=self.column, labels=self._labels(inside))
        return _("{column} is not {labels}").format(column=self.column, labels=self._labels(outside))

    def _labels(self, levels: list[str]) -> str:
        named = [self._label(level) for level in levels]
        if len(named) == 1:
            return named[0]
        return _("{labels} or {last}").format(labels=_(", ").join(named[:-1]), last=named[-1])

    def _label(self, level: str) -> str:
        if level == MISSING:
            return _("missing")
        if level != OTHER or not self.rare:
            return level
        told, rest = _(", ").join(self.rare[:MOST_RARE_NAMED]), len(self.rare) - MOST_RARE_NAMED
        if rest > 0:
            told = ngettext("{labels} and {n} other", "{labels} and {n} others", rest).format(labels=told, n=rest)
        return _("rare ({labels})").format(labels=told)


Condition = Span | Choice


def narrowed(path: tuple[Condition, ...], asked: Condition) -> tuple[Condition, ...]:
    """Add a condition to those on the way to a node, one a column.

    Parameters
    ----------
    path : tuple of Span or Choice
        Conditions so far, each of another column.
    asked : Span or Choice
        One more.

    Returns
    -------
    tuple of Span or Choice
        Merged with the one of the same column where there is one.

    Examples
    --------
    >>> path = narrowed((Span("tenure", high=30.0),), Span("tenure", high=12.0))
    >>> [condition.words for condition in path]
    ['tenure ≤ 12']
    """
    merged = tuple(_both(condition, asked) if condition.column == asked.column else condition for condition in path)
    return merged if any(condition.column == asked.column for condition in path) else (*path, asked)


def _both(one: Condition, other: Condition) -> Condition:
    if isinstance(one, Span) and isinstance(other, Span):
        return one.narrowed(other)
    if isinstance(one, Choice) and isinstance(other, Choice):
        return one.narrowed(other)
    raise TypeError(f"{one.column} is of two kinds")


def limits_in_words(limits: list[float], *, is_date: bool = False) -> list[str]:
    """Write limits with as few digits as tell them apart, but at least six.

    Parameters
    ----------
    limits : list of float
        Finite; different ones stay different in words where sixteen digits can do that.
    is_date : bool, default False
        Whether they are days since 1970.

    Returns
    -------
    list of str
        For instance ``33.44``, ``1,234,567.5`` or ``2024-03-01``.

    Examples
    --------
    >>> limits_in_words([33.439998626708984]), limits_in_words([1.0, 1.0000001])
    (['33.44'], ['1', '1.0000001'])
    >>> limits_in_words([19783.5], is_date=True)
    ['2024-03-01']
    """
    if is_date:
        return [_day(limit) for limit in limits]
    words: list[str] = []
    for digits in range(DIGITS, 17):
        words = [_written(limit, digits) for limit in limits]
        if len(set(words)) == len(set(limits)):
            break
    return words


def _written(limit: float, digits: int) -> str:
    size = abs(limit)
    if size >= LARGEST_WRITTEN_OUT:
        return number(limit)
    whole = math.floor(math.log10(size)) + 1 if size else 1
    text = f"{limit:,.{min(max(digits - whole, 0), 300)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(limit: float) -> str:
    """A date; with its time where it lies neither at midnight nor, between two dates, at noon."""
    stamp = np.datetime64(round(limit * MICROSECONDS_A_DAY), "us")
    if limit % 1 in (0.0, 0.5):
        return str(stamp.astype("datetime64[D]"))
    return str(stamp.astype("datetime64[m]")).replace("T", " ")
