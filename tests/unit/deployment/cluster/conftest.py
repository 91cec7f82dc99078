"""A Dask scheduler and workers, each a process of its own, as they stand on several machines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[4]
SECONDS = 60.0
LIFETIME = "10 minutes"  # should whoever runs the tests be killed


class Processes:
    """A scheduler, and workers that can be killed."""

    def __init__(self, folder, environ=None):
        self.folder, self.workers, self.all = folder, [], []
        told = folder / "scheduler.json"
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
        words += ["--idle-timeout", LIFETIME]
        self.scheduler = self._start(words, environ)
        _wait_until(lambda: told.exists() and told.read_text().strip(), self.scheduler)
        self.address = json.loads(told.read_text())["address"]

    def add_workers(self, many, *words, environ=None):
        plain = ["--host", "127.0.0.1", "--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        plain += ["--local-directory", str(self.folder), "--death-timeout", "30", "--lifetime", LIFETIME]
        added = [self._start(["worker", self.address, *plain, *words], environ) for _ in range(many)]
        self.workers += added
        return added

    def stop(self):
        for process in self.all:
            process.kill()
        for process in self.all:
            process.wait()

    def _start(self, words, environ=None):
        own = {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        with (self.folder / f"{len(self.all)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                cwd=self.folder,
                env=os.environ | own | (environ or {}),
                stdout=log,
                stderr=log,
            )
        self.all.append(process)
        return process


def _wait_until(holds, process=None):
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        assert process is None or process.poll() is None, "the process has ended"
        time.sleep(0.02)


@contextmanager
def running(folder, workers, environ=None):
    processes = Processes(folder, environ)
    try:
        processes.add_workers(workers)
        yield processes
    finally:
        processes.stop()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    pytest.importorskip("distributed", reason="Dask is not installed (requirements-dask.txt)")
    with running(tmp_path_factory.mktemp("dask"), 1) as processes:
        processes.add_workers(1, "--nthreads", "2")
        yield processes


@pytest.fixture
def own_scheduler(tmp_path):
    pytest.importorskip("distributed", reason="Dask is not installed (requirements-dask.txt)")
    folder = tmp_path / "dask"
    folder.mkdir()
    with running(folder, 0) as processes:
        yield processes


@pytest.fixture
def unforgiving_scheduler(tmp_path):
    """Gives a task up as soon as one worker has died with it."""
    pytest.importorskip("distributed", reason="Dask is not installed (requirements-dask.txt)")
    folder = tmp_path / "dask"
    folder.mkdir()
    with running(folder, 0, {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}) as processes:
        yield processes


class Killing:
    """Kills a process as soon as the first partition is done."""

    def __init__(self, process, before=lambda: None):
        self.process, self.before, self.done = process, before, False

    def __call__(self, share, rows):
        if not self.done:
            self.before()
            self.done = True
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def killing():
    return Killing


@pytest.fixture
def many(new_customers, write_folder, tmp_path):
    """Customers as a folder ``new`` of 16 files, and as one file."""
    frame = new_customers(16_000, 7)
    frame.to_parquet(tmp_path / "one.parquet", index=False)
    write_folder(frame, tmp_path / "new", 16)
    return frame


@pytest.fixture
def write_folder():
    def written(frame, folder, files, row_group=400):
        """A folder of Parquet files as Dask names them, of several row groups each."""
        folder.mkdir()
        for place, rows in enumerate(np.array_split(np.arange(len(frame)), files)):
            table = pa.Table.from_pandas(frame.iloc[rows], preserve_index=False)
            pq.write_table(table, folder / f"part.{place}.parquet", row_group_size=row_group)
        return folder

    return written


@pytest.fixture(scope="session")
def wait_until():
    return _wait_until
