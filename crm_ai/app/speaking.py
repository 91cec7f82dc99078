"""Which language the app speaks to this visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from crm_ai.app import links
from crm_ai.words import known_language, language, use_language

Made = TypeVar("Made")


def begin() -> None:
    """Speak the visitor's language from here on: what was chosen, else the browser's, else English.

    To be called before the first word of every run of a script, of a part of a page that runs by itself, and of a
    callback that says something: each may run in a thread that spoke to somebody else before.
    """
    shown: dict[str, str] = st.session_state.get(links.VIEW, {})
    use_language(shown.get("language") or known_language(st.context.locale) or "en")


def in_this_language(make: Callable[[], Made]) -> Callable[[], Made]:
    """Make something in the language that is spoken now, whenever and in whatever thread it is asked for.

    Parameters
    ----------
    make : callable
        For instance what a download button sends.

    Returns
    -------
    callable
        The same.
    """
    spoken = language()

    def made() -> Made:
        use_language(spoken)
        return make()

    return made
