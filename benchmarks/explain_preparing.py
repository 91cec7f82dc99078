"""Train once what all sides explain, and lay it out: ``python -m benchmarks.explain_preparing JOB FOLDER``."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.measuring import job_from_command_line

BACKGROUND = 100
TREES, DEPTH = 200, 10
FOREST_ROWS, MOST_TRAINED_ON = 1_000, 80_000
BASIC = ("logistic_regression", "decision_tree")
FOREST = "random_forest"


def main() -> None:
    """Train with crm_ai, and write the same models as scikit-learn's own, with encoded customers, for the peers."""
    import numpy as np

    from crm_ai import propose_problem, read_table, train

    job, folder = job_from_command_line(), Path(sys.argv[2])
    table = read_table(job.path)
    problem = propose_problem(table, target=job.target, positive=job.positive, segments=job.segments).problem
    run = train(table, problem, BASIC)
    run = replace(run, models={**run.models, FOREST: _forest(run)})
    _round_thresholds(run)
    (folder / "run.pickle").write_bytes(pickle.dumps(run))
    everybody = table.frame[list(problem.features)]
    for name in (*BASIC, FOREST):
        model = run.model(name)
        few = everybody.iloc[run.holdout_rows[:FOREST_ROWS]] if name == FOREST else everybody
        for what, customers in (("customers", few), ("background", run.train_frame.iloc[:BACKGROUND])):
            np.save(folder / f"{name}_{what}.npy", model.encoder.transform(model.cleaned(customers)).astype(np.float64))
        told = {"model": _plain(model.estimator), "source": model.source, "columns": model.columns}
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(told))
    np.savez(folder / "rows.npz", train=run.train_rows, holdout=run.holdout_rows)


def _forest(run: Any) -> Any:
    """A forest of the size that is compared, in the place of the run's own."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import Pipeline

    model = run.model("decision_tree")
    some = run.train_frame.iloc[:MOST_TRAINED_ON]
    forest = RandomForestClassifier(TREES, max_depth=DEPTH, random_state=42, n_jobs=-1)
    forest.fit(model.encoder.transform(model.cleaned(some)), run.train_actual[:MOST_TRAINED_ON])
    return replace(model, model_type=FOREST, pipeline=Pipeline([*model.pipeline.steps[:-1], ("estimator", forest)]))


def _round_thresholds(run: Any) -> None:
    """Round what trees ask about to 32 bits, as shap does.

    Without it shap's values of customers who lie between a threshold and its rounded self are off by up to 1e-3.
    """
    import numpy as np

    forest = run.model(FOREST).estimator
    for tree in (run.model("decision_tree").estimator, *forest.estimators_):
        state = tree.tree_.__getstate__()
        state["nodes"]["threshold"] = state["nodes"]["threshold"].astype(np.float32)
        tree.tree_.__setstate__(state)


def _plain(estimator: Any) -> Any:
    """The same fitted model as scikit-learn's own class, so that the peers need nothing of crm_ai."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    plain = LogisticRegression() if hasattr(estimator, "coef_") else DecisionTreeClassifier()
    if hasattr(estimator, "estimators_"):
        return estimator
    learned = {name: value for name, value in vars(estimator).items() if name.endswith("_")}
    plain.__dict__.update(learned)
    return plain


if __name__ == "__main__":
    main()
