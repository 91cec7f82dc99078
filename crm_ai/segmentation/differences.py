"""One figure of two groups of customers, side by side: how far apart, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from crm_ai.evaluation import wilson

FEW_EXPECTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure of a segment beside that of all other customers.

    Parameters
    ----------
    column : str
        The column.
    label : str, default ""
        The label whose share is compared; empty for means and missing cells.
    measure : str
        ``"mean"`` (dates in days since 1970), ``"share"`` or ``"missing"`` (share of missing cells).
    inside, outside : float
        The figure of the segment and of all others; NaN where nobody has a value.
    difference, low, high : float
        Inside minus outside with its 95 % interval: Welch's for means, Newcombe's for shares.
    effect : float
        The difference in standard deviations (Cohen's d) or, of shares, on the scale that makes them comparable
        (Cohen's h): 0.2 is small, 0.5 medium, 0.8 large. NaN if all customers have the same value.
    p : float
        How often chance alone makes so large a difference: Welch's test, the score test of two shares, or Fisher's
        exact one where fewer than five customers are expected somewhere. NaN where it cannot be told.
    adjusted : float
        The same, corrected for the number of comparisons by Holm's method.
    n_inside, n_outside : int
        Customers the figures rest on.
    typical : (float, float)
        Of numbers and dates: what the middle 80 % inside lie between.

    References
    ----------
    Welch (1947), Biometrika 34; Newcombe (1998), Statistics in Medicine 17, method 10; Cohen (1988), "Statistical power
    analysis for the behavioral sciences"; Holm (1979), Scandinavian Journal of Statistics 6.
    """

    column: str
    measure: str
    inside: float
    outside: float
    difference: float
    low: float
    high: float
    effect: float
    p: float
    n_inside: int
    n_outside: int
    label: str = ""
    adjusted: float = math.nan
    typical: tuple[float, float] = (math.nan, math.nan)

    @property
    def is_sure(self) -> bool:
        """Whether the difference is more than chance, all comparisons considered."""
        return self.adjusted < 0.05

    def in_deviations(self) -> tuple[float, float, float]:
        """The difference of two means in standard deviations, so that columns can be set side by side.

        Returns
        -------
        value, low, high : float
            Difference and interval, each divided by the pooled standard deviation; NaN where customers do not differ.
        """
        if self.difference == 0 and self.measure == "mean":
            return (0.0, math.nan, math.nan)
        unit = self.effect / self.difference if self.measure == "mean" else math.nan
        return self.effect, self.low * unit, self.high * unit


def holm(p: np.ndarray) -> np.ndarray:
    """Correct p-values for their number.

    Parameters
    ----------
    p : numpy.ndarray of shape (n,)
        NaN where there is none; these are not counted.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Holm's adjusted p-values.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).round(3).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted


def difference_of_means(inside: np.ndarray, outside: np.ndarray, *, column: str = "") -> Difference:
    """Compare the means of two groups by Welch's method.

    Parameters
    ----------
    inside, outside : numpy.ndarray of float
        A number for each customer; NaN where missing.
    column : str, optional
        What is compared.

    Returns
    -------
    Difference
        Without correction for other comparisons.

    Examples
    --------
    >>> found = difference_of_means(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0, 7.0]))
    >>> found.difference, round(found.low, 2), round(found.high, 2)
    (-3.5, -5.73, -1.27)
    """
    one, other = inside[np.isfinite(inside)], outside[np.isfinite(outside)]
    means = [float(x.mean()) if len(x) else math.nan for x in (one, other)]
    variances = [_variance(x) for x in (one, other)]
    low, high, p = _welch(means[0] - means[1], variances, [len(one), len(other)])
    return Difference(
        column=column,
        measure="mean",
        inside=means[0],
        outside=means[1],
        difference=means[0] - means[1],
        low=low,
        high=high,
        effect=_cohen_d(means[0] - means[1], variances, [len(one), len(other)]),
        p=p,
        n_inside=len(one),
        n_outside=len(other),
        typical=_middle(one),
    )


def difference_of_shares(
    hits: tuple[int, int], n: tuple[int, int], *, column: str = "", label: str = "", measure: str = "share"
) -> Difference:
    """Compare a share of two groups by Newcombe's method.

    Parameters
    ----------
    hits, n : (int, int)
        Customers concerned, and customers, inside and outside.
    column, label, measure : str, optional
        What is compared.

    Returns
    -------
    Difference
        Without correction for other comparisons.

    Examples
    --------
    >>> found = difference_of_shares((56, 48), (70, 80))
    >>> round(found.difference, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    inside, outside = (k / whole if whole else math.nan for k, whole in zip(hits, n, strict=True))
    (low_in, low_out), (high_in, high_out) = wilson(hits, n)
    gap = inside - outside
    low = gap - math.hypot(inside - low_in, high_out - outside)
    high = gap + math.hypot(high_in - inside, outside - low_out)
    apart = 2 * math.asin(math.sqrt(inside)) - 2 * math.asin(math.sqrt(outside)) if all(n) else math.nan
    return Difference(
        column=column,
        label=label,
        measure=measure,
        inside=inside,
        outside=outside,
        difference=gap,
        low=low,
        high=high,
        effect=apart if 0 < sum(hits) < sum(n) else math.nan,
        p=_p_of_shares(hits, n),
        n_inside=n[0],
        n_outside=n[1],
    )


def _middle(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, [0.1, 0.9]) if len(values) else (math.nan, math.nan)
    return float(low), float(high)


def _variance(values: np.ndarray) -> float:
    if len(values) < 2:
        return math.nan
    found = float(values.var(ddof=1))
    return found if found > (1e-12 * float(np.abs(values).max())) ** 2 else 0.0  # but for rounding


def _welch(gap: float, variances: list[float], sizes: list[int]) -> tuple[float, float, float]:
    from scipy.stats import t

    if not math.isfinite(sum(variances)):
        return math.nan, math.nan, math.nan
    parts = [variance / n for variance, n in zip(variances, sizes, strict=True)]
    error = math.sqrt(sum(parts))
    if error == 0:
        return gap, gap, math.nan
    freedom = sum(parts) ** 2 / sum(part**2 / (n - 1) for part, n in zip(parts, sizes, strict=True))
    half = float(t.ppf(0.975, freedom)) * error
    return gap - half, gap + half, float(2 * t.sf(abs(gap) / error, freedom))


def _cohen_d(gap: float, variances: list[float], sizes: list[int]) -> float:
    if not math.isfinite(sum(variances)) or sum(sizes) < 3:
        return math.nan
    pooled = sum(v * (n - 1) for v, n in zip(variances, sizes, strict=True)) / (sum(sizes) - 2)
    return gap / math.sqrt(pooled) if pooled > 0 else math.nan


def _p_of_shares(hits: tuple[int, int], n: tuple[int, int]) -> float:
    from scipy.stats import fisher_exact, norm

    whole, both = sum(hits), sum(n)
    if not all(n) or not 0 < whole < both:
        return math.nan
    expected = min(n) * min(whole, both - whole) / both
    if expected < FEW_EXPECTED:
        return float(fisher_exact([[hits[0], n[0] - hits[0]], [hits[1], n[1] - hits[1]]]).pvalue)
    share = whole / both
    error = math.sqrt(share * (1 - share) * (1 / n[0] + 1 / n[1]))
    return float(2 * norm.sf(abs(hits[0] / n[0] - hits[1] / n[1]) / error))
