"""Progress of long work, shown where its result will be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import streamlit as st

from crm_ai.app.plain import plain
from crm_ai.words import _

Tell: TypeAlias = Callable[[float, str], None]


@contextmanager
def cancellable(label: str, *, on_cancel: Callable[[], None]) -> Iterator[Tell]:
    """Show a progress bar with a button that ends the work, for as long as the block runs.

    A click makes Streamlit run the page anew, which ends this run at the bar's next change.

    Parameters
    ----------
    label : str
        What is being done, at first.
    on_cancel : callable
        What is to be done before the page runs anew, so that the work does not begin again.

    Yields
    ------
    callable
        Takes the share that is done, in [0, 1], and what is being done in words.
    """
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text=label)
        st.button(_("Cancel"), icon=":material/close:", on_click=on_cancel, key=f"cancel_{label}")

    def tell(share: float, words: str) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text=plain(words))

    try:
        yield tell
    finally:
        place.empty()


def time_left(share: float, passed: float) -> str:
    """Say how long work will take.

    Parameters
    ----------
    share : float
        Share of it that is done, in [0, 1].
    passed : float
        Seconds since it began.

    Returns
    -------
    str
        In words.
    """
    if share < 0.1:
        return _("estimating the time")
    seconds = round(passed / share * (1 - share))
    if seconds > 90:
        return _("about {n} min left").format(n=round(seconds / 60))
    return _("about {n} s left").format(n=seconds) if seconds > 1 else _("a moment left")
