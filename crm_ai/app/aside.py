"""Batches that shall not count: a wrong file, customers scored twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import acts, moments, signing_in
from crm_ai.app.errors import shown_kindly
from crm_ai.app.plain import plain
from crm_ai.app.watched import batch_called, called
from crm_ai.deployment.registry import Act, count_again, person_in_words, set_aside
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.app.watched import Watched

NAME_WIDTH, WHY_WIDTH = 40, 400


def say(known: Watched) -> None:
    """Say which batches what is said above leaves out.

    Parameters
    ----------
    known : Watched
        The version.
    """
    for one in known.aside:
        st.caption(
            _("Not counted: “{batch}”, set aside by {who}, {when}: “{why}”").format(
                batch=plain(one.batch, NAME_WIDTH),
                who=plain(person_in_words(one.by), NAME_WIDTH),
                when=moments.moment(one.at),
                why=plain(one.why, WHY_WIDTH),
            )
        )


def panel(desk: Desk, known: Watched) -> None:
    """Let the reader set a batch aside, or count one again.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    known : Watched
        The version.
    """
    counted = {batch.name: batch for batch in reversed(known.found.batches)}
    aside = [one.batch for one in known.aside]
    if not counted and not aside:
        return
    with st.expander(_("Set a batch aside"), icon=":material/playlist_remove:", key="set_aside"):
        st.markdown(
            _(
                "A wrong file was remembered, or the same customers twice? Set that batch aside: it is kept, but "
                "counts neither for alerts nor for outcomes. The log says who did so and why, and it can be "
                "counted again."
            )
        )
        batch = st.selectbox(
            _("Which batch?"),
            [*counted, *aside],
            format_func=lambda name: (
                batch_called(counted[name])
                if name in counted
                else _("{batch} (is set aside)").format(batch=called(name))
            ),
            key=acts.draft(f"aside_batch_{len(aside)}", known.version),
        )
        # A field of another name each time: the browser keeps what is in one that stays.
        draft = acts.draft(f"aside_why_{len(aside)}", known.version)
        why = acts.why(draft)
        if batch in counted:
            label, act, icon, do = _("Set it aside"), Act.SET_ASIDE, ":material/playlist_remove:", set_aside
            words = _("“{batch}” counts no more.")
        else:
            label, act, icon, do = _("Count it again"), Act.COUNT_AGAIN, ":material/playlist_add:", count_again
            words = _("“{batch}” counts again.")
        if acts.submit(label, desk, act, key="aside_now", icon=icon):
            with shown_kindly():
                do(desk.registry, known.version, batch, by=signing_in.person(), why=why)
                del st.session_state[draft]
                acts.done(words.format(batch=plain(batch, NAME_WIDTH)))
