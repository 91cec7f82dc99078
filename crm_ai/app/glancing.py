"""Compare a file with the training customers, and keep nothing of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls, weeks
from crm_ai.app.plain import plain
from crm_ai.deployment.watching import Level
from crm_ai.words import _, count, language, ngettext

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from crm_ai.app.watched import Watched
    from crm_ai.deployment.watching import Batch
    from crm_ai.modeling import Model

NAMED = 4


def panel(known: Watched) -> None:
    """Draw the upload, and what is found.

    Parameters
    ----------
    known : Watched
        The version.
    """
    file = controls.upload(
        _("Customers to compare with those of the training; nothing of them is kept"),
        key="glance",
        hint=_("A file with the columns that the model needs."),
    )
    if file is None:
        st.caption(_("Says of each column whether customers have changed, before anybody is scored for good."))
        return
    with st.spinner(_("Comparing the customers …")):
        batch = _looked_at(file, file.file_id, known.model, known.version.digest, known.version.threshold, language())
    st.markdown(f"**{_in_a_sentence(batch)}**")
    weeks.table(batch.drifts)
    columns = [one for one in batch.drifts if one.level.alarms and not one.of_scores]
    weeks.compared(known, batch, columns[0] if columns else batch.drifts[0], key="glance_chart")


def _in_a_sentence(batch: Batch) -> str:
    customers = _("{n} customers").format(n=count(batch.customers))
    if batch.drifts[0].level is Level.TOO_FEW:
        return _("{customers}: too few to tell whether they have changed.").format(customers=customers)
    moved = [
        _("the scores") if one.of_scores else f"“{plain(one.column, 40)}”" for one in batch.drifts if one.level.alarms
    ]
    if not moved:
        return _("{customers}: like those of the training.").format(customers=customers)
    told, more = _(", ").join(moved[:NAMED]), len(moved) - NAMED
    if more > 0:
        told = ngettext("{names} and {n} more column", "{names} and {n} more columns", more).format(
            names=told, n=count(more)
        )
    return _("{customers}: changed in {columns}.").format(columns=told, customers=customers)


@st.cache_resource(max_entries=2, show_spinner=False, scope="session")
def _looked_at(_file: UploadedFile, file_id: str, _model: Model, digest: str, threshold: float, spoken: str) -> Batch:
    from crm_ai.deployment.watching import look_at
    from crm_ai.table import read_table

    table = read_table(_file, name=_file.name)
    return look_at(_model, table, name="-", day=date.today(), threshold=threshold)
