"""``python -m benchmarks.serving``: a model as a service under load, single records and batches of 1,000.

Server and clients share the machine. The same model is served by ``mlflow models serve`` in the same run, loads of both
in turns, if ``.venv-mlflow`` or ``--mlflow PYTHON`` has MLflow. Prints a Markdown table; fails if a request was lost.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.loading import Load, load
from benchmarks.running import ROOT
from crm_ai.deployment.registry.mlflow_server import find_python
from crm_ai.errors import RegistryError

BATCH = 1_000
CLIENTS = 20
STARTS_WITHIN, EXCHANGED_EVERY = 120, 2.0  # seconds
HEAD = """
| service | records a request | clients | requests/s | records/s | p50 ms | p95 ms | p99 ms | lost |
|---|--:|--:|--:|--:|--:|--:|--:|--:|"""
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


@dataclass(frozen=True)
class Side:
    """One of the services, at work."""

    name: str
    port: int
    path: str
    field: str

    def bodies(self, records: list[dict[str, Any]], size: int) -> list[bytes]:
        return [json.dumps({self.field: records[n : n + size]}).encode() for n in range(0, 2_000, max(size, 40))]


def main() -> int:
    """Run the loads and print what became of them; 1 if a request was lost."""
    options = _options()
    lost = 0
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "benchmarks.serving", "--prepare", name], cwd=ROOT, check=True)
        records = json.loads((folder / "records.json").read_text())
        sides = [running.enter_context(_crm_ai(folder, options.workers))]
        if options.mlflow:
            sides.append(running.enter_context(_mlflow(folder, options.mlflow, options.workers)))
        print(HEAD)
        exchanged: list[str] = []
        versions: set[bytes] = set()
        for size, clients in ((1, 1), (1, CLIENTS), (BATCH, 1), (BATCH, CLIENTS)):
            for side in sides:
                ours = options.swap and side is sides[0]
                with _exchanging(folder, exchanged) if ours else nullcontext():
                    bodies = side.bodies(records, size)
                    found = load(side.port, side.path, bodies, clients=clients, seconds=options.seconds)
                print(_line(side.name, size, clients, found), flush=True)
                lost, versions = lost + found.lost, versions | found.versions
        print(_circumstances(options))
        if options.swap:
            print(f"Models put in place under load: {len(exchanged)}; versions that answered: {len(versions)}.")
    print(f"Requests lost: {lost}.")
    return int(lost > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="length of each load (default: 60)")
    parser.add_argument("--workers", type=int, default=1, help="processes of each service (default: 1)")
    parser.add_argument("--mlflow", metavar="PYTHON", help="Python with MLflow (default: the one that publishes)")
    parser.add_argument("--swap", action="store_true", help="exchange the model every two seconds")
    parser.add_argument("--prepare", metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        _prepare(Path(options.prepare))
        sys.exit(0)
    if options.mlflow is None:
        with suppress(RegistryError):
            options.mlflow = find_python(os.environ)
    if not options.mlflow:
        print("MLflow is not installed (see docs/deployment.md), so nothing is compared.", file=sys.stderr)
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


@contextmanager
def _crm_ai(folder: Path, workers: int) -> Iterator[Side]:
    words = [sys.executable, "-m", "crm_ai", "serve", str(folder / "model.crm"), "--workers", str(workers)]
    with _running([*words, "--rate", "1000000", "--burst", "1000000", "--poll", "1", "--port"]) as port:
        yield Side("crm_ai", port, "/v1/score", "records")


@contextmanager
def _mlflow(folder: Path, python: str, workers: int) -> Iterator[Side]:
    files = [str(folder / name) for name in ("peer.joblib", "records.json", "mlflow")]
    subprocess.run([python, "-c", MLFLOW_SIDE, *files], check=True, capture_output=True)
    words = [python, "-m", "mlflow", "models", "serve", "-m", files[-1], "--env-manager", "local"]
    with _running([*words, "--workers", str(workers), "--port"]) as port:
        yield Side("mlflow", port, "/invocations", "dataframe_records")


@contextmanager
def _running(words: list[str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {"OMP_NUM_THREADS": "1", "PATH": f"{Path(words[0]).parent}:{os.environ['PATH']}"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*words, str(port)], cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
        )
        try:
            ends = time.monotonic() + STARTS_WITHIN
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > ends:
                    log.seek(0)
                    sys.exit(f"{' '.join(words)} does not answer:\n{log.read().decode()[-2000:]}")
                time.sleep(0.1)
            yield port
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with all that it has started
            process.wait()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False


@contextmanager
def _exchanging(folder: Path, done: list[str]) -> Iterator[None]:
    """Put one of two models in the other's place every two seconds, and write down which."""
    over = threading.Event()

    def exchange() -> None:
        while not over.wait(EXCHANGED_EVERY):
            name = ("second.crm", "first.crm")[len(done) % 2]
            shutil.copyfile(folder / name, folder / "next.crm")
            (folder / "next.crm").replace(folder / "model.crm")
            done.append(name)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _line(side: str, size: int, clients: int, found: Load) -> str:
    speed = len(found.waits) / found.seconds
    cells = [side, f"{size:,}", str(clients), f"{speed:,.0f}", f"{speed * size:,.0f}"]
    cells += [f"{found.wait(share):,.1f}" for share in (0.5, 0.95, 0.99)]
    return "| " + " | ".join([*cells, str(found.lost)]) + " |"


def _circumstances(options: argparse.Namespace) -> str:
    swap = f", another model in crm_ai every {EXCHANGED_EVERY:g} s" if options.swap else ""
    return (
        f"\n{time.strftime('%Y-%m-%d')}, {options.seconds:g} s a line{swap}; {options.workers} worker each, services "
        f"and clients on {os.cpu_count()} processors, load of the machine at the end {os.getloadavg()[0]:.1f}."
    )


if __name__ == "__main__":
    sys.exit(main())
