"""Run both sides, each in a process of its own, in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.explain_jobs import ExplainJob
from benchmarks.measuring import DATA_STAGES, STAGES
from benchmarks.tables import Job

ROOT = Path(__file__).parents[1]
SIDES = ("crm_ai_side", "notebook_side")
MODEL_SIDES = ("crm_ai_model_side", "notebook_model_side")
DATA_SIDES = ("crm_ai_data_side", "notebook_data_side")
IMPORT_CRM_AI = "from time import perf_counter as t; s = t(); import crm_ai; print(t() - s)"


def in_turns(
    job: Job | ExplainJob, repeats: int, sides: tuple[str, ...] = SIDES, pythons: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Medians of both sides; the side that begins changes with each repeat, so that none finds the warmer machine.

    A side may have a Python of its own.
    """
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    for repeat in range(repeats):
        for side in sides if repeat % 2 == 0 else sides[::-1]:
            runs[side].append(_run(side, job, (pythons or {}).get(side, sys.executable)))
    return {side: _medians(several) for side, several in runs.items()}


def import_seconds() -> float:
    """Median time of ``import crm_ai`` in three fresh processes."""
    words = [sys.executable, "-c", IMPORT_CRM_AI]
    runs = [subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in range(3)]
    return median(float(run) for run in runs)


def _run(side: str, job: Job | ExplainJob, python: str) -> dict[str, Any]:
    start = perf_counter()
    done = subprocess.run(
        [python, "-m", f"benchmarks.{side}", json.dumps(asdict(job), default=str)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")},
    )
    if done.returncode:
        sys.exit(f"{side} failed on {job.name}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1]) | {"whole": perf_counter() - start}


def _medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    stages = dict.fromkeys((*STAGES, *DATA_STAGES, *runs[0]["seconds"]))
    return {
        "seconds": {stage: median(run["seconds"].get(stage, 0.0) for run in runs) for stage in stages},
        "cpu_seconds": {stage: median(run["cpu_seconds"].get(stage, 0.0) for run in runs) for stage in stages},
        "whole": median(run["whole"] for run in runs),
        "peak_mb": median(run["peak_mb"] for run in runs),
        "results": runs[0]["results"],
        "repeats": len(runs),
    }
