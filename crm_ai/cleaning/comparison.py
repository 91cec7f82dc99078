"""What a repair changes: before and after, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_ai.cleaning.accepting import check, unrepeated
from crm_ai.cleaning.filling import flag_name
from crm_ai.cleaning.steps import make_step, repairs_rows
from crm_ai.table import Repair, Role, Table
from crm_ai.table.new_columns import with_columns
from crm_ai.words import _

EXAMPLES = 8
MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Change:
    """What one repair changes.

    Parameters
    ----------
    repair : Repair
        The repair.
    cells : int
        Cells that change; rows that go, if it takes rows away; all cells of a column that is left out.
    looked_at : int
        Rows that were looked at: all, or a sample of very many.
    examples : pandas.DataFrame
        Columns column, before, after, cells: the most frequent changes, as texts.
    """

    repair: Repair
    cells: int
    looked_at: int
    examples: pd.DataFrame


def changes(table: Table, repairs: Sequence[Repair]) -> tuple[Change, ...]:
    """Tell what repairs change, each one made on what the repairs before it have left.

    What a repair learns is learned here from all rows that are looked at, for show only: a training learns it anew.

    Parameters
    ----------
    table : Table
        As it was read.
    repairs : sequence of Repair
        In order.

    Returns
    -------
    tuple of Change
        One a repair.
    """
    check(table, repairs)
    rows = np.arange(len(table))
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(len(rows), MOST_ROWS, replace=False))
    frame = table.frame.iloc[rows]
    target = set(table.schema.names_of(role=Role.TARGET))
    found = []
    for repair in repairs:
        after = _after(frame, repair, target)
        found.append(_change(repair, frame, after))
        frame = after
    return tuple(found)


def _after(frame: pd.DataFrame, repair: Repair, target: set[str]) -> pd.DataFrame:
    if repairs_rows(repair):
        return unrepeated(frame)
    shown = frame.drop(columns=[name for name in target if name in frame.columns and name not in repair.columns])
    changed = make_step(repair).fit_transform(shown)
    if repair.step == "drop_columns":
        return frame.drop(columns=[name for name in repair.columns if name in frame.columns])
    return with_columns(frame, {name: changed[name] for name in repair.columns if name in changed.columns})


def _change(repair: Repair, before: pd.DataFrame, after: pd.DataFrame) -> Change:
    if repairs_rows(repair):
        return Change(repair, len(before) - len(after), len(before), _examples([]))
    parts, cells = [], 0
    for name in repair.columns:
        if name in before.columns and name not in after.columns:
            cells += int(before[name].notna().sum())
        elif name in after.columns:
            changed = _differs(before[name], after[name])
            cells += int(changed.sum())
            parts.append(_pairs(name, before[name][changed], after[name][changed]))
    return Change(repair, cells, len(before), _examples(parts))


def _differs(before: pd.Series, after: pd.Series) -> np.ndarray:
    old, new = before.isna().to_numpy(), after.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(before.dtype) and pd.api.types.is_numeric_dtype(after.dtype):
        same = before.to_numpy(dtype=np.float64) == after.to_numpy(dtype=np.float64)
    elif before.dtype.kind == after.dtype.kind == "M":
        same = before.to_numpy() == after.to_numpy()
    else:
        return (old != new) | (~old & ~new & (_texts(before) != _texts(after)).to_numpy(dtype=bool))
    return (old != new) | (~old & ~new & ~same)


def _texts(column: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(column.dtype):
        return column.map("{:.6g}".format, na_action="ignore").astype("str")
    if column.dtype.kind == "M":
        return column.dt.strftime("%Y-%m-%d").astype("str")
    return column.astype("str")


def _pairs(name: str, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    pairs = pd.DataFrame({"before": _texts(before).fillna(_("missing")), "after": _texts(after).fillna(_("missing"))})
    counted = pairs.value_counts(sort=True).head(EXAMPLES).rename("cells").reset_index()
    return counted.assign(column=name)


def _examples(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    columns = ["column", "before", "after", "cells"]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype="int64" if name == "cells" else "str") for name in columns})
    return pd.concat(filled, ignore_index=True)[columns]


def flags_of(repair: Repair) -> tuple[str, ...]:
    """Columns that a repair adds to tell where cells were missing.

    Parameters
    ----------
    repair : Repair
        Any repair.

    Returns
    -------
    tuple of str
        Their names, if training customers miss such cells.
    """
    return tuple(flag_name(name) for name in repair.columns) if repair.settings.get("indicator") else ()
