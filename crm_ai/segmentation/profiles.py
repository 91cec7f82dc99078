"""How the customers of a segment differ from everybody else, column by column, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError, EmptySegmentError
from crm_ai.evaluation import wilson
from crm_ai.modeling.encoding import LARGEST_NUMBER
from crm_ai.modeling.labels import label_codes
from crm_ai.segmentation.segmentation import Segmentation
from crm_ai.table import LABELLED, Kind, Table
from crm_ai.words import _, count

MOST_LABELS = 20
FEW_EXPECTED = 5
MICROSECONDS_A_DAY = 86_400_000_000
NUMERIC = (Kind.NUMBER, Kind.DATE)


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
