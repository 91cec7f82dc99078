"""What may change about a customer, and to which values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.explanation.what_if import values_of
from crm_ai.modeling import Model, Run
from crm_ai.table import Kind
from crm_ai.words import _

DIRECTIONS = ("any", "up", "down")
MOST_VALUES = 24
FEWEST_CUSTOMERS = 5


@dataclass(frozen=True, slots=True)
class Changeable:
    """A column that may change.

    Parameters
    ----------
    column : str
        One of the features.
    direction : str, default "any"
        ``"any"``, ``"up"`` or ``"down"``; of labels only any.
    labels : tuple of str
        Labels that are allowed; empty for all.
    """

    column: str
    direction: str = "any"
    labels: tuple[str, ...] = ()


def check_changeable(run: Run, model: Model, changeable: Sequence[Changeable]) -> None:
    """Refuse changes that cannot be.

    Parameters
    ----------
    run : Run
        The run.
    model : Model
        One of its models.
    changeable : sequence of Changeable
        What may change.

    Raises
    ------
    CrmAiError
        If nothing may change, the model does not look at a column, or labels are to go up or down.
    """
    if not changeable:
        raise CrmAiError(_("Nothing may change."), next_step=_("Name at least one column that can be changed."))
    for one in changeable:
        if one.column not in model.columns:
            raise CrmAiError(
                _("The model does not look at “{column}”.").format(column=one.column),
                where=one.column,
                next_step=_("Choose one of: {columns}.").format(columns=_(", ").join(model.columns[:12])),
            )
        ordered = run.table.schema[one.column].kind in (Kind.NUMBER, Kind.DATE)
        if one.direction not in DIRECTIONS or (one.direction != "any" and not ordered):
            raise CrmAiError(
                _("“{column}” cannot go “{direction}”.").format(column=one.column, direction=one.direction),
                where=one.column,
                next_step=_("Numbers and dates go any, up or down; labels any."),
            )


def allowed_values(run: Run, one: Changeable, own: object) -> list[object]:
    """Values that a customer's column may take.

    Parameters
    ----------
    run : Run
        The run.
    one : Changeable
        The column, and how it may change.
    own : object
        The customer's value.

    Returns
    -------
    list
        Labels that at least five training customers have, or at most 24 numbers or dates that training customers have,
        spread as theirs are; never the customer's own.
    """
    values = values_of(run, one.column)
    series = run.table.frame[one.column].iloc[run.train_rows].dropna()
    missing = bool(pd.isna(own))  # type: ignore[call-overload]
    if values.kind not in (Kind.NUMBER, Kind.DATE):
        counts = series.astype("str").value_counts()
        return [
            label
            for label in counts.index[counts >= FEWEST_CUSTOMERS]
            if (missing or label != str(own)) and (not one.labels or label in one.labels)
        ]
    if missing and one.direction != "any":
        return []  # nobody knows what would be up
    allowed = series if missing else series[series != own]
    if one.direction != "any":
        allowed = allowed[allowed > own] if one.direction == "up" else allowed[allowed < own]
    distinct = allowed.drop_duplicates()
    if len(distinct) <= MOST_VALUES:
        return list(distinct)
    spread = allowed.quantile(np.linspace(0, 1, MOST_VALUES), interpolation="nearest")
    return list(spread.drop_duplicates())
