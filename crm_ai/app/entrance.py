"""The entrance: what somebody sees who has not signed in yet, and the way back to where this person wanted to go."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import streamlit as st

from crm_ai.app import errors, frame, secrets_file, signing_in, state, visitors
from crm_ai.app.plain import plain
from crm_ai.words import _

LONGEST_WAY = 600.0  # seconds
MOST_UNDER_WAY = 1000


@dataclass(frozen=True, slots=True)
class Journey:
    """Somebody's way to the identity provider and back.

    Parameters
    ----------
    page : str
        The page that this person wanted to see, by its part of the address.
    address : dict of str to str
        The rest of the address.
    begun : float, default 0
        When, by the monotonic clock.
    """

    page: str
    address: dict[str, str]
    begun: float = 0.0


def show(page: str) -> None:
    """Ask to sign in, and say why somebody who has is not let in.

    Parameters
    ----------
    page : str
        The page that was asked for, by its part of the address.
    """
    frame.begin_outside(page)
    title = st.empty()
    title.title(_("Signing in is not set up right"), anchor=False)
    secrets_file.says_sign_in()
    names = secrets_file.providers()
    signing_in.role_list()
    title.title(_("Please sign in"), anchor=False)
    earlier = _under_way()
    if signing_in.has_signed_in():
        with errors.shown_kindly():
            signing_in.person()
    elif earlier:
        st.warning(
            _("Signing in was not completed. Try again; if that does not help, ask whoever runs this app."),
            icon=":material/warning:",
        )
    st.markdown(_("This app shows customers' data to people whom it knows: sign in with the account you work with."))
    with st.container(horizontal=True):
        for name in names:
            label = _("Sign in with {provider}").format(provider=plain(name.capitalize(), 40)) if name else _("Sign in")
            if st.button(label, type="primary", icon=":material/login:", key=f"sign_in_{name}"):
                asks_for_more = page or state.value("data")
                _set_out(Journey(page, state.address(page)) if asks_for_more or not earlier else earlier)
                st.login(name or None)
        if signing_in.has_signed_in():
            signing_in.sign_out_button()


def go_on() -> None:
    """Bring somebody who has just signed in to the page that was asked for before."""
    arrived = _under_way()
    if arrived and signing_in.has_signed_in():
        _journeys().pop(visitors.browser_number(), None)
        st.switch_page(f"pages/{arrived.page or 'home'}.py", query_params=arrived.address)


@st.cache_resource(show_spinner=False)
def _journeys() -> dict[str, Journey]:
    """Journeys by the number that the browser keeps, which says nothing about anybody."""
    return {}


def _set_out(journey: Journey) -> None:
    known, now = _journeys(), time.monotonic()
    for number, other in list(known.items()):
        if now - other.begun > LONGEST_WAY or len(known) >= MOST_UNDER_WAY:
            known.pop(number, None)
    known[visitors.browser_number()] = replace(journey, begun=now)


def _under_way() -> Journey | None:
    found = _journeys().get(visitors.browser_number())
    return found if found and time.monotonic() - found.begun <= LONGEST_WAY else None
