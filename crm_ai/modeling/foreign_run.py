"""Judge a fitted pipeline of other people on customers that it was not fitted on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from crm_ai.errors import ProblemError
from crm_ai.evaluation import conformal_ranges
from crm_ai.modeling.answers import answers, as_places
from crm_ai.modeling.estimators import Setting, guess
from crm_ai.modeling.foreign_model import adopt_pipeline
from crm_ai.modeling.model_types import BASELINE, FOREIGN
from crm_ai.modeling.plan import Plan, plan_as_json
from crm_ai.modeling.problem import Problem, Task
from crm_ai.modeling.profile import Inputs, with_profile
from crm_ai.modeling.run import Model, Run
from crm_ai.modeling.splitting import split_holdout
from crm_ai.modeling.training import package_versions
from crm_ai.table import Table
from crm_ai.words import _, count

ELSEWHERE = "elsewhere"
FEWEST = 10


def judge_pipeline(
    pipeline: Any,
    table: Table,
    problem: Problem,
    *,
    like: pd.DataFrame,
    fitted_on: np.ndarray | Sequence[int] | str | None,
    out_of_fold: np.ndarray | None = None,
) -> Run:
    """Judge a fitted pipeline of other people on customers that it was not fitted on.

    The run is one like any other: figures, reasons (SHAP by permutation with a stated error, LIME), their reliability,
    counterfactuals, fairness audits and reports are made of it. Its only model is called ``"foreign"``.

    Parameters
    ----------
    pipeline, table, problem, like
        As in ``adopt_pipeline``.
    fitted_on : array of int or of bool, or "elsewhere"
        The table's customers that the pipeline was fitted on, by position or as a mask: they are compared with, and
        all others with a known answer are judged on. ``"elsewhere"`` says that it was fitted on none of them; the table
        is then divided as the question says into customers who are compared with and customers who are judged on.
    out_of_fold : numpy.ndarray of shape (n,) or (n, answers), optional
        What models that had not seen them said of the table's customers, for instance by scikit-learn's
        ``cross_val_predict``; NaN where nothing was said. Thresholds and ranges are learned from it; without it they
        are not offered.

    Returns
    -------
    Run
        With the pipeline as its only model beside the baseline.

    Raises
    ------
    ProblemError
        If it is not said which customers the pipeline was fitted on, or too few others are left.
    CrmAiError
        As ``adopt_pipeline``.

    Examples
    --------
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import OneHotEncoder
    >>> from crm_ai.modeling import headline
    >>> from crm_ai.table import table_from_frame
    >>> frame = pd.DataFrame({"calls": range(100), "plan": ["small", "large"] * 50})
    >>> frame["Churn"] = ["No"] * 60 + ["Yes"] * 40
    >>> seen = np.flatnonzero(np.arange(100) % 3)
    >>> encode = make_column_transformer((OneHotEncoder(), ["plan"]), remainder="passthrough")
    >>> pipeline = make_pipeline(encode, LogisticRegression(max_iter=1000))
    >>> fitted = pipeline.fit(frame.loc[seen, ["calls", "plan"]], frame.loc[seen, "Churn"])
    >>> problem = Problem(target="Churn", task=Task.BINARY, features=("calls", "plan"), labels=("No", "Yes"))
    >>> run = judge_pipeline(fitted, table_from_frame(frame), problem, like=frame, fitted_on=seen)
    >>> round(headline(run, "foreign")["roc_auc"].value, 2)
    1.0
    """
    known = answers(table, problem)
    train_rows, holdout_rows = _divided(table, problem, known, fitted_on)
    target, actual = (as_places(problem, known[rows]) for rows in (train_rows, holdout_rows))
    model = adopt_pipeline(pipeline, table, problem, like=like, compared_with=train_rows)
    problem = model.problem
    baseline = _baseline(model, table, train_rows, target)
    both = {BASELINE: baseline, FOREIGN: model}
    features = list(problem.features)
    predictions = {name: one.predict(table.frame[features].iloc[holdout_rows]) for name, one in both.items()}
    before = _before(both, table, train_rows, fitted_on, out_of_fold)
    if problem.task is Task.REGRESSION and before:
        both[FOREIGN] = _with_ranges(model, target, before[FOREIGN])
    inputs = Inputs(table.schema)
    both = {name: with_profile(one, table, train_rows, predictions[name], actual, inputs) for name, one in both.items()}
    plan = Plan(problem, ())
    return Run(
        table=table,
        problem=problem,
        models={FOREIGN: both[FOREIGN]},
        train_rows=train_rows,
        holdout_rows=holdout_rows,
        actual=actual,
        train_actual=target,
        predictions=predictions,
        cross_validation=pd.DataFrame(columns=["model", "fold", "metric", "value"]),
        seconds={},
        versions=package_versions(),
        digest=_digest(table, plan, train_rows, predictions[FOREIGN]),
        plan=plan,
        baseline=both[BASELINE],
        out_of_fold=OutOfFold(before),
        settings={name: {} for name in both},
        attempts=pd.DataFrame(columns=["settings", "customers", "score", "model", "fold"]),
        model_seconds={},
        is_fitted_elsewhere=_is_elsewhere(fitted_on),
    )


@dataclass(frozen=True, slots=True)
class OutOfFold(Mapping[str, np.ndarray]):
    """What was said out of fold of customers a pipeline was fitted on, as far as that is known.

    Parameters
    ----------
    known : mapping of str to numpy.ndarray
        By model type.
    """

    known: Mapping[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.known:
            raise ProblemError(
                _("It is not known what the pipeline would say of its training customers if it had not seen them."),
                next_step=_("Judge it with out_of_fold=, for instance from scikit-learn's cross_val_predict."),
            )
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def _is_elsewhere(fitted_on: object) -> bool:
    return isinstance(fitted_on, str) and fitted_on == ELSEWHERE


def _divided(
    table: Table, problem: Problem, known: np.ndarray, fitted_on: np.ndarray | Sequence[int] | str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Customers who are compared with, and customers who are judged on."""
    if _is_elsewhere(fitted_on):
        return split_holdout(table, problem, known)
    labelled = ~np.isnan(known)
    seen = _mask(table, fitted_on)
    train, holdout = np.flatnonzero(seen & labelled), np.flatnonzero(~seen & labelled)
    if min(len(train), len(holdout)) < FEWEST:
        raise ProblemError(
            _(
                "The pipeline was fitted on {seen} customers whose answer is known, and {others} others are left to "
                "judge it on; at least {least} of either are needed."
            ).format(seen=count(len(train)), others=count(len(holdout)), least=FEWEST),
            where=table.source,
            next_step=_(
                "Add customers that it was not fitted on; of customers it was fitted on, figures would be too good."
            ),
        )
    if problem.task is not Task.REGRESSION and len(np.unique(known[holdout])) < 2:
        raise ProblemError(
            _("All customers that are left to judge on have the same answer."),
            where=table.source,
            next_step=_("Add customers with another answer that the pipeline was not fitted on."),
        )
    return train, holdout


def _mask(table: Table, fitted_on: np.ndarray | Sequence[int] | str | None) -> np.ndarray:
    wrong = ProblemError(
        _(
            "It is not said which of the {n} customers the pipeline was fitted on; of these, figures would be too good."
        ).format(n=count(len(table))),
        where=table.source,
        next_step=_(
            "Say fitted_on= with their positions in the table, or fitted_on='elsewhere' if it has seen none of them. "
            "Where nobody knows, adopt_pipeline explains without judging."
        ),
    )
    if fitted_on is None or isinstance(fitted_on, str):
        raise wrong
    rows = np.asarray(fitted_on)
    if rows.dtype == bool and rows.shape == (len(table),):
        return rows
    if rows.ndim != 1 or not np.issubdtype(rows.dtype, np.integer) or not len(rows):
        raise wrong
    if rows.min() < 0 or rows.max() >= len(table):
        raise wrong
    seen = np.zeros(len(table), dtype=bool)
    seen[rows] = True
    return seen


def _baseline(model: Model, table: Table, rows: np.ndarray, target: np.ndarray) -> Model:
    problem = model.problem
    setting = Setting(
        task=problem.task,
        customers=len(rows),
        width=len(problem.features),
        answers=len(problem.labels),
        seed=problem.seed,
    )
    estimator = guess(setting).fit(np.zeros((len(rows), len(problem.features))), target)
    steps = [*model.pipeline.steps[:-1], ("estimator", estimator)]
    return replace(model, model_type=BASELINE, pipeline=Pipeline(steps))


def _before(
    both: Mapping[str, Model],
    table: Table,
    rows: np.ndarray,
    fitted_on: object,
    out_of_fold: np.ndarray | None,
) -> dict[str, np.ndarray]:
    """What was said of customers who are compared with, by models that had not seen them."""
    frame = table.frame[list(both[FOREIGN].problem.features)].iloc[rows]
    if out_of_fold is not None:
        given = np.asarray(out_of_fold, dtype=np.float64)
        like = both[FOREIGN].predict(frame.iloc[:1])
        if given.shape != (len(table), *like.shape[1:]):
            raise ProblemError(
                _(
                    "What was said out of fold is to be of shape {wanted}, one row for each of the table's customers."
                ).format(wanted=(len(table), *like.shape[1:]))
            )
        return {FOREIGN: given[rows]}
    return {FOREIGN: both[FOREIGN].predict(frame)} if _is_elsewhere(fitted_on) else {}


def _with_ranges(model: Model, target: np.ndarray, said: np.ndarray) -> Model:
    judged = np.isfinite(said)
    return replace(model, ranges=conformal_ranges(target[judged], said[judged]))


def _digest(table: Table, plan: Plan, rows: np.ndarray, said: np.ndarray) -> str:
    """Of the customers, the question and all that the pipeline says: nobody knows what else makes it up."""
    digest = hashlib.blake2b(
        json.dumps([table.digest, plan_as_json(plan)], ensure_ascii=False).encode(), digest_size=12
    )
    for part in (rows.astype(np.int64), said):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
