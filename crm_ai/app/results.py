"""What is dear to compute is computed once for everybody who may see it, and kept by its content's digest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import streamlit as st

from crm_ai.app import progress, store
from crm_ai.errors import CrmAiError
from crm_ai.words import _

if TYPE_CHECKING:
    import pandas as pd

    from crm_ai.evaluation import Estimate, Tally
    from crm_ai.explanation import Explanation, LimeExplainer, LimeExplanation
    from crm_ai.fairness import Audit
    from crm_ai.modeling import Problem, Proposal, Run
    from crm_ai.table import Finding, Table

TABLES_KEPT = 6
RUNS_KEPT = 12
RESULTS_KEPT = 200
EXPLANATIONS_KEPT = 12


def _table_key(table: Table) -> str:
    roles = ",".join(column.role.value for column in table.schema)
    return f"{table.digest} {roles}"


def _run_key(run: Run) -> str:
    return run.digest


# Tables and runs are known by their digests; to hash a million rows for a slider's move would be folly.
_KEYS: dict[str | type, Any] = {
    "crm_ai.table.table.Table": _table_key,
    "crm_ai.modeling.run.Run": _run_key,
    "crm_ai.modeling.problem.Problem": repr,
}
kept = st.cache_resource(max_entries=RESULTS_KEPT, show_spinner=False, hash_funcs=_KEYS)
_kept_few = st.cache_resource(max_entries=EXPLANATIONS_KEPT, show_spinner=False, hash_funcs=_KEYS)


@st.cache_resource(max_entries=TABLES_KEPT, show_spinner=False)
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
    return store.open_table(reference)


class RunShelf:
    """The runs used last, for all visitors; older ones are trained again when somebody asks.

    Not a cached function, because training shows its progress on the page of whoever asks.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str) -> Run | None:
        """Take a run from the shelf.

        Parameters
        ----------
        digest : str
            The run's digest.

        Returns
        -------
        Run or None
            None if it is not there.
        """
        with self._lock:
            if digest in self._runs:
                self._runs.move_to_end(digest)
            return self._runs.get(digest)

    def put(self, run: Run) -> Run:
        """Put a run on the shelf.

        Parameters
        ----------
        run : Run
            The run.

        Returns
        -------
        Run
            The same.
        """
        with self._lock:
            self._runs[run.digest] = run
            while len(self._runs) > self._most:
                self._runs.popitem(last=False)
        return run

    def drop(self, table: Table) -> None:
        """Take the runs of a table from the shelf.

        Parameters
        ----------
        table : Table
            The customers.
        """
        with self._lock:
            for digest in [digest for digest, run in self._runs.items() if run.table.digest == table.digest]:
                del self._runs[digest]


@st.cache_resource(show_spinner=False)
def _shelf() -> RunShelf:
    return RunShelf(RUNS_KEPT)


def trained_run(table: Table, recipe: store.Recipe) -> Run:
    """Train, showing the progress in place.

    Parameters
    ----------
    table : Table
        The customers.
    recipe : Recipe
        The question and the model types.

    Returns
    -------
    Run
        The run; at once if it was trained before.
    """
    from crm_ai.modeling import run_digest, train

    known = _shelf().get(run_digest(table, recipe.problem, recipe.model_types))
    if known is not None:
        return known
    with progress.shown() as tell:
        return _shelf().put(train(table, recipe.problem, recipe.model_types, progress=tell))


def proposed_run(table: Table) -> Run:
    """Train what is proposed, for readers who want to see before they choose.

    Parameters
    ----------
    table : Table
        The customers.

    Returns
    -------
    Run
        The run.
    """
    return trained_run(table, _proposed_recipe(table))


def restored_run(table: Table, reference: str, digest: str) -> Run:
    """A run that the address speaks of; trained again if it is not at hand, which gives the same numbers.

    Parameters
    ----------
    table : Table
        The customers.
    reference : str
        Their reference.
    digest : str
        The run's digest.

    Returns
    -------
    Run
        The run.

    Raises
    ------
    CrmAiError
        If the run is not one of this table.
    """
    known = _shelf().get(digest)
    if known is not None and known.table.digest == table.digest:
        return known
    found = trained_run(table, _known_recipe(table, reference, digest))
    if found.digest != digest:
        raise CrmAiError(
            _("This link leads to models that cannot be made again: the table or the app has changed since."),
            next_step=_("Train again on the Train page."),
        )
    store.put_recipe(reference, digest, store.Recipe(found.problem, tuple(found.models)))
    return found


def _known_recipe(table: Table, reference: str, digest: str) -> store.Recipe:
    try:
        return store.open_recipe(reference, digest)
    except CrmAiError:
        if not store.is_sample(reference):
            raise
        return _proposed_recipe(table)  # a sample's link also works on a machine that has never seen it


def _proposed_recipe(table: Table) -> store.Recipe:
    from crm_ai.modeling import model_types_for, propose_problem

    problem = propose_problem(table).problem
    return store.Recipe(problem, tuple(entry.id for entry in model_types_for(problem.task)))


def recipe(problem: Problem, model_types: Iterable[str]) -> store.Recipe:
    """What a run shall be made of.

    Parameters
    ----------
    problem : Problem
        The question.
    model_types : iterable of str
        Which models.

    Returns
    -------
    Recipe
        Both.
    """
    return store.Recipe(problem, tuple(model_types))


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
def proposal(table: Table, target: str | None, task: str | None, positive: str | None, above: float | None) -> Proposal:
    """The question that is proposed, see ``crm_ai.propose_problem``."""
    from crm_ai.modeling import propose_problem

    return propose_problem(table, target=target, task=task, positive=positive, above=above)


@kept
def proposed_positive(table: Table, target: str, otherwise: str | None) -> str | None:
    """The answer that a yes/no question about a column would be about; `otherwise` if there are not just two."""
    from crm_ai.modeling import label_counts, propose_problem

    if len(label_counts(table.frame[target])) != 2:
        return otherwise
    return propose_problem(table, target=target, task="binary").problem.positive


@kept
def usual_value(table: Table, target: str) -> float:
    """A number that half of the customers are above."""
    return float(table.frame[target].median())


@kept
def _answers(table: Table, problem: Problem) -> tuple[int, float]:
    import numpy as np

    from crm_ai.modeling import answers

    known = answers(table, problem)
    unknown = int(np.isnan(known).sum())
    return unknown, float(np.nanmean(known)) if unknown < len(known) else float("nan")


def unlabelled(table: Table, problem: Problem) -> int:
    """Customers without a known answer.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.

    Returns
    -------
    int
        How many.
    """
    return _answers(table, problem)[0]


def positive_share(table: Table, problem: Problem) -> float:
    """Share of the customers whose answer is the one in question.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        A yes/no question.

    Returns
    -------
    float
        Among those whose answer is known.
    """
    return _answers(table, problem)[1]


@kept
def tally(run: Run, model_type: str, *, segment: str | None = None, label: str | None = None) -> Tally:
    """Counts of the holdout, see ``crm_ai.modeling.tally``."""
    from crm_ai.modeling import tally

    return tally(run, model_type, segment=segment, label=label)


@kept
def headline(run: Run, model_type: str) -> dict[str, Estimate]:
    """How good a model is, see ``crm_ai.modeling.headline``."""
    from crm_ai.modeling import headline

    return headline(run, model_type)


@kept
def audit(run: Run, model_type: str, segment: str, threshold: float, label: str | None = None) -> Audit:
    """Fairness by a segment, see ``crm_ai.audit_fairness``."""
    from crm_ai.fairness import audit_errors, audit_tally
    from crm_ai.modeling import Task, error_tally

    if run.problem.task is Task.REGRESSION:
        return audit_errors(error_tally(run, model_type, segment=segment), segment=segment)
    return audit_tally(tally(run, model_type, segment=segment, label=label), threshold, segment=segment)


@kept
def model_file(run: Run, model_type: str) -> bytes:
    """File of a model, see ``crm_ai.save_model``."""
    from crm_ai.deployment import model_bytes

    return model_bytes(run.model(model_type))


@kept
def card(run: Run, model_type: str, threshold: float) -> str:
    """One page about a model, with its audits."""
    from crm_ai.deployment import model_card

    audits = [audit(run, model_type, segment, threshold) for segment in run.problem.segments]
    return model_card(run, model_type, audits=audits, threshold=threshold)


@kept
def across_thresholds(run: Run, model_type: str, segment: str, label: str | None = None) -> pd.DataFrame:
    """Fairness at every hundredth, see ``crm_ai.fairness.across_thresholds``."""
    from crm_ai.fairness import across_thresholds

    return across_thresholds(tally(run, model_type, segment=segment, label=label))


@_kept_few
def reasons(run: Run, model_type: str, label: str | None = None) -> Explanation:
    """Why a model says what it says of the holdout, see ``crm_ai.explain``."""
    from crm_ai.explanation import explain

    return explain(run, model_type, label=label)


@_kept_few
def _lime_ready(run: Run, model_type: str) -> LimeExplainer:
    from crm_ai.explanation import lime_explainer

    return lime_explainer(run, model_type)


@kept
def near(run: Run, model_type: str, row: int, label: str | None = None) -> LimeExplanation:
    """LIME of one customer, see ``crm_ai.explain_with_lime``."""
    from crm_ai.explanation import explain_with_lime

    return explain_with_lime(run, model_type, row, label=label, explainer=_lime_ready(run, model_type))


@kept
def telling_cases(run: Run, model_type: str) -> dict[str, int]:
    """Customers worth looking at, see ``crm_ai.explanation.telling_cases``."""
    from crm_ai.explanation import telling_cases

    return telling_cases(run, model_type)


def forget(reference: str) -> None:
    """Keep nothing in memory of a table that is deleted.

    Parameters
    ----------
    reference : str
        The table's reference.
    """
    if not store.is_sample(reference) and store.exists(reference):
        _shelf().drop(table(reference))
        table.clear(reference)
        for holding_customers in (reasons, _lime_ready, near):
            holding_customers.clear()  # of all tables: others are computed again when they are asked for
