"""Personal data: what was found, what shall be done with it, and who could still be recognised."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import errors, frame, results, work
from crm_ai.app.plain import plain
from crm_ai.personal_data import (
    Protection,
    anonymity,
    new_key,
    quasi_identifiers,
    words_for,
    words_for_protection,
)
from crm_ai.words import _, count, ngettext, percent, sentences

if TYPE_CHECKING:
    from crm_ai.personal_data import Anonymity, Detected
    from crm_ai.table import Table

WIDTH = 40
KEY_VARIABLE = "CRM_AI_PSEUDONYM_KEY"
MOST_QUASI_IDENTIFIERS = 8


def ask(waiting: work.Pending) -> bool:
    """Ask what shall be done with personal data before a table is kept or shown.

    Parameters
    ----------
    waiting : Pending
        The table.

    Returns
    -------
    bool
        Whether it was decided, and the table can be worked on.
    """
    columns = list(dict.fromkeys(found.column for found in waiting.found))
    st.subheader(_("Before anything is kept: this file tells who people are"), anchor=False)
    sentence = ngettext(
        "{k} of {n} columns of {file} holds personal data. Decide what shall be done; nothing has been saved yet.",
        "{k} of {n} columns of {file} hold personal data. Decide what shall be done; nothing has been saved yet.",
        len(columns),
    )
    st.markdown(
        sentence.format(k=len(columns), n=len(waiting.table.schema), file=f"**{plain(waiting.table.source, 60)}**")
    )
    choices = _choices(waiting.found, key="pending")
    key = _pseudonym_key(choices, key="pending")
    with st.container(horizontal=True):
        if st.button(_("Protect and go on"), type="primary", icon=":material/shield_person:", key="protect"):
            with errors.shown_kindly():
                work.decide(choices, key)
                return True
        if st.button(_("Keep everything as it is"), key="keep_personal"):
            work.decide({}, None)
            return True
        if st.button(_("Throw the file away"), type="tertiary", key="discard", on_click=work.discard):
            st.rerun()
    return False


def show(table: Table) -> None:
    """Draw the personal data that a table still holds, what can be done with it, and who could be recognised.

    Parameters
    ----------
    table : Table
        The customers.
    """
    found = results.personal_data(table)
    if found:
        st.markdown(_("These columns tell who somebody is. A protected copy takes the place of this table."))
        choices = _choices(found, key="later")
        key = _pseudonym_key(choices, key="later")
        if st.button(_("Make a protected copy"), type="primary", icon=":material/shield_person:", key="protect_later"):
            with errors.shown_kindly():
                work.replace_protected(table, choices, key)
                st.rerun()
    else:
        st.markdown(_("No names, addresses, numbers of telephones, cards or identity papers were found."))
    st.caption(_("Detection looks at column names and at up to 2,000 different cells of each column; it can be wrong."))
    st.divider()
    _recognisable(table)


def _choices(found: Sequence[Detected], *, key: str) -> dict[str, Protection]:
    chosen: dict[str, Protection] = {}
    for column in dict.fromkeys(entry.column for entry in found):
        entries = [entry for entry in found if entry.column == column]
        kinds = _(", ").join(dict.fromkeys(words_for(entry.what) for entry in entries))
        with st.container(border=True, key=f"personal_{key}_{len(chosen)}"):
            told = sentences(entry.evidence for entry in entries)
            st.markdown(f"**{plain(column, WIDTH)}** · {plain(kinds)}  \n{plain(told)}")
            options = list(Protection)
            said = st.selectbox(
                _("What shall be done with “{column}”?").format(column=plain(column, WIDTH)),
                options,
                index=options.index(entries[0].proposal),
                format_func=_protection_in_words,
                key=f"protection_{key}_{len(chosen)}",
                label_visibility="collapsed",
            )
            st.caption(words_for_protection(said))
        chosen[column] = said
    return chosen


def _protection_in_words(protection: Protection) -> str:
    return {
        Protection.KEEP: _("Keep as it is"),
        Protection.MASK: _("Mask"),
        Protection.PSEUDONYMISE: _("Pseudonymise"),
        Protection.GENERALISE: _("Generalise"),
        Protection.DROP: _("Leave out"),
    }[protection]


def _pseudonym_key(choices: dict[str, Protection], *, key: str) -> bytes | None:
    """The key for pseudonyms: of this server, the user's own, or a new one that is forgotten at once."""
    if Protection.PSEUDONYMISE not in choices.values():
        return None
    known = os.environ.get(KEY_VARIABLE, "")
    if known:
        st.caption(_("Pseudonyms are made with the key of this server."))
        return known.encode()
    said = st.text_input(
        _("Key for pseudonyms"),
        type="password",
        key=f"pseudonym_key_{key}",
        help=_(
            "At least 16 characters. The same key gives the same codes in the next file. It is not stored: keep it."
        ),
    )
    if not said:
        st.caption(_("Without a key of yours, codes are made with a new one that is forgotten at once."))
    return said.encode() if said else new_key()


def _recognisable(table: Table) -> None:
    st.markdown(f"**{_('Who could be recognised by what others know?')}**")
    proposed = list(quasi_identifiers(table))
    fitting = [column.name for column in table.schema]
    chosen = st.multiselect(
        _("What others may know of a customer"),
        fitting,
        default=proposed[:MOST_QUASI_IDENTIFIERS],
        key=f"quasi_{table.digest[:8]}",
        max_selections=MOST_QUASI_IDENTIFIERS,
        help=_("Quasi-identifiers: none of them names a person, together they may."),
        placeholder=_("Choose any"),
    )
    if not chosen:
        st.caption(_("Choose columns such as age, sex and postcode."))
        return
    with st.container(horizontal=True):
        wanted = st.number_input(_("Customers that should be alike (k)"), 2, 100, 5, key="wanted_k")
        secret = st.selectbox(
            _("What must not be told (l-diversity)"),
            ["", *[name for name in fitting if name not in chosen]],
            format_func=lambda name: name or _("nothing in particular"),
            key=f"secret_{table.digest[:8]}",
        )
    with st.spinner(_("Counting who is like whom …")):
        found = anonymity(table, chosen, sensitive=secret or None, k=int(wanted))
    _show_anonymity(table, found, int(wanted), secret)


def _show_anonymity(table: Table, found: Anonymity, wanted: int, secret: str) -> None:
    n = len(found.rows_at_risk)
    told = ngettext(
        "{n} customer ({share}) shares these columns with fewer than {k} others; the smallest group has {least}.",
        "{n} customers ({share}) share these columns with fewer than {k} others; the smallest group has {least}.",
        n,
    ).format(n=count(n), share=percent(n / max(len(table), 1), 1), k=wanted - 1, least=count(found.k))
    if n == 0:
        told = _("Every customer shares these columns with at least {k} others.").format(k=count(found.k - 1))
    st.markdown(told)
    if secret and found.l is not None:
        st.markdown(
            _("In the least varied group there are {l} different values of “{secret}”.").format(
                l=count(found.l), secret=plain(secret, WIDTH)
            )
        )
    if n:
        with st.expander(_("The smallest groups"), type="compact"):
            frame.rows(found.to_frame(), alt=_("The smallest groups of alike customers"))
        st.caption(_("Make ages or postcodes coarser, or leave a column out, until no group is too small."))
