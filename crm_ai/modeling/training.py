"""Train models on some customers, judge them on others: the one road from a question to a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict

import numpy as np
import pandas as pd

from crm_ai.cleaning import accept
from crm_ai.errors import ProblemError
from crm_ai.modeling.answers import answers
from crm_ai.modeling.fitting import fit_all
from crm_ai.modeling.model_types import find_model_type, model_types_for
from crm_ai.modeling.problem import Problem, Task
from crm_ai.modeling.progress import Journal, Progress
from crm_ai.modeling.run import Model, Run
from crm_ai.table import Schema, Table
from crm_ai.words import _, count

FEWEST_CUSTOMERS = 30
FEWEST_OF_AN_ANSWER = 10


def train(
    table: Table,
    problem: Problem,
    model_types: Iterable[str] | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Run:
    """Train models on the same customers and judge them on the same others.

    A stratified holdout is set aside first and touched by nothing: encoders and models are fitted on the other
    customers. On these, cross-validation fits encoder and model anew for each fold.

    Parameters
    ----------
    table : Table
        The customers; those without a target are neither trained nor judged on. Repairs of the problem that learn
        nothing are made first, as ``crm_ai.cleaning.accept`` makes them.
    problem : Problem
        The question.
    model_types : iterable of str, optional
        Which models; by default all that can answer this kind of question.
    progress : callable, optional
        Called with a ``Progress`` after each step, in the caller's thread.

    Returns
    -------
    Run
        Fitted models, their predictions for the holdout, and their cross-validated scores.

    Raises
    ------
    ProblemError
        If there are too few customers, too few of an answer, or a model cannot answer this kind of question.

    Examples
    --------
    >>> from crm_ai.modeling import propose_problem
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"months": range(200), "Churn": ["Yes"] * 80 + ["No"] * 120})
    >>> table = table_from_frame(frame)
    >>> run = train(table, propose_problem(table, target="Churn", features=["months"]).problem, ["decision_tree"])
    >>> len(run.train_rows), len(run.holdout_rows), run.predictions["decision_tree"].shape
    (160, 40, (40,))
    """
    names = tuple(dict.fromkeys(model_types)) if model_types is not None else tuple(
        entry.id for entry in model_types_for(problem.task)
    )  # fmt: skip
    chosen = [find_model_type(name, problem.task) for name in names]
    if not chosen:
        raise ProblemError(_("No model was chosen."), next_step=_("Choose at least one."))
    table = accept(table, problem.repairs)
    for name in (*problem.features, *problem.segments):
        table.schema[name]
    journal = Journal(len(chosen) * (problem.folds + 1), progress)
    with journal.timed("split"):
        known = answers(table, problem)
        train_rows, holdout_rows = _split(table, problem, known)
    features = table.frame[list(problem.features)]
    target = known[train_rows] if problem.task is Task.REGRESSION else known[train_rows].astype(np.intp)
    pipelines, folds = fit_all(table.schema, problem, chosen, features.iloc[train_rows], target, journal)
    schema = Schema(tuple(table.schema[name] for name in problem.features))
    models = {entry.id: Model(entry.id, problem, schema, pipelines[entry.id]) for entry in chosen}
    with journal.timed("predict"):
        holdout = features.iloc[holdout_rows]
        predictions = {name: model.predict(holdout) for name, model in models.items()}
    journal.say(_("Done."))
    return Run(
        table=table,
        problem=problem,
        models=models,
        train_rows=train_rows,
        holdout_rows=holdout_rows,
        actual=known[holdout_rows] if problem.task is Task.REGRESSION else known[holdout_rows].astype(np.intp),
        predictions=predictions,
        cross_validation=folds,
        seconds=journal.seconds,
        versions=package_versions(),
        digest=run_digest(table, problem, names),
    )


def run_digest(table: Table, problem: Problem, model_types: Iterable[str]) -> str:
    """Digest of everything that decides a run's results.

    Parameters
    ----------
    table : Table
        The customers.
    problem : Problem
        The question.
    model_types : iterable of str
        Which models.

    Returns
    -------
    str
        24 hexadecimal digits.
    """
    recipe = json.dumps([table.digest, asdict(problem), list(model_types)], ensure_ascii=False)
    return hashlib.blake2b(recipe.encode(), digest_size=12).hexdigest()


def package_versions() -> dict[str, str]:
    """Versions of the packages that decide a model's numbers.

    Returns
    -------
    dict of str to str
        Version by package.
    """
    import sklearn

    import crm_ai

    return {
        "crm_ai": crm_ai.__version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "pandas": pd.__version__,
    }


def _split(table: Table, problem: Problem, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.model_selection import train_test_split

    labelled = np.flatnonzero(~np.isnan(known))
    if len(labelled) < FEWEST_CUSTOMERS:
        raise ProblemError(
            _("Only {n} customers have a known “{target}”; at least {least} are needed.").format(
                n=count(len(labelled)), target=problem.target, least=FEWEST_CUSTOMERS
            ),
            where=table.source,
            next_step=_("Upload more customers, or choose another target."),
        )
    strata = None
    if problem.task is not Task.REGRESSION:
        strata = known[labelled]
        sizes = np.bincount(strata.astype(np.intp), minlength=len(problem.labels))
        if sizes.min() < FEWEST_OF_AN_ANSWER:
            raise ProblemError(
                _(
                    "Only {n} customers have the answer “{label}”; at least {least} are needed to train and to judge."
                ).format(
                    n=count(int(sizes.min())), label=problem.labels[int(sizes.argmin())], least=FEWEST_OF_AN_ANSWER
                ),
                where=table.source,
                next_step=_("Ask another question, or upload more such customers."),
            )
    train_rows, holdout_rows = train_test_split(
        labelled, test_size=problem.holdout, random_state=problem.seed, stratify=strata
    )
    return train_rows, holdout_rows
