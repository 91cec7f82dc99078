"""Customers worth looking at, and how to find one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.modeling import Run, Task
from crm_ai.table import Kind
from crm_ai.words import _

MOST_IDENTIFIERS = 3


def telling_cases(run: Run, model_type: str) -> dict[str, int]:
    """Holdout customers that tell most about a model.

    Parameters
    ----------
    run : Run
        A run.
    model_type : str
        One of its models.

    Returns
    -------
    dict of str to int
        Position in the table by kind of case: highest, most_uncertain and worst_mistake; for several answers
        most_certain instead of highest; for a number highest, lowest and worst_mistake.
    """
    said, actual = run.predictions[run.model(model_type).model_type], run.actual
    if run.problem.task is Task.REGRESSION:
        places = {
            "highest": said.argmax(),
            "lowest": said.argmin(),
            "worst_mistake": np.abs(said - actual).argmax(),
        }
    elif run.problem.task is Task.BINARY:
        places = {
            "highest": said.argmax(),
            "most_uncertain": np.abs(said - 0.5).argmin(),
            "worst_mistake": np.abs(said - actual).argmax(),
        }
    else:
        ranked = np.sort(said, axis=1)
        places = {
            "most_certain": ranked[:, -1].argmax(),
            "most_uncertain": (ranked[:, -1] - ranked[:, -2]).argmin(),
            "worst_mistake": said[np.arange(len(said)), actual].argmin(),
        }
    return {case: int(run.holdout_rows[place]) for case, place in places.items()}


def case_in_words(case: str) -> str:
    """Say why a customer is worth looking at.

    Parameters
    ----------
    case : str
        As ``telling_cases`` names it.

    Returns
    -------
    str
        A heading.
    """
    return {
        "highest": _("Highest prediction"),
        "lowest": _("Lowest prediction"),
        "most_certain": _("Most certain"),
        "most_uncertain": _("Most uncertain"),
        "worst_mistake": _("Worst mistake"),
    }.get(case, case)


def identifiers(run: Run) -> tuple[str, ...]:
    """Columns that tell customers apart.

    Parameters
    ----------
    run : Run
        A run.

    Returns
    -------
    tuple of str
        At most three.
    """
    return run.table.schema.names_of(kind=Kind.IDENTIFIER)[:MOST_IDENTIFIERS]


def customer_name(run: Run, row: int) -> str:
    """How a customer is called on screen.

    Parameters
    ----------
    run : Run
        A run.
    row : int
        Position in the table.

    Returns
    -------
    str
        The identifier, or the row's number in the file, counted from 1.
    """
    for name in identifiers(run):
        cell = run.table.frame[name].iloc[row]
        if not pd.isna(cell):
            return str(cell)
    return f"#{row + 1}"


def search_customers(run: Run, text: str, limit: int = 50) -> pd.DataFrame:
    """Find customers of the holdout.

    Parameters
    ----------
    run : Run
        A run.
    text : str
        Part of an identifier in any case, or a row's number as ``#12``; without the mark too if no column tells
        customers apart; everything if empty.
    limit : int, default 50
        Customers at most.

    Returns
    -------
    pandas.DataFrame
        Column row (position in the table), then the identifiers; who fits exactly comes first. An identifier that is
        called row itself is left out.
    """
    rows = run.holdout_rows
    names = identifiers(run)
    frame = run.table.frame[list(names)].iloc[rows].reset_index(drop=True)
    wanted = text.strip().casefold()
    if not names and wanted.isdecimal():
        wanted = f"#{wanted}"
    hits = exact = np.full(len(rows), not wanted)
    if wanted:
        numbers = np.char.add("#", (rows + 1).astype(str))
        hits, exact = np.char.startswith(numbers, wanted), numbers == wanted
    for name in names if wanted else ():
        cells = frame[name].astype("str").str.casefold()
        hits |= cells.str.contains(wanted, regex=False).fillna(False).to_numpy(dtype=bool)
        exact |= cells.eq(wanted).fillna(False).to_numpy(dtype=bool)
    frame = frame.drop(columns="row", errors="ignore")
    frame.insert(0, "row", rows)
    places = np.concatenate([np.flatnonzero(hits & exact), np.flatnonzero(hits & ~exact)])
    return frame.iloc[places[:limit]].reset_index(drop=True)
