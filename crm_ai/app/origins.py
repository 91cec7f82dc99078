"""From the data or the model? Who has the answer before any training, what tells the group, what its column decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import asking, audit_pictures, audited, errors, frame, grouping, results, state
from crm_ai.app.plain import plain
from crm_ai.errors import ProblemError
from crm_ai.modeling import Task
from crm_ai.words import _, count, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from crm_ai.app.audited import Audited
    from crm_ai.fairness import DataAudit, Flips, Proxies
    from crm_ai.modeling import Problem, Segment
    from crm_ai.table import Table

NAME_WIDTH = 40
WORTH_SAYING = 0.01


def panel(what: Audited) -> None:
    """Draw the tab.

    Parameters
    ----------
    what : Audited
        What is audited.
    """
    run = what.run
    st.subheader(_("Before any model: who has the answer?"), anchor=False)
    _data(what.segment, audited.data(run.table, run.problem, what.segment, what.label))
    st.subheader(_("Which columns tell the group?"), anchor=False)
    _proxies(lambda: audited.proxies_of_model(run, what.model, what.segment, what.label))
    st.subheader(_("What does the group's own column decide?"), anchor=False)
    if what.of_numbers:
        st.markdown(_("A number is predicted and nobody is selected, so no decision can change."))
        return
    with st.spinner(_("Asking the model once more, with another group …")):
        found = [audited.flips(run, what.model, column, what.threshold, what.label) for column in what.segment.columns]
    _flips(found)


@errors.fragment
def before_training(table: Table, answer: DeltaGenerator) -> None:
    """Draw what can be said of a table before anything was trained.

    Parameters
    ----------
    table : Table
        The customers.
    answer : DeltaGenerator
        Place of the page's answer.
    """
    problem = _question(table)
    if problem is None:
        frame.answer(answer, _("Choose what would be predicted; then groups can be compared before any training."))
        return
    columns = grouping.offered(table, problem)
    if not columns:
        frame.answer(answer, _("No column makes groups that could be compared."))
        return
    segment = grouping.choose(table, columns)
    label = _label(problem)
    found = audited.data(table, problem, segment, label)
    frame.answer(answer, plain(found[0].verdict))
    _data(segment, found, said=True)
    if state.for_manager():
        return
    if st.toggle(
        _("Which columns tell the group?"),
        key="proxies_before",
        help=_("So that leaving the group's own column out would not make a model blind. It takes some seconds."),
    ):
        _proxies(lambda: audited.proxies(table, problem, segment))


def _question(table: Table) -> Problem | None:
    """What would be predicted."""
    options = asking.targets(table)
    proposed = asking.proposed_target(table)
    target = st.selectbox(
        _("What would be predicted?"),
        options,
        index=options.index(proposed) if proposed in options else None,
        placeholder=_("Choose a column"),
        key=f"before_{state.value('data')}",
        persist_state="session",
        help=_("The column whose answer shall be compared between groups. Nothing is trained."),
    )
    return results.proposal(table, target, None, None, None).problem if target else None


def _label(problem: Problem) -> str | None:
    if problem.task is not Task.MULTICLASS:
        return None
    key = f"before_label_{problem.target}"
    return str(st.selectbox(_("One answer against all others"), problem.labels, key=key, persist_state="session"))


def _data(segment: Segment, found: tuple[DataAudit, ...], *, said: bool = False) -> None:
    audit = found[0]
    if not said:
        st.markdown(f"**{plain(audit.verdict)}**")
    frame.chart(*audit_pictures.answers(segment, audit), key="answers_by_group")
    _unknown(segment, audit)
    for other in found[1:]:
        st.markdown(plain(other.verdict))
    st.caption(
        _(
            "All customers whose answer is known, before any model: a model learns from these differences. Whether the "
            "data tell the truth about the groups, they cannot say themselves."
        )
    )


def _unknown(segment: Segment, audit: DataAudit) -> None:
    lacking = {group: share for group, share in audit.unknown.items() if share.value >= WORTH_SAYING}
    if not lacking:
        return
    words = _(", ").join(
        _("{group} {share}").format(group=plain(audited.brief(segment, group), NAME_WIDTH), share=percent(share.value))
        for group, share in sorted(lacking.items(), key=lambda entry: -entry[1].value)[:6]
    )
    st.markdown(_("Of some the answer is not known, so nothing is learned from them: {groups}.").format(groups=words))


def _proxies(find: Callable[[], Proxies]) -> None:
    try:
        with st.spinner(_("Looking for columns that tell the group …")):
            found = find()
    except ProblemError as error:
        st.markdown(plain(error.what))
        return
    frame.chart(*audit_pictures.proxies(found), key="proxies")
    st.caption(
        _(
            "How well each column alone would tell the group of {n} customers it has not seen. A model that leaves "
            "the group's own column out can still treat groups apart through these."
        ).format(n=count(found.customers))
    )


def _flips(found: list[Flips]) -> None:
    for flips in found:
        st.markdown(plain(flips.verdict))
    moved = [flips for flips in found if flips.looked_at and len(flips.moves)]
    if moved:
        with st.expander(_("What each value would change"), type="compact", key="flips"):
            for flips in moved:
                st.dataframe(_moves(flips), hide_index=True, alt=_("What each value would change"))
    st.caption(
        _(
            "Everything else of a customer stays as it is. This tells what the model does with the column, not what "
            "would be if the customer were another."
        )
    )


def _moves(flips: Flips) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            flips.column: flips.moves["value"],
            _("newly selected"): [percent(share, 1) for share in flips.moves["turned_on"]],
            _("no longer selected"): [percent(share, 1) for share in flips.moves["turned_off"]],
            _("change of the score"): [number(change) for change in flips.moves["mean_change"]],
            _("customers with another value"): [count(n) for n in flips.moves["n"]],
        }
    )
