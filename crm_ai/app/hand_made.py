"""Segments made by hand: saved ones to look at, change and delete, and a builder that counts while one writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import conditions, controls, drafts, errors, exporting, segmented, segments, state
from crm_ai.app.plain import plain
from crm_ai.app.segmenting import Grouping
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, ngettext, percent, sentences

if TYPE_CHECKING:
    from crm_ai.app.segments import Said
    from crm_ai.segmentation import Rule, Segmentation
    from crm_ai.table import Table

LONG = 600
NAME_WIDTH = 40
MOST_BLOCKS, MOST_LINES = 8, 12


def panel(table: Table) -> Grouping | None:
    """Draw the saved segments and the builder.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    Grouping or None
        The saved segment that is looked at, against everybody else; None if there is none.
    """
    known, broken = _fitting(table)
    for said, error in broken:
        st.warning(
            _("The saved segment “{name}” does not fit this table any more: {why}").format(
                name=plain(said["name"], NAME_WIDTH), why=plain(error.what)
            ),
            icon=":material/warning:",
        )
        _delete_button(str(said["name"]))
    _list(table, known)
    _builder(table)
    if not known:
        return None
    name = controls.choose(_("Segment to look at"), "rule", list(known))
    made = known[name]
    return Grouping(table, made, _answer(made, len(known)))


def _answer(made: Segmentation, many: int) -> str:
    name, n = made.groups[0], made.sizes[made.groups[0]]
    saved = ngettext("{k} segment made by hand.", "{k} segments made by hand.", many).format(k=count(many))
    told = _("“{name}” holds {n} customers ({share}).")
    share = percent(n / max(len(made), 1))
    return sentences([saved, told.format(name=plain(name, NAME_WIDTH), n=count(n), share=share)])


def _fitting(table: Table) -> tuple[dict[str, Segmentation], list[tuple[Said, CrmAiError]]]:
    """Saved segments of rules, and those that do not fit the table any more."""
    known: dict[str, Segmentation] = {}
    broken = []
    for said in segments.saved():
        if said["recipe"].get("by") != "rules":
            continue
        try:
            known[str(said["name"])] = segments.restored(table, said)
        except CrmAiError as error:
            broken.append((said, error))
    return known, broken


def _list(table: Table, known: dict[str, Segmentation]) -> None:
    from crm_ai.segmentation import rule_from_json, rule_in_words, strange_labels

    for name, made in known.items():
        rule = rule_from_json(made.recipe["rules"][0]["rule"])
        n = made.sizes[made.groups[0]]
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"saved_{segments.mark(name)}"
        ):
            st.markdown(
                f"**{plain(name, NAME_WIDTH)}** · {_('{n} customers').format(n=count(n))} "
                f"({percent(n / max(len(made), 1))}): {plain(rule_in_words(rule), LONG)}",
                width="stretch",
            )
            st.button(
                _("Edit"),
                icon=":material/edit:",
                key=f"edit_{segments.mark(name)}",
                on_click=drafts.edit,
                args=(name, rule),
            )
            _delete_button(name)
        for told in strange_labels(table, rule):
            st.caption(plain(told, LONG))
    if known and not state.for_manager():
        exporting.button(
            _("These rules as a file"),
            lambda: _rules_file(known),
            file_name="segments.json",
            mime="application/json",
            icon=":material/download:",
            key="rules_file",
            hint=_("For the command line: python -m crm_ai segment FILE --by rules --rules segments.json"),
        )


def _rules_file(known: dict[str, Segmentation]) -> bytes:
    rules = {name: made.recipe["rules"][0]["rule"] for name, made in known.items()}
    return json.dumps(rules, ensure_ascii=False, indent=2).encode("utf-8", "surrogatepass")


def _delete_button(name: str) -> None:
    with st.popover(_("Delete"), icon=":material/delete:", type="tertiary", key=f"ask_{segments.mark(name)}"):
        st.markdown(_("Delete “{name}”? Links that show it will not find it any more.").format(name=plain(name, 40)))
        st.button(_("Yes, delete"), key=f"delete_{segments.mark(name)}", on_click=segments.delete, args=(name,))


@errors.fragment
def _builder(table: Table) -> None:
    """Write a rule; how many fulfil it is counted at once."""
    draft = drafts.current()
    title = _("Change “{name}”").format(name=plain(draft.editing, NAME_WIDTH)) if draft.editing else _("New segment")
    with st.expander(title, icon=":material/edit_note:", expanded=bool(draft.editing) or not segments.saved()):
        for place, block in enumerate(draft.blocks):
            if place:
                st.markdown(f"**{_('or')}**")
            with st.container(border=True, key=f"block_{block[0].key}"):
                for line in block:
                    conditions.draw(table, draft, line)
                st.button(
                    _("and …"), icon=":material/add:", key=f"and_{block[0].key}", type="tertiary",
                    on_click=draft.add, args=(place,), disabled=len(block) >= MOST_LINES,
                )  # fmt: skip
        st.button(
            _("or …"), icon=":material/add:", key="or", type="tertiary", on_click=draft.add,
            disabled=len(draft.blocks) >= MOST_BLOCKS,
        )  # fmt: skip
        rule = drafts.rule_of(draft)
        if rule is None:
            missing = [told for block in draft.blocks for line in block if (told := conditions.in_words(table, line))]
            st.caption(sentences(missing))
        _count_and_save(table, draft, rule)


def _count_and_save(table: Table, draft: drafts.Draft, rule: Rule | None) -> None:
    from crm_ai.segmentation import rule_in_words

    n = 0
    if rule is not None:
        n = int(segmented.customers_who(table, rule).sum())
        st.markdown(
            f"**{_('{n} customers ({share})').format(n=count(n), share=percent(n / max(len(table), 1)))}**: "
            f"{plain(rule_in_words(rule), LONG)}"
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"segment_name_{draft.key}"
        if key not in st.session_state:
            st.session_state[key] = draft.name
        draft.name = st.text_input(
            _("Name of the segment"), key=key, max_chars=segments.LONGEST_NAME, persist_state="session"
        ).strip()
        wanted = st.button(
            _("Save"), type="primary", icon=":material/save:", key="save_segment", disabled=rule is None or not n
        )
        st.button(_("Start anew"), icon=":material/undo:", key="draft_anew", on_click=drafts.begin_anew)
    if wanted and rule is not None:
        _save(table, draft, rule)


def _save(table: Table, draft: drafts.Draft, rule: Rule) -> None:
    from crm_ai.segmentation import segment_by_rules

    if not draft.name:
        raise CrmAiError(_("The segment has no name yet."), next_step=_("Write a name, then save it."))
    made = segment_by_rules(table, {draft.name: rule}, name=draft.name, otherwise=_("everybody else"))
    segments.save(made, instead_of=draft.editing)
    state.show("rule", draft.name)
    drafts.begin_anew()
    st.rerun()
