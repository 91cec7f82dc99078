"""What is right and wrong at a threshold: every metric is a share of some of the four cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import Z, wilson
from crm_ai.evaluation.tally import Tally

TN, FP, FN, TP = range(4)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of some customers among others.

    Parameters
    ----------
    part, whole : tuple of int
        Cells that are counted, and cells that they are counted among: 0 true negatives, 1 false positives, 2 false
        negatives, 3 true positives.
    harmonic : bool, default False
        The metric is 2 p / (1 + p) of the share p. F1 is, of the hits among all but true negatives: so it has
        Wilson's interval too.
    """

    part: tuple[int, ...]
    whole: tuple[int, ...]
    harmonic: bool = False

    def counts(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Count part and whole.

        Parameters
        ----------
        cells : numpy.ndarray of shape (…, 4)
            See ``Tally.cells``.

        Returns
        -------
        part, whole : numpy.ndarray of shape (…)
            Numbers of customers.
        """
        return cells[..., self.part].sum(axis=-1), cells[..., self.whole].sum(axis=-1)

    def value(self, cells: np.ndarray) -> np.ndarray:
        """Compute the metric; NaN where nobody is in the whole.

        Parameters
        ----------
        cells : numpy.ndarray of shape (…, 4)
            See ``Tally.cells``.

        Returns
        -------
        numpy.ndarray of shape (…)
            Values in [0, 1].

        Examples
        --------
        >>> import numpy as np
        >>> float(RATES["precision"].value(np.array([50, 10, 5, 30])))
        0.75
        """
        part, whole = self.counts(cells)
        with np.errstate(divide="ignore", invalid="ignore"):
            return part * 2 / (part + whole) if self.harmonic else part / whole

    def limits(self, cells: np.ndarray, z: float = Z) -> tuple[np.ndarray, np.ndarray]:
        """Compute Wilson's interval.

        Parameters
        ----------
        cells : numpy.ndarray of shape (…, 4)
            See ``Tally.cells``.
        z : float, default 1.96
            Normal quantile.

        Returns
        -------
        low, high : numpy.ndarray of shape (…)
            Ends of the interval.
        """
        low, high = wilson(*self.counts(cells), z)
        return (2 * low / (1 + low), 2 * high / (1 + high)) if self.harmonic else (low, high)


ALL = (TN, FP, FN, TP)
RATES: dict[str, Rate] = {
    "accuracy": Rate((TN, TP), ALL),
    "precision": Rate((TP,), (FP, TP)),
    "recall": Rate((TP,), (FN, TP)),
    "true_positive_rate": Rate((TP,), (FN, TP)),
    "false_positive_rate": Rate((FP,), (TN, FP)),
    "false_negative_rate": Rate((FN,), (FN, TP)),
    "specificity": Rate((TN,), (TN, FP)),
    "selection_rate": Rate((FP, TP), ALL),
    "base_rate": Rate((FN, TP), ALL),
    "negative_predictive_value": Rate((TN,), (TN, FN)),
    "f1": Rate((TP,), (FP, FN, TP), harmonic=True),
}
THRESHOLD_METRICS = tuple(name for name in RATES if name != "true_positive_rate")  # it is recall


def at_threshold(tally: Tally, threshold: float) -> dict[str, Estimate]:
    """Judge a model that selects customers from a score upwards.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.
    threshold : float
        Score from which a customer is selected, see ``Tally.cells``.

    Returns
    -------
    dict of str to Estimate
        By metric, each with Wilson's interval and the customers that it is a share of; NaN where there are none.

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> found = at_threshold(tally_scores([0, 1, 1, 0], [0.1, 0.8, 0.4, 0.6]), 0.5)
    >>> found["precision"].value, found["precision"].n
    (0.5, 2)
    """
    by_group = rates_by_group(tally.total(), threshold, THRESHOLD_METRICS)
    return {name: next(iter(groups.values())) for name, groups in by_group.items()}


def rates_by_group(tally: Tally, threshold: float, names: Iterable[str]) -> dict[str, dict[str, Estimate]]:
    """Judge a model for each group apart.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout by group.
    threshold : float
        Score from which a customer is selected.
    names : iterable of str
        Metrics of ``RATES``.

    Returns
    -------
    dict of str to dict of str to Estimate
        By metric and group.
    """
    cells = tally.cells(threshold)
    return {name: dict(zip(tally.groups, rate_estimates(name, cells), strict=True)) for name in names}


def rate_estimates(name: str, cells: np.ndarray) -> list[Estimate]:
    """Compute a metric with its interval for several sets of cells.

    Parameters
    ----------
    name : str
        A metric of ``RATES``.
    cells : numpy.ndarray of shape (sets, 4)
        See ``Tally.cells``.

    Returns
    -------
    list of Estimate
        One for each set.
    """
    rate = RATES[name]
    columns = (rate.value(cells), *rate.limits(cells), rate.counts(cells)[1])
    return [Estimate(name, *row) for row in zip(*(column.tolist() for column in columns), strict=True)]
