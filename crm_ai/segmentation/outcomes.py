"""What became of each segment: outcome, prediction and money, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.evaluation import Estimate, wilson
from crm_ai.evaluation.intervals import Z
from crm_ai.evaluation.moments import Moments
from crm_ai.modeling import Run, Task, answer_of, label_place
from crm_ai.segmentation.profiles import numbers_of
from crm_ai.segmentation.segmentation import Segmentation
from crm_ai.table import Kind, Table
from crm_ai.words import _, count

FEWEST = 3
JUDGED = ("outcome", "prediction")  # of customers that no model has learned from


def segment_outcomes(
    table: Table,
    segmentation: Segmentation,
    *,
    value: str | None = None,
    run: Run | None = None,
    model_type: str | None = None,
    label: str | None = None,
) -> pd.DataFrame:
    """Compare segments by what became of them, what a model says, and what they are worth.

    Parameters
    ----------
    table : Table
        The customers.
    segmentation : Segmentation
        Of the same customers.
    value : str, optional
        A column of amounts. It is taken of all customers.
    run : Run, optional
        A run of the same customers. Its outcome and predictions are taken of holdout customers only: no model has
        learned from them.
    model_type : str, optional
        One of the run's models; without it there are no predictions.
    label : str, optional
        For a question of several answers: the answer whose share is told; by default the first.

    Returns
    -------
    pandas.DataFrame
        Columns group, metric, value, low, high, n, of (``"all"`` or ``"holdout"`` customers); one row a number.
        Metrics: ``customers`` (share of all), ``outcome`` (share of the answer, or mean, among holdout customers),
        ``prediction`` (mean of what the model says of the same), ``value_sum``, ``value_mean``, ``value_share`` (of the
        sum over all groups). Intervals are at 95 %; that of a mean allows for skewness, that of a share of the sum
        follows from the spread of amounts within and between groups.

    Raises
    ------
    CrmAiError
        If the customers are not the same, or `value` holds no numbers.

    Examples
    --------
    >>> from crm_ai.table import table_from_frame
    >>> table = table_from_frame(pd.DataFrame({"spent": [10.5, 20.5, 30.5, 40.0, 50.0, 60.5]}))
    >>> halves = Segmentation("Half", np.array([0, 0, 0, 1, 1, 1]), ("few", "much"), "By hand.")
    >>> found = segment_outcomes(table, halves, value="spent")
    >>> found[found["metric"] == "value_mean"]["value"].round(1).tolist()
    [20.5, 50.2]
    """
    if len(table) != len(segmentation) or (run is not None and len(run.table) != len(segmentation)):
        raise CrmAiError(
            _("The groups are of {n} customers, the table has {rows}.").format(
                n=count(len(segmentation)), rows=count(len(table))
            ),
            where=segmentation.name,
            next_step=_("Make the groups again from this table."),
        )
    if value is not None and table.schema[value].kind is not Kind.NUMBER:
        raise CrmAiError(
            _("“{column}” holds no amounts.").format(column=value), next_step=_("Choose a column of numbers.")
        )
    shown = segmentation.to_frame()
    groups, codes = list(shown["group"]), segmentation.labels().cat.codes.to_numpy()
    found: list[tuple[str, Estimate]] = [
        (row.group, Estimate("customers", row.share, row.low, row.high, len(codes)))  # type: ignore[misc, arg-type]
        for row in shown.itertuples()
    ]
    if run is not None:
        found += _outcomes(run, model_type, label, codes, groups)
    if value is not None:
        found += _values(numbers_of(table.frame[value]), codes, groups)
    order = {group: place for place, group in enumerate(groups)}
    found.sort(key=lambda entry: order[entry[0]])
    rows = [
        (group, one.name, one.value, one.low, one.high, one.n, "holdout" if one.name in JUDGED else "all")
        for group, one in found
    ]
    return pd.DataFrame(rows, columns=["group", "metric", "value", "low", "high", "n", "of"])


def _outcomes(
    run: Run, model_type: str | None, label: str | None, codes: np.ndarray, groups: list[str]
) -> list[tuple[str, Estimate]]:
    codes = codes[run.holdout_rows]
    said = np.asarray(run.predictions[run.model(model_type).model_type]) if model_type is not None else None
    if run.problem.task is Task.REGRESSION:
        actual, is_share = np.asarray(run.actual, dtype=np.float64), False
    else:
        place = label_place(run.problem, label)
        actual, is_share = (np.asarray(run.actual) == place).astype(np.float64), True
        if said is not None:
            said = answer_of(said, place)
    found = []
    for place, group in enumerate(groups):
        members = codes == place
        outcome = _share("outcome", actual[members]) if is_share else _mean("outcome", actual[members])
        found.append((group, outcome))
        if said is not None:
            found.append((group, _mean("prediction", said[members])))
    return found


def _values(amounts: np.ndarray, codes: np.ndarray, groups: list[str]) -> list[tuple[str, Estimate]]:
    known = np.isfinite(amounts)
    amounts, codes = amounts[known], codes[known]
    found = []
    for place, group in enumerate(groups):
        members = codes == place
        own, n = amounts[members], int(members.sum())
        mean = _mean("value_mean", own)
        found.append((group, mean))
        found.append((group, Estimate("value_sum", float(own.sum()), n=n)))
        found.append((group, _share_of_sum(amounts, members)))
    return found


def _share_of_sum(amounts: np.ndarray, members: np.ndarray) -> Estimate:
    """A ratio of two sums, with the interval that its linearisation gives."""
    whole, n = float(amounts.sum()), len(amounts)
    if not whole > 0 or n < FEWEST or (amounts < 0).any():
        return Estimate("value_share", np.nan, n=int(members.sum()))
    share = float(amounts[members].sum()) / whole
    apart = amounts * (members - share)
    half = float(Z * apart.std(ddof=1) * np.sqrt(n)) / whole
    return Estimate("value_share", share, max(share - half, 0.0), min(share + half, 1.0), int(members.sum()))


def _mean(name: str, values: np.ndarray) -> Estimate:
    if not len(values):
        return Estimate(name, np.nan)
    moments = Moments.of(values)
    low, high = moments.interval()
    return Estimate(name, moments.mean, low, high, len(values))


def _share(name: str, hits: np.ndarray) -> Estimate:
    if not len(hits):
        return Estimate(name, np.nan)
    low, high = wilson(hits.sum(), len(hits))
    return Estimate(name, float(hits.mean()), float(low), float(high), len(hits))
