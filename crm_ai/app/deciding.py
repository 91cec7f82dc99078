"""May it go to work? Five questions, each with the evidence that answers it, and a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import acts, errors, evidence, glossary, meanwhile, moments, rivals, signing_in, state
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import (
    Act,
    Answer,
    Item,
    against_champion,
    approve,
    decisions,
    person_in_words,
    question,
)
from crm_ai.modeling import HEADLINE
from crm_ai.words import _, count, ngettext, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version

NAME_WIDTH, WORDS_WIDTH = 40, 300
YES, NO = "yes", "no"
PAGES = {
    Item.METRICS: "metrics",
    Item.REASONS: "explain",
    Item.FAIRNESS: "fairness",
    Item.DATA_QUALITY: "data",
    Item.LEAKAGE: "data",
}


@errors.fragment
def form(desk: Desk, version: Version) -> None:
    """Draw the questions, and the button that decides.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        The version that is decided about.
    """
    linked = evidence.at_hand(desk, version)
    if not linked:
        st.caption(_("The evidence is as it was when the version was registered."))
    checklist = {item: answer for item in Item if (answer := _ask(desk, version, item, linked=linked)) is not None}
    why = acts.why(acts.draft("decide_why", version), _("Why is it decided so?"))
    refused = any(not answer.ticked for answer in checklist.values())
    if _button(desk, version, refused=refused, complete=len(checklist) == len(Item)):
        with meanwhile.attempt(desk) as shown:
            _decide(desk, shown, why, checklist)


def _ask(desk: Desk, version: Version, item: Item, *, linked: bool) -> Answer | None:
    with st.container(border=True, key=f"ask_{item.name.lower()}"):
        st.markdown(f"**{question(item)}**")
        lines = _evidence(desk, version, item)
        st.markdown("\n".join(f"- {line}" for line in lines) if len(lines) > 1 else "".join(lines))
        if item is Item.FAIRNESS:
            _groups(version)
        with st.container(horizontal=True, vertical_alignment="center"):
            said = st.segmented_control(
                question(item),
                [YES, NO],
                format_func=lambda answer: _("Good enough") if answer == YES else _("Not good enough"),
                key=acts.draft(f"answer_{item.name.lower()}", version),
                persist_state="session",
                label_visibility="collapsed",
            )
            if linked:
                page = PAGES[item]
                st.page_link(
                    f"pages/{page}.py",
                    label=_page_in_words(item),
                    icon=":material/arrow_outward:",
                    query_params=evidence.address(page, version),
                )
        if said is None:
            return None
        if said == YES:
            return Answer(True)
        word = st.text_input(
            _("What is not good enough?"),
            key=acts.draft(f"word_{item.name.lower()}", version),
            max_chars=500,
            persist_state="session",
        )
        return Answer(False, word or "")


def _evidence(desk: Desk, version: Version, item: Item) -> tuple[str, ...]:
    """What answers a question, in lines that are safe to stand in markdown."""
    if item is Item.METRICS:
        return _figures(desk, version)
    if item is Item.REASONS:
        return (evidence.drivers_in_words(version),)
    if item is Item.FAIRNESS:
        return (evidence.fairness_in_words(version),)
    if item is Item.DATA_QUALITY:
        return evidence.data_in_words(version)
    found = evidence.findings_in_words(version, leaks=True)
    return (*(found or (_("No column was found that gives the answer away."),)), evidence.columns_in_words(version))


def _groups(version: Version) -> None:
    told = evidence.verdicts(version)
    if told:
        with st.expander(_("How large are the gaps?"), type="compact", key="ask_groups"):
            st.markdown("\n".join(f"- {line}" for line in told))


def _figures(desk: Desk, version: Version) -> tuple[str, ...]:
    champion = desk.champion
    if state.for_manager():  # the figures stand in the cards above, those of the champion beneath them
        return (_compared(desk, version, champion),)
    known = version.metrics
    named = [metric for metric in HEADLINE[evidence.task(version)] if metric in known]
    told = _("; ").join(f"{glossary.term(metric).label} {glossary.in_words(known[metric])}" for metric in named)
    return told, _compared(desk, version, champion)


def _compared(desk: Desk, version: Version, champion: Version | None) -> str:
    if champion is None:
        return plain(against_champion(version).in_words())
    return rivals.in_words(desk, version, champion)


def _page_in_words(item: Item) -> str:
    return {
        Item.METRICS: _("Look at Metrics"),
        Item.REASONS: _("Look at Explain"),
        Item.FAIRNESS: _("Look at Fairness"),
        Item.DATA_QUALITY: _("Look at Data"),
        Item.LEAKAGE: _("Look at Data"),
    }[item]


def _button(desk: Desk, version: Version, *, refused: bool, complete: bool) -> bool:
    label = _("Refuse version {n}") if refused else _("Approve version {n}")
    told = acts.why_not(desk.person, Act.REFUSE if refused else Act.APPROVE)
    same = desk.registry.four_eyes and desk.person.is_same(version.registered_by)
    if same and not refused and told is None:
        told = _("You have registered this version, so somebody else must approve it: two people must look at it.")
    pressed = st.button(
        label.format(n=version.number),
        key="decide",
        type="primary",
        icon=":material/block:" if refused else ":material/task_alt:",
        disabled=told is not None,
        on_click=acts.remember,
        args=(acts.Press(version, desk.seen, acts.draft("decide_why", version)),),
    )
    if told is not None:
        st.caption(told)
    elif not complete:
        st.caption(_("All five questions must be answered. One “not good enough” refuses the version."))
    return pressed


def _decide(desk: Desk, version: Version, why: str, checklist: dict[Item, Answer]) -> None:
    decided = approve(desk.registry, version, by=signing_in.person(), why=why, checklist=checklist)
    name = plain(version.name, NAME_WIDTH)
    words = (
        _("Version {n} of “{name}” is approved. It can be put to work.")
        if decided.state == "approved"
        else _("Version {n} of “{name}” is refused. It can be decided anew.")
    )
    acts.done(words.format(n=version.number, name=name), of=version)


def say_decisions(desk: Desk, version: Version) -> None:
    """Say what was decided about a version so far.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        The version that is looked at.
    """
    known = decisions(desk.registry, version)[::-1]
    if not known:
        return
    last, *earlier = known
    st.markdown(_in_words(last))
    if earlier and not state.for_manager():
        label = ngettext("{n} earlier decision", "{n} earlier decisions", len(earlier)).format(n=count(len(earlier)))
        with st.expander(label, type="compact", key="earlier_decisions"):
            for decision in earlier:
                st.markdown(_in_words(decision))


def _in_words(decision: Mapping[str, Any]) -> str:
    frame = (
        _(":material/task_alt: Approved by {who} on {day}: “{why}”")
        if decision["granted"]
        else _(":material/block: Refused by {who} on {day}: “{why}”")
    )
    said = frame.format(
        who=plain(person_in_words(decision["by"]), NAME_WIDTH),
        day=moments.day(decision["at"]),
        why=plain(decision["why"], WORDS_WIDTH),
    )
    return sentences((said, not_good_enough(decision["checklist"])))


def not_good_enough(checklist: Mapping[str, Sequence[Any]]) -> str:
    """Say what a decision has found wanting.

    Parameters
    ----------
    checklist : mapping of str to (bool, str)
        By item: whether it was ticked, and the word.

    Returns
    -------
    str
        A sentence, safe to stand in markdown; empty if all was ticked.
    """
    words = [
        _("“{question}” ({word})").format(question=question(Item(item)), word=plain(word, WORDS_WIDTH))
        for item, (ticked, word) in checklist.items()
        if not ticked
    ]
    return _("Not good enough: {words}.").format(words=_("; ").join(words)) if words else ""
