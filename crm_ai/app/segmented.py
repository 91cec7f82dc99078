"""Groups of customers and all that is said of them, computed once for everybody who may see it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app.keeping import kept, kept_few, table_key
from crm_ai.errors import CrmAiError, EmptySegmentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import numpy as np
    import pandas as pd

    from crm_ai.modeling import Run
    from crm_ai.segmentation import (
        Clustering,
        CustomerMap,
        HoldoutCheck,
        LifetimeValues,
        Migration,
        Profile,
        Rfm,
        Rule,
        Segmentation,
        TransactionColumns,
        Transactions,
    )
    from crm_ai.table import Table

FOUND_KEPT = 20


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Groups that were found, with their names.

    Parameters
    ----------
    clustering : Clustering
        The groups and the evidence for them.
    segmentation : Segmentation or None
        The groups with names; None if a density has found none.
    """

    clustering: Clustering
    segmentation: Segmentation | None


@st.cache_resource(show_spinner=False)
def _shelf() -> dict[tuple[object, ...], Found]:
    return {}


def found(
    table: Table, columns: tuple[str, ...], method: str, k: int | None, tell: Callable[[float], None] | None = None
) -> Found:
    """Groups of customers who are alike, see ``crm_ai.segmentation.find_clusters``.

    Parameters
    ----------
    table : Table
        The customers.
    columns : tuple of str
        Columns that count.
    method : str
        ``"k-means"`` or ``"density"``.
    k : int, optional
        How many groups.
    tell : callable, optional
        Told the share of the work that is done.

    Returns
    -------
    Found
        At once if it was computed before.
    """
    from crm_ai.segmentation import find_clusters, name_groups, profiles

    known, key = _shelf(), (table_key(table), columns, method, k)
    if key not in known:
        clustering = find_clusters(table, columns, method=method, k=k, progress=tell)
        named = None
        if clustering.codes.max(initial=-1) >= 0:
            # As the kept model puts them: saved groups must hold the same customers wherever they are used.
            plain = replace(clustering.segmentation(), codes=clustering.model.predict(table.frame))
            # Named by what they were made of: what is predicted must not name them.
            named = name_groups(table, plain, known=profiles(table, plain, columns=clustering.columns))
        known[key] = Found(clustering, named)
        for oldest in list(known)[:-FOUND_KEPT]:
            known.pop(oldest, None)
    return known[key]


def is_found(table: Table, columns: tuple[str, ...], method: str, k: int | None) -> bool:
    """Whether groups were found before.

    Parameters
    ----------
    table, columns, method, k : optional
        As in ``found``.

    Returns
    -------
    bool
        True if they can be shown at once.
    """
    return (table_key(table), columns, method, k) in _shelf()


@kept
def customer_map(table: Table, clustering: Clustering, segmentation: Segmentation) -> CustomerMap:
    """Customers on two axes, see ``crm_ai.segmentation.customer_map``."""
    from crm_ai.segmentation import customer_map

    return customer_map(table, clustering, segmentation)


@kept
def profile(table: Table, segmentation: Segmentation, group: str, by: str) -> Profile:
    """A group beside everybody else, see ``crm_ai.segmentation.profile``; not in the column that it is of."""
    from crm_ai.segmentation import profile
    from crm_ai.segmentation.profiles import comparable_columns

    columns = [name for name in comparable_columns(table) if name != by]
    return profile(table, segmentation.mask(group), name=group, columns=columns)


@kept
def outcomes(
    table: Table, segmentation: Segmentation, value: str | None, run: Run | None, model: str | None, label: str | None
) -> pd.DataFrame:
    """What became of each group, see ``crm_ai.segmentation.segment_outcomes``."""
    from crm_ai.segmentation import segment_outcomes

    return segment_outcomes(table, segmentation, value=value, run=run, model_type=model, label=label)


@kept_few
def by_column(table: Table, column: str, edges: tuple[str | float, ...]) -> Segmentation:
    """Groups by the labels of a column, or by bands of it if there are edges."""
    import numpy as np

    from crm_ai.modeling import table_groups
    from crm_ai.modeling.encoding import MISSING
    from crm_ai.segmentation import Segmentation, from_bands
    from crm_ai.table import bands_at
    from crm_ai.words import _

    if edges:
        return from_bands(table, column, bands_at(edges))
    codes, names = table_groups(table, column)
    codes = np.asarray(codes, dtype=np.intp)
    if names and names[-1] == MISSING:
        codes, names = np.where(codes == len(names) - 1, -1, codes), names[:-1]
    if not names:
        raise EmptySegmentError(_("Nobody has a value in this column."), where=column)
    return Segmentation(column, codes, tuple(names), _("By “{column}”.").format(column=column))


@kept_few
def customers_who(table: Table, rule: Rule) -> np.ndarray:
    """Customers that fulfil a rule, see ``crm_ai.segmentation.customers_who``."""
    from crm_ai.segmentation import customers_who

    return customers_who(table, rule)


@kept_few
def transactions(table: Table, columns: TransactionColumns) -> Transactions:
    """A table read as purchases, see ``crm_ai.segmentation.read_transactions``."""
    from crm_ai.segmentation import read_transactions

    return read_transactions(table, columns)


@kept_few
def rfm(table: Table, columns: TransactionColumns, day: date, money: str) -> Rfm:
    """Buyers by recency, frequency and money, see ``crm_ai.segmentation.rfm``."""
    from crm_ai.segmentation import rfm

    return rfm(transactions(table, columns), as_of=day, money=money)  # type: ignore[arg-type]


@kept_few
def moved(table: Table, columns: TransactionColumns, earlier: date, later: date, money: str) -> Migration:
    """Who moved between two days, see ``crm_ai.segmentation.rfm_migration``."""
    from crm_ai.segmentation import rfm_migration

    return rfm_migration(transactions(table, columns), earlier, later, money=money)  # type: ignore[arg-type]


@kept_few
def values(
    table: Table, columns: TransactionColumns, day: date, horizon: int, discount: float, margin: float
) -> LifetimeValues:
    """What buyers will be worth, see ``crm_ai.segmentation.lifetime_values``."""
    from crm_ai.segmentation import lifetime_values, summarise

    summary = summarise(transactions(table, columns), as_of=day)
    return lifetime_values(summary, horizon=horizon, discount=discount, margin=margin)


@kept_few
def checked(table: Table, columns: TransactionColumns, until: date, through: date) -> HoldoutCheck:
    """Whether expectations came true, see ``crm_ai.segmentation.check_on_holdout``."""
    from crm_ai.segmentation import check_on_holdout

    return check_on_holdout(transactions(table, columns), until=until, through=through)


@kept_few
def buyers(table: Table, columns: TransactionColumns, day: date, money: str) -> tuple[Table, Segmentation]:
    """Buyers as a table of customers, one a row, with their groups."""
    import pandas as pd

    from crm_ai.segmentation import from_labels
    from crm_ai.segmentation.rfm_names import NAMES, title
    from crm_ai.table import Column, Kind, Role, table_from_frame
    from crm_ai.words import _

    known = rfm(table, columns, day, money)
    who = known.customer_column
    named = {
        who: known.customers,
        _("days since the last purchase"): known.recency,
        _("days with a purchase"): known.frequency,
        _("money in all") if money == "total" else _("money a purchase"): known.monetary,
        _("scores of recency, frequency and money"): known.to_frame()["rfm"],
    }
    kinds = (Kind.IDENTIFIER, Kind.NUMBER, Kind.NUMBER, Kind.NUMBER, Kind.TEXT)
    frame = pd.DataFrame(named)
    schema = [Column(name, kind, Role.FEATURE) for name, kind in zip(named, kinds, strict=True)]
    made = table_from_frame(frame, name=table.source).with_frame(frame, columns=schema)
    labels = pd.Categorical([title(name) for name in known.labels], categories=[title(name) for name in NAMES])
    return made, from_labels(_("Recency, frequency, money"), pd.Series(labels), made=known.verdict)


@kept_few
def restored(table: Table, text: str) -> Segmentation:
    """A segmentation that was written down as JSON, see ``crm_ai.segmentation.segmentation_from_json``."""
    from crm_ai.segmentation import segmentation_from_json

    return segmentation_from_json(table, json.loads(text))


@kept_few
def with_segments(run: Run, texts: tuple[str, ...]) -> Run:
    """A run with segmentations that were written down; those that do not fit its table are left out."""
    for text in texts:
        try:
            run = restored(run.table, text).add_to_run(run)
        except CrmAiError:
            continue
    return run


def forget() -> None:
    """Keep nothing in memory that holds customers; it is computed again when it is asked for."""
    for holding_customers in (
        _shelf,
        customer_map,
        by_column,
        customers_who,
        transactions,
        rfm,
        values,
        checked,
        buyers,
        restored,
        with_segments,
    ):
        holding_customers.clear()
