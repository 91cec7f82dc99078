"""What a decision owes to the segment alone: everything else of a customer stays, only the group is another.

This looks at the column itself. A model that does not hold it scores 0 here and may still treat groups unequally
through other columns (``proxies``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.errors import ProblemError
from crm_ai.evaluation import Estimate, wilson
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _, number, percent, shorten

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.modeling import Run

MOST_VALUES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """How often decisions change if only one column changes.

    Parameters
    ----------
    column : str
        The column.
    looked_at : bool
        Whether the model holds it at all.
    changed : Estimate
        Share of customers whose decision changes for at least one other value.
    moves : pandas.DataFrame
        Columns value (that all customers are given), turned_on, turned_off (shares of customers selected only with it,
        or only without it), mean_change (of the score, or of the number), n (customers who have another value).
    """

    column: str
    looked_at: bool
    changed: Estimate
    moves: pd.DataFrame

    @property
    def verdict(self) -> str:
        """The outcome in words, in the reader's language."""
        column = shorten(self.column)
        if not self.looked_at:
            return _("The model does not look at “{column}”: no decision changes with it alone.").format(column=column)
        return _("If only “{column}” were another, {share} of decisions would change ({low}–{high}).").format(
            column=column,
            share=percent(self.changed.value, 1),
            low=percent(self.changed.low, 1),
            high=percent(self.changed.high, 1),
        )


def flip_segment(run: Run, model_type: str, column: str, *, threshold: float = 0.5, label: str | None = None) -> Flips:
    """Give holdout customers each value of a column, and count the decisions that change.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.
    column : str
        A column of its table. Of numbers and of many labels, six values: those in the middle of equal parts, and the
        most frequent labels.
    threshold : float, default 0.5
        Score from which a customer is selected.
    label : str, optional
        For a question of several answers: the answer in question.

    Returns
    -------
    Flips
        Nothing changes if the model does not hold the column.

    Raises
    ------
    ProblemError
        If the question is one of regression, where nothing is decided.
    """
    import pandas as pd

    from crm_ai.modeling import Task, answer_of, label_place

    if run.problem.task is Task.REGRESSION:
        raise ProblemError(_("A numeric prediction decides nothing; ask “more than …?” to get decisions."))
    model, frame, place = run.model(model_type), run.holdout_frame, label_place(run.problem, label)
    run.table.schema[column]
    n, columns = len(frame), ["value", "turned_on", "turned_off", "mean_change", "n"]
    if column not in model.problem.features:
        return Flips(
            column=column,
            looked_at=False,
            changed=Estimate("changed", 0.0, 0.0, 0.0, n),
            moves=pd.DataFrame(columns=columns),
        )
    before = answer_of(model.predict(frame), place)
    selected, changed, rows = before >= threshold, np.zeros(n, dtype=bool), []
    for value, series in _others(frame, column):
        after = answer_of(model.predict(with_columns(frame, {column: series})), place)
        other = (frame[column].astype("str") != series.astype("str")).to_numpy()
        on, off = ~selected & (after >= threshold), selected & (after < threshold)
        changed |= on | off
        size = max(int(other.sum()), 1)
        rows.append((value, on.sum() / size, off.sum() / size, float((after - before)[other].sum() / size), size))
    low, high = wilson(changed.sum(), n)
    return Flips(
        column=column,
        looked_at=True,
        changed=Estimate("changed", float(changed.mean()), float(low), float(high), n),
        moves=pd.DataFrame(rows, columns=columns),
    )


def _others(frame: pd.DataFrame, column: str) -> list[tuple[str, pd.Series]]:
    """The column filled with one value throughout, once for each value."""
    import pandas as pd

    series = frame[column]
    counted = series.value_counts()
    counted = counted[counted > 0]
    if len(counted) <= MOST_VALUES or not pd.api.types.is_numeric_dtype(series.dtype):
        values = list(counted.index[:MOST_VALUES])
    else:
        places = (np.arange(MOST_VALUES) + 0.5) / MOST_VALUES
        values = list(dict.fromkeys(series.dropna().quantile(places, interpolation="nearest").tolist()))
    filled = [pd.Series([value] * len(series), index=series.index, dtype=series.dtype) for value in values]
    return [(_in_words(value), with_it) for value, with_it in zip(values, filled, strict=True)]


def _in_words(value: object) -> str:
    return number(value, 6) if isinstance(value, float) else str(value)
