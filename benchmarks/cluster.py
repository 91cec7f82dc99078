"""``python -m benchmarks.cluster``: scoring, SHAP and a fairness audit on one and on two Dask workers.

Partitioned Parquet, one thread a worker. Beside them the same jobs as one machine does them without Dask: part by part
with a thread a processor where it scores, the table read at once where it explains and audits. All sides must say the
same. Scheduler, workers and client share the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.running import ROOT

PARTITIONS = 16
TRAINING_ROWS = 50_000
FEW = 500
JOBS = ("score", "explain", "audit")
SIDES = {"here, no Dask": 0, "1 worker": 1, "2 workers": 2}
SEGMENTS = "category_0,category_1,amount_0"
CLOSE = 1e-9


def main() -> int:
    """Run all sides and print them; 1 if they do not say the same."""
    options = _options()
    if options.part:
        print(json.dumps(_part(options.part, Path(options.folder), options)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _call("prepare", folder, options)
        runs: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
        for repeat in range(options.repeats):
            for side, workers in list(SIDES.items())[:: 1 if repeat % 2 == 0 else -1]:
                runs[side].append(_run(workers, folder, options, repeat))
        found = {
            side: {job: median(run[job]["seconds"] for run in several) for job in JOBS}
            for side, several in runs.items()
        }
        _print(options.rows, found)
        gaps = _call("compare", folder, options)
    far = [f"{job}: differs by {gap:.2g}" for job, gap in gaps.items() if not gap <= CLOSE]
    print("\n".join(far) or f"all sides say the same (to {max(gaps.values()):.1g})")
    return bool(far)


def _medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {job: median(run[job]["seconds"] for run in runs) for job in JOBS}


def _run(workers: int, folder: Path, options: Any, repeat: int) -> dict[str, Any]:
    if not workers:
        return {job: _call(f"here-{job}", folder, options) for job in JOBS}
    with _cluster(folder / f"dask_{workers}_{repeat}", workers) as address:
        return _call("there", folder, options, address, workers)


def _print(rows: int, found: dict[str, dict[str, float]]) -> None:
    print(f"{rows:,} × 18, {PARTITIONS} partitions of Parquet, logistic regression, {os.cpu_count()} processors")
    print(f"processes that wanted to run, in the mean of 15 minutes: {os.getloadavg()[2]:.1f}")
    print(f"{'side':<15}" + "".join(f"{job + ' s':>10}{'rows/s':>11}" for job in JOBS))
    for side, jobs in found.items():
        times = [jobs[job] for job in JOBS]
        print(f"{side:<15}" + "".join(f"{seconds:>10.1f}{rows / seconds:>11,.0f}" for seconds in times))
    gains = [found["1 worker"][job] / found["2 workers"][job] for job in JOBS]
    print(f"{'1 → 2 workers':<15}" + "".join(f"{gain:>9.2f}×{'':>11}" for gain in gains))


def _call(part: str, folder: Path, options: Any, address: str = "", workers: int = 0) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.cluster", "--part", part, "--folder", str(folder)]
    words += ["--rows", str(options.rows), "--address", address, "--workers", str(workers)]
    environ = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, env=environ)
    if done.returncode:
        sys.exit(f"{part} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[str]:
    folder.mkdir()
    told = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    environ = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    plain: dict[str, Any] = {"cwd": folder, "env": environ, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
    running = [subprocess.Popen([*dask, *words], **plain)]
    try:
        while not (told.exists() and told.read_text().strip()):
            time.sleep(0.05)
        address = json.loads(told.read_text())["address"]
        words = ["worker", address, "--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        running += [subprocess.Popen([*dask, *words], **plain) for _worker in range(workers)]
        yield address
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


def _part(part: str, folder: Path, options: Any) -> dict[str, Any]:
    if part == "prepare":
        return _prepare(folder, options.rows)
    if part == "compare":
        return _compare(folder)
    if part == "there":
        return _there(folder, options.address, options.workers)
    _here(part.removeprefix("here-"), folder, "few")
    start = perf_counter()
    _here(part.removeprefix("here-"), folder, "new")
    return {"seconds": perf_counter() - start}


def _prepare(folder: Path, rows: int) -> dict[str, Any]:
    import pandas as pd

    import crm_ai
    from benchmarks.tables import write_generated

    write_generated(rows, folder / "new.csv")
    write_generated(TRAINING_ROWS, folder / "training.csv")
    for name in ("new", "few"):
        (folder / name).mkdir()
    frame = pd.read_csv(folder / "new.csv")
    frame.to_parquet(folder / "new.parquet", index=False, row_group_size=100_000)
    size = -(-rows // PARTITIONS)
    for place in range(PARTITIONS):
        frame.iloc[place * size : (place + 1) * size].to_parquet(folder / "new" / f"part.{place}.parquet", index=False)
        frame.head(FEW).to_parquet(folder / "few" / f"part.{place}.parquet", index=False)
    frame.head(FEW).to_parquet(folder / "few.parquet", index=False)
    table = crm_ai.read_table(folder / "training.csv")
    features = [name for name in table.schema.names if name.startswith(("amount", "category"))]
    problem = crm_ai.propose_problem(table, target="left", features=features).problem
    model = crm_ai.train(table, problem, ["logistic_regression"]).model("logistic_regression")
    crm_ai.save_model(model, folder / "model.crm")
    return {}


def _here(job: str, folder: Path, name: str) -> None:
    from crm_ai.deployment import explain_table, file_sink, load_model, score_stream, write_parts
    from crm_ai.fairness import examine
    from crm_ai.modeling import read_segments
    from crm_ai.table import open_stream, read_table

    model = load_model(folder / "model.crm")
    if job == "score":
        stream = open_stream(folder / name)
        assert stream is not None
        score_stream(model, stream, file_sink(folder / "score_0.parquet"))
        return
    table = read_table(folder / f"{name}.parquet")
    if job == "explain":
        write_parts(explain_table(model, table).parts(), folder / "explain_0.parquet")
    else:
        found = examine(model, table, read_segments(SEGMENTS, table.schema.names))
        _write_audit(found, folder / "audit_0.parquet")


def _there(folder: Path, address: str, workers: int) -> dict[str, Any]:
    """The three jobs; a few customers first, so that workers have imported what they need."""
    from crm_ai.deployment import load_model
    from crm_ai.deployment.cluster import connected

    model, found = load_model(folder / "model.crm"), {}
    with connected(address, seconds=60) as cluster:
        cluster.client.wait_for_workers(workers, timeout=60)
        for job in JOBS:
            _job_there(job, cluster, model, folder / "few", folder / f"few_{job}_{workers}")
        for job in JOBS:
            start = perf_counter()
            _job_there(job, cluster, model, folder / "new", folder / f"{job}_{workers}.parquet")
            found[job] = {"seconds": perf_counter() - start}
    return found


def _job_there(job: str, cluster: Any, model: Any, customers: Path, output: Path) -> None:
    from crm_ai.deployment.cluster import examine_on_cluster, explain_on_cluster, score_on_cluster
    from crm_ai.modeling import read_segments
    from crm_ai.table.parquet_stream import open_parquet

    stream = open_parquet(customers)
    assert stream is not None
    shutil.rmtree(output, ignore_errors=True)
    if job == "score":
        score_on_cluster(cluster, model, stream, output)
    elif job == "explain":
        explain_on_cluster(cluster, model, stream, output)
    else:
        segments = read_segments(SEGMENTS, stream.schema.names)
        _write_audit(examine_on_cluster(cluster, model, stream, segments), output)


def _write_audit(found: Any, path: Path) -> None:
    import pandas as pd

    pd.concat([audit.to_frame() for audit in found.audits]).to_parquet(path)


def _compare(folder: Path) -> dict[str, float]:
    import numpy as np
    import pandas as pd

    gaps = {}
    for job, columns in (("score", ["score"]), ("explain", None), ("audit", None)):
        here, *there = (pd.read_parquet(folder / f"{job}_{side}.parquet", columns=columns) for side in range(3))
        numbers = here.select_dtypes("number").columns
        gaps[job] = max(
            float(np.nanmax(np.abs(frame[numbers].to_numpy() - here[numbers].to_numpy()))) if len(frame) == len(here)
            else float("inf")
            for frame in there
        )  # fmt: skip
    return gaps


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=1, help="runs of each side, in turns; medians are shown")
    for hidden in ("--part", "--folder", "--address"):
        parser.add_argument(hidden, default="", help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
