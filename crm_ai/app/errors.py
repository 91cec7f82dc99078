"""Whatever goes wrong on a page is shown here, kindly, and nowhere else."""

from __future__ import annotations

import functools
import logging
import secrets
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import streamlit as st

from crm_ai.app import signing_in, speaking
from crm_ai.app.plain import plain
from crm_ai.errors import CrmAiError
from crm_ai.words import _

_log = logging.getLogger("crm_ai.app")
Arguments = ParamSpec("Arguments")


@contextmanager
def shown_kindly() -> Iterator[None]:
    """Show errors of the block as sentences; the page ends there.

    Yields
    ------
    None
        While the block runs.
    """
    try:
        yield
    except CrmAiError as error:
        show(error)
    except Exception as error:
        show_unexpected(error)


def fragment(part: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Make a part of a page rerun by itself, with its errors shown in place.

    Whoever is let in no more is sent to the entrance, which only a run of the whole app would find out by itself.

    Parameters
    ----------
    part : callable
        Draws the part.

    Returns
    -------
    callable
        The same, as a fragment.
    """

    @functools.wraps(part)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        speaking.begin()
        with shown_kindly():
            if not signing_in.is_let_in():
                st.rerun()
            part(*args, **kwargs)

    return st.fragment(guarded)


def show(error: CrmAiError) -> None:
    """Say what is wrong, where, and what to do next.

    Parameters
    ----------
    error : CrmAiError
        Something the reader can mend.
    """
    where = f"**{plain(error.where, 80)}** — " if error.where else ""
    advice = f"\n\n{plain(error.next_step)}" if error.next_step else ""
    st.error(f"{where}{plain(error.what)}{advice}", icon=":material/error:")


def show_unexpected(error: Exception) -> None:
    """Say that something went wrong on our side, with a number under which the log knows more.

    The log gets the places in the code and the kind of error; never its message, which may quote customers' data.

    Parameters
    ----------
    error : Exception
        Whatever it was.
    """
    reference = secrets.token_hex(4)
    places = " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    _log.error("unexpected %s, reference %s: %s", type(error).__name__, reference, places)
    st.error(
        _(
            "Something went wrong on our side; your data is safe. Try once more, and if it happens again tell "
            "whoever runs "
            "this app the number {reference}."
        ).format(reference=reference),
        icon=":material/error:",
    )
