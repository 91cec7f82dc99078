"""Whether a probability means the same in every group, and how scores are spread in each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import Estimate, GroupValues, Tally, expected_calibration_error, largest_difference
from crm_ai.evaluation.intervals import Z
from crm_ai.fairness.gaps import group_estimates, large_enough, some_groups
from crm_ai.fairness.pairs import Pair, error_pairs
from crm_ai.fairness.verdict import FEWEST, POINTS
from crm_ai.words import _, label_in_words, number, shorten

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BANDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCalibration:
    """How far probabilities can be taken at their word in each group.

    Parameters
    ----------
    segment : str
        What the groups are groups of.
    gap : mapping of str to Estimate
        By group: mean probability minus the share that has the answer, in [-1, 1].
    error : mapping of str to Estimate
        By group: expected calibration error, see ``expected_calibration_error``.
    overall : mapping of str to Estimate
        Both of all customers: calibration_gap and expected_calibration_error.
    difference : Estimate
        Highest gap minus lowest, over groups with enough customers.
    pairs : tuple of Pair
        Every two groups, corrected together.
    too_few : tuple of str
        Groups with fewer than 30 customers: shown, never ranked.
    """

    segment: str
    gap: Mapping[str, Estimate]
    error: Mapping[str, Estimate]
    overall: Mapping[str, Estimate]
    difference: Estimate
    pairs: tuple[Pair, ...]
    too_few: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The outcome in words, in the reader's language."""
        certain = [pair for pair in self.pairs if pair.beyond_chance and pair.difference >= POINTS]
        if certain:
            worst = max(certain, key=lambda pair: pair.difference)
            return _(
                "Probabilities do not mean the same by {segment}: they are off by {high_gap} points for “{high}”, by "
                "{low_gap} for “{low}”."
            ).format(
                segment=self.segment,
                high=shorten(label_in_words(worst.high)),
                low=shorten(label_in_words(worst.low)),
                high_gap=_signed(self.gap[worst.high].value),
                low_gap=_signed(self.gap[worst.low].value),
            )
        if not self.difference.known:
            return _("Too few customers to say whether probabilities mean the same by {segment}.").format(
                segment=self.segment
            )
        return _(
            "No evidence that probabilities mean something else by {segment}: gaps differ by {gap} points "
            "({low} to {high})."
        ).format(
            segment=self.segment,
            gap=number(100 * self.difference.value, 2),
            low=number(100 * self.difference.low, 2),
            high=number(100 * self.difference.high, 2),
        )

    def to_frame(self) -> pd.DataFrame:
        """Put all numbers into a tidy table, one row a number.

        Returns
        -------
        pandas.DataFrame
            Columns segment, kind (group, overall, difference), group, metric, value, low, high, n, too_few.
        """
        import pandas as pd

        rows = [("group", group, e) for found in (self.gap, self.error) for group, e in found.items()]
        rows += [("overall", "", e) for e in self.overall.values()] + [("difference", "", self.difference)]
        return pd.DataFrame(
            [
                (self.segment, kind, group, e.name, e.value, e.low, e.high, e.n, group in self.too_few)
                for kind, group, e in rows
            ],
            columns=["segment", "kind", "group", "metric", "value", "low", "high", "n", "too_few"],
        )


def calibration_by_group(tally: Tally, *, segment: str = "", bins: int = 10) -> GroupCalibration:
    """Compare predicted probability and observed share within each group.

    Parameters
    ----------
    tally : Tally
        Counts by group.
    segment : str, optional
        What the groups are groups of.
    bins : int, default 10
        Of the expected calibration error.

    Returns
    -------
    GroupCalibration
        Gaps and errors with intervals.

    References
    ----------
    Pleiss, Raghavan, Wu, Kleinberg, Weinberger (2017), NeurIPS, "On fairness and calibration".

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> outcome, score = [0, 1] * 100, [0.5] * 100 + [0.8] * 100
    >>> found = calibration_by_group(tally_scores(outcome, score, [0] * 100 + [1] * 100, ("f", "m")))
    >>> round(found.gap["m"].value, 2), round(found.difference.value, 2)
    (0.3, 0.3)
    """
    customers = np.array(list(tally.sizes.values()))
    metric, whole = large_enough(calibration_gaps(tally), customers), calibration_gaps(tally.total())
    enough = np.flatnonzero(customers >= FEWEST)
    compared = some_groups(metric, enough)
    parts = {group: tally.select(group) if size else None for group, size in tally.sizes.items()}
    error = "expected_calibration_error"
    return GroupCalibration(
        segment=segment,
        gap=dict(
            zip(tally.groups, group_estimates("calibration_gap", calibration_gaps(tally), customers), strict=True)
        ),
        error={
            group: expected_calibration_error(part, bins=bins) if part is not None else Estimate(error, math.nan)
            for group, part in parts.items()
        },
        overall={
            "calibration_gap": group_estimates("calibration_gap", whole, customers.sum(keepdims=True))[0],
            error: expected_calibration_error(tally.total(), bins=bins),
        },
        difference=Estimate("calibration_gap", *largest_difference([metric]), int(customers[enough].sum())),
        pairs=error_pairs({"calibration_gap": compared}, [tally.groups[place] for place in enough]),
        too_few=tuple(group for group, size in tally.sizes.items() if size < FEWEST),
    )


def score_quantiles(tally: Tally) -> pd.DataFrame:
    """Tell how scores are spread in each group.

    Parameters
    ----------
    tally : Tally
        Counts by group.

    Returns
    -------
    pandas.DataFrame
        One row a group: group, n, too_few, mean, and q05, q25, q50, q75, q95: scores that at least so many hundredths
        do not exceed, exact but for the width of a bin. NaN for empty groups.

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> score_quantiles(tally_scores([0, 1, 0], [0.2, 0.4, 0.9]))["q50"].tolist()
    [0.4]
    """
    import pandas as pd

    counts, sums = tally.counts.sum(axis=1), tally.score_sums.sum(axis=1)
    n = counts.sum(axis=1)
    means = sums / np.maximum(counts, 1)  # of each bin
    below = np.cumsum(counts, axis=1)
    columns: dict[str, object] = {"group": list(tally.groups), "n": n, "too_few": n < FEWEST}
    columns["mean"] = np.where(n > 0, sums.sum(axis=1) / np.maximum(n, 1), np.nan)
    for share in QUANTILES:
        place = (below < np.ceil(share * n)[:, None]).sum(axis=1)
        found = means[np.arange(len(n)), np.minimum(place, means.shape[1] - 1)]
        columns[f"q{round(100 * share):02d}"] = np.where(n > 0, found, np.nan)
    return pd.DataFrame(columns)


def score_density(tally: Tally, *, bands: int = BANDS) -> pd.DataFrame:
    """Share of each group's customers in each band of scores.

    Parameters
    ----------
    tally : Tally
        Counts by group; scores in [0, 1].
    bands : int, default 20
        Bands of equal width.

    Returns
    -------
    pandas.DataFrame
        Columns group, low, high (of the band), share, n (customers of the group), too_few.
    """
    import pandas as pd

    counts = tally.counts.sum(axis=1)
    place = np.clip((tally.edges[:-1] * bands + 1e-9).astype(np.intp), 0, bands - 1)
    filled = np.stack([np.bincount(place, weights=row, minlength=bands) for row in counts])
    n = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = filled / n[:, None]
    return pd.DataFrame(
        {
            "group": np.repeat(np.asarray(tally.groups, dtype=object), bands),
            "low": np.tile(np.arange(bands) / bands, len(n)),
            "high": np.tile(np.arange(1, bands + 1) / bands, len(n)),
            "share": share.ravel(),
            "n": np.repeat(n, bands),
            "too_few": np.repeat(n < FEWEST, bands),
        }
    )


def calibration_gaps(tally: Tally) -> GroupValues:
    """Compute predicted minus observed for each group.

    Parameters
    ----------
    tally : Tally
        Counts by group.

    Returns
    -------
    GroupValues
        Mean of score minus outcome, with Student's intervals; NaN for empty groups.
    """
    n = tally.counts.sum(axis=(1, 2))
    mean_scores = tally.score_sums / np.maximum(tally.counts, 1)
    each = mean_scores - np.array([0.0, 1.0])[None, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (tally.counts * each).sum(axis=(1, 2)) / n
        spread = (tally.counts * (each - value[:, None, None]) ** 2).sum(axis=(1, 2)) / np.maximum(n - 1, 1)
        error = np.where(n > 1, np.sqrt(spread / n), np.nan)

    def limits(z: float) -> tuple[np.ndarray, np.ndarray]:
        from crm_ai.evaluation.intervals import student

        half = np.array([student(size - 1) * z / Z for size in n.tolist()]) * error
        return np.maximum(value - half, -1.0), np.minimum(value + half, 1.0)

    return GroupValues(value, limits)


def _signed(share: float) -> str:
    return f"{'+' if share > 0 else ''}{number(100 * share, 2)}"
