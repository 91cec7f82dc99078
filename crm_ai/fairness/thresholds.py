"""What a threshold does to each group, for all thresholds at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import RATES, Tally
from crm_ai.fairness.audit import FAIRNESS_METRICS
from crm_ai.fairness.verdict import FEWEST

if TYPE_CHECKING:
    import pandas as pd

THRESHOLDS = np.arange(101) / 100


def across_thresholds(tally: Tally) -> pd.DataFrame:
    """Compute the fairness metrics of each group at each hundredth.

    Parameters
    ----------
    tally : Tally
        Counts by group.

    Returns
    -------
    pandas.DataFrame
        Columns threshold, group, n, too_few, and for each metric (selection_rate, true_positive_rate,
        false_positive_rate, false_negative_rate, precision, accuracy) three: its name, name_low and name_high. NaN
        where undefined.

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> frame = across_thresholds(tally_scores([0, 1, 1, 0], [0.1, 0.8, 0.4, 0.6], [0, 0, 1, 1], ("f", "m")))
    >>> frame[frame["threshold"] == 0.5]["selection_rate"].tolist()
    [0.5, 0.5]
    """
    import pandas as pd

    cells = np.stack([tally.cells(threshold) for threshold in THRESHOLDS]).reshape(-1, 4)
    n = cells.sum(axis=1)
    columns: dict[str, np.ndarray] = {
        "threshold": np.repeat(THRESHOLDS, len(tally.groups)),
        "group": np.tile(np.asarray(tally.groups, dtype=object), len(THRESHOLDS)),
        "n": n,
        "too_few": n < FEWEST,
    }
    for name in FAIRNESS_METRICS:
        rate = RATES[name]
        columns[name] = rate.value(cells)
        columns[f"{name}_low"], columns[f"{name}_high"] = rate.limits(cells)
    return pd.DataFrame(columns)
