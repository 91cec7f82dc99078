"""Millions of customers scored: crm_ai beside pandas and scikit-learn's default pipeline, of the same model.

``python -m benchmarks --only score`` runs it. Every side is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.running import ROOT

SIDES = ("crm_ai", "pandas+sklearn, chunks", "pandas+sklearn, at once")
CHUNK = 100_000
TRAINING_ROWS = 50_000
CLOSE = 1e-9


def run_scoring(rows: int, folder: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Run all sides; figures by side, and what they do not agree on."""
    _call("prepare", rows, folder)
    sides = {}
    for side in SIDES:
        start = perf_counter()
        sides[side] = _call(side, rows, folder) | {"whole": perf_counter() - start}
    compared = _call("compare", rows, folder)
    far = [f"{side}: scores differ by {gap:.2g}" for side, gap in compared["gaps"].items() if not gap <= CLOSE]
    return sides, far


def scoring_in_words(rows: int, sides: dict[str, dict[str, Any]]) -> str:
    """The printed table."""
    head = f"{'side':<26}{'seconds':>9}{'rows/s':>12}{'peak MB':>9}{'ratio':>8}{'processor s':>13}{'ratio':>8}"
    lines = [f"\nscore {rows:,} × 18, CSV to CSV", head]
    first = sides[SIDES[0]]
    for side, figures in sides.items():
        speed = rows / figures["whole"]
        ratio, busy = (figures[name] / first[name] for name in ("whole", "processor"))
        lines.append(
            f"{side:<26}{figures['whole']:>9.1f}{speed:>12,.0f}{figures['peak_mb']:>9,.0f}{ratio:>7.1f}×"
            f"{figures['processor']:>13.1f}{busy:>7.1f}×"
        )
    return "\n".join(lines)


def _call(what: str, rows: int, folder: Path) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.scoring", what, str(rows), str(folder)]
    environ = os.environ | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, env=environ)
    if done.returncode:
        sys.exit(f"{what} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _prepare(rows: int, folder: Path) -> dict[str, Any]:
    """Write the table, train a model on a part of it, and write the same model as a scikit-learn pipeline."""
    import joblib
    import pandas as pd

    import crm_ai
    from benchmarks.tables import write_generated

    write_generated(rows, folder / "new.csv")
    write_generated(TRAINING_ROWS, folder / "training.csv")
    table = crm_ai.read_table(folder / "training.csv")
    features = [name for name in table.schema.names if name.startswith(("amount", "category"))]
    problem = crm_ai.propose_problem(table, target="left", features=features).problem
    model = crm_ai.train(table, problem, ["logistic_regression"]).model("logistic_regression")
    crm_ai.save_model(model, folder / "model.crm")
    joblib.dump(_same_pipeline(model, pd.read_csv(folder / "training.csv")), folder / "peer.joblib")
    return {}


def _same_pipeline(model: Any, frame: Any) -> Any:
    """What a notebook would write, with the other side's numbers put in, so that both say the same."""
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = model.encoder
    labels = [name for name in encoder.columns_ if name in encoder.levels_]
    numbers = [name for name in encoder.columns_ if name not in encoder.levels_]
    places = [encoder.columns_.index(name) for name in numbers]
    amounts = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    columns = ColumnTransformer(
        [("number", amounts, numbers), ("label", OneHotEncoder(handle_unknown="ignore"), labels)]
    )
    pipeline = make_pipeline(columns, LogisticRegression(max_iter=10))
    pipeline.fit(frame[numbers + labels], frame["left"])
    imputer, scaler = pipeline[0].named_transformers_["number"]
    imputer.statistics_ = encoder.medians_[places]
    flags = [numbers[place] for place in imputer.indicator_.features_]
    scaler.mean_ = np.append(encoder.centers_[places], np.zeros(len(flags)))
    scaler.scale_ = np.append(encoder.scales_[places], np.ones(len(flags)))
    names = [*numbers, *(f"{name} is missing" for name in flags)]
    onehot = pipeline[0].named_transformers_["label"]
    names += [f"{n} = {label}" for n, known in zip(labels, onehot.categories_, strict=True) for label in known]
    weights = dict(zip(encoder.encoded_names_, model.estimator.coef_[0], strict=True))
    pipeline[-1].coef_ = np.array([[weights.get(name, 0.0) for name in names]])
    pipeline[-1].intercept_ = model.estimator.intercept_
    return pipeline


def _crm_ai(folder: Path) -> None:
    from crm_ai.deployment import file_sink, load_model, score_stream
    from crm_ai.table import open_stream

    stream = open_stream(folder / "new.csv")
    assert stream is not None
    score_stream(load_model(folder / "model.crm"), stream, file_sink(folder / f"{SIDES[0]}.csv"))


def _notebook(folder: Path, side: str, chunk: int | None) -> None:
    import joblib
    import pandas as pd

    pipeline = joblib.load(folder / "peer.joblib")
    path = folder / "new.csv"
    chunks = [pd.read_csv(path)] if chunk is None else pd.read_csv(path, chunksize=chunk)
    for place, frame in enumerate(chunks):
        frame["score"] = pipeline.predict_proba(frame)[:, 1]
        frame["decision"] = pd.Series(frame["score"] >= 0.5).map({True: "Yes", False: "No"})
        frame.to_csv(folder / f"{side}.csv", index=False, header=place == 0, mode="w" if place == 0 else "a")


def _compare(folder: Path) -> dict[str, Any]:
    import numpy as np
    import pandas as pd

    said = {
        side: pd.read_csv(folder / f"{side}.csv", usecols=["customer_id", "score"], encoding="utf-8-sig")
        for side in SIDES
    }
    first = said[SIDES[0]]
    return {
        "gaps": {
            side: float(np.abs(frame["score"] - first["score"]).max())
            if (frame["customer_id"] == first["customer_id"]).all()
            else float("inf")
            for side, frame in said.items()
        }
    }


def main() -> None:
    """One side, in this process; figures are printed as JSON."""
    what, rows, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    found: dict[str, Any] = {}
    if what == "prepare":
        found = _prepare(rows, folder)
    elif what == "compare":
        found = _compare(folder)
    elif what == SIDES[0]:
        _crm_ai(folder)
    else:
        _notebook(folder, what, CHUNK if what == SIDES[1] else None)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {"peak_mb": used.ru_maxrss / 1024, "processor": used.ru_utime + used.ru_stime}
    print(json.dumps(found | figures))


if __name__ == "__main__":
    main()
