"""What moves a model in one segment and not in another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.evaluation.intervals import Z
from crm_ai.explanation.explanation import Explanation
from crm_ai.modeling import Run, table_groups

FEWEST = 30


def importance_by(run: Run, reasons: Explanation, segment: str) -> pd.DataFrame:
    """How much each column moves the output, by segment.

    Parameters
    ----------
    run : Run
        The run.
    reasons : Explanation
        Of customers of its table.
    segment : str
        A column of the table; a date tells how importance went over the years.

    Returns
    -------
    pandas.DataFrame
        Columns group, column, mean_absolute, low, high, mean, n: mean size of the contributions with its 95 % interval,
        and their mean with its sign. Groups in reading order, columns by importance overall. Groups of fewer than 30
        explained customers are left out.
    """
    codes, names = table_groups(run.table, segment)
    codes = codes[reasons.rows]
    parts = []
    for place, name in enumerate(names):
        values = reasons.values[codes == place]
        n = len(values)
        if n < FEWEST:
            continue
        size = np.abs(values)
        mean, margin = size.mean(axis=0), Z * size.std(axis=0, ddof=1) / np.sqrt(n)
        parts.append(
            pd.DataFrame(
                {
                    "group": name,
                    "column": reasons.columns,
                    "mean_absolute": mean,
                    "low": np.maximum(mean - margin, 0.0),
                    "high": mean + margin,
                    "mean": values.mean(axis=0),
                    "n": n,
                }
            )
        )
    if not parts:
        return pd.DataFrame(columns=["group", "column", "mean_absolute", "low", "high", "mean", "n"])
    order = {column: place for place, column in enumerate(reasons.importance()["column"])}
    return pd.concat(
        [part.sort_values("column", key=lambda names: names.map(order), kind="stable") for part in parts],
        ignore_index=True,
    )


def most_different(table: pd.DataFrame) -> tuple[str, str, str] | None:
    """The column whose importance differs most between two groups.

    Parameters
    ----------
    table : pandas.DataFrame
        As made by ``importance_by``.

    Returns
    -------
    tuple of (column, group where it matters most, group where it matters least) or None
        None unless the two intervals lie apart.
    """
    best: tuple[float, tuple[str, str, str]] | None = None
    for column, its in table.groupby("column", sort=False):
        sizes = its["mean_absolute"].to_numpy()
        most, least = its.iloc[sizes.argmax()], its.iloc[sizes.argmin()]
        gap = float(most["low"] - least["high"])
        if gap > 0 and (best is None or gap > best[0]):
            best = (gap, (str(column), str(most["group"]), str(least["group"])))
    return best[1] if best else None
