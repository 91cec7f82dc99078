"""What is known of a version: figures, what drives it, fairness, data, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import cards, glossary, moments, speaking, state
from crm_ai.app.plain import plain
from crm_ai.deployment.registry import standing_in_words
from crm_ai.modeling import HEADLINE, Task, model_type_of, problem_from_json
from crm_ai.table import Kind, Severity, check_in_words
from crm_ai.words import NOTHING, _, count, one_line, percent, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version
    from crm_ai.evaluation import Estimate

NAME_WIDTH, WORDS_WIDTH = 40, 120
MOST_DRIVERS, MOST_FINDINGS, MOST_COLUMNS = 5, 6, 30


def task(version: Version) -> Task:
    """What kind of answer a version gives.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    Task
        Of the question it was trained for.
    """
    return Task(version.facts["problem"]["task"])


def model_name(version: Version) -> str:
    """What a version's model is called.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    str
        In the reader's language; by its own name if this app does not know it.
    """
    try:
        return model_type_of(version.model_type).name
    except KeyError:
        return version.model_type


def first_figure(version: Version) -> Estimate | None:
    """The figure that tells most about a version.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    Estimate or None
        ROC AUC, accuracy or R²; None if it was not registered with it.
    """
    return version.metrics.get(HEADLINE[task(version)][0])


def figures(version: Version) -> None:
    """Draw the figures that a version was registered with.

    Parameters
    ----------
    version : Version
        The version.
    """
    cards.of_metrics(version.metrics, HEADLINE[task(version)])


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
            _("model"): one_line(model_name(version)),
            _("key figure"): _key_figure(version),
            _("registered by"): one_line(version.registered_by),
            _("on"): moments.day(version.registered_at),
            _("why"): shorten(one_line(version.note), WORDS_WIDTH),
        }
        for version in versions
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=_("All versions of the model"))


def _key_figure(version: Version) -> str:
    known = first_figure(version)
    if known is None:
        return NOTHING
    return f"{glossary.term(known.name).label}: {glossary.in_words(known)}"


def drivers_in_words(version: Version, most: int = MOST_DRIVERS) -> str:
    """What moves a version's scores most.

    Parameters
    ----------
    version : Version
        The version.
    most : int, default 5
        Columns that are named.

    Returns
    -------
    str
        Columns with their shares in all that moves it, safe to stand in markdown.
    """
    known = [(str(name), float(size or 0.0)) for name, size in version.facts["drivers"]]
    whole = sum(size for _name, size in known)
    if not whole > 0:
        return _("Nothing moves it: it says the same of everybody.")
    named = _(", ").join(f"{plain(name, NAME_WIDTH)} {percent(size / whole)}" for name, size in known[:most])
    more = len(known) - most
    rest = _(" and {n} more").format(n=count(more)) if more > 0 else ""
    return _("Shares in what moves it: {columns}.").format(columns=named + rest)


def verdicts(version: Version) -> tuple[str, ...]:
    """What was found by each segment.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    tuple of str
        A sentence a segment, as it was registered, safe to stand in markdown.
    """
    found = version.facts["fairness"]
    if not found:
        return (_("No segments were chosen at training, so nobody has looked whether groups are treated alike."),)
    return tuple(plain(said["verdict"]) for said in found.values())


def findings_in_words(version: Version, *, leaks: bool) -> tuple[str, ...]:
    """What was found in the data.

    Parameters
    ----------
    version : Version
        The version.
    leaks : bool
        Columns that give the answer away, or everything else that must or should be looked at.

    Returns
    -------
    tuple of str
        One a finding, safe to stand in markdown; empty if there was none.
    """
    known: list[list[Any]] = [entry for entry in version.facts["findings"] if (entry[1] == "leak") == leaks]
    grave = [entry for entry in known if entry[0] != Severity.KNOW]
    said = [_finding(*entry) for entry in grave[:MOST_FINDINGS]]
    if len(grave) > MOST_FINDINGS:
        said.append(_("and {n} more").format(n=count(len(grave) - MOST_FINDINGS)))
    return tuple(said)


def data_in_words(version: Version) -> tuple[str, ...]:
    """What was found in the data, and what was repaired.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    tuple of str
        What must or should be looked at, what else is good to know, and the repairs, safe to stand in markdown.
    """
    from crm_ai.cleaning import describe_repair

    lines = [*(findings_in_words(version, leaks=False) or (_("Nothing that must or should be looked at."),))]
    minor = [_finding(*entry) for entry in version.facts["findings"] if entry[0] == Severity.KNOW]
    if minor:
        more = _(" and {n} more").format(n=count(len(minor) - MOST_FINDINGS)) if len(minor) > MOST_FINDINGS else ""
        lines.append(_("Good to know: {findings}").format(findings=_("; ").join(minor[:MOST_FINDINGS]) + more))
    for repair in problem_from_json(version.facts["problem"]).repairs:
        names = _(", ").join(plain(column, NAME_WIDTH) for column in repair.columns) or _("rows")
        lines.append(_("Repaired: {columns}: {what}").format(columns=names, what=plain(describe_repair(repair))))
    return tuple(lines)


def _finding(_severity: str, check: str, column: str, rows: int) -> str:
    where = f"**{plain(column, NAME_WIDTH)}** " if column else ""
    return where + _("{what} ({n} rows)").format(what=plain(check_in_words(check)), n=count(rows))


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
        _downloads(desk, version)
        for heading, lines in (
            (_("What drives it"), (drivers_in_words(version, 12),)),
            (_("For whom it is worse"), verdicts(version)),
            (_("What was found in the data"), (*findings_in_words(version, leaks=True), *data_in_words(version))),
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
    if task(version) is Task.BINARY:
        said.insert(2, _("Threshold: selected from a score of {threshold} on").format(
            threshold=f"{version.threshold:.2f}"
        ))  # fmt: skip
    return tuple(said)


def _downloads(desk: Desk, version: Version) -> None:
    there = desk.registry.artifacts.has(version.artifact)
    with st.container(horizontal=True):
        st.download_button(
            _("Download the model"),
            speaking.in_this_language(lambda: desk.registry.artifacts.get(version.artifact)),
            file_name=f"version_{version.number}.crm",
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            key="download_version",
            disabled=not there,
        )
        st.download_button(
            _("Download its card"),
            version.card.encode("utf-8", "replace"),
            file_name=f"version_{version.number}_card.md",
            mime="text/markdown",
            icon=":material/description:",
            on_click="ignore",
            key="download_version_card",
        )
    if not there:
        st.warning(
            _(
                "The file of this version is not there any more: bring it back from a backup, or register the model "
                "again."
            ),
            icon=":material/report:",
        )


def at_hand(desk: Desk, version: Version) -> bool:
    """Whether the run that made a version is the one that is looked at.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    version : Version
        The version.

    Returns
    -------
    bool
        True if other pages can show the evidence in full.
    """
    run = desk.run
    return run is not None and run.digest == version.facts["run"] and version.model_type in run.models


def address(page: str, version: Version) -> dict[str, str]:
    """Where another page shows a version's model.

    Parameters
    ----------
    page : str
        The page's part of the address.
    version : Version
        Of a run that is at hand.

    Returns
    -------
    dict of str to str
        For ``st.page_link``.
    """
    from crm_ai.app import links

    known = {**state.view(), "model": version.model_type}
    if task(version) is Task.BINARY:
        known["threshold"] = f"{version.threshold:.2f}"
    return links.parameters(page, known)
