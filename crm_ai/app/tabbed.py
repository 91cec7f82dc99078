"""Tabs that the address tells, so that a link opens the one that was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator


def tabs(page: str, labels: Mapping[str, str]) -> dict[str, DeltaGenerator]:
    """Draw the tabs of a page.

    Parameters
    ----------
    page : str
        The page's part of the address.
    labels : mapping of str to str
        What each tab is called, by the word for it in the address; the first one is open at first.

    Returns
    -------
    dict of str to DeltaGenerator
        The tab that is open, by its word: what is not seen is not drawn.
    """
    key, told = f"{page}_tab", f"{page}_tab_told"
    wanted = state.value("tab") if state.value("tab") in labels else next(iter(labels))
    came_by_link = wanted != st.session_state.get(told, next(iter(labels)))
    speaks_otherwise = st.session_state.get(key, labels[wanted]) not in labels.values()
    if came_by_link or speaks_otherwise:
        st.session_state[key] = labels[wanted]
    drawn = dict(zip(labels, st.tabs(list(labels.values()), key=key, on_change="rerun"), strict=True))
    shown: dict[str, DeltaGenerator] = {word: tab for word, tab in drawn.items() if tab.open}
    st.session_state[told] = next(iter(shown), wanted)
    state.show("tab", st.session_state[told])
    return shown
