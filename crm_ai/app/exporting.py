"""Take reasons away: as a table of all customers no model has seen, of one of them, or as a report to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import explained
from crm_ai.words import _, count, language, use_language

if TYPE_CHECKING:
    from crm_ai.deployment import ExplainedTable
    from crm_ai.explanation import Reference
    from crm_ai.modeling import Run


def panel(run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None) -> None:
    """Draw the buttons that download the reasons of all customers, and the report.

    Parameters
    ----------
    run : Run
        The run.
    model : str
        One of its models.
    label : str, optional
        The answer that is explained, of several.
    reference : Reference
        Whom customers are compared with.
    scale : str, optional
        What contributions are measured in; None for the scale the model adds up on.
    """
    chosen = (run, model, label, reference, scale)
    with st.expander(_("Export"), icon=":material/download:", key="export"):
        with st.container(horizontal=True):
            button(
                _("Report to read (HTML)"),
                lambda: report(*chosen),
                file_name=f"{model}_report.html",
                mime="text/html",
                icon=":material/description:",
                key="export_report",
                hint=_("One page for people who do not open apps; it opens without a network and can be printed."),
            )
            button(
                _("Reasons as CSV"),
                lambda: table_csv(*chosen),
                file_name=f"{model}_reasons.csv",
                mime="text/csv",
                icon=":material/table:",
                key="export_csv",
                hint=_("One row a customer; opens in spreadsheet programs."),
            )
            button(
                _("Reasons as Parquet"),
                lambda: table_parquet(*chosen),
                file_name=f"{model}_reasons.parquet",
                mime="application/vnd.apache.parquet",
                icon=":material/database:",
                key="export_parquet",
                hint=_("One row a customer; for programs."),
            )
        words = _(
            "Of all {n} customers that no model has seen, on the scale and against the customers chosen above. Files "
            "are made when you ask for them, which can take some seconds; they name customers."
        )
        st.caption(words.format(n=count(len(run.holdout_rows))))


def customer_button(
    run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None, row: int
) -> None:
    """Draw the button that downloads the reasons of one customer.

    Parameters
    ----------
    run, model, label, reference, scale : optional
        As in ``panel``.
    row : int
        Position of the customer in the table.
    """
    button(
        _("Reasons of this customer (CSV)"),
        lambda: customer_csv(run, model, label, reference, scale, row),
        file_name=f"{model}_customer_{row + 1}.csv",
        mime="text/csv",
        icon=":material/download:",
        key="export_customer",
        hint=_("One row a column, with the customer's value and the column's contribution."),
    )


def table_csv(run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None) -> bytes:
    """Reasons of the holdout, see ``crm_ai.deployment.one_a_customer``.

    Parameters
    ----------
    run, model, label, reference, scale : optional
        As in ``panel``.

    Returns
    -------
    bytes
        CSV.
    """
    from crm_ai.deployment import csv_bytes

    return csv_bytes(_holdout(run, model, label, reference, scale).to_frame())


def table_parquet(run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None) -> bytes:
    """Reasons of the holdout, see ``crm_ai.deployment.one_a_customer``.

    Parameters
    ----------
    run, model, label, reference, scale : optional
        As in ``panel``.

    Returns
    -------
    bytes
        Parquet.
    """
    from crm_ai.deployment import parquet_bytes

    return parquet_bytes(_holdout(run, model, label, reference, scale).to_frame())


def customer_csv(
    run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None, row: int
) -> bytes:
    """Reasons of one customer, see ``crm_ai.deployment.one_a_reason``.

    Parameters
    ----------
    run, model, label, reference, scale : optional
        As in ``panel``.
    row : int
        Position of the customer in the table.

    Returns
    -------
    bytes
        CSV.
    """
    import numpy as np

    from crm_ai.deployment import csv_bytes, explained_of_run

    ready = explained.ready(run, model, label, reference, scale)
    return csv_bytes(explained_of_run(run, ready, np.array([row])).to_long_frame())


def report(run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None) -> bytes:
    """The report of a model's reasons, see ``crm_ai.reporting.explanation_report``.

    Parameters
    ----------
    run, model, label, reference, scale : optional
        As in ``panel``.

    Returns
    -------
    bytes
        HTML.
    """
    from datetime import date

    from crm_ai.explanation import EVERYBODY
    from crm_ai.reporting import explanation_report, material_of_run

    reasons = explained.reasons(run, model, label, reference, scale)
    material = material_of_run(
        run,
        model,
        explained.ready(run, model, label, reference, scale),
        reference=reference or EVERYBODY,
        reasons=reasons,
        pairs=explained.interactions(run, model, label, reasons.scale),
        trust=lambda row: explained.trust(run, model, row, label),
        similar=lambda row: explained.similar(run, model, row, label),
    )
    return explanation_report(material, day=date.today()).to_bytes()


def _holdout(run: Run, model: str, label: str | None, reference: Reference | None, scale: str | None) -> ExplainedTable:
    from crm_ai.deployment import explained_of_run
    from crm_ai.explanation import EVERYBODY, shap_explainer

    rows = run.holdout_rows
    ready = shap_explainer(run, model, label=label, reference=reference or EVERYBODY, scale=scale, customers=len(rows))
    return explained_of_run(run, ready, rows)


def button(label: str, make: Callable[[], bytes], *, file_name: str, mime: str, icon: str, key: str, hint: str) -> None:
    """Draw a download whose file is made when somebody asks for it, in the words of who asks.

    Parameters
    ----------
    label : str
        What is downloaded.
    make : callable
        Makes the file.
    file_name, mime : str
        What the browser calls it, and what it is.
    icon, key, hint : str
        Icon, name and help text of the button.
    """
    spoken = language()

    def made() -> bytes:
        use_language(spoken)
        return make()

    st.download_button(label, made, file_name=file_name, mime=mime, icon=icon, key=key, help=hint, on_click="ignore")
