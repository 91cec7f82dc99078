"""Limits of a tree that compares in 32 bits, for values kept in 64 bits and for dates kept in microseconds."""

from __future__ import annotations

import math

import numpy as np

from crm_ai.modeling.encoding import MICROSECONDS_A_DAY


def exact_limit(threshold: float) -> float:
    """Largest 64-bit number that does not exceed a threshold once it is rounded to 32 bits.

    A scikit-learn tree rounds each number x to 32 bits before it asks whether x ≤ threshold. Numbers up to halfway
    between the last 32-bit number that fits and the next one are rounded down; the one halfway goes to the even
    neighbour.

    Parameters
    ----------
    threshold : float
        Finite.

    Returns
    -------
    float
        The limit for unrounded numbers.

    References
    ----------
    IEEE 754-2019, section 4.3.1, "Rounding-direction attributes to nearest".

    Examples
    --------
    >>> exact_limit(16.5)
    16.500000953674316
    >>> exact_limit(16777216.0), exact_limit(16777218.0)
    (16777217.0, 16777218.999999996)
    """
    fits = np.float32(threshold)
    if float(fits) > threshold:
        fits = np.nextafter(fits, np.float32(-np.inf))
    following = np.nextafter(fits, np.float32(np.inf))
    halfway = (float(fits) + float(following)) / 2
    return halfway if np.float32(halfway) == fits else math.nextafter(halfway, -math.inf)


def first_stamp_after(threshold: float) -> np.datetime64:
    """First microsecond that a tree places above a threshold of days.

    Parameters
    ----------
    threshold : float
        In days since 1970.

    Returns
    -------
    numpy.datetime64
        In microseconds.

    Examples
    --------
    >>> first_stamp_after(19783.5)
    np.datetime64('2024-03-01T12:01:24.375001')
    """
    limit = exact_limit(threshold)
    stamp = math.floor(limit * MICROSECONDS_A_DAY)
    while stamp / MICROSECONDS_A_DAY > limit:
        stamp -= 1
    while stamp / MICROSECONDS_A_DAY <= limit:
        stamp += 1
    return np.datetime64(stamp, "us")
