"""What is reached by contacting those scored highest."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from crm_ai.evaluation.curves import from_the_top, share_of
from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import Z, wilson
from crm_ai.evaluation.tally import Tally

NEARBY = 0.05  # share of customers to either side of a cut-off that tell how many there have the answer


def gains_curve(tally: Tally, *, points: int = 100) -> pd.DataFrame:
    """Tell what share of the customers with the answer is reached by contacting those scored highest.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.
    points : int, default 100
        Shares of customers contacted, evenly spaced; customers with the same score are contacted in random order.

    Returns
    -------
    pandas.DataFrame
        Columns contacted (share), customers (number), caught (share of those with the answer), low, high (of caught),
        lift (caught over contacted: how many times better than chance), lift_low, lift_high, n (customers with the
        answer).
    """
    _threshold, false, true = from_the_top(tally)
    selected, having = false + true, int(true[-1])
    contacted = np.arange(1, points + 1) / points
    customers = contacted * selected[-1]
    caught = share_of(np.interp(customers, selected, true), having)
    low, high = _limits(contacted, caught, selected, true)
    return pd.DataFrame(
        {
            "contacted": contacted,
            "customers": customers,
            "caught": caught,
            "low": low,
            "high": high,
            "lift": caught / contacted,
            "lift_low": low / contacted,
            "lift_high": high / contacted,
            "n": having,
        }
    )


def lift(tally: Tally, contacted: float = 0.1) -> Estimate:
    """How many times more customers with the answer are reached than by contacting as many at random.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.
    contacted : float, default 0.1
        Share of customers contacted, those scored highest; in (0, 1].

    Returns
    -------
    Estimate
        1 is chance; NaN where nobody has the answer.

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> lift(tally_scores([1] * 10 + [0] * 90, [0.9] * 10 + [0.1] * 90), 0.1).value
    10.0
    """
    _threshold, false, true = from_the_top(tally)
    selected = false + true
    if not true[-1]:
        return Estimate("lift", math.nan)
    share = np.array([contacted])
    caught = share_of(np.interp(share * selected[-1], selected, true), int(true[-1]))
    low, high = _limits(share, caught, selected, true)
    value, least, most = (float(end[0]) / contacted for end in (caught, low, high))
    return Estimate("lift", value, least, most, round(contacted * float(selected[-1])))


def _limits(
    contacted: np.ndarray, caught: np.ndarray, selected: np.ndarray, true: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Interval of the share caught, on the log-odds scale; Wilson's where nobody or everybody is caught.

    Who is contacted depends on the customers themselves: with others, the same share would reach down to another
    score. The influence of a customer on the share caught therefore has a part for the cut-off, which goes by the rate
    of customers with the answer around it.
    """
    n, having = float(selected[-1]), float(true[-1])
    low, high = wilson(caught * having, having)
    if not 0 < having < n:
        return low, high
    near = [np.interp(np.clip(contacted + side, 0, 1) * n, selected, true) for side in (-NEARBY, NEARBY)]
    width = (np.clip(contacted + NEARBY, 0, 1) - np.clip(contacted - NEARBY, 0, 1)) * n
    rate, base = (near[1] - near[0]) / width, having / n
    hits = caught * having
    variance = np.zeros(len(contacted))
    for answer, taken, customers in (
        (1, 1, hits),
        (1, 0, having - hits),
        (0, 1, contacted * n - hits),
        (0, 0, n - having - contacted * n + hits),
    ):
        influence = (answer - rate) * taken - (caught * base - rate * contacted) - caught * (answer - base)
        variance += np.maximum(customers, 0) * (influence / base) ** 2
    error = np.sqrt(variance) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        centre, half = np.log(caught / (1 - caught)), Z * error / (caught * (1 - caught))
        inside = (caught > 0) & (caught < 1) & (error > 0)
        low = np.where(inside, 1 / (1 + np.exp(half - centre)), low)
        high = np.where(inside, 1 / (1 + np.exp(-half - centre)), high)
    return low, high
