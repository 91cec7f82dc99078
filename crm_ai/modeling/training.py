"""Train models on some customers, judge them on others: the one road from a question to a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter

import numpy as np
import pandas as pd

from crm_ai.cleaning import accept
from crm_ai.errors import CancelledError, ProblemError
from crm_ai.evaluation import PredictionRanges, conformal_ranges
from crm_ai.modeling.answers import answers, as_places
from crm_ai.modeling.fitting import WEIGHTS, Fitted, fit_all
from crm_ai.modeling.model_types import BASELINE
from crm_ai.modeling.plan import ModelTypes, Plan, make_plan, plan_as_json
from crm_ai.modeling.problem import Problem, Scale, SplitKind, Task
from crm_ai.modeling.profile import Inputs, with_profile
from crm_ai.modeling.progress import Journal, Progress
from crm_ai.modeling.recalibration import recalibrated
from crm_ai.modeling.references import drawn_references
from crm_ai.modeling.run import Model, Run
from crm_ai.modeling.splitting import split_holdout
from crm_ai.table import Schema, Table
from crm_ai.words import _, number


def train(
    table: Table,
    problem: Problem,
    model_types: ModelTypes | None = None,
    *,
    search: int = 0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Run:
    """Train models on the same customers and judge them on the same others.

    A holdout is set aside first and touched by nothing: encoders and models are fitted, and settings searched, on the
    other customers. On these, cross-validation does all of that anew for each fold.

    Parameters
    ----------
    table : Table
        The customers; those without a target are neither trained nor judged on. Repairs of the problem that learn
        nothing are made first, as ``crm_ai.cleaning.accept`` makes them.
    problem : Problem
        The question.
    model_types : iterable of str, or mapping of str to mapping, optional
        Which models, perhaps with settings such as ``{"decision_tree": {"depth": 3}}``; by default the basic ones that
        can answer this kind of question. A baseline always stands beside them.
    search : int, default 0
        Settings tried for each model by successive halving, within the customers that it is fitted on; 0 takes them as
        they are.
    progress : callable, optional
        Called with a ``Progress`` after each step, in the caller's thread.
    cancelled : callable, optional
        Asked several times a second whether to end early. The models that are finished by then make up the run.

    Returns
    -------
    Run
        Fitted models, their predictions for the holdout, and their cross-validated scores.

    Raises
    ------
    ProblemError
        If there are too few customers, too few of an answer, or a model cannot answer this kind of question.
    CancelledError
        If no model was finished when the work was ended.

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
    return carry_out(table, make_plan(problem, model_types, search=search), progress=progress, cancelled=cancelled)


def carry_out(
    table: Table,
    plan: Plan,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Run:
    """Train what a plan says.

    Parameters
    ----------
    table : Table
        The customers.
    plan : Plan
        What is trained.
    progress, cancelled : callable, optional
        See ``train``.

    Returns
    -------
    Run
        See ``train``.
    """
    problem = plan.problem
    table = accept(table, problem.repairs)
    _check(table, problem)
    steps = problem.folds * (1 if problem.split.kind is SplitKind.TIME else problem.repeats) + 1
    journal = Journal(dict.fromkeys((BASELINE, *plan.model_types), steps), progress, cancelled, WEIGHTS)
    with journal.timed("split"):
        known = answers(table, problem)
        train_rows, holdout_rows = split_holdout(table, problem, known)
    target, actual = (as_places(problem, known[rows]) for rows in (train_rows, holdout_rows))
    fitted = fit_all(plan, table, train_rows, target, journal)
    finished = tuple(choice for choice in plan.choices if choice.model_type in fitted)
    if not finished or BASELINE not in fitted:
        raise CancelledError(_("Training was ended before a model was finished."))
    plan = replace(plan, choices=finished)
    if problem.task is Task.BINARY and problem.recalibration:
        fitted |= {name: recalibrated(fitted[name], problem, target) for name in plan.model_types}
    schema = Schema(tuple(table.schema[name] for name in problem.features))
    models = {name: Model(name, problem, schema, fitted[name].pipeline) for name in (BASELINE, *plan.model_types)}
    holdout = table.frame[list(problem.features)].iloc[holdout_rows]
    predictions = {}
    for name, model in models.items():
        start = perf_counter()
        with journal.timed("predict"):
            predictions[name] = model.predict(holdout)
        journal.model_seconds[f"{name} predict"] = perf_counter() - start
    out_of_fold = {name: _out_of_fold(fitted[name], predictions[name], len(train_rows)) for name in models}
    if problem.task is Task.REGRESSION:
        models = {name: replace(model, ranges=_ranges(target, out_of_fold[name])) for name, model in models.items()}
    inputs = Inputs(table.schema)
    for name, model in models.items():
        references = drawn_references(model, table.frame, train_rows, out_of_fold[name], problem.seed)
        models[name] = with_profile(
            replace(model, references=references), table, train_rows, predictions[name], actual, inputs
        )
    journal.say(_("Done."))
    return Run(
        table=table,
        problem=problem,
        models={name: models[name] for name in plan.model_types},
        train_rows=train_rows,
        holdout_rows=holdout_rows,
        actual=actual,
        train_actual=target,
        predictions=predictions,
        cross_validation=_fold_scores({name: fitted[name] for name in models}),
        seconds=journal.seconds,
        versions=package_versions(),
        digest=run_digest(table, plan),
        plan=plan,
        baseline=models[BASELINE],
        out_of_fold=out_of_fold,
        settings={name: fitted[name].settings for name in models},
        attempts=pd.concat([fitted[name].attempts for name in models], ignore_index=True),
        model_seconds=journal.model_seconds,
    )


def run_digest(table: Table, plan: Plan) -> str:
    """Digest of everything that decides a run's results.

    Parameters
    ----------
    table : Table
        The customers.
    plan : Plan
        What is trained.

    Returns
    -------
    str
        24 hexadecimal digits.
    """
    recipe = json.dumps([table.digest, plan_as_json(plan)], ensure_ascii=False)
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


def _check(table: Table, problem: Problem) -> None:
    for name in (*problem.features, *problem.segments):
        table.schema[name]
    if problem.task is not Task.REGRESSION or problem.scale is Scale.PLAIN:
        return
    lowest = float(np.nanmin(answers(table, problem), initial=0.0))
    if lowest < 0:
        raise ProblemError(
            _("“{target}” goes down to {lowest}; factors suit only amounts of 0 and more.").format(
                target=problem.target, lowest=number(lowest)
            ),
            where=table.source,
            next_step=_("Model it as it is."),
        )


def _fold_scores(fitted: Mapping[str, Fitted]) -> pd.DataFrame:
    rows = [
        (name, number, metric, value)
        for name, one in fitted.items()
        for number, (_judge, _said, scores) in enumerate(one.folds)
        for metric, value in scores.items()
    ]
    return pd.DataFrame(rows, columns=["model", "fold", "metric", "value"])


def _ranges(target: np.ndarray, said: np.ndarray) -> PredictionRanges:
    judged = np.isfinite(said)
    return conformal_ranges(target[judged], said[judged])


def _out_of_fold(fitted: Fitted, like: np.ndarray, customers: int) -> np.ndarray:
    found = np.full((customers, *like.shape[1:]), np.nan)
    for judge, said, _scores in reversed(fitted.folds):  # of several rounds the first is written last, and stays
        found[judge] = said
    return found
