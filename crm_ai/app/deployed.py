"""What the Deploy page works with: the registry, who is looking, which model, and the run at hand."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls, state
from crm_ai.app.plain import plain
from crm_ai.app.workspace import workspace
from crm_ai.deployment.registry import current_version, find_version, list_versions, open_registry
from crm_ai.words import _, ngettext, shorten

if TYPE_CHECKING:
    from crm_ai.deployment.registry import Person, Registry, Version
    from crm_ai.modeling import Run

NAME_WIDTH = 40
_WHERE = ("CRM_AI_REGISTRY_URL", "CRM_AI_REGISTRY_ARTIFACTS", "CRM_AI_FOUR_EYES")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lies on the desk of whoever looks at the page.

    Parameters
    ----------
    registry : Registry
        Open.
    person : Person
        Who looks.
    run : Run, optional
        The run that is looked at; none for somebody who only came to decide.
    names : tuple of str
        Models that are registered.
    name : str, default ""
        The one that is looked at; empty if none is registered.
    """

    registry: Registry
    person: Person
    run: Run | None
    names: tuple[str, ...]
    name: str = ""

    @property
    def versions(self) -> tuple[Version, ...]:
        """Versions of the model that is looked at, the newest first."""
        return list_versions(self.registry, self.name) if self.name else ()

    @property
    def champion(self) -> Version | None:
        """The one at work."""
        number = current_version(self.registry, self.name) if self.name else None
        return None if number is None else find_version(self.registry, self.name, number)


@st.cache_resource(max_entries=4, show_spinner=False)
def _registry(place: str, where: tuple[str, ...]) -> Registry:
    return open_registry()


def registry() -> Registry:
    """The registry, opened once.

    Returns
    -------
    Registry
        Ready to use.
    """
    return _registry(str(workspace()), tuple(os.environ.get(name, "") for name in _WHERE))


def require_desk(promise: str, person: Person) -> Desk:
    """What there is to work with; without a run and without registered models the page kindly says what is missing.

    Parameters
    ----------
    promise : str
        What the page will show, in one sentence.
    person : Person
        Who looks.

    Returns
    -------
    Desk
        With no model chosen yet.
    """
    opened = registry()
    names = tuple(dict.fromkeys(version.name for version in list_versions(opened)))
    run = state.run() if names else state.require_run(promise)
    return Desk(registry=opened, person=person, run=run, names=names)


def choose(desk: Desk) -> Desk:
    """Let the reader choose one of the registered models.

    Parameters
    ----------
    desk : Desk
        The desk.

    Returns
    -------
    Desk
        With the model that is looked at.
    """
    if not desk.names:
        return desk
    if len(desk.names) == 1:
        return replace(desk, name=desk.names[0])
    shown = {name: shorten(name, NAME_WIDTH) for name in desk.names}
    return replace(desk, name=controls.choose(_("Model"), "registered", desk.names, words=shown.__getitem__))


def in_a_sentence(desk: Desk) -> str:
    """The page's answer.

    Parameters
    ----------
    desk : Desk
        The desk.

    Returns
    -------
    str
        Which version is at work since when, and what waits to be decided.
    """
    if not desk.name:
        return _("Nothing is registered yet: register a model, approve it, and put it to work.")
    known, name = desk.champion, plain(desk.name, NAME_WIDTH)
    waiting = sum(version.state == "registered" for version in desk.versions)
    said = (
        _("No version of “{name}” is at work.").format(name=name)
        if known is None
        else _("Version {number} of “{name}” is at work.").format(number=known.number, name=name)
    )
    if not waiting:
        return said
    return f"{said} " + ngettext(
        "{n} version waits to be decided.", "{n} versions wait to be decided.", waiting
    ).format(n=waiting)
