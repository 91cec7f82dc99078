"""What the Deploy page works with: the registry, who is looking, which model, and the run at hand."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import controls, evidence, moments, state
from crm_ai.app.plain import plain
from crm_ai.app.workspace import workspace
from crm_ai.deployment.registry import (
    at_work_since,
    current_version,
    find_version,
    list_names,
    list_versions,
    open_registry,
    open_version,
    read_log,
)
from crm_ai.words import _, count, language, one_line, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_ai.deployment.registry import Person, Registry, Version
    from crm_ai.modeling import Model, Run

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
    seen : int, default 0
        Number of its last entry in the log as the page is drawn.
    """

    registry: Registry
    person: Person
    run: Run | None
    names: tuple[str, ...]
    name: str = ""
    seen: int = 0

    @property
    def versions(self) -> tuple[Version, ...]:
        """Versions of the model that is looked at, the newest first."""
        return list_versions(self.registry, self.name) if self.name else ()

    @property
    def champion(self) -> Version | None:
        """The one at work."""
        return self._held("champion")

    @property
    def challenger(self) -> Version | None:
        """The one on trial."""
        return self._held("challenger")

    def _held(self, alias: str) -> Version | None:
        number = current_version(self.registry, self.name, alias=alias) if self.name else None
        return None if number is None else find_version(self.registry, self.name, number)


@st.cache_resource(show_spinner=False)
def _registries() -> dict[tuple[str, ...], Registry]:
    return {}


def registry() -> Registry:
    """The registry, opened once.

    Returns
    -------
    Registry
        Ready to use.
    """
    place = (str(workspace()), *(os.environ.get(name, "") for name in _WHERE))
    shelf = _registries()
    if place not in shelf:
        shelf[place] = open_registry()
    return shelf[place]


def model_of(registry: Registry, version: Version) -> Model:
    """Open a version's model, once.

    Parameters
    ----------
    registry : Registry
        Open.
    version : Version
        Which one.

    Returns
    -------
    Model
        The model.
    """
    return _opened(registry, version, version.artifact, str(workspace()), language())


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(_registry: Registry, _version: Version, artifact: str, place: str, spoken: str) -> Model:
    return open_version(_registry, _version)


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
    names = list_names(opened)
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
    _say_unknown_model(desk)
    if not desk.names:
        return desk
    name = desk.names[0]
    if len(desk.names) > 1:
        shown = {name: shorten(one_line(name), NAME_WIDTH) for name in desk.names}
        name = controls.choose(_("Model"), "registered", desk.names, words=shown.__getitem__)
    _say_unknown_version(desk, name)
    done = read_log(desk.registry, name)
    return replace(desk, name=name, seen=done[-1].number if done else 0)


def _say_unknown_model(desk: Desk) -> None:
    """Say that a link asks for a model that is not registered, and correct the address."""
    asked = state.value("registered")
    if not asked or asked in desk.names:
        return
    state.put("registered", desk.names[0] if desk.names else "")
    state.tell()
    _say_unknown(_("The link asks for “{name}”, which is not registered here.").format(name=plain(asked, NAME_WIDTH)))


def _say_unknown_version(desk: Desk, name: str) -> None:
    """Say that a link asks for a version that there is not, and correct the address."""
    asked = state.value("version")
    if not asked or asked in {str(version.number) for version in list_versions(desk.registry, name)}:
        return
    del state.view()["version"]
    state.tell()
    _say_unknown(
        _("The link asks for version {n} of “{name}”, which is not registered here.").format(
            n=asked, name=plain(name, NAME_WIDTH)
        )
    )


def _say_unknown(words: str) -> None:
    st.warning(words, icon=":material/link_off:")


def in_a_sentence(desk: Desk) -> str:
    """The page's answer.

    Parameters
    ----------
    desk : Desk
        The desk.

    Returns
    -------
    str
        Which version is at work since when, what waits to be decided, and what speaks for and against it.
    """
    if not desk.name:
        return _("Nothing is registered yet: register a model, approve it, and put it to work.")
    versions, name = desk.versions, plain(desk.name, NAME_WIDTH)
    working = _working(desk, versions, name)
    waiting = [version for version in versions if version.state == "registered"]
    if not waiting:
        return _("{working}.").format(working=working)
    known = {"n": waiting[0].number, "count": count(len(waiting)), "evidence": evidence.in_short(waiting[0])}
    words = (
        _("version {n} waits to be decided: {evidence}")
        if len(waiting) == 1
        else _("{count} versions wait to be decided, the newest is version {n}: {evidence}")
    )
    return _("{working}; {waiting}.").format(working=working, waiting=words.format(**known))


def _working(desk: Desk, versions: Sequence[Version], name: str) -> str:
    """Which version is at work since when, or could be."""
    champion = next((version for version in versions if "champion" in version.aliases), None)
    if champion is not None:
        since = moments.day(at_work_since(desk.registry, desk.name))
        words = _("Version {number} of “{name}” has been at work since {since}")
        return words.format(number=champion.number, name=name, since=since)
    approved = next((version for version in versions if version.state == "approved"), None)
    if approved is not None:
        return _("No version of “{name}” is at work; version {number} is approved and can be put to work").format(
            number=approved.number, name=name
        )
    return _("No version of “{name}” is at work").format(name=name)
