"""``python -m benchmarks``: crm_ai and a plain notebook do the same job, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.measuring import STAGES
from benchmarks.tables import Job, generated, telco

ROOT = Path(__file__).parents[1]
SIDES = ("crm_ai_side", "notebook_side")
LARGEST_GAP = 0.01


def main() -> int:
    """Run the benchmark and print it; 1 if both sides do not come to the same."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        jobs = _jobs(options, Path(folder))
        found = {job.name: {side: _run(side, job) for side in SIDES} for job in jobs}
    found["import"] = {"crm_ai": _import_seconds()}
    same = True
    for job in jobs:
        _print(job, found[job.name])
        same &= _agree(found[job.name])
    print(f"\nimport crm_ai: {found['import']['crm_ai']:.3f} s")
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1))
    return 0 if same else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=("telco", "generated"), help="one table only")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the generated table (default: 100,000)")
    parser.add_argument("--json", metavar="FILE", help="write all figures to this file too")
    return parser.parse_args()


def _jobs(options: argparse.Namespace, folder: Path) -> list[Job]:
    jobs = []
    if options.only != "generated":
        if telco().path.exists():
            jobs.append(telco())
        else:
            print(f"telco left out: {telco().path} is not there")
    if options.only != "telco":
        jobs.append(generated(options.rows, folder))
    return jobs


def _run(side: str, job: Job) -> dict[str, Any]:
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{side}", json.dumps(asdict(job), default=str)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")},
    )
    if done.returncode:
        sys.exit(f"{side} failed on {job.name}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1]) | {"whole": perf_counter() - start}


def _print(job: Job, sides: dict[str, dict[str, Any]]) -> None:
    ours, theirs = (sides[side] for side in SIDES)
    print(f"\n{job.name}\n{'stage':<10}{'crm_ai':>10}{'notebook':>12}{'ratio':>10}")
    for stage in STAGES:
        a, b = ours["seconds"][stage], theirs["seconds"][stage]
        print(f"{stage:<10}{a:>8.2f} s{b:>10.2f} s{b / a:>8.1f} ×")
    print(
        f"{'whole job':<10}{ours['whole']:>8.2f} s{theirs['whole']:>10.2f} s{theirs['whole'] / ours['whole']:>8.1f} ×"
    )
    a, b = ours["peak_mb"], theirs["peak_mb"]
    print(f"{'peak':<10}{a:>7.0f} MB{b:>9.0f} MB{b / a:>8.1f} ×")


def _agree(sides: dict[str, dict[str, Any]]) -> bool:
    """Whether both sides found models of the same quality and the same rates in each group."""
    ours, theirs = (sides[side]["results"] for side in SIDES)
    gaps = [abs(ours["roc_auc"][name] - theirs["roc_auc"][name]) for name in theirs["roc_auc"]]
    print(f"largest gap in ROC AUC {max(gaps):.4f}; first drivers {ours['first_driver']} and {theirs['first_driver']}")
    return max(gaps) <= LARGEST_GAP


def _import_seconds() -> float:
    words = [sys.executable, "-c", "from time import perf_counter as t; s = t(); import crm_ai; print(t() - s)"]
    runs = [subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in range(3)]
    return median(float(run) for run in runs)


if __name__ == "__main__":
    sys.exit(main())
