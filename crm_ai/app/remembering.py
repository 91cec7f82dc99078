"""Remember customers who were just scored: as counts, and if asked for as codes that outcomes can join."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import errors, signing_in
from crm_ai.app.plain import plain
from crm_ai.app.watched import called
from crm_ai.deployment.registry import RegistryStore, batches_of, may_write, remember
from crm_ai.deployment.watching.keys import identifying_columns
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, day_in_words, language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version
    from crm_ai.deployment.watching import Batch
    from crm_ai.modeling import Model, Problem
    from crm_ai.table import Table

SAID = "remembered"
LONGEST_STEM = 120
COUNTS_ONLY = ""


def panel(desk: Desk, version: Version, model: Model, table: Table) -> None:
    """Draw the form.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        That has scored the customers.
    model : Model
        Its model.
    table : Table
        The customers.
    """
    if _say_remembered(version, table):
        return
    with st.expander(_("Remember this batch"), icon=":material/bookmark_add:", key="remember"):
        if model.profile is None:
            st.markdown(
                _("This version was saved before models could be watched. Train it again and register it first.")
            )
            return
        st.markdown(
            _(
                "Kept are counts: how many customers have which label or lie between which numbers, how many got which "
                "score. No customer, and no cell of fewer than five. So it can be told later whether customers change."
            )
        )
        _form(desk, version, model, table)


def _form(desk: Desk, version: Version, model: Model, table: Table) -> None:
    left, right = st.columns([2, 1])
    store = RegistryStore(desk.registry)
    before, taken = store.batches(batches_of(version)), store.names(batches_of(version))
    with left:
        name = st.text_input(
            _("Name of the batch"), _new_name(table, taken), key=f"remember_name_{table.digest}", max_chars=200
        )
    with right:
        day = st.date_input(_("Scored on"), date.today(), max_value=date.today(), key=f"remember_day_{table.digest}")
    key = _key(version, model, table)
    segments = [] if key is None else _segments(version, model, table)
    allowed = may_write(desk.person)
    wanted = _once_more(before, table)
    if not st.button(
        _("Remember it"), icon=":material/bookmark_add:", key="remember_now",
        disabled=not (allowed and wanted),
        help=None if allowed else _("A viewer may look at the weeks, but not add to them."),
    ):  # fmt: skip
        return
    try:
        with st.spinner(_("Counting the customers …")):
            batch = remember(
                desk.registry, version, model, table, name=name, day=day if isinstance(day, date) else date.today(),
                key=key, segments=segments, by=signing_in.person(),
            )  # fmt: skip
    except CrmAiError as error:  # in place, so that what was written stays
        errors.show(error)
        return
    st.session_state[SAID] = (version.digest, table.digest, batch.name, batch.customers)
    st.rerun()


def _key(version: Version, model: Model, table: Table) -> str | None:
    """Column that outcomes can join by: the identifiers, unless somebody wants counts only."""
    from crm_ai.table import Kind

    offered = _offered(table, model.problem, table.digest, version.digest, language())
    sure = [name for name in offered if table.schema[name].kind is Kind.IDENTIFIER]
    options = [COUNTS_ONLY, *offered]
    key = st.selectbox(
        _("Shall outcomes be joined later?"),
        options,
        index=options.index(sure[0]) if len(sure) == 1 else 0,
        format_func=lambda column: (
            _("no: keep counts only") if column == COUNTS_ONLY else _("yes, by {column}").format(column=called(column))
        ),
        key=f"remember_key_{table.digest}",
        help=_(
            "Then a code is kept for each customer, with the score. Nobody can read an identifier from it; whoever has "
            "the secret of this workspace can check a guess. The identifiers themselves are not kept."
        ),
    )
    if key != COUNTS_ONLY:
        st.caption(_("Kept of each customer: a code that nobody can read, and the score. Not the identifier."))
    elif offered:
        st.caption(_("Nobody will be able to tell how good these scores turned out to be: outcomes cannot join."))
    else:
        st.caption(_("No column tells these customers apart, so outcomes cannot join."))
    return None if key == COUNTS_ONLY else key


@st.cache_data(max_entries=4, show_spinner=False, scope="session")
def _offered(_table: Table, _problem: Problem, digest: str, version: str, spoken: str) -> tuple[str, ...]:
    return identifying_columns(_table, _problem)


def _once_more(before: Sequence[Batch], table: Table) -> bool:
    """Whether the customers are new, or somebody wants to remember them again."""
    same = [batch for batch in before if batch.source == table.digest]
    if not same:
        return True
    st.warning(
        _("These customers were remembered as “{name}”, scored on {day}.").format(
            name=plain(same[-1].name, 60), day=day_in_words(same[-1].day)
        ),
        icon=":material/content_copy:",
    )
    return st.checkbox(_("Remember them once more"), key=f"remember_again_{table.digest}")


def _segments(version: Version, model: Model, table: Table) -> list[str]:
    from crm_ai.table import Kind

    groups = [column.name for column in table.schema if column.kind in (Kind.CATEGORY, Kind.BOOLEAN)]
    asked = [name for name in model.problem.segments if name in table.schema]
    offered = list(dict.fromkeys([*asked, *groups]))
    return list(
        st.multiselect(
            _("Whom to compare once outcomes are there"), offered, default=asked, format_func=called,
            key=f"remember_segments_{version.digest}",
            help=_("How good scores were is then told for each group of these columns."),
        )
    )  # fmt: skip


def _new_name(table: Table, taken: frozenset[str]) -> str:
    stem = f"{PurePath(table.source).stem[:LONGEST_STEM]} {date.today().isoformat()}".strip()
    stem = "".join(letter if letter.isprintable() else " " for letter in stem)
    names = (stem if turn == 1 else f"{stem} ({turn})" for turn in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _say_remembered(version: Version, table: Table) -> bool:
    digest, customers, name, n = st.session_state.get(SAID, ("", "", "", 0))
    if (digest, customers) != (version.digest, table.digest):
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(
            _("“{name}” is remembered: {n} customers, as counts.").format(name=plain(name, 60), n=count(n)),
            icon=":material/bookmark_added:",
        )
        st.button(_("See how it is doing"), icon=":material/monitoring:", key="remembered_see", on_click=_go_there)
    return True


def _go_there() -> None:
    from crm_ai.app import speaking

    speaking.begin()
    st.session_state["deploy_tab"] = _("How is it doing?")
