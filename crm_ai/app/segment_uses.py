"""Groups put to use elsewhere: saved, and led to the pages that explain and judge a model by them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import errors, judging, segments, state
from crm_ai.app.plain import plain
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.app.segmenting import Grouping
    from crm_ai.segmentation import Segmentation

LONG = 240
PAGES = ("explain", "metrics", "fairness")


def panel(grouping: Grouping) -> None:
    """Draw what saves the groups, and what leads to a model's reasons, metrics and fairness by them.

    Parameters
    ----------
    grouping : Grouping
        The groups.
    """
    if not grouping.of_run or state.for_manager():
        return
    st.subheader(_("See a model through these groups"), anchor=False)
    made = _named(grouping)
    with errors.shown_kindly():
        _save(grouping, made)
        _links(grouping, made)
    if not state.value("run"):
        st.caption(_("There is no model yet: train one, then its reasons, metrics and fairness can be seen by group."))
    _all_saved()


def _all_saved() -> None:
    """All that is saved with the table, whichever way it was made."""
    known = segments.saved()
    if not known:
        return
    with st.expander(_("Saved with this table"), icon=":material/bookmarks:", key="all_saved"):
        for said in known:
            name = str(said["name"])
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{plain(name, segments.LONGEST_NAME)}** · {plain(said['made'], LONG)}", width="stretch")
                st.button(
                    _("Delete"), icon=":material/delete:", type="tertiary", key=f"drop_{segments.mark(name)}",
                    on_click=segments.delete, args=(name,),
                )  # fmt: skip


def _named(grouping: Grouping) -> Segmentation:
    """The groups under the name that they have, or shall have, where they are used."""
    made = grouping.segmentation
    if not made.recipe or made.recipe["by"] == "rules":
        return made
    known = next((said for said in segments.saved() if _same(said["recipe"], made)), None)
    if known is not None:
        return replace(made, name=str(known["name"])).renamed(_names(made, known))
    return made


def _same(recipe: object, made: Segmentation) -> bool:
    import json

    return bool(recipe == json.loads(json.dumps(dict(made.recipe))))


def _names(made: Segmentation, said: segments.Said) -> dict[str, str]:
    return {own: str(one["name"]) for own, one in zip(made.groups, said["groups"], strict=True)}


def _save(grouping: Grouping, made: Segmentation) -> None:
    if not made.recipe or made.recipe["by"] == "rules":
        return
    if segments.is_saved(made):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                _("Saved with the table as “{name}”; choose it wherever segments are chosen.").format(
                    name=plain(made.name, segments.LONGEST_NAME)
                ),
                width="stretch",
            )
            st.button(
                _("Delete"), icon=":material/delete:", type="tertiary", key="forget_groups",
                on_click=segments.delete, args=(made.name,),
            )  # fmt: skip
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            _("Save these groups as"), value=_free(grouping, made), key=f"groups_name_{made.name}_{len(made.groups)}",
            max_chars=segments.LONGEST_NAME,
        )  # fmt: skip
        if st.button(_("Save these groups"), icon=":material/save:", key="save_groups"):
            segments.save(replace(made, name=name.strip()))
            st.rerun()


def _free(grouping: Grouping, made: Segmentation) -> str:
    """A name that nothing else has."""
    base = made.name
    if made.recipe["by"] == "clusters":
        base = _("{k} groups found").format(k=len(made.groups))
    base = base[: segments.LONGEST_NAME - 5]
    taken = {str(said["name"]) for said in segments.saved()} | set(grouping.table.schema.names)
    name, number = base, 2
    while name in taken:
        name, number = f"{base} ({number})", number + 1
    return name


def _links(grouping: Grouping, made: Segmentation) -> None:
    words = {
        "explain": (_("Reasons by group"), ":material/lightbulb:"),
        "metrics": (_("Metrics by group"), ":material/monitoring:"),
        "fairness": (_("Fairness by group"), ":material/balance:"),
    }
    with st.container(horizontal=True):
        for page in PAGES:
            label, icon = words[page]
            if st.button(label, icon=icon, key=f"to_{page}", disabled=not state.value("run")):
                _go(grouping, made, page)


def _go(grouping: Grouping, made: Segmentation, page: str) -> None:
    """Save the groups unless they are, and show the page by them."""
    if made.recipe and not segments.is_saved(made):
        made = replace(made, name=_free(grouping, made))
        segments.save(made)
    state.put("segment", made.name)
    if page == "explain":
        state.put("view", "segments")
        st.session_state["explain_tab"] = _("What moves the model?")
    if page == "metrics":
        judging.open_groups()
    st.switch_page(f"pages/{page}.py", query_params=state.address(page))
