"""One group of customers: what sets it apart, who is in it, and taking it along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import columns, controls, errors, exporting, frame, segmented, state
from crm_ai.app.plain import plain
from crm_ai.words import NOTHING, _, count, number, percent, sentences, shorten

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.app.segmenting import Grouping
    from crm_ai.segmentation import Difference, Profile
    from crm_ai.table import Table

NAME_WIDTH = 90
LONG = 600
MOST_EXCEL = 100_000


@errors.fragment
def panel(grouping: Grouping) -> None:
    """Draw the choice of a group, and everything about it.

    Parameters
    ----------
    grouping : Grouping
        The groups.
    """
    if state.for_manager():
        with st.expander(_("Look into a group"), icon=":material/group:", key="one_segment"):
            _one(grouping)
    else:
        st.subheader(_("Look into a group"), anchor=False)
        _one(grouping)


def _one(grouping: Grouping) -> None:
    made = grouping.segmentation
    places = [str(place) for place, group in enumerate(made.groups) if made.sizes[group]]
    if not places:
        st.markdown(_("Nobody is in any group."))
        return
    place = controls.choose(
        _("Group"), "group", places,
        words=lambda n: f"{shorten(made.groups[int(n)], NAME_WIDTH)} · {count(made.sizes[made.groups[int(n)]])}",
    )  # fmt: skip
    group = made.groups[int(place)]
    found = segmented.profile(grouping.table, made, group, grouping.by)
    _in_words(grouping, found)
    apart, whose = st.tabs([_("What sets it apart?"), _("Its customers")], key="segment_tab", on_change="rerun")
    if apart.open:
        with apart:
            _apart(grouping, found)
    if whose.open:
        with whose:
            _customers(grouping, group)


def _in_words(grouping: Grouping, found: Profile) -> None:
    from crm_ai.segmentation import traits_of

    if not found.others:
        st.markdown(_("Everybody is in this group: there is nobody to compare it with."))
        return
    traits = traits_of(grouping.table, found)
    said = (
        _("What sets these {n} customers apart: {traits}.").format(
            n=count(found.customers), traits=_(", ").join(plain(trait.words, 120) for trait in traits)
        )
        if traits
        else _("These {n} customers are much like all others: no difference that matters is beyond chance.").format(
            n=count(found.customers)
        )
    )
    st.markdown(f"**{said}**")


def _apart(grouping: Grouping, found: Profile) -> None:
    from crm_ai import charts

    numbers = _compared(grouping.table, found, means=True)
    shares = _compared(grouping.table, found, means=False)
    left, right = st.columns(2)
    if len(numbers):
        with left if len(shares) else st.container():
            frame.chart(charts.segments.differences(numbers, shares=False), numbers, key="apart_numbers")
    if len(shares):
        with right if len(numbers) else st.container():
            frame.chart(charts.segments.differences(shares, shares=True), shares, key="apart_shares")
    told = _(
        "Filled: beyond chance, all {n} comparisons considered (Holm); hollow: may be chance. Bars are 95 % intervals. "
        "That a group differs does not say why."
    )
    by_construction = _(
        "Groups that were found differ by construction in the columns they were made of; there the marks only tell "
        "which differences are large."
    )
    words = [told.format(n=count(len(found.differences))), by_construction if grouping.clustering is not None else ""]
    st.caption(sentences(words))
    if not state.for_manager():
        with st.expander(_("All comparisons"), icon=":material/table_rows:", key="all_comparisons"):
            st.dataframe(_table(grouping.table, found), hide_index=True, alt=_("The group beside everybody else"))


def _compared(table: Table, found: Profile, *, means: bool) -> pd.DataFrame:
    import math
    from collections import Counter

    import pandas as pd

    rows = []
    labels = Counter(one.column for one in found.differences if one.measure == "share")
    for one in found.differences:
        if (one.measure == "mean") != means or not math.isfinite(one.effect):
            continue
        if one.measure == "share" and labels[one.column] == 2 and one.difference < 0:
            continue  # the other label says the same
        ends = one.in_deviations() if means else (one.difference, one.low, one.high)
        rows.append((_name(one), *ends, *_both(table, one), one.is_sure, abs(one.effect)))
    names = ["name", "value", "low", "high", "inside", "outside", "sure", "size"]
    frame = pd.DataFrame(rows, columns=names).sort_values(["sure", "size"], ascending=False, kind="stable")
    return frame.drop(columns="size").reset_index(drop=True)


def _table(table: Table, found: Profile) -> dict[str, list[str]]:
    known = sorted(
        found.differences, key=lambda one: (not one.is_sure, -abs(one.effect) if one.effect == one.effect else 0)
    )
    both = [_both(table, one) for one in known]
    return {
        _("Column"): [_name(one) for one in known],
        _("in the group"): [inside for inside, _outside in both],
        _("elsewhere"): [outside for _inside, outside in both],
        _("difference (95 %)"): [_gap(table, one) for one in known],
        _("beyond chance"): [_("yes") if one.is_sure else _("no") for one in known],
        _("p, corrected"): [_p(one.adjusted) for one in known],
        "n": [count(one.n_inside) for one in known],
    }


def _p(p: float) -> str:
    if p != p:
        return NOTHING
    return _("< 0.001") if p < 0.001 else f"{p:.3f}"


def _name(one: Difference) -> str:
    if one.measure == "missing":
        return _("{column} is missing").format(column=one.column)
    return f"{one.column}: {one.label}" if one.measure == "share" else one.column


def _both(table: Table, one: Difference) -> tuple[str, str]:
    return _amount(table, one, one.inside), _amount(table, one, one.outside)


def _amount(table: Table, one: Difference, value: float) -> str:
    from crm_ai.segmentation.transactions import day_of
    from crm_ai.table import Kind

    if one.measure != "mean":
        return percent(value)
    if table.schema[one.column].kind is Kind.DATE and value == value:
        return day_of(value).isoformat()
    return number(value)


def _gap(table: Table, one: Difference) -> str:
    from crm_ai.table import Kind

    if one.measure != "mean":
        told = _("{gap} points ({low} … {high})")
        return told.format(gap=_tenths(one.difference), low=_tenths(one.low), high=_tenths(one.high))
    days = table.schema[one.column].kind is Kind.DATE
    told = _("{gap} days ({low} … {high})") if days else "{gap} ({low} … {high})"
    return told.format(gap=number(one.difference), low=number(one.low), high=number(one.high))


def _tenths(share: float) -> str:
    return f"{100 * share:.1f}" if share == share else NOTHING


def _customers(grouping: Grouping, group: str) -> None:
    inside = grouping.segmentation.mask(group)
    n = int(inside.sum())
    first = grouping.table.frame.iloc[inside.nonzero()[0][: columns.ROWS_SHOWN]]
    frame.rows(first, alt=_("The first customers of the group"))
    shown = min(columns.ROWS_SHOWN, n)
    st.caption(_("The first {shown} of {n} customers; the files hold all.").format(shown=count(shown), n=count(n)))
    _exports(grouping, group, n)


def _exports(grouping: Grouping, group: str, n: int) -> None:
    from crm_ai.deployment import csv_bytes, excel_bytes, parquet_bytes

    def members() -> pd.DataFrame:
        return grouping.table.frame[grouping.segmentation.mask(group)]

    with st.container(horizontal=True):
        exporting.button(
            _("These customers (CSV)"), lambda: csv_bytes(members()), file_name="segment.csv", mime="text/csv",
            icon=":material/table:", key="segment_csv", hint=_("Opens in spreadsheet programs; formulas cannot run."),
        )  # fmt: skip
        if n <= MOST_EXCEL:
            exporting.button(
                _("Excel"), lambda: excel_bytes(members()), file_name="segment.xlsx",
                mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                icon=":material/grid_on:", key="segment_xlsx", hint=_("A workbook; formulas cannot run."),
            )  # fmt: skip
        exporting.button(
            _("Parquet"), lambda: parquet_bytes(members()), file_name="segment.parquet",
            mime="application/vnd.apache.parquet", icon=":material/database:", key="segment_parquet",
            hint=_("For programs; every kind as it is."),
        )  # fmt: skip
        exporting.button(
            _("Everybody, with their group (CSV)"), lambda: csv_bytes(everybody(grouping)),
            file_name="segments.csv", mime="text/csv", icon=":material/groups:", key="everybody_csv",
            hint=_("All customers with one column more that names their group."),
        )  # fmt: skip


def everybody(grouping: Grouping) -> pd.DataFrame:
    """All customers with the name of their group.

    Parameters
    ----------
    grouping : Grouping
        The groups.

    Returns
    -------
    pandas.DataFrame
        The table with one column more.
    """
    from crm_ai.table.new_columns import with_columns

    made = grouping.segmentation
    return with_columns(grouping.table.frame, {made.column_in(grouping.table): made.labels().to_numpy()})
