"""What others have done since the page was drawn, where it stands in the way of an act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import errors, moments
from crm_ai.app.acts import LONGEST_WHY, PRESS
from crm_ai.app.entries import in_words
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import person_in_words, read_log
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.app.acts import Press
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Entry

REFUSED = "registry_refused"
NAME_WIDTH, MOST = 40, 3


@contextmanager
def attempt(desk: Desk) -> Iterator[Any]:
    """Do an act whose button was pressed; where others came first, show the page anew and say so.

    Parameters
    ----------
    desk : Desk
        What there is to work with.

    Yields
    ------
    object
        What was to be seen when the button was pressed: the act must refuse if it is so no more.
    """
    press: Press = st.session_state.pop(PRESS)
    with errors.shown_kindly():
        try:
            yield press.shown
        except CrmAiError as error:
            if not _news(desk, press.seen):
                raise
            st.session_state[REFUSED] = (error.what, press)
            st.rerun()


def say(desk: Desk) -> None:
    """Say why what was pressed was not done, who has done what instead, and what was typed.

    Parameters
    ----------
    desk : Desk
        As it is now.
    """
    refused, press = st.session_state.pop(REFUSED, ("", st.session_state.pop(PRESS, None)))
    if press is None:
        return
    news = [_in_words(entry) for entry in _news(desk, press.seen)[-MOST:]]
    why = refused or _("This was not done, for it is not offered any more.")
    st.error("\n".join((plain(why), *(f"- {line}" for line in news))), icon=":material/error:")
    typed = str(st.session_state.get(press.draft) or "").strip()
    if typed:
        st.caption(_("Your words are kept: “{words}”").format(words=plain(typed, LONGEST_WHY)))


def _news(desk: Desk, seen: int) -> list[Entry]:
    """What was done with the model since the page was drawn."""
    return [entry for entry in read_log(desk.registry, desk.name) if entry.number > seen]


def _in_words(entry: Entry) -> str:
    return _("{what}, by {who}, {when}").format(
        what=in_words(entry), who=plain(person_in_words(entry.by), NAME_WIDTH), when=moments.moment(entry.at)
    )
