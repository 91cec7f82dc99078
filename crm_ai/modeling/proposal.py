"""Propose a question, with the reason for each choice, so that the user only has to nod or overrule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crm_ai.errors import ProblemError
from crm_ai.modeling.answers import above_labels, is_numeric, rest_label
from crm_ai.modeling.labels import label_counts
from crm_ai.modeling.problem import Problem, Split, Task
from crm_ai.modeling.split_proposal import propose_split
from crm_ai.table import Kind, Role, Table, leaks
from crm_ai.words import _, count, percent, sentences

FEWEST_OF_A_LABEL = 10
FEWEST_CUSTOMERS = 30
MOST_LABELS = 200
MOST_NUMBERS_AS_LABELS = 2
SEGMENTS_PROPOSED = 6

# Answers that a question is usually about, in the spellings that exports use.
POSITIVE_WORDS = (
    "yes", "true", "churned", "churn", "left", "leave", "leaves", "lost", "bad", "default", "fraud", "accepted",
    "converted", "responded", "bought", "won", "y", "t", "是", "流失", "已流失", "有", "坏", "违约", "接受",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed question and why it is proposed.

    Parameters
    ----------
    problem : Problem
        The question.
    reasons : mapping of str to str
        Reason in words by choice: target, task, positive, labels, split.
    set_aside : mapping of str to str
        Columns that are not used to predict, with the reason.
    """

    problem: Problem
    reasons: Mapping[str, str]
    set_aside: Mapping[str, str]


def propose_problem(
    table: Table,
    *,
    target: str | None = None,
    positive: str | None = None,
    above: float | None = None,
    task: Task | str | None = None,
    features: Iterable[str] | None = None,
    segments: Iterable[str] | None = None,
    split: Split | None = None,
    holdout: float = 0.2,
    folds: int = 5,
    seed: int = 42,
) -> Proposal:
    """Propose the question to ask of a table; whatever is given is kept.

    Parameters
    ----------
    table : Table
        The customers.
    target : str, optional
        Column to predict; by default the one that the schema proposes.
    positive : str, optional
        The answer that a yes/no question is about; against several other labels they count as one.
    above : float, optional
        Ask a numeric target as a yes/no question: "is it more than this?".
    task : Task or str, optional
        Kind of question; by default what the target's cells suggest.
    features : iterable of str, optional
        Columns that predict; by default all whose role allows it, but those that give the answer away.
    segments : iterable of str, optional
        Columns whose groups are compared; by default those that the schema proposes.
    split : Split, optional
        How the holdout and the folds are drawn; by default what the data suggest.
    holdout : float, default 0.2
        Share of customers set aside to judge the models.
    folds : int, default 5
        Folds of the cross-validation.
    seed : int, default 42
        Decides the holdout and the folds.

    Returns
    -------
    Proposal
        The question, its reasons and the columns set aside.

    Raises
    ------
    ProblemError
        If there is no target, or the table cannot answer the question.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": range(60), "plan": ["a", "b", "c"] * 20, "Churn": ["No", "No", "Yes"] * 20})
    >>> problem = propose_problem(table_from_frame(frame), target="Churn").problem
    >>> problem.task.value, problem.positive, problem.features
    ('binary', 'Yes', ('months', 'plan'))
    """
    target, why_target = _target(table, target)
    reasons = {"target": why_target}
    chosen, why_task = _task(table, target, positive, above, None if task is None else Task(task))
    reasons["task"] = why_task
    labels: tuple[str, ...] = ()
    if above is not None:
        labels = above_labels(above)
    elif chosen is Task.BINARY:
        labels, reasons["positive"] = _yes_no(table, target, positive)
    elif chosen is Task.MULTICLASS:
        labels, why_labels = _many(table, target)
        reasons |= {"labels": why_labels} if why_labels else {}
    usable, set_aside = _features(table, target, features)
    groups = _segments(table, target, segments)
    problem = Problem(
        target=target, task=chosen, features=usable, segments=groups, labels=labels, above=above,
        holdout=holdout, folds=folds, seed=seed, repairs=table.repairs,
    )  # fmt: skip
    chosen_split, reasons["split"] = (split, _("Chosen by you.")) if split else propose_split(table, problem)
    return Proposal(replace(problem, split=chosen_split), reasons, set_aside)


def _target(table: Table, target: str | None) -> tuple[str, str]:
    if target is not None:
        table.schema[target]
        return target, _("Chosen by you.")
    proposed = table.schema.names_of(role=Role.TARGET)
    if proposed:
        return proposed[0], table.schema[proposed[0]].evidence
    raise ProblemError(
        _("No column looks like the one to predict."),
        where=table.source,
        next_step=_("Choose the target column."),
    )


def _task(table: Table, target: str, positive: str | None, above: float | None, task: Task | None) -> tuple[Task, str]:
    column = table.schema[target]
    labels = label_counts(table.frame[target])
    known = sum(labels.values())
    if known < FEWEST_CUSTOMERS:
        raise ProblemError(
            _(
                "Only {n} customers have a value in “{target}”; at least {least} are needed to train and to judge."
            ).format(n=count(known), target=target, least=FEWEST_CUSTOMERS),
            where=table.source,
            next_step=_("Upload more customers, or choose another target."),
        )
    if len(labels) < 2:
        raise ProblemError(
            _("All {n} customers have the same value in “{target}”: there is nothing to predict.").format(
                n=count(known), target=target
            ),
            where=table.source,
            next_step=_("Add customers with another outcome, or choose another target."),
        )
    numeric = is_numeric(table, target)
    if above is not None:
        if not numeric:
            raise ProblemError(
                _("“{target}” holds no numbers, so “more than” cannot be asked.").format(target=target),
                next_step=_("Leave out the limit, or choose a numeric target."),
            )
        return Task.BINARY, _("A number asked as a yes/no question.")
    if task is Task.REGRESSION and not numeric:
        raise ProblemError(
            _("“{target}” holds labels, not numbers.").format(target=target),
            next_step=_("Ask it as a yes/no or a multiclass question."),
        )
    if task is not None:
        return task, _("Chosen by you.")
    if positive is not None or len(labels) == 2:
        share = labels.get(positive or "", 0) / known
        return Task.BINARY, (
            _("Two answers make a yes/no question.")
            if len(labels) == 2
            else _("“{label}” ({share}) is set against all other answers.").format(label=positive, share=percent(share))
        )
    if numeric and len(labels) > MOST_NUMBERS_AS_LABELS:
        return Task.REGRESSION, _("“{target}” is a number with {n} different values.").format(
            target=target, n=count(len(labels))
        )
    if column.kind in (Kind.TEXT, Kind.IDENTIFIER, Kind.DATE):
        raise ProblemError(
            _("“{target}” cannot be predicted: it is a column of kind {kind}.").format(
                target=target, kind=column.kind.in_words
            ),
            next_step=_("Choose another target, or correct the column's kind."),
        )
    return Task.MULTICLASS, _("“{target}” has {n} different answers.").format(target=target, n=count(len(labels)))


def _yes_no(table: Table, target: str, positive: str | None) -> tuple[tuple[str, str], str]:
    labels = label_counts(table.frame[target])
    if positive is None:
        worded = [label for label in labels if label.strip().casefold() in POSITIVE_WORDS]
        if set(labels) == {"0", "1"}:
            worded = ["1"]
        if len(worded) == 1 and len(labels) == 2:
            positive, why = (
                worded[0],
                _("“{label}” is the answer that such questions are about.").format(label=worded[0]),
            )
        else:
            positive = min(labels, key=lambda label: labels[label])
            why = _("“{label}” is the rarer answer.").format(label=positive)
    else:
        why = _("Chosen by you.")
    if positive not in labels:
        raise ProblemError(
            _("“{label}” does not occur in “{target}”.").format(label=positive, target=target),
            where=table.source,
            next_step=_("Choose one of: {labels}.").format(labels=_(", ").join(list(labels)[:12])),
        )
    others = [label for label in labels if label != positive]
    sizes = {positive: labels[positive], "": sum(labels[label] for label in others)}
    if min(sizes.values()) < FEWEST_OF_A_LABEL:
        raise ProblemError(
            _("Only {n} of {all} customers have the rarer answer in “{target}”: too few to train and to judge.").format(
                n=count(min(sizes.values())), all=count(sum(sizes.values())), target=target
            ),
            where=table.source,
            next_step=_("Add customers with that answer; at least {least} are needed.").format(least=FEWEST_OF_A_LABEL),
        )
    negative = others[0] if len(others) == 1 else rest_label(positive)
    share = percent(labels[positive] / sum(labels.values()), 1)
    return (negative, positive), sentences([why, _("{share} of the customers gave it.").format(share=share)])


def _many(table: Table, target: str) -> tuple[tuple[str, ...], str]:
    labels = label_counts(table.frame[target])
    frequent = [label for label, n in labels.items() if n >= FEWEST_OF_A_LABEL]
    if not 2 <= len(frequent) <= MOST_LABELS:
        raise ProblemError(
            _("“{target}” has {n} answers that {least} customers or more gave; 2 to {most} can be predicted.").format(
                target=target, n=count(len(frequent)), least=FEWEST_OF_A_LABEL, most=MOST_LABELS
            ),
            where=table.source,
            next_step=_("Merge rare answers, or choose another target."),
        )
    left_out = sum(n for label, n in labels.items() if label not in frequent)
    why = (
        _("{n} customers gave one of {k} answers that are too rare to learn; they are kept for scoring.").format(
            n=count(left_out), k=count(len(labels) - len(frequent))
        )
        if left_out
        else ""
    )
    return tuple(sorted(frequent)), why


def _features(table: Table, target: str, features: Iterable[str] | None) -> tuple[tuple[str, ...], dict[str, str]]:
    if features is not None:
        chosen = tuple(dict.fromkeys(features))
        for name in chosen:
            if name == target:
                raise ProblemError(_("“{name}” cannot predict itself.").format(name=name))
            if table.schema[name].kind in (Kind.TEXT, Kind.IDENTIFIER):
                raise ProblemError(
                    _("“{name}” cannot be used to predict: it is a column of kind {kind}.").format(
                        name=name, kind=table.schema[name].kind.in_words
                    ),
                    next_step=_("Leave it out, or correct its kind on the Data page."),
                )
    else:
        chosen = table.schema.names_of(role=Role.FEATURE) + table.schema.names_of(role=Role.SEGMENT)
        chosen = tuple(name for name in table.schema.names if name in chosen and name != target)
    set_aside = {c.name: c.evidence for c in table.schema if c.name != target and c.name not in chosen}
    if features is None:
        for name in leaks(table, target):
            if name in chosen:
                set_aside[name] = _("It gives the answer away: it nearly equals the target.")
        chosen = tuple(name for name in chosen if name not in set_aside)
    if not chosen:
        raise ProblemError(
            _("No column is left to predict “{target}” from.").format(target=target),
            where=table.source,
            next_step=_("Correct the roles of the columns, or upload a table with more columns."),
        )
    return chosen, set_aside


def _segments(table: Table, target: str, segments: Iterable[str] | None) -> tuple[str, ...]:
    if segments is None:
        return tuple(n for n in table.schema.names_of(role=Role.SEGMENT) if n != target)[:SEGMENTS_PROPOSED]
    chosen = tuple(dict.fromkeys(segments))
    for name in chosen:
        if name == target:
            raise ProblemError(_("The target “{name}” cannot be a segment.").format(name=name))
        if table.schema[name].kind in (Kind.TEXT, Kind.IDENTIFIER):
            raise ProblemError(_("“{name}” does not put customers into groups.").format(name=name))
    return chosen
