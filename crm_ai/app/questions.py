"""The question that was asked last, known without training anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import state, store
from crm_ai.errors import CrmAiError
from crm_ai.words import language

if TYPE_CHECKING:
    from crm_ai.modeling import Plan


def of_view() -> tuple[str, str]:
    """The question and the model that are looked at, in words; without training anything.

    Returns
    -------
    question : str
        For instance ``Churn = Yes``; empty if it is not known.
    model : str
        The model's name; empty if it is not known.
    """
    from crm_ai.modeling import MODEL_TYPES

    try:
        question = _question(state.value("data"), state.value("run"), language())
    except CrmAiError:
        question = ""
    model = MODEL_TYPES.get(state.value("model"))
    return question, model.name if model else ""


@st.cache_data(max_entries=200, show_spinner=False)
def _question(data: str, run: str, spoken: str) -> str:
    from crm_ai.modeling import question_in_words

    return question_in_words(store.open_plan(data, run).problem)


def asked_before() -> Plan | None:
    """What the run that is looked at was made of.

    Returns
    -------
    Plan or None
        None if there is no run.
    """
    if not state.value("run"):
        return None
    try:
        return store.open_plan(state.value("data"), state.value("run"))
    except CrmAiError:
        return None
