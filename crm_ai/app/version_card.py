"""What is shown of versions: a table of all, and of one its figures, what it is made of, and its files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import cards, evidence, glossary, model_files, moments
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import person_in_words, standing_in_words
from crm_ai.modeling import HEADLINE, Task
from crm_ai.table import Kind
from crm_ai.words import NOTHING, _, count, one_line, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version
    from crm_ai.evaluation import Estimate

NAME_WIDTH, WORDS_WIDTH = 40, 120
ALL_DRIVERS, MOST_COLUMNS = 12, 30


def figures(version: Version, champion: Version | None = None) -> None:
    """Draw the figures that a version was registered with.

    Parameters
    ----------
    version : Version
        The version.
    champion : Version, optional
        Whose figures stand beneath, if it is another one.
    """
    known = version.metrics
    beside = champion.metrics if champion is not None and champion.number != version.number else {}
    named = [metric for metric in HEADLINE[evidence.task(version)] if metric in known]
    cards.show(_with_champion(cards.of_estimate(known[metric]), beside.get(metric)) for metric in named)


def _with_champion(card: cards.Card, its: Estimate | None) -> cards.Card:
    if its is None or not its.known:
        return card
    words = _("champion: {value}").format(value=glossary.term(its.name).show(its.value))
    return replace(card, note=f"{card.note} · {words}")


def table(versions: Sequence[Version]) -> None:
    """Draw all versions in a table.

    Parameters
    ----------
    versions : sequence of Version
        Of one model.
    """
    import pandas as pd

    rows = [
        {
            _("version"): version.number,
            _("stands"): standing_in_words(version),
            _("model"): one_line(evidence.model_name(version)),
            _("key figure"): _key_figure(version),
            _("registered by"): one_line(person_in_words(version.registered_by)),
            _("on"): moments.day(version.registered_at),
            _("why"): shorten(one_line(version.note), WORDS_WIDTH),
        }
        for version in versions
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=_("All versions of the model"))


def _key_figure(version: Version) -> str:
    known = evidence.first_figure(version)
    if known is None:
        return NOTHING
    return f"{glossary.term(known.name).label}: {glossary.in_words(known)}"


def details(desk: Desk, version: Version) -> None:
    """Draw everything else that is known, folded.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        The version.
    """
    with st.expander(_("All that is known of this version"), icon=":material/unfold_more:", key="version_details"):
        model_files.of_version(desk.registry, version, f"version_{version.number}", key="download_version")
        for heading, lines in (
            (_("What drives it"), (evidence.drivers_in_words(version, ALL_DRIVERS),)),
            (_("For whom it is worse"), (evidence.fairness_in_words(version), *evidence.verdicts(version))),
            (
                _("What was found in the data"),
                (*evidence.findings_in_words(version, leaks=True), *evidence.data_in_words(version)),
            ),
            (_("What it is made of"), _made_of(version)),
        ):
            st.markdown(f"**{heading}**\n\n" + "\n".join(f"- {line}" for line in lines))
        with st.expander(_("The model card"), type="compact", key="version_card"):
            st.code(version.card, language=None, wrap_lines=True)


def _made_of(version: Version) -> tuple[str, ...]:
    facts = version.facts
    data, columns = facts["data"], facts["signature"]
    named = _(", ").join(f"{plain(c['name'], NAME_WIDTH)} ({Kind(c['kind']).in_words})" for c in columns[:MOST_COLUMNS])
    more = _(" and {n} more").format(n=count(len(columns) - MOST_COLUMNS)) if len(columns) > MOST_COLUMNS else ""
    said = [
        _("Question: {question}").format(question=plain(facts["question"], WORDS_WIDTH)),
        _("Data: {source}, {trained} customers learned from, {judged} judged on").format(
            source=plain(data["source"], NAME_WIDTH),
            trained=count(data["trained_on"]),
            judged=count(data["judged_on"]),
        ),
        _("Columns it needs: {columns}").format(columns=named + more),
        _("Seal: {digest}…, by which it can be named on the command line").format(digest=version.digest[:12]),
    ]
    if evidence.task(version) is Task.BINARY:
        said.insert(2, _("Threshold: selected from a score of {threshold} on").format(
            threshold=f"{version.threshold:.2f}"
        ))  # fmt: skip
    return tuple(said)
