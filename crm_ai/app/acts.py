"""What all acts on the registry share: a reason, a button that not everybody may press, and word of what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import streamlit as st

from crm_ai.app import state
from crm_ai.deployment.registry import may, require
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.deployment.registry import Act, Person

DONE, SHOWN = "registry_done", "registry_shown"
LONGEST_WHY = 2_000


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


def submit(label: str, person: Person, act: Act, *, key: str, icon: str, shown: object = None) -> bool:
    """Draw the button of an act's form; whoever may not press it reads why.

    Parameters
    ----------
    label : str
        What it does.
    person : Person
        Who looks.
    act : Act
        What it is in the registry.
    key, icon : str
        Name and icon of the button.
    shown : object, optional
        What the act rests on, as the person sees it; see ``as_shown``.

    Returns
    -------
    bool
        Whether it was pressed.
    """
    refused = why_not(person, act)
    pressed = st.form_submit_button(
        label,
        key=key,
        icon=icon,
        type="primary",
        disabled=refused is not None,
        on_click=remember_shown,
        args=(shown,),
    )
    if refused is not None:
        st.caption(refused)
    return pressed and refused is None


def remember_shown(shown: object) -> None:
    """Keep what was to be seen when a button was pressed; to be called back by the button.

    Parameters
    ----------
    shown : object
        What the act rests on. The page is drawn anew before the act is done, and may know more by then.
    """
    st.session_state[SHOWN] = shown


def as_shown() -> Any:
    """What was to be seen when the button was pressed: the act must refuse if it is so no more.

    Returns
    -------
    object
        As it was given to the button.
    """
    return st.session_state.pop(SHOWN)


def done(sentence: str, **shown: str) -> NoReturn:
    """Show the page anew, with word of what was done.

    Parameters
    ----------
    sentence : str
        What was done; names in it are safe to stand in markdown.
    **shown : str
        What is looked at from now on, such as ``version="2"``.
    """
    for name, value in shown.items():
        state.put(name, value)
    state.tell()
    st.session_state[DONE] = sentence
    st.rerun()


def say_done() -> None:
    """Say once what was done; also where the reader is, who may have scrolled far down."""
    sentence = st.session_state.pop(DONE, "")
    if sentence:
        st.toast(sentence, icon=":material/task_alt:")
        st.success(sentence, icon=":material/task_alt:")
