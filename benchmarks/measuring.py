"""Seconds by stage and peak memory of one process."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.tables import Job

STAGES = ("import", "read", "train", "metrics", "intervals", "SHAP", "LIME", "fairness")
MODEL_STAGES = ("import", "read", "train", "metrics")
DATA_STAGES = ("import", "read", "inspect", "clean")
# Where the notebook resamples customers to know how sure a figure is.
RESAMPLED = ("intervals", "fairness")
LIME_CUSTOMERS = 5
seconds: dict[str, float] = {}
cpu_seconds: dict[str, float] = {}


@contextmanager
def stage(name: str, times: float = 1.0) -> Iterator[None]:
    """Time a stage, of all processors and on the clock; the same stage adds up.

    What was done is taken `times` as long: 0.2 for the mean of five.
    """
    start, busy = perf_counter(), process_time()
    yield
    cpu_seconds[name] = cpu_seconds.get(name, 0.0) + (process_time() - busy) * times
    seconds[name] = seconds.get(name, 0.0) + (perf_counter() - start) * times


def job_from_command_line() -> Job:
    """The job that the parent process handed over."""
    said = json.loads(sys.argv[1])
    return Job(**said | {"path": Path(said["path"]), "segments": tuple(said["segments"])})


def report(results: dict[str, Any]) -> None:
    """Hand the figures to the parent process; the peak counts imports too."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak, "results": results}))
