"""Versions of a model: register, compare, decide, promote, roll back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import acting, acts, controls, deciding, evidence, moments, registering, rivals, state, version_card
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import person_in_words, standing_in_words
from crm_ai.modeling import Task
from crm_ai.words import _, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version

WORDS_WIDTH = 200


def panel(desk: Desk) -> None:
    """Draw the tab.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    """
    acts.say_done()
    if not (desk.names and state.for_manager()):
        registering.panel(desk)
    versions = desk.versions
    if not versions:
        return
    version = _choose(versions)
    if len(versions) > 1 and not state.for_manager():
        version_card.table(versions)
    st.subheader(_heading(version), anchor=False)
    _say_where_from(version)
    version_card.figures(version, desk.champion)
    rivals.panel(desk, version)
    if state.for_manager() and version.state != "registered":  # else it stands beside the question
        st.markdown(evidence.fairness_in_words(version))
    deciding.say_decisions(desk, version)
    acting.panel(desk, version)
    if not state.for_manager():
        version_card.details(desk, version)


def _choose(versions: Sequence[Version]) -> Version:
    """Let the reader choose a version; at first the one that waits, else the one at work, else the newest."""
    known = {str(version.number): version for version in versions}
    waiting = [number for number, version in known.items() if version.state == "registered"]
    working = [number for number, version in known.items() if "champion" in version.aliases]
    first = next(iter((*waiting, *working, *known)))
    if len(known) == 1:
        return known[first]
    return known[
        controls.choose(
            _("Which version?"),
            "version",
            list(known),
            # What stays as it is: a list whose words change loses what was chosen.
            words=lambda number: _("Version {n}, {model}, {day}").format(
                n=number,
                model=one_line(evidence.model_name(known[number])),
                day=moments.day(known[number].registered_at),
            ),
            default=first,
        )
    ]


def _heading(version: Version) -> str:
    known = {"n": version.number, "standing": standing_in_words(version), "threshold": f"{version.threshold:.2f}"}
    if evidence.task(version) is Task.BINARY:
        return _("Version {n}: {standing}; selects from a score of {threshold} on").format(**known)
    return _("Version {n}: {standing}").format(**known)


def _say_where_from(version: Version) -> None:
    st.markdown(
        _("{model}, registered by {who} on {day}: “{why}”").format(
            model=plain(evidence.model_name(version)),
            who=plain(person_in_words(version.registered_by), 40),
            day=moments.day(version.registered_at),
            why=plain(version.note, WORDS_WIDTH),
        )
    )
