"""What the secrets file says of signing in. A file that is not right lets nobody in, rather than everybody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from crm_ai.errors import CrmAiError
from crm_ai.words import _

FILE = "secrets.toml"
AUTH, ROLES = "auth", "roles"
LEAST_SECRET = 32  # characters
_asked_for: set[str] = set()  # what the file once said; it may be gone for the moment in which it is written anew
_NEEDED = ("client_id", "client_secret", "server_metadata_url")


def says_sign_in() -> bool:
    """Whether people sign in here.

    Returns
    -------
    bool
        False without a secrets file that says so.

    Raises
    ------
    CrmAiError
        If the file cannot be read, has roles but no sign-in, or went away since: nobody may then do everything.
    """
    known = _content()
    if AUTH in known:
        _asked_for.add(AUTH)
    elif ROLES in known or _asked_for:
        raise CrmAiError(
            _("There are roles, or there were, but nobody can sign in."),
            where=FILE,
            next_step=_("Write a section [auth]; or take both sections away and start the app anew."),
        )
    return AUTH in known


def roles() -> object:
    """The section ``[roles]``.

    Returns
    -------
    object
        Empty if there is none.
    """
    return _content().get(ROLES, {})


def providers() -> tuple[str, ...]:
    """Who can say who somebody is.

    Returns
    -------
    tuple of str
        Names of the sections below ``[auth]``; an empty one for the provider that stands in ``[auth]`` itself.

    Raises
    ------
    CrmAiError
        If something is missing that signing in needs.
    """
    section = _content().get(AUTH)
    if not isinstance(section, Mapping):
        raise _wrong(_("This is no section."))
    _check_shared(section)
    found = {name: said for name, said in section.items() if isinstance(said, Mapping) and name != "client_kwargs"}
    if "client_id" in section or not found:
        found = {"": section} | found
    for name, said in found.items():
        _check_provider(name, said)
    return tuple(found)


def _content() -> dict[str, Any]:
    try:
        return st.secrets.to_dict()
    except (OSError, ValueError):
        if any(Path(place).exists() for place in st.get_option("secrets.files")):
            raise CrmAiError(
                _("This file cannot be read."), where=FILE, next_step=_("Ask whoever runs this app to mend it.")
            ) from None
        return {}


def _check_shared(section: Mapping[str, Any]) -> None:
    if not str(section.get("redirect_uri", "")).endswith("/oauth2callback"):
        raise _wrong(_("“redirect_uri” must be the app's address with /oauth2callback at its end."))
    if len(str(section.get("cookie_secret", ""))) < LEAST_SECRET:
        raise _wrong(_("“cookie_secret” must be random and have at least {n} characters.").format(n=LEAST_SECRET))


def _check_provider(name: str, said: Mapping[str, Any]) -> None:
    missing = [key for key in _NEEDED if not isinstance(said.get(key), str) or not said[key]]
    if missing:
        raise _wrong(_("“{key}” is missing.").format(key=missing[0]), name)
    if "_" in name:
        raise _wrong(_("The name of a provider may have no underscore."), name)


def _wrong(what: str, provider: str = "") -> CrmAiError:
    section = f"[{AUTH}.{provider}]" if provider else f"[{AUTH}]"
    return CrmAiError(what, where=section, next_step=_("Ask whoever runs this app to mend {file}.").format(file=FILE))
