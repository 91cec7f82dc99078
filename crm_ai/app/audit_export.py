"""Take an audit away, and the customers who are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import speaking
from crm_ai.words import _, count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from crm_ai.app.audited import Audited
    from crm_ai.fairness import Audit

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"


def panel(what: Audited, audits: Sequence[Audit]) -> None:
    """Draw the buttons that download figures and customers.

    Parameters
    ----------
    what : Audited
        What is audited.
    audits : sequence of Audit
        By all segments.
    """
    from crm_ai.deployment import csv_bytes, parquet_bytes

    with st.expander(_("Export"), icon=":material/download:", key="fairness_export"):
        with st.container(horizontal=True):
            _button(_("Audit as CSV"), lambda: csv_bytes(figures(audits)), "fairness.csv", CSV, "audit_csv")
            _button(
                _("Audit as Parquet"),
                lambda: parquet_bytes(figures(audits)),
                "fairness.parquet",
                PARQUET,
                "audit_parquet",
            )
            if not what.of_numbers:
                _button(
                    _("Selected customers as CSV"),
                    lambda: csv_bytes(selected(what)),
                    "selected_customers.csv",
                    CSV,
                    "selected_csv",
                )
                _button(
                    _("Selected customers as Parquet"),
                    lambda: parquet_bytes(selected(what)),
                    "selected_customers.parquet",
                    PARQUET,
                    "selected_parquet",
                )
        words = _("Of the {n} customers that no model has seen, at this threshold, with their groups.")
        st.caption(words.format(n=count(len(what.run.holdout_rows))))


def figures(audits: Sequence[Audit]) -> pd.DataFrame:
    """All figures of several audits.

    Parameters
    ----------
    audits : sequence of Audit
        By several segments.

    Returns
    -------
    DataFrame
        Tidy, one row a number; see ``crm_ai.fairness.Audit.to_frame``, and the verdict of its segment.
    """
    import pandas as pd

    return pd.concat([audit.to_frame().assign(judgement=audit.judgement.value) for audit in audits], ignore_index=True)


def selected(what: Audited) -> pd.DataFrame:
    """Customers that the model selects.

    Parameters
    ----------
    what : Audited
        What is audited.

    Returns
    -------
    DataFrame
        All their columns, then group, score and decision; the highest scores first.
    """
    from crm_ai.deployment.scoring import free_name
    from crm_ai.modeling import answer_of, group_codes, label_place

    run = what.run
    scores = answer_of(run.predictions[what.model], label_place(run.problem, what.label))
    codes, names = group_codes(run, what.segment)
    customers = run.holdout_frame.copy()
    decision = what.label or run.problem.positive
    for name, cells in (("group", [names[code] for code in codes]), ("score", scores), ("decision", decision)):
        customers[free_name(name, list(customers.columns))] = cells
    chosen = scores >= what.threshold
    return customers[chosen].iloc[(-scores[chosen]).argsort(kind="stable")]


def _button(label: str, make: Callable[[], bytes], file_name: str, mime: str, key: str) -> None:
    st.download_button(
        label,
        speaking.in_this_language(make),
        file_name=file_name,
        mime=mime,
        icon=":material/table:" if mime == CSV else ":material/database:",
        key=key,
        on_click="ignore",
    )
