"""Groups that are found: of which columns, how many, and whether there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import cards, columns, controls, frame, segmented, state
from crm_ai.app.plain import plain
from crm_ai.app.segmenting import Grouping, largest_in_words
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, number, sentences

if TYPE_CHECKING:
    from crm_ai.app.segmented import Found
    from crm_ai.segmentation import Clustering, Segmentation
    from crm_ai.table import Table

MOST = 12
AUTO = "auto"


def panel(table: Table) -> Grouping | None:
    """Draw how groups are found, and find them.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    Grouping or None
        None if a density has found no group.
    """
    with st.expander(_("How groups are found"), icon=":material/tune:", key="how_found"):
        method, chosen, k = _settings(table)
    found = _found(table, tuple(chosen), method, k)
    clustering, segmentation = found.clustering, found.segmentation
    if segmentation is None:
        st.info(plain(clustering.verdict), icon=":material/info:")
        st.markdown(_("Choose *round groups* above to cut customers into groups all the same, or other columns."))
        return None
    return Grouping(table, segmentation, _answer(clustering, segmentation), clustering=clustering)


def _settings(table: Table) -> tuple[str, list[str], int | None]:
    offered, default = _columns(table)
    if not offered:
        raise CrmAiError(
            _("This table has no column that groups can be found in."),
            next_step=_("Numbers, dates and labels can be compared; correct the kinds of columns on the Data page."),
        )
    methods = {"k-means": _("Round groups (k-means)"), "density": _("Dense crowds (density)")}
    left, right = st.columns(2)
    with left:
        method = controls.choose_view(_("Method"), "method", methods)
    k = None
    if method == "k-means":
        with right:
            numbers = [AUTO, *(str(n) for n in range(2, MOST + 1))]
            told = controls.choose(
                _("How many groups?"), "k", numbers, words=lambda n: _("as the figures say") if n == AUTO else n
            )
        k = None if told == AUTO else int(told)
    chosen = controls.choose_columns(
        _("Columns that count"), "columns", offered, default,
        hint=_("Customers are alike who are alike in these. What is predicted is left out, unless you choose it."),
    )  # fmt: skip
    return method, chosen or default, k


def _columns(table: Table) -> tuple[list[str], list[str]]:
    """Columns on offer, and those that count at first."""
    from crm_ai.segmentation.clusters import CLUSTERED
    from crm_ai.table import Role

    offered = [column.name for column in table.schema if column.kind in CLUSTERED]
    told, target = (Role.FEATURE, Role.SEGMENT), columns.target(table)
    default = [name for name in offered if table.schema[name].role in told and name != target]
    return offered, default or offered


def _found(table: Table, chosen: tuple[str, ...], method: str, k: int | None) -> Found:
    if segmented.is_found(table, chosen, method, k):
        return segmented.found(table, chosen, method, k)
    place = st.empty()
    told = _("Looking for groups, and comparing them with tables that have none …")
    bar = place.progress(0.0, text=told)

    def tell(share: float) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text=told)

    try:
        return segmented.found(table, chosen, method, k, tell)
    finally:
        place.empty()


def _answer(clustering: Clustering, segmentation: Segmentation) -> str:
    if clustering.is_natural:
        return largest_in_words(segmentation)
    if clustering.structure.is_natural:
        said = _("There are natural groups, but these are not them: their borders are arbitrary.")
    else:
        said = _("No natural groups: customers form one cloud, which is cut here all the same.")
    return sentences([said, largest_in_words(segmentation)])


def picture(grouping: Grouping) -> None:
    """Draw the groups on a map, if they were found.

    Parameters
    ----------
    grouping : Grouping
        Made by ``panel``.
    """
    from crm_ai import charts

    clustering = grouping.clustering
    if clustering is None:
        return
    laid = segmented.customer_map(grouping.table, clustering, grouping.segmentation)
    figure = charts.segments.customer_map(
        laid.points, grouping.segmentation.groups, laid.axes, laid.kept, len(grouping.table)
    )
    frame.chart(figure, laid.groups.drop(columns=["spread_x", "spread_y"]), key="customer_map")


def evidence(grouping: Grouping) -> None:
    """Draw whether the groups are more than chance, folded.

    Parameters
    ----------
    grouping : Grouping
        Made by ``panel``.
    """
    from crm_ai import charts

    clustering = grouping.clustering
    if clustering is None:
        return
    st.markdown(plain(clustering.verdict))
    if state.for_manager():
        return
    with st.expander(_("Are these groups more than chance?"), icon=":material/balance:", key="evidence"):
        _cards(clustering)
        figures = clustering.to_frame()
        frame.chart(charts.segments.evidence(figures), figures, key="evidence_chart")
        st.caption(
            _(
                "Silhouette: how much nearer customers are to their own group than to the next. It is compared with "
                "that of {draws} tables whose columns are as related as here, but which have no groups. Stability: "
                "whether two samples of the customers give the same groups (adjusted Rand index). Bars are the middle "
                "95 % of resamples; judged on {n} customers."
            ).format(draws=count(clustering.structure.draws), n=count(clustering.chosen.n))
        )
        if clustering.logarithms:
            names = ", ".join(plain(name, 30) for name in clustering.logarithms)
            st.caption(_("Taken by their logarithm, being far skewed: {columns}.").format(columns=names))
        if clustering.left_out:
            names = ", ".join(plain(name, 30) for name in clustering.left_out)
            st.caption(_("Left out, being the same for everybody: {columns}.").format(columns=names))


def _cards(clustering: Clustering) -> None:
    cut, structure = clustering.chosen, clustering.structure
    place = structure.counts.index(cut.k) if cut.k in structure.counts else 0
    cards.show(
        [
            cards.Card(
                _("How far apart (silhouette)"),
                number(cut.silhouette, 2),
                _range(cut.silhouette_low, cut.silhouette_high),
            ),
            cards.Card(
                _("By chance"),
                number(float(structure.expected[place]), 2),
                _("at most {highest}").format(highest=number(float(structure.highest[place]), 2)),
            ),
            cards.Card(
                _("Found again (stability)"),
                number(cut.stability, 2),
                _range(cut.stability_low, cut.stability_high),
            ),
        ]
    )


def _range(low: float, high: float) -> str:
    return f"{number(low, 2)}–{number(high, 2)}"
