"""Compare groups that are large enough to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from crm_ai.evaluation import RATES, Estimate, GroupValues, largest_difference, smallest_ratio
from crm_ai.evaluation.intervals import Z
from crm_ai.fairness.verdict import FEWEST


def rates_of_groups(names: Iterable[str], cells: np.ndarray) -> dict[str, GroupValues]:
    """Compute rates of each group.

    Parameters
    ----------
    names : iterable of str
        Metrics of ``RATES``.
    cells : numpy.ndarray of int, shape (groups, 4)
        See ``Tally.cells``.

    Returns
    -------
    dict of str to GroupValues
        By metric; groups with too few customers have no value.
    """

    def values(name: str) -> GroupValues:
        return GroupValues(RATES[name].value(cells), lambda z: RATES[name].limits(cells, z))

    customers = cells.sum(axis=1)
    return {name: large_enough(values(name), customers) for name in names}


def large_enough(groups: GroupValues, customers: np.ndarray) -> GroupValues:
    """Take the values of groups with too few customers away.

    Parameters
    ----------
    groups : GroupValues
        A metric by group.
    customers : numpy.ndarray of int, shape (groups,)
        How many each group has.

    Returns
    -------
    GroupValues
        The same, NaN where there are too few.
    """
    return GroupValues(np.where(customers >= FEWEST, groups.values, np.nan), groups.limits)


def some_groups(metric: GroupValues, places: np.ndarray) -> GroupValues:
    """Take some of the groups.

    Parameters
    ----------
    metric : GroupValues
        A metric by group.
    places : numpy.ndarray of int
        Positions of those that are kept.

    Returns
    -------
    GroupValues
        The metric of these.
    """

    def limits(z: float) -> tuple[np.ndarray, np.ndarray]:
        low, high = metric.limits(z)
        return low[places], high[places]

    return GroupValues(metric.values[places], limits)


def group_estimates(name: str, metric: GroupValues, n: np.ndarray) -> list[Estimate]:
    """Write a metric of groups as estimates.

    Parameters
    ----------
    name : str
        The metric.
    metric : GroupValues
        Its values by group.
    n : numpy.ndarray of int, shape (groups,)
        Customers of each.

    Returns
    -------
    list of Estimate
        One a group.
    """
    low, high = metric.limits(Z)
    rows = zip(metric.values.tolist(), low.tolist(), high.tolist(), n.tolist(), strict=True)
    return [Estimate(name, *row) for row in rows]


def differences(metrics: Mapping[str, GroupValues], n: int) -> dict[str, Estimate]:
    """Take the highest group minus the lowest, for each metric.

    Parameters
    ----------
    metrics : mapping of str to GroupValues
        Values by group.
    n : int
        Customers compared.

    Returns
    -------
    dict of str to Estimate
        By metric.
    """
    return {name: Estimate(name, *largest_difference([groups]), n) for name, groups in metrics.items()}


def ratios(metrics: Mapping[str, GroupValues], n: int) -> dict[str, Estimate]:
    """Divide the lowest group by the highest, for each metric.

    Parameters
    ----------
    metrics : mapping of str to GroupValues
        Values by group.
    n : int
        Customers compared.

    Returns
    -------
    dict of str to Estimate
        By metric.
    """
    return {name: Estimate(name, *smallest_ratio([groups]), n) for name, groups in metrics.items()}


def parities(metrics: Mapping[str, GroupValues], n: int) -> dict[str, Estimate]:
    """Compute the field's named figures.

    Parameters
    ----------
    metrics : mapping of str to GroupValues
        Rates by group.
    n : int
        Customers compared.

    Returns
    -------
    dict of str to Estimate
        demographic_parity, equalized_odds (the worse of true and false positive rate), equal_opportunity (true positive
        rate) and predictive_parity (precision), each as _difference and _ratio.
    """
    selected, found = metrics["selection_rate"], metrics["true_positive_rate"]
    alarms, right = metrics["false_positive_rate"], metrics["precision"]
    ends = {
        "demographic_parity_difference": largest_difference([selected]),
        "demographic_parity_ratio": smallest_ratio([selected]),
        "equalized_odds_difference": largest_difference([found, alarms]),
        "equalized_odds_ratio": smallest_ratio([found, alarms]),
        "equal_opportunity_difference": largest_difference([found]),
        "equal_opportunity_ratio": smallest_ratio([found]),
        "predictive_parity_difference": largest_difference([right]),
        "predictive_parity_ratio": smallest_ratio([right]),
    }
    return {name: Estimate(name, *numbers, n) for name, numbers in ends.items()}
