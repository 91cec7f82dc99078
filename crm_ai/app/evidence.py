"""What a decision about a version rests on, in words: figures, what drives it, fairness, and its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from crm_ai.app import glossary, state
from crm_ai.app.plain import plain
from crm_ai.modeling import HEADLINE, Task, model_type_of, problem_from_json
from crm_ai.table import Severity, check_in_words
from crm_ai.words import _, count, ngettext, percent

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.deployment.registry import Version
    from crm_ai.evaluation import Estimate

NAME_WIDTH = 40
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


def fairness_in_words(version: Version) -> str:
    """By which segments there is a gap.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    str
        In the reader's language, safe to stand in markdown.
    """
    from crm_ai.fairness import Judgement, judgements_in_words

    found = [(segment, Judgement(said["judgement"])) for segment, said in version.facts["fairness"].items()]
    if not found:
        return _("No segments were chosen at training, so nobody has looked whether groups are treated alike.")
    return judgements_in_words(found, name=lambda segment: plain(segment, NAME_WIDTH))


def verdicts(version: Version) -> tuple[str, ...]:
    """What was found by each segment.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    tuple of str
        A sentence a segment, in the words it was registered with, safe to stand in markdown.
    """
    return tuple(plain(said["verdict"]) for said in version.facts["fairness"].values())


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
    said = [_finding(*entry) + (_spared(version, entry[2]) if leaks else "") for entry in grave[:MOST_FINDINGS]]
    if len(grave) > MOST_FINDINGS:
        said.append(_("and {n} more").format(n=count(len(grave) - MOST_FINDINGS)))
    return tuple(said)


def _spared(version: Version, column: str) -> str:
    """That a column which gives the answer away is not looked at, if so."""
    looked_at = column in {known["name"] for known in version.facts["signature"]}
    return "" if looked_at else _("; this version does not look at it")


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


def columns_in_words(version: Version) -> str:
    """Which columns a version looks at.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    str
        Their names, safe to stand in markdown.
    """
    names = [plain(column["name"], NAME_WIDTH) for column in version.facts["signature"]]
    more = len(names) - MOST_COLUMNS
    rest = _(" and {n} more").format(n=count(more)) if more > 0 else ""
    return _("It looks at: {columns}.").format(columns=_(", ").join(names[:MOST_COLUMNS]) + rest)


def in_short(version: Version) -> str:
    """What speaks for a version and what against it.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    str
        Key figure, gaps between groups and findings about the data, as part of a sentence.
    """
    known = first_figure(version)
    figure = f"{glossary.term(known.name).label} {glossary.term(known.name).show(known.value)}" if _is(known) else ""
    return _("; ").join(filter(None, (figure, _gaps_in_short(version), _findings_in_short(version))))


def _is(known: Estimate | None) -> TypeGuard[Estimate]:
    return known is not None and known.known


def _gaps_in_short(version: Version) -> str:
    from crm_ai.fairness import Judgement

    outcomes = [said["judgement"] for said in version.facts["fairness"].values()]
    gaps = outcomes.count(Judgement.GAP)
    if gaps:
        return _("gaps by {n} of {m} segments").format(n=count(gaps), m=count(len(outcomes)))
    if not outcomes:
        return _("nobody has looked whether groups are treated alike")
    if Judgement.NO_EVIDENCE in outcomes:
        return _("no evidence of gaps between groups")
    return _("too few customers to say whether there are gaps between groups")


def _findings_in_short(version: Version) -> str:
    grave = [entry for entry in version.facts["findings"] if entry[0] != Severity.KNOW]
    if not grave:
        return _("nothing found in the data that must or should be looked at")
    return ngettext(
        "{n} finding about the data to look at", "{n} findings about the data to look at", len(grave)
    ).format(n=count(len(grave)))


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
