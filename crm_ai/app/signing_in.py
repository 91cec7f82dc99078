"""Who is looking: whoever has signed in, or the one local user where nobody does."""

from __future__ import annotations

import streamlit as st

from crm_ai.deployment.registry import LOCAL_USER, Person
from crm_ai.words import _


def person() -> Person:
    """Who is looking at the page.

    Returns
    -------
    Person
        The local user, who may do everything, where sign-in is not configured.
    """
    return LOCAL_USER


def say_who(someone: Person) -> None:
    """Say who is looking, and what this person may do.

    Parameters
    ----------
    someone : Person
        Who.
    """
    if someone == LOCAL_USER:
        st.caption(_("Nobody signs in here: whoever uses this app may decide everything, and is called “local user”."))
