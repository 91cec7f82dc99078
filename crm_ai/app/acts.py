"""What all acts on the registry share: a reason, a button that not everybody may press, and word of what was done.

What was typed is kept until the act is done, wherever else the reader looks meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from crm_ai.app import state
from crm_ai.deployment.registry import may, require
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Act, Person, Version

DONE, PRESS = "registry_done", "registry_press"
LONGEST_WHY = 2_000


@dataclass(frozen=True, slots=True)
class Press:
    """What was to be seen when a button was pressed.

    Parameters
    ----------
    shown : object
        What the act rests on: it must be refused if it is so no more.
    seen : int
        Number of the model's last entry in the log when the page was drawn.
    draft : str
        Name of the field that holds the reason.
    """

    shown: object
    seen: int
    draft: str


def draft(name: str, version: Version) -> str:
    """Name a field whose content is kept until something is done with a version.

    Parameters
    ----------
    name : str
        What is typed there.
    version : Version
        Of which version.

    Returns
    -------
    str
        For ``key=``.
    """
    return f"{name}_{version.digest[:12]}"


def why(key: str, label: str | None = None) -> str:
    """Let the person say why.

    Parameters
    ----------
    key : str
        Name of the field.
    label : str, optional
        What is asked.

    Returns
    -------
    str
        In this person's words; may be empty, which the registry refuses.
    """
    return st.text_area(
        label or _("Why?"),
        key=key,
        height=90,
        max_chars=LONGEST_WHY,
        persist_state="session",
        help=_("In your own words. It stands in the log for good, beside your name and the time."),
    ) or ""  # fmt: skip


def why_not(person: Person, act: Act) -> str | None:
    """Why a person may not do something.

    Parameters
    ----------
    person : Person
        Who.
    act : Act
        What.

    Returns
    -------
    str or None
        A sentence; None if it is allowed.
    """
    if may(person, act):
        return None
    try:
        require(person, act)
    except CrmAiError as error:
        return str(error)
    return None


def submit(label: str, desk: Desk, act: Act, *, key: str, icon: str, draft: str = "", shown: object = None) -> bool:
    """Draw the button of an act; whoever may not press it reads why.

    Parameters
    ----------
    label : str
        What it does.
    desk : Desk
        What there is to work with, and who looks.
    act : Act
        What it is in the registry.
    key, icon : str
        Name and icon of the button.
    draft : str, default ""
        Name of the field that holds the reason; empty for an act that nobody else can come before.
    shown : object, optional
        What the act rests on, as the person sees it; see ``meanwhile.attempt``.

    Returns
    -------
    bool
        Whether it was pressed.
    """
    refused = why_not(desk.person, act)
    pressed = st.button(
        label,
        key=key,
        icon=icon,
        type="primary",
        disabled=refused is not None,
        on_click=remember if draft else None,
        args=(Press(shown, desk.seen, draft),) if draft else None,
    )
    if refused is not None:
        st.caption(refused)
    return pressed and refused is None


def remember(press: Press) -> None:
    """Keep what was to be seen when a button was pressed; to be called back by the button.

    Parameters
    ----------
    press : Press
        The page is drawn anew before the act is done, and may know more by then.
    """
    st.session_state[PRESS] = press


def done(sentence: str, *, of: Version | None = None, **shown: str) -> NoReturn:
    """Show the page anew, with word of what was done.

    Parameters
    ----------
    sentence : str
        What was done; names in it are safe to stand in markdown.
    of : Version, optional
        With which version; what was typed for it is forgotten.
    **shown : str
        What is looked at from now on, such as ``version="2"``.
    """
    if of is not None:
        for key in [key for key in st.session_state if str(key).endswith(draft("", of))]:
            del st.session_state[key]
    for name, value in shown.items():
        state.put(name, value)
    state.tell()
    st.session_state[DONE] = sentence
    st.rerun()


def say_done() -> None:
    """Say once what was done."""
    sentence = st.session_state.pop(DONE, "")
    if sentence:
        st.success(sentence, icon=":material/task_alt:")
