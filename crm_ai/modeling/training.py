"""Train models on some customers, judge them on others: the one road from a question to a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.errors import ProblemError
from crm_ai.modeling.answers import answers
from crm_ai.modeling.encoding import TableEncoder
from crm_ai.modeling.model_types import ModelType, Setting, find_model_type, model_types_for
from crm_ai.modeling.problem import Problem, Task
from crm_ai.modeling.run import Model, Run
from crm_ai.modeling.scores import fold_scores
from crm_ai.table import Schema, Table
from crm_ai.words import _, count

FEWEST_CUSTOMERS = 30
FEWEST_OF_AN_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training has come.

    Parameters
    ----------
    done, total : int
        Steps finished, and steps in all; a step is one model fitted on one set of customers.
    message : str
        What is being done now, in words.
    """

    done: int
    total: int
    message: str


@dataclass(slots=True)
class _Journal:
    """Tells progress and keeps time while a run is made."""

    total: int
    tell: Callable[[Progress], None] | None
    done: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def step(self, message: str) -> None:
        if self.tell:
            self.tell(Progress(self.done, self.total, message))
        self.done += 1

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - start


def train(
    table: Table,
    problem: Problem,
    model_types: Iterable[str] | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Run:
    """Train models on the same customers and judge them on the same others.

    A stratified holdout is set aside first and touched by nothing: encoders and models are fitted on the other customers. On
    these, cross-validation fits encoder and model anew for each fold.

    Parameters
    ----------
    table : Table
        The customers; those without a target are neither trained nor judged on.
    problem : Problem
        The question.
    model_types : iterable of str, optional
        Which models; by default all that can answer this kind of question.
    progress : callable, optional
        Called with a ``Progress`` before each step, and once at the end.

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
    >>> run = train(table, propose_problem(table, target="Churn").problem, ["decision_tree"])
    >>> len(run.train_rows), len(run.holdout_rows), run.predictions["decision_tree"].shape
    (160, 40, (40,))
    """
    names = tuple(dict.fromkeys(model_types)) if model_types is not None else tuple(
        entry.id for entry in model_types_for(problem.task)
    )  # fmt: skip
    chosen = [find_model_type(name, problem.task) for name in names]
    if not chosen:
        raise ProblemError(_("No model was chosen."), next_step=_("Choose at least one."))
    for name in (*problem.features, *problem.segments):
        table.schema[name]
    journal = _Journal(len(chosen) * (problem.folds + 1), progress)
    with journal.timed("split"):
        known = answers(table, problem)
        train_rows, holdout_rows = _split(table, problem, known)
    features = table.frame[list(problem.features)]
    target = known[train_rows] if problem.task is Task.REGRESSION else known[train_rows].astype(np.intp)
    models: dict[str, Model] = {}
    predictions: dict[str, np.ndarray] = {}
    folds: list[pd.DataFrame] = []
    learned = _Matrices(table.schema, problem, features.iloc[train_rows], journal)
    for entry in chosen:
        journal.step(_("{model}: all training customers").format(model=entry.name))
        encoder, matrix = learned.everybody(entry)
        with journal.timed("fit"):
            estimator = _fit(entry, problem, matrix, target)
        pipeline = Pipeline([("encoding", encoder), ("estimator", estimator)])
        models[entry.id] = Model(entry.id, problem, _feature_schema(table.schema, problem), pipeline)
    for entry in chosen:
        with journal.timed("predict"):
            predictions[entry.id] = models[entry.id].predict(features.iloc[holdout_rows])
    for number, (fit_rows, judge_rows) in enumerate(_folds(problem, target)):
        learned.start_fold(fit_rows, judge_rows)
        for entry in chosen:
            journal.step(
                _("{model}: fold {fold} of {folds}").format(model=entry.name, fold=number + 1, folds=problem.folds)
            )
            folds.append(_judge_fold(entry, problem, learned, target, number, journal))
    if progress:
        progress(Progress(journal.total, journal.total, _("Done.")))
    return Run(
        table=table,
        problem=problem,
        models=models,
        train_rows=train_rows,
        holdout_rows=holdout_rows,
        actual=known[holdout_rows] if problem.task is Task.REGRESSION else known[holdout_rows].astype(np.intp),
        predictions=predictions,
        cross_validation=pd.concat(folds, ignore_index=True),
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


class _Matrices:
    """Encoded customers, made once for all models that are encoded alike."""

    def __init__(self, schema: Schema, problem: Problem, train_frame: pd.DataFrame, journal: _Journal) -> None:
        self._kinds = {name: schema[name].kind.value for name in problem.features}
        self._frame = train_frame
        self._journal = journal
        self._everybody: dict[str, tuple[TableEncoder, np.ndarray]] = {}
        self._fold: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def everybody(self, entry: ModelType) -> tuple[TableEncoder, np.ndarray]:
        key = _key(entry.encoding)
        if key not in self._everybody:
            with self._journal.timed("encode"):
                encoder = TableEncoder(self._kinds, **entry.encoding)
                self._everybody[key] = encoder, encoder.fit_transform(self._frame)
        return self._everybody[key]

    def start_fold(self, fit_rows: np.ndarray, judge_rows: np.ndarray) -> None:
        self.fit_rows, self.judge_rows = fit_rows, judge_rows
        self._fold = {}
        self._everybody = {}  # no longer needed, and large
        self._fit_frame, self._judge_frame = self._frame.iloc[fit_rows], self._frame.iloc[judge_rows]

    def fold(self, entry: ModelType) -> tuple[np.ndarray, np.ndarray]:
        key = _key(entry.encoding)
        if key not in self._fold:
            with self._journal.timed("encode"):
                encoder = TableEncoder(self._kinds, **entry.encoding)
                self._fold[key] = encoder.fit_transform(self._fit_frame), encoder.transform(self._judge_frame)
        return self._fold[key]


def _key(encoding: Mapping[str, Any]) -> str:
    return repr(sorted(encoding.items()))


def _feature_schema(schema: Schema, problem: Problem) -> Schema:
    return Schema(tuple(schema[name] for name in problem.features))


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
                _("Only {n} customers have the answer “{label}”; at least {least} are needed to train and to judge.").format(
                    n=count(int(sizes.min())), label=problem.labels[int(sizes.argmin())], least=FEWEST_OF_AN_ANSWER
                ),
                where=table.source,
                next_step=_("Ask another question, or upload more such customers."),
            )
    train_rows, holdout_rows = train_test_split(
        labelled, test_size=problem.holdout, random_state=problem.seed, stratify=strata
    )
    return train_rows, holdout_rows


def _folds(problem: Problem, target: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import KFold, StratifiedKFold

    kind = KFold if problem.task is Task.REGRESSION else StratifiedKFold
    folds = kind(n_splits=problem.folds, shuffle=True, random_state=problem.seed)
    yield from folds.split(target, None if problem.task is Task.REGRESSION else target)


def _fit(entry: ModelType, problem: Problem, matrix: np.ndarray, target: np.ndarray) -> BaseEstimator:
    setting = Setting(
        task=problem.task,
        customers=len(target),
        width=matrix.shape[1],
        answers=len(problem.labels),
        seed=problem.seed,
    )
    return entry.make(setting).fit(matrix, target)


def _judge_fold(
    entry: ModelType, problem: Problem, learned: _Matrices, target: np.ndarray, number: int, journal: _Journal
) -> pd.DataFrame:
    fit_matrix, judge_matrix = learned.fold(entry)
    with journal.timed("cross-validate"):
        estimator = _fit(entry, problem, fit_matrix, target[learned.fit_rows])
        said = Model(entry.id, problem, Schema(()), Pipeline([("estimator", estimator)])).predict_encoded(judge_matrix)
        scores = fold_scores(problem.task, target[learned.judge_rows], said)
    return pd.DataFrame(
        {"model": entry.id, "fold": number, "metric": list(scores), "value": list(scores.values())}
    )
