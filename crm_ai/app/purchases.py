"""Buyers in groups by what they bought: whose, when and how much is found out, and may be overruled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import controls, errors, frame, future_worth, segmented, state
from crm_ai.app.keeping import kept
from crm_ai.app.plain import plain
from crm_ai.app.segmenting import Bought, Grouping
from crm_ai.errors import CrmAiError
from crm_ai.words import NOTHING, _, count, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from crm_ai.segmentation import Rfm, TransactionColumns
    from crm_ai.table import Table

REPEATS = 1.1  # rows a customer
LONG = 600


@kept
def is_possible(table: Table) -> bool:
    """Whether a table is one of purchases: customers repeat, and rows have days and amounts."""
    from crm_ai.segmentation import propose_columns
    from crm_ai.table import Kind

    try:
        found = propose_columns(table)
    except CrmAiError:
        # Columns without telling names may be purchases all the same, unless each row is somebody of their own.
        kinds = [column.kind for column in table.schema]
        alone = any(_rows_each(table, name) < REPEATS for name in table.schema.names_of(kind=Kind.IDENTIFIER))
        return Kind.DATE in kinds and Kind.NUMBER in kinds and len(kinds) > 2 and not alone
    return _rows_each(table, found.customer) >= REPEATS


def _rows_each(table: Table, column: str) -> float:
    cells = table.frame[column]
    return float(cells.notna().sum()) / max(int(cells.nunique()), 1)


def panel(table: Table) -> Grouping | None:
    """Draw whose, when and how much, and the day; group the buyers.

    Parameters
    ----------
    table : Table
        Purchases, one a row.

    Returns
    -------
    Grouping or None
        Buyers by recency, frequency and money.
    """
    columns = _columns(table)
    known = segmented.transactions(table, columns)
    left, right = st.columns(2)
    with left:
        day = controls.pick_day(
            _("As of"), "day", known.last_day, low=known.first_day, high=known.last_day + timedelta(days=3650),
            hint=_("What was bought later counts nowhere."),
        )  # fmt: skip
    with right:
        ways = {"total": _("in all"), "mean": _("a purchase")}
        money = controls.choose(_("Money counts"), "money", list(ways), words=ways.__getitem__)
    found = segmented.rfm(table, columns, day, money)
    customers, made = segmented.buyers(table, columns, day, money)
    return Grouping(customers, made, plain(found.verdict), of_run=False, bought=Bought(table, columns, day, money))


def _columns(table: Table) -> TransactionColumns:
    """What was found, or what the reader says instead."""
    from crm_ai.segmentation import propose_columns

    names = table.schema.names
    told, proposed = state.value("bought"), None
    try:
        proposed = propose_columns(table)
    except CrmAiError as error:
        if not told:
            st.info(plain(f"{error.what} {_('Choose the columns below.')}"), icon=":material/info:")
    columns = (_told(table, told) if told else None) or proposed
    with st.expander(
        _("Who bought what, when?"), icon=":material/receipt_long:", key="bought_columns", expanded=columns is None
    ):
        columns = _choose(table, columns)
    if columns is None:
        raise CrmAiError(
            _("It is not known yet which columns hold customers, days and amounts."),
            where=table.source,
            next_step=_("Choose one of the {n} columns for each of them.").format(n=count(len(names))),
        )
    return columns


def _told(table: Table, told: str) -> TransactionColumns | None:
    """Columns that the address tells by their positions."""
    from crm_ai.segmentation import propose_columns

    names = table.schema.names
    places = [int(place) for place in told.removesuffix("p").split("-") if place]
    if len(places) < 3 or max(places) >= len(names):
        return None
    chosen = [names[place] for place in places]
    try:
        return propose_columns(
            table, customer=chosen[0], date=chosen[1], amount=chosen[2],
            quantity=chosen[3] if len(chosen) > 3 else None, per_piece=told.endswith("p"),
        )  # fmt: skip
    except CrmAiError:  # an address that somebody wrote by hand
        return None


def _choose(table: Table, known: TransactionColumns | None) -> TransactionColumns | None:
    from crm_ai.table import Kind

    dates, numbers = list(table.schema.names_of(kind=Kind.DATE)), list(table.schema.names_of(kind=Kind.NUMBER))
    reasons = dict(known.reasons or {}) if known is not None else {}
    offered = {
        "customer": (_("Customer"), list(table.schema.names)),
        "date": (_("Day"), dates),
        "amount": (_("Amount"), numbers),
        "quantity": (_("Pieces"), ["", *numbers]),
    }
    chosen: dict[str, str] = {}
    for place, (what, (label, names)) in zip(st.columns(4), offered.items(), strict=True):
        with place:
            current = getattr(known, what) if known is not None else ""
            answer = st.selectbox(
                label, names, index=names.index(current) if current in names else None, key=f"bought_{what}",
                format_func=lambda name: name or _("(none)"),
            )  # fmt: skip
            chosen[what] = answer or ""
            if reasons.get(what):
                st.caption(plain(reasons[what]))
    each = bool(chosen["quantity"]) and st.checkbox(
        _("The amount is the price of one piece"), value=known is not None and known.per_piece, key="bought_each"
    )
    same = (
        known is not None and all(getattr(known, what) == chosen[what] for what in chosen) and known.per_piece == each
    )
    if same or not all(chosen[what] for what in ("customer", "date", "amount")):
        return known
    position = {name: place for place, name in enumerate(table.schema.names)}
    told = "-".join(str(position[name]) for name in chosen.values() if name) + ("p" if each else "")
    state.show("bought", told)
    return _told(table, told)


def pictures(bought: Bought) -> None:
    """Draw what the groups bring, who moved, and what buyers will be worth.

    Parameters
    ----------
    bought : Bought
        What ``panel`` has found out.
    """
    table, columns, day, money = bought.table, bought.columns, bought.day, bought.money
    found = segmented.rfm(table, columns, day, money)
    names = [_("What do they bring?"), _("Who moved?"), _("What will they be worth?")]
    brought, moved, worth = st.tabs(names, key="purchases_tab", on_change="rerun")
    if brought.open:
        with brought, errors.shown_kindly():
            _brought(found)
    if moved.open:
        with moved, errors.shown_kindly():
            _moved(table, columns, day, money)
    if worth.open:
        with worth, errors.shown_kindly():
            future_worth.panel(table, columns, day)


def _brought(found: Rfm) -> None:
    from crm_ai import charts
    from crm_ai.segmentation.rfm_names import meaning, title

    groups = found.table.to_frame()
    groups["group"] = [title(name) for name in groups["segment"]]
    groups = groups.rename(
        columns={
            "share_low": "low", "share_high": "high", "revenue_share": "money", "revenue_share_low": "money_low",
            "revenue_share_high": "money_high",
        }
    )  # fmt: skip
    frame.chart(
        charts.segments.sizes(groups, money=_("the revenue")),
        groups[["group", "customers", "share", "low", "high", "money", "money_low", "money_high"]],
        key="revenue",
    )
    if not state.for_manager():
        st.dataframe(_table(groups, meaning), hide_index=True, alt=_("Groups of buyers"))
    for note in found.notes:
        st.caption(plain(note, LONG))
    st.caption(
        _(
            "Each customer gets 1 to 5 for how lately, how often and for how much they bought, by fifths of all "
            "customers; the groups follow from these (RFM)."
        )
    )


def _table(groups: pd.DataFrame, meaning: Callable[[str], str]) -> dict[str, list[str]]:
    rows: list[Any] = list(groups.itertuples())
    return {
        _("Group"): groups["group"].tolist(),
        _("Who is in it"): [meaning(row.segment) for row in rows],
        _("customers"): [count(row.customers) for row in rows],
        _("share"): [_with_ends(row.share, row.low, row.high) for row in rows],
        _("share of the revenue"): [_with_ends(row.money, row.money_low, row.money_high) for row in rows],
        _("revenue each"): [
            f"{number(row.mean)} ({number(row.mean_low)}–{number(row.mean_high)})" if row.mean == row.mean else NOTHING
            for row in rows
        ],
    }


def _with_ends(share: float, low: float, high: float) -> str:
    if share != share:
        return NOTHING
    return f"{percent(share)} ({percent(low)}–{percent(high)})" if low == low else percent(share)


def _moved(table: Table, columns: TransactionColumns, day: date, money: str) -> None:
    from crm_ai import charts
    from crm_ai.segmentation.rfm_names import title

    known = segmented.transactions(table, columns)
    if day <= known.first_day + timedelta(days=1):
        st.markdown(_("There is no earlier day to compare with."))
        return
    proposed = max(known.first_day, day - max((day - known.first_day) / 4, timedelta(days=1)))
    since = controls.pick_day(
        _("Compared with"), "since", proposed, low=known.first_day, high=day - timedelta(days=1),
        hint=_("Groups as of this day against those as of the day above."),
    )  # fmt: skip
    moved = segmented.moved(table, columns, since, day, money)
    st.markdown(plain(moved.verdict))
    figure = charts.purchases.migration(
        moved.counts[:-1, :-1], [title(name) for name in moved.segments], moved.before, moved.after
    )
    moves = moved.to_frame()
    moves["from"], moves["to"] = [title(name) for name in moves["from"]], [title(name) for name in moves["to"]]
    frame.chart(figure, moves, key="moved")
    st.caption(
        _(
            "Rows: where customers were; columns: where they are now. Scores are fifths of all customers, so that one "
            "who does as before may move because others changed."
        )
    )
