"""Reasons with crm_ai: one task a process."""

from __future__ import annotations

import pickle
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.explain_jobs import CHECKED, DASHBOARD_FOREST_ROWS, LIME_CUSTOMERS, STEPS, explain_job_from_command_line
from benchmarks.explain_preparing import BACKGROUND, FOREST, FOREST_ROWS
from benchmarks.measuring import report, stage


def main() -> None:
    """Do the task and hand over the figures."""
    job = explain_job_from_command_line()
    run = pickle.loads((job.folder / "run.pickle").read_bytes())
    tasks = {"random_forest": _forest, "LIME": _lime, "counterfactuals": _counterfactuals, "dashboard": _dashboard}
    if job.task.startswith("what_if"):
        report(_what_if(run, job.task.split()[1]))
    elif job.task in tasks:
        report(tasks[job.task](run, job.folder))
    else:
        report(_all_rows(run, job.task, job.folder))


def _all_rows(run: Any, name: str, folder: Any) -> dict[str, Any]:
    import numpy as np

    from crm_ai.explanation import explain_rows, shap_explainer
    from crm_ai.explanation.explainer import explainer_of

    everybody = np.arange(len(run.table.frame))
    checked = explainer_of(run.model(name), run.train_frame.iloc[:BACKGROUND]).explain(run.table.frame.iloc[:CHECKED])
    np.save(folder / f"{name}_values_crm_ai.npy", checked.values)
    with stage("ready"):
        ready = shap_explainer(run, name)
    with stage("values"):
        found = explain_rows(run, ready, everybody)
    return {"rows": len(found.values), "references": ready.references or len(run.train_rows)}


def _forest(run: Any, folder: Any) -> dict[str, Any]:
    import numpy as np

    from crm_ai.explanation.explainer import explainer_of

    features = list(run.problem.features)
    customers = run.holdout_frame[features].iloc[:FOREST_ROWS]
    with stage("ready"):
        ready = explainer_of(run.model(FOREST), run.train_frame[features].iloc[:BACKGROUND])
    with stage("values"):
        found = ready.explain(customers)
    with stage("ready, everybody"):
        usual = explainer_of(run.model(FOREST), run.train_frame[features])
    with stage("values, everybody"):
        usual.explain(customers)
    np.save(folder / f"{FOREST}_values_crm_ai.npy", found.values[: CHECKED // 10])
    return {"rows": len(customers), "references": usual.references}


def _lime(run: Any, _folder: Any) -> dict[str, Any]:
    from crm_ai.explanation import explain_with_lime, lime_explainer

    with stage("ready"):
        ready = lime_explainer(run, "logistic_regression")
    fits = []
    for row in run.holdout_rows[:LIME_CUSTOMERS]:
        with stage("values", 1 / LIME_CUSTOMERS):
            found = explain_with_lime(run, "logistic_regression", int(row), explainer=ready)
        fits.append(found.local_fit)
    return {"rows": LIME_CUSTOMERS, "local_fit": median(fits)}


def _what_if(run: Any, name: str) -> dict[str, Any]:
    """What the page computes when a slider moves, without drawing."""
    from crm_ai.explanation import shap_explainer

    ready = shap_explainer(run, name)
    row, taken = int(run.holdout_rows[0]), []
    for turn in range(STEPS + 1):
        start = perf_counter()
        with stage("first step" if turn == 0 else "step", 1 if turn == 0 else 1 / STEPS):
            said = _step(run, name, ready, row, 10.0 + 5 * turn)
        taken.append(perf_counter() - start)
    return {"rows": 1, "said": said, "step_ms": 1000 * median(taken[1:])}


def _step(run: Any, name: str, ready: Any, row: int, amount: float) -> float:
    from crm_ai.explanation.what_if import changed, likely_range, never_together, profile, said_of, values_of

    for column in run.problem.features:
        values_of(run, column)
    changes = {"amount_0": amount, "category_1": "label 1"}
    customer, other = changed(run, row, {}), changed(run, row, changes)
    _now, then = (float(said_of(run.model(name), one)[0]) for one in (customer, other))
    ready.explain(other)
    never_together(run, other, list(changes))
    profile(run, name, other, "amount_0")
    likely_range(run, name, then)
    return then


def _counterfactuals(run: Any, _folder: Any) -> dict[str, Any]:
    from crm_ai.explanation.changes import Changeable
    from crm_ai.explanation.counterfactuals import counterfactual_search, counterfactuals

    with stage("ready"):
        ready = counterfactual_search(run, "logistic_regression")
    changeable = [Changeable(column) for column in run.problem.features]
    ways = []
    for row in run.holdout_rows[:LIME_CUSTOMERS]:
        with stage("values", 1 / LIME_CUSTOMERS):
            ways.append(len(counterfactuals(ready, int(row), changeable).found))
    return {"rows": LIME_CUSTOMERS, "ways": ways}


def _dashboard(run: Any, _folder: Any) -> dict[str, Any]:
    """The same customers as the dashboard: the holdout, of a forest the first of it."""
    from crm_ai.explanation import explain_rows, shap_explainer

    first, rows = {}, {}
    for name in run.models:
        customers = run.holdout_rows[:DASHBOARD_FOREST_ROWS] if name == FOREST else run.holdout_rows
        with stage(name):
            found = explain_rows(run, shap_explainer(run, name), customers)
        first[name], rows[name] = found.importance()["column"][0], len(customers)
    return {"first_driver": first, "rows": rows}


if __name__ == "__main__":
    main()
