"""A version and the champion, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import evidence, frame, glossary
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import AgainstChampion, against_champion, compare_with, same_model
from crm_ai.modeling import Task
from crm_ai.words import _, language, percent, sentences

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Registry, Version
    from crm_ai.modeling import Run


def panel(desk: Desk, version: Version) -> None:
    """Draw how a version does beside the champion.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        The version that is looked at.
    """
    champion = desk.champion
    if champion is None:
        return
    if champion.number != version.number:
        st.markdown(sentences((in_words(desk, version, champion), selecting_in_words(version, champion))))
        _picture(version, champion)
        return
    rival = desk.challenger
    if rival is not None:
        on_trial = _("Version {n} is on trial beside it.").format(n=rival.number)
        told = in_words(desk, rival, champion), selecting_in_words(rival, champion)
        st.markdown(sentences((on_trial, *told)))
        _picture(rival, champion)


def in_words(desk: Desk, version: Version, champion: Version) -> str:
    """Say whether a version is better than the champion of today.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        The version.
    champion : Version
        Another one, at work.

    Returns
    -------
    str
        One or two sentences, safe to stand in markdown.
    """
    if same_model(version, champion):
        return _same_in_words(version, champion)
    registered = against_champion(version)
    if registered.champion == champion.number:
        return plain(registered.in_words())
    if desk.run is not None and evidence.at_hand(desk, version):
        with st.spinner(_("Judging both on the same customers …")):
            now = _now(desk.registry, desk.run, version, champion)
        return plain(now.in_words())
    other_way = against_champion(champion)
    if other_way.champion == version.number:
        return _("When version {n} was registered: {outcome}").format(
            n=champion.number, outcome=plain(other_way.in_words())
        )
    return _(
        "It was not compared with version {n}, which was put to work later. Open the table and the run it was made "
        "from to judge both on the same customers."
    ).format(n=champion.number)


def _same_in_words(version: Version, champion: Version) -> str:
    known = {"n": champion.number, "mine": f"{version.threshold:.2f}", "its": f"{champion.threshold:.2f}"}
    if evidence.task(version) is not Task.BINARY:
        return _("It is the same model as the champion, version {n}.").format(**known)
    if version.threshold == champion.threshold:
        return _("It is the same model as the champion, version {n}, with the same threshold, {its}.").format(**known)
    return _(
        "It is the same model as the champion, version {n}: only the threshold differs, {mine} instead of {its}."
    ).format(**known)


def selecting_in_words(version: Version, champion: Version) -> str:
    """Say how many of those who are looked for two versions find, and how many they select, each at its threshold.

    Parameters
    ----------
    version, champion : Version
        A version and the one at work.

    Returns
    -------
    str
        A sentence; empty where nobody is selected by a threshold, or a figure is not known.
    """
    mine, its = version.metrics, champion.metrics
    if not all(name in known and known[name].known for known in (mine, its) for name in ("recall", "selection_rate")):
        return ""
    return _(
        "From a score of {threshold} on, version {n} finds {found} of the customers with the answer and selects "
        "{selected} of all; the champion, from {other_threshold} on, finds {other_found} and selects {other_selected}."
    ).format(
        n=version.number,
        threshold=f"{version.threshold:.2f}",
        found=percent(mine["recall"].value),
        selected=percent(mine["selection_rate"].value),
        other_threshold=f"{champion.threshold:.2f}",
        other_found=percent(its["recall"].value),
        other_selected=percent(its["selection_rate"].value),
    )


def _now(registry: Registry, run: Run, version: Version, champion: Version) -> AgainstChampion:
    try:
        return _difference(registry, run, version, champion, f"{version.digest} {champion.digest}", language())
    except _NotComparableError as error:
        return error.why


class _NotComparableError(Exception):
    """Not to be kept: what stands in the way may be gone a moment later, such as a file that was away."""

    def __init__(self, why: AgainstChampion) -> None:
        super().__init__()
        self.why = why


@st.cache_resource(max_entries=50, show_spinner=False)
def _difference(
    _registry: Registry, _run: Run, _version: Version, _champion: Version, known_by: str, spoken: str
) -> AgainstChampion:
    found = compare_with(_registry, _run, _version.model_type, _champion)
    if found.difference is None:
        raise _NotComparableError(found)
    return found


def _picture(version: Version, champion: Version) -> None:
    """Both figures as they were registered, with their intervals."""
    from crm_ai import charts
    from crm_ai.evaluation import to_frame

    mine, its = evidence.first_figure(version), evidence.first_figure(champion)
    if mine is None or its is None or mine.name != its.name or same_model(version, champion):
        return
    known = {
        _("Version {n}").format(n=version.number): mine,
        _("Version {n} (champion)").format(n=champion.number): its,
    }
    data = to_frame(known.values())
    data.insert(0, "model", list(known))
    frame.chart(charts.comparison.models(known, glossary.term(mine.name).label), data, key="rivals")
    if version.facts["data"]["holdout"] != champion.facts["data"]["holdout"]:
        st.caption(
            _("Each on the customers kept aside when it was trained; these are not the same. The sentence above "
              "compares them on the same customers.")
        )  # fmt: skip
