"""``python -m benchmarks``: crm_ai and a plain notebook do the same job, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.comparing import (
    data_disagreements,
    disagreements,
    in_words,
    model_disagreements,
    stages_in_words,
)
from benchmarks.explaining import explaining
from benchmarks.fairness import fairness_table
from benchmarks.measuring import DATA_STAGES, MODEL_STAGES
from benchmarks.running import DATA_SIDES, MODEL_SIDES, ROOT, import_seconds, in_turns
from benchmarks.scoring import run_scoring, scoring_in_words
from benchmarks.tables import Job, generated, messy, telco

PARTS = ("telco", "generated", "data", "million", "explain", "fairness", "score")


def main() -> int:
    """Run the benchmark and print it; 1 if both sides do not come to the same."""
    options = _options()
    found: dict[str, Any] = {"import": {"crm_ai": import_seconds()}}
    different = []
    with tempfile.TemporaryDirectory() as folder:
        for job in _jobs(options, Path(folder)):
            sides = found[job.name] = in_turns(job, options.repeats)
            print(in_words(job.name, sides), flush=True)
            different += [f"{job.name}: {what}" for what in disagreements(sides)]
        if options.only in (None, "data"):
            job = messy(options.data_rows, Path(folder))
            _write("messy", options.data_rows, job)
            sides = found[job.name] = in_turns(job, options.repeats, DATA_SIDES)
            print(stages_in_words(job.name, sides, DATA_SIDES, DATA_STAGES, "pandas+skrub"), flush=True)
            different += [f"{job.name}: {what}" for what in data_disagreements(sides)]
        if options.only in (None, "million"):
            job = generated(options.data_rows, Path(folder))
            _write("generated", options.data_rows, job)
            sides = found[job.name] = in_turns(job, options.repeats, MODEL_SIDES)
            print(stages_in_words(job.name, sides, MODEL_SIDES, MODEL_STAGES, "scikit-learn"), flush=True)
            different += [f"{job.name}: {what}" for what in model_disagreements(sides)]
        if options.only == "fairness":
            found["fairness"] = fairness_table()
            different += found["fairness"]["disagreements"]
        if options.only in (None, "explain"):
            reasons, gaps = explaining(
                [options.rows, options.data_rows], Path(folder), options.repeats, options.explainerdashboard
            )
            found |= reasons
            different += gaps
        if options.only in (None, "score"):
            sides, far = run_scoring(options.score_rows, Path(folder))
            found["score"] = sides
            print(scoring_in_words(options.score_rows, sides), flush=True)
            different += [f"score: {what}" for what in far]
    print(f"\nimport crm_ai: {found['import']['crm_ai']:.3f} s")
    print("\n".join(["Both sides do not agree:", *different]) if different else "Both sides found the same.")
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1))
    return 1 if different else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part only")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the generated table (default: 100,000)")
    parser.add_argument(
        "--data-rows",
        type=int,
        default=1_000_000,
        help="rows of the tables that are read and cleaned, trained on, and explained (default: 1,000,000)",
    )
    parser.add_argument(
        "--score-rows", type=int, default=5_000_000, help="customers that are scored (default: 5,000,000)"
    )
    parser.add_argument("--repeats", type=int, default=1, help="runs of each side, in turns; medians are shown")
    parser.add_argument(
        "--explainerdashboard", metavar="PYTHON", help="Python of an environment that has explainerdashboard"
    )
    parser.add_argument("--json", metavar="FILE", help="write all figures to this file too")
    return parser.parse_args()


def _jobs(options: argparse.Namespace, folder: Path) -> list[Job]:
    jobs = []
    if options.only in (None, "telco"):
        if telco().path.exists():
            jobs.append(telco())
        else:
            print(f"telco left out: {telco().path} is not there")
    if options.only in (None, "generated"):
        job = generated(options.rows, folder)
        _write("generated", options.rows, job)
        jobs.append(job)
    return jobs


def _write(what: str, rows: int, job: Job) -> None:
    subprocess.run([sys.executable, "-m", "benchmarks.tables", what, str(rows), str(job.path)], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
