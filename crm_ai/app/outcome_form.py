"""Which columns of a file hold outcomes, and what their labels mean: guessed anew for each file, asked where unsure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app.plain import plain
from crm_ai.app.watched import NAME_WIDTH, Watched, batch_called, called
from crm_ai.deployment.watching.outcome_columns import (
    guess_identifier,
    guess_outcome,
    unanswered,
    unknown_labels,
)
from crm_ai.modeling.answers import is_one_against_rest
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.modeling import Problem
    from crm_ai.table import Table

MOST_NAMED = 8
ANY = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """What somebody chose of a file of outcomes.

    Parameters
    ----------
    key, outcome : str, optional
        Columns of the identifiers and of the outcomes; None while they are not chosen.
    when : str, optional
        Column of the outcomes' days.
    batch : str, optional
        Name of the only batch that they shall join.
    means : mapping of str to str
        By label the answer of the question that it stands for.
    open_questions : bool
        Whether something must be chosen first.
    """

    key: str | None
    outcome: str | None
    when: str | None
    batch: str | None
    means: Mapping[str, str] = field(default_factory=dict)
    open_questions: bool = False


def choose_columns(known: Watched, table: Table, file_id: str) -> Columns:
    """Draw the fields.

    Parameters
    ----------
    known : Watched
        The version.
    table : Table
        The file's rows.
    file_id : str
        Tells files apart: what was chosen for one says nothing of the next.

    Returns
    -------
    Columns
        What is chosen.
    """
    problem = known.profile.problem
    assert problem is not None
    names = list(table.schema.names)
    guessed = guess_identifier(table, problem)
    batches = {batch.name: batch for batch in known.open_to_outcomes}
    row = st.columns(4)
    with row[0]:
        key = _pick(_("Identifier"), names, guessed, f"outcome_key_{file_id}")
    with row[1]:
        outcome = _pick(_("Outcome"), names, guess_outcome(table, problem, guessed), f"outcome_column_{file_id}")
    with row[2]:
        when = st.selectbox(
            _("Day of the outcome"), [ANY, *names], key=f"outcome_when_{file_id}",
            format_func=lambda name: called(name) if name else _("not given"),
            help=_("Outcomes before the day of the batch are left out: they were no prediction."),
        )  # fmt: skip
    with row[3]:
        batch = st.selectbox(
            _("Batches"), [ANY, *batches], key=f"outcome_batch_{file_id}",
            format_func=lambda name: batch_called(batches[name]) if name else _("all that they belong to"),
        )  # fmt: skip
    only, dated = batch or None, when or None
    if key is None or outcome is None:
        st.caption(_("Choose the column of the identifiers and the one that says what became of the customers."))
        return Columns(key, outcome, dated, only, open_questions=True)
    if key == outcome:
        st.caption(_("Identifiers say nothing about what became of customers: choose another column for the outcome."))
        return Columns(key, outcome, dated, only, open_questions=True)
    means = _meanings(table, outcome, problem, file_id)
    return Columns(key, outcome, dated, only, means or {}, open_questions=means is None)


def _pick(label: str, names: list[str], guessed: str | None, key: str) -> str | None:
    place = names.index(guessed) if guessed in names else None
    return st.selectbox(label, names, index=place, format_func=called, key=key, placeholder=_("Choose a column"))


def _meanings(table: Table, outcome: str, problem: Problem, file_id: str) -> Mapping[str, str] | None:
    """What labels mean that are none of the question's answers; None while it is not said."""
    unknown = unknown_labels(table, outcome, problem)
    if not unknown:
        return {}
    named = _(", ").join(f"“{plain(label, NAME_WIDTH)}”" for label in unknown[:MOST_NAMED])
    named += " …" * (len(unknown) > MOST_NAMED)
    answers = _(", ").join(f"“{plain(label, NAME_WIDTH)}”" for label in problem.labels[:MOST_NAMED])
    st.markdown(
        _("“{column}” holds {labels}; the answers that the model learned are {answers}.").format(
            column=plain(outcome, NAME_WIDTH), labels=named, answers=answers
        )
    )
    asked = unanswered(table, outcome, problem)
    pair = len(unknown) == len(asked) == 2
    if not pair and not is_one_against_rest(problem):
        st.caption(_("Rows with other labels count as without a known outcome."))
    means: dict[str, str] = {}
    shown = asked[:1] if pair else asked
    for column, answer in zip(st.columns(2), shown, strict=False):
        with column:
            label = _label_of(answer, unknown, key=f"outcome_means_{answer}_{outcome}_{file_id}")
        if (label is None and answer == problem.positive) or label in means:
            return None
        if label is not None:
            means[label] = answer
    if pair:
        means |= {label: asked[1] for label in unknown if label not in means}
    return means


def _label_of(answer: str, labels: tuple[str, ...], *, key: str) -> str | None:
    alike = [place for place, label in enumerate(labels) if label.casefold() == answer.casefold()]
    return st.selectbox(
        _("Which label means “{answer}”?").format(answer=plain(answer, NAME_WIDTH)), labels,
        index=alike[0] if alike else None, format_func=called, key=key, placeholder=_("Choose a label"),
    )  # fmt: skip
