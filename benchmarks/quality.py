"""``python -m benchmarks.quality``: scores beside those of plain scikit-learn pipelines, on real data."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from crm_ai.modeling import Run

DATA = Path(__file__).parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Asked:
    """A file and the question asked of it.

    Parameters
    ----------
    file, target : str
        Where, and what is predicted.
    positive : str, optional
        For a yes/no question, the answer in question.
    without : tuple of str
        Columns that give the answer away.
    """

    file: str
    target: str
    positive: str | None = None
    without: tuple[str, ...] = field(default=())


QUESTIONS = (
    Asked("telco_churn.csv", "Churn", "Yes"),
    Asked("german_credit.csv", "", "2"),
    Asked("email_campaign.csv", "conversion", "1", ("visit", "spend")),
    Asked("customer_value.csv", "Customer Lifetime Value"),
    Asked("customer_value.csv", "Response", "Yes"),
)


def main() -> int:
    """Print a table; 1 if one of ours is worse by more than a standard error."""
    warnings.filterwarnings("ignore")
    worse = 0
    print("| data | metric | model | crm_ai (95 %) | scikit-learn | difference | on folds |")
    print("|---|---|---|--:|--:|--:|--:|")
    for asked in QUESTIONS:
        if not (DATA / asked.file).exists():
            print(f"{asked.file} left out: it is not there", file=sys.stderr)
            continue
        worse += _compare(asked)
    return int(worse > 0)


def _compare(asked: Asked) -> int:
    from crm_ai import headline, propose_problem, read_table, train
    from crm_ai.modeling import DECISIVE, Task, best_by_cross_validation, model_types_for

    table = read_table(DATA / asked.file)
    target = asked.target or table.schema.names[-1]
    features = propose_problem(table, target=target, positive=asked.positive).problem.features
    features = tuple(name for name in features if name not in asked.without)
    problem = propose_problem(table, target=target, positive=asked.positive, features=features).problem
    run = train(table, problem, [entry.id for entry in model_types_for(problem.task)])
    metric = "r2" if problem.task is Task.REGRESSION else "roc_auc"
    folds = run.cross_validation[run.cross_validation["metric"] == DECISIVE[problem.task]]
    means = folds.groupby("model")["value"].mean()
    best, found = best_by_cross_validation(run), 0
    for name in run.models:
        ours, theirs = headline(run, name)[metric], _plain(run, name)
        error = (ours.high - ours.low) / (2 * 1.96)
        found += ours.value < theirs - error
        mark = " (best on folds)" if name == best else ""
        print(
            f"| {asked.file} · {target} | {metric} | {name}{mark} | {ours.value:.3f} ({ours.low:.3f}–{ours.high:.3f})"
            f" | {theirs:.3f} | {ours.value - theirs:+.3f} | {means[name]:.3f} |",
            flush=True,
        )
    return found


def _plain(run: Run, name: str) -> float:
    """Score on the same holdout of the pipeline that a notebook would write."""
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
    )
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.metrics import r2_score, roc_auc_score
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    from crm_ai.modeling import Task, answers

    numeric = run.problem.task is Task.REGRESSION
    models: dict[str, tuple[Any, Any]] = {
        "linear_regression": (LinearRegression(), LinearRegression()),
        "logistic_regression": (LogisticRegression(max_iter=1000), None),
        "decision_tree": (
            DecisionTreeClassifier(max_depth=6, min_samples_leaf=50, random_state=42),
            DecisionTreeRegressor(max_depth=6, min_samples_leaf=50, random_state=42),
        ),
        "random_forest": (
            RandomForestClassifier(200, random_state=42),
            RandomForestRegressor(200, random_state=42),
        ),
        "gradient_boosting": (
            HistGradientBoostingClassifier(random_state=42),
            HistGradientBoostingRegressor(random_state=42),
        ),
        "neural_network": (
            MLPClassifier(early_stopping=True, random_state=42),
            MLPRegressor(early_stopping=True, random_state=42),
        ),
    }
    frame = run.table.frame[list(run.problem.features)].copy()
    kinds = {column: run.table.schema[column].kind.value for column in frame}
    for column, kind in kinds.items():
        if kind == "date":
            frame[column] = frame[column].astype("int64")
        elif kind != "number":
            frame[column] = frame[column].astype("str").fillna("missing")
    numbers = [column for column, kind in kinds.items() if kind in ("number", "date")]
    labels = [column for column in frame if column not in numbers]
    encode = ColumnTransformer(
        [
            ("number", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ("label", OneHotEncoder(handle_unknown="ignore", sparse_output=False), labels),
        ]
    )
    pipeline = make_pipeline(encode, models[name][numeric])
    known: np.ndarray = answers(run.table, run.problem)
    pipeline.fit(frame.iloc[run.train_rows], known[run.train_rows])
    holdout = frame.iloc[run.holdout_rows]
    if numeric:
        return float(r2_score(run.actual, pipeline.predict(holdout)))
    has_chances = hasattr(pipeline, "predict_proba")
    said = pipeline.predict_proba(holdout)[:, 1] if has_chances else pipeline.predict(holdout)
    return float(roc_auc_score(run.actual, said))


if __name__ == "__main__":
    sys.exit(main())
