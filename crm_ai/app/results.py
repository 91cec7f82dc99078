"""What is dear to compute is computed once for everybody who may see it, and kept by its content's digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from crm_ai.app import explained, runs, searching, segmented, store
from crm_ai.app.keeping import kept, kept_few
from crm_ai.words import language

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from crm_ai.cleaning import Change, Recipe
    from crm_ai.evaluation import Estimate, Offer, Tally
    from crm_ai.fairness import Audit
    from crm_ai.joining import Duplicates
    from crm_ai.modeling import Comparison, LearningCurve, Run, Segment
    from crm_ai.personal_data import Detected
    from crm_ai.reporting import Findings
    from crm_ai.table import Finding, Repair, Table

TABLES_KEPT = 6
CURVES_KEPT = 50
FINDINGS_KEPT = 6


def table(reference: str) -> Table:
    """Open a table.

    Parameters
    ----------
    reference : str
        The table's reference.

    Returns
    -------
    Table
        The table.
    """
    return _opened(reference, _words_of(reference))


@st.cache_resource(max_entries=TABLES_KEPT, show_spinner=False)
def _opened(reference: str, spoken: str) -> Table:
    return store.open_table(reference)


def _words_of(reference: str) -> str:
    """The language of what a schema says: a sample is read anew, an upload keeps what was said when it was read."""
    return language() if store.is_sample(reference) else ""


def unrepaired(reference: str) -> Table:
    """Open a table without any repair.

    Parameters
    ----------
    reference : str
        The table's reference.

    Returns
    -------
    Table
        The table; the same object as ``table`` where no repair was agreed upon.
    """
    return _opened_unrepaired(reference, _words_of(reference)) if store.repairs_of(reference) else table(reference)


@st.cache_resource(max_entries=TABLES_KEPT, show_spinner=False)
def _opened_unrepaired(reference: str, spoken: str) -> Table:
    return store.open_unrepaired(reference)


@kept
def missing_cells(table: Table) -> int:
    """Cells of a table that are missing."""
    return sum(int(table.frame[name].isna().sum()) for name in table.frame)


@kept
def findings(table: Table) -> tuple[Finding, ...]:
    """What is wrong with a table, see ``crm_ai.inspect``."""
    from crm_ai.table import Role, inspect

    return inspect(table, target=next(iter(table.schema.names_of(role=Role.TARGET)), None))


@kept
def personal_data(table: Table) -> tuple[Detected, ...]:
    """Columns that tell who somebody is, see ``crm_ai.personal_data.find_personal_data``."""
    from crm_ai.personal_data import find_personal_data

    return find_personal_data(table)


@kept_few
def duplicates(table: Table, threshold: float) -> Duplicates:
    """Rows that seem to be one customer, see ``crm_ai.joining.find_duplicates``."""
    from crm_ai.joining import find_duplicates

    return find_duplicates(table, threshold=threshold)


@kept
def changes(table: Table, repair: Repair) -> Change:
    """What one repair alone would change, see ``crm_ai.cleaning.changes``."""
    from crm_ai.cleaning import changes

    return changes(table, [repair])[0]


@kept_few
def recipe(unrepaired: Table, repairs: tuple[Repair, ...]) -> Recipe:
    """Repairs learned from the whole table, for other files, see ``crm_ai.cleaning.learn_recipe``."""
    from crm_ai.cleaning import learn_recipe

    return learn_recipe(unrepaired, repairs)


@kept_few
def cleaned(unrepaired: Table, repairs: tuple[Repair, ...]) -> Table:
    """The table with all repairs made, for download, see ``crm_ai.cleaning.clean``."""
    from crm_ai.cleaning import clean

    return clean(unrepaired, recipe(unrepaired, repairs))


@kept
def tally(run: Run, model_type: str, *, segment: str | Segment | None = None, label: str | None = None) -> Tally:
    """Counts of the holdout, see ``crm_ai.modeling.tally``."""
    from crm_ai.modeling import tally

    return tally(run, model_type, segment=segment, label=label)


@kept
def out_of_fold(run: Run, model_type: str, *, label: str | None = None) -> Tally:
    """Counts of training customers out of fold, see ``crm_ai.modeling.out_of_fold_tally``."""
    from crm_ai.modeling import out_of_fold_tally

    return out_of_fold_tally(run, model_type, label=label)


@kept
def confidence(run: Run, model_type: str) -> Tally:
    """Likeliest answers by how likely they were said to be, see ``crm_ai.modeling.confidence_tally``."""
    from crm_ai.modeling import confidence_tally

    return confidence_tally(run, model_type)


@kept
def corrections(run: Run, model_type: str) -> pd.DataFrame:
    """What recalibration would do, see ``crm_ai.modeling.corrections``."""
    from crm_ai.modeling import corrections

    return corrections(run, model_type)


@kept
def headline(run: Run, model_type: str) -> dict[str, Estimate]:
    """How good a model is, see ``crm_ai.modeling.headline``."""
    from crm_ai.modeling import headline

    return headline(run, model_type)


@kept
def comparison(run: Run) -> Comparison:
    """Which model to take, see ``crm_ai.modeling.compare``."""
    from crm_ai.modeling import compare

    return compare(run)


@st.cache_resource(show_spinner=False)
def _curves() -> dict[tuple[str, str], LearningCurve]:
    return {}


def learning_curve(run: Run, model_type: str, tell: Callable[[float], object] | None = None) -> LearningCurve:
    """Whether more customers would help, see ``crm_ai.modeling.learning_curve``.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    tell : callable, optional
        Told the share of the work that is done.

    Returns
    -------
    LearningCurve
        At once if it was computed before.
    """
    from crm_ai.modeling import learning_curve

    known, key = _curves(), (run.digest, model_type)
    if key not in known:
        known[key] = learning_curve(run, model_type, progress=tell)
        for oldest in list(known)[:-CURVES_KEPT]:
            known.pop(oldest, None)
    return known[key]


def has_learning_curve(run: Run, model_type: str) -> bool:
    """Whether it was computed before.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.

    Returns
    -------
    bool
        True if it can be drawn at once.
    """
    return (run.digest, model_type) in _curves()


@kept
def audit(run: Run, model_type: str, segment: str | Segment, threshold: float, label: str | None = None) -> Audit:
    """Fairness by a segment, see ``crm_ai.audit_fairness``."""
    from crm_ai.fairness import audit_errors, audit_tally
    from crm_ai.modeling import Task, error_tally, segment_name

    name = segment_name(segment)
    if run.problem.task is Task.REGRESSION:
        return audit_errors(error_tally(run, model_type, segment=segment), segment=name)
    return audit_tally(tally(run, model_type, segment=segment, label=label), threshold, segment=name)


@kept
def model_file(run: Run, model_type: str, alone: bool) -> bytes:
    """File of a model, see ``crm_ai.save_model``; `alone` without the training customers it has taken along."""
    from crm_ai.deployment import model_bytes

    model = run.model(model_type)
    return model_bytes(model.alone() if alone else model)


@kept
def card(run: Run, model_type: str, threshold: float) -> str:
    """One page about a model, with its audits."""
    from crm_ai.deployment import model_card

    audits = [audit(run, model_type, segment, threshold) for segment in run.problem.segments]
    return model_card(run, model_type, audits=audits, threshold=threshold)


@st.cache_resource(show_spinner=False)
def _findings() -> dict[tuple[object, ...], Findings]:
    return {}


def findings_of_run(
    run: Run,
    model_type: str,
    label: str | None,
    threshold: float,
    money: tuple[Offer, float | None, int] | None,
    tell: Callable[[float, str], object] | None = None,
) -> Findings:
    """What a report tells, see ``crm_ai.reporting.findings_of_run``.

    Parameters
    ----------
    run : Run
        The run.
    model_type : str
        One of its models.
    label : str, optional
        For several answers: the one in question.
    threshold : float
        Score from which a customer is selected.
    money : tuple of (Offer, budget, customers), optional
        What a contact costs and brings.
    tell : callable, optional
        Told the share of the work that is done, and what is being done.

    Returns
    -------
    Findings
        At once if it was computed before in this language.
    """
    from crm_ai.reporting import findings_of_run

    known, key = _findings(), (run.digest, language(), model_type, label, threshold, money)
    if key not in known:
        offer, budget, customers = money or (None, None, None)
        known[key] = findings_of_run(
            run,
            model_type,
            threshold=threshold,
            label=label,
            offer=offer,
            budget=budget,
            customers=customers,
            progress=tell,
        )
        for oldest in list(known)[:-FINDINGS_KEPT]:
            known.pop(oldest, None)
    return known[key]


@kept
def across_thresholds(run: Run, model_type: str, segment: str | Segment, label: str | None = None) -> pd.DataFrame:
    """Fairness at every hundredth, see ``crm_ai.fairness.across_thresholds``."""
    from crm_ai.fairness import across_thresholds

    return across_thresholds(tally(run, model_type, segment=segment, label=label))


def forget(reference: str) -> None:
    """Keep nothing in memory of a table that is deleted.

    Parameters
    ----------
    reference : str
        The table's reference.
    """
    if not store.is_sample(reference) and store.exists(reference):
        runs.shelf().drop(table(reference))
        searching.shelf().drop(table(reference))
        _opened.clear(reference, _words_of(reference))
        _opened_unrepaired.clear(reference, _words_of(reference))
        for holding_customers in (cleaned, recipe, changes, duplicates):
            holding_customers.clear()  # of all tables: others are computed again when they are asked for
        _findings().clear()
        explained.forget()
        segmented.forget()
