"""Score new customers: with what, whom, what does not fit, and only then the scores."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import elsewhere, fits, incoming, progress, scored, scored_to_database, scorers
from crm_ai.deployment import Wishes
from crm_ai.modeling import Task
from crm_ai.words import _, count, language, ngettext

if TYPE_CHECKING:
    from crm_ai.app.deployed import Desk
    from crm_ai.app.scorers import Scorer
    from crm_ai.deployment import ScoredTable
    from crm_ai.table import Table

KEPT = "scored_customers"
MOST_KEPT = 2
REASONS = 3


def panel(desk: Desk) -> None:
    """Draw the tab.

    Parameters
    ----------
    desk : Desk
        What there is to work with.
    """
    scorer = scorers.choose(desk)
    if scorer is None:
        return
    table, names = incoming.customers(), dict[str, str]()
    if table is not None:
        found = fits.fitted(scorer, table)
        if found is not None:
            table, names = found
            made = _scored(scorer, table)
            if made is not None:
                scored.show_scored(desk, scorer.version, scorer.model, table, made)
    elsewhere.panel(desk, scorer, names)


def _scored(scorer: Scorer, table: Table) -> ScoredTable | None:
    """What was made of these customers, once somebody has asked for it."""
    wishes = _wishes(scorer)
    made: dict[tuple[object, ...], ScoredTable] = st.session_state.setdefault(KEPT, {})
    key = (scorer.key, table.source, table.digest, wishes, language())
    label = ngettext("Score {n} customer", "Score {n} customers", len(table)).format(n=count(len(table)))
    if st.button(label, type="primary", icon=":material/play_arrow:", key="score_now") and key not in made:
        made[key] = _score(scorer, table, wishes)
        st.session_state.pop(scored_to_database.WRITTEN, None)
        for oldest in list(made)[:-MOST_KEPT]:
            made.pop(oldest)
    return made.get(key)


def _wishes(scorer: Scorer) -> Wishes:
    from crm_ai.explanation import can_explain_itself

    able = can_explain_itself(scorer.model)
    wanted = st.checkbox(
        _("Say the three strongest reasons of each customer"),
        value=able,
        disabled=not able,
        key=f"score_reasons_{able}",
        persist_state="page",
        help=_("Forests and networks may need minutes for the reasons of many customers; scores alone take seconds.")
        if able
        else _("The model has taken along no customers whom others could be compared with."),
    )
    numbered = scorer.model.problem.task is not Task.MULTICLASS
    return Wishes(scorer.threshold, REASONS if wanted and able else 0, numbered)


def _score(scorer: Scorer, table: Table, wishes: Wishes) -> ScoredTable:
    from crm_ai.deployment import score_table

    began = monotonic()
    with progress.cancellable(_("Scoring the customers …"), on_cancel=lambda: None) as tell:

        def told(share: float, rows: int) -> None:
            said = _("{n} customers scored").format(n=count(rows))
            tell(share, f"{said} · {progress.time_left(share, monotonic() - began)}")

        return score_table(scorer.model, table, wishes=wishes, progress=told)
