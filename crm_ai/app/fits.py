"""What does not fit, told before anybody is scored, and columns that are called otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app.plain import plain
from crm_ai.deployment import Trouble
from crm_ai.words import _, count, language, ngettext, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_ai.app.scorers import Scorer
    from crm_ai.deployment import ColumnFit, Fit
    from crm_ai.table import Table

NAMES = "incoming_renamed"
NAME_WIDTH = 40
MOST_ASKED = 12
MOST_SHOWN = 25
NAMES_SHOWN = 12


def fitted(scorer: Scorer, table: Table) -> tuple[Table, dict[str, str]] | None:
    """Say how customers fit, and let the reader say which column is which.

    Parameters
    ----------
    scorer : Scorer
        What they are scored with.
    table : Table
        The customers.

    Returns
    -------
    table : Table
        With the names that the model knows. Together with `names`; None instead of both if it cannot be scored.
    names : dict of str to str
        By column of the file what the model calls it.
    """
    names = _said_names(scorer, table)
    known = table.renamed(names) if names else table
    with st.spinner(_("Looking at the new customers …")):
        fit = _fit(scorer, known, scorer.key, known.digest, language())
    _say(fit)
    if names:
        _say_names(names)
    if not fit.can_be_scored:
        _ask_names(scorer, fit, table)
    _columns(fit, table)
    return (known, names) if fit.can_be_scored and fit.rows else None


@st.cache_resource(max_entries=4, show_spinner=False, scope="session")
def _fit(_scorer: Scorer, _table: Table, key: str, digest: str, spoken: str) -> Fit:
    from crm_ai.deployment import check_fit
    from crm_ai.table import FrameStream

    return check_fit(_scorer.model, FrameStream(_table))


def _say(fit: Fit) -> None:
    said = plain(fit.verdict)
    if not fit.rows:
        st.warning(_("There is no customer in it."), icon=":material/warning:")
    elif not fit.can_be_scored:
        st.error(said, icon=":material/error:")
    elif fit.is_clean:
        st.success(said, icon=":material/check_circle:")
    else:
        st.warning(said, icon=":material/warning:")


def _columns(fit: Fit, table: Table) -> None:
    title = _("Column by column: what fits, what does not")
    with st.expander(title, icon=":material/view_column:", expanded=fit.can_be_scored and not fit.is_clean):
        told = [one for one in fit.columns if one.trouble is not Trouble.NONE]
        if told:
            _table(told[:MOST_SHOWN])
        if len(told) > MOST_SHOWN:
            st.caption(_("and {n} more").format(n=count(len(told) - MOST_SHOWN)))
        fitting = [one.column for one in fit.columns if one.trouble is Trouble.NONE]
        if fitting:
            st.caption(plain(_("These fit: {names}.").format(names=_listed(fitting))))
        if fit.others:
            words = _("The model does not look at these; they stay beside the scores: {names}.")
            st.caption(plain(words.format(names=_listed(fit.others))))
        if fit.answered:
            words = _("“{column}”, which the model predicts, is there; it is not looked at when customers are scored.")
            st.caption(plain(words.format(column=shorten(fit.answered, NAME_WIDTH))))
        for note in (*table.reading.notes, *fit.notes):
            st.caption(plain(note))


def _table(columns: Sequence[ColumnFit]) -> None:
    """Written out, not to be scrolled: its sentences are read."""
    rows = {
        _("Column"): [plain(one.column, NAME_WIDTH) for one in columns],
        _("Does it fit?"): [_in_words(one.trouble) for one in columns],
        _("What is to be known"): [plain(one.what) for one in columns],
    }
    st.table(rows, alt=_("Columns that do not fit as they are"), hide_index=True)


def _listed(names: Sequence[str]) -> str:
    shown = [shorten(name, NAME_WIDTH) for name in names[:NAMES_SHOWN]]
    more = len(names) - len(shown)
    if more:
        shown.append(ngettext("{n} more", "{n} more", more).format(n=count(more)))
    return _(", ").join(shown)


def _in_words(trouble: Trouble) -> str:
    mark = {Trouble.NONE: "✓", Trouble.OTHER_KIND: "✓", Trouble.MISSING: "✕"}.get(trouble, "!")
    return f"{mark} {trouble.in_words}"


def _said_names(scorer: Scorer, table: Table) -> dict[str, str]:
    """What the reader has said, of this file or of one before it, as far as this one and the model ask for it."""
    said: dict[str, str] = st.session_state.get(NAMES, {})
    return {
        own: name
        for own, name in said.items()
        if own in table.schema and name in scorer.model.schema and name not in table.schema
    }


def _say_names(names: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        told = [f"“{shorten(own, NAME_WIDTH)}” → “{shorten(name, NAME_WIDTH)}”" for own, name in names.items()]
        st.markdown(plain(_("Taken for each other, as you said: {names}.").format(names=_(", ").join(told))))
        st.button(
            _("Undo"), icon=":material/undo:", type="tertiary", key="incoming_undo",
            on_click=lambda: st.session_state.pop(NAMES, None),
        )  # fmt: skip


def _ask_names(scorer: Scorer, fit: Fit, table: Table) -> None:
    offered = [*fit.others, *([fit.answered] if fit.answered else [])]
    if len(fit.missing) == len(fit.columns) or not offered:
        st.markdown(
            _("Is this the right file? Add the columns to it, named as the model names them, and bring it again.")
        )
    if not offered:
        return
    proposed = _proposed(scorer, fit, table)
    asked = sorted(fit.missing, key=lambda name: name not in proposed)[:MOST_ASKED]
    with st.form("incoming_names", border=True):
        st.markdown(_("**Is a column there under another name?** Then say which one it is."))
        chosen = {
            name: st.selectbox(
                _("“{column}” is called …").format(column=plain(name, NAME_WIDTH)),
                offered,
                index=offered.index(proposed[name]) if name in proposed else None,
                placeholder=_("it is not in this file"),
                format_func=lambda own: shorten(own, NAME_WIDTH),
                key=f"incoming_name_{table.digest}_{name}",
            )
            for name in asked
        }
        if len(fit.missing) > len(asked):
            st.caption(_("and {n} more").format(n=count(len(fit.missing) - len(asked))))
        st.caption(_("A column that is nowhere in it: add it and bring the file again, or train a model without it."))
        if st.form_submit_button(_("Take these columns"), type="primary", key="incoming_take"):
            _take_names(chosen)


def _proposed(scorer: Scorer, fit: Fit, table: Table) -> dict[str, str]:
    """By the names, and where these say nothing by the labels."""
    from crm_ai.deployment import propose_by_labels, propose_columns

    named = propose_columns(fit.missing, fit.others)
    missing = [name for name in fit.missing if name not in named]
    others = [name for name in fit.others if name not in named.values()]
    return named | propose_by_labels(scorer.model, table, missing, others)


def _take_names(chosen: dict[str, str | None]) -> None:
    taken = [own for own in chosen.values() if own is not None]
    if len(set(taken)) < len(taken):
        st.error(_("One column cannot stand for two. Choose another one."), icon=":material/error:")
        return
    if not taken:
        return
    said = {own: name for name, own in chosen.items() if own is not None}
    before = {own: name for own, name in st.session_state.get(NAMES, {}).items() if name not in said.values()}
    st.session_state[NAMES] = before | said
    st.rerun()
