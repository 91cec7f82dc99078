"""Some columns of a table that was read partition by partition, put together as if it had been read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.table import Schema, Table
from crm_ai.table.coercion import reading_order

Columns = Mapping[str, Any]


def only(arrays: Columns, schema: Schema, names: Sequence[str], source: str) -> Table:
    """Make a table of some columns.

    Parameters
    ----------
    arrays : mapping of str to array
        Cells by column, in the form that the kinds ask for.
    schema : Schema
        What the columns are.
    names : sequence of str
        Which of them.
    source : str
        Name of the file.

    Returns
    -------
    Table
        Without a digest.
    """
    rows = len(arrays[names[0]]) if names else 0
    frame = pd.DataFrame({name: arrays[name] for name in names}, index=pd.RangeIndex(rows), copy=False)
    return Table(frame, Schema(tuple(schema[name] for name in names)), source, digest="")


def compact(arrays: Columns, names: Sequence[str]) -> dict[str, Any]:
    """Take some columns in a form that is sent quickly: texts as labels, each once.

    Parameters
    ----------
    arrays : mapping of str to array
        Cells by column.
    names : sequence of str
        Which of them.

    Returns
    -------
    dict of str to array
        Numbers, dates and categories.
    """
    return {name: _labelled(arrays[name]) for name in names}


def joined(parts: Sequence[Columns]) -> dict[str, Any]:
    """Put parts together.

    Parameters
    ----------
    parts : sequence of mapping
        From ``compact``, in order, at least one.

    Returns
    -------
    dict of str to array
        Labels in the order in which they are read.
    """
    return {name: _together([part[name] for part in parts]) for name in parts[0]}


def _labelled(array: Any) -> Any:
    return array if isinstance(array, pd.Categorical | np.ndarray) else pd.Categorical(array)


def _together(arrays: list[Any]) -> Any:
    if not isinstance(arrays[0], pd.Categorical):
        return np.concatenate([np.asarray(array) for array in arrays])
    one = pd.api.types.union_categoricals(arrays)
    labels = one.categories.tolist()
    return one.reorder_categories(pd.Index(sorted(labels, key=reading_order(labels)), dtype="str"))
