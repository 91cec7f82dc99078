"""Which model new customers are scored with: an approved version, or a model of the run, to try it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import adopting, controls, deployed, state
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import APPROVED
from crm_ai.modeling import Task
from crm_ai.words import _, sentences

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version
    from crm_ai.modeling import Model, Run

RUN = "run"
NAME_WIDTH = 40
_UNFIT_FOR_A_FILE = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """What is scored with.

    Parameters
    ----------
    model : Model
        The model.
    key : str
        Tells it from all others, its threshold included.
    version : Version, optional
        The approved version that it is; none for a model of the run.
    run : Run, optional
        The run that it is a model of; none for a version.
    """

    model: Model
    key: str
    version: Version | None = None
    run: Run | None = None

    @property
    def threshold(self) -> float:
        """Score from which a customer is selected."""
        return threshold_of(self.version)

    @property
    def stem(self) -> str:
        """What files that come from it begin with."""
        return stem_of(self.version, self.model)


def threshold_of(version: Version | None) -> float:
    """Score from which a customer is selected: as it was approved; without approval as the reader moves it.

    Parameters
    ----------
    version : Version, optional
        The version; none for a model of the run.

    Returns
    -------
    float
        In [0, 1].
    """
    return state.threshold() if version is None else version.threshold


def in_words(threshold: float) -> str:
    """Write a threshold.

    Parameters
    ----------
    threshold : float
        In [0, 1].

    Returns
    -------
    str
        With two decimals, or as many as it needs.

    Examples
    --------
    >>> in_words(0.3), in_words(0.345)
    ('0.30', '0.345')
    """
    return f"{threshold:.2f}" if round(threshold, 2) == threshold else f"{threshold:g}"


def stem_of(version: Version | None, model: Model) -> str:
    """What files that come from a model begin with.

    Parameters
    ----------
    version : Version, optional
        The version; none for a model of the run.
    model : Model
        The model.

    Returns
    -------
    str
        Model and version, of letters that any system takes in a file's name.
    """
    said = model.model_type if version is None else f"{version.name}_v{version.number}"
    return _UNFIT_FOR_A_FILE.sub("_", said).strip("_") or "model"


def choose(desk: Desk) -> Scorer | None:
    """Let the reader choose what is scored with, and say what it is.

    Parameters
    ----------
    desk : Desk
        What there is to work with.

    Returns
    -------
    Scorer or None
        None if there is nothing that may score.
    """
    approved = {f"v{version.number}": version for version in _approved(desk)}
    words = {name: _in_words(version) for name, version in approved.items()}
    if desk.run is not None:
        words[RUN] = _("A model of this run, not approved: to try it out")
    if not words:
        st.info(
            _("No version is approved yet, so there is nothing to score with. Approve one, or train a model to try."),
            icon=":material/info:",
        )
        return None
    chosen = next(iter(words))
    if len(words) > 1:
        chosen = controls.choose(
            _("With which model?"), "scorer", list(words), words=words.__getitem__, default=_default(desk)
        )
    if chosen == RUN and desk.run is not None:
        return _of_run(desk.run)
    return _of_version(approved[chosen], named=len(words) > 1)


def _approved(desk: Desk) -> list[Version]:
    """The one at work first, then the one on trial, then the newest."""
    approved = [version for version in desk.versions if version.state == APPROVED]
    return sorted(
        approved, key=lambda version: ("champion" not in version.aliases, "challenger" not in version.aliases)
    )


def _default(desk: Desk) -> str:
    champion = desk.champion
    return RUN if champion is None and desk.run is not None else f"v{champion.number}" if champion else ""


def _in_words(version: Version) -> str:
    words = _("Version {number}, approved")
    if "champion" in version.aliases:
        words = _("Version {number}, at work (champion)")
    elif "challenger" in version.aliases:
        words = _("Version {number}, on trial (challenger)")
    return words.format(number=version.number)


def _of_version(version: Version, *, named: bool) -> Scorer:
    model = deployed.model_of(deployed.registry(), version)
    own = _("“{name}”: {words}.").format(words=_in_words(version), name=plain(version.name, NAME_WIDTH))
    told = [] if named else [own]
    if model.problem.task is Task.BINARY:
        told.append(
            _("Whoever has a score of {threshold} or more is selected: so it was approved, and it is not moved here.")
            .format(threshold=in_words(version.threshold))
        )  # fmt: skip
    if told:
        st.caption(sentences(told))
    adopting.say_caution_of(version.model_type)
    return Scorer(model=model, key=f"{version.artifact} {version.threshold}", version=version)


def _of_run(run: Run) -> Scorer:
    name = controls.choose_model(run)
    model = run.model(name)
    told = [_("Not approved: to try out.")]
    if run.problem.task is Task.BINARY:
        told.append(
            _("Whoever has a score of {threshold} or more is selected, as on the Metrics page.").format(
                threshold=in_words(state.threshold())
            )
        )
    st.caption(sentences(told))
    adopting.say_caution(run, name)
    return Scorer(model=model, key=f"{run.digest} {name} {state.threshold()}", run=run)
