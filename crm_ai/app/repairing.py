"""What is odd about a table, what would mend it, and what that changes: one list in which repairs are switched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import errors, findings, results, speaking, state, store, work
from crm_ai.app.plain import plain
from crm_ai.cleaning import INSTEAD, describe_repair, mended_by, mends, unmended
from crm_ai.deployment import csv_bytes, excel_bytes, parquet_bytes
from crm_ai.table import LABELLED, Finding, Kind, Repair
from crm_ai.words import _, count, ngettext, sentences

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.table import Table

SHOWN = 8
WISH = "repair_wish"
WIDTH = 40
# Other ways to mend the same thing, by the step that is proposed.
OWN = ("fill_median", "fill_most_frequent", "fill_neighbours", "fill_chained", "cap_outliers", "unify_labels",
       "drop_columns", "drop_duplicates")  # fmt: skip


def answer(found: Sequence[Finding], made: Sequence[Repair]) -> str:
    """Whether the table can be trusted, in one sentence.

    Parameters
    ----------
    found : sequence of Finding
        All of them, mended or not.
    made : sequence of Repair
        Repairs that were agreed upon.

    Returns
    -------
    str
        One or two sentences.
    """
    repaired = ngettext("{n} repair is made.", "{n} repairs are made.", len(made)).format(n=count(len(made)))
    return sentences([*([repaired] if made else []), findings.in_a_sentence(unmended(found, made))])


def show(table: Table, found: Sequence[Finding]) -> None:
    """Draw the findings, each with the repair that would mend it; long lists are folded.

    Parameters
    ----------
    table : Table
        Without any repair.
    found : sequence of Finding
        Ranked.
    """
    made = store.repairs_of(state.value("data"))
    for finding in found[:SHOWN]:
        _one(table, finding, made)
    if len(found) > SHOWN:
        with st.expander(_("{n} more").format(n=count(len(found) - SHOWN))):
            for finding in found[SHOWN:]:
                _one(table, finding, made)
    own = [repair for repair in made if not any(mends(repair, finding) for finding in found)]
    _own_repairs(table, own, made)


def _one(table: Table, finding: Finding, made: Sequence[Repair]) -> None:
    with st.container(border=True, gap="xsmall"):
        findings.show_one(finding)
        if finding.repair is not None:
            _switch(table, finding, finding.repair, made)


def _switch(table: Table, finding: Finding, proposed: Repair, made: Sequence[Repair]) -> None:
    chosen = mended_by(finding, made)
    repair = chosen or proposed
    key = _key(finding.column, finding.check, proposed)
    wished = st.session_state.get(WISH) == key
    if not wished:
        # Controls show what was agreed upon: two findings may be mended by one and the same repair.
        st.session_state[f"switch_{key}"] = chosen is not None
    with st.container(horizontal=True, vertical_alignment="center", key=f"repair_{key}"):
        label = _("Repair: {what}").format(what=plain(describe_repair(repair), 90))
        switched = st.toggle(label, key=f"switch_{key}", wrap=True, on_change=_wish, args=(key,))
        _before_and_after(table, repair, key)
        wanted = _method(proposed, repair, key, wished=wished)
    if not wished:
        return
    st.session_state.pop(WISH)
    others = [other for other in made if other is not chosen]
    if switched or (chosen is None and wanted != proposed):  # whoever chooses a way wants the repair
        work.prepare(table.schema, [*others, wanted])
    elif chosen is not None:
        work.prepare(table.schema, others)
    st.rerun()


def _wish(key: str) -> None:
    st.session_state[WISH] = key


def _method(proposed: Repair, repair: Repair, key: str, *, wished: bool) -> Repair:
    options = INSTEAD.get(proposed.step, ())
    if len(options) < 2:
        return repair
    if not wished:
        st.session_state[f"way_{key}"] = repair.step
        st.session_state[f"told_{key}"] = bool(repair.settings.get("indicator"))
    with st.popover(_("Another way"), type="tertiary", key=f"ways_{key}"):
        step = st.radio(
            _("How to fill the missing cells"),
            options,
            format_func=lambda name: describe_repair(Repair(name)),
            key=f"way_{key}",
            on_change=_wish,
            args=(key,),
        )
        told = st.checkbox(
            _("Tell the model where cells were missing"), key=f"told_{key}", on_change=_wish, args=(key,)
        )
    return Repair(step, repair.columns, {"indicator": True} if told else {})


def _before_and_after(table: Table, repair: Repair, key: str) -> None:
    label, icon = _("Before and after"), ":material/compare_arrows:"
    shown = st.popover(label, type="tertiary", icon=icon, key=f"compare_{key}", on_change="rerun")
    if not shown.open:
        return
    with shown, errors.shown_kindly():
        change = results.changes(table, repair)
        words = (
            ngettext("{n} row goes.", "{n} rows go.", change.cells)
            if repair.step == "drop_duplicates"
            else ngettext("{n} cell changes.", "{n} cells change.", change.cells)
        )
        st.markdown(words.format(n=count(change.cells)))
        if change.looked_at < len(table):
            st.caption(_("Counted in a sample of {n} customers.").format(n=count(change.looked_at)))
        if len(change.examples):
            names = {"column": _("Column"), "before": _("Before"), "after": _("After"), "cells": _("Cells")}
            alt = _("Cells before and after the repair")
            st.dataframe(change.examples, hide_index=True, alt=alt, column_config=names)


def _own_repairs(table: Table, own: Sequence[Repair], made: Sequence[Repair]) -> None:
    for repair in own:
        with st.container(horizontal=True, vertical_alignment="center", key=f"own_{_key(repair)}"):
            names = _(", ").join(repair.columns)
            what = plain(describe_repair(repair))
            st.markdown(f":green[:material/build: {_('your repair')}] · **{plain(names, WIDTH)}** · {what}")
            _before_and_after(table, repair, _key(repair))
            if st.button(_("Take back"), key=f"back_{_key(repair)}", type="tertiary", icon=":material/undo:"):
                work.prepare(table.schema, [other for other in made if other is not repair])
                st.rerun()
    with st.expander(_("A repair of your own"), icon=":material/add:"):
        _new_repair(table, made)


def _new_repair(table: Table, made: Sequence[Repair]) -> None:
    step = st.selectbox(_("What shall be done?"), OWN, format_func=_short, key="own_step")
    if step == "drop_duplicates":
        repair: Repair | None = Repair(step)
    else:
        fitting = [c.name for c in table.schema if _fits(step, c.kind)]
        columns = st.multiselect(
            _("In which columns?"), fitting, key=f"own_columns_{step}", max_selections=None, placeholder=_("Choose any")
        )
        repair = _own_settings(table, step, tuple(columns))
    if st.button(_("Make this repair"), key="own_make", disabled=repair is None, icon=":material/build:"):
        assert repair is not None  # the button is off else
        work.prepare(table.schema, [*made, repair])
        st.rerun()


def _own_settings(table: Table, step: str, columns: tuple[str, ...]) -> Repair | None:
    if not columns:
        return None
    if step == "unify_labels":
        labels = sorted({str(label) for name in columns for label in table.frame[name].cat.categories})
        wrong = st.multiselect(_("Which labels mean the same?"), labels, key="own_labels", placeholder=_("Choose any"))
        right = st.selectbox(_("Their one spelling"), wrong or labels, key="own_right")
        settings = {"labels": {label: right for label in wrong if label != right}}
        return Repair(step, columns, settings) if len(wrong) > 1 else None
    if step.startswith("fill_"):
        told = st.checkbox(_("Tell the model where cells were missing"), key="own_told")
        return Repair(step, columns, {"indicator": True} if told else {})
    if step == "cap_outliers":
        share = st.number_input(
            _("Share of the customers on each side, in %"), 0.1, 20.0, 1.0, step=0.1, key="own_share"
        )
        return Repair(step, columns, {"share": round(share / 100, 4)})
    return Repair(step, columns)


def _short(step: str) -> str:
    if step == "unify_labels":
        return _("give labels one spelling")
    if step == "cap_outliers":
        return _("draw extreme values in")
    words = describe_repair(Repair(step))
    return words[:1].upper() + words[1:]


def _fits(step: str, kind: Kind) -> bool:
    if step in ("fill_neighbours", "fill_chained", "cap_outliers"):
        return kind is Kind.NUMBER
    if step == "fill_median":
        return kind in (Kind.NUMBER, Kind.DATE)
    if step in ("fill_most_frequent", "unify_labels"):
        return kind in LABELLED or (step == "fill_most_frequent" and kind in (Kind.NUMBER, Kind.DATE))
    return True


def downloads(table: Table) -> None:
    """Draw the buttons that download the repaired table and its recipe, and the field that takes a recipe.

    Parameters
    ----------
    table : Table
        Without any repair.
    """
    made = store.repairs_of(state.value("data"))
    name = table.source.rsplit(".", 1)[0] or "table"
    formats = {"csv": (csv_bytes, "text/csv"), "parquet": (parquet_bytes, "application/octet-stream"),
               "xlsx": (excel_bytes, "application/octet-stream")}  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for ending, (write, mime) in formats.items():
            st.download_button(
                _("Repaired table ({format})").format(format=ending.upper()),
                partial(_repaired, table, made, write),
                file_name=f"{name}_repaired.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download_{ending}",
            )
        st.download_button(
            _("Recipe (YAML)"),
            speaking.in_this_language(lambda: _recipe_text(table, made)),
            file_name=f"{name}_recipe.yaml",
            mime="application/yaml",
            icon=":material/receipt_long:",
            on_click="ignore",
            key="download_recipe",
            help=_("All repairs with what they have learned, to read and to replay on next month's file."),
        )
    with st.expander(_("Use a recipe that was made before"), icon=":material/upload:"):
        _take_recipe(table)


def _repaired(table: Table, made: tuple[Repair, ...], write: Callable[[pd.DataFrame], bytes]) -> bytes:
    return write(results.cleaned(table, made).frame)


def _recipe_text(table: Table, made: tuple[Repair, ...]) -> bytes:
    from crm_ai.cleaning import recipe_text

    return recipe_text(results.recipe(table, made)).encode()


def _take_recipe(table: Table) -> None:
    from crm_ai.cleaning import read_recipe

    file = st.file_uploader(_("Recipe"), ["yaml", "yml"], key=f"recipe_{st.session_state.get('uploads', 0)}")
    if file is not None:
        with errors.shown_kindly():
            recipe = read_recipe(file.getvalue().decode("utf-8", "replace"), source=file.name)
            work.free_upload()
            work.prepare(table.schema, recipe.repairs)
            st.rerun()


def _key(*what: object) -> str:
    return hashlib.sha256(repr(what).encode("utf-8", "surrogatepass")).hexdigest()[:12]
