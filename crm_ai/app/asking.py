"""The question as controls: what is predicted, from what, for whom. Whatever is proposed can be overruled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import proposing, state
from crm_ai.app.plain import plain
from crm_ai.cleaning import describe_repair
from crm_ai.modeling import Problem, Proposal, Task, label_counts, propose_problem
from crm_ai.table import Kind, Role
from crm_ai.words import _, count, ngettext, percent, sentences

if TYPE_CHECKING:
    from crm_ai.table import Table

NAME_WIDTH = 40
MOST_ANSWERS_OF_A_NUMBER = 10
SET_ASIDE_SHOWN = 12
UNUSABLE = (Kind.TEXT, Kind.IDENTIFIER)


def ask(table: Table, before: Problem | None) -> Proposal | None:
    """Draw the controls of the question.

    Parameters
    ----------
    table : Table
        The customers.
    before : Problem, optional
        What was asked last.

    Returns
    -------
    Proposal or None
        The question as it is asked now, with the reasons of what was proposed; None as long as no target is chosen.
    """
    first, second = st.columns(2)
    with first:
        target = _target(table, before)
    if not target:
        return None
    known = before if before is not None and before.target == target else None
    with second:
        task = _task(table, target, known)
        above = _limit(table, target, known) if task is Task.BINARY and _numeric(table, target) else None
        positive = _positive(table, target, known) if task is Task.BINARY and above is None else None
    proposal = _with_reasons(table, target, task, positive, above)
    for place, choices in ((first, ("target",)), (second, ("task", "positive", "labels"))):
        reasons = (proposal.reasons.get(choice, "") for choice in choices)
        place.caption(plain(sentences(dict.fromkeys(reasons))))
    features = _features(table, proposal, known)
    segments = _segments(table, proposal, known)
    _say_set_aside({name: why for name, why in proposal.set_aside.items() if name not in features})
    _say_repairs(table)
    asked = propose_problem(
        table, target=target, task=task, positive=positive, above=above, features=features, segments=segments,
        split=proposal.problem.split,
    )  # fmt: skip
    return replace(asked, reasons=proposal.reasons)


def _with_reasons(table: Table, target: str, task: Task, positive: str | None, above: float | None) -> Proposal:
    """What is proposed for these choices; a choice that would be proposed anyway keeps the reason for it."""
    chosen = None if target == proposed_target(table) else target
    if above is not None:
        return proposing.proposal(table, chosen, None, None, above)
    usual = proposing.proposal(table, chosen, None, None, None).problem if len(_tasks(table, target)) > 1 else None
    asked = task.value if usual is not None and usual.task is not task else None
    answer = positive if positive != proposing.proposed_positive(table, target, None) else None
    return proposing.proposal(table, chosen, asked, answer, None)


def proposed_target(table: Table) -> str:
    """Column that the schema proposes to predict.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    str
        Empty if there is none.
    """
    return next(iter(table.schema.names_of(role=Role.TARGET)), "")


def targets(table: Table) -> list[str]:
    """Columns that can be predicted.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    list of str
        None that only names or describes customers.
    """
    return [column.name for column in table.schema if column.kind not in UNUSABLE]


def in_a_sentence(table: Table, problem: Problem) -> str:
    """What is asked, and how often the answer occurs.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    str
        One sentence, safe to stand in markdown.
    """
    target = plain(problem.target, NAME_WIDTH)
    if problem.task is Task.REGRESSION:
        return _("{target} is a number; the models predict it for each customer.").format(target=target)
    if problem.task is Task.MULTICLASS:
        return _("{target} has {n} answers; the models give each customer a probability for each of them.").format(
            target=target, n=count(len(problem.labels))
        )
    share = proposing.positive_share(table, problem)
    return _("{target} is a yes/no question; {share} of the customers are “{answer}”.").format(
        target=target, share=percent(share, 1), answer=plain(problem.positive, NAME_WIDTH)
    )


def say_unlabelled(table: Table, problem: Problem) -> None:
    """Say how many customers have no known answer.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.
    """
    unknown = proposing.unlabelled(table, problem)
    if unknown:
        st.info(
            ngettext(
                "{n} customer has no known “{target}”: kept for scoring, not used for training.",
                "{n} customers have no known “{target}”: kept for scoring, not used for training.",
                unknown,
            ).format(n=count(unknown), target=plain(problem.target, NAME_WIDTH)),
            icon=":material/help:",
        )


def _key(name: str) -> str:
    return f"ask_{name}_{state.value('data')}_{state.value('run')}"


def _target(table: Table, before: Problem | None) -> str:
    options = targets(table)
    proposed = before.target if before else proposed_target(table)
    chosen = st.selectbox(
        _("What shall be predicted?"),
        options,
        index=options.index(proposed) if proposed in options else None,
        placeholder=_("Choose a column"),
        key=_key("target"),
        persist_state="session",
        help=_("Type to search. The column whose value you would like to know beforehand."),
    )
    return chosen or ""


def _numeric(table: Table, target: str) -> bool:
    return table.schema[target].kind is Kind.NUMBER and len(label_counts(table.frame[target])) > 2


def _task(table: Table, target: str, known: Problem | None) -> Task:
    tasks = _tasks(table, target)
    if len(tasks) == 1:
        return tasks[0]
    words = {
        Task.REGRESSION: _("How much? (a number)"),
        Task.BINARY: _("More than …?") if _numeric(table, target) else _("One answer or not? (yes / no)"),
        Task.MULTICLASS: _("Which one? (several answers)"),
    }
    chosen = st.segmented_control(
        _("As which kind of question?"),
        tasks,
        default=known.task if known and known.task in tasks else tasks[0],
        required=True,
        format_func=words.__getitem__,
        key=_key(f"task_{target}"),
        persist_state="session",
    )
    return Task(chosen)


def _tasks(table: Table, target: str) -> list[Task]:
    answers = len(label_counts(table.frame[target]))
    if _numeric(table, target):
        few = [Task.MULTICLASS] if answers <= MOST_ANSWERS_OF_A_NUMBER else []
        return [Task.REGRESSION, Task.BINARY, *few]
    if answers <= 2 or table.schema[target].kind is Kind.DATE:
        return [Task.BINARY]
    return [Task.MULTICLASS, Task.BINARY]


def _limit(table: Table, target: str, known: Problem | None) -> float:
    proposed = known.above if known and known.above is not None else proposing.usual_value(table, target)
    return float(
        st.number_input(
            _("More than"),
            value=float(proposed),
            key=_key(f"above_{target}"),
            persist_state="session",
            help=_("Customers above this count as “yes”. Half of the customers are above the number proposed."),
        )
    )


def _positive(table: Table, target: str, known: Problem | None) -> str | None:
    labels = list(label_counts(table.frame[target]))
    if len(labels) < 2:
        return None
    proposed = (
        known.positive if known and known.positive in labels else proposing.proposed_positive(table, target, labels[0])
    )
    return st.selectbox(
        _("Which answer is in question?"),
        labels,
        index=labels.index(proposed) if proposed in labels else 0,
        key=_key(f"positive_{target}"),
        persist_state="session",
        help=_("The models give the probability of this answer."),
    )


def _features(table: Table, proposal: Proposal, known: Problem | None) -> list[str]:
    target = proposal.problem.target
    options = [c.name for c in table.schema if c.kind not in UNUSABLE and c.name != target]
    default = known.features if known else proposal.problem.features
    chosen = st.session_state.get(_key(f"features_{target}"), default)
    return st.multiselect(
        _("From what? ({n} of {all} columns)").format(n=count(len(chosen)), all=count(len(options))),
        options,
        default=[name for name in default if name in options],
        key=_key(f"features_{target}"),
        persist_state="session",
        help=_("Columns that predict (features). Leave out what is not known yet when the prediction is needed."),
        placeholder=_("Choose any"),
    )


def _segments(table: Table, proposal: Proposal, known: Problem | None) -> list[str]:
    target = proposal.problem.target
    options = [c.name for c in table.schema if c.kind not in UNUSABLE and c.name != target]
    default = known.segments if known else proposal.problem.segments
    return st.multiselect(
        _("For whom shall it be fair?"),
        options,
        default=[name for name in default if name in options],
        key=_key(f"segments_{target}"),
        persist_state="session",
        help=_("Columns whose groups are compared on the Fairness page (segments). They may also predict."),
        placeholder=_("Choose any"),
    )


def _say_repairs(table: Table) -> None:
    made = table.repairs
    if not made:
        return
    label = ngettext("{n} repair is made first", "{n} repairs are made first", len(made)).format(n=count(len(made)))
    with st.expander(label, icon=":material/build:"):
        for repair in made[:SET_ASIDE_SHOWN]:
            names = _(", ").join(repair.columns) or _("rows")
            st.markdown(f"**{plain(names, NAME_WIDTH)}** · {plain(describe_repair(repair))}")
        st.caption(
            _(
                "Agreed upon on the Data page. What a repair learns, it learns from the training customers only, and "
                "it is replayed on every customer that is scored."
            )
        )


def _say_set_aside(set_aside: dict[str, str]) -> None:
    if not set_aside:
        return
    label = ngettext("{n} column is set aside", "{n} columns are set aside", len(set_aside)).format(
        n=count(len(set_aside))
    )
    with st.expander(label, icon=":material/block:", expanded=len(set_aside) <= 3):
        for name, why in list(set_aside.items())[:SET_ASIDE_SHOWN]:
            st.markdown(f"**{plain(name, NAME_WIDTH)}** · {plain(why)}")
        if len(set_aside) > SET_ASIDE_SHOWN:
            st.caption(_("and {n} more").format(n=count(len(set_aside) - SET_ASIDE_SHOWN)))
