"""Compare explaining: crm_ai beside shap, lime and explainerdashboard, task by task."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.explain_jobs import ExplainJob
from benchmarks.running import ROOT, in_turns
from benchmarks.tables import Job, generated, telco

SIDES = ("crm_ai_explain_side", "shap_explain_side")
DASHBOARD = "explainerdashboard_side"
LOGISTIC, TREE, FOREST = "logistic_regression", "decision_tree", "random_forest"
ENCODING = "scikit-learn's encoding"
TOLERANCE = {LOGISTIC: 1e-6, TREE: 1e-6, FOREST: 1e-6}
HOW_TO_MAKE = (
    "explainerdashboard left out. To have it measured, give it an environment of its own:\n"
    "  python -m venv ED && ED/bin/pip install 'setuptools<81' explainerdashboard\n"
    "  python -m benchmarks --only explain --explainerdashboard ED/bin/python"
)


def explaining(rows: list[int], folder: Path, repeats: int, dashboard: str | None) -> tuple[dict[str, Any], list[str]]:
    """Run all tasks on generated tables of so many rows, and beside the dashboard; what was found, what differs."""
    found: dict[str, Any] = {}
    different: list[str] = []
    for size in rows:
        prepared = folder / f"explain_{size}"
        job = generated(size, folder)
        if not job.path.exists():
            _module("tables", "generated", str(size), str(job.path))
        _prepare(job, prepared)
        print(f"\nexplaining, {job.name}\n{_HEAD}", flush=True)
        for task in _tasks(first=size == rows[0]):
            sides = found[f"{job.name}, {task}"] = _both(ExplainJob(job.name, task, prepared, job), repeats)
            print("\n".join(_lines(task, sides)), flush=True)
            different += [f"{job.name}, {task}: {gap}" for gap in _disagreements(task, prepared, sides)]
        if size == rows[0]:
            found |= _dashboards([(job, prepared)], folder, repeats, dashboard)
    return found, different


def _tasks(*, first: bool) -> Iterator[str]:
    yield from (LOGISTIC, TREE)
    if first:
        yield from (FOREST, "LIME")
    yield from (f"what_if {LOGISTIC}", f"what_if {TREE}", "counterfactuals")


def _both(job: ExplainJob, repeats: int) -> dict[str, Any]:
    sides = SIDES[:1] if job.task == "counterfactuals" else SIDES
    return in_turns(job, repeats, sides)


def _dashboards(prepared: list[tuple[Job, Path]], folder: Path, repeats: int, dashboard: str | None) -> dict[str, Any]:
    if dashboard is None:
        print(f"\n{HOW_TO_MAKE}")
        return {}
    if telco().path.exists():
        _prepare(telco(), folder / "explain_telco")
        prepared = [(telco(), folder / "explain_telco"), *prepared]
    else:
        print(f"\ntelco left out: {telco().path} is not there")
    found = {}
    for job, where in prepared:
        task = ExplainJob(job.name, "dashboard", where, job)
        pair = (SIDES[0], DASHBOARD)
        sides = found[f"{job.name}, dashboard"] = in_turns(task, repeats, pair, {DASHBOARD: dashboard})
        ours, theirs = sides[SIDES[0]], sides[DASHBOARD]
        print(f"\nexplainerdashboard, {job.name}\n{_HEAD}")
        for name in (LOGISTIC, TREE, FOREST):
            customers = theirs["results"]["rows"][name]
            print(_line(f"{name}, {customers:,} customers", ours, [name], "explainer + SHAP", theirs, [name]))
        print(_memory(ours, theirs))
        first, also = ours["results"]["first_driver"], theirs["results"]["first_driver"]
        print(f"the same first driver in {sum(first[name] == also[name] for name in also)} of {len(also)} models")
    return found


_HEAD = (
    f"{'':<46}{'crm_ai':>16}{'peer':>16}{'ratio':>9}   peer is\n{'':<46}" + 2 * f"{'CPU s (wall)':>16}" + f"{'CPU':>9}"
)


def _lines(task: str, sides: dict[str, Any]) -> Iterator[str]:
    ours = sides[SIDES[0]]
    if task == "counterfactuals":
        yield f"{'counterfactuals, a customer':<46}{_both_clocks(ours, ['values']):>16}"
        return
    theirs = sides[SIDES[1]]
    done = theirs["results"]["done"]
    if task in (LOGISTIC, TREE):
        rows = ours["results"]["rows"]
        for call, measured in done.items():
            told = call if measured >= rows else f"{call} (of {measured:,}, scaled)"
            yield _line(f"SHAP, {task}, all rows", ours, ["ready", "values"], told, theirs, [call])
            yield _line("  from rows", ours, ["ready", "values"], f"+ {ENCODING}", theirs, [ENCODING, call])
    elif task == FOREST:
        for call, measured in done.items():
            told = call if measured >= ours["results"]["rows"] else f"{call} (of {measured:,}, scaled)"
            yield _line("SHAP, forest, 1,000 customers", ours, ["values"], told, theirs, [call])
        yield f"{'  making ready':<46}{_both_clocks(ours, ['ready']):>16}"
        against = f"  against {ours['results']['references']:,} references"
        yield f"{against:<46}{_both_clocks(ours, ['values, everybody']):>16}"
    elif task == "LIME":
        yield _line("LIME, a customer", ours, ["values"], "lime on a pipeline", theirs, ["values"], 3)
    else:
        for what in theirs["results"]["step_ms"]:
            yield _line(f"a step of {task.replace('_', ' ', 1)}", ours, ["step"], what, theirs, [what], 3)
            yield _line("  the first step", ours, ["first step"], what, theirs, [f"first, {what}"], 3)
    yield _memory(ours, theirs)


def _line(
    name: str, ours: dict[str, Any], mine: list[str], peer: str, theirs: dict[str, Any], other: list[str],
    digits: int = 2,
) -> str:  # fmt: skip
    ratio = sum(theirs["cpu_seconds"][stage] for stage in other) / sum(ours["cpu_seconds"][stage] for stage in mine)
    return (
        f"{name:<46}{_both_clocks(ours, mine, digits):>16}{_both_clocks(theirs, other, digits):>16}{ratio:>7.1f} ×"
        f"   {peer}"
    )


def _memory(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    ratio = theirs["peak_mb"] / ours["peak_mb"]
    return f"{'  peak memory':<46}{ours['peak_mb']:>13,.0f} MB{theirs['peak_mb']:>13,.0f} MB{ratio:>7.1f} ×"


def _both_clocks(side: dict[str, Any], stages: list[str], digits: int = 3) -> str:
    busy, wall = (sum(side[clock][stage] for stage in stages) for clock in ("cpu_seconds", "seconds"))
    return f"{busy:.{digits}f} ({wall:.{digits}f})"


def _disagreements(task: str, folder: Path, sides: dict[str, Any]) -> Iterator[str]:
    """Where values that should be the same are not."""
    if task in TOLERANCE:
        largest, checked = _module("explain_gaps", str(folder), task).split()
        gap = float(largest)
        print(f"{'  largest gap between values':<46}{gap:>16.1e}   {int(checked):,} customers, the same references")
        if not gap <= TOLERANCE[task]:
            yield f"values differ by {gap:.1e}"
    if task == "LIME":
        ours, theirs = (sides[side]["results"]["local_fit"] for side in SIDES)
        if abs(ours - theirs) > 0.02:
            yield f"local fit: {ours:.3f} and {theirs:.3f}"
    if task == f"what_if {LOGISTIC}":  # trees grown on other customers may differ for one of them
        ours, theirs = (sides[side]["results"]["said"] for side in SIDES)
        if abs(ours - theirs) > 0.02:
            yield f"prediction: {ours:.3f} and {theirs:.3f}"


def _prepare(job: Job, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    _module("explain_preparing", json.dumps(asdict(job), default=str), str(folder))


def _module(name: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")},
    )
    if done.returncode:
        sys.exit(f"benchmarks.{name} failed:\n{done.stderr[-2000:]}")
    return done.stdout
