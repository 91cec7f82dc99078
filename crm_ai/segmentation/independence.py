"""Whether the gamma-gamma model's assumption holds: how often people buy says nothing of what they spend a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.evaluation import Estimate
from crm_ai.evaluation.intervals import Z
from crm_ai.words import _, number

FEWEST = 10
NEGLIGIBLE, NOTABLE = 0.1, 0.3


@dataclass(frozen=True, slots=True)
class Independence:
    """Whether customers who come often spend as much a purchase as others, as the gamma-gamma model assumes.

    Parameters
    ----------
    correlation : Estimate
        Correlation (Pearson) of repeat purchases and their mean value, among customers with both.
    holds : bool
        Whether it is too small to matter, or may be.
    evidence : str
        The same in words.
    """

    correlation: Estimate
    holds: bool
    evidence: str


def check_independence(frequency: ArrayLike, value: ArrayLike) -> Independence:
    """Look whether how often customers buy goes with what a purchase of theirs is worth.

    Parameters
    ----------
    frequency : array of int, shape (n,)
        Repeat purchases.
    value : array of float, shape (n,)
        Their mean value.

    Returns
    -------
    Independence
        With a 95 % interval that does not ask for normal values: from how each customer bears on the correlation, on
        Fisher's scale. Ranks would not do: means of few purchases are more skewed, and so rank lower, by themselves.

    References
    ----------
    Fader, Hardie (2013), "The gamma-gamma model of monetary value"; Devlin, Gnanadesikan, Kettenring (1975), Biometrika
    62, "Robust estimation and outlier detection with correlation coefficients" (influence of a row on a correlation).
    """
    x, m = np.asarray(frequency, dtype=np.float64), np.asarray(value, dtype=np.float64)
    used = (x > 0) & (m > 0)
    n = int(used.sum())
    if n < FEWEST or np.ptp(x[used]) == 0 or np.ptp(m[used]) == 0:
        told = _("Whether frequent customers spend more or less a purchase cannot be told here.")
        return Independence(Estimate("correlation", np.nan, n=n), True, told)
    often, much = ((values[used] - values[used].mean()) / values[used].std() for values in (x, m))
    rho = float(np.clip((often * much).mean(), -0.999999, 0.999999))
    influence = often * much - rho * (often**2 + much**2) / 2
    half = Z * float(influence.std()) / np.sqrt(n) / (1 - rho**2)
    low, high = (float(np.tanh(np.arctanh(rho) + sign * half)) for sign in (-1, 1))
    correlation = Estimate("correlation", rho, low, high, n)
    return Independence(correlation, abs(rho) < NOTABLE, _in_words(correlation))


def _in_words(correlation: Estimate) -> str:
    rho = correlation.value
    ends = _("(correlation {rho}, {low} to {high})").format(
        rho=number(rho, 2), low=number(correlation.low, 2), high=number(correlation.high, 2)
    )
    if abs(rho) < NEGLIGIBLE or correlation.low <= 0 <= correlation.high:
        told = _("Customers who come often spend about as much a purchase as others {ends}, as the model assumes.")
        return told.format(ends=ends)
    if abs(rho) < NOTABLE:
        told = (
            _("Customers who come often spend somewhat more a purchase {ends}; the model assumes they do not.")
            if rho > 0
            else _("Customers who come often spend somewhat less a purchase {ends}; the model assumes they do not.")
        )
        return told.format(ends=ends)
    told = (
        _("Customers who come often spend clearly more a purchase {ends}: do not rely on values of this model.")
        if rho > 0
        else _("Customers who come often spend clearly less a purchase {ends}: do not rely on values of this model.")
    )
    return told.format(ends=ends)
