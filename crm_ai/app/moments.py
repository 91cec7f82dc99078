"""When something was: told by the reader's clock, in the reader's order."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from crm_ai.words import _, day_in_words


def day(at: str) -> str:
    """Write the day of a moment.

    Parameters
    ----------
    at : str
        In UTC, as the registry writes it.

    Returns
    -------
    str
        For instance ``3 March 2026``.
    """
    return day_in_words(_there(at))


def moment(at: str) -> str:
    """Write day and time of a moment.

    Parameters
    ----------
    at : str
        In UTC, as the registry writes it.

    Returns
    -------
    str
        For instance ``3 March 2026, 14:05``.
    """
    known = _there(at)
    return _("{day}, {time}").format(day=day_in_words(known), time=f"{known:%H:%M}")


def _there(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(_zone())


def _zone() -> tzinfo:
    """Where the reader is, if the browser says so."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a browser may say anything
        return UTC
