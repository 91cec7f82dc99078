"""What a visitor worked on lately.

The list belongs to whoever has signed in; where nobody does, to a random number in the visitor's browser.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import browser, signing_in, store
from crm_ai.app.workspace import read_json, workspace, write_json
from crm_ai.words import _, ngettext

if TYPE_CHECKING:
    from crm_ai.modeling import Run

MOST_KEPT = 12
_NUMBER = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Recent:
    """One piece of recent work.

    Parameters
    ----------
    data : str
        Reference of the table.
    name : str
        Name of its file.
    customers : int
        How many.
    when : str
        When it was last worked on, ISO 8601.
    mine : bool, default False
        Whether this visitor uploaded it, and so may delete it.
    run : str, default ""
        Digest of the last run.
    question : str, default ""
        What that run predicts, in words.
    """

    data: str
    name: str
    customers: int
    when: str
    mine: bool = False
    run: str = ""
    question: str = ""

    @property
    def key(self) -> str:
        """Name of its buttons."""
        return hashlib.sha256(self.data.encode()).hexdigest()[:12]


def visitor() -> str:
    """Tell who is visiting.

    Returns
    -------
    str
        Whoever has signed in; where nobody does, the number of the browser.
    """
    return signing_in.owner() or browser_number()


def browser_number() -> str:
    """Tell which browser is visiting, whoever sits before it.

    Returns
    -------
    str
        The number that the browser keeps, or a new one for this session.
    """
    return _kept_number() or str(st.session_state.setdefault("visitor", secrets.token_urlsafe(16)))


def greet() -> None:
    """Ask the browser of a new visitor to keep the number."""
    if not _kept_number():
        browser.keep_visitor(browser_number())


def _kept_number() -> str:
    kept = str(st.context.cookies.get(browser.COOKIE, ""))
    return kept if _NUMBER.fullmatch(kept) else ""


def recent(number: str) -> tuple[Recent, ...]:
    """Recent work of a visitor, the latest first.

    Parameters
    ----------
    number : str
        The visitor's number.

    Returns
    -------
    tuple of Recent
        Empty for somebody new.
    """
    return tuple(Recent(**entry) for entry in read_json(_file(number)) or ())


def remember(number: str, work: Recent) -> None:
    """Put a piece of work on top of a visitor's list.

    Parameters
    ----------
    number : str
        The visitor's number.
    work : Recent
        What is worked on; an entry of the same table is replaced, and whose it is stays known.
    """
    base = _base(work)
    known = recent(number)
    mine = work.mine or any(entry.mine for entry in known if _base(entry) == base)
    others = [entry for entry in known if _base(entry) != base]
    kept = [replace(work, mine=mine), *others][:MOST_KEPT]
    write_json(_file(number), [asdict(entry) for entry in kept])


def remember_run(number: str, reference: str, run: Run) -> None:
    """Put a run on top of a visitor's list.

    Parameters
    ----------
    number : str
        The visitor's number.
    reference : str
        Reference of its table.
    run : Run
        The run.
    """
    from crm_ai.modeling import question_in_words

    said = question_in_words(run.problem)
    remember(number, Recent(reference, run.table.source, len(run.table), now(), run=run.digest, question=said))


def forget(number: str, work: Recent) -> None:
    """Take a piece of work off the list, and delete its table if this visitor uploaded it.

    Parameters
    ----------
    number : str
        The visitor's number.
    work : Recent
        An entry of the list.
    """
    kept = [asdict(entry) for entry in recent(number) if _base(entry) != _base(work)]
    write_json(_file(number), kept)
    if work.mine:
        store.delete_table(work.data)


def now() -> str:
    """Tell the time.

    Returns
    -------
    str
        ISO 8601, in UTC.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def ago(when: str) -> str:
    """Say how long ago something was.

    Parameters
    ----------
    when : str
        From ``now``.

    Returns
    -------
    str
        In words.

    Examples
    --------
    >>> ago(now())
    'just now'
    """
    minutes = int((datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    if minutes < 24 * 60:
        return ngettext("{n} hour ago", "{n} hours ago", minutes // 60).format(n=minutes // 60)
    return ngettext("{n} day ago", "{n} days ago", minutes // 1440).format(n=minutes // 1440)


def _base(work: Recent) -> str:
    return work.data.partition("~")[0]


def _file(number: str) -> Path:
    # The number itself is never written down: whoever can read the folder still cannot be that visitor.
    return workspace() / "visitors" / f"{hashlib.sha256(number.encode()).hexdigest()[:40]}.json"
