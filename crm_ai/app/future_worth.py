"""What buyers will be worth: expected purchases and value with intervals, and whether such expectations came true."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import cards, controls, exporting, frame, segmented, state
from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.segmentation import LifetimeValues, TransactionColumns
    from crm_ai.table import Table

BEST = 20
HORIZONS = ("30", "90", "180", "365", "730")
LONG = 600


def panel(table: Table, columns: TransactionColumns, day: date) -> None:
    """Draw what buyers are expected to do and to bring.

    Parameters
    ----------
    table : Table
        The purchases.
    columns : TransactionColumns
        Whose, when, how much.
    day : datetime.date
        The last day that counts.
    """
    left, middle, right = st.columns(3)
    with left:
        days = controls.choose(
            _("Days to come"), "horizon", HORIZONS, default="365", words=lambda n: _("{n} days").format(n=n)
        )
    with middle:
        margin = st.number_input(
            _("Share of revenue that is left (margin), in %"),
            1.0,
            100.0,
            100.0,
            step=1.0,
            key="worth_margin",
            persist_state="page",
        )
    with right:
        discount = st.number_input(
            _("Later money counts less (discount a year), in %"),
            0.0,
            99.0,
            0.0,
            step=1.0,
            key="worth_discount",
            persist_state="page",
        )
    with st.spinner(_("Fitting how often customers buy, and for how much …")):
        found = segmented.values(table, columns, day, int(days), discount / 100, margin / 100)
    st.markdown(f"**{plain(found.verdict)}**")
    _cards(found)
    _best(found)
    for note in found.notes:
        st.caption(plain(note, LONG))
    st.caption(plain(found.independence.evidence, LONG))
    if not state.for_manager():
        _checked(table, columns, day)
        with st.expander(_("Parameters of the models"), icon=":material/functions:", key="worth_parameters"):
            st.dataframe(found.parameters(), hide_index=True, alt=_("Parameters of the models, with their intervals"))
    _exports(found)


def _cards(found: LifetimeValues) -> None:
    alive = float(found.alive.value.mean())
    k, v = found.total_purchases, found.total_value
    cards.show(
        [
            cards.Card(
                _("Purchases expected"),
                count(k.value),
                f"{count(k.low)}–{count(k.high)}",
                _("Of all customers together (BG/NBD model)."),
            ),
            cards.Card(
                _("Value expected"),
                number(v.value),
                f"{number(v.low)}–{number(v.high)}",
                _("Purchases times what a purchase brings (gamma-gamma model)."),
            ),
            cards.Card(
                _("Still customers"),
                percent(alive),
                _("n = {n}").format(n=count(len(found.summary))),
                _("Mean probability that somebody has not left for good without saying so."),
            ),
            cards.Card(_("From the best tenth"), percent(found.best_tenth), _("of the value expected")),
        ]
    )


def _best(found: LifetimeValues) -> None:
    from crm_ai import charts

    best = _best_customers(found)
    figure = charts.purchases.best_customers(best, found.horizon)
    frame.chart(figure, best, key="best_customers")
    st.caption(
        _(
            "Bars tell how uncertain the fitted models leave the expectation (95 %), not how far a single customer may "
            "be from it."
        )
    )


def _best_customers(found: LifetimeValues) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    value = found.value
    top = np.argsort(-np.nan_to_num(value.value, nan=-np.inf), kind="stable")[:BEST]
    return pd.DataFrame(
        {
            "customer": np.asarray(found.summary.customers)[top].astype(str),
            "value": value.value[top],
            "low": value.low[top],
            "high": value.high[top],
            "purchases": found.purchases.value[top],
            "alive": found.alive.value[top],
        }
    )


def _checked(table: Table, columns: TransactionColumns, day: date) -> None:
    """Forget the last third of the time, expect it, and compare."""
    from crm_ai import charts

    known = segmented.transactions(table, columns)
    last = min(day, known.last_day)
    until = last - (last - known.first_day) / 3
    with st.expander(_("Would it have come true?"), icon=":material/fact_check:", key="came_true"):
        if until - known.first_day < timedelta(days=2):
            st.markdown(_("The table is of too few days to tell."))
            return
        try:
            check = segmented.checked(table, columns, until, last)
        except CrmAiError as error:
            st.markdown(plain(error.what))
            return
        st.markdown(plain(check.verdict, LONG))
        frame.chart(charts.purchases.came_true(check.table), check.table, key="came_true_chart")
        st.caption(
            _(
                "The models are fitted on purchases until {until} only, and their expectations compared with what "
                "customers bought from then until {last}."
            ).format(until=until.isoformat(), last=last.isoformat())
        )


def _exports(found: LifetimeValues) -> None:
    from crm_ai.deployment import csv_bytes, parquet_bytes

    with st.container(horizontal=True):
        exporting.button(
            _("All customers with their value (CSV)"),
            lambda: csv_bytes(found.to_frame()),
            file_name="lifetime_values.csv",
            mime="text/csv",
            icon=":material/table:",
            key="values_csv",
            hint=_("One row a customer, with intervals; opens in spreadsheet programs."),
        )
        exporting.button(
            _("The same as Parquet"),
            lambda: parquet_bytes(found.to_frame()),
            file_name="lifetime_values.parquet",
            mime="application/vnd.apache.parquet",
            icon=":material/database:",
            key="values_parquet",
            hint=_("One row a customer; for programs."),
        )
