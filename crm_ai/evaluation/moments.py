"""What is kept of numbers to tell their mean, and how sure it is, even where they lean to one side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from crm_ai.evaluation.intervals import Z, student

ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean of some numbers and how they scatter around it.

    Parameters
    ----------
    mean, deviation : float
        Mean and standard deviation (of a sample); NaN without customers.
    skewness, kurtosis : float
        Third and fourth central moment over the third and fourth power of the deviation; 0 and 3 for a bell.
    n : int
        Customers.
    """

    mean: float
    deviation: float
    skewness: float
    kurtosis: float
    n: int

    @classmethod
    def of(cls, values: np.ndarray) -> Moments:
        """Take the moments of numbers.

        Parameters
        ----------
        values : numpy.ndarray of shape (n,)
            One for each customer.

        Returns
        -------
        Moments
            Their moments.
        """
        mean = float(values.mean()) if len(values) else math.nan
        around = values - mean
        central = [float((around**power).mean()) for power in (2, 3, 4)] if len(values) else [math.nan] * 3
        return cls._from(mean, *central, n=len(values))

    @classmethod
    def from_sums(cls, sums: tuple[float, float, float, float], n: int) -> Moments:
        """Take the moments from sums, which add up across tallies.

        Parameters
        ----------
        sums : tuple of four float
            Of the numbers and of their second, third and fourth powers.
        n : int
            Customers.

        Returns
        -------
        Moments
            As of the numbers themselves, but for rounding.
        """
        if not n:
            return cls._from(math.nan, math.nan, math.nan, math.nan, n=0)
        first, second, third, fourth = (total / n for total in sums)
        variance = max(second - first**2, 0.0)
        if variance <= ROUNDING * second:  # all alike, but for rounding
            return cls._from(first, 0.0, 0.0, 0.0, n=n)
        lean = third - 3 * first * second + 2 * first**3
        return cls._from(first, variance, lean, fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4, n=n)

    @classmethod
    def _from(cls, mean: float, variance: float, third: float, fourth: float, *, n: int) -> Moments:
        if not n:
            return cls(mean, math.nan, 0.0, 3.0, 0)
        deviation = math.sqrt(variance * n / (n - 1)) if n > 1 else 0.0
        if not (deviation > ROUNDING * abs(mean) and variance**2 > 0):  # numbers below 1e-80 have no fourth power
            return cls(mean, 0.0, 0.0, 3.0, n)
        # No sample has more of either; rounding may say so.
        skewness = min(max(third / variance**1.5, -math.sqrt(n)), math.sqrt(n))
        return cls(mean, deviation, skewness, min(max(fourth / variance**2, 1 + skewness**2), n), n)

    def interval(self, z: float = Z) -> tuple[float, float]:
        """Interval of the mean, also of numbers that lean to one side, such as squared errors.

        Student's interval takes a mean to be as often too low as too high. Of skewed numbers, most samples lack the
        rare large ones: their mean is too low and their standard error with it. A cubic of Student's statistic takes
        the lean out to the first order, and can be solved for the mean; how far the standard error itself can be
        trusted goes by the fourth moment, as fewer degrees of freedom.

        Parameters
        ----------
        z : float, default 1.96
            Normal quantile; the default gives 95 %. Student's quantile is taken instead, in the same proportion.

        Returns
        -------
        low, high : float
            Ends of the interval; NaN for fewer than three customers.

        References
        ----------
        Hall (1992), JRSS B 54, "On the removal of skewness by transformation"; Satterthwaite (1946), Biometrics
        Bulletin 2, "An approximate distribution of estimates of variance components".

        Examples
        --------
        >>> [round(end, 3) for end in Moments(1.0, 1.4, 0.0, 3.0, 100).interval()]
        [0.722, 1.278]
        >>> [round(end, 3) for end in Moments(1.0, 1.4, 2.8, 15.0, 100).interval()]
        [0.751, 1.406]
        """
        if self.n < 3:
            return math.nan, math.nan
        if not self.deviation > 0:
            return self.mean, self.mean
        freedom = 2 * self.n / (self.kurtosis - (self.n - 3) / (self.n - 1))
        quantile, root = student(max(min(freedom, self.n - 1), 2)) * z / Z, math.sqrt(self.n)
        error, lean = self.deviation / root, self.skewness / (3 * root)
        if abs(lean) < ROUNDING:
            return self.mean - quantile * error, self.mean + quantile * error
        ends = [(math.cbrt(1 + 3 * lean * (end - lean / 2)) - 1) / lean for end in (quantile, -quantile)]
        return self.mean - ends[0] * error, self.mean - ends[1] * error
