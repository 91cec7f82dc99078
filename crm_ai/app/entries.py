"""What an entry of the log says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.app.plain import plain
from crm_ai.deployment.registry import Act, PublishingStep, publishing_step
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.deployment.registry import Entry

NAME_WIDTH = 40


def in_words(entry: Entry) -> str:
    """Say what was done.

    Parameters
    ----------
    entry : Entry
        An entry of the log.

    Returns
    -------
    str
        A few words, safe to stand in markdown.
    """
    alias, former = entry.after.partition(" ")[0], entry.before.partition(" v")[2]
    known = {"n": entry.version, "name": plain(entry.model, NAME_WIDTH), "former": former}
    known["batch"] = plain(entry.after, NAME_WIDTH)
    if entry.act == Act.PROMOTE and alias == "challenger":
        return _("Version {n} of “{name}” was put on trial (challenger)").format(**known)
    if entry.act == Act.PROMOTE and former:
        return _("Version {n} of “{name}” was put to work, in the place of version {former}").format(**known)
    if entry.act == Act.STEP_DOWN and entry.before.startswith("challenger"):
        return _("The trial of version {n} of “{name}” was ended").format(**known)
    if entry.act == Act.ROLL_BACK and not former:
        return _("Version {n} of “{name}” was brought back").format(**known)
    if entry.act == Act.PUBLISH:
        step, where = publishing_step(entry)
        return f"{_of_publishing(step).format(**known)}: {plain(where)}"
    words = {
        Act.REGISTER: _("Version {n} of “{name}” was registered"),
        Act.APPROVE: _("Version {n} of “{name}” was approved"),
        Act.REFUSE: _("Version {n} of “{name}” was refused"),
        Act.PROMOTE: _("Version {n} of “{name}” was put to work"),
        Act.ROLL_BACK: _("Version {n} of “{name}” was brought back, in the place of version {former}"),
        Act.STEP_DOWN: _("Version {n} of “{name}” was taken from work"),
        Act.WITHDRAW: _("Version {n} of “{name}” was withdrawn"),
        Act.SET_ASIDE: _("The batch “{batch}” of version {n} of “{name}” was set aside"),
        Act.COUNT_AGAIN: _("The batch “{batch}” of version {n} of “{name}” was let count again"),
    }
    return words[Act(entry.act)].format(**known)


def _of_publishing(step: PublishingStep) -> str:
    return {
        PublishingStep.BEGUN: _("Publishing version {n} of “{name}” was begun"),
        PublishingStep.PUBLISHED: _("Version {n} of “{name}” was published"),
        PublishingStep.REFUSED: _("Version {n} of “{name}” was not published"),
        PublishingStep.UNKNOWN: _("Whether version {n} of “{name}” was published is not known"),
    }[step]
