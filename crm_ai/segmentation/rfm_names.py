"""Names of the segments that scores of recency, frequency and money make."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crm_ai.words import _

CHAMPIONS, LOYAL, POTENTIAL, NEW = "champions", "loyal", "potential_loyalists", "new"
PROMISING, ATTENTION, SLEEPY, AT_RISK = "promising", "need_attention", "about_to_sleep", "at_risk"
PRECIOUS, HIBERNATING, LOST = "cant_lose", "hibernating", "lost"

# The best first: this is the order of tables, and what "up" and "down" mean.
NAMES = (CHAMPIONS, LOYAL, POTENTIAL, NEW, PROMISING, ATTENTION, SLEEPY, PRECIOUS, AT_RISK, HIBERNATING, LOST)

# Rows: recency 5 (lately) to 1 (long ago). Columns: frequency and money 1 (little) to 5 (much).
GRID: Mapping[int, tuple[str, str, str, str, str]] = MappingProxyType(
    {
        5: (NEW, POTENTIAL, POTENTIAL, CHAMPIONS, CHAMPIONS),
        4: (PROMISING, POTENTIAL, POTENTIAL, LOYAL, CHAMPIONS),
        3: (SLEEPY, SLEEPY, ATTENTION, LOYAL, LOYAL),
        2: (HIBERNATING, HIBERNATING, AT_RISK, AT_RISK, PRECIOUS),
        1: (LOST, LOST, AT_RISK, AT_RISK, PRECIOUS),
    }
)


def name_of(recency: int, worth: int) -> str:
    """Name the segment of a customer.

    Parameters
    ----------
    recency : int
        Score 1 (long ago) to 5 (lately).
    worth : int
        Score 1 (little) to 5 (much) of frequency and money together.

    Returns
    -------
    str
        One of ``NAMES``.

    Examples
    --------
    >>> name_of(5, 5), name_of(1, 5), name_of(1, 1)
    ('champions', 'cant_lose', 'lost')
    """
    return GRID[recency][worth - 1]


def title(name: str) -> str:
    """Write a segment's name for people.

    Parameters
    ----------
    name : str
        One of ``NAMES``; others are returned as they are.

    Returns
    -------
    str
        The name, translated.
    """
    return {
        CHAMPIONS: _("Champions"),
        LOYAL: _("Loyal"),
        POTENTIAL: _("Potential loyalists"),
        NEW: _("New or newly back"),
        PROMISING: _("Promising"),
        ATTENTION: _("Need attention"),
        SLEEPY: _("About to sleep"),
        AT_RISK: _("At risk"),
        PRECIOUS: _("Can’t lose"),
        HIBERNATING: _("Hibernating"),
        LOST: _("Lost"),
    }.get(name, name)


def meaning(name: str) -> str:
    """Say who is in a segment.

    Parameters
    ----------
    name : str
        One of ``NAMES``; others mean nothing here.

    Returns
    -------
    str
        One sentence, translated; empty for other names.
    """
    return {
        CHAMPIONS: _("Bought lately, often and for much."),
        LOYAL: _("Buy often and for much, and not long ago."),
        POTENTIAL: _("Bought lately, and more than once or for more than others."),
        NEW: _("Bought very lately; seldom and for little so far."),
        PROMISING: _("Bought lately; seldom and for little so far."),
        ATTENTION: _("In the middle in everything."),
        SLEEPY: _("Not lately, seldom and for little."),
        AT_RISK: _("Used to buy more than others, but not for long."),
        PRECIOUS: _("Belonged to those who bought most, but have not come for long."),
        HIBERNATING: _("Have not come for long, and bought little."),
        LOST: _("Have been away longest, and bought little."),
    }.get(name, "")
