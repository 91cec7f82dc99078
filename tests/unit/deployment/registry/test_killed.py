"""A process that is killed at any moment of registering or approving leaves a registry that holds together."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
SCRIPT = Path(__file__).parent / "killed_process.py"
WEEKS = Path(__file__).parent / "killed_weeks.py"


def killed(url, folder, kills, script=SCRIPT):
    environ = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    words = [sys.executable, str(script), url, str(folder), str(kills)]
    done = subprocess.run(words, capture_output=True, text=True, env=environ, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(told):
    assert told["problems"] == []
    assert told["unchanged"]  # deaths before the commit have left neither a version nor an entry
    assert told["orphans"] > 4  # three versions have four files; the others are of interrupted registrations
    assert told["swept"] > 0
    assert told["left"] == 0
    assert told["versions"] > 8  # three at first and five to take the time; the others came between two deaths
    assert told["decisions"] > 12


def test_killed_on_sqlite(tmp_path):
    check(killed(f"sqlite:///{tmp_path}/registry.db", tmp_path / "files", 30))


def check_weeks(told):
    assert told["problems"] == []  # no batch without its codes
    assert told["unchanged"]  # deaths before the commit have left neither a batch nor outcomes
    assert told["batches"] > 6  # one at first and five to take the time; the others came between two deaths
    assert told["judged"] == 1


def test_weeks_killed_on_sqlite(tmp_path):
    check_weeks(killed(f"sqlite:///{tmp_path}/registry.db", tmp_path / "files", 15, WEEKS))
