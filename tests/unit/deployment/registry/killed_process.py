"""Registers and approves in child processes that are killed with SIGKILL; prints what became of it.

python killed_process.py URL FOLDER KILLS
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from crm_ai.deployment.registry import (
    Answer,
    Item,
    acts,
    approve,
    approving,
    collect_orphans,
    current_version,
    find_faults,
    find_version,
    list_versions,
    open_registry,
    promote,
    read_log,
    register,
    registering,
    step_down,
)
from crm_ai.deployment.registry.artifacts import Artifacts

TICKED = {item: Answer(True) for item in Item}


def child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def kill_in_mid_work(opening, act, longest):
    """Let a child act again and again, and kill it at some moment after it has begun."""
    begun, tell = os.pipe()

    def work():
        registry = opening()
        os.write(tell, b"!")
        while True:
            act(registry)

    pid = child(work)
    os.close(tell)
    assert os.read(begun, 1) == b"!"
    os.close(begun)
    time.sleep(random.uniform(0, longest))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def seconds_of(act, registry):
    start = time.perf_counter()
    act(registry)
    return time.perf_counter() - start


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(owner, name, opening, work):
    """Die right after a step of the work, before anything that would follow it."""

    def run():
        registry, whole = opening(), getattr(owner, name)

        def last(*given, **named):
            whole(*given, **named)
            die()

        setattr(owner, name, last)
        work(registry)

    return run


def dying_before(owner, name, opening, work):
    def run():
        registry = opening()
        setattr(owner, name, lambda *_given, **_named: die())
        work(registry)

    return run


def faults_after(opening):
    registry = opening()
    left = len(list(Path(registry.artifacts.folder).iterdir()))
    faults = find_faults(registry)
    registry.engine.dispose()
    return list(faults), left


def exact_moments(opening, run, drivers):
    def candidate(registry):
        register(run, "decision_tree", registry, name="churn", note="cut off", drivers=drivers)

    def decision(registry):
        approve(registry, list_versions(registry, "churn")[0], why="cut off", checklist=TICKED)

    def stop(registry):
        step_down(registry, find_version(registry, "churn", "champion"), why="cut off")

    from sqlalchemy import Connection

    return [
        dying_before(Artifacts, "put", opening, candidate),
        dying_after(Artifacts, "put", opening, candidate),
        dying_before(registering, "add_entry", opening, candidate),
        dying_after(registering, "add_entry", opening, candidate),
        dying_before(approving, "add_entry", opening, decision),
        dying_after(approving, "add_entry", opening, decision),
        dying_before(Connection, "_commit_impl", opening, decision),
        dying_before(acts, "add_entry", opening, stop),
        dying_after(acts, "add_entry", opening, stop),
    ]


def main(url, folder, kills):
    from tests.unit.deployment.registry.conftest import customers, trained

    def opening():
        return open_registry(url, folder)

    random.seed(7)
    run = trained(customers(200), "decision_tree")
    from crm_ai.explanation import explain

    drivers = explain(run, "decision_tree").importance()

    def candidate(registry):
        register(run, "decision_tree", registry, name="churn", note="again", drivers=drivers)

    def decision(registry):
        version = find_version(registry, "churn", random.randint(1, 3))
        approve(registry, version, why="again", checklist=TICKED)
        if current_version(registry, "churn") != version.number:
            promote(registry, version, why="again")

    registry = opening()
    for act in (candidate, candidate, candidate, decision):
        act(registry)
    registry.engine.dispose()
    problems = []
    before = len(read_log(opening()))
    for work in exact_moments(opening, run, drivers):
        os.waitpid(child(work), 0)
        problems += faults_after(opening)[0]
    unchanged = len(read_log(opening())) == before
    orphans = faults_after(opening)[1]
    for act in (candidate, decision):
        registry = opening()
        seconds = sorted(seconds_of(act, registry) for _turn in range(5))[2]
        written = len(read_log(registry))
        registry.engine.dispose()
        for turn in range(10 * kills):
            if turn >= kills and len(read_log(opening())) > written:  # some were killed after their work, too
                break
            kill_in_mid_work(opening, act, 2.5 * seconds)
            problems += faults_after(opening)[0]
    registry = opening()
    swept = collect_orphans(registry, grace=0)
    kept = {digest for version in list_versions(registry) for digest in version.facts["files"].values()}
    sys.stdout.write(
        json.dumps(
            {
                "problems": problems + list(find_faults(registry)),
                "unchanged": unchanged,
                "orphans": orphans,
                "swept": len(swept),
                "left": len(list(Path(folder).iterdir())) - len(kept),
                "versions": len(list_versions(registry)),
                "entries": len(read_log(registry)),
                "decisions": sum(entry.act != "register" for entry in read_log(registry)),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
