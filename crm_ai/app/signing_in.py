"""Who is looking: whoever has signed in, or the one local user where nobody does."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from crm_ai.app import secrets_file
from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import _, sentences

if TYPE_CHECKING:
    from crm_ai.deployment.registry import Person, Role, RoleList

NAME_WIDTH = 30
_HERE = ("localhost", "127.0.0.1", "::1")


def person() -> Person:
    """Who is looking at the page.

    Returns
    -------
    Person
        The local user, who may do everything, where sign-in is not configured.

    Raises
    ------
    CrmAiError
        If nobody has signed in or not lately, the person is not let in, or the configuration is not right.
    """
    from crm_ai.deployment.registry import LOCAL_USER, person_of

    if not secrets_file.says_sign_in():
        return LOCAL_USER
    secrets_file.providers()
    roles = role_list()
    if not has_signed_in():
        raise CrmAiError(_("Nobody has signed in."), next_step=_("Load the page again, and sign in."))
    return person_of(st.user.to_dict(), roles, now=time.time())


def role_list() -> RoleList:
    """Whose role is which, as it is configured.

    Returns
    -------
    RoleList
        Everybody is a viewer if nothing is said.

    Raises
    ------
    CrmAiError
        If the list is not right.
    """
    from crm_ai.deployment.registry import read_role_list

    return read_role_list(secrets_file.roles())


def has_signed_in() -> bool:
    """Whether an identity provider has said who is looking.

    Returns
    -------
    bool
        True also for somebody who is not let in.
    """
    return st.user.get("is_logged_in") is True


def is_let_in() -> bool:
    """Whether the pages may be shown.

    Returns
    -------
    bool
        False where the entrance is to be shown, which says why.
    """
    try:
        if secrets_file.says_sign_in():
            person()
    except CrmAiError:
        return False
    return True


def owner() -> str:
    """Tell whose the work is that is kept.

    Returns
    -------
    str
        Made of the name of whoever has signed in, and like no number that a browser may send; empty where nobody signs
        in.
    """
    if not secrets_file.says_sign_in():
        return ""
    return f"person-{hashlib.sha256(person().name.encode()).hexdigest()[:40]}"


def control() -> None:
    """Draw who has signed in, with a way out; nothing where nobody signs in."""
    if not secrets_file.says_sign_in():
        return
    someone = person()
    called = plain(st.user.get("name") or someone.name, NAME_WIDTH)
    label = _("{role}: {name}").format(name=called, role=someone.role.in_words)
    with st.popover(label, type="tertiary", icon=":material/person:", key="signed_in"):
        st.markdown(_("You have signed in as **{name}**.").format(name=plain(someone.name)))
        st.caption(_may(someone.role))
        sign_out_button()


def sign_out_button() -> None:
    """Draw the button that signs out; what is on the page ends with it."""
    if st.button(_("Sign out"), icon=":material/logout:", key="sign_out"):
        st.logout()
        st.stop()


def say_who(someone: Person) -> None:
    """Say who is looking, and what this person may do.

    Parameters
    ----------
    someone : Person
        Who.
    """
    from crm_ai.deployment.registry import LOCAL_USER

    if someone != LOCAL_USER:
        said = _("You have signed in as **{name}**.").format(name=plain(someone.name))
        st.caption(sentences([said, _may(someone.role)]))
        return
    st.caption(_("Nobody signs in here: whoever uses this app may decide everything, and is called “local user”."))
    if urlsplit(st.context.url or "").hostname not in (None, *_HERE):
        st.warning(
            _("This app can be reached from other machines, and everybody there may decide. Let people sign in."),
            icon=":material/warning:",
        )


def _may(role: Role) -> str:
    if role.value == "viewer":
        return _(
            "As a viewer you may look, upload and train; not register a model, decide about one, or write scores into "
            "a database."
        )
    if role.value == "analyst":
        return _(
            "As an analyst you may register models and write scores into a database; approvers decide about models."
        )
    return _("As an approver you may register models, decide about them, and write scores into a database.")
