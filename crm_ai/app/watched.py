"""Which version is watched, and what is known of its weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from crm_ai.app import controls, deployed
from crm_ai.deployment.registry import RegistryStore, batches_of, list_set_aside, registered_on
from crm_ai.deployment.watching import watch
from crm_ai.words import _, day_in_words, one_line, shorten

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Registry, SetAside, Version
    from crm_ai.deployment.watching import Batch, Performance, Profile, Watch
    from crm_ai.modeling import Model

CHAMPION = "champion"
NAME_WIDTH = 40


@dataclass(frozen=True, slots=True)
class Watched:
    """A version at work.

    Parameters
    ----------
    version : Version
        Which one.
    model : Model
        Its model.
    store : RegistryStore
        Where its batches are.
    found : Watch
        What they say.
    joinable : frozenset of str
        Names of the batches that outcomes can join.
    aside : tuple of SetAside
        Batches that do not count.
    """

    version: Version
    model: Model
    store: RegistryStore
    found: Watch
    joinable: frozenset[str]
    aside: tuple[SetAside, ...]

    @property
    def profile(self) -> Profile:
        """What the model's training customers looked like; raises a kind error if it does not remember."""
        from crm_ai.deployment.watching import profile_of

        return profile_of(self.model)

    @property
    def open_to_outcomes(self) -> tuple[Batch, ...]:
        """Batches that outcomes can join, the earliest first."""
        return tuple(batch for batch in self.found.batches if batch.name in self.joinable)

    @property
    def judged(self) -> Performance | None:
        """The latest batch whose outcomes are enough to judge by."""
        known = [one for one in self.found.performances if one.figures]
        return known[-1] if known else None


def choose_version(desk: Desk) -> Version | None:
    """Let the reader choose a version; at first it is the one at work.

    Parameters
    ----------
    desk : Desk
        What there is to work with.

    Returns
    -------
    Version or None
        None if none is registered.
    """
    known, champion = desk.versions, desk.champion
    if not known:
        return None
    by_name = {str(version.number): version for version in known}
    if champion is not None:
        # Not by its number: whoever comes back after another one was promoted looks at that one.
        by_name = {CHAMPION: champion, **{name: v for name, v in by_name.items() if v.number != champion.number}}
    if len(by_name) == 1:
        return next(iter(by_name.values()))
    chosen = controls.choose(
        _("Version"),
        "watched",
        list(by_name),
        words=lambda name: _called(by_name[name], at_work=name == CHAMPION),
        hint=_("Each version has weeks of its own."),
    )
    return by_name[chosen]


def look(registry: Registry, version: Version) -> Watched:
    """Read a version's weeks.

    Parameters
    ----------
    registry : Registry
        Open.
    version : Version
        Which one.

    Returns
    -------
    Watched
        As they are now.
    """
    store, name = RegistryStore(registry), batches_of(version)
    found = watch(
        store.batches(name),
        store.outcomes(name),
        trained=registered_on(version),
        today=date.today(),
        approved=version.facts.get("fairness"),
    )
    model, aside = deployed.model_of(registry, version), list_set_aside(registry, version)
    return Watched(version, model, store, found, store.joinable(name), aside)


def _called(version: Version, *, at_work: bool) -> str:
    if at_work:
        return _("Version {number}, at work").format(number=version.number)
    return _("Version {number}").format(number=version.number)


def batch_called(batch: Batch) -> str:
    """A batch as people call it.

    Parameters
    ----------
    batch : Batch
        The batch.

    Returns
    -------
    str
        Its name and day, as a field's option: not for markdown.
    """
    return f"{called(batch.name)} · {day_in_words(batch.day)}"


def called(name: str) -> str:
    """A name as an option of a field, which is no markdown.

    Parameters
    ----------
    name : str
        Of a batch, a column or a label.

    Returns
    -------
    str
        On one line, cut in the middle if it is long.
    """
    return shorten(one_line(name), NAME_WIDTH)
