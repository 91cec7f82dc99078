"""What a page says when its input is missing: what it will show, where to begin, and a sample to try at once."""

from __future__ import annotations

import streamlit as st

from crm_ai.app import samples
from crm_ai.words import _


def to_upload(promise: str, *, train: bool = False) -> None:
    """Invite to bring a table.

    Parameters
    ----------
    promise : str
        What the page will show, in one sentence.
    train : bool, default False
        Whether the page also needs trained models; the sample then brings them.
    """
    st.markdown(promise)
    with st.container(horizontal=True):
        if st.button(_("Bring a table of customers"), type="primary", icon=":material/upload:", key="invite_upload"):
            st.switch_page("pages/home.py")
        for sample in samples.samples()[:1]:
            st.button(
                _("Try it with a sample: {title}").format(title=samples.words_of(sample)[0]),
                icon=sample.icon,
                key="invite_sample",
                on_click=_take_sample,
                args=(sample.reference, train),
            )


def to_train(promise: str) -> None:
    """Invite to train.

    Parameters
    ----------
    promise : str
        What the page will show, in one sentence.
    """
    st.markdown(promise)
    with st.container(horizontal=True):
        if st.button(_("Choose what to predict"), type="primary", icon=":material/model_training:", key="invite_train"):
            st.switch_page("pages/train.py")
        st.button(_("Train what is proposed"), icon=":material/bolt:", key="invite_now", on_click=_train_now)


def _take_sample(reference: str, train: bool) -> None:
    from crm_ai.app import speaking, state, work

    speaking.begin()
    work.open_table(reference)
    state.tell()
    if train:
        _train_now()


def _train_now() -> None:
    from crm_ai.app import state

    st.session_state[state.TRAIN_NOW] = True
