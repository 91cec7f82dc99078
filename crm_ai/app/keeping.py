"""What is computed once is kept for everybody who may see it, by its content's digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.words import language

if TYPE_CHECKING:
    from crm_ai.modeling import Run
    from crm_ai.segmentation import Clustering, Segmentation
    from crm_ai.table import Table

RESULTS_KEPT = 200
EXPLANATIONS_KEPT = 12


def table_key(table: Table) -> str:
    """What a table is known by.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    str
        The same for equal customers with equal roles and repairs.
    """
    roles = ",".join(column.role.value for column in table.schema)
    return f"{table.digest} {roles} {table.repairs!r} {language()}"


def _run_key(run: Run) -> str:
    # Of its table too: saved segments may have been added.
    return f"{run.digest} {run.table.digest} {language()}"


def _segmentation_key(made: Segmentation) -> str:
    codes = hashlib.blake2b(made.codes.tobytes(), digest_size=16).hexdigest()
    return f"{made.name!r} {made.groups!r} {codes}"


def _clustering_key(found: Clustering) -> str:
    codes = hashlib.blake2b(found.codes.tobytes(), digest_size=16).hexdigest()
    return f"{found.method} {found.columns!r} {found.seed} {codes}"


# Tables and runs are known by their digests; to hash a million rows for a slider's move would be folly.
# Whatever is kept of them may hold words, and so is kept for one language: every kept function takes a table or a run.
_KEYS: dict[str | type, Any] = {
    "crm_ai.table.table.Table": table_key,
    "crm_ai.modeling.run.Run": _run_key,
    "crm_ai.modeling.problem.Problem": repr,
    "crm_ai.modeling.segments.Segment": repr,
    "crm_ai.explanation.references.Reference": repr,
    "crm_ai.table.finding.Repair": repr,
    "crm_ai.segmentation.segmentation.Segmentation": _segmentation_key,
    "crm_ai.segmentation.clusters.Clustering": _clustering_key,
    "crm_ai.segmentation.transaction_columns.TransactionColumns": repr,
    **{f"crm_ai.segmentation.rules.{name}": repr for name in ("Condition", "AllOf", "AnyOf", "NotOf")},
}
kept = st.cache_resource(max_entries=RESULTS_KEPT, show_spinner=False, hash_funcs=_KEYS)
kept_few = st.cache_resource(max_entries=EXPLANATIONS_KEPT, show_spinner=False, hash_funcs=_KEYS)
