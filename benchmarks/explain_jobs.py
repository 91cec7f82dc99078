"""What there is to explain: one table, one task, and where both sides find what was prepared."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tables import Job

CHECKED = 1_000  # customers (of a forest a tenth) whose values both sides hand over
STEPS = 5
LIME_CUSTOMERS = 5
DASHBOARD_FOREST_ROWS = 2_000
LEVELS, OTHERS, ALIKE = 30, 150, 300  # as crm_ai's own profile and likely share


@dataclass(frozen=True)
class ExplainJob:
    """One thing to explain on one table.

    Parameters
    ----------
    name : str
        For the printed table.
    task : str
        What is done, such as ``"decision_tree"`` or ``"what_if"``.
    folder : Path
        What ``benchmarks.explain_preparing`` wrote.
    table : Job
        The table.
    """

    name: str
    task: str
    folder: Path
    table: Job


def explain_job_from_command_line() -> ExplainJob:
    """The job that the parent process handed over."""
    said = json.loads(sys.argv[1])
    table = said["table"]
    job = Job(**table | {"path": Path(table["path"]), "segments": tuple(table["segments"])})
    return ExplainJob(said["name"], said["task"], Path(said["folder"]), job)
