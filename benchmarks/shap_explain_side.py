"""The same with shap and lime as a notebook calls them: one task a process.

Models and encoded customers are those of crm_ai, as scikit-learn's own classes and plain matrices, so that values can
be compared. What-if steps and LIME work on a scikit-learn pipeline of the same table.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.explain_jobs import (
    ALIKE,
    CHECKED,
    LEVELS,
    LIME_CUSTOMERS,
    OTHERS,
    STEPS,
    ExplainJob,
    explain_job_from_command_line,
)
from benchmarks.explain_preparing import BACKGROUND, MOST_TRAINED_ON
from benchmarks.measuring import cpu_seconds, report, seconds, stage

PATIENCE = 60.0  # seconds of one call; what would take longer is done for fewer customers and scaled
FEW, PROBE = 20, 2_000
done: dict[str, int] = {}


def main() -> None:
    """Do the task and hand over the figures."""
    warnings.filterwarnings("ignore")
    job = explain_job_from_command_line()
    if job.task.startswith("what_if"):
        report(_what_if(job, job.task.split()[1]))
    elif job.task == "LIME":
        report(_lime(job))
    else:
        report(_shap(job))


def _shap(job: ExplainJob) -> dict[str, Any]:
    import shap

    name, folder = job.task, job.folder
    told = pickle.loads((folder / f"{name}.pickle").read_bytes())
    model, background = told["model"], np.load(folder / f"{name}_background.npy")
    customers = np.load(folder / f"{name}_customers.npy")
    calls: dict[str, Callable[[Any], Any]]
    if name == "logistic_regression":
        calls = {
            "LinearExplainer.shap_values(X)": lambda x: shap.LinearExplainer(model, background).shap_values(x),
            "LinearExplainer(X)": lambda x: shap.LinearExplainer(model, background)(x),
        }
        _fitted_encoder(job, customers)
    else:
        calls = {
            "TreeExplainer(X), path-dependent": lambda x: shap.TreeExplainer(model)(x),
            f"TreeExplainer(X), {BACKGROUND} references": lambda x: shap.TreeExplainer(model, background)(x),
        }
        if name == "decision_tree":
            calls["TreeExplainer.shap_values(X), path-dependent"] = lambda x: shap.TreeExplainer(model).shap_values(x)
            _fitted_encoder(job, customers)
    for what, call in calls.items():
        _as_many_as_can_be(what, call, customers)
    checked = customers[: CHECKED // 10 if name == "random_forest" else CHECKED]
    np.save(folder / f"{name}_values_shap.npy", _values(shap, told, background, checked))
    return {"rows": len(customers), "done": done}


def _fitted_encoder(job: ExplainJob, customers: np.ndarray) -> None:
    """What scikit-learn's own encoding of the same customers takes."""
    from benchmarks.default_pipelines import default_pipelines

    x, _y, numbers, labels = _frame(job)
    encoder = default_pipelines(numbers, labels)["logistic_regression"][0].fit(x.iloc[:MOST_TRAINED_ON])
    with stage("scikit-learn's encoding"):
        matrix = _dense(encoder.transform(x))
    assert len(matrix) == len(customers)


def _as_many_as_can_be(what: str, call: Callable[[Any], Any], customers: np.ndarray) -> None:
    """Time a call; where it would take too long, for fewer customers, each further one as long as those."""
    call(customers[:FEW])  # what is compiled or imported at the first call is not counted
    few = _clocks(call, customers[:FEW])
    probed = customers[: min(PROBE, max(2 * FEW, len(customers) // 10))]
    each = max((_clocks(call, probed) - few)[1] / (len(probed) - FEW), 1e-9)
    some = customers[: max(2 * FEW, int(PATIENCE / each))]
    many, done[what] = _clocks(call, some), len(some)
    cpu_seconds[what], seconds[what] = many + (many - few) * (len(customers) - len(some)) / (len(some) - FEW)


def _clocks(call: Callable[[Any], Any], customers: np.ndarray) -> np.ndarray:
    """CPU and wall seconds."""
    start, busy = perf_counter(), process_time()
    call(customers)
    return np.array([process_time() - busy, perf_counter() - start])


def _values(shap: Any, told: dict[str, Any], background: np.ndarray, customers: np.ndarray) -> np.ndarray:
    """Values summed to original columns."""
    model = told["model"]
    if hasattr(model, "coef_"):
        values = shap.LinearExplainer(model, background).shap_values(customers)
    else:
        values = shap.TreeExplainer(model, background).shap_values(customers)[:, :, 1]
    summed = np.zeros((len(told["columns"]), len(customers)))
    np.add.at(summed, told["source"], values.T)
    return summed.T


def _frame(job: ExplainJob) -> tuple[pd.DataFrame, pd.Series, list[str], list[str]]:
    frame = pd.read_csv(job.table.path)
    if "TotalCharges" in frame:
        frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
    y = (frame.pop(job.table.target) == job.table.positive).astype(int)
    x = frame.drop(columns=[job.table.identifier])
    numbers = [str(column) for column in x.select_dtypes("number").columns]
    return x, y, numbers, [str(column) for column in x if column not in numbers]


def _fitted(job: ExplainJob, name: str) -> tuple[Any, ...]:
    """A pipeline fitted on training customers, 80,000 at most; these; a customer of the holdout; names of columns."""
    from benchmarks.default_pipelines import default_pipelines

    x, y, numbers, labels = _frame(job)
    rows = np.load(job.folder / "rows.npz")
    some = rows["train"][:MOST_TRAINED_ON]
    pipeline = default_pipelines(numbers, labels)[name].fit(x.iloc[some], y.iloc[some])
    return pipeline, x.iloc[rows["train"]], y.iloc[rows["train"]], x.iloc[rows["holdout"]], numbers, labels


def _lime(job: ExplainJob) -> dict[str, Any]:
    from benchmarks.plain_lime import plain_lime

    pipeline, x_train, _y, x_holdout, numbers, labels = _fitted(job, "logistic_regression")
    with stage("ready"):
        explainer, predict, codes = plain_lime(pipeline, x_train, numbers, labels)
    customers, fits = codes(x_holdout.iloc[:LIME_CUSTOMERS]), []
    for row in customers:
        with stage("values", 1 / LIME_CUSTOMERS):
            found = explainer.explain_instance(row, predict, num_features=x_train.shape[1], num_samples=5_000)
        fits.append(float(found.score))
    return {"rows": LIME_CUSTOMERS, "local_fit": median(fits), "done": {}}


def _what_if(job: ExplainJob, name: str) -> dict[str, Any]:
    pipeline, x_train, y_train, x_holdout, _numbers, _labels = _fitted(job, name)
    before = pipeline.predict_proba(x_train)[:, 1]
    explained = {"explainer rebuilt": _rebuilt, "shap.Explainer of predict_proba": _by_permutation}
    taken: dict[str, list[float]] = {what: [] for what in explained}
    for turn in range(STEPS + 1):
        for what, explain in explained.items():
            start = perf_counter()
            with stage(f"first, {what}" if turn == 0 else what, 1 if turn == 0 else 1 / STEPS):
                said = _step(pipeline, x_train, y_train, before, x_holdout.iloc[[0]], 10.0 + 5 * turn, explain)
            taken[what].append(perf_counter() - start)
    return {"rows": 1, "said": said, "step_ms": {k: 1000 * median(each[1:]) for k, each in taken.items()}, "done": {}}


def _step(
    pipeline: Any, x_train: pd.DataFrame, y_train: pd.Series, before: np.ndarray, customer: pd.DataFrame,
    amount: float, explain: Callable[[Any, pd.DataFrame, pd.DataFrame], Any],
) -> float:  # fmt: skip
    """Predict, explain, look for pairs of labels nobody has, vary one column, and look who was alike."""
    other = customer.assign(amount_0=amount, category_1="label 1")
    _now, then = pipeline.predict_proba(pd.concat([customer, other]))[:, 1]
    explain(pipeline, x_train.iloc[:BACKGROUND], other)
    same = x_train["category_1"] == "label 1"
    for column in x_train.select_dtypes(exclude="number"):
        (same & (x_train[column] == other[column].iloc[0])).any()
    levels = x_train["amount_0"].quantile(np.linspace(0, 1, LEVELS), interpolation="nearest").unique()
    some = pd.concat([other, x_train.iloc[:OTHERS]])
    asked = pd.concat([some.assign(amount_0=level) for level in levels])
    said = pipeline.predict_proba(asked)[:, 1].reshape(len(levels), -1)
    said[:, 1:].mean(axis=1), np.quantile(said[:, 1:], [0.1, 0.9], axis=1)
    y_train.to_numpy()[np.argsort(np.abs(before - then))[:ALIKE]].mean()
    return float(then)


def _rebuilt(pipeline: Any, background: pd.DataFrame, other: pd.DataFrame) -> Any:
    import shap

    reference, one = (_dense(pipeline[0].transform(frame)) for frame in (background, other))
    kind = shap.LinearExplainer if hasattr(pipeline[-1], "coef_") else shap.TreeExplainer
    return kind(pipeline[-1], reference)(one)


def _by_permutation(pipeline: Any, background: pd.DataFrame, other: pd.DataFrame) -> Any:
    import shap

    reference, one = (_dense(pipeline[0].transform(frame)) for frame in (background, other))
    return shap.Explainer(pipeline[-1].predict_proba, reference)(one)


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


if __name__ == "__main__":
    main()
