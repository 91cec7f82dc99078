"""``python -m benchmarks.serving``: a model as a service under load, single records and batches of 1,000.

Server and clients share the machine. With ``--mlflow PYTHON``, the Python of an environment that has MLflow, the same
model is served by ``mlflow models serve`` in the same run.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.running import ROOT

BATCH = 1_000
CLIENTS = 20
SAMPLE = ROOT / "sample_data" / "telephone_customers.csv"
MLFLOW_SIDE = """
import json, sys, joblib, mlflow
from mlflow.models import infer_signature
import pandas as pd
pipeline, frame = joblib.load(sys.argv[1]), pd.read_json(sys.argv[2], orient="records")
frame = frame.astype({name: "float64" for name in frame.select_dtypes("integer")})
class Score(mlflow.pyfunc.PythonModel):
    def __init__(self, pipeline): self.pipeline = pipeline
    def predict(self, context, model_input, params=None): return self.pipeline.predict_proba(model_input)[:, 1]
mlflow.pyfunc.save_model(sys.argv[3], python_model=Score(pipeline), signature=infer_signature(frame, [0.5]),
                         pip_requirements=[])
"""


def main() -> int:
    """Run the load and print it; 1 if a request was lost."""
    options = _options()
    lost = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "benchmarks.serving", "--prepare", name], cwd=ROOT, check=True)
        records = json.loads((folder / "records.json").read_text())
        print(f"{options.seconds:g} s each, {CLIENTS} clients and the server on {os.cpu_count()} processors")
        print(
            f"{'service':<10}{'records':>8}{'requests/s':>12}{'records/s':>11}{'p50':>8}{'p95':>8}{'p99':>8}{'lost':>6}"
        )
        sides = {"crm_ai": _crm_ai(folder, options.workers)}
        if options.mlflow:
            sides["mlflow"] = _mlflow(folder, options.mlflow, options.workers)
        for side, (words, path, wrap) in sides.items():
            with _running(words) as port:
                for size, clients in ((1, 1), (1, CLIENTS), (BATCH, 1), (BATCH, CLIENTS)):
                    bodies = [json.dumps(wrap(records[n : n + size])).encode() for n in range(0, 2_000, max(size, 40))]
                    exchange = folder if side == "crm_ai" and options.swap else None
                    times, failed = _load(
                        port, path, bodies, clients=clients, seconds=options.seconds, exchange=exchange
                    )
                    lost += failed
                    print(_line(f"{side}", size, clients, times, failed, options.seconds), flush=True)
    return int(lost > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="length of each load (default: 60)")
    parser.add_argument("--workers", type=int, default=1, help="processes of each service (default: 1)")
    parser.add_argument("--mlflow", metavar="PYTHON", help="Python of an environment with MLflow")
    parser.add_argument("--swap", action="store_true", help="exchange the model every two seconds")
    parser.add_argument("--prepare", metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        _prepare(Path(options.prepare))
        sys.exit(0)
    return options


def _prepare(folder: Path) -> None:
    """Train a model and write it down, and the same as a plain pipeline for the other side."""
    import joblib
    import pandas as pd

    import crm_ai
    from benchmarks.default_pipelines import default_pipelines

    table = crm_ai.read_table(SAMPLE)
    problem = crm_ai.propose_problem(table).problem
    run = crm_ai.train(table, problem, ["logistic_regression", "decision_tree"])
    for name, model in (
        ("model", "logistic_regression"),
        ("first", "logistic_regression"),
        ("second", "decision_tree"),
    ):
        crm_ai.save_model(run.model(model), folder / f"{name}.crm")
    frame = pd.read_csv(SAMPLE)[list(problem.features)]
    numbers = list(frame.select_dtypes("number"))
    labels = [name for name in frame.columns if name not in numbers]
    pipeline = default_pipelines(numbers, labels)["logistic_regression"]
    pipeline.fit(frame, pd.read_csv(SAMPLE)[problem.target])
    joblib.dump(pipeline, folder / "peer.joblib")
    frame.to_json(folder / "records.json", orient="records")


def _crm_ai(folder: Path, workers: int) -> tuple[list[str], str, Any]:
    words = [sys.executable, "-m", "crm_ai", "serve", str(folder / "model.crm"), "--workers", str(workers)]
    words += ["--rate", "1000000", "--burst", "1000000", "--poll", "1", "--port"]
    return words, "/v1/score", lambda records: {"records": records}


def _mlflow(folder: Path, python: str, workers: int) -> tuple[list[str], str, Any]:
    made = [
        python,
        "-c",
        MLFLOW_SIDE,
        str(folder / "peer.joblib"),
        str(folder / "records.json"),
        str(folder / "mlflow"),
    ]
    subprocess.run(made, check=True, capture_output=True)
    words = [python, "-m", "mlflow", "models", "serve", "-m", str(folder / "mlflow"), "--env-manager", "local"]
    words += ["--workers", str(workers), "--port"]
    return words, "/invocations", lambda records: {"dataframe_records": records}


@contextmanager
def _running(words: list[str]) -> Any:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {"OMP_NUM_THREADS": "1", "PATH": f"{Path(words[0]).parent}:{os.environ['PATH']}"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*words, str(port)], cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            ends = time.monotonic() + 120
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > ends:
                    log.seek(0)
                    sys.exit(f"{' '.join(words)} does not answer:\n{log.read().decode()[-2000:]}")
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _load(
    port: int, path: str, bodies: list[bytes], *, clients: int, seconds: float, exchange: Path | None
) -> tuple[list[float], int]:
    ends = time.monotonic() + seconds

    def ask(number: int) -> tuple[list[float], int]:
        times, failed, turn = [], 0, number
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < ends:
            turn += 1
            start = time.perf_counter()
            try:
                connection.request("POST", path, bodies[turn % len(bodies)], {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                failed += answer.status != 200
            except OSError:
                failed += 1
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            times.append(time.perf_counter() - start)
        return times, failed

    with ThreadPoolExecutor(clients + 1) as pool:
        if exchange is not None:
            pool.submit(_exchange, exchange, ends)
        done = list(pool.map(ask, range(clients)))
    return [each for times, _failed in done for each in times], sum(failed for _times, failed in done)


def _exchange(folder: Path, ends: float) -> None:
    """Put one of two models in the other's place, again and again."""
    names, turn = ("first.crm", "second.crm"), 0
    while time.monotonic() < ends:
        turn += 1
        shutil.copyfile(folder / names[turn % 2], folder / "next.crm")
        (folder / "next.crm").replace(folder / "model.crm")
        time.sleep(2.0)


def _line(side: str, size: int, clients: int, times: list[float], failed: int, seconds: float) -> str:
    ordered = sorted(times)
    p50, p95, p99 = (1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.95, 0.99))
    speed = len(times) / seconds
    return (
        f"{side:<10}{size:>8,}{speed:>12,.0f}{speed * size:>11,.0f}{p50:>8.1f}{p95:>8.1f}{p99:>8.1f}{failed:>6}"
        f"  ({clients} client{'s' if clients > 1 else ''})"
    )


if __name__ == "__main__":
    sys.exit(main())
